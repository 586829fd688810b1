"""Compares what a sentence means with the sentences of a passage, by their embeddings and the words they share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.calibration import Linear
from assistant.records import Span
from assistant.retrieval import Hit

# A sentence may draw on several adjacent ones; what it gains by a further one has to be worth reading it.
LONGEST_WINDOW = 3
WINDOW_COST = 0.25
# What a reader has to see of a passage, so that nothing exact has to be taken on trust, may be longer.
LONGEST_QUOTE = 6


@dataclass(frozen=True, slots=True)
class Grounding:
    """Where in a passage a sentence stands best.

    Attributes:
        hit: the passage.
        span: the range of the article's text: up to three adjacent sentences, or six if numbers, dates, names or
            quotations of the sentence stand around those.
        text: what stands there.
        features: `cosine` with the sentence, and `coverage`: the share of its telling terms that stand there.
        score: in logits, above 0 if it supports the sentence by its meaning.
    """

    hit: Hit
    span: Span
    text: str
    features: dict[str, float]
    score: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """A sentence as it is compared: its unit vector (dimensions,) and its telling terms."""

    vector: NDArray[np.float32]
    terms: frozenset[str]


def ground(meaning: Meaning, hit: Hit, score: Linear) -> Grounding | None:
    """The sentence or the few adjacent ones of a passage that support a meaning best; None if it has none."""
    best: tuple[float, int, int, dict[str, float]] | None = None
    for start, end, cosine in _windows(meaning.vector, hit.chunk.vectors):
        features = {"cosine": cosine, "coverage": coverage(meaning.terms, hit.sentence_terms[start:end])}
        logits = score(features)
        rank = logits - WINDOW_COST * (end - start - 1)
        if best is None or rank > best[0]:
            best = rank, start, end, {**features, "logits": logits}
    if best is None:
        return None
    _, start, end, features = best
    logits = features.pop("logits")
    return Grounding(hit, *_place(hit, start, end), features, logits)


def widenings(grounding: Grounding) -> Iterator[Grounding]:
    """The grounding with adjacent sentences before and behind it, the fewest first."""
    sentences = grounding.hit.chunk.sentences
    first = next(i for i, sentence in enumerate(sentences) if sentence.start == grounding.span.start)
    last = next(i for i, sentence in enumerate(sentences) if sentence.end == grounding.span.end)
    for length in range(last - first + 2, LONGEST_QUOTE + 1):
        for start in range(max(0, last + 1 - length), min(first, len(sentences) - length) + 1):
            span, text = _place(grounding.hit, start, start + length)
            yield replace(grounding, span=span, text=text)


def _place(hit: Hit, start: int, end: int) -> tuple[Span, str]:
    """The range of some sentences of a passage in its article, and what stands there."""
    span = Span(start=hit.chunk.sentences[start].start, end=hit.chunk.sentences[end - 1].end)
    return span, hit.chunk.text[span.start - hit.chunk.start : span.end - hit.chunk.start]


def coverage(wanted: frozenset[str], known: Sequence[frozenset[str]]) -> float:
    """The share of the wanted terms that one of the sets has; 1 if none are wanted."""
    return len(wanted & frozenset().union(*known)) / len(wanted) if wanted else 1.0


def _windows(vector: NDArray[np.float32], vectors: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """The range of each window of adjacent sentences, and the cosine of their mean with the vector."""
    if vectors.shape[1] != vector.shape[0]:
        return
    sums = np.concatenate([np.zeros_like(vectors[:1]), np.cumsum(vectors, axis=0)])
    for length in range(1, min(LONGEST_WINDOW, len(vectors)) + 1):
        windows = sums[length:] - sums[:-length]
        cosines = windows @ vector / np.maximum(np.linalg.norm(windows, axis=1), np.finfo(np.float32).tiny)
        for start, cosine in enumerate(cosines.tolist()):
            yield start, start + length, cosine
