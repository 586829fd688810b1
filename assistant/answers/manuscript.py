"""Puts checked sentences together: their text, their citations in order, and what the reader is told of the rest."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from assistant.answers.draft import Check
from assistant.answers.sentence_stream import Opening, Written
from assistant.checking import Grounding, Verdict
from assistant.checking.clauses import clauses
from assistant.citations import escape_markdown
from assistant.languages import detect_language, language, tells_of_silence
from assistant.records import Citation, Sentence, Support

if TYPE_CHECKING:
    from assistant.errors import ModelError

# What the model writes if the passages do not answer.
REFUSAL = "NO ANSWER"

# In capitals whatever follows ("NO ANSWER: the passages do not say"); else alone, since "No answer came" is a sentence.
_REFUSED = re.compile(r"\W*(?:NO[\s_-]?ANSWER\b.*|(?i:no[\s_-]?answer)\W*)", re.DOTALL)
_OPENINGS: dict[Opening, str] = {"": " ", "paragraph": "\n\n", "item": "\n- "}


# A clause of fewer content words claims nothing: "according to passage 2", "as far as one can see".
_CLAIMING_WORDS = 3


class Manuscript:
    """An answer while it is written.

    Attributes:
        sentences: those that the reader sees.
        pieces: the text so far.
        checks: of every sentence that makes a claim, shown or not.
        refused: whether the model wrote that the passages do not answer.
        cut_off: whether the last sentence has no end.
        failure: what made the model break off.
        unverified: why a sentence was not verified by a model.

    Args:
        unsupported: whether what is not supported is left out, or shown as such.
    """

    def __init__(self, unsupported: Literal["withhold", "mark"]) -> None:
        self._marks = unsupported == "mark"
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self.sentences: list[Sentence] = []
        self.pieces: list[str] = []
        self.checks: list[Check] = []
        self.refused = self.cut_off = False
        self.failure: ModelError | None = None
        self.unverified: ModelError | None = None
        self._pending = ""
        self._opening: Opening = ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations by number."""
        return tuple(self._citations.values())

    @property
    def partial(self) -> list[Check]:
        """The sentences that their passages may not say wholly."""
        return [check for check in self.checks if check.support == "partial"]

    @property
    def unsupported(self) -> list[Check]:
        """The sentences that no passage supports."""
        return [check for check in self.checks if check.support == "unsupported"]

    def without_refusal(self, sentences: Iterable[Written]) -> Iterator[Written]:
        """The sentences but the words for a refusal, which is noted."""
        for written in sentences:
            if _REFUSED.fullmatch(written.text):
                self.refused = True
            else:
                yield written

    def add(self, written: Written, verdict: Verdict) -> str:
        """Takes a sentence in, and gives the text by which the answer grows; empty if the reader does not see it.

        One that only says what the sources are silent about is a refusal, unless a passage of its language says the
        same of its own sources: it makes no claim that could be missed.
        """
        if _is_only_silent(written.text) and not _is_said_in_its_language(written.text, verdict):
            self.refused = True
            return ""
        self.checks.append(Check(written.text, written.passages, verdict.support, verdict.reason))
        self._opening = written.opening or self._opening
        if verdict.support == "unsupported":
            if self._marks:
                # An answer that has nothing else is none, so this is seen once something supported is.
                self._pending += self._grow(written.text, f"~~{escape_markdown(written.text)}~~", (), verdict)
            return ""
        numbers = tuple(dict.fromkeys(self._cite(grounding, verdict.support) for grounding in verdict.groundings))
        markers = "".join(f"[{number}]" for number in numbers)
        grown = self._grow(written.text, f"{escape_markdown(written.text)} {markers}", numbers, verdict)
        return self.rest() + grown

    def rest(self) -> str:
        """The text that was held back, if there is an answer to which it belongs."""
        if not self._citations:
            return ""
        rest, self._pending = self._pending, ""
        return rest

    def _grow(self, text: str, markdown: str, numbers: Sequence[int], verdict: Verdict) -> str:
        # What is left out may have begun the paragraph or item that this stands in.
        opening, self._opening = _OPENINGS[self._opening], ""
        support, reason = verdict.support, verdict.reason
        self.sentences.append(Sentence(text=text, citations=tuple(numbers), support=support, reason=reason))
        self.pieces.append((opening if self.pieces else opening.lstrip()) + markdown)
        return self.pieces[-1]

    def _cite(self, grounding: Grounding, support: Support) -> int:
        """The number of the place that a sentence rests on; of two sentences the less supported one tells how well."""
        source, span = grounding.hit.chunk.source, grounding.span
        key = (source.id, span.start, span.end)
        known = self._citations.get(key)
        if known is None or (known.support, support) == ("supported", "partial"):
            self._citations[key] = Citation(
                number=known.number if known else len(self._citations) + 1,
                quote=grounding.text,
                start=span.start,
                end=span.end,
                source=source,
                support=support,
            )
        return self._citations[key].number


def _is_said_in_its_language(text: str, verdict: Verdict) -> bool:
    """Whether a passage in the language of a sentence supports it; that of one in another is likeness alone."""
    known = {None, detect_language(text)}
    written = {grounding.hit.chunk.source.language for grounding in verdict.groundings}
    return verdict.support == "supported" and (known == {None} or not known.isdisjoint(written))


def _is_only_silent(text: str) -> bool:
    """Whether a sentence says that the sources are silent, and claims nothing in another clause."""
    known = language(detect_language(text))
    return tells_of_silence(text) and not any(
        len(known.content_words(clause)) >= _CLAIMING_WORDS for clause in clauses(text) if not tells_of_silence(clause)
    )
