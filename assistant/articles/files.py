"""Finds the article files of a corpus folder and turns their bytes into text.

An article's id is its path relative to the corpus folder. What cannot be read is skipped with a reason.
"""

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path, PurePosixPath

from assistant.errors import CorpusError
from assistant.records import Skipped

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
SUFFIXES = MARKDOWN_SUFFIXES | {".txt", ".text"}

_REASONS = {
    errno.ENOENT: "broken link or vanished file",
    errno.ELOOP: "link that leads back to itself",
    errno.EACCES: "no permission to read it",
    errno.EPERM: "no permission to read it",
}


class UnreadableFileError(Exception):
    """A file yields no article; `reason` says why, in a few words for `Skipped`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file that may hold an article. `id` is printable even where the file's name is not."""

    id: str
    path: Path

    @property
    def is_markdown(self) -> bool:
        """Whether the name promises Markdown."""
        return self.path.suffix.lower() in MARKDOWN_SUFFIXES

    def read_bytes(self) -> bytes:
        """The file as stored.

        Raises:
            UnreadableFileError: it cannot be opened or read.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(_in_words(error)) from error


def find_files(corpus_dir: Path, max_bytes: int) -> tuple[list[CorpusFile], list[Skipped]]:
    """All article files under a folder, and those that cannot be read as one; both sorted by id.

    Hidden files and folders are left out. Links are followed; a folder that several lead to is listed once.

    Raises:
        CorpusError: the folder is missing or cannot be listed.
    """
    files: list[CorpusFile] = []
    skipped: list[Skipped] = []
    taken: set[str] = set()
    for path, obstacle in _walk(corpus_dir, max_bytes):
        name = article_id(path.relative_to(corpus_dir).as_posix())
        reason = obstacle or (name in taken and "named like another file but for how accents are coded")
        if reason:
            skipped.append(Skipped(path=name, reason=reason))
        else:
            taken.add(name)
            files.append(CorpusFile(name, path))
    return sorted(files, key=lambda file: file.id), sorted(skipped, key=lambda skip: skip.path)


def article_id(name: str) -> str:
    """The id of the article in a file, from the file's path below the corpus folder, with forward slashes.

    Some file systems return accents apart from their letters, whatever the name was written as: ids have them together.
    """
    return printable(unicodedata.normalize("NFC", name))


def article_path(corpus_dir: Path, article_id: str) -> Path:
    """Where an article's file is, whether the names in its path have accents in their letters, as ids do, or apart."""
    names = PurePosixPath(article_id).parts
    # Sorted as when they are found: of two files with one id, the first is the article.
    forms = [sorted({name, unicodedata.normalize("NFD", name)}) for name in names]
    paths = [corpus_dir.joinpath(*chosen) for chosen in product(*forms)]
    if len(paths) == 1:
        return paths[0]
    # Path.exists raises for a name that is too long, as one may be with its accents apart.
    return next((path for path in paths if os.path.exists(path)), corpus_dir / article_id)  # noqa: PTH110


def printable(name: str) -> str:
    """A file name with its unprintable characters and undecodable bytes written as escapes.

    Ids go to JSON, to terminals and into pages, where neither lone surrogates nor control characters may appear.
    """
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def _walk(corpus_dir: Path, max_bytes: int) -> Iterator[tuple[Path, str | None]]:
    """Every article file, and every folder that cannot be listed, with the reason against it if there is one."""
    folders, links = [corpus_dir], list[Path]()
    seen: set[tuple[int, int]] = set()
    while folders or links:
        # Real folders come first: a file's id must not depend on which link to its folder is met first.
        folder = folders.pop() if folders else links.pop(0)
        try:
            entries = _list(folder, seen)
        except OSError as error:
            if folder == corpus_dir:
                message = f"The corpus folder {printable(str(corpus_dir))} cannot be listed: {_in_words(error)}."
                raise CorpusError(message) from error
            yield folder, _in_words(error)
            continue
        for entry in entries:
            if _is_folder(entry):
                (links if entry.is_symlink() else folders).append(Path(entry))
            elif Path(entry).suffix.lower() in SUFFIXES:
                yield Path(entry), _obstacle(entry, max_bytes)


def _list(folder: Path, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    status = folder.stat()
    if (status.st_dev, status.st_ino) in seen:
        return []
    seen.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link that leads to itself, or nowhere one may look: it is judged as a file.
        return False


def _obstacle(entry: os.DirEntry[str], max_bytes: int) -> str | None:
    try:
        status = entry.stat()
    except OSError as error:
        return _in_words(error)
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > max_bytes:
        return f"too large: {status.st_size / 1e6:.1f} MB, and the limit is {max_bytes / 1e6:.1f} MB"
    return None


def _in_words(error: OSError) -> str:
    return _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__).lower())
