"""SQLite files as the index keeps them: created whole, checked when opened, read by many threads at a time."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import IndexDamagedError, IndexUnavailableError

# Result codes that blame the disk, the permissions or another process rather than what is stored.
_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})

# 16 MB of cache, in KB; the log of a large sync goes back to 16 MB once it is taken over into the file.
_PRAGMAS = "PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 16777216;"
_BUSY_SECONDS = 60.0
# SQLite finds a file's logs by its name.
_LOGS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Format:
    """What a file must hold. The application id tells a foreign SQLite file, the version an older or newer one.

    Attributes:
        statements: make an empty one.
        functions: which statements may call by their names.
    """

    application_id: int
    version: int
    statements: tuple[str, ...]
    functions: tuple[Callable[..., Any], ...] = ()


class Database:
    """One SQLite file.

    Raises:
        IndexDamagedError: from every method, when the file is missing, damaged or not of this format.
        IndexUnavailableError: from every method, when the disk or another process refuses.
    """

    def __init__(self, path: Path, file_format: Format) -> None:
        self.path = path
        self._format = file_format
        self._idle: deque[tuple[sqlite3.Connection, tuple[int, int]]] = deque()

    def exists(self) -> bool:
        """Whether the file is there, in whatever state."""
        return self.path.exists()

    def is_outdated(self) -> bool:
        """Whether an earlier version of this program wrote the file."""
        if not self.exists():
            return False
        try:
            with closing(sqlite3.connect(self._address(), uri=True)) as connection:
                return self._version_in(connection) < self._format.version
        except (sqlite3.DatabaseError, IndexDamagedError):
            # Whoever opens it is told what is wrong with it.
            return False

    def salvage(self, query: str) -> tuple[Any, ...] | None:
        """The first row that a query finds in the file, of whatever version it is; None if it cannot be read."""
        try:
            with closing(sqlite3.connect(self._address(), uri=True)) as connection:
                row: tuple[Any, ...] | None = connection.execute(query).fetchone()
        except sqlite3.DatabaseError:
            row = None
        return row

    def create(self) -> None:
        """Makes an empty database. It appears under its name only when it is whole."""
        draft = self.path.with_name(f"{self.path.name}.new")
        with sqlite_failures_in_words(self.path), disk_failures_in_words(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                # Chunks with their vectors are rows of 3 KB: each would leave a quarter of SQLite's usual 4 KB empty,
                # and leaves a tenth of these or less.
                connection.execute("PRAGMA page_size = 32768")
                connection.execute(f"PRAGMA application_id = {self._format.application_id}")
                connection.execute(f"PRAGMA user_version = {self._format.version}")
                # Write-ahead logging lets readers go on during a write; each sees the state it began with.
                connection.execute("PRAGMA journal_mode = WAL")
                for statement in self._format.statements:
                    connection.execute(statement)
            self.discard()
            draft.replace(self.path)

    def discard(self) -> None:
        """Deletes the file, whatever it is."""
        self.close()
        with disk_failures_in_words(self.path):
            for suffix in ("", *_LOGS):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def replace(self, other: "Database") -> None:
        """Takes the place and the name of another file, whatever that is."""
        self.close()
        with sqlite_failures_in_words(self.path), closing(self._connect()) as connection:
            # Its log would stay behind.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        with disk_failures_in_words(other.path):
            for suffix in _LOGS:
                other.path.with_name(other.path.name + suffix).unlink(missing_ok=True)
            self.path.replace(other.path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees the state of one moment, whatever is written meanwhile."""
        with sqlite_failures_in_words(self.path):
            connection, identity = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._idle.append((connection, identity))

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes all take effect at the end, or none of them."""
        with sqlite_failures_in_words(self.path), closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # Some failures, such as a full disk, have rolled back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def check(self) -> None:
        """Reads the whole file, which takes about a second per 300 MB."""
        with self.reading() as connection:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise _damaged(self.path, verdict)

    def close(self) -> None:
        """Closes the idle connections; the next use opens new ones."""
        while self._idle:
            self._idle.pop()[0].close()

    def _borrow(self) -> tuple[sqlite3.Connection, tuple[int, int]]:
        # A file that was put in this one's place, or taken away, must not live on in an open connection.
        identity = self._identity()
        while self._idle:
            try:
                connection, made_for = self._idle.pop()
            except IndexError:  # another thread took the last one
                break
            if made_for == identity:
                return connection, identity
            connection.close()
        return self._connect(), identity

    def _identity(self) -> tuple[int, int]:
        with disk_failures_in_words(self.path):
            if not self.path.exists():
                message = f"There is no {self.path.name} in {self.path.parent}."
                raise IndexDamagedError(message)
            status = self.path.stat()
        if status.st_size == 0:
            # SQLite takes such a file for a database without tables.
            raise _damaged(self.path, "it is empty")
        return status.st_dev, status.st_ino

    def _connect(self) -> sqlite3.Connection:
        self._identity()
        connection = sqlite3.connect(
            self._address(), uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS
        )
        try:
            self._check_format(connection)
            connection.executescript(_PRAGMAS)
            for function in self._format.functions:
                connection.create_function(function.__name__, -1, function, deterministic=True)
        except BaseException:
            connection.close()
            raise
        return connection

    def _address(self) -> str:
        # "rw" does not create a file that has just been taken away.
        return f"{self.path.absolute().as_uri()}?mode=rw"

    def _check_format(self, connection: sqlite3.Connection) -> None:
        if self._version_in(connection) != self._format.version:
            message = f"{self.path} was written by another version of this program."
            raise IndexDamagedError(message)

    def _version_in(self, connection: sqlite3.Connection) -> int:
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        if application_id != self._format.application_id:
            message = f"{self.path} belongs to another program."
            raise IndexDamagedError(message)
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version


def _damaged(path: Path, reason: object) -> IndexDamagedError:
    return IndexDamagedError(f"{path} is damaged: {reason}.")


@contextmanager
def sqlite_failures_in_words(path: Path) -> Iterator[None]:
    """Turns SQLite's complaints about a file into the package's errors; others pass."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # Extended codes keep the basic one in their low byte. Errors that the module itself raises have none.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            raise _damaged(path, error) from error
        if code in _UNAVAILABLE:
            message = f"{path} cannot be used now: {error}."
            raise IndexUnavailableError(message) from error
        raise


@contextmanager
def disk_failures_in_words(path: Path) -> Iterator[None]:
    """Turns the system's refusals, such as a full disk, into IndexUnavailableError."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be used now: {error.strerror or error}."
        raise IndexUnavailableError(message) from error
