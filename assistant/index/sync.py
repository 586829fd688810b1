"""Brings an index up to date with its corpus folder in one transaction: wholly or not at all.

corpus folder -> intake -> library.sqlite + vectors -> commit
"""

import sqlite3
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import uuid4

from tqdm import tqdm

from assistant.articles import CorpusFile, find_files
from assistant.cleaning import CLEANING_VERSION
from assistant.index.database import Database
from assistant.index.intake import Intake, Progress
from assistant.index.library import Snapshot, State
from assistant.index.places import Advance, Place, Prepared
from assistant.index.preparation import Preparation
from assistant.index.schema import clear, optimise
from assistant.index.vectors import VectorStore
from assistant.metadata import load_overrides, unmatched
from assistant.records import SyncReport
from assistant.settings import Settings

# Goes up with any change to sentences, chunks, terms, vectors or ids: existing indexes are then made anew.
INDEX_VERSION = 2

# Articles whose vectors are held in memory, some 12 KB each.
KEPT_AT_ONCE = 1000

# Chroma's graph keeps the place of each vector that was removed, on disk and in memory, for good. It is begun anew when
# those come to more than this share of what it holds: so it is never more than half as large again as it need be, and
# puts in anew at most two vectors for each that was removed. FTS5 keeps traces in much the same way.
MOST_REMOVED = 0.5

# The name of the embedding model in a recipe.
MODEL = "embedding model"

# A bar that shows for a moment only is noise.
BAR_DELAY_SECONDS = 1.0


def recipe(settings: Settings, model_id: str) -> dict[str, str]:
    """Everything that chunks and vectors depend on besides the articles, by its name in words."""
    return {
        "chunk overlap": str(settings.chunk_overlap),
        "chunk size": str(settings.chunk_size),
        "cleaning version": str(CLEANING_VERSION),
        MODEL: model_id,
        "index version": str(INDEX_VERSION),
    }


def lost_most(report: SyncReport) -> bool:
    """Whether most of what was indexed is gone, as when the disk with the articles is not mounted."""
    stayed = len(report.updated) + len(report.unchanged)
    return 2 * (stayed + len(report.added)) < stayed + len(report.removed)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync has done, and the store that is in use after it."""

    report: SyncReport
    vectors: str
    store: VectorStore


class Sync:
    """One sync. No other may run on the same index meanwhile.

    Args:
        settings: the corpus folder, and how to read it.
        library: an existing library.sqlite.
        preparation: makes articles of files, and vectors of sentences.
        place: where the chunks' vectors are.
        progress: show bars on standard error.
    """

    def __init__(
        self, settings: Settings, library: Database, preparation: Preparation, place: Place, *, progress: bool
    ) -> None:
        self._settings = settings
        self._library = library
        self._preparation = preparation
        self._place = place
        self._progress = progress
        self._recipe = recipe(settings, preparation.embedder.model_id)

    def run(
        self, open_store: Callable[[State, int], VectorStore], replaced: Collection[str] = (), *, rebuild: bool
    ) -> Synced:
        """Takes in what has changed.

        Args:
            open_store: opens the store of a state, which must have a vector for each of so many chunks.
            replaced: collections of an earlier library, which the server need not keep.
            rebuild: take in everything anew, and look at nothing that is stored.
        """
        prepared = None
        with self._library.writing() as connection:
            snapshot = Snapshot(connection, self._settings.corpus_dir)
            before = snapshot.state()
            known = snapshot.fingerprints()
            is_same_model = before and before.recipe.get(MODEL) == self._recipe[MODEL]
            self._preparation.embedder.begin(snapshot.vector_size()[1] if is_same_model else 0)
            usable = before if not rebuild and before and before.chroma_url == self._settings.chroma_url else None
            if usable:
                self._place.check(usable)
            if rebuild:
                self._keep_vectors(snapshot, known)
                known = dict.fromkeys(known, b"")
                clear(connection)
            report, intake = self._take_in(connection, snapshot, known)
            if usable and usable.vectors_complete and not report.changed:
                store = open_store(usable, snapshot.chunk_count())
                after = usable.model_copy(update=self._made_from())
            else:
                # The store of before is not opened for this: two graphs take twice the memory. One that is open stays,
                # to answer until the sync has ended.
                current = _worth_building_upon(usable, intake.chunks_gone, snapshot)
                with self._storing_bar() as advance:
                    prepared = self._place.prepare(current, snapshot, advance)
                store = prepared.store
                traces = 0 if rebuild or not before else before.entries_removed
                removed = {
                    "vectors_removed": current.vectors_removed if current else 0,
                    "entries_removed": _tidy_lexicon(connection, traces + intake.chunks_removed, snapshot),
                }
                after = self._state_with(prepared, before, replaced).model_copy(update=removed)
            if after != before:
                _write(connection, after)
        if prepared:
            self._finish(prepared, after)
        else:
            self._place.tidy(after.vectors)
        notes = (*report.notes, *_note_loss(report), *(_note_changes(before, after) if before else ()))
        return Synced(report.model_copy(update={"notes": notes}), after.vectors, store)

    def _take_in(
        self, connection: sqlite3.Connection, snapshot: Snapshot, known: Mapping[str, bytes]
    ) -> tuple[SyncReport, Intake]:
        files, skipped = find_files(self._settings.corpus_dir, self._settings.max_file_mb * 1_000_000)
        # A file that was moved is found again by its sentences.
        self._keep_vectors(snapshot, set(known).difference(file.id for file in files))
        overrides = load_overrides(self._settings.corpus_dir)
        with self._reading_bar(files) as advance:
            intake = Intake(connection, snapshot, self._preparation, self._recipe, advance)
            report = intake.run(files, overrides, known)
        ids = {file.id for file in files} | {skip.path for skip in skipped}
        told = {"skipped": (*skipped, *report.skipped), "notes": _note_unmatched(unmatched(overrides, ids))}
        return report.model_copy(update=told), intake

    def _keep_vectors(self, snapshot: Snapshot, article_ids: Iterable[str]) -> None:
        """Takes the sentence vectors of articles that are about to go over into the journal."""
        names = sorted(article_ids)
        for start in range(0, len(names), KEPT_AT_ONCE):
            self._preparation.embedder.remember(snapshot.vectors_of(names[start : start + KEPT_AT_ONCE]))

    def _made_from(self) -> dict[str, Any]:
        """The part of the state that follows from the settings."""
        return {
            "corpus": str(self._settings.corpus_dir.resolve()),
            "chroma_url": self._settings.chroma_url,
            "recipe": self._recipe,
        }

    def _state_with(self, prepared: Prepared, before: State | None, others: Collection[str]) -> State:
        replaced = set(others)
        if before and before.chroma_url == self._settings.chroma_url:
            replaced |= {*before.replaced, before.vectors}
        return State(
            version=uuid4().hex,
            vectors=prepared.name,
            manifest=prepared.manifest,
            vectors_complete=prepared.complete,
            replaced=() if prepared.complete else tuple(sorted(replaced - {prepared.name})),
            **self._made_from(),
        )

    def _finish(self, prepared: Prepared, after: State) -> None:
        with self._library.reading() as connection, self._storing_bar() as advance:
            self._place.finish(prepared, after.replaced, Snapshot(connection, self._settings.corpus_dir), advance)
        if not after.vectors_complete:
            with self._library.writing() as connection:
                _write(connection, after.model_copy(update={"vectors_complete": True, "replaced": ()}))

    @contextmanager
    def _reading_bar(self, files: Sequence[CorpusFile]) -> Iterator[Callable[[Progress], None]]:
        size, articles, tokens = _total_size(files), 0, 0.0
        # One thread reads what another one stores.
        lock = threading.Lock()
        with self._bar("Reading articles", size, "B") as bar:

            def advance(progress: Progress) -> None:
                nonlocal articles, tokens
                with lock:
                    articles += progress.articles
                    tokens += progress.tokens
                    rate = bar.format_sizeof(tokens / (bar.format_dict["elapsed"] or 1))
                    bar.set_postfix_str(f"{articles} of {len(files)} articles, {rate} tokens/s", refresh=False)
                    # Shares of files are fractions, whose sum may be a hair above the whole.
                    bar.update(min(progress.size, size - bar.n))

            yield advance

    @contextmanager
    def _storing_bar(self) -> Iterator[Advance]:
        with self._bar("Storing vectors", None, "chunks") as bar:

            def advance(chunks: int, total: int) -> None:
                bar.total = total
                bar.update(chunks)

            yield advance

    def _bar(self, title: str, total: int | None, unit: str) -> "tqdm[NoReturn]":
        return tqdm(
            total=total,
            desc=title,
            unit=unit,
            unit_scale=True,
            delay=BAR_DELAY_SECONDS,
            leave=False,
            file=sys.stderr,
            disable=not self._progress,
        )


def _worth_building_upon(usable: State | None, chunks_gone: int, snapshot: Snapshot) -> State | None:
    """The state whose store is brought up to date, with what will have been removed from it; None to begin anew."""
    removed = usable.vectors_removed + chunks_gone if usable else 0
    if usable and removed <= MOST_REMOVED * snapshot.chunk_count():
        return usable.model_copy(update={"vectors_removed": removed})
    return None


def _tidy_lexicon(connection: sqlite3.Connection, removed: int, snapshot: Snapshot) -> int:
    """Takes away the traces of what was removed from the lexical index, if they are many; how many are left."""
    if removed <= MOST_REMOVED * snapshot.chunk_count():
        return removed
    optimise(connection)
    return 0


def _total_size(files: Sequence[CorpusFile]) -> int:
    # A file may have gone since it was listed; the bar need not be exact.
    return sum(file.path.stat().st_size for file in files if file.path.exists())


def _write(connection: sqlite3.Connection, state: State) -> None:
    connection.execute("DELETE FROM state")
    connection.execute("INSERT INTO state VALUES (?)", (state.model_dump_json(),))


def _note_unmatched(names: Sequence[str]) -> tuple[str, ...]:
    return (f"metadata.yaml describes files that are not there: {', '.join(names)}.",) if names else ()


def _note_loss(report: SyncReport) -> tuple[str, ...]:
    if not lost_most(report):
        return ()
    removed = len(report.removed)
    share = f"{removed} of {removed + len(report.updated) + len(report.unchanged)}"
    return (f"Most articles are gone ({share}). What was computed for them is kept until a sync finds others.",)


def _note_changes(before: State, after: State) -> tuple[str, ...]:
    changes = [
        f"the {name} changed from {before.recipe.get(name, 'none')} to {value}"
        for name, value in after.recipe.items()
        if before.recipe.get(name) != value
    ]
    notes = [f"All articles were indexed anew, since {' and '.join(changes)}."] if changes else []
    if before.corpus != after.corpus:
        notes.append(f"The index was made from {before.corpus}, and now holds {after.corpus}.")
    if before.chroma_url != after.chroma_url:
        places = [state.chroma_url or "the index folder" for state in (before, after)]
        notes.append(f"The vectors were in {places[0]}, and now are in {places[1]}.")
    return tuple(notes)
