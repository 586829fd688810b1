"""Takes the Markdown off a sentence, so that what is checked is what the reader sees."""

import re
import unicodedata

from assistant.question import clean_question

# All of these are linear: none can begin again inside what another attempt has read, or what is repeated is bounded.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}(?:\s+\"[^\"]{0,200}\")?\)")
_MARKER = re.compile(r"\[\^?\d{1,4}\](?!\()")
_OPENING = re.compile(r"(?m)^[ \t]{0,20}(?:[-+*•·–—>]{1,3}|#{1,6}|\d{1,3}[.)])[ \t]+")
_EMPHASIS = re.compile(
    r"(?<![\w\\])\*{1,3}(?=\S)|(?<=[^\s\\])\*{1,3}(?!\w)|~~|`|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)"
)
# Letters and digits that only look otherwise: 𝐏𝐮𝐭𝐢𝐧, ㉜. A superscript or a fraction has a meaning of its own.
_STYLES = ("<font>", "<circle>", "<wide>", "<narrow>")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(sentence: str) -> str:
    """The sentence as it is read: no Markdown, no citation markers, nothing invisible, plain letters and digits."""
    text = _OPENING.sub("", sentence)
    text = _MARKER.sub("", _LINK.sub(r"\1", text))
    return "".join(map(_unstyled, clean_question(_ESCAPE.sub(r"\1", _EMPHASIS.sub("", text)))))


def _unstyled(character: str) -> str:
    styled = character.isalnum() and unicodedata.decomposition(character).startswith(_STYLES)
    return unicodedata.normalize("NFKC", character) if styled else character
