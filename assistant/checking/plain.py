"""Takes the Markdown off a sentence, so that what is checked is what the reader sees."""

import re

from assistant.question import clean_question

# All of these are linear: none can begin again inside what another attempt has read, or what is repeated is bounded.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}(?:\s+\"[^\"]{0,200}\")?\)")
_MARKER = re.compile(r"\[\^?\d{1,4}\](?!\()")
_OPENING = re.compile(r"(?m)^[ \t]{0,20}(?:[-+*•·–—>]{1,3}|#{1,6}|\d{1,3}[.)])[ \t]+")
_EMPHASIS = re.compile(
    r"(?<![\w\\])\*{1,3}(?=\S)|(?<=[^\s\\])\*{1,3}(?!\w)|~~|`|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(sentence: str) -> str:
    """The sentence as it is read: no Markdown, no citation markers, no invisible characters, white space as blanks."""
    text = _OPENING.sub("", sentence)
    text = _MARKER.sub("", _LINK.sub(r"\1", text))
    return clean_question(_ESCAPE.sub(r"\1", _EMPHASIS.sub("", text)))
