"""What LlamaIndex's pages lead to: the quickstart, `VectorStoreIndex` on a `ChromaVectorStore`, and rank fusion."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
from chromadb.config import Settings
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, NodeWithScore, TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.chroma import ChromaVectorStore

from assistant import Settings as AssistantSettings
from assistant.index.database import Database
from assistant.index.library import Snapshot, StoredChunk
from assistant.index.schema import LIBRARY
from assistant.index.vectors import mean_vector

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

BATCH = 1000
TOP_K = 5
# The article that a node is of. LlamaIndex's reader keeps it out of what is embedded, and so do we.
FILE_NAME = "file_name"


class Quickstart:
    """What a newcomer to LlamaIndex and Chroma has after their quickstart page.

    Args:
        folder: of its Chroma store.
        embedding: for the questions, and for nodes without a vector.
        top_k: passages retrieved for a question.
    """

    def __init__(self, folder: Path, embedding: "BaseEmbedding", top_k: int = TOP_K) -> None:
        self._client = _open(folder)
        self._collection = self._client.get_or_create_collection("quickstart")
        store = ChromaVectorStore(chroma_collection=self._collection)
        self._index = VectorStoreIndex.from_vector_store(store, embed_model=embedding)
        self._retriever = self._index.as_retriever(similarity_top_k=top_k)
        self._top_k = top_k

    def close(self) -> None:
        """Closes its store."""
        self._client.close()

    def retrieve(self, question: str) -> list[NodeWithScore]:
        """The nearest passages, best first."""
        return self._retriever.retrieve(question)

    def add(self, nodes: Sequence[BaseNode]) -> None:
        """Stores nodes, and embeds those before that have no vector yet."""
        self._index.insert_nodes(list(nodes))

    def fused(self, nodes: Sequence[BaseNode]) -> QueryFusionRetriever:
        """The same vectors beside BM25, which holds all nodes in memory; their ranks are added up.

        One query a question, so that no model is asked for others.
        """
        words = BM25Retriever(nodes=list(nodes), similarity_top_k=self._top_k)
        return QueryFusionRetriever(
            [self._retriever, words],
            llm=MockLLM(),
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=self._top_k,
            num_queries=1,
            use_async=False,
        )

    def ids(self) -> frozenset[str]:
        """Of the nodes it has."""
        return frozenset(self._collection.get(include=[])["ids"])


def read_nodes(folder: Path, tokens: int) -> list[BaseNode]:
    """The text files of a folder as LlamaIndex's own reader and splitter make chunks of them, without overlap.

    Args:
        folder: read through all levels.
        tokens: in the largest chunk.
    """
    reader = SimpleDirectoryReader(
        str(folder),
        recursive=True,
        required_exts=[".txt"],
        file_metadata=lambda path: {FILE_NAME: Path(path).relative_to(folder.resolve()).as_posix()},
    )
    return SentenceSplitter(chunk_size=tokens, chunk_overlap=0).get_nodes_from_documents(reader.load_data())


def stored_nodes(settings: AssistantSettings, known: frozenset[str]) -> Iterator[list[TextNode]]:
    """The chunks of the assistant's index with their vectors, in batches, without those already known."""
    library = Database(settings.index_path / "library.sqlite", LIBRARY)
    with closing(library), library.reading() as connection:
        snapshot = Snapshot(connection, settings.corpus_dir)
        ids = [chunk_id for chunk_id in snapshot.chunk_ids() if str(chunk_id) not in known]
        for start in range(0, len(ids), BATCH):
            yield [_node(chunk) for chunk in snapshot.chunks(ids[start : start + BATCH])]


def _node(chunk: StoredChunk) -> TextNode:
    return TextNode(
        id_=str(chunk.id),
        text=chunk.text,
        embedding=mean_vector(chunk.vectors).tolist(),
        metadata={FILE_NAME: chunk.source.id},
        excluded_embed_metadata_keys=[FILE_NAME],
    )


def _open(folder: Path) -> Any:
    # Its declared type lacks `close`.
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
