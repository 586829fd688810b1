"""Puts the cases to an assistant and writes down what came of it."""

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, Field, ValidationError
from tqdm import tqdm

from assistant import Answer, Assistant, QuestionError
from assistant.calibration import calibration_for
from assistant.evidence import answerability
from assistant.records import Filters, Passage, Record
from assistant.retrieval import Retrieval
from eval.cases import Case, CaseError, locate
from eval.judge import Judge, judge_all
from eval.metrics.citations import broken
from eval.mistakes import first_mistake
from eval.recipe import Recipe, embedding_names, recipe
from eval.scoring import DEPTH, Gold, gold_of, score

# No passage at all is as hopeless as anything can be; a number keeps the curve drawable.
HOPELESS = -20.0
# Its name among a recipe's models.
JUDGE = "judge"


class Result(Record):
    """One case and what came of it.

    Attributes:
        case: as it was asked.
        answer: what the assistant said.
        scores: the measures that are defined for the case.
        answerability: the score that refusal is decided by, in logits; None for a survey, which has none.
        faults: broken promises of the citations, in words.
        judge_failures: why the judge gave no score, by the score's name.
    """

    case: Case
    answer: Answer
    scores: dict[str, float]
    answerability: float | None
    faults: tuple[str, ...]
    judge_failures: dict[str, str] = Field(default_factory=dict)


class Run(Record):
    """All results of one run, with what they were made with."""

    created: AwareDatetime
    recipe: Recipe
    results: tuple[Result, ...]

    def part(self, split: str) -> Self:
        """The same with the results of one split alone; "all" keeps them all."""
        kept = tuple(result for result in self.results if split in {"all", result.case.split})
        return self.model_copy(update={"results": kept})

    def write(self, path: Path) -> None:
        """Writes it as JSON, wholly or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.part")
        beside.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        beside.replace(path)


def read_run(path: Path) -> Run:
    """Reads what `Run.write` has written.

    Raises:
        ValueError: it is something else.
        OSError: it cannot be read.
    """
    try:
        return Run.model_validate_json(path.read_bytes())
    except ValidationError as error:
        message = f"{path} is not a run of this version: {first_mistake(error)}"
        raise ValueError(message) from error


def run_suite(bot: Assistant, cases: Sequence[Case], judge: Judge | None = None) -> Run:
    """Asks every case, in order, with a progress bar.

    Args:
        bot: the assistant under test.
        cases: what it is asked.
        judge: a model that scores the answers too.

    Raises:
        CaseError: a quote does not stand in its article, or a case names an article that is not there.
    """
    if not cases:
        message = "there are no cases to run"
        raise CaseError(message)
    articles = [bot.article(source.id) for source in bot.articles()]
    texts = {article.id: article.text for article in articles}
    evidence = {case.id: locate(case, texts) for case in cases}
    # The first question also pays for loading the model.
    bot.warm_up()
    passages = _passages(bot, {place.article for pieces in evidence.values() for piece in pieces for place in piece})
    gold = {name: gold_of(pieces, passages) for name, pieces in evidence.items()}
    results = tuple(_results(bot, cases, gold, texts))
    models = embedding_names(bot.embedding_name, bot.embedding_engine)
    if judge:
        models[JUDGE] = judge.name
        results = _judged(judge, results)
    if any(result.answer.mode == "generative" for result in results):
        models["answers"] = bot.settings.llm_model
    mode = "/".join(sorted({result.answer.mode for result in results}))
    return Run(
        created=datetime.now(UTC),
        recipe=recipe(bot.settings, articles, cases, mode, models),
        results=results,
    )


def _passages(bot: Assistant, articles: Iterable[str]) -> list[Passage]:
    """Every passage of some articles, whatever the question."""
    return [
        passage
        for article in sorted(articles)
        for passage in bot.retrieve("What is new?", sys.maxsize, Filters(articles=(article,)))
    ]


def _results(
    bot: Assistant, cases: Sequence[Case], gold: Mapping[str, Gold], texts: Mapping[str, str]
) -> Iterator[Result]:
    for case in tqdm(cases, desc="Asking", unit=" cases", delay=1):
        try:
            answer = bot.ask(case.question, case.turns(), case.filters)
        except QuestionError as error:
            message = f"{case.place}: question of {case.id}: {error}"
            raise CaseError(message) from error
        top_k = bot.settings.top_k
        found = bot.search(answer.standalone_question, max(DEPTH, top_k), case.filters)
        faults = broken(answer, texts)
        scores = score(case, answer, found.passages()[:DEPTH], gold[case.id])
        if bot.mode == "generative" and not answer.refused:
            scores["written"] = float(answer.mode == "generative")
        yield Result(
            case=case,
            answer=answer,
            scores=scores if answer.refused else {**scores, "broken citations": float(bool(faults))},
            answerability=None
            if found.question.survey
            else _answerability(replace(found, hits=found.hits[:top_k]), bot.embedding_name),
            faults=tuple(faults),
        )


def judged_scores(scores: Mapping[str, float]) -> dict[str, float]:
    """Those of a case's scores that the judge gave."""
    return {name: value for name, value in scores.items() if name.startswith("judged ")}


def judge_failed(results: Iterable[Result]) -> bool:
    """Whether the judge was asked and gave no score at all."""
    results = list(results)
    return any(r.judge_failures for r in results) and not any(judged_scores(r.scores) for r in results)


def _judged(judge: Judge, results: Sequence[Result]) -> tuple[Result, ...]:
    return tuple(
        result.model_copy(update={"scores": result.scores | found.scores, "judge_failures": found.failures})
        for result, found in zip(results, judge_all(judge, results), strict=True)
    )


def _answerability(retrieval: Retrieval, embedding: str) -> float:
    logits = answerability(retrieval, calibration_for(embedding))
    return logits if math.isfinite(logits) else HOPELESS
