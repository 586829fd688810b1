"""How much each term of a question counts, and how well a text matches it: idf weights, coverage, BM25."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

# Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond": the usual values.
K1 = 1.2
B = 0.75

# A function word is weak evidence even where a small corpus happens not to contain it. 1.0 is the idf of a term
# that a third of the chunks hold; .5, 1 and 2 gave the same balanced accuracy of refusal within .004.
HEAVIEST_FUNCTION_WORD = 1.0


# In a handful of chunks every term looks common, and a name weighs no more than "the". Weighing as if there were at
# least 100 lowers the share of answerable questions refused over corpora of one XQuAD-R article (5 chunks) from .167 to
# .070, and changes nothing where there are more; 240 and 1000 do no better.
SMALLEST_COLLECTION = 100


class TermStatistics(Protocol):
    """What the lexical index knows of its terms."""

    @property
    def chunk_count(self) -> int:
        """Number of chunks in the corpus."""
        ...

    @property
    def mean_length(self) -> float:
        """Mean number of terms in a chunk."""
        ...

    def document_frequency(self, terms: Sequence[str], /) -> Mapping[str, int]:
        """In how many chunks each term occurs; terms in none may be left out."""
        ...


@dataclass(frozen=True, slots=True)
class TermWeights:
    """idf weights of a question's terms in one corpus.

    Attributes:
        weights: term -> weight, at least 0.
        known: share of the weight that belongs to terms found anywhere in the corpus, 0..1.
        mean_length: mean chunk length in terms.
    """

    weights: Mapping[str, float]
    known: float
    mean_length: float

    def coverage(self, terms: Collection[str]) -> float:
        """Share of the question's weight that the terms hold, 0..1."""
        return self._share(weight for term, weight in self.weights.items() if term in terms)

    def bm25(self, terms: Sequence[str]) -> float:
        """BM25 of a text as a share of the score that a text full of the question would get, 0..1."""
        counts = Counter([term for term in terms if term in self.weights])
        norm = K1 * (1 - B + B * len(terms) / self.mean_length) if self.mean_length else K1
        return self._share(
            weight * counts[term] / (counts[term] + norm) for term, weight in self.weights.items() if counts[term]
        )

    def _share(self, parts: Iterable[float]) -> float:
        total = sum(self.weights.values())
        return sum(parts) / total if total else 0.0


def weigh(terms: Sequence[str], function_words: Collection[str], statistics: TermStatistics) -> TermWeights:
    """Weighs a question's terms by the corpus' statistics.

    idf is ln(1 + (N - df + .5) / (df + .5)), the never-negative form used by Lucene.
    """
    unique = list(dict.fromkeys(terms))
    frequencies = statistics.document_frequency(unique)
    count = max(SMALLEST_COLLECTION, statistics.chunk_count)
    weights = {}
    for term in unique:
        frequency = frequencies.get(term, 0)
        idf = math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
        weights[term] = min(idf, HEAVIEST_FUNCTION_WORD) if term in function_words else idf
    total = sum(weights.values())
    known = sum(weight for term, weight in weights.items() if frequencies.get(term, 0))
    return TermWeights(weights, known / total if total else 0.0, statistics.mean_length)
