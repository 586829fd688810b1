"""Serves the chat page."""

import logging
import socket
from collections.abc import Callable
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import Route

from assistant.assistant import Assistant
from assistant.errors import SettingsError
from assistant.logs import write_log
from assistant.records import SyncReport
from assistant.settings import Settings
from assistant.ui.api import functions
from assistant.ui.layout import FOLDER
from assistant.ui.page import CONCURRENCY, build_page
from assistant.ui.security import OwnSiteOnly, RequireLogin, SecurityHeaders, is_loopback
from assistant.ui.tools import PATH, ToolServer
from assistant.ui.words import DEFAULT, words_in

LOGIN_ADVICE = "set ASSISTANT_AUTH_USER and ASSISTANT_AUTH_PASSWORD to ask for a login."

log = logging.getLogger(__name__)


def serve(bot: Assistant, say: Callable[[str], None] = print) -> None:
    """Serves the page until it is interrupted; see `launch`."""
    launch(bot, say).block_thread()


def launch(bot: Assistant, say: Callable[[str], None] = print) -> gr.Blocks:
    """Brings the index up to date and serves the page in the background; `close()` on the result ends it.

    Args:
        bot: the assistant, with the settings for host, port and login.
        say: is told in words what the sync did and where the page is.

    Raises:
        SettingsError: the page cannot be served on this host and port.
        AssistantError: the index cannot be brought up to date.
    """
    settings = bot.settings
    if settings.log_file:
        write_log(settings.log_file)
    _check_address(settings)
    say(sync_words(bot.sync(progress=True, announce=say)))
    bot.warm_up()
    page = build_page(bot)
    if settings.auth_user is None and not is_loopback(_bare(settings.host)):
        log.warning("Anyone who can reach %s can use the page: %s", settings.host, LOGIN_ADVICE)
    try:
        page.launch(**_launch_options(bot))
    except OSError as error:
        raise _unusable(settings) from error
    say(f"The page is at {page.local_url} (Ctrl+C ends it).")
    return page


def sync_words(report: SyncReport) -> str:
    """What a sync did, in words; one line for each file that was left out."""
    total = len(report.added) + len(report.updated) + len(report.unchanged)
    parts = (("added", report.added), ("updated", report.updated), ("removed", report.removed))
    changes = ", ".join(f"{len(ids)} {word}" for word, ids in parts if ids)
    lines = [f"{total} article{'' if total == 1 else 's'} indexed ({changes or 'nothing new'}).", *report.notes]
    lines += [f"Left out {skipped.path}: {skipped.reason}." for skipped in report.skipped]
    return "\n".join(lines)


def _check_address(settings: Settings) -> None:
    """Fails before a sync that may take long, and without the five seconds that Gradio waits for its server."""
    try:
        address = socket.getaddrinfo(_bare(settings.host), settings.port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[4], family=address[0]).close()
    except OSError as error:
        raise _unusable(settings) from error


def _unusable(settings: Settings) -> SettingsError:
    return SettingsError(
        f"The page cannot be served on {settings.host}, port {settings.port}: the port is taken or the address is not "
        "this machine's. Set ASSISTANT_PORT or ASSISTANT_HOST to another."
    )


def _launch_options(bot: Assistant) -> dict[str, Any]:
    settings = bot.settings
    password = settings.auth_password
    host = _bare(settings.host)
    return {
        "server_name": f"[{host}]" if ":" in host else host,
        "server_port": settings.port,
        "auth": (settings.auth_user, password.get_secret_value()) if password else None,
        "theme": _theme(),
        "css_paths": FOLDER / "page.css",
        "head": f"<script>{(FOLDER / 'storage.js').read_text(encoding='utf-8')}</script>",
        "footer_links": [],
        "app_kwargs": {"middleware": _middleware(settings), **(_tools(bot) if settings.mcp else {})},
        "prevent_thread_lock": True,
        "quiet": True,
        # What Gradio could otherwise turn on by itself or by its own environment variables.
        "share": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,  # `tools` serves them instead
        "enable_monitoring": False,
        "run_history": False,
        "num_workers": 0,
        "max_file_size": 1,
    }


def _middleware(settings: Settings) -> list[Middleware]:
    open_to_this_machine = settings.auth_user is None and is_loopback(_bare(settings.host))
    return [Middleware(SecurityHeaders), Middleware(OwnSiteOnly, loopback_names_only=open_to_this_machine)]


def _tools(bot: Assistant) -> dict[str, Any]:
    """What Gradio's application needs to know to serve the tools beside the page, behind the same login."""
    tools = ToolServer(words_in(DEFAULT)("title"), functions(bot), CONCURRENCY)
    user, password = bot.settings.auth_user, bot.settings.auth_password
    guarded = RequireLogin(tools, user, password.get_secret_value()) if user and password else tools
    return {"routes": [Route(PATH, guarded, methods=["POST"])], "lifespan": lambda _: tools.running()}


def _theme() -> gr.themes.Base:
    # Font names given as plain text are the system's own: nothing is fetched.
    fonts = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=fonts,
        font_mono=("ui-monospace", "monospace"),
        radius_size="lg",
    ).set(input_placeholder_color="*neutral_600", input_placeholder_color_dark="*neutral_300")


def _bare(host: str) -> str:
    """An address without the brackets that IPv6 wears in a URL."""
    return host.removeprefix("[").removesuffix("]")
