"""The index of a corpus: articles, chunks, terms and vectors, kept in step by `sync`.

A folder of the index holds
    library.sqlite      articles, chunks, sentence vectors and the lexical index: what is true
    vectors/<name>/     one vector per chunk in Chroma, unless a server has them
    successor.sqlite    while a library is replaced that cannot be used: the next one, until it is whole
    embeddings.sqlite   during a sync, and after one that was interrupted or found most articles gone: the sentence
                        vectors that a later one may want
    sync.lock           held by the one process that syncs
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Self

import numpy as np
from filelock import FileLock, Timeout
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from assistant.errors import IndexDamagedError, IndexUnavailableError
from assistant.index.comparing import nearest_passing
from assistant.index.database import Database, disk_failures_in_words
from assistant.index.embeddings import JOURNAL, Embedder
from assistant.index.filtering import Scores, best_passing
from assistant.index.lexicon import Lexicon, TermStatistics
from assistant.index.library import Snapshot, State, StoredChunk, collections_of
from assistant.index.places import FolderPlace, Place, ServerPlace
from assistant.index.preparation import LocalPreparation, Preparation
from assistant.index.schema import LIBRARY
from assistant.index.sync import Sync, lost_most, recipe
from assistant.index.vectors import VectorStore
from assistant.records import Article, Filters, Removed, Source, SyncReport
from assistant.settings import Settings

OUTDATED = "The index was of an earlier version of this program. All articles were indexed anew."

__all__ = ["Index", "StoredChunk", "TermStatistics"]


class Index:
    """One index over one corpus. Opened at its first use; safe to share between threads and processes.

    Reading goes on during a sync and sees the state before it until it has ended. While a Chroma server gets its
    vectors, a search in a collection that was open before goes on, and any other takes longer: it compares all that the
    library holds.

    Args:
        settings: the corpus folder, the place of the index, and how to split.
        embedding: makes the vectors of sentences; those of questions must come from the same one.

    Raises:
        IndexDamagedError: from every method, when what is stored is damaged, foreign, incomplete or not there.
        IndexUnavailableError: from every method, when the disk or the Chroma server refuses.
    """

    def __init__(self, settings: Settings, embedding: BaseEmbedding) -> None:
        folder = settings.index_path
        self._settings = settings
        self._lock_file = folder / "sync.lock"
        self._library = Database(folder / "library.sqlite", LIBRARY)
        self._successor = Database(folder / "successor.sqlite", LIBRARY)
        self._journal = Database(folder / "embeddings.sqlite", JOURNAL)
        self._embedder = Embedder(embedding, self._journal)
        self._place: Place = (
            ServerPlace(settings.chroma_url) if settings.chroma_url else FolderPlace(folder / "vectors")
        )
        self._lexicon = Lexicon(self._library)
        self._store: tuple[str, VectorStore] | None = None
        self._centres: tuple[str, dict[str | None, NDArray[np.float32]]] | None = None
        self._sources: tuple[str, tuple[Source, ...]] | None = None
        self._lengths: tuple[str, dict[str, int]] = ("", {})
        self._opening = threading.Lock()
        self._listing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes what is open; the next use opens it again."""
        self._store = None
        self._library.close()
        self._journal.close()

    def needs_sync(self) -> bool:
        """Whether the index was never built, was left incomplete, or was built from or with something else.

        Changed articles are not looked for: that is `sync`'s business.
        """
        if not self._library.exists() or self._library.is_outdated():
            return True
        with self._snapshot() as snapshot:
            state = snapshot.state()
        if state is None or state.chroma_url != self._settings.chroma_url:
            return True
        if not state.vectors_complete:
            # Whoever syncs completes them. Until then a search answers without.
            return not self._is_being_synced()
        try:
            # Whoever opens the store has its files written anew.
            with self._opening:
                self._place.check(state)
        except (IndexDamagedError, IndexUnavailableError):
            if self._is_current(state):
                raise
            # A sync of another process has ended meanwhile and taken these vectors away.
            return self.needs_sync()
        made_from = (str(self._settings.corpus_dir.resolve()), recipe(self._settings, self._embedder.model_id))
        return (state.corpus, state.recipe) != made_from

    def sync(
        self,
        *,
        rebuild: bool = False,
        progress: bool = False,
        announce: Callable[[str], None] | None = None,
        ray: str | None = None,
    ) -> SyncReport:
        """Brings the index up to date with the corpus folder, wholly or not at all.

        Args:
            rebuild: make everything anew, whatever state it is in; the vectors of a sound library are kept.
            progress: show bars on standard error for what takes over a second.
            announce: told in words what the sync waits for.
            ray: a Ray cluster that does the work, as `assistant.cluster.Cluster` takes it.

        Raises:
            ClusterError: the Ray cluster cannot be used or was lost; what was embedded so far is not embedded again.
            CorpusError: the folder or its metadata.yaml cannot be read.
            ModelError: the embedding failed; likewise.
        """
        preparation = self._preparation(ray)
        with self._exclusive(announce):
            outdated = self._library.is_outdated()
            unusable = outdated or (rebuild and _is_damaged(self._library))
            replaced = collections_of(self._library, self._settings.chroma_url) if unusable else ()
            with self._journalled() as is_of_before:
                with self._succeeding() if unusable else self._existing() as library:
                    sync = Sync(self._settings, library, preparation, self._place, progress=progress)
                    synced = sync.run(self._open_store, replaced, rebuild=rebuild)
                report = synced.report
                # A sync that takes nothing in leaves what is there for one that does.
                taken_in = report.added or report.updated
                if not lost_most(report) and (taken_in or not is_of_before):
                    self._journal.discard()
            self._store = (synced.vectors, synced.store)
        return report.model_copy(update={"notes": (*report.notes, OUTDATED)}) if outdated else report

    def sources(self) -> tuple[Source, ...]:
        """All articles without their texts, by id."""
        with self._listing, self._snapshot() as snapshot:
            version = self._built(snapshot).version
            if self._sources is None or self._sources[0] != version:
                self._sources = (version, tuple(snapshot.sources()))
            return self._sources[1]

    def unknown(self, filters: Filters) -> Filters:
        """Those outlets and articles of the filters that the index does not have."""
        with self._snapshot() as snapshot:
            return snapshot.unknown(filters)

    def article(self, article_id: str) -> Article:
        """One article with its cleaned text.

        Raises:
            UnknownArticleError: there is none with this id.
        """
        with self._snapshot() as snapshot:
            return snapshot.article(article_id)

    def lengths(self, article_ids: Sequence[str]) -> dict[str, int]:
        """The lengths of articles in words, by id; ids that are not in the index are left out.

        An article is counted once for each version of the index.
        """
        with self._snapshot() as snapshot:
            version = self._built(snapshot).version
            counted = self._lengths[1] if self._lengths[0] == version else {}
            missing = [article_id for article_id in article_ids if article_id not in counted]
            if missing:
                counted = counted | snapshot.lengths(missing)
                self._lengths = (version, counted)
        return {article_id: counted[article_id] for article_id in article_ids if article_id in counted}

    def removed(self, article_id: str) -> tuple[Removed, ...]:
        """What cleaning left out of an article, and why.

        Raises:
            UnknownArticleError: there is none with this id.
        """
        with self._snapshot() as snapshot:
            return snapshot.removed(article_id)

    def chunks(self, ids: Sequence[int]) -> list[StoredChunk]:
        """The chunks with these ids, in this order; ids that are not in the index are left out."""
        with self._snapshot() as snapshot:
            return snapshot.chunks(ids)

    def nearest(self, vector: NDArray[np.float32], k: int, filters: Filters | None = None) -> dict[int, float]:
        """The chunks whose vectors are nearest to a question's.

        Args:
            vector: (dimensions,), of any length but 0.
            k: how many chunks.
            filters: which articles may answer.

        Returns:
            Chunk id -> cosine, best first, equal ones by id. A server may still have vectors of chunks that are no
            longer in the index; `chunks` leaves those out.

        Raises:
            ModelError: the vector has not as many dimensions as those of the index.
        """
        state: State | None = None
        try:
            # Filters are applied to the articles of the very moment whose vectors are searched.
            with self._library.reading() as connection:
                snapshot = Snapshot(connection, self._settings.corpus_dir)
                state = self._built(snapshot)
                chunk_count = snapshot.chunk_count()
                if not chunk_count:
                    return {}
                if len(vector) != snapshot.vector_size()[0]:
                    raise self._embedder.misfit()
                reached = self._reaching(state, chunk_count, vector)
                return best_passing(connection, k, filters, reached, partial(nearest_passing, snapshot, vector, k))
        except (IndexDamagedError, IndexUnavailableError):
            if state is None or self._is_current(state):
                raise
            # A sync of another process has put other vectors in their place meanwhile, or changed those on a server.
            return self.nearest(vector, k, filters)

    def matching(self, terms: Sequence[str], k: int, filters: Filters | None = None) -> dict[int, float]:
        """The chunks that share most with a question's terms.

        Where the terms occur too often for a quick search, only the rarer ones are looked for.

        Args:
            terms: as `assistant.terms.terms` makes them.
            k: how many chunks.
            filters: which articles may answer.

        Returns:
            Chunk id -> BM25 over the terms that were looked for, best first, equal ones by id.
        """
        return self._lexicon.matching(terms, k, filters)

    def occurring(self, terms: Sequence[str]) -> dict[str, int]:
        """Those of many terms that occur, with the number of chunks they occur in."""
        return self._lexicon.occurring(terms)

    def statistics(self) -> TermStatistics:
        """Numbers of chunks and terms, for weighing terms."""
        return self._lexicon.statistics()

    def language_centres(self) -> dict[str | None, NDArray[np.float32]]:
        """The mean sentence vector (dimensions,) of each language that articles are written in."""
        with self._snapshot() as snapshot:
            version = self._built(snapshot).version
            if self._centres is None or self._centres[0] != version:
                self._centres = (version, snapshot.language_centres())
            return self._centres[1]

    def _preparation(self, ray: str | None) -> Preparation:
        if ray is None:
            return LocalPreparation(self._settings, self._embedder)
        from assistant.index.cluster import ClusterPreparation

        return ClusterPreparation(self._settings, self._embedder, ray)

    @contextmanager
    def _snapshot(self) -> Iterator[Snapshot]:
        with self._library.reading() as connection:
            yield Snapshot(connection, self._settings.corpus_dir)

    def _built(self, snapshot: Snapshot) -> State:
        state = snapshot.state()
        if state is None:
            message = f"The index in {self._settings.index_path} was never completed."
            raise IndexDamagedError(message)
        return state

    def _is_current(self, state: State) -> bool:
        with self._snapshot() as snapshot:
            return self._built(snapshot) == state

    def _reaching(self, state: State, chunk_count: int, vector: NDArray[np.float32]) -> Callable[[int], Scores | None]:
        """Finds so many of the nearest chunks in Chroma; None where they cannot all be reached there."""
        # A collection that a server is still to fill is not opened.
        can_be_searched = state.vectors_complete or self._is_open(state)
        store = self._open_store(state, chunk_count) if can_be_searched else None

        def reached(k: int) -> Scores | None:
            found = store.nearest(vector, k) if store else {}
            # Chroma's graph comes apart where very many vectors are equal: of 6,000, a third of them equal, it reached
            # 69, whatever it was asked for.
            return found if len(found) >= min(k, chunk_count) else None

        return reached

    def _is_open(self, state: State) -> bool:
        held = self._store
        return held is not None and held[0] == state.vectors

    def _open_store(self, state: State, chunk_count: int) -> VectorStore:
        with self._opening:
            if self._store is None or self._store[0] != state.vectors:
                # Two graphs at a time would take twice the memory. A search that is under way keeps its own to its end.
                self._store = None
                self._store = (state.vectors, self._place.open(state, chunk_count))
            return self._store[1]

    @contextmanager
    def _existing(self) -> Iterator[Database]:
        """The library, empty if there was none."""
        if not self._library.exists():
            self._library.create()
        yield self._library
        # The one of a rebuild that was interrupted is of use until the library is.
        self._successor.discard()

    @contextmanager
    def _succeeding(self) -> Iterator[Database]:
        """A library that takes the place of the present one when it is whole; until then that stays as it is."""
        _make_usable(self._successor)
        try:
            yield self._successor
            self._successor.replace(self._library)
        finally:
            self._successor.close()

    @contextmanager
    def _journalled(self) -> Iterator[bool]:
        """With a journal; tells whether one was there."""
        is_of_before = self._journal.exists()
        # Nothing in it is worth a word: it can all be embedded again.
        _make_usable(self._journal)
        try:
            yield is_of_before
        finally:
            self._journal.close()

    def _is_being_synced(self) -> bool:
        lock = FileLock(self._lock_file)
        with disk_failures_in_words(self._lock_file):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return True
        lock.release()
        return False

    @contextmanager
    def _exclusive(self, announce: Callable[[str], None] | None) -> Iterator[None]:
        with disk_failures_in_words(self._lock_file):
            self._lock_file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._lock_file)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if announce:
                    announce("The index is being updated by another process; waiting until that has ended.")
                lock.acquire()
        try:
            yield
        finally:
            lock.release()


def _make_usable(database: Database) -> None:
    """Makes a database anew unless it is sound."""
    if database.is_outdated() or _is_damaged(database):
        database.discard()
    if not database.exists():
        database.create()


def _is_damaged(database: Database) -> bool:
    try:
        if database.exists():
            database.check()
    except IndexDamagedError:
        return True
    return False
