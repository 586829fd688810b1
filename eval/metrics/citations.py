"""Whether the citations of an answer carry it.

Citation recall and precision are those of Gao et al. (2023), "Enabling Large Language Models to Generate Text with
Citations" (ALCE). Where ALCE asks a model whether a citation entails a statement, these look whether it quotes the gold
evidence: nothing is left to a model's opinion, and a good quote that nobody had thought of counts as wrong.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.records import Answer, Citation, Span

# Two ranges are about the same if they share this much of the shorter one.
SHARED = 0.5

_MARKER = re.compile(r"(?<!\\)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Place:
    """A range of an article."""

    article: str
    span: Span

    def overlaps(self, other: "Place") -> bool:
        """Whether both are about the same text."""
        shared = min(self.span.end, other.span.end) - max(self.span.start, other.span.start)
        shorter = min(self.span.end - self.span.start, other.span.end - other.span.start)
        return self.article == other.article and shared > 0 and shared >= SHARED * shorter


# A piece of evidence: the places of which any one will do.
Piece = Sequence[Place]


def place_of(citation: Citation) -> Place:
    """Where a citation's quote stands."""
    return Place(citation.source.id, Span(start=citation.start, end=citation.end))


def holds(place: Place, piece: Piece) -> bool:
    """Whether a place holds a piece of evidence."""
    return any(place.overlaps(other) for other in piece)


def citation_recall(answer: Answer, evidence: Sequence[Piece]) -> float:
    """Share of the answer's sentences of which a citation quotes the evidence; 0 for an answer without sentences.

    What a model wrote and the check struck through is none of them.
    """
    said = [sentence for sentence in answer.sentences if sentence.support != "unsupported"]
    carried = [any(_is_gold(answer, number, evidence) for number in sentence.citations) for sentence in said]
    return sum(carried) / len(carried) if carried else 0.0


def citation_precision(answer: Answer, evidence: Sequence[Piece]) -> float:
    """Share of the citations, each time it is used, that quote the evidence; 0 for an answer without any."""
    gold = [_is_gold(answer, number, evidence) for s in answer.sentences for number in s.citations]
    return sum(gold) / len(gold) if gold else 0.0


def evidence_cited(answer: Answer, evidence: Sequence[Piece]) -> float:
    """Share of the pieces of evidence that a citation quotes."""
    places = [place_of(citation) for citation in answer.citations]
    return sum(any(holds(place, piece) for place in places) for piece in evidence) / len(evidence)


def broken(answer: Answer, texts: Mapping[str, str]) -> list[str]:
    """What is wrong with an answer's citations, in words; nothing should ever be.

    Args:
        answer: any.
        texts: cleaned text by article id.
    """
    found = []
    for citation in answer.citations:
        name = f"[{citation.number}]"
        text = texts.get(citation.source.id)
        if text is None:
            found.append(f"{name} cites {citation.source.id}, which is no article")
        elif text[citation.start : citation.end] != citation.quote:
            found.append(f"{name} quotes what does not stand at {citation.start}-{citation.end}")
        if not any(
            passage.source.id == citation.source.id and passage.start <= citation.start and citation.end <= passage.end
            for passage in answer.passages
        ):
            found.append(f"{name} cites what was not retrieved")
    numbers = [citation.number for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)) or list(dict.fromkeys(_markers(answer))) != numbers:
        found.append(f"the markers {_markers(answer)} and the citations {numbers} do not match")
    if answer.refused and answer.citations:
        found.append("a refusal cites something")
    if not answer.refused and not answer.citations:
        found.append("an answer cites nothing")
    return found


def _markers(answer: Answer) -> list[int]:
    return [int(number) for number in _MARKER.findall(answer.text)]


def _is_gold(answer: Answer, number: int, evidence: Sequence[Piece]) -> bool:
    places = [place_of(citation) for citation in answer.citations if citation.number == number]
    return any(holds(place, piece) for place in places for piece in evidence)
