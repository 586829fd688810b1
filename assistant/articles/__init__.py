"""The article files of a corpus folder, and the text in their bytes."""

from assistant.articles.decoding import decode, strip_invisible
from assistant.articles.files import (
    MARKDOWN_SUFFIXES,
    SUFFIXES,
    CorpusFile,
    UnreadableFileError,
    article_id,
    article_path,
    find_files,
    printable,
)
from assistant.articles.mojibake import repair

__all__ = [
    "MARKDOWN_SUFFIXES",
    "SUFFIXES",
    "CorpusFile",
    "UnreadableFileError",
    "article_id",
    "article_path",
    "decode",
    "find_files",
    "printable",
    "repair",
    "strip_invisible",
]
