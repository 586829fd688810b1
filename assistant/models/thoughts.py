"""Takes out what a model thinks aloud, between tags: some begin with that, and not every server keeps it back."""

import re
from collections.abc import Iterator

_NAMES = (
    "think(?:ing)?|thoughts?|reason(?:ing|s)?|reflect(?:ions?|ing)?|rationale|scratch_?pad|deliberation|analysis"
    "|monologue|cot|antthinking"
)
# <think>, </Thinking>, <reasoning effort="high">, <seed:think>, <inner_monologue>, <|begin_of_thought|>, ◁think▷. In
# square brackets, where an editor's insertions stand, capitals alone make a tag.
_TAG = re.compile(
    rf"[<◁]\s?\|?(?P<closes>/|end_of_)?\s?(?:\w{{1,20}}[_:-])?(?:{_NAMES})(?:[_-]\w{{1,20}})?"
    r"(?:\s[^<>◁▷\[\]]{0,100})?\|?\s?[>▷]"
    r"|(?-i:\[(?P<closes_square>/)?THINK\])",
    re.IGNORECASE,
)
# What may still become one.
_HALF_TAG = re.compile(r"(?:[<◁][^<>◁▷\[\]]{0,200}|\[/?(?:T(?:H(?:I(?:NK?)?)?)?)?)$")


class Thoughts:
    """Takes the pieces of a reply and gives what is no thought.

    A closing tag ends a thought whether or not it was opened: where a server begins it in the model's name, the reply
    has the end alone. A thought that is never closed goes on to the end.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._thinking = False

    def feed(self, piece: str) -> Iterator[str | None]:
        """The texts of a further piece that are no thought; None where all before turns out to have been one."""
        text, start = self._rest + piece, 0
        for tag in _TAG.finditer(text):
            yield from self._said(text[start : tag.start()])
            closes = bool(tag["closes"] or tag["closes_square"])
            if not self._thinking:
                yield None if closes else " "
            self._thinking, start = not closes, tag.end()
        half = _HALF_TAG.search(text, start)
        end = half.start() if half else len(text)
        self._rest = text[end:]
        yield from self._said(text[start:end])

    def end(self) -> Iterator[str]:
        """What is left when the reply is over."""
        rest, self._rest = self._rest, ""
        yield from self._said(rest)

    def _said(self, text: str) -> Iterator[str]:
        if text and not self._thinking:
            yield text


def without_thoughts(reply: str) -> str:
    """A whole reply without what its model thought aloud."""
    thoughts, said = Thoughts(), ""
    for text in (*thoughts.feed(reply), *thoughts.end()):
        said = "" if text is None else said + text
    return said
