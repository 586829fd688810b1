"""Scores one answer against its case."""

import re
from collections.abc import Sequence

from assistant.records import Answer, Passage, Span
from eval.cases import Case
from eval.metrics.answers import exact_match, fact_recall, token_f1
from eval.metrics.citations import Piece, Place, citation_precision, citation_recall, evidence_cited, holds
from eval.metrics.retrieval import average_precision, hit_at, ndcg_at, recall_at, reciprocal_rank_at

# How deep passages are retrieved to be ranked; an answer is made from the setting `top_k` of them.
DEPTH = 10

_MARKER = re.compile(r"\s*(?<!\\)\[\d+\]")
_ESCAPE = re.compile(r"\\(?=[^\w\s])")


def score(case: Case, answer: Answer, retrieved: Sequence[Passage], evidence: Sequence[Piece]) -> dict[str, float]:
    """The measures that are defined for the case, by name; see `eval.summary` for what they mean.

    Args:
        case: the question and what is expected.
        answer: the answer under test.
        retrieved: the passages for its question, best first, `DEPTH` of them.
        evidence: where the pieces of the case's evidence stand.
    """
    if not case.answerable:
        refused = float(answer.refused)
        # There is no evidence that they could quote.
        cited = {} if answer.refused else {"citation recall": 0.0, "citation precision": 0.0}
        return {"refused": refused, "correct": refused, **_right_refusal(case, answer), **cited, **_spent(answer)}
    said = plain(answer.text)
    facts = 0.0 if answer.refused else fact_recall(said, case.facts)
    return {
        **retrieval_scores(retrieved, evidence),
        **_right_refusal(case, answer),
        **_spent(answer),
        **({} if answer.refused else _citation_scores(answer, evidence, said)),
        "answered": float(not answer.refused),
        "fact recall": facts,
        "correct": float(facts == 1),
        "token F1": 0.0 if answer.refused else token_f1(said, case.answer or ""),
        "exact match": 0.0 if answer.refused else exact_match(said, case.answer or ""),
    }


def retrieval_scores(retrieved: Sequence[Passage], evidence: Sequence[Piece]) -> dict[str, float]:
    """How well the passages find the evidence.

    Pieces that one passage holds count as one, so that a ranking with every piece at the top is a perfect one.
    """
    ranking, relevant = _judged(retrieved, evidence)
    return {
        "hit@1": hit_at(1, ranking, relevant),
        "hit@5": hit_at(5, ranking, relevant),
        "recall@5": recall_at(5, ranking, relevant),
        "recall@10": recall_at(10, ranking, relevant),
        "MRR@10": reciprocal_rank_at(10, ranking, relevant),
        "nDCG@10": ndcg_at(10, ranking, dict.fromkeys(relevant, 1.0)),
        "MAP": average_precision(ranking, relevant),
    }


def plain(text: str) -> str:
    """An answer's text as it is read: without markers and without the backslashes of Markdown."""
    return _ESCAPE.sub("", _MARKER.sub("", text))


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


def _judged(retrieved: Sequence[Passage], evidence: Sequence[Piece]) -> tuple[list[str], set[str]]:
    """The passages by names, and the names of those that hold evidence which none before them does."""
    missing = set(range(len(evidence)))
    ranking: list[str] = []
    relevant: set[str] = set()
    for rank, passage in enumerate(retrieved, 1):
        place = Place(passage.source.id, Span(start=passage.start, end=passage.end))
        held = {piece for piece in missing if holds(place, evidence[piece])}
        missing -= held
        ranking.append(f"rank {rank}")
        if held:
            relevant.add(f"rank {rank}")
    return ranking, relevant | {f"missing {piece}" for piece in missing}
