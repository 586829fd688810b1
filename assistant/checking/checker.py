"""Checks one generated sentence at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.checking import clock, counts, dates, names, numbers, quotations
from assistant.checking.clauses import clauses
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


@dataclass(frozen=True)
class Verdict:
    """What the check of a sentence came to.

    Attributes:
        support: "unsupported" if something exact is missing or the passages speak of something else; "partial" if they
            contain all that is exact, but it is doubtful that they say it.
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
        claim = _Claim(text, code, Meaning(vector, _telling_terms(text, code)))
        found = [self._ground(claim, hit) for hit in cited]
        groundings = tuple(grounding for grounding in found if grounding)
        absent, doubtful = _exact_reasons(text, claim.code, [contents(hit) for hit in cited])
        if absent:
            return Verdict("unsupported", _not_there(absent, len(cited)), groundings)
        support, reason = self._judge(claim, groundings)
        if support == "supported" and doubtful:
            support, reason = "partial", doubtful
        if support != "unsupported":
            groundings = _showing_exact(claim, groundings)
        return Verdict(support, reason, groundings)

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
    anchored = _is_anchored(claim, passages)
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
    return len(_exact_reasons(claim.text, claim.code, quoted)[0])


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


def _exact_reasons(text: str, code: str | None, passages: Sequence[Contents]) -> tuple[list[str], str]:
    """What is exact in a sentence and in no passage, and in words what of it is doubtful."""
    mentions = dates.read_dates(text, code)
    times = clock.read_times(text)
    rest = dates.without_dates(text, [*mentions, *times])
    figures = numbers.read_numbers(rest, code)
    absent = [*_absent_dates(mentions, passages), *_absent_times(times, passages), *_absent_numbers(figures, passages)]
    odd = _odd_counts(rest, code, passages)
    absent += [count.text for count in odd if count.is_sure]
    doubtful = (
        _doubtful_number(figures, passages)
        or (f"The cited passage has another number than in “{odd[0].text}”." if odd else "")
        or _doubtful_date(text, code, mentions, passages)
    )
    for name in names.find_names(_without_units(rest, figures), code):
        lacking = names.missing(name, code, [passage.names for passage in passages])
        if lacking and lacking.certain:
            absent.append(lacking.text)
        elif lacking:
            doubtful = f"“{lacking.text}” is not in the cited passage."
        elif two := names.joined(name, code, [passage.names for passage in passages]):
            doubtful = f"“{two}” may be of two names in the cited passage."
    for quotation in quotations.quotations(text):
        if not any(_has_quotation(passage, quotation, code) for passage in passages):
            if _translated(code, passages):
                doubtful = f"“{quotation}” is a translation, so it cannot be compared word for word."
            else:
                absent.append(quotation)
    return list(dict.fromkeys(absent)), doubtful


def _has_quotation(passage: Contents, quotation: str, code: str | None) -> bool:
    """Whether a passage has a quotation word for word, or as a name, which is inflected between marks too."""
    return quotations.stands_in(quotation, passage.words) or passage.names.has_inflected(quotation, code)


def _is_anchored(claim: "_Claim", passages: Sequence[Contents]) -> bool | None:
    """Whether passages that lack nothing exact share with a sentence what is alike in every language.

    That is a number or a date in digits, or a name; None if the sentence has none of them.
    """
    text, code = claim.text, claim.code
    mentions, times = dates.read_dates(text, code), clock.read_times(text)
    rest = dates.without_dates(text, [*mentions, *times])
    figures = numbers.read_numbers(rest, code)
    written = [*(date.text for date in mentions), *(time.text for time in times), *(number.text for number in figures)]
    if any(map(str.isdigit, "".join(written))):
        return True
    known = [passage.names for passage in passages]
    found = [names.in_common(name, code, known) for name in names.find_names(_without_units(rest, figures), code)]
    return None if set(found) <= {None} else any(found)


def _absent_dates(mentions: Sequence[dates.DateMention], passages: Sequence[Contents]) -> Iterator[str]:
    published = {passage.published for passage in passages if passage.published}
    return (
        mention.text for mention in _untold(mentions, passages) if not dates.contains(published, frozenset(), mention)
    )


def _untold(mentions: Sequence[dates.DateMention], passages: Sequence[Contents]) -> list[dates.DateMention]:
    """The dates that no passage tells in its text."""
    known = frozenset().union(*(passage.dates for passage in passages))
    years = frozenset().union(*(passage.years for passage in passages))
    return [mention for mention in mentions if not dates.contains(known, years, mention)]


def _doubtful_date(
    text: str, code: str | None, mentions: Sequence[dates.DateMention], passages: Sequence[Contents]
) -> str:
    """In words, a date that only the publication of a passage proves, in a sentence that is not about saying it."""
    untold = _untold(mentions, passages)
    if not untold or code not in languages() or _reports(text, language(code).reports, passages):
        return ""
    return f"“{untold[0].text}” is when the cited passage was published; it may not be when that happened."


def _reports(text: str, verbs: frozenset[str], passages: Sequence[Contents]) -> bool:
    """Whether a sentence says that something was said or published, or names who did."""
    said = quotations.searchable(text)
    return not verbs.isdisjoint(words_of(text)) or any(name in said for passage in passages for name in passage.origin)


def _absent_times(times: Sequence[clock.Time], passages: Sequence[Contents]) -> Iterator[str]:
    known = frozenset().union(*(passage.times for passage in passages))
    return (time.text for time in times if known.isdisjoint(time.minutes))


def _absent_numbers(figures: Sequence[numbers.Number], passages: Sequence[Contents]) -> Iterator[str]:
    known = [number for passage in passages for number in passage.numbers]
    return (number.text for number in figures if not numbers.contains(known, number))


def _doubtful_number(figures: Sequence[numbers.Number], passages: Sequence[Contents]) -> str:
    """In words, a number whose unit or sign no passage tells; empty if there is none.

    Only of languages whose units are known is it known that they are not told.
    """
    known = [number for passage in passages for number in passage.numbers]
    if not all(passage.code in languages() for passage in passages):
        return ""
    untold = (figure.text for figure in figures if not numbers.is_told(known, figure))
    return next((f"The cited passage may not mean “{text}” by that number." for text in untold), "")


def _odd_counts(text: str, code: str | None, passages: Sequence[Contents]) -> list[counts.Count]:
    """What the passages of its language count by other numbers only."""
    known = (count for passage in passages if passage.code == code for count in passage.counts)
    return counts.at_odds(counts.read_counts(text, code), known)


def _without_units(text: str, figures: Sequence[numbers.Number]) -> str:
    """The text without its numbers and their units, some of which have capitals: USD 5bn."""
    for number in figures:
        if number.unit:
            text = text.replace(number.text, " " * len(number.text))
    return text


def _translated(code: str | None, passages: Sequence[Contents]) -> bool:
    return code is not None and all(passage.code not in {None, code} for passage in passages)


def _not_there(absent: Sequence[str], cited: int) -> str:
    passages = "the cited passage" if cited == 1 else "the cited passages"
    quoted = [f"“{_short(text)}”" for text in absent[:3]]
    if len(quoted) == 1:
        return f"{quoted[0]} is not in {passages}."
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} are not in {passages}."


def _short(text: str, most: int = 80) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= most else f"{joined[: most - 1]}…"
