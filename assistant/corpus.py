"""From a file of the corpus to its article."""

from dataclasses import dataclass

from assistant.articles import CorpusFile, UnreadableFileError, decode
from assistant.cleaning import clean
from assistant.languages import detect_language
from assistant.metadata import Overrides, describe
from assistant.records import Article, Removed

# A language is told from running text: menus and names may be in another one.
_SAMPLE_LINES = 20


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article, and what cleaning left out of its page, in order; `Removed` counts in the decoded text."""

    article: Article
    removed: tuple[Removed, ...]


def read_article(file: CorpusFile, data: bytes, overrides: Overrides | None) -> ReadArticle:
    """Decodes, cleans and describes one file.

    Args:
        file: where the bytes come from.
        data: the file's contents.
        overrides: what metadata.yaml says about it.

    Raises:
        UnreadableFileError: the file holds no text, or none that is an article's.
    """
    text = decode(data)
    given = overrides or Overrides()
    language = given.language or _language(text)
    cleaned = clean(text, given.title, language=language, markdown=file.is_markdown)
    if not cleaned.text:
        reason = "no text is left once menus, footers and the like are taken off"
        raise UnreadableFileError(reason)
    source = describe(file, cleaned, given, language)
    return ReadArticle(Article(**source.model_dump(), text=cleaned.text), cleaned.removed)


def _language(text: str) -> str | None:
    longest = sorted(text.split("\n"), key=len, reverse=True)[:_SAMPLE_LINES]
    return detect_language("\n".join(longest))
