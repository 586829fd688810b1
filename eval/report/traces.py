"""Follows the evidence of a case, and its key facts, through the passages and citations of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Passage, Span
from eval.cases import Evidence, Quote
from eval.metrics.answers import fact_recall
from eval.metrics.citations import Place, holds, place_of
from eval.scoring import plain
from eval.suite import Result

# Fewer characters than these, at the end of a passage and the start of a quote, may be alike by chance.
ALIKE = 12


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of a piece of evidence.

    Attributes:
        evidence: the piece, as the case has it.
        places: where it, or what would do as well, stands, as far as the answer's passages tell.
        rank: of the first passage that holds it, counted from 1; None if none does.
        cited: whether a citation quotes it.
    """

    evidence: Evidence
    places: tuple[Place, ...]
    rank: int | None
    cited: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A key fact: the accepted ways to say it, and whether the answer says it."""

    forms: tuple[str, ...]
    said: bool


def trace(result: Result) -> list[Trace]:
    """What became of each piece of evidence, in the order of the case."""
    return [_trace(piece, result) for piece in result.case.evidence]


def facts(result: Result) -> list[Fact]:
    """Each key fact, in the order of the case. A refusal says none."""
    said = "" if result.answer.refused else plain(result.answer.text)
    return [Fact(forms, fact_recall(said, [forms]) == 1) for forms in result.case.facts]


def first_rank(result: Result) -> int | None:
    """The rank of the first passage with evidence among all that were ranked, deeper than the answer was made from."""
    reciprocal = result.scores.get("MRR@10", 0.0)
    return round(1 / reciprocal) if reciprocal else None


def place_of_passage(passage: Passage) -> Place:
    """Where a passage stands."""
    return Place(passage.source.id, Span(start=passage.start, end=passage.end))


def _trace(piece: Evidence, result: Result) -> Trace:
    passages = result.answer.passages
    found = [_place(quote, passages) for quote in (piece, *piece.also)]
    places = tuple(place for place in found if place is not None)
    ranks = (rank for rank, passage in enumerate(passages, 1) if holds(place_of_passage(passage), places))
    cited = any(holds(place_of(citation), places) for citation in result.answer.citations)
    return Trace(piece, places, next(ranks, None), cited)


def _place(quote: Quote, passages: Sequence[Passage]) -> Place | None:
    """Where a quote stands in its article, if a passage holds it or the start or end of it."""
    for passage in passages:
        offset = _offset(quote.quote, passage.text) if passage.source.id == quote.article else None
        if offset is not None:
            start = passage.start + offset
            return Place(quote.article, Span(start=start, end=start + len(quote.quote)))
    return None


def _offset(quote: str, text: str) -> int | None:
    """Where a quote begins in a text; below zero if it begins before the text does."""
    if quote in text:
        return text.index(quote)
    if text and text in quote:
        return -quote.index(text)
    for shared in range(min(len(quote), len(text)) - 1, ALIKE - 1, -1):
        if text.endswith(quote[:shared]):
            return len(text) - shared
        if text.startswith(quote[-shared:]):
            return shared - len(quote)
    return None
