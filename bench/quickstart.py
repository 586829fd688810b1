"""LlamaIndex's own quickstart over the same vectors: `VectorStoreIndex` on a `ChromaVectorStore`, five passages."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

BATCH = 1000
TOP_K = 5


class Quickstart:
    """What a newcomer to LlamaIndex and Chroma has after their quickstart page.

    Args:
        folder: of its Chroma store.
        embedding: for the questions.
    """

    def __init__(self, folder: Path, embedding: "BaseEmbedding") -> None:
        self._client = _open(folder)
        self._collection = self._client.get_or_create_collection("quickstart")
        self._store = ChromaVectorStore(chroma_collection=self._collection)
        index = VectorStoreIndex.from_vector_store(self._store, embed_model=embedding)
        self._retriever = index.as_retriever(similarity_top_k=TOP_K)

    def close(self) -> None:
        """Closes its store."""
        self._client.close()

    def retrieve(self, question: str) -> list[NodeWithScore]:
        """The five nearest passages, best first."""
        return self._retriever.retrieve(question)

    def add(self, nodes: Sequence[TextNode]) -> None:
        """Stores nodes that have their vectors already."""
        self._store.add(list(nodes))

    def ids(self) -> frozenset[str]:
        """Of the nodes it has."""
        return frozenset(self._collection.get(include=[])["ids"])


def stored_nodes(index_path: Path, known: frozenset[str]) -> Iterator[list[TextNode]]:
    """The chunks of one of the assistant's indexes with their vectors, in batches, without those already known."""
    folder = next(index_path.rglob("chroma.sqlite3")).parent
    client = _open(folder)
    (collection,) = client.list_collections()
    ids = [name for name in collection.get(include=[])["ids"] if name not in known]
    for start in range(0, len(ids), BATCH):
        yield _nodes(collection, ids[start : start + BATCH])
    client.close()


def _open(folder: Path) -> Any:
    # Its declared type lacks `close`.
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _nodes(collection: Collection, ids: list[str]) -> list[TextNode]:
    found = collection.get(ids=ids, include=["documents", "embeddings", "metadatas"])
    documents, vectors, metadatas = found["documents"], found["embeddings"], found["metadatas"]
    if documents is None or vectors is None or metadatas is None:
        message = "the store holds chunks without text or vector"
        raise ValueError(message)
    return [
        TextNode(id_=name, text=text, embedding=list(map(float, vector)), metadata={"file_name": metadata["article"]})
        for name, text, vector, metadata in zip(found["ids"], documents, vectors, metadatas, strict=True)
    ]
