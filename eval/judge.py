"""Lets a model judge the answers, by LlamaIndex's own evaluators.

The judge is named apart from the model that answers, so that no model grades itself and a figure of today compares with
one of last year. It gives, each from 0 to 1:

- judged correct: how well the answer agrees with the case's reference answer (`CorrectnessEvaluator`; its grade of 1..5
  is moved to 0..1 as (grade - 1) / 4). Only where the case has a reference.
- judged faithful: whether the quotes that the answer cites say all that it says (`FaithfulnessEvaluator`).
- judged relevant: whether the answer and its passages are about the question (`RelevancyEvaluator`).

Where the judge fails, the score is absent and the reason is kept: a failure is neither a bad answer nor a good one.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from tqdm import tqdm

from assistant.records import Answer, Record
from eval.cases import Case


class Asked(Protocol):
    """A case and the answer to it, such as a `Result`."""

    @property
    def case(self) -> Case:
        """As it was asked."""

    @property
    def answer(self) -> Answer:
        """What the assistant said."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A chat model that judges, behind an endpoint that speaks as OpenAI's does.

    It is asked at temperature 0, or at 1 where LlamaIndex knows that the model takes nothing else.

    Attributes:
        model: its name at the endpoint.
        base_url: where the endpoint is, as in `OPENAI_BASE_URL`.
        api_key: sent there and shown nowhere; without one, none is taken from the environment.

    Raises:
        ValueError: the model has no name, or the address is none.
    """

    model: str
    base_url: str = field(repr=False)  # it may carry a password
    api_key: SecretStr | None = None

    def __post_init__(self) -> None:
        if not self.model.strip():
            message = "the judge needs the name of a model"
            raise ValueError(message)
        if urlsplit(self.base_url).scheme not in {"http", "https"} or not self._host:
            message = "the judge needs the address of an endpoint, such as http://127.0.0.1:8080/v1"
            raise ValueError(message)

    @property
    def name(self) -> str:
        """What judged, for the recipe of a run."""
        return f"{self.model} at {self._host}"

    @property
    def _host(self) -> str:
        """With the port, without the user and password that an address may carry."""
        # Its package takes a second to import.
        from assistant.models.common import host

        return host(self.base_url)


class Judgement(Record):
    """What the judge made of one answer; empty for a refusal, which is not judged.

    Attributes:
        scores: by the name of the measure.
        failures: for each measure that the judge failed to give: the reason and, behind a colon, what was said.
    """

    scores: dict[str, float] = Field(default_factory=dict)
    failures: dict[str, str] = Field(default_factory=dict)


def judge_all(judge: Judge, asked: Sequence[Asked]) -> list[Judgement]:
    """A judgement for each, in the same order, one call after the other, with a progress bar.

    It runs an event loop of its own, so it cannot be called from within one.

    Raises:
        PromptError: a template of the judge is missing or malformed.
    """
    return asyncio.run(_judge_all(judge, asked))


def failures_in_words(judgements: Iterable[Judgement]) -> str:
    """How often the judge failed and why, in a line, such as "... on 3 of 90 judgements: 2 timed out, 1 unreadable"."""
    judgements = list(judgements)
    reasons = Counter(reason.partition(":")[0] for judgement in judgements for reason in judgement.failures.values())
    tried = reasons.total() + sum(len(judgement.scores) for judgement in judgements)
    if not reasons:
        return f"the judge failed on none of {tried} judgements"
    counts = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    return f"the judge failed on {reasons.total()} of {tried} judgements: {counts}"


async def _judge_all(judge: Judge, asked: Sequence[Asked]) -> list[Judgement]:
    from eval.judge_panel import open_panel

    key = judge.api_key.get_secret_value() if judge.api_key else None
    judgements = []
    async with open_panel(judge.model, judge.base_url, key) as panel:
        for one in tqdm(asked, desc="Judging", unit=" answers", delay=1):
            scores, failures = ({}, {}) if one.answer.refused else await panel.judge(one.case, one.answer)
            judgements.append(Judgement(scores=scores, failures=failures))
    return judgements
