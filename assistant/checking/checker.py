"""Checks one generated sentence at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.checking.clauses import clauses
from assistant.checking.exact import Exact, is_anchored, lacking, read_exact
from assistant.checking.meaning import Grounding, Meaning, coverage, ground, widenings
from assistant.checking.negation import contradicts
from assistant.checking.passage import Contents, contents, contents_of
from assistant.checking.plain import plain
from assistant.checking.thresholds import Likeness, Thresholds, thresholds_for
from assistant.languages import detect_language, language, languages
from assistant.languages import words as words_of
from assistant.records import Support
from assistant.retrieval import Hit
from assistant.terms import terms

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

# Longer than any sentence; what stands behind is read for its numbers and names all the same.
EMBEDDED_CHARS = 2000
# Two different negations in what is otherwise the same are a contradiction; in other words they may not be.
SAME_WORDS = 0.8
# Of fewer words the detector is seldom sure; then this share of them in a passage tells more.
TELLING_WORDS, SURE, SHARED_WORDS = 8, 0.9, 1 / 3
# What shares nothing but its likeness with a passage in another language is supported from so many telling terms and
# logits on. Without them .52 of such sentences that cite another passage of their article pass and .98 of the true
# translations, with them .11 and .79 (of the half of XQuAD-R that was fitted on).
SHORTEST_TRANSLATED, CLEARLY = 6, 2.5
# A reader is told so many reasons at most.
MOST_REASONS = 3


@dataclass(frozen=True)
class Verdict:
    """What the check of a sentence came to.

    Attributes:
        support: "unsupported" if something exact is surely missing, or the passages say the opposite or speak of
            something else; "partial" if it is doubtful that they have all that is exact, or that they say it.
        reason: for the reader, in English; empty if supported.
        groundings: for each cited passage, in order, where in it the sentence stands best.
    """

    support: Support
    reason: str
    groundings: tuple[Grounding, ...]


# So many telling terms of which none is known make a clause foreign. Of the 124 English reference answers over the
# shipped articles, which reword their evidence, none has such a clause.
FOREIGN_TERMS = 3

NOTHING_CITED = Verdict("unsupported", "It cites no passage, and none says it.", ())


class Checker:
    """Compares generated sentences with the passages they cite.

    What is exact (numbers, dates, names, quotations) has to stand in the passages or in what is known of their source.
    What the rest means is compared by the embedding and by the words in common.

    Args:
        embedding: the one that the passages' vectors come from.
        thresholds: what likeness of meaning is enough; by default what was fitted for the embedding.
    """

    def __init__(self, embedding: "BaseEmbedding", thresholds: Thresholds | None = None) -> None:
        self._embedding = embedding
        self._thresholds = thresholds or thresholds_for(embedding.model_name)

    def check(self, sentence: str, cited: Sequence[Hit]) -> Verdict:
        """The verdict on a sentence, given the passages it cites together.

        Raises:
            ModelError: the embedding fails.
        """
        text = plain(sentence)
        return self._check(text, self._vector(text), cited) if cited else NOTHING_CITED

    def best_support(self, sentence: str, hits: Sequence[Hit]) -> Grounding | None:
        """Where the sentence stands best among passages of which it cites none; None if none supports it by itself.

        Raises:
            ModelError: the embedding fails.
        """
        if not hits:
            return None
        text = plain(sentence)
        vector = self._vector(text)
        verdicts = [self._check(text, vector, [hit]) for hit in hits]
        supported = [verdict.groundings[0] for verdict in verdicts if verdict.support == "supported"]
        return max(supported, key=lambda grounding: grounding.score, default=None)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.asarray(self._embedding.get_text_embedding(text[:EMBEDDED_CHARS] or " "), dtype=np.float32)
        return vector / (float(np.linalg.norm(vector)) or 1.0)

    def _check(self, text: str, vector: NDArray[np.float32], cited: Sequence[Hit]) -> Verdict:
        code = _language(text, cited)
        passages = [contents(hit) for hit in cited]
        claim = _Claim(text, code, Meaning(vector, _telling_terms(text, code)), read_exact(text, code, passages))
        found = [self._ground(claim, hit) for hit in cited]
        groundings = tuple(grounding for grounding in found if grounding)
        lacks = lacking(claim.exact, passages)
        if absent := [lack.text for lack in lacks if not lack.doubt]:
            return Verdict("unsupported", _not_there(absent, len(cited)), groundings)
        support, reason = self._judge(claim, groundings)
        if support == "unsupported":
            return Verdict(support, reason, groundings)
        doubts = [*([reason] if reason else []), *(lack.doubt for lack in lacks)][:MOST_REASONS]
        return Verdict("partial" if doubts else support, " ".join(doubts), _showing_exact(claim, groundings))

    def _ground(self, claim: "_Claim", hit: Hit) -> Grounding | None:
        return ground(claim.meaning, hit, self._likeness(claim, hit).score)

    def _likeness(self, claim: "_Claim", hit: Hit) -> Likeness:
        same = self._thresholds.same_language
        return same if _same_language(claim.code, hit) else self._thresholds.other_language or same

    def _judge(self, claim: "_Claim", groundings: Sequence[Grounding]) -> tuple[Support, str]:
        """What the meaning of a sentence, all of whose exact parts are contained, comes to."""
        if not claim.meaning.terms:
            return "partial", "It says nothing that could be compared with the passage."
        if not groundings:
            return "unsupported", "The cited passage holds no sentence."
        best = max(groundings, key=lambda grounding: grounding.score)
        likeness = self._likeness(claim, best.hit)
        if _same_language(claim.code, best.hit):
            return self._judge_in_language(claim, groundings, best, likeness)
        if self._thresholds.other_language is None:
            return "partial", "Its meaning was not compared, since the passage is in another language."
        return _judge_translated(claim, [contents(grounding.hit) for grounding in groundings], best.score, likeness)

    def _judge_in_language(
        self, claim: "_Claim", groundings: Sequence[Grounding], best: Grounding, likeness: Likeness
    ) -> tuple[Support, str]:
        shared = coverage(claim.meaning.terms, [g.hit.terms for g in groundings])
        together = likeness.score({**best.features, "coverage": max(best.features["coverage"], shared)})
        support, reason = _by_score(together if len(groundings) > 1 else best.score, likeness)
        if support == "supported" and (clause := _foreign_clause(claim, groundings)):
            return "partial", f"“{_short(clause)}” has nothing in common with the cited passage."
        if support != "unsupported" and contradicts(claim.text, best.text, claim.code):
            said = "The cited passage says the opposite, or says it without “not”."
            return ("unsupported" if best.features["coverage"] >= SAME_WORDS else "partial"), said
        return support, reason


def _judge_translated(
    claim: "_Claim", passages: Sequence[Contents], score: float, likeness: Likeness
) -> tuple[Support, str]:
    """What likeness alone comes to, which shows the subject rather than what is said of it."""
    support, reason = _by_score(score, likeness)
    anchored = is_anchored(claim.exact, passages)
    if support == "partial" and anchored is False:
        return "unsupported", "The cited passage names none of what it names, and may not say this."
    short = len(claim.meaning.terms) < SHORTEST_TRANSLATED
    if support == "supported" and not anchored and (short or score < CLEARLY):
        return "partial", "It shares no name, number or date with the cited passage, which is in another language."
    return support, reason


def _showing_exact(claim: "_Claim", groundings: Sequence[Grounding]) -> tuple[Grounding, ...]:
    """The groundings, widened so that the reader sees in them all that is exact in the sentence, as far as they may."""
    shown = list(groundings)
    lacking = _unshown(claim, shown)
    for i in range(len(shown)):
        for wider in widenings(shown[i]) if lacking else ():
            still = _unshown(claim, [*shown[:i], wider, *shown[i + 1 :]])
            if still < lacking:
                shown[i], lacking = wider, still
    return tuple(shown)


def _unshown(claim: "_Claim", groundings: Sequence[Grounding]) -> int:
    """How much of what is exact in the sentence stands in none of the groundings."""
    quoted = [contents_of(grounding.text, grounding.hit.chunk.source) for grounding in groundings]
    return sum(not lack.doubt for lack in lacking(claim.exact, quoted))


def _foreign_clause(claim: "_Claim", groundings: Sequence[Grounding]) -> str | None:
    """A clause that no word of is in the passages; the sentence as a whole may be like them all the same."""
    known = frozenset().union(*(grounding.hit.terms for grounding in groundings))
    for clause in clauses(claim.text):
        wanted = _telling_terms(clause, claim.code)
        if len(wanted) >= FOREIGN_TERMS and wanted.isdisjoint(known):
            return clause
    return None


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    code: str | None
    meaning: Meaning
    exact: Exact


def _language(text: str, cited: Sequence[Hit]) -> str | None:
    """The language of a sentence; a few words of which a passage has a good part are, in doubt, in the passage's."""
    wanted = terms(text)
    if len(wanted) < TELLING_WORDS and detect_language(text, SURE) is None:
        for hit in cited:
            if sum(term in hit.terms for term in wanted) >= SHARED_WORDS * len(wanted):
                return hit.chunk.source.language
    return detect_language(text)


def _by_score(score: float, likeness: Likeness) -> tuple[Support, str]:
    if score < likeness.far:
        return "unsupported", "The cited passage speaks of something else."
    return ("supported", "") if score >= 0 else ("partial", "The cited passage may not say all of this.")


def _same_language(code: str | None, hit: Hit) -> bool:
    written = hit.chunk.source.language
    return code is None or written is None or code == written


def _telling_terms(text: str, code: str | None) -> frozenset[str]:
    telling = language(code).content_words(text) if code in languages() else words_of(text)
    return frozenset(term for word in telling for term in terms(word))


def _not_there(absent: Sequence[str], cited: int) -> str:
    passages = "the cited passage" if cited == 1 else "the cited passages"
    quoted = [f"“{_short(text)}”" for text in absent[:MOST_REASONS]]
    if len(quoted) == 1:
        return f"{quoted[0]} is not in {passages}."
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} are not in {passages}."


def _short(text: str, most: int = 80) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= most else f"{joined[: most - 1]}…"
