"""The facade: everything a page, a shell or a script does goes through `Assistant`.

It is also the composition root: here, and only here, the parts are made and put together.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from assistant.answers import extractive
from assistant.calibration import calibration_for, is_calibrated
from assistant.conversation import standalone_question
from assistant.errors import QuestionError, SettingsError, UnknownArticleError
from assistant.question import Question, clean_question, read_question
from assistant.records import (
    Answer,
    AnswerDelta,
    Article,
    Filters,
    Passage,
    Removed,
    Source,
    SyncReport,
    Turn,
)
from assistant.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from assistant.index import Index
    from assistant.retrieval import Retrieval, Retriever

# A question over the sources gets an entry from at most this many articles.
SURVEYED_ARTICLES = 10


class Assistant:
    """Answers questions over a folder of articles, each sentence with its citation.

    Safe to share between threads. Nothing heavy is imported or opened before the first use.

    Args:
        settings: by default read from the environment and `.env`.
        embedding: any LlamaIndex embedding to use instead of the one the settings name.
    """

    def __init__(self, settings: Settings | None = None, *, embedding: "BaseEmbedding | None" = None) -> None:
        self.settings = settings or Settings()
        if self.settings.mode == "generative":
            message = (
                "This version quotes the articles and does not write with a model: mode must be auto or extractive."
            )
            raise SettingsError(message)
        self._embedding = embedding
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._retriever: Retriever | None = None
        self.embedding_name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the index; the next use opens it again."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = self._retriever = None

    def ask(self, question: str, history: Sequence[Turn] | None = None, filters: Filters | None = None) -> Answer:
        """Answers a question, or says that the articles do not.

        Args:
            question: in any language; a follow-up is understood from `history`.
            history: earlier messages, oldest first, as in the OpenAI API.
            filters: which articles may answer.

        Raises:
            QuestionError: it is empty, holds no word to search for, or is longer than `max_question_chars`.
            CorpusError: the index was never built and the corpus folder is missing.
            IndexDamagedError, IndexUnavailableError, ModelError: see `assistant.errors`.
        """
        return _whole(self.stream(question, history, filters))

    def stream(
        self, question: str, history: Sequence[Turn] | None = None, filters: Filters | None = None
    ) -> Iterator[AnswerDelta | Answer]:
        """Like `ask`, as the text comes: pieces of it as `AnswerDelta`, then the whole `Answer`."""
        timings: dict[str, float] = {}
        with _timed(timings, "question"):
            self._check(question)
            standalone = standalone_question(clean_question(question), history or (), self.settings.history_turns)
            read = read_question(standalone)
        with _timed(timings, "index"):
            index, retriever = self._ready()
        with _timed(timings, "retrieval"):
            retrieval = self._search(retriever, read, filters)
        with _timed(timings, "answer"):
            draft = self._draft(retrieval, _article_if_there(index))
        for piece in draft.pieces:
            yield AnswerDelta(text=piece)
        yield Answer(
            question=_encodable(question),
            standalone_question=_encodable(standalone),
            text="".join(draft.pieces),
            sentences=draft.sentences,
            citations=draft.citations,
            passages=retrieval.passages(),
            refused=draft.refused,
            mode="extractive",
            notices=self._notices(),
            timings=timings,
            settings_digest=self.settings.digest(),
        )

    async def aask(
        self, question: str, history: Sequence[Turn] | None = None, filters: Filters | None = None
    ) -> Answer:
        """`ask` without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question, history, filters)

    async def astream(
        self, question: str, history: Sequence[Turn] | None = None, filters: Filters | None = None
    ) -> AsyncIterator[AnswerDelta | Answer]:
        """`stream` without blocking the event loop."""
        events = self.stream(question, history, filters)
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
        self, *, rebuild: bool = False, progress: bool = False, announce: Callable[[str], None] | None = None
    ) -> SyncReport:
        """Brings the index up to date with the corpus folder.

        Args:
            rebuild: throw the index away first, whatever state it is in; embeddings are kept where they are sound.
            progress: show bars on standard error for what takes over a second.
            announce: is told in words what the sync waits for.
        """
        return self._opened()[0].sync(rebuild=rebuild, progress=progress, announce=announce)

    def warm_up(self) -> None:
        """Loads what the first question would otherwise wait for: the embedding, the language data, the vectors."""
        self.search("What is new?", k=1)

    @property
    def embedding_engine(self) -> str | None:
        """What runs the local embedding model, see the setting `local_engine`; None for any other embedding."""
        return getattr(self._embedding, "engine", None)

    def articles(self) -> list[Source]:
        """The articles in the index, by id."""
        return self._ready()[0].sources()

    def article(self, article_id: str) -> Article:
        """One article with its cleaned text.

        Raises:
            UnknownArticleError: there is none with this id.
        """
        return self._ready()[0].article(article_id)

    def removed(self, article_id: str) -> tuple[Removed, ...]:
        """What cleaning left out of an article, and why.

        Raises:
            UnknownArticleError: there is none with this id.
        """
        return self._ready()[0].removed(article_id)

    def _check(self, question: str) -> None:
        longest = self.settings.max_question_chars
        if len(question) > longest:
            message = f"The question has {len(question):,} characters; at most {longest:,} are read."
            raise QuestionError(message)
        if not clean_question(question):
            message = "The question is empty."
            raise QuestionError(message)

    def _search(self, retriever: "Retriever", question: Question, filters: Filters | None) -> "Retrieval":
        if question.survey:
            return retriever.survey(question, SURVEYED_ARTICLES, filters)
        return retriever.search(question, self.settings.top_k, filters)

    def _draft(self, retrieval: "Retrieval", article: Callable[[str], Article | None]) -> extractive.Draft:
        calibration = calibration_for(self.embedding_name)
        if retrieval.question.survey:
            return extractive.survey(retrieval, calibration, article)
        return extractive.answer(retrieval, calibration, article, self.settings.answer_sentences)

    def _notices(self) -> tuple[str, ...]:
        if is_calibrated(self.embedding_name):
            return ()
        return (f"Refusal was never measured with the embedding {self.embedding_name}; answers may miss the mark.",)

    def _ready(self) -> tuple["Index", "Retriever"]:
        index, retriever = self._opened()
        if index.needs_sync():
            index.sync()
        return index, retriever

    def _opened(self) -> tuple["Index", "Retriever"]:
        with self._lock:
            if self._index is None or self._retriever is None:
                from assistant.index import Index
                from assistant.models import embedding_model
                from assistant.retrieval import Retriever

                if self._embedding is None:
                    self._embedding = embedding_model(self.settings)
                self.embedding_name = self._embedding.model_name
                self._index = Index(self.settings, self._embedding)
                self._retriever = Retriever(self._index, self._embedding, self.settings.lexical_weight)
            return self._index, self._retriever


def _article_if_there(index: "Index") -> Callable[[str], Article | None]:
    def article(article_id: str) -> Article | None:
        try:
            return index.article(article_id)
        except UnknownArticleError:
            return None

    return article


def _encodable(text: str) -> str:
    # A lone surrogate, which JSON has no way to write, becomes a question mark.
    return text.encode("utf-8", "replace").decode("utf-8")


def _whole(events: Iterator[AnswerDelta | Answer]) -> Answer:
    return next(event for event in events if isinstance(event, Answer))


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = time.perf_counter() - start
