"""Text made fit for where it goes: into JSON, to a terminal, into a line."""

import re
from typing import Final

# Of a passage that comes near to a question and does not answer it.
EXCERPT_CHARS: Final = 300
# All but tabs and line feeds. A terminal obeys them.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def encodable(text: str) -> str:
    """A text without lone surrogates, which a browser may send and UTF-8 cannot hold: they become question marks."""
    return text.encode("utf-8", "replace").decode()


def without_controls(text: str) -> str:
    """A text with a replacement character for each control character but tabs and line feeds."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def excerpt(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line[:EXCERPT_CHARS] + ("…" if len(line) > EXCERPT_CHARS else "")
