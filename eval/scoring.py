"""Scores one answer against its case."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Answer, Passage, Span, Support
from eval.cases import Case
from eval.metrics.answers import exact_match, fact_recall, token_f1
from eval.metrics.citations import Piece, Place, citation_precision, citation_recall, evidence_cited, holds
from eval.metrics.pieces import (
    average_precision,
    best_order,
    hit_at,
    ndcg_at,
    new_pieces,
    recall_at,
    reciprocal_rank_at,
)

# How deep passages are retrieved to be ranked; an answer is made from the setting `top_k` of them.
DEPTH = 10

_MARKER = re.compile(r"\s*(?<!\\)\[\d+\]")
_ESCAPE = re.compile(r"\\(?=[^\w\s])")


@dataclass(frozen=True, slots=True)
class Gold:
    """What an answer to a case rests on.

    Attributes:
        pieces: where the pieces of its evidence stand.
        best: how many of them each passage of the best ranking would be the first to hold.
    """

    pieces: Sequence[Piece]
    best: Sequence[int]


def gold_of(pieces: Sequence[Piece], passages: Sequence[Passage]) -> Gold:
    """The gold of a case, from every passage of the articles that its evidence stands in."""
    return Gold(pieces, best_order(_held(passages, pieces), len(pieces)))


def score(case: Case, answer: Answer, retrieved: Sequence[Passage], gold: Gold) -> dict[str, float]:
    """The measures that are defined for the case, by name; see `eval.summary` for what they mean.

    Args:
        case: the question and what is expected.
        answer: the answer under test.
        retrieved: the passages for its question, best first, `DEPTH` of them.
        gold: what the answer rests on.
    """
    if not case.answerable:
        refused = float(answer.refused)
        # There is no evidence that they could quote.
        cited = {} if answer.refused else {"citation recall": 0.0, "citation precision": 0.0}
        right = {"refused": refused, "correct": refused, **_right_refusal(case, answer)}
        return {**right, **cited, **verdict_scores(answer), **_spent(answer)}
    said = _said(answer)
    facts = 0.0 if answer.refused else fact_recall(said, case.facts)
    return {
        **retrieval_scores(retrieved, gold),
        **_right_refusal(case, answer),
        **_spent(answer),
        **({} if answer.refused else _citation_scores(answer, gold.pieces, said)),
        **verdict_scores(answer),
        "answered": float(not answer.refused),
        "fact recall": facts,
        "correct": float(facts == 1),
        "token F1": 0.0 if answer.refused else token_f1(said, case.answer or ""),
        "exact match": 0.0 if answer.refused else exact_match(said, case.answer or ""),
    }


def retrieval_scores(retrieved: Sequence[Passage], gold: Gold) -> dict[str, float]:
    """How well the passages, best first, find the pieces of the evidence."""
    new, pieces = new_pieces(_held(retrieved, gold.pieces)), len(gold.pieces)
    return {
        "hit@1": hit_at(1, new),
        "hit@5": hit_at(5, new),
        "recall@5": recall_at(5, new, pieces),
        "recall@10": recall_at(10, new, pieces),
        "MRR@10": reciprocal_rank_at(10, new),
        "nDCG@10": ndcg_at(10, new, gold.best),
        "MAP": average_precision(new, pieces),
    }


def verdict_scores(answer: Answer) -> dict[str, float]:
    """What the check made of the sentences that a model wrote; nothing of an answer that only quotes."""
    if answer.mode == "extractive" or not answer.sentences:
        return {}
    found = [sentence.support for sentence in answer.sentences]
    verdicts: tuple[Support, ...] = ("supported", "partial", "unsupported")
    return {f"sentences {verdict}": found.count(verdict) / len(found) for verdict in verdicts}


def plain(text: str) -> str:
    """An answer's text as it is read: without markers and without the backslashes of Markdown."""
    return _ESCAPE.sub("", _MARKER.sub("", text))


def _said(answer: Answer) -> str:
    """What an answer says: what a reader sees struck through is not said."""
    if answer.mode == "extractive":
        return plain(answer.text)
    return " ".join(sentence.text for sentence in answer.sentences if sentence.support != "unsupported")


def _citation_scores(answer: Answer, evidence: Sequence[Piece], said: str) -> dict[str, float]:
    return {
        "citation recall": citation_recall(answer, evidence),
        "citation precision": citation_precision(answer, evidence),
        "evidence cited": evidence_cited(answer, evidence),
        "words": float(len(said.split())),
    }


def _spent(answer: Answer) -> dict[str, float]:
    """Tokens, and money where a price is known; nothing for an answer that no model was asked for."""
    usage = answer.usage
    if not usage.prompt_tokens and not usage.completion_tokens:
        return {}
    tokens = {"prompt tokens": float(usage.prompt_tokens), "completion tokens": float(usage.completion_tokens)}
    return tokens if usage.cost is None else {**tokens, "cost": usage.cost}


def _right_refusal(case: Case, answer: Answer) -> dict[str, float]:
    return {"refusal precision": float(not case.answerable)} if answer.refused else {}


def _held(passages: Sequence[Passage], pieces: Sequence[Piece]) -> list[set[int]]:
    """The pieces that each passage holds, by number."""
    places = (Place(passage.source.id, Span(start=passage.start, end=passage.end)) for passage in passages)
    return [{number for number, piece in enumerate(pieces) if holds(place, piece)} for place in places]
