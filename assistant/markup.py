"""Renders the Markdown of an answer as safe HTML, its citation markers as links.

Only what answers are written in is understood: paragraphs, emphasis, lists and quotations. HTML, images and links
are not, so that an article quoted in an answer cannot bring its own.
"""

import html
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_MARKER: Final = re.compile(r"\[([0-9]{1,4})\]")
_RULES: Final = ("blockquote", "emphasis", "entity", "escape", "heading", "hr", "list", "newline", "strikethrough")


class Target(NamedTuple):
    """What a marker leads to: the fragment of its card, and the words a hover shows, if any, with their language."""

    fragment: str
    tooltip: str = ""
    language: str = ""


Markers = Mapping[int, Target]


def markdown_html(text: str, markers: Markers | None = None) -> str:
    r"""The HTML of a Markdown text.

    Args:
        text: Markdown with markers `[1]`; one written `\[1\]` is text, not a marker. A quotation is in the language of
            what its markers lead to.
        markers: the target of each number; other markers stay as they are.
    """
    rendered: str = _markdown.render(text, {"markers": markers or {}})
    return rendered


def _read_marker(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the signature of an inline rule
    match = _MARKER.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("marker", "", 0).meta = {"number": int(match[1])}
    state.pos = match.end()
    return True


def _render_marker(
    _: RendererHTML, tokens: Sequence[Token], place: int, __: Any, environment: Mapping[str, Any]
) -> str:
    number: int = tokens[place].meta["number"]
    target: Target | None = environment["markers"].get(number)
    if target is None:
        return f"[{number}]"
    title = f' title="{html.escape(target.tooltip)}"' if target.tooltip else ""
    return f'<a class="cite" href="#{target.fragment}"{title}{_lang(target.language)}>[{number}]</a>'


def _render_quotation(
    _: RendererHTML, tokens: Sequence[Token], place: int, __: Any, environment: Mapping[str, Any]
) -> str:
    inside = takewhile(lambda token: token.level > tokens[place].level, tokens[place + 1 :])
    markers = (part for token in inside for part in token.children or () if part.type == "marker")
    targets = (environment["markers"].get(marker.meta["number"]) for marker in markers)
    languages = {target.language for target in targets if target is not None}
    return f"<blockquote{_lang(languages.pop() if len(languages) == 1 else '')}>\n"


def _lang(language: str) -> str:
    return f' lang="{html.escape(language)}"' if language else ""


_markdown: Final = MarkdownIt("zero").enable(list(_RULES))
_markdown.inline.ruler.push("marker", _read_marker)
_markdown.add_render_rule("marker", _render_marker)
_markdown.add_render_rule("blockquote_open", _render_quotation)
