"""Answers that a model writes: no sentence of it is shown before it was checked against the passages it cites."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from babel import Locale, UnknownLocaleError

from assistant.answers.draft import Check, Draft, refusal
from assistant.answers.manuscript import REFUSAL, Manuscript
from assistant.answers.material import passages_within
from assistant.answers.sentence_stream import SentenceStream, Written
from assistant.answers.verifying import NoVerdictError, Verifier
from assistant.checking import Checker, Verdict
from assistant.errors import ContextTooLongError, ModelError
from assistant.models.chat import Budget, ChatModel, Ending
from assistant.prompts import as_data, load_prompt
from assistant.question import Question
from assistant.records import AnswerStage, Support
from assistant.retrieval import Hit, Retrieval
from assistant.settings import Settings
from assistant.tokens import count_tokens

# Models count tokens otherwise than tiktoken does; so much of the window is used, and half of that if it was too much.
USED_OF_WINDOW = 0.9

# Reasons to end that leave a sentence without its end; servers have several words for the others.
UNFINISHED = (None, "length", "content_filter")
# A sentence that is written makes one claim, one that is quoted often more.
WRITTEN_FOR_QUOTED = 2
WRITING, CHECKING = AnswerStage(name="writing"), AnswerStage(name="checking")
# From the best verdict to the worst.
SUPPORT: tuple[Support, ...] = ("supported", "partial", "unsupported")
VERIFIED = {
    "partial": "A second model finds only a part of it in the passage.",
    "unsupported": "A second model does not find it in the passage.",
}
NOTHING_WRITTEN = "The model wrote nothing. Check that ASSISTANT_LLM_MODEL is a model that chats."
TOOL_CALLED = "The model called a tool instead of writing. Check that ASSISTANT_LLM_MODEL is a model that chats."
ENDED = "The endpoint ended it in the middle of a sentence. Try again."
CUT_SHORT = (
    "The model used up what it may write before a sentence was complete. Raise ASSISTANT_LLM_MAX_TOKENS, which is "
    "{most}, or ASSISTANT_LLM_CONTEXT_WINDOW."
)
NO_ROOM = (
    "The model's context has no room for a passage. Raise ASSISTANT_LLM_CONTEXT_WINDOW, which is {window}, or lower "
    "ASSISTANT_LLM_MAX_TOKENS, which is {most}."
)
NOTHING_SUPPORTED = "No passage supports what the model wrote."
FILTERED = "The model's content filter stopped the answer."


class UnwrittenError(Exception):
    """Nothing came of the writing that could be shown; the message tells the reader why.

    Attributes:
        checks: of what was written.
    """

    def __init__(self, message: str, checks: tuple[Check, ...] = ()) -> None:
        super().__init__(message)
        self.checks = checks


class Writer:
    """Writes answers with a model.

    Args:
        model: what writes.
        checker: what compares its sentences with the passages.
        verifier: another model that is asked as well, None for none.
        settings: how much may be written, and what becomes of what is not supported.
    """

    def __init__(self, model: ChatModel, checker: Checker, verifier: Verifier | None, settings: Settings) -> None:
        self._model = model
        self._checker = checker
        self._verifier = verifier
        self._settings = settings

    @property
    def model(self) -> ChatModel:
        """What writes."""
        return self._model

    def with_settings(self, settings: Settings) -> "Writer":
        """The same models under other settings."""
        return Writer(self._model, self._checker, self._verifier, settings)

    def close(self) -> None:
        """Closes the connections of the models."""
        self._model.close()
        if self._verifier is not None:
            self._verifier.close()

    def write(
        self, retrieval: Retrieval, budget: Budget, asked: str | None = None
    ) -> Iterator[str | AnswerStage | Draft]:
        """The pieces of an answer as its sentences pass the check, then the whole, and in between what is being done.

        Args:
            retrieval: the passages to write from.
            budget: the time it may take.
            asked: a follow-up in the reader's own words, which the question that was searched for may have missed.

        Raises:
            UnwrittenError: before any piece: the model failed, or wrote nothing that the passages support.
        """
        manuscript = Manuscript(self._settings.unsupported)
        ending = Ending()
        yield WRITING
        try:
            for event in self._sentences(retrieval, budget, manuscript, asked):
                if isinstance(event, Ending):
                    ending = event
                    continue
                yield CHECKING
                written = replace(event, text=self._model.without_secrets(event.text))
                if piece := manuscript.add(written, self._checked(written, retrieval.hits, manuscript, budget)):
                    yield piece
                yield WRITING
        except ModelError as error:
            manuscript.failure = error
        if piece := manuscript.rest():
            yield piece
        draft = self._finished(manuscript, retrieval.question, ending)
        if draft.refused:
            yield from draft.pieces
        yield draft

    def _sentences(
        self, retrieval: Retrieval, budget: Budget, manuscript: Manuscript, asked: str | None
    ) -> Iterator[Written | Ending]:
        """What the model writes, in sentences, and how it ended; what was cut off is no sentence."""
        stream = SentenceStream(retrieval.question.language)
        finish = None
        try:
            for event in self._reply(retrieval, budget, asked):
                if isinstance(event, Ending):
                    finish = event.finish
                    yield event
                else:
                    yield from manuscript.without_refusal(stream.feed(event))
        except ModelError as error:
            manuscript.failure = error
        last, ended = tuple(stream.end()), finish not in UNFINISHED
        manuscript.cut_off = not ended and not all(written.whole for written in last)
        yield from manuscript.without_refusal(written for written in last if written.whole or ended)

    def _reply(self, retrieval: Retrieval, budget: Budget, asked: str | None) -> Iterator[str | Ending]:
        system = load_prompt("answer", frozenset({"language", "most", "refusal"})).substitute(
            language=_language_name(retrieval.question.language),
            most=self._most_sentences(retrieval),
            refusal=REFUSAL,
        )
        room = int(self._model.context_window * USED_OF_WINDOW) - self._settings.llm_max_tokens
        question = retrieval.question.text
        room -= count_tokens(system) + count_tokens(_prompt("", question, asked))
        passages = passages_within(retrieval.hits, room)
        if not passages:
            raise UnwrittenError(NO_ROOM.format(window=self._model.context_window, most=self._settings.llm_max_tokens))
        begun = False
        try:
            for event in self._model.reply(system, _prompt(passages, question, asked), budget):
                begun = True
                yield event
        except ContextTooLongError:
            fewer = passages_within(retrieval.hits, count_tokens(passages) // 2)
            if begun or not fewer:
                raise
            yield from self._model.reply(system, _prompt(fewer, question, asked), budget)

    def _most_sentences(self, retrieval: Retrieval) -> int:
        """How long the answer may be; one over the sources has room for each of them."""
        most = self._settings.answer_sentences * WRITTEN_FOR_QUOTED
        return max(most, len(retrieval.hits)) if retrieval.question.survey else most

    def _checked(self, written: Written, hits: Sequence[Hit], manuscript: Manuscript, budget: Budget) -> Verdict:
        """The verdict on a sentence; one that cites nothing, or what does not say it, may rest on another passage."""
        cited = [hits[number - 1] for number in written.passages if 1 <= number <= len(hits)]
        with budget.patience.for_this_thread():
            verdict = self._checker.check(written.claim, cited)
            if verdict.support == "unsupported" or not verdict.groundings:
                better = self._checker.best_support(written.claim, [hit for hit in hits if hit not in cited])
                verdict = Verdict("supported", "", (better,)) if better else replace(verdict, support="unsupported")
            if verdict.support == "unsupported":
                return verdict
            verdict = self._without_idle(written.claim, verdict)
        return self._verified(written.claim, verdict, manuscript, budget)

    def _without_idle(self, text: str, verdict: Verdict) -> Verdict:
        """The verdict without the passages that do not say it, where others do."""
        telling = [grounding.hit for grounding in verdict.groundings if grounding.score >= 0]
        if verdict.support != "supported" or not 0 < len(telling) < len(verdict.groundings):
            return verdict
        alone = self._checker.check(text, telling)
        return alone if alone.support == "supported" and alone.groundings else verdict

    def _verified(self, text: str, verdict: Verdict, manuscript: Manuscript, budget: Budget) -> Verdict:
        """The verdict after another model was asked, unless it failed before in this answer."""
        failed = manuscript.unverified is not None and not isinstance(manuscript.unverified, NoVerdictError)
        if self._verifier is None or failed:
            return verdict
        try:
            resting_on = [grounding.hit for grounding in verdict.groundings]
            return _weaker(verdict, self._verifier.support(text, resting_on, budget))
        except ModelError as error:
            manuscript.unverified = error
            return verdict

    def _finished(self, manuscript: Manuscript, question: Question, ending: Ending) -> Draft:
        checks = tuple(manuscript.checks)
        if manuscript.citations:
            return Draft(
                pieces=tuple(manuscript.pieces),
                sentences=tuple(manuscript.sentences),
                citations=manuscript.citations,
                mode="generative",
                notices=tuple(self._notices(manuscript, ending)),
                checks=checks,
            )
        if manuscript.failure:
            raise UnwrittenError(manuscript.failure.in_words(), checks)
        if manuscript.refused:
            return replace(refusal(question.language, "generative"), checks=checks)
        raise UnwrittenError(self._nothing(manuscript, ending), checks)

    def _nothing(self, manuscript: Manuscript, ending: Ending) -> str:
        """Why there is no answer."""
        if manuscript.checks:
            return NOTHING_SUPPORTED
        if ending.finish is None and manuscript.cut_off:
            return f"No sentence is complete. {ENDED}"
        reasons = {
            "content_filter": FILTERED,
            "length": CUT_SHORT.format(most=self._settings.llm_max_tokens),
            "tool_calls": TOOL_CALLED,
        }
        return reasons.get(ending.finish or "", NOTHING_WRITTEN)

    def _notices(self, manuscript: Manuscript, ending: Ending) -> Iterator[str]:
        if manuscript.failure:
            yield f"The answer breaks off: {manuscript.failure.in_words()}"
        elif ending.finish == "content_filter":
            yield "The answer breaks off: the model's content filter stopped it."
        elif ending.finish == "length":
            yield (
                f"The answer breaks off: the model may write {self._settings.llm_max_tokens} tokens, "
                "which ASSISTANT_LLM_MAX_TOKENS changes, or its context was full."
            )
        elif manuscript.cut_off:
            yield f"The answer breaks off: {ENDED[0].lower()}{ENDED[1:]}"
        if manuscript.partial:
            yield _partial(manuscript.partial)
        if manuscript.unsupported:
            yield _unsupported(manuscript.unsupported, self._settings.unsupported)
        if manuscript.unverified:
            yield f"Not every sentence was verified by a model: {manuscript.unverified.in_words()}"


def _unsupported(checks: Sequence[Check], handling: str) -> str:
    """How many sentences are not supported, and why the first one is not."""
    count, reason = len(checks), checks[0].reason
    done = "left out" if handling == "withhold" else "struck through"
    if count == 1:
        return f"A sentence that the model wrote is {done}, since no passage supports it: {reason}"
    return f"{count} sentences that the model wrote are {done}, since no passage supports them: {reason}"


def _partial(checks: Sequence[Check]) -> str:
    """How many sentences may say more than their passages, and what is doubtful of the first."""
    count, reason = len(checks), checks[0].reason
    if count == 1:
        return f"A sentence may say more than the passages cited: {reason}"
    return f"{count} sentences may say more than the passages cited: {reason}"


def _weaker(verdict: Verdict, verified: Support) -> Verdict:
    """The verdict, unless a model that was asked as well finds less."""
    if SUPPORT.index(verified) <= SUPPORT.index(verdict.support):
        return verdict
    return replace(verdict, support=verified, reason=VERIFIED[verified])


def _prompt(passages: str, question: str, asked: str | None) -> str:
    """What the model is asked, with the reader's own words where they are others."""
    blanks = {"passages": passages, "question": as_data(question)}
    if asked is None:
        return load_prompt("passages", frozenset(blanks)).substitute(blanks)
    blanks["asked"] = as_data(asked)
    return load_prompt("passages_for_follow_up", frozenset(blanks)).substitute(blanks)


def _language_name(code: str | None) -> str:
    """As an English reader calls it."""
    unknown = "the language of the question"
    try:
        return (Locale.parse(code).get_language_name("en") if code else None) or unknown
    except (UnknownLocaleError, ValueError):
        return unknown
