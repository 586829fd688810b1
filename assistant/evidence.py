"""Weighs the sentences of what was retrieved: which may hold the answer, and whether any does.

Both are linear scores over the features below; data/calibration.json holds their coefficients.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.calibration import Calibration
from assistant.languages import QuestionType, language, languages, words
from assistant.records import Span
from assistant.retrieval import Hit, Retrieval
from assistant.terms import fold, terms

# A question whose terms the index mostly knows is taken to be in the articles' language whatever the detector says,
# which errs on short questions. On XQuAD-R, Turkish questions over English text reach .5 at their 95th percentile.
KNOWN_TERMS_OF_ONE_LANGUAGE = 0.6

# A name or number in running text: a capital that does not begin the sentence, or a digit.
_NAME = re.compile(r"(?<=[\w,;:)»”\"'] )[^\W\d_a-zа-яё][^\W\d_]+")
_NUMBER = re.compile(r"\d[\d.,]*")
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b")
_QUESTION_MARKS = ("?", "？", "؟", "\u037e")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may hold the answer.

    Attributes:
        hit: the retrieved chunk it stands in.
        position: which of the chunk's sentences it is.
        score: in logits, comparable within one question.
    """

    hit: Hit
    position: int
    score: float

    @property
    def span(self) -> Span:
        """Its range of the article's text."""
        return self.hit.chunk.sentences[self.position]

    @property
    def text(self) -> str:
        """Its words."""
        return self.hit.sentence_texts[self.position]


def answerability(retrieval: Retrieval, calibration: Calibration) -> float:
    """How likely one of the passages answers the question, in logits; below 0 means refuse.

    Passages in the question's language and in others are judged apart, each by its own coefficients.
    """
    groups = _by_language(retrieval)
    return max((_answers(retrieval, hits, calibration, same=same) for same, hits in groups), default=-math.inf)


def refusal_features(retrieval: Retrieval, hits: Sequence[Hit]) -> dict[str, float]:
    """The evidence that `hits` hold an answer: what the one that fits the question best shows, each 0..1.

    `cosine`: its best sentence. `coverage`: share of the question's weight among its terms. `lexical`: its BM25 share.
    `specific`: share of the question's names and numbers in it, a half if the question has none. `margin`: how far its
    best sentence is above the background; cosines of a question in another language are lower throughout, by how much
    depends on the language. Fitted on Russian questions, it raises balanced accuracy on Turkish ones from .83 to .86.

    Taking each feature's maximum over all passages instead lets one speak of the right person and another of the right
    event: measured .01 worse with the answer's paragraph absent. Question type, coverage of the best sentence alone
    and distance to the other passages were tried too and moved no figure by more than chance.
    """
    weights, specific = retrieval.weights, retrieval.question.specific
    best = max(hits, key=lambda hit: hit.best_cosine + 0.2 * weights.coverage(hit.terms))
    return {
        "cosine": best.best_cosine,
        "coverage": weights.coverage(best.terms),
        "lexical": best.lexical,
        "margin": best.best_cosine - retrieval.background,
        "specific": len(specific & best.terms) / len(specific) if specific else 0.5,
    }


def rank_sentences(retrieval: Retrieval, calibration: Calibration) -> list[Candidate]:
    """The sentences of all passages that could be quoted as an answer, best first.

    Headlines and questions assert nothing and are left out. Scores of sentences in the question's language and in
    others come from different coefficients: they are made comparable by giving the best sentence of either group the
    group's answerability.
    """
    ranked: list[Candidate] = []
    for same, hits in _by_language(retrieval):
        score = calibration.selection if same else calibration.selection_other_language
        candidates = [
            Candidate(hit, position, score(selection_features(retrieval, hit, position)))
            for hit in hits
            for position, text in enumerate(hit.sentence_texts)
            if asserts_something(text, hit.chunk.source.title)
        ]
        best = max((candidate.score for candidate in candidates), default=0.0)
        shift = _answers(retrieval, hits, calibration, same=same) - best
        ranked += [replace(candidate, score=candidate.score + shift) for candidate in candidates]
    return sorted(ranked, key=lambda c: (-c.score, c.hit.chunk.source.id, c.span.start))


def selection_features(retrieval: Retrieval, hit: Hit, position: int) -> dict[str, float]:
    """The evidence that one sentence holds the answer.

    `cosine`, `coverage`: of the sentence. `behind`: how far its passage is behind the best one. `before`, `after`:
    coverage that the neighbours add. `kind`: -.5 to .5, whether it has what the question asks for.
    """
    own = hit.sentence_terms[position]
    weights = retrieval.weights
    before = hit.sentence_terms[position - 1] - own if position else frozenset()
    after = hit.sentence_terms[position + 1] - own if position + 1 < len(hit.sentence_terms) else frozenset()
    return {
        "cosine": float(hit.cosines[position]),
        "behind": retrieval.hits[0].score - hit.score,
        "coverage": weights.coverage(own),
        "before": weights.coverage(before),
        "after": weights.coverage(after),
        "kind": _has_kind(retrieval, hit.sentence_texts[position]) - 0.5,
    }


def asserts_something(sentence: str, title: str | None) -> bool:
    """Whether a sentence can be quoted as a claim: not a question, not the headline."""
    ending = sentence.rstrip("\"'”’»)] ")
    return not ending.endswith(_QUESTION_MARKS) and "՞" not in sentence and fold(sentence) != fold(title or "")


def _by_language(retrieval: Retrieval) -> list[tuple[bool, list[Hit]]]:
    """The hits in the question's language and those in others, without empty groups."""
    groups: dict[bool, list[Hit]] = {}
    for hit in retrieval.hits:
        groups.setdefault(_same_language(retrieval, hit), []).append(hit)
    return list(groups.items())


def _answers(retrieval: Retrieval, hits: Sequence[Hit], calibration: Calibration, *, same: bool) -> float:
    score = calibration.refusal.same_language if same else calibration.refusal.other_language
    # What was never measured neither speaks for an answer nor refuses one.
    return score(refusal_features(retrieval, hits)) if score else 0.0


def _same_language(retrieval: Retrieval, hit: Hit) -> bool:
    asked, written = retrieval.question.language, hit.chunk.source.language
    if asked is None or written is None or asked == written:
        return retrieval.weights.known > 0 or asked == written
    return retrieval.weights.known >= KNOWN_TERMS_OF_ONE_LANGUAGE


def _has_kind(retrieval: Retrieval, sentence: str) -> float:
    """1 if the sentence has something new of the kind the question asks for, 0 if not, .5 if it asks for no kind."""
    kind = retrieval.question.kind
    if kind is None or kind == "reason":
        return 0.5
    known = frozenset(retrieval.question.terms)
    return float(any(not known.issuperset(terms(found)) for found in _mentions(kind, sentence)))


def _mentions(kind: QuestionType, sentence: str) -> list[str]:
    if kind in ("person", "place"):
        return [match.group() for match in _NAME.finditer(sentence) if match.group()[0].isupper()]
    if kind == "number":
        return _NUMBER.findall(sentence) + _listed(sentence, _number_words())
    # Some months are other words too, such as may and mars; a date has a number beside them.
    months = _listed(sentence, _date_words()) if _NUMBER.search(sentence) else []
    return _YEAR.findall(sentence) + months


def _listed(sentence: str, listed: frozenset[str]) -> list[str]:
    return [word for word in words(sentence) if word in listed]


@cache
def _number_words() -> frozenset[str]:
    return frozenset().union(*(language(code).number_words for code in languages()))


@cache
def _date_words() -> frozenset[str]:
    return frozenset().union(*(language(code).months for code in languages()))
