"""Weighs the sentences of what was retrieved: which may hold the answer, and whether any does.

Both are linear scores over the features below; data/calibration.json holds their coefficients.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from assistant.calibration import Calibration
from assistant.languages import QuestionType, language, languages, words
from assistant.records import Span
from assistant.retrieval import Hit, Retrieval
from assistant.terms import fold, terms

# A question whose terms the index mostly knows is taken to be in the articles' language whatever the detector says,
# which errs on short questions. On XQuAD-R, Turkish questions over English text reach .5 at their 95th percentile.
KNOWN_TERMS_OF_ONE_LANGUAGE = 0.6
# That has to show in the passages, of which some may be in the question's language and others not. On the same
# questions, passages in another language hold at most .26 (Russian) and .42 (Turkish) of the weight at their 95th
# percentile, those in the question's own .5 or more for 95 of 100 questions with an answer.
SHARED_TERMS_OF_ONE_LANGUAGE = 0.3

# Logits that passages in another language have to be surer beside some in the question's own, since there are then two
# chances to take a question for answered. Over XQuAD-R articles half in English and half in Russian, .5 refuses .87
# instead of .69 of the English questions whose article is absent, and costs .13 of the answers from Russian ones.
BAR_BESIDE_OWN = 0.5

# A model that reads can refuse by itself, so it is spared only what is hopeless: below these logits. Of the answerable
# dev cases .01 are, of the others .12; those far from the subject of the articles are among them.
HOPELESS = -2.0

# Passages above these logits speak of the subject of a question. Across languages logits lie closer together.
SUBJECT_LOGITS = -3.0
SUBJECT_LOGITS_ACROSS = -1.0

# What can be told from its form. Names stand in nearly every sentence of news.
_EXACT_KINDS = ("number", "date")
# A name or number in running text: a capital that does not begin the sentence, or a digit.
_NAME = re.compile(r"(?<=[\w,;:)»”\"'’])\s[«“„\"'(‘]?([^\W\d_a-zа-яё][^\W\d_]+)")
_NUMBER = re.compile(r"\d[\d.,]*")
_YEAR = re.compile(r"(?<!\d)(?:1\d{3}|20\d{2})(?!\d)")
# The Greek question mark is a semicolon; whatever closes a sentence may stand behind either.
_QUESTION = re.compile(r"(?:[?？؟⁇⁈⁉]|[\u0370-\u03ff]\s*[;\u037e])[\s.!…\"'”’“»«›‹」』)\]]*$")
# A few words without a number and without an end: a masthead, a section, a name. Scripts that set no full stops have no
# capitals.
_LABEL = re.compile(r"(?!.*\d)(?:[^\W_][\w'’&.-]* ){0,4}[^\W_](?:[\w'’&.-]*[^\W_])?")


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

    Passages in the question's language and in others are judged apart, each by its own coefficients. A question made of
    function words alone asks for nothing that could be found.
    """
    if retrieval.question.function_terms.issuperset(retrieval.question.terms):
        return -math.inf
    return max((answers for _, _, answers in _judged(retrieval, calibration)), default=-math.inf)


def speaks_of_subject(retrieval: Retrieval, calibration: Calibration) -> bool:
    """Whether a passage is about what the question asks for; it need not answer by itself."""
    return any(
        answers > (SUBJECT_LOGITS if same else SUBJECT_LOGITS_ACROSS)
        for same, _, answers in _judged(retrieval, calibration)
    )


def is_hopeless(retrieval: Retrieval, calibration: Calibration) -> bool:
    """Whether no passage comes so near to an answer that a model that reads should look at it."""
    if retrieval.question.survey:
        return not any(speaks_of_subject(replace(retrieval, hits=(hit,)), calibration) for hit in retrieval.hits)
    return answerability(retrieval, calibration) < HOPELESS


def refusal_features(retrieval: Retrieval, hits: Sequence[Hit]) -> dict[str, float]:
    """The evidence that `hits` hold an answer: what the one that fits the question best shows.

    Each is 0..1 but for `margin`, a difference. `cosine`: its best claim; if the question asks for a number or a
    date, its best one with such a thing in it or right behind it, since a sentence on the right subject without it
    answers nothing. `coverage`: share of the question's weight in its terms. `lexical`: its BM25 share. `specific`:
    share of the question's names and numbers in it, a half if the question has none. `margin`: how far its best claim
    is above the background of its language; cosines of a question in another language are lower throughout, by how
    much depends on the language.
    Fitted on Russian questions, it raises balanced accuracy on Turkish ones from .80 to .87; fitted on Turkish
    ones, on Russian ones from .79 to .83.

    Taking each feature's maximum over all passages instead lets one speak of the right person and another of the right
    event: measured .01 worse with the answer's paragraph absent. Coverage of the best sentence alone
    and distance to the other passages were tried too and moved no figure by more than chance.
    """
    weights, specific = retrieval.weights, retrieval.question.specific
    best = max(hits, key=lambda hit: _claim_cosine(retrieval, hit) + 0.2 * weights.coverage(hit.terms))
    cosine = _claim_cosine(retrieval, best)
    return {
        "cosine": cosine,
        "coverage": weights.coverage(best.terms),
        "lexical": best.lexical,
        "margin": cosine - best.background,
        "specific": len(specific & best.terms) / len(specific) if specific else 0.5,
    }


def _claim_cosine(retrieval: Retrieval, hit: Hit) -> float:
    """The cosine of the sentence nearest to the question among those that could answer it; 0 if there is none."""
    title = hit.chunk.source.title
    claims = [i for i, text in enumerate(hit.sentence_texts) if asserts_something(text, title)]
    if retrieval.question.kind in _EXACT_KINDS and not retrieval.question.survey:
        claims = [i for i in claims if any(_has_kind(retrieval, text) for text in hit.sentence_texts[i : i + 2])]
    return max((float(hit.cosines[i]) for i in claims), default=0.0)


def rank_sentences(retrieval: Retrieval, calibration: Calibration) -> list[Candidate]:
    """The sentences of all passages that could be quoted as an answer, best first.

    Headlines and questions assert nothing and are left out. Scores of sentences in the question's language and in
    others come from different coefficients: they are made comparable by giving the best sentence of either group the
    group's answerability. A group that does not answer is not quoted beside one that does.
    """
    ranked: list[Candidate] = []
    floor = min(0.0, answerability(retrieval, calibration))
    for same, hits, answers in _judged(retrieval, calibration):
        if answers < floor:
            continue
        score = calibration.selection if same else calibration.selection_other_language
        candidates = [
            Candidate(hit, position, score(selection_features(retrieval, hit, position)))
            for hit in hits
            for position, text in enumerate(hit.sentence_texts)
            if asserts_something(text, hit.chunk.source.title)
        ]
        shift = answers - max((candidate.score for candidate in candidates), default=0.0)
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


# The same passages come back for many questions, and each is looked at more than once for one.
@lru_cache(maxsize=10_000)
def asserts_something(sentence: str, title: str | None) -> bool:
    """Whether a sentence can be quoted as a claim: not a question, not the headline, not a label such as a byline."""
    is_label = sentence.lower() != sentence.upper() and _LABEL.fullmatch(sentence.strip())
    return not (is_question(sentence) or is_label or fold(sentence) == fold(title or ""))


def is_question(text: str) -> bool:
    """Whether a text ends with a question."""
    # Armenian sets its question mark inside the word that is asked about.
    return _QUESTION.search(text) is not None or "՞" in text


def names_in(text: str) -> list[str]:
    """The words that are capitalised though they do not begin a sentence."""
    return [name for name in _NAME.findall(text) if name[0].isupper()]


def _judged(retrieval: Retrieval, calibration: Calibration) -> list[tuple[bool, list[Hit], float]]:
    """The hits in the question's language (True) and those in others, if any, and how likely each answer it."""
    groups = _by_language(retrieval)
    both = len(groups) > 1
    if calibration.refusal.other_language is None and both:
        groups.pop(False)
    return [
        (same, hits, _answers(retrieval, hits, calibration, same=same) - (BAR_BESIDE_OWN if both and not same else 0.0))
        for same, hits in groups.items()
    ]


def _answers(retrieval: Retrieval, hits: Sequence[Hit], calibration: Calibration, *, same: bool) -> float:
    written = hits[0].chunk.source.language
    score = calibration.refusal.within(written) if same else calibration.refusal.other_language
    # What was never measured neither speaks for an answer nor refuses one.
    return score(refusal_features(retrieval, hits)) if score else 0.0


def _by_language(retrieval: Retrieval) -> dict[bool, list[Hit]]:
    written: dict[str | None, list[Hit]] = {}
    for hit in retrieval.hits:
        written.setdefault(hit.chunk.source.language, []).append(hit)
    groups: dict[bool, list[Hit]] = {}
    for language_, hits in written.items():
        groups.setdefault(_same_language(retrieval, language_, hits), []).extend(hits)
    return groups


def _same_language(retrieval: Retrieval, written: str | None, hits: Sequence[Hit]) -> bool:
    asked, weights = retrieval.question.language, retrieval.weights
    if asked is None or written is None or asked == written:
        return weights.known > 0 or asked == written
    shared = weights.coverage(frozenset().union(*(hit.terms for hit in hits)))
    return weights.known >= KNOWN_TERMS_OF_ONE_LANGUAGE and shared >= SHARED_TERMS_OF_ONE_LANGUAGE


def _has_kind(retrieval: Retrieval, sentence: str) -> float:
    """1 if the sentence has something new of the kind the question asks for, 0 if not, .5 if it asks for no kind."""
    kind = retrieval.question.kind
    if kind is None or kind == "reason":
        return 0.5
    known = frozenset(retrieval.question.terms)
    return float(any(not known.issuperset(terms(found)) for found in _mentions(kind, sentence)))


def _mentions(kind: QuestionType, sentence: str) -> list[str]:
    if kind in ("person", "place"):
        return names_in(sentence)
    if kind == "number":
        return _NUMBER.findall(sentence) + _listed(sentence, _number_words())
    # Some months are other words too, such as may and mars; a date has a number beside them.
    months = _listed(sentence, _date_words()) if _NUMBER.search(sentence) else []
    return _YEAR.findall(sentence) + months


def _listed(sentence: str, listed: frozenset[str]) -> list[str]:
    return [word for word in words(sentence) if word in listed]


@cache
def _number_words() -> frozenset[str]:
    # The words for one are articles and pronouns too: "no one", "un", "bir".
    numbers = [language(code).number_words for code in languages()]
    return frozenset(word for known in numbers for word, value in known.items() if value != 1)


@cache
def _date_words() -> frozenset[str]:
    return frozenset().union(*(language(code).months for code in languages()))
