"""The chunks' vectors in Chroma, one each: the normalised mean of the vectors of the chunk's sentences.

Texts and metadata are in the library alone: Chroma would hold them three times over, in 11 KB a chunk. So the vectors
are written through a vector store of LlamaIndex that stores no text, and searched through Chroma itself, since only ids
and distances are wanted back.
"""

import shutil
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.client import Client
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, InvalidArgumentError, InvalidDimensionException, NotFoundError
from llama_index.core.schema import BaseNode, TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from assistant.errors import IndexDamagedError, IndexUnavailableError
from assistant.index.packing import normalised

# Chroma takes 5461 records at a time; smaller batches hold less in memory and let other requests in between.
BATCH = 500
# Ids that are asked for at a time: Chroma takes 650 bytes for each, and reads past all that come before.
LISTED = 100_000
COLLECTION = "articles"
DATABASE_FILE = "chroma.sqlite3"
# A server that has not answered one request by then is taken to be down.
SERVER_SECONDS = 60.0

# Cosine instead of Chroma's default, squared distance. Searching eight times as thoroughly as by default makes up for
# vectors that lie close together, as those of E5 do: of the ten nearest of 930,000 (the bench's) it finds .97 in 4 ms,
# where twice finds .88 in 2.
_CONFIGURATION: Any = {"hnsw": {"space": "cosine", "ef_search": 800}}
# Of the words in a failure of Chroma's own SQLite: the disk's fault, not the data's.
_DISK_TROUBLE = ("disk is full", "disk I/O", "readonly", "read-only", "unable to open", "Permission denied", "No space")
# Chroma keeps one system per folder and process, and does not guard its making.
_opening = threading.Lock()


class VectorStore:
    """One collection. Safe to share between threads; closed when nothing refers to it any more.

    Raises:
        IndexDamagedError: from every method, when what is stored is damaged or missing.
        IndexUnavailableError: from every method, when the server or the disk refuses.
    """

    def __init__(self, client: ClientAPI, name: str, place: str, *, create: bool) -> None:
        self._client = client
        self._place = place
        # A search that another thread has under way keeps the store, and so the client, alive to its end.
        weakref.finalize(self, _close, client).atexit = False
        with _failures_in_words(place):
            if create:
                self._collection = client.get_or_create_collection(
                    name, configuration=_CONFIGURATION, embedding_function=None
                )
            else:
                self._collection = client.get_collection(name, embedding_function=None)

    @classmethod
    def in_folder(cls, folder: Path, *, create: bool = False) -> Self:
        """Opens the store in a folder, or makes it.

        A client creates what it does not find, so the folder must be known to be sound or meant to be new.
        """
        settings = ChromaSettings(anonymized_telemetry=False)
        with _opening, _failures_in_words(str(folder)):
            try:
                client = chromadb.PersistentClient(str(folder), settings=settings)
            except ChromaError:
                # Chroma would hand out the system that did not start to whoever tries again.
                SharedSystemClient._identifier_to_system.pop(str(folder), None)  # noqa: SLF001
                raise
        return cls(client, COLLECTION, str(folder), create=create)

    @classmethod
    def on_server(cls, url: str, name: str, *, create: bool = False) -> Self:
        """Opens a collection on a Chroma server, or makes it."""
        parts = urlsplit(url)
        ssl = parts.scheme == "https"
        port = parts.port or (443 if ssl else 80)
        with _opening, _failures_in_words(url):
            client = chromadb.HttpClient(
                parts.hostname or "",
                port,
                ssl=ssl,
                settings=ChromaSettings(
                    anonymized_telemetry=False, chroma_server_host=parts.hostname, chroma_server_http_port=port
                ),
            )
        for session in _sessions(client):
            session.timeout = httpx.Timeout(SERVER_SECONDS)
        return cls(client, name, url, create=create)

    def count(self) -> int:
        """How many vectors there are."""
        with _failures_in_words(self._place):
            return self._collection.count()

    def load(self) -> None:
        """Reads the graph from disk, which otherwise waits for the first search."""
        with _failures_in_words(self._place):
            self._collection.get(limit=1, include=["embeddings"])

    def ids(self) -> NDArray[np.int64]:
        """The chunk ids of all vectors."""
        with _failures_in_words(self._place):
            portions = [self._ids(start) for start in range(0, self.count(), LISTED)]
        return np.concatenate([np.empty(0, dtype=np.int64), *portions])

    def _ids(self, start: int) -> NDArray[np.int64]:
        names = self._collection.get(limit=LISTED, offset=start, include=[])["ids"]
        return np.array([int(name, 16) for name in names], dtype=np.int64)

    def add(self, ids: Sequence[int], vectors: Sequence[NDArray[np.float32]]) -> None:
        """Adds the vectors (dimensions,) of at most `BATCH` chunks; one that is there already stays as it is."""
        nodes = [TextNode(id_=_name(i), embedding=vector.tolist()) for i, vector in zip(ids, vectors, strict=True)]
        with _failures_in_words(self._place):
            _BareVectorStore(self._collection).add(nodes)

    def delete(self, ids: Iterable[int]) -> None:
        """Removes vectors; ids that are not there are passed over."""
        names = [_name(chunk_id) for chunk_id in ids]
        with _failures_in_words(self._place):
            for start in range(0, len(names), BATCH):
                self._collection.delete(ids=names[start : start + BATCH])

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[int, float]:
        """The `k` nearest chunks and their cosines, best first, equal ones by id; `vector` is of any length but 0."""
        with _failures_in_words(self._place):
            found = self._collection.query(query_embeddings=[vector.tolist()], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        cosines = {int(n, 16): 1.0 - d for n, d in zip(found["ids"][0], distances[0], strict=True)}
        return dict(sorted(cosines.items(), key=lambda item: (-item[1], item[0])))

    def drop_collection(self, name: str) -> None:
        """Removes another collection of the same place, if it is there."""
        with _failures_in_words(self._place), suppress(NotFoundError):
            self._client.delete_collection(name)


def _close(client: ClientAPI) -> None:
    sessions = _sessions(client)
    cast(Client, client).close()
    for session in sessions:
        session.close()


def _sessions(client: ClientAPI) -> list[httpx.Client]:
    """The connections to a server, which Chroma itself leaves open for ever and lets wait for ever."""
    users = (client, getattr(client, "_admin_client", None))
    sessions = (getattr(getattr(user, "_server", None), "_session", None) for user in users)
    return [session for session in sessions if isinstance(session, httpx.Client)]


def mean_vector(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector (dimensions,) of a chunk: the normalised mean of its sentences' (sentences, dimensions)."""
    return normalised(vectors.mean(axis=0))


def copy_folder(folder: Path, target: Path) -> None:
    """Copies a store that another process may be reading."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(f"{DATABASE_FILE}*"))
    with (
        closing(sqlite3.connect(folder / DATABASE_FILE)) as source,
        closing(sqlite3.connect(target / DATABASE_FILE)) as copy,
    ):
        source.backup(copy)


def file_sizes(folder: Path) -> dict[str, int]:
    """The files under a folder and their sizes in bytes, without those that go meanwhile."""
    sizes: dict[str, int] = {}
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file():
                sizes[path.relative_to(folder).as_posix()] = path.stat().st_size
    return sizes


def _name(chunk_id: int) -> str:
    return f"{chunk_id:016x}"


class _BareVectorStore(ChromaVectorStore):
    """LlamaIndex's store in Chroma, with the vectors alone."""

    def __init__(self, collection: chromadb.Collection) -> None:
        super().__init__(chroma_collection=collection)
        self.stores_text = False

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        ids = [node.node_id for node in nodes]
        self._collection.add(ids=ids, embeddings=np.asarray([node.get_embedding() for node in nodes], dtype=np.float32))
        return ids


@contextmanager
def _failures_in_words(place: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, InvalidDimensionException, InvalidArgumentError) as error:
        raise _damaged(place, error) from error
    except ChromaError as error:
        if place.startswith("http") or any(words in str(error) for words in _DISK_TROUBLE):
            raise _unavailable(place, error) from error
        raise _damaged(place, error) from error
    except (ValueError, httpx.HTTPError) as error:
        # What the client makes of a server that does not answer.
        raise _unavailable(place, error) from error


def _damaged(place: str, error: Exception) -> IndexDamagedError:
    return IndexDamagedError(f"The vectors in {place} are damaged: {str(error).rstrip('.')}.")


def _unavailable(place: str, error: Exception) -> IndexUnavailableError:
    return IndexUnavailableError(f"The vectors in {place} cannot be reached: {str(error).rstrip('.')}.")
