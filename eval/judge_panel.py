"""LlamaIndex's evaluators over the judge's model: what they are asked, and how their answers are read.

Imports LlamaIndex and the OpenAI client, which takes seconds; `eval.judge` is what others import.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator, RelevancyEvaluator
from llama_index.core.prompts import PromptTemplate
from llama_index.llms.openai_like import OpenAILike

from assistant.answers.material import passage
from assistant.models.failures import NO_KEY
from assistant.models.thoughts import without_thoughts
from assistant.prompts import PROMPTS, as_data, load_prompt
from assistant.records import Answer
from eval.cases import Case
from eval.scoring import plain

# A judge may take this long to answer, and is tried once and then this many times more.
TIMEOUT_SECONDS = 60.0
RETRIES = 2
# LlamaIndex asks once for each windowful of passages and merges the verdicts by a prompt of its own. With a window that
# never fills it asks once; a model that cannot take that much says so, which is counted.
WINDOW = 1_000_000
LOWEST, HIGHEST = 1.0, 5.0
# Of what a judge or an endpoint said, so much is kept with a failure.
LONGEST_DETAIL = 200

TIMED_OUT = "timed out"
EMPTY = "empty"
UNREADABLE = "unreadable"
OUT_OF_RANGE = "out of range"

# A timeout is a connection error too, so it comes first.
_REASONS: dict[type[openai.OpenAIError], str] = {
    openai.APITimeoutError: TIMED_OUT,
    openai.APIConnectionError: "not reachable",
    openai.AuthenticationError: "key refused",
    openai.PermissionDeniedError: "key refused",
    openai.RateLimitError: "too many requests",
}

_GRADE = re.compile(r"[\s*#_]*(?:(?:score|grade)\W+)?(-?\d+(?:\.\d+)?)(?:\s*/\s*5)?[\s*_.]*", re.IGNORECASE)
# "yesterday" is no yes, and neither is an echoed "YES or NO".
_VERDICT = re.compile(r"\W*(?:(?:answer|verdict)\W+)?(yes|no)\b(?!\s*(?:/|\||or\b))", re.IGNORECASE)


class JudgeError(Exception):
    """The judge gave no score; the message is the reason and, behind a colon, what was said."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(f"{reason}: {' '.join(said.split())}" if said else reason)


class JudgeModel(OpenAILike):
    """A chat model behind an OpenAI-compatible endpoint, whose failures are told apart.

    The evaluators would take a failure that is a `ValueError`, and an empty answer, for a NO.

    Raises:
        JudgeError: the endpoint fails, or sends something else than an answer.
    """

    async def achat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
        """One answer, within the time for all tries."""
        with _failures_in_words():
            # The client's own timeout starts anew with every byte that comes.
            async with asyncio.timeout(TIMEOUT_SECONDS * (1 + RETRIES)):
                response = await super().achat(messages, **options)
        if not _without_thoughts(response.message.content):
            raise JudgeError(EMPTY)
        return response


class Panel:
    """The three evaluators, each with a template of this project."""

    def __init__(self, model: JudgeModel, key: str) -> None:
        self._key = key
        self._correctness = CorrectnessEvaluator(
            model,
            eval_template=_template(
                "judge_correctness", query="question", reference_answer="reference", generated_answer="answer"
            ),
            parser_function=_grade,
        )
        self._faithfulness = FaithfulnessEvaluator(
            model, eval_template=_template("judge_faithfulness", query_str="answer", context_str="passages")
        )
        self._relevancy = RelevancyEvaluator(
            model, eval_template=_template("judge_relevancy", query_str="exchange", context_str="passages")
        )

    async def judge(self, case: Case, answer: Answer) -> tuple[dict[str, float], dict[str, str]]:
        """The scores of an answer, and for each that the judge failed to give the reason."""
        scores: dict[str, float] = {}
        failures: dict[str, str] = {}
        for name, measure in self._measures(case).items():
            try:
                scores[name] = await measure(case, answer)
            except JudgeError as error:
                failures[name] = self._showable(error)
        return scores, failures

    def _measures(self, case: Case) -> dict[str, Callable[[Case, Answer], Awaitable[float]]]:
        # Only an answerable case has a reference to be correct by.
        correct = {"judged correct": self._correct} if case.answerable else {}
        return {**correct, "judged faithful": self._faithful, "judged relevant": self._relevant}

    async def _correct(self, case: Case, answer: Answer) -> float:
        """LlamaIndex's grade of 1..5, moved to 0..1 as (grade - 1) / 4."""
        result = await self._correctness.aevaluate(
            query=_question(case), response=as_data(plain(answer.text)), reference=as_data(case.answer or "")
        )
        if result.score is None:
            raise JudgeError(UNREADABLE, result.feedback or "")
        if not LOWEST <= result.score <= HIGHEST:
            raise JudgeError(OUT_OF_RANGE, result.feedback or "")
        return (result.score - LOWEST) / (HIGHEST - LOWEST)

    async def _faithful(self, _: Case, answer: Answer) -> float:
        """Whether the quotes that the answer cites say all that it says."""
        quotes = [passage(citation.source, citation.quote) for citation in answer.citations]
        result = await self._faithfulness.aevaluate(
            response=as_data(plain(answer.text)), contexts=quotes or ["(The answer cites nothing.)"]
        )
        return _verdict(result.feedback or "")

    async def _relevant(self, case: Case, answer: Answer) -> float:
        """Whether the answer, and the passages that it was made from, are about the question."""
        passages = [passage(found.source, found.text) for found in answer.passages]
        result = await self._relevancy.aevaluate(
            query=_question(case),
            response=as_data(plain(answer.text)),
            contexts=passages or ["(There were no passages.)"],
        )
        return _verdict(result.feedback or "")

    def _showable(self, error: JudgeError) -> str:
        """The reason without the key, which some endpoints repeat, and of limited length."""
        words = str(error) if self._key == NO_KEY else str(error).replace(self._key, "...")
        return words if len(words) <= LONGEST_DETAIL else f"{words[:LONGEST_DETAIL]}..."


@asynccontextmanager
async def open_panel(model: str, base_url: str, key: str | None) -> AsyncIterator[Panel]:
    """The evaluators over this model, with a connection that is closed in the end."""
    # Without a key the client would take OPENAI_API_KEY, which belongs to the endpoint of the model that answers.
    async with openai.AsyncOpenAI(
        api_key=key or NO_KEY, base_url=base_url, timeout=TIMEOUT_SECONDS, max_retries=RETRIES
    ) as client:
        judge = JudgeModel(
            model=model,
            temperature=0.0,
            is_chat_model=True,
            context_window=WINDOW,
            timeout=TIMEOUT_SECONDS,
            # The client retries, and heeds Retry-After; LlamaIndex's loop around it would multiply the tries.
            max_retries=0,
            api_base=base_url,
            api_key=NO_KEY,
            async_openai_client=client,  # type: ignore[call-arg]  # no field, but the constructor takes it
        )
        yield Panel(judge, key or NO_KEY)


@contextmanager
def _failures_in_words() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise JudgeError(TIMED_OUT) from error
    except openai.OpenAIError as error:
        raise _in_words(error) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # The client does not check what it is sent: a page of HTML comes back as a string.
        raise JudgeError(UNREADABLE, "the endpoint sent no chat completion") from error


def _in_words(error: openai.OpenAIError) -> JudgeError:
    reason = next((words for kind, words in _REASONS.items() if isinstance(error, kind)), None)
    if reason is not None:
        return JudgeError(reason)
    if not isinstance(error, openai.APIStatusError):
        return JudgeError("client error", str(error))
    said = error.body.get("message") if isinstance(error.body, dict) else error.body
    return JudgeError(f"HTTP {error.status_code}", str(said or ""))


def _template(name: str, **variables: str) -> PromptTemplate:
    """A prompt as LlamaIndex wants it.

    Args:
        name: of the file.
        variables: the file's variables, by the names that the evaluator gives them.
    """
    prompt = load_prompt(name, frozenset(variables.values()), PROMPTS / "eval")
    text = prompt.substitute({variable: f"{{{variable}}}" for variable in variables.values()})
    return PromptTemplate(text, template_var_mappings=variables)


def _question(case: Case) -> str:
    """The question as it was asked, after what had been said before: how it was understood is under test too."""
    if not case.history:
        return as_data(case.question)
    earlier = "\n".join(f"{message.role}: {message.content}" for message in case.history)
    return as_data(f"{case.question}\n(Asked after this:\n{earlier})")


def _without_thoughts(said: str | None) -> str:
    return without_thoughts(said or "").strip()


def _grade(said: str) -> tuple[float | None, str]:
    """The number in the first line, or None; LlamaIndex's own parser fails on a number alone and takes "nan"."""
    match = _GRADE.fullmatch(_without_thoughts(said).partition("\n")[0])
    return (float(match[1]) if match else None), said


def _verdict(said: str) -> float:
    """The word at the beginning; LlamaIndex itself takes every answer with the letters "yes" in it for a yes.

    Raises:
        JudgeError: it is neither YES nor NO.
    """
    match = _VERDICT.match(_without_thoughts(said))
    if match is None:
        raise JudgeError(UNREADABLE, said)
    return float(match[1].lower() == "yes")
