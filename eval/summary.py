"""What a run comes to: means with their intervals, over all cases and by type of question."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.cases import Case
from eval.metrics.bootstrap import Column, Draws, Estimate, difference, estimate, probability_above
from eval.metrics.refusal import Point, refusal_curve
from eval.suite import Result, Run

# The measures of one case by name.
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table.

    Attributes:
        name: as it is shown.
        meaning: what it is, in one line.
        columns: the scores of which it is the mean; of two, the mean of both means.
        higher_is_better: whether it should rise or fall, None where neither is better.
        of_answers: whether it is defined for answers alone. Two runs are then compared where both answer: a hard
            question that is no longer refused makes no other answer worse.
    """

    name: str
    meaning: str
    columns: tuple[str, ...]
    higher_is_better: bool | None = True
    of_answers: bool = False


def _figure(name: str, meaning: str, *, higher_is_better: bool | None = True, of_answers: bool = False) -> Figure:
    return Figure(name, meaning, (name,), higher_is_better, of_answers)


FIGURES = (
    _figure("correct", "answerable: every key fact is said; unanswerable: refused"),
    _figure("hit@1", "the first passage holds a piece of the evidence"),
    _figure("hit@5", "one of the first five does"),
    _figure("recall@5", "share of the evidence in the first five passages"),
    _figure("recall@10", "share of the evidence in the first ten"),
    _figure("MRR@10", "1 / rank of the first passage with evidence"),
    _figure("nDCG@10", "the ranking's gain as a share of the best one's"),
    _figure("MAP", "mean of the precision at each piece of evidence"),
    _figure("fact recall", "share of the key facts that the answer says; a refusal says none"),
    _figure("token F1", "words shared with the reference answer, as in SQuAD"),
    _figure("exact match", "the reference answer word for word, as in SQuAD"),
    _figure("words", "length of an answer", higher_is_better=None, of_answers=True),
    _figure("citation recall", "share of an answer's sentences whose citation quotes evidence", of_answers=True),
    _figure("citation precision", "share of an answer's citations that quote evidence", of_answers=True),
    _figure("evidence cited", "share of the evidence that the answer cites", of_answers=True),
    _figure("broken citations", "share of answers with a citation that is not sound", higher_is_better=False),
    Figure("refusal balanced accuracy", "mean of the two lines below", ("answered", "refused")),
    Figure("answerable answered", "share of the answerable questions that are not refused", ("answered",)),
    Figure("refusal recall", "share of the unanswerable questions that are refused", ("refused",)),
    _figure("refusal precision", "share of the refusals that are right"),
    _figure("written", "share of the answers that the model wrote; the others quote", of_answers=True),
    _figure("sentences supported", "of what the model wrote, the share that its passages say", of_answers=True),
    _figure("sentences partial", "the share that they may not say wholly", higher_is_better=None, of_answers=True),
    _figure("sentences unsupported", "the share that none says, struck", higher_is_better=False, of_answers=True),
    _figure("prompt tokens", "for an answer that a model wrote", higher_is_better=False, of_answers=True),
    _figure("completion tokens", "for an answer that a model wrote", higher_is_better=False, of_answers=True),
    _figure("cost", "of an answer, in the currency of its price", higher_is_better=False, of_answers=True),
    _figure("judged correct", "LlamaIndex's CorrectnessEvaluator, 0..1", of_answers=True),
    _figure("judged faithful", "LlamaIndex's FaithfulnessEvaluator", of_answers=True),
    _figure("judged relevant", "LlamaIndex's RelevancyEvaluator", of_answers=True),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two runs over the same cases."""

    figure: Figure
    before: Estimate
    after: Estimate
    difference: Estimate

    @property
    def significant(self) -> bool:
        """Whether the interval of the difference is clear of zero."""
        return self.difference.low > 0 or self.difference.high < 0

    @property
    def better(self) -> bool:
        """Whether it has moved the way it should, by more than chance explains."""
        return self.significant and self.figure.higher_is_better is self._rose

    @property
    def worse(self) -> bool:
        """Whether it has moved the other way, by more than chance explains."""
        return self.significant and self.figure.higher_is_better is (not self._rose)

    @property
    def _rose(self) -> bool:
        return self.difference.low > 0


def summarise(results: Sequence[Result]) -> dict[Figure, Estimate]:
    """Every figure that is defined for some of the results."""
    return estimates([result.scores for result in results])


def estimates(scores: Sequence[Scores]) -> dict[Figure, Estimate]:
    """Every figure that is defined for some of the cases, from their scores."""
    drawn = Draws(len(scores))
    columns = {figure: _columns(figure, scores) for figure in FIGURES}
    return {figure: estimate(found, drawn) for figure, found in columns.items() if _defined(found)}


def compare(before: Run, after: Run) -> list[Change]:
    """Every figure of both runs over the cases that they share, and by how much it changed.

    Raises:
        ValueError: they share no case.
    """
    pairs = shared(before, after)
    return changes([old.scores for old, _ in pairs], [new.scores for _, new in pairs])


def changes(before: Sequence[Scores], after: Sequence[Scores]) -> list[Change]:
    """Every figure over the same cases, scored twice.

    Raises:
        ValueError: there is no case.
    """
    if not before:
        message = "the two runs have no case in common"
        raise ValueError(message)
    drawn = Draws(len(before))
    found = []
    for figure in FIGURES:
        old, new = _columns(figure, before), _columns(figure, after)
        both = _where_both(old, new) if figure.of_answers else (old, new)
        if _defined(both[0]) and _defined(both[1]):
            found.append(Change(figure, estimate(old, drawn), estimate(new, drawn), difference(*both, drawn)))
    return found


def shared(before: Run, after: Run) -> list[tuple[Result, Result]]:
    """The results of both runs for the same case, in the order of the later one; a case that was changed is another."""
    known = {asked(result.case): result for result in before.results}
    return [(known[asked(result.case)], result) for result in after.results if asked(result.case) in known]


def asked(case: Case) -> str:
    """What makes a case the same in two runs: all of it but the split that it is counted in."""
    return case.model_dump_json(exclude={"split"})


def by_type(results: Sequence[Result]) -> dict[str, list[Result]]:
    """The results by type of question, in the order in which the types first come."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.case.type, []).append(result)
    return groups


def curve(results: Sequence[Result]) -> list[Point]:
    """What other thresholds of refusal would do, over the questions that are decided by one."""
    answerable, unanswerable = (column[~np.isnan(column)].tolist() for column in _answerability(results))
    return refusal_curve(answerable, unanswerable)


def refusal_auc(results: Sequence[Result]) -> Estimate | None:
    """The probability that an answerable question scores above an unanswerable one: .5 is chance.

    Over the questions that refusal decides by a score; None unless there are some of both kinds.
    """
    answerable, unanswerable = _answerability(results)
    if not _defined([answerable, unanswerable]):
        return None
    return probability_above(answerable, unanswerable, Draws(len(results)))


def stages(results: Sequence[Result]) -> dict[str, tuple[float, float]]:
    """Median and 95th percentile of the seconds that each stage takes, and of the whole."""
    if not results:
        return {}
    names = dict.fromkeys(name for result in results for name in result.answer.timings)
    seconds = {name: [result.answer.timings.get(name, 0.0) for result in results] for name in names}
    seconds["whole"] = [sum(result.answer.timings.values()) for result in results]
    return {name: (float(np.percentile(s, 50)), float(np.percentile(s, 95))) for name, s in seconds.items()}


def _answerability(results: Sequence[Result]) -> tuple[Column, Column]:
    """The scores of the answerable questions and of the unanswerable ones."""
    scores = np.array([math.nan if r.answerability is None else r.answerability for r in results], dtype=np.float64)
    answerable = np.array([result.case.answerable for result in results], dtype=np.bool_)
    return np.where(answerable, scores, np.nan), np.where(answerable, np.nan, scores)


def _columns(figure: Figure, scores: Sequence[Scores]) -> list[Column]:
    return [np.array([of_case.get(name, math.nan) for of_case in scores]) for name in figure.columns]


def _where_both(old: Sequence[Column], new: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """The columns with the cases left out that either run has no score for."""
    pairs = [(a + 0 * b, b + 0 * a) for a, b in zip(old, new, strict=True)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _defined(columns: Sequence[Column]) -> bool:
    return all(bool((~np.isnan(column)).any()) for column in columns)
