"""What retrieval hands on, made by hand: hits whose sentences are as near to the question as a test wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.index import StoredChunk
from assistant.index.library import pack_offsets
from assistant.index.packing import PackedText, pack_text
from assistant.question import Question, read_question
from assistant.records import Article, Source, Span
from assistant.retrieval import Hit, Retrieval
from assistant.terms import terms
from assistant.weights import TermWeights, weigh


@dataclass(frozen=True)
class Statistics:
    """A corpus as its number of chunks, their mean length and how many of them hold a term."""

    chunk_count: int
    mean_length: float
    frequencies: Mapping[str, int] = field(default_factory=dict)

    def document_frequency(self, wanted: Sequence[str], /) -> dict[str, int]:
        """The frequencies of the terms that occur."""
        return {term: self.frequencies[term] for term in wanted if term in self.frequencies}


def article(text: str, name: str = "a.txt", **known: Any) -> Article:
    """An article with this text, of which only what is given is known."""
    return Article(id=name, path=f"news/{name}", text=text, **known)


def hit(
    *sentences: str,
    cosines: Sequence[float] = (),
    name: str = "a.txt",
    start: int = 0,
    score: float = 0.8,
    background: float = 0.7,
    **known: Any,
) -> Hit:
    """A chunk that begins at `start`, one blank between sentences, each at its cosine (.8) to the question.

    The vectors have two dimensions, of which the first is the question's.
    """
    spans = []
    for sentence in sentences:
        spans.append(Span(start=start, end=start + len(sentence)))
        start += len(sentence) + 1
    nearness = np.array([*cosines, *[0.8] * (len(sentences) - len(cosines))], dtype=np.float32)
    chunk = StoredChunk(
        id=hash((name, start)),
        source=Source(id=name, path=f"news/{name}", **known),
        article=PackedText(pack_text(" " * spans[0].start + " ".join(sentences))),
        start=spans[0].start,
        end=spans[-1].end,
        offsets=pack_offsets(spans),
        terms=tuple(terms(" ".join(sentences))),
        vectors=np.stack([nearness, np.sqrt(1 - nearness**2)], axis=1),
        vector_ids=tuple(hash(sentence) for sentence in sentences),
    )
    return Hit(chunk, nearness, 0.0, background, score)


def retrieval(question: str | Question, *hits: Hit, weights: TermWeights | None = None) -> Retrieval:
    """The hits as found for a question, best first; by default the corpus consists of them."""
    asked = read_question(question) if isinstance(question, str) else question
    if weights is None:
        chunks = [frozenset(found.chunk.terms) for found in hits]
        frequencies = {term: sum(term in chunk for chunk in chunks) for term in asked.terms}
        statistics = Statistics(len(hits), 20.0, {term: count for term, count in frequencies.items() if count})
        weights = weigh(asked.terms, asked.function_terms, statistics)
    return Retrieval(asked, weights, hits)
