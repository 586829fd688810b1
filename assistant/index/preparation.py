"""From files that have changed to articles whose sentences wait for their vectors: the part of a sync without an index.

changed files -> prepared articles, skipped files -> batches
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from threading import Event
from typing import Protocol, TypeVar

from assistant.articles import CorpusFile, UnreadableFileError
from assistant.chunks import Chunk, split_chunks, split_sentences
from assistant.corpus import read_article
from assistant.index.embeddings import Embedder
from assistant.index.packing import pack_text
from assistant.metadata import Overrides
from assistant.records import Article, Removed, Skipped
from assistant.settings import Settings
from assistant.terms import terms
from assistant.tokens import count_tokens

# Embedded and stored together: enough to put sentences of like length side by side, little enough for memory.
BATCH_SENTENCES = 2000

Taken = TypeVar("Taken")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that is to be taken in, with all that its article is made of besides the settings.

    Attributes:
        data: its contents.
        overrides: what metadata.yaml says about it.
        fingerprint: of everything its article is made of.
    """

    file: CorpusFile
    data: bytes
    overrides: Overrides | None
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article that waits for the vectors of its sentences.

    Attributes:
        term_counts: of each chunk.
        packed_terms: of each chunk, see `packing`.
        fingerprint: of everything it was made from.
        size: of its file, in bytes.
    """

    article: Article
    removed: Sequence[Removed]
    chunks: Sequence[Chunk]
    term_counts: Sequence[int]
    packed_terms: Sequence[bytes]
    fingerprint: bytes
    size: int

    def texts(self) -> set[str]:
        """All of its sentences."""
        return {text for chunk in self.chunks for text in self.sentences(chunk)}

    def sentences(self, chunk: Chunk) -> list[str]:
        """The sentences of one of its chunks."""
        return [self.article.text[span.start : span.end] for span in chunk.sentences]

    def source(self) -> str:
        """The article without its text, as JSON.

        The path depends on where the program was started: it is put in when the article is read.
        """
        return self.article.model_dump_json(exclude={"text", "path"})


Batch = Sequence[PreparedArticle | Skipped]
# The sentence vectors, by id, that the library has of articles.
Stored = Callable[[Sequence[str]], Mapping[int, bytes]]


class Preparation(Protocol):
    """Where articles are prepared and their sentences embedded.

    Attributes:
        embedder: makes the sentences' vectors.
    """

    embedder: Embedder

    def batches(self, files: Iterable[ChangedFile | None], stored: Stored) -> Generator[Batch, None, None]:
        """What becomes of the files, in their order; closing it ends the work, also between two that are None.

        Args:
            files: None stands for one that has not changed.
            stored: vectors that need not be made again, for who embeds in advance.
        """
        ...


class LocalPreparation:
    """Prepares articles in this process: a thread does the next batch while the one before is embedded and stored."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.embedder = embedder
        self._settings = settings

    def batches(self, files: Iterable[ChangedFile | None], stored: Stored) -> Generator[Batch, None, None]:  # noqa: ARG002
        """See `Preparation`; nothing is embedded in advance."""
        return ahead(self._prepared, files)

    def _prepared(self, files: Iterable[ChangedFile]) -> Iterator[Batch]:
        return in_batches((prepare(file, self._settings) for file in files), BATCH_SENTENCES)


def prepare(changed: ChangedFile, settings: Settings) -> PreparedArticle | Skipped:
    """The article in a file, split into chunks, or why there is none."""
    try:
        read = read_article(changed.file, changed.data, changed.overrides)
    except UnreadableFileError as error:
        return Skipped(path=changed.file.id, reason=error.reason)
    chunks = _split(read.article, settings)
    chunk_terms = [terms(read.article.text[chunk.start : chunk.end]) for chunk in chunks]
    return PreparedArticle(
        article=read.article,
        removed=read.removed,
        chunks=chunks,
        term_counts=list(map(len, chunk_terms)),
        packed_terms=[pack_text(" ".join(theirs)) for theirs in chunk_terms],
        fingerprint=changed.fingerprint,
        size=len(changed.data),
    )


def in_batches(prepared: Iterable[PreparedArticle | Skipped], least: int) -> Iterator[Batch]:
    """Batches of at least so many sentences, but for the last one."""
    batch: list[PreparedArticle | Skipped] = []
    sentences = 0
    for article in prepared:
        batch.append(article)
        if isinstance(article, PreparedArticle):
            sentences += sum(len(chunk.sentences) for chunk in article.chunks)
        if sentences >= least:
            yield batch
            batch, sentences = [], 0
    if batch:
        yield batch


def ahead(
    make: Callable[[Iterable[Taken]], Iterator[Made]], source: Iterable[Taken | None]
) -> Generator[Made, None, None]:
    """What `make` makes of a source, by a thread that is one piece ahead of whoever reads it.

    What is None in the source is left out. Once the generator is closed, the source seems to have ended.
    """
    closed = Event()
    going_on = takewhile(lambda _: not closed.is_set(), source)
    pieces = make(item for item in going_on if item is not None)
    with ThreadPoolExecutor(1, thread_name_prefix="preparing") as thread:
        try:
            upcoming = thread.submit(next, pieces, None)
            while (piece := upcoming.result()) is not None:
                upcoming = thread.submit(next, pieces, None)
                yield piece
        finally:
            closed.set()


def _split(article: Article, settings: Settings) -> list[Chunk]:
    sentences = split_sentences(article.text, article.language)
    return split_chunks(article.text, sentences, settings.chunk_size, settings.chunk_overlap, count_tokens)
