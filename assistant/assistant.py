"""The facade: everything a page, a shell or a script does goes through `Assistant`.

It is also the composition root: here, and only here, the parts are made and put together.
"""

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self, TypeVar

from assistant.answers.draft import Draft
from assistant.answers.quoting import Quoting
from assistant.calibration import calibration_for, is_calibrated
from assistant.characters import encodable
from assistant.conversation.standalone import messages_of
from assistant.errors import QuestionError, UnknownArticleError
from assistant.evidence import answerability, is_hopeless
from assistant.patience import Patience
from assistant.question import Question, clean_question, read_question
from assistant.records import (
    Answer,
    AnswerDelta,
    AnswerOptions,
    AnswerStage,
    Article,
    Filters,
    Mode,
    Passage,
    Removed,
    Source,
    SyncReport,
    Turn,
)
from assistant.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM

    from assistant.answers.generative import Writer
    from assistant.index import Index
    from assistant.retrieval import Retrieval, Retriever

# A question over the sources gets an entry from at most this many articles.
SURVEYED_ARTICLES = 10


Step = TypeVar("Step")

# Of an answer the log tells this; its words are for the trace.
LOGGED = ("mode", "refused", "usage", "timings", "settings_digest")

_log = logging.getLogger(__name__)


class Assistant:
    """Answers questions over a folder of articles, each sentence with its citation.

    Safe to share between threads. Nothing heavy is imported or opened before the first use.

    Args:
        settings: by default read from the environment and `.env`.
        embedding: any LlamaIndex embedding to use instead of the one the settings name.
        llm: any LlamaIndex model to write with, likewise.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        embedding: "BaseEmbedding | None" = None,
        llm: "LLM | None" = None,
    ) -> None:
        self.settings = settings or Settings()
        self._given_embedding = self._embedding = embedding
        self._llm = llm
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._retriever: Retriever | None = None
        self._writer: Writer | None = None
        self.embedding_name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the index; the next use opens it again."""
        with self._lock:
            for part in (self._index, self._writer):
                if part is not None:
                    part.close()
            self._index = self._retriever = self._writer = None
            self._close_embedding()

    def ask(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        filters: Filters | None = None,
        options: AnswerOptions | None = None,
    ) -> Answer:
        """Answers a question, or says that the articles do not.

        Args:
            question: in any language; a follow-up is understood from `history`.
            history: earlier messages, oldest first, as in the OpenAI API.
            filters: which articles may answer.
            options: what this answer shall have otherwise than the settings say.

        Raises:
            QuestionError: it is empty, holds no word to search for, or is longer than `max_question_chars`.
            CorpusError: the index was never built and the corpus folder is missing.
            IndexDamagedError, IndexUnavailableError, ModelError: see `assistant.errors`.
        """
        return _whole(self.stream(question, history, filters, options))

    def stream(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        filters: Filters | None = None,
        options: AnswerOptions | None = None,
    ) -> Iterator[AnswerDelta | Answer]:
        """Like `ask`, as the text comes: pieces of it as `AnswerDelta`, then the whole `Answer`."""
        for event in self.watch(question, history, filters, options):
            if not isinstance(event, AnswerStage):
                yield event

    def watch(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        filters: Filters | None = None,
        options: AnswerOptions | None = None,
    ) -> Iterator[AnswerStage | AnswerDelta | Answer]:
        """Like `stream`, with what is being done in between as `AnswerStage`."""
        settings = _with_options(self.settings, options)
        timings: dict[str, float] = {}
        yield AnswerStage(name="searching")
        self._check(question)
        with _timed(timings, "index"):
            index, retriever = self._ready()

        patience = Patience(settings.llm_timeout)

        def search(text: str) -> "Retrieval":
            with patience.for_this_thread():
                return self._search(retriever, read_question(text), filters, settings.top_k)

        calibration = calibration_for(self.embedding_name)
        with _timed(timings, "question"):
            answering = self._answering(settings, patience)
            standalone = answering.standalone(
                clean_question(question), history or (), lambda text: is_hopeless(search(text), calibration)
            )
        with _timed(timings, "retrieval"):
            retrieval = search(standalone)
        yield AnswerStage(name="reading", passages=len(retrieval.hits))
        draft = Draft(pieces=())
        events = answering.answer(retrieval, calibration, _article_if_there(index))
        for event in _timed_steps(timings, "answer", events):
            if isinstance(event, str):
                yield AnswerDelta(text=event)
            elif isinstance(event, AnswerStage):
                yield event
            else:
                draft = event
        answer = Answer(
            question=encodable(question),
            standalone_question=encodable(standalone),
            text="".join(draft.pieces),
            sentences=draft.sentences,
            citations=draft.citations,
            passages=retrieval.passages(),
            refused=draft.refused,
            mode=draft.mode,
            notices=(*draft.notices, *self._notices(settings)),
            usage=answering.usage(),
            timings=timings,
            settings_digest=settings.digest(),
        )
        yield self._on_record(answer, retrieval, draft, answering, history or ())

    async def aask(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        filters: Filters | None = None,
        options: AnswerOptions | None = None,
    ) -> Answer:
        """`ask` without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question, history, filters, options)

    async def astream(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        filters: Filters | None = None,
        options: AnswerOptions | None = None,
    ) -> AsyncIterator[AnswerDelta | Answer]:
        """`stream` without blocking the event loop."""
        events = self.stream(question, history, filters, options)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    def retrieve(self, question: str, k: int | None = None, filters: Filters | None = None) -> tuple[Passage, ...]:
        """The passages nearest to a question, best first.

        Args:
            question: taken as it stands, without history.
            k: how many, at least 1; by default the setting `top_k`.
            filters: which articles to search.

        Raises:
            ValueError: `k` is below 1.
        """
        return self.search(question, k, filters).passages()

    def search(self, question: str, k: int | None = None, filters: Filters | None = None) -> "Retrieval":
        """Like `retrieve`, with the evidence that answers and refusals are decided on."""
        self._check(question)
        k = self.settings.top_k if k is None else k
        if k < 1:
            message = f"k is the number of passages to retrieve: at least 1, not {k}."
            raise ValueError(message)
        read = read_question(question)
        index, retriever = self._ready()
        return retriever.search(read, min(k, index.statistics().chunk_count), filters)

    def sync(
        self,
        *,
        rebuild: bool = False,
        progress: bool = False,
        announce: Callable[[str], None] | None = None,
        ray: str | None = None,
    ) -> SyncReport:
        """Brings the index up to date with the corpus folder.

        Args:
            rebuild: make everything anew, whatever state it is in; the vectors of a sound index are kept.
            progress: show bars on standard error for what takes over a second.
            announce: is told in words what the sync waits for.
            ray: a Ray cluster that reads and embeds what has changed: host:port of its head, "auto" for the one that
                this machine belongs to, "local" to start one on this machine's cores.

        Raises:
            ClusterError: the Ray cluster cannot be used or was lost; the index is as before.
        """
        return self._opened()[0].sync(rebuild=rebuild, progress=progress, announce=announce, ray=ray)

    def warm_up(self) -> None:
        """Loads what the first question would otherwise wait for: the models' classes, language data, the vectors."""
        if self.mode == "generative":
            self._opened_writer()
        self.search("What is new?", k=1)

    @property
    def mode(self) -> Mode:
        """How answers come about: "generative" where a model writes them, which falls back to quoting."""
        return self._mode(self.settings)

    @property
    def may_write(self) -> bool:
        """Whether a model may write answers for whoever asks: there is one, and the settings do not rule it out.

        A script may still ask for it with `AnswerOptions`, which go before the settings.
        """
        return self.mode == "generative"

    @property
    def embedding_engine(self) -> str | None:
        """What runs the local embedding model, see the setting `local_engine`; None for any other embedding."""
        return getattr(self._embedding, "engine", None)

    def articles(self) -> list[Source]:
        """The articles in the index, by id."""
        return list(self._ready()[0].sources())

    def unknown(self, filters: Filters) -> Filters:
        """Those outlets and articles of the filters that the index does not have: with them alone nothing is found."""
        return self._ready()[0].unknown(filters)

    def article(self, article_id: str) -> Article:
        """One article with its cleaned text.

        Raises:
            UnknownArticleError: there is none with this id.
        """
        return self._ready()[0].article(article_id)

    def lengths(self, article_ids: Sequence[str]) -> dict[str, int]:
        """The lengths of articles in words, by id; ids that are not in the index are left out."""
        return self._ready()[0].lengths(article_ids)

    def removed(self, article_id: str) -> tuple[Removed, ...]:
        """What cleaning left out of an article, and why.

        Raises:
            UnknownArticleError: there is none with this id.
        """
        return self._ready()[0].removed(article_id)

    def _mode(self, settings: Settings) -> Mode:
        has_model = self._llm is not None or settings.has_endpoint
        return "generative" if has_model and settings.mode != "extractive" else "extractive"

    def _close_embedding(self) -> None:
        """Closes the connections of an endpoint's embedding; one that was given is its owner's to close."""
        close = getattr(self._embedding, "close", None)
        if close and self._embedding is not self._given_embedding:
            close()
            self._embedding = self._given_embedding

    def _check(self, question: str) -> None:
        longest = self.settings.max_question_chars
        if len(question) > longest:
            message = f"The question has {len(question):,} characters; at most {longest:,} are read."
            raise QuestionError(message)
        if not clean_question(question):
            message = "The question is empty."
            raise QuestionError(message)

    def _search(self, retriever: "Retriever", question: Question, filters: Filters | None, top_k: int) -> "Retrieval":
        if question.survey:
            return retriever.survey(question, SURVEYED_ARTICLES, filters)
        return retriever.search(question, top_k, filters)

    def _on_record(
        self, answer: Answer, retrieval: "Retrieval", draft: Draft, answering: Quoting, history: Sequence[Turn]
    ) -> Answer:
        """The answer, logged and, if that is wanted, traced; that it could not be is said."""
        _log.info("answered", extra=answer.model_dump(mode="json", include=set(LOGGED)))
        if self.settings.trace_file is None:
            return answer
        from assistant.trace import write_trace

        more = {
            "history": [{"role": role, "content": content} for role, content in messages_of(history)],
            "decided_by": self._decided_by(retrieval),
            "checks": [asdict(check) for check in draft.checks],
            "exchanges": answering.exchanges(),
        }
        try:
            write_trace(self.settings.trace_file, answer, retrieval, more)
        except OSError as error:
            said = f"The trace was not written: {error}."
            return answer.model_copy(update={"notices": (*answer.notices, said)})
        return answer

    def _decided_by(self, retrieval: "Retrieval") -> dict[str, Any]:
        """What an answer depends on besides the passages."""
        logits = answerability(retrieval, calibration_for(self.embedding_name))
        return {
            "embedding": self.embedding_name,
            "engine": self.embedding_engine,
            "writer": self._writer.model.name if self._writer else None,
            "answerability": logits if math.isfinite(logits) else None,
        }

    def _notices(self, settings: Settings) -> Iterator[str]:
        """What a reader should know of any answer with these settings."""
        if settings.mode == "generative" and self._mode(settings) == "extractive":
            yield "No language model is configured; answers quote the articles."
        if not is_calibrated(self.embedding_name):
            yield f"Refusal was never measured with the embedding {self.embedding_name}; answers may miss the mark."

    def _ready(self) -> tuple["Index", "Retriever"]:
        index, retriever, _ = self._opened()
        if index.needs_sync():
            index.sync()
        return index, retriever

    def _answering(self, settings: Settings, patience: Patience) -> Quoting:
        """What answers one question: by quoting, or by writing where there is a model for it."""
        if self._mode(settings) == "extractive":
            return Quoting(settings)
        from assistant.answers.writing import Writing

        return Writing(settings, self._opened_writer().with_settings(settings), patience)

    def _opened_writer(self) -> "Writer":
        with self._lock:
            if self._writer is None:
                from assistant.answers.generative import Writer
                from assistant.answers.verifying import Verifier
                from assistant.checking import Checker
                from assistant.models.chat import chat_model

                _, _, embedding = self._opened()
                settings, other = self.settings, self.settings.verify_model
                verifier = Verifier(chat_model(settings, model=other)) if other else None
                self._writer = Writer(chat_model(settings, llm=self._llm), Checker(embedding), verifier, settings)
            return self._writer

    def _opened(self) -> tuple["Index", "Retriever", "BaseEmbedding"]:
        with self._lock:
            if self._index is None or self._retriever is None or self._embedding is None:
                from assistant.index import Index
                from assistant.models import embedding_model
                from assistant.retrieval import Retriever

                if self._embedding is None:
                    self._embedding = embedding_model(self.settings)
                self.embedding_name = self._embedding.model_name
                self._index = Index(self.settings, self._embedding)
                self._retriever = Retriever(self._index, self._embedding, self.settings.lexical_weight)
            return self._index, self._retriever, self._embedding


def _article_if_there(index: "Index") -> Callable[[str], Article | None]:
    def article(article_id: str) -> Article | None:
        try:
            return index.article(article_id)
        except UnknownArticleError:
            return None

    return article


def _with_options(settings: Settings, options: AnswerOptions | None) -> Settings:
    return settings.model_copy(update=options.model_dump(exclude_none=True)) if options else settings


def _whole(events: Iterator[AnswerDelta | Answer]) -> Answer:
    return next(event for event in events if isinstance(event, Answer))


def _timed_steps(timings: dict[str, float], stage: str, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps, with the time that they take and not what is done with them in between."""
    while True:
        with _timed(timings, stage):
            step = next(steps, None)
        if step is None:
            return
        yield step


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = timings.get(stage, 0.0) + time.perf_counter() - start
