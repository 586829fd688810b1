import gc
import logging
import re
import runpy
import socket
import sys
from pathlib import Path

import gradio as gr
import httpx
import pytest

from assistant import Assistant, Settings, SettingsError, SyncReport
from assistant.records import Skipped
from assistant.ui import launch
from assistant.ui.server import sync_words
from tests.pages import serving
from tests.servers import free_port

APP = Path(__file__).parents[2] / "app.py"


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (SyncReport(), "0 articles indexed (nothing new)."),
        (SyncReport(unchanged=("a", "b")), "2 articles indexed (nothing new)."),
        (SyncReport(added=("a",), removed=("b", "c")), "1 article indexed (1 added, 2 removed)."),
        (
            SyncReport(updated=("a",), skipped=(Skipped(path="b.txt", reason="empty"),), notes=("Re-indexed.",)),
            "1 article indexed (1 updated).\nRe-indexed.\nLeft out b.txt: empty.",
        ),
    ],
)
def test_a_sync_in_words(report: SyncReport, words: str) -> None:
    assert sync_words(report) == words


def test_a_taken_port_names_the_setting(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = settings.model_copy(update={"port": other.getsockname()[1]})
        with Assistant(taken) as bot, pytest.raises(SettingsError, match=r"port \d+.*Set ASSISTANT_PORT"):
            launch(bot, _silence)
    assert not settings.index_path.exists(), "the page should not have indexed anything first"


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Gradio leaves the socket open that it tried the port with
def test_a_port_that_is_taken_in_the_meantime_names_the_setting_too(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = settings.model_copy(update={"host": "::1", "port": other.getsockname()[1]})
        with Assistant(taken) as bot, pytest.raises(SettingsError, match="ASSISTANT_PORT"):
            launch(bot, _silence)
    gc.collect()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_page_for_this_machine_alone_needs_no_login(
    settings: Settings, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), serving(settings.model_copy(update={"host": host})):
        assert "ASSISTANT_AUTH_USER" not in caplog.text


def test_a_page_for_other_machines_without_a_login_is_warned_of(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), serving(settings.model_copy(update={"host": "0.0.0.0"})):  # noqa: S104
        assert "ASSISTANT_AUTH_USER" in caplog.text


def test_the_app_says_where_the_page_is_and_serves_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages: list[str] = []

    def look_once(page: gr.Blocks) -> None:
        pages.append(httpx.get(str(page.local_url)).text)
        page.close(verbose=False)

    monkeypatch.setattr(gr.Blocks, "block_thread", look_once)
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(settings.corpus_dir))
    monkeypatch.setenv("ASSISTANT_INDEX_DIR", str(settings.index_dir))
    monkeypatch.setenv("ASSISTANT_PORT", str(port := free_port()))
    assert _run_app(monkeypatch) == 0
    lines = capsys.readouterr().err.splitlines()
    # Above them stands how far the sync was.
    assert lines[-2:] == [
        "3 articles indexed (3 added).",
        f"The page is at http://127.0.0.1:{port}/ (Ctrl+C ends it).",
    ]
    assert "News assistant" in pages[0]


@pytest.mark.parametrize("by_option", [True, False])
def test_the_app_ends_with_words_on_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], by_option: bool
) -> None:
    nowhere = str(tmp_path / "nowhere")
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(tmp_path) if by_option else nowhere)
    monkeypatch.setenv("ASSISTANT_INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("ASSISTANT_PORT", str(free_port()))
    assert _run_app(monkeypatch, *(("--corpus", nowhere) if by_option else ())) == 1
    assert re.search(r"nowhere.*ASSISTANT_CORPUS_DIR", capsys.readouterr().err)


def _run_app(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """The exit code of the app."""
    monkeypatch.setattr(sys, "argv", [str(APP), *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(APP), run_name="__main__")
    return ended.value.code


def _silence(_: str) -> None:
    """Says nothing."""
