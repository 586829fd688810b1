"""Where the vectors live: in a folder of the index, or on a Chroma server.

A folder is never written to once it is in use. Chroma keeps its graph in memory and in plain files: two processes on
one folder would overwrite each other's, and one that is killed may leave files behind that crash the next. So a sync
copies the folder, changes the copy, and names it in the transaction that changes everything else. A server takes care
of itself and is changed in place, after that transaction.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import numpy as np

from assistant.errors import IndexDamagedError
from assistant.index.database import disk_failures_in_words, sqlite_failures_in_words
from assistant.index.library import Snapshot, State
from assistant.index.vectors import BATCH, VectorStore, copy_folder, file_sizes, mean_vector

_FOLDER = re.compile(r"[0-9a-f]{16}")
# Files that keep another size for longer than it takes to open a folder are damaged.
OPENING_SECONDS = 1.0

# Told how many more vectors are stored, and how many are to be in all.
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A store for the state that a sync is about to commit.

    Attributes:
        manifest: the files of its folder, with their sizes.
        complete: False if it gets its vectors only after the commit.
    """

    store: VectorStore
    name: str
    manifest: dict[str, int]
    complete: bool


class Place(Protocol):
    """Where the vectors of one index are."""

    def check(self, state: State) -> None:
        """Notices missing and truncated files without opening them.

        Raises:
            IndexDamagedError: there are some.
        """

    def open(self, state: State, chunk_count: int) -> VectorStore:
        """The store that belongs to a state of the library.

        Raises:
            IndexDamagedError: it is damaged, or does not have a vector for each chunk.
            IndexUnavailableError: it cannot be reached.
        """

    def prepare(self, current: State | None, snapshot: Snapshot, advance: Advance) -> Prepared:
        """Makes a store ready for the chunks of a snapshot.

        Args:
            current: the state whose store may be built upon; None to begin with an empty one.
            snapshot: of the transaction that is under way.
            advance: told of the vectors that were added.
        """

    def finish(self, prepared: Prepared, replaced: Sequence[str], snapshot: Snapshot, advance: Advance) -> None:
        """After the commit: completes the store, and removes what it replaces."""

    def tidy(self, vectors: str) -> None:
        """Removes what interrupted syncs have left beside a complete store."""


class FolderPlace:
    """Folders of random names under `root`, one of which is in use."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def check(self, state: State) -> None:
        """Compares the files' sizes with those at the last sync.

        Chroma writes its graph anew, just as it was, when it opens a folder: what somebody else opens at this moment
        has other sizes for a moment.
        """
        folder = self._root / state.vectors
        end = time.monotonic() + OPENING_SECONDS
        while not (whole := self._is_whole(folder, state)) and time.monotonic() < end:
            time.sleep(OPENING_SECONDS / 20)
        if not whole:
            message = f"The vectors in {folder} are damaged: files are missing or of another size than they were."
            raise IndexDamagedError(message)

    @staticmethod
    def _is_whole(folder: Path, state: State) -> bool:
        with disk_failures_in_words(folder):
            return file_sizes(folder) == state.manifest

    def open(self, state: State, chunk_count: int) -> VectorStore:
        """Opens the folder that a state names."""
        self.check(state)
        store = VectorStore.in_folder(self._root / state.vectors)
        store.load()
        _check_count(store, state.vectors, chunk_count)
        # Another process may have removed the folder just now, and an empty one been opened in its stead.
        self.check(state)
        return store

    def prepare(self, current: State | None, snapshot: Snapshot, advance: Advance) -> Prepared:
        """Copies the folder in use unless a new one is to be begun, and brings that up to date."""
        name = uuid4().hex[:16]
        folder = self._root / name
        try:
            with disk_failures_in_words(folder), sqlite_failures_in_words(folder):
                self._root.mkdir(parents=True, exist_ok=True)
                if current:
                    copy_folder(self._root / current.vectors, folder)
            store = VectorStore.in_folder(folder, create=True)
            _reconcile(store, snapshot, advance)
            store.load()
            _check_count(store, name, snapshot.chunk_count())
            with disk_failures_in_words(folder):
                _flush_to_disk(folder)
                return Prepared(store, name, file_sizes(folder), complete=True)
        except BaseException:
            # A full disk should not stay full on its account.
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def finish(self, prepared: Prepared, replaced: Sequence[str], snapshot: Snapshot, advance: Advance) -> None:
        """Removes all folders but this one."""
        del replaced, snapshot, advance
        self.tidy(prepared.name)

    def tidy(self, vectors: str) -> None:
        """Removes all folders but one. Whoever still reads in another finds out, and begins anew in this one."""
        for folder in self._root.iterdir():
            if _FOLDER.fullmatch(folder.name) and folder.name != vectors:
                # What cannot go yet goes after the next sync.
                shutil.rmtree(folder, ignore_errors=True)


class ServerPlace:
    """Collections of random names on a Chroma server, one of which is in use."""

    def __init__(self, url: str) -> None:
        self._url = url

    def check(self, state: State) -> None:
        """Nothing can be told of a server without asking it."""

    def open(self, state: State, chunk_count: int) -> VectorStore:
        """Opens the collection that a state names."""
        store = VectorStore.on_server(self._url, state.vectors)
        _check_count(store, state.vectors, chunk_count)
        return store

    def prepare(self, current: State | None, snapshot: Snapshot, advance: Advance) -> Prepared:
        """Makes sure that the server can be reached before anything is committed."""
        del snapshot, advance
        name = current.vectors if current else f"articles-{uuid4().hex[:16]}"
        return Prepared(VectorStore.on_server(self._url, name, create=True), name, {}, complete=False)

    def finish(self, prepared: Prepared, replaced: Sequence[str], snapshot: Snapshot, advance: Advance) -> None:
        """Brings the collection up to date, whatever is in it, and removes earlier ones."""
        _reconcile(prepared.store, snapshot, advance)
        for name in replaced:
            prepared.store.drop_collection(name)

    def tidy(self, vectors: str) -> None:
        """The state names what has to go, and is not complete until it has gone."""


def _reconcile(store: VectorStore, snapshot: Snapshot, advance: Advance) -> None:
    """Gives a store the vectors of the snapshot's chunks and no others.

    A chunk's id stands for all that is stored with its vector, so comparing ids is enough.
    """
    wanted, present = np.array(snapshot.chunk_ids(), dtype=np.int64), store.ids()
    store.delete(np.setdiff1d(present, wanted).tolist())
    missing = wanted[~np.isin(wanted, present)].tolist()
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        store.add(batch, [mean_vector(vectors) for vectors in snapshot.sentence_vectors(batch)])
        advance(len(batch), len(missing))


def _check_count(store: VectorStore, name: str, chunk_count: int) -> None:
    count = store.count()
    if count != chunk_count:
        message = f"The index has {chunk_count} chunks, but {count} vectors in {name}."
        raise IndexDamagedError(message)


def _flush_to_disk(folder: Path) -> None:
    """Makes a folder survive a power failure that comes after the commit that names it."""
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
