"""The values that pass between modules and out of the package.

All are frozen and serialise to JSON both ways (`model_dump_json`, `model_validate_json`). None knows how it is stored.
Offsets are Unicode code points into `Article.text`, the cleaned text.
"""

from datetime import date
from typing import Literal, Self, TypedDict

from pydantic import BaseModel, ConfigDict, Field, model_validator

Support = Literal["supported", "partial", "unsupported"]
Mode = Literal["extractive", "generative"]

# What may be asked for at most: passages retrieved for a question, sentences quoted in an answer.
MOST_PASSAGES, MOST_SENTENCES = 50, 10


class Turn(TypedDict):
    """One message of a conversation, as in the OpenAI API."""

    role: Literal["user", "assistant"]
    content: str


class Record(BaseModel):
    """Base of all records: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Record):
    """Where a text comes from. What the article does not tell is None, never a guess."""

    id: str = Field(description="Path relative to the corpus folder, with forward slashes.")
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    speaker: str | None = Field(default=None, description="Whose views an interview or a comment piece reports.")
    published: date | None = None
    url: str | None = None
    language: str | None = Field(default=None, description="ISO 639-1 code.")
    path: str = Field(
        default="",
        description="The file, as reached from the configured corpus folder; empty where that is another machine's.",
    )


class Article(Source):
    """A source with its cleaned text."""

    text: str

    def source(self) -> Source:
        """The same without the text."""
        return Source(**self.model_dump(exclude={"text"}))


class Removed(Record):
    """A run of the original text that cleaning left out, and why."""

    start: int = Field(description="Offset into the decoded file, not into the cleaned text.")
    end: int
    text: str
    reason: str


class Span(Record):
    """A half-open range of `Article.text`."""

    start: int
    end: int


class Passage(Record):
    """A retrieved chunk of an article: `article.text[start:end] == text`."""

    source: Source
    text: str
    start: int
    end: int
    score: float = Field(ge=0, le=1, description="Fused relevance among what was retrieved for one question.")
    sentences: tuple[Span, ...] = Field(description="The chunk's sentences, as ranges of `Article.text`.")


class Citation(Record):
    """The evidence behind a marker `[number]`: `article.text[start:end] == quote`."""

    number: int = Field(ge=1)
    quote: str
    start: int
    end: int
    source: Source
    support: Support


class Sentence(Record):
    """One sentence of an answer, without its markers, and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    support: Support
    reason: str = Field(default="", description="Why it is not wholly supported, in English.")


class Usage(Record):
    """Tokens spent on remote models for one answer; `cost` is None when no price is known."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


class AnswerDelta(Record):
    """A piece of an answer's text, in order; the pieces joined are `Answer.text`."""

    text: str


class AnswerStage(Record):
    """What is being done for an answer; several may come more than once."""

    name: Literal["searching", "reading", "writing", "checking"]
    passages: int = Field(default=0, description="How many were found, once the articles were searched.")


class AnswerOptions(Record):
    """What one question may have otherwise than the settings say; None is as they say."""

    mode: Mode | None = None
    top_k: int | None = Field(default=None, ge=1, le=MOST_PASSAGES)
    answer_sentences: int | None = Field(default=None, ge=1, le=MOST_SENTENCES)


class Answer(Record):
    """An answer with everything needed to check it."""

    question: str
    standalone_question: str = Field(description="The question as it was searched for, follow-ups resolved.")
    text: str = Field(description="Markdown with markers `[1]`.")
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = Field(default=(), description="What was retrieved, best first.")
    refused: bool = False
    mode: Mode = "extractive"
    notices: tuple[str, ...] = Field(default=(), description="Words for the reader about how the answer came about.")
    usage: Usage = Usage()
    timings: dict[str, float] = Field(default_factory=dict, description="Seconds by stage.")
    settings_digest: str = ""


class Filters(Record):
    """Which articles may answer. Empty fields do not restrict; both dates are inclusive.

    An article without a date passes no date filter, one without a publisher no publisher filter.

    Raises:
        ValueError: the first day lies after the last.
    """

    published_from: date | None = None
    published_to: date | None = None
    publishers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.published_from and self.published_to and self.published_from > self.published_to:
            message = f"published_from {self.published_from} is later than published_to {self.published_to}"
            raise ValueError(message)
        return self

    def __bool__(self) -> bool:
        return bool(self.published_from or self.published_to or self.publishers or self.articles)


class Skipped(Record):
    """A file that was left out of the index, and why."""

    path: str
    reason: str


class SyncReport(Record):
    """What a sync did, as article ids; a renamed file counts as removed and added."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know, such as a forced re-index.")

    @property
    def changed(self) -> bool:
        """Whether the index is another than before."""
        return bool(self.added or self.updated or self.removed)
