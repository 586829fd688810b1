"""Renders an answer's Markdown as safe HTML, its markers as links to the passages they rest on.

The chat page has a renderer too, but importing it loads Gradio, which takes seconds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

_MARKER: Final = re.compile(r"\[([0-9]{1,4})\]")
# No HTML, no images, no links: an article that is quoted cannot bring its own.
_RULES: Final = ("blockquote", "emphasis", "entity", "escape", "list", "newline")


def answer_html(text: str, fragments: Mapping[int, str]) -> Markup:
    r"""The HTML of an answer.

    Args:
        text: Markdown with markers `[1]`; one written `\[1\]` is text, not a marker.
        fragments: where in the page the marker of each number leads; other markers stay text.
    """
    # Nothing comes out of the renderer that it has not escaped, see _RULES.
    return Markup(_markdown.render(text, {"fragments": fragments}))  # noqa: S704


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
    fragment: str | None = environment["fragments"].get(number)
    return f"[{number}]" if fragment is None else f'<a class="cite" href="#{fragment}">[{number}]</a>'


_markdown: Final = MarkdownIt("zero").enable(list(_RULES))
_markdown.inline.ruler.push("marker", _read_marker)
_markdown.add_render_rule("marker", _render_marker)
