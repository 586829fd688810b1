"""The hand-written cases: questions with what a right answer must hold and the text that proves it.

A file is a YAML list; `Case` has its keys. The files of the shipped articles are in `eval/cases/`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from assistant import Settings
from assistant.question import clean_question
from assistant.records import Filters, Record, Span, Turn
from eval.metrics.answers import words
from eval.metrics.citations import Place

SHIPPED = Path(__file__).parent / "cases"

Split = Literal["dev", "test"]

# What the loader itself notes down of a case.
_OWN_KEYS = frozenset({"place", "quote_places"})


class CaseError(ValueError):
    """A file of cases is wrong somewhere; the message names file, line and key."""


class Message(Record):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class Quote(Record):
    """A passage of an article, word for word."""

    article: str = Field(min_length=1, description="Id of the article.")
    quote: str = Field(min_length=1, description="Stands exactly once in its cleaned text.")


class Evidence(Quote):
    """A passage that the answer needs."""

    also: tuple[Quote, ...] = Field((), description="Passages that would do as well, each by itself.")


class Case(Record):
    """A question and what is expected of its answer."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    type: str = Field(min_length=1, description="What kind of question it is; results are shown by type.")
    split: Split = Field("test", description="Coefficients and settings are chosen on dev; tables report test.")
    question: str
    language: str = Field("en", pattern=r"^[a-z]{2}$", description="Of the question.")
    history: tuple[Message, ...] = ()
    filters: Filters = Filters()
    answerable: bool = True
    answer: str | None = Field(None, description="A right answer in a sentence or two.")
    facts: tuple[tuple[str, ...], ...] = Field(
        (), description="What it must hold, each with the accepted ways to say it."
    )
    evidence: tuple[Evidence, ...] = ()
    note: str | None = Field(None, description="Why the articles do not answer, or what is special about the case.")
    place: str = Field("", exclude=True, description="File and line that it was read from.")
    quote_places: dict[str, str] = Field(
        default_factory=dict, exclude=True, description="The same of each of its quotes."
    )

    @field_validator("question")
    @classmethod
    def _asks_something(cls, question: str) -> str:
        if not clean_question(question):
            message = "is empty"
            raise ValueError(message)
        return question

    def turns(self) -> list[Turn]:
        """The history as the assistant takes it."""
        return [{"role": message.role, "content": message.content} for message in self.history]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = {"answer": self.answer, "facts": self.facts, "evidence": self.evidence}
        if self.answerable and not all(given.values()):
            message = f"an answerable case needs {' and '.join(name for name, value in given.items() if not value)}"
            raise ValueError(message)
        if not self.answerable and any(given.values()):
            message = f"an unanswerable case cannot have {' or '.join(name for name, value in given.items() if value)}"
            raise ValueError(message)
        if not all(words(form) for forms in self.facts for form in forms) or not all(self.facts):
            message = "each of the facts needs at least one way to say it, and each way at least one word"
            raise ValueError(message)
        return self


def load_cases(paths: Iterable[Path], longest: int | None = None) -> tuple[Case, ...]:
    """Reads files, and folders of `.yaml` files.

    Args:
        paths: of the files and folders.
        longest: how many characters a question may have; by default what the settings allow.

    Raises:
        CaseError: a file cannot be read, is not a list of cases or an empty one, an id occurs twice, or a question is
            too long.
    """
    longest = Settings().max_question_chars if longest is None else longest
    cases: dict[str, Case] = {}
    for path in paths:
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not files:
            message = f"{path}: there is no .yaml file"
            raise CaseError(message)
        for case in (case for file in files for case in _read(file, longest)):
            if case.id in cases:
                message = f"{case.place}: id: {case.id} was used before, at {cases[case.id].place}"
                raise CaseError(message)
            cases[case.id] = case
    return tuple(cases.values())


def locate(case: Case, texts: Mapping[str, str]) -> list[list[Place]]:
    """Where each piece of evidence stands, and what would do as well.

    Args:
        case: any.
        texts: cleaned text by article id.

    Raises:
        CaseError: an article is not there, or a quote does not stand in it exactly once.
    """
    for article in case.filters.articles:
        _check_article(article, texts, f"{case.place}: filters of {case.id}")
    return [[_place(case, quote, texts) for quote in (piece, *piece.also)] for piece in case.evidence]


def _place(case: Case, quote: Quote, texts: Mapping[str, str]) -> Place:
    place = f"{case.quote_places.get(quote.quote, case.place)}: evidence of {case.id}"
    _check_article(quote.article, texts, place)
    count = texts[quote.article].count(quote.quote)
    if count != 1:
        message = f"{place}: {quote.quote!r} stands {count} times in {quote.article}, not once"
        raise CaseError(message)
    start = texts[quote.article].index(quote.quote)
    return Place(quote.article, Span(start=start, end=start + len(quote.quote)))


def _check_article(article: str, texts: Mapping[str, str], place: str) -> None:
    if article not in texts:
        message = f"{place}: there is no article {article}"
        raise CaseError(message)


def _read(path: Path, longest: int) -> list[Case]:
    try:
        return list(_cases(path, longest))
    except RecursionError as error:
        message = f"{path}: is nested too deeply, or holds itself"
        raise CaseError(message) from error


def _cases(path: Path, longest: int) -> Iterator[Case]:
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise CaseError(message) from error
    except (yaml.YAMLError, ValueError) as error:
        # A date that no calendar has is a plain ValueError.
        message = f"{path}: is not YAML: {error}"
        raise CaseError(message) from error
    if not isinstance(tree, yaml.SequenceNode):
        message = f"{path}: is not a list of cases"
        raise CaseError(message)
    if not values:
        message = f"{path}: there is no case in it"
        raise CaseError(message)
    for node, value in zip(tree.value, values, strict=True):
        mappings = list(_mappings(node))
        _check_keys(path, mappings)
        try:
            case = Case.model_validate(value)
        except ValidationError as error:
            raise CaseError(_in_words(path, node, error)) from error
        _check_question(case, longest, f"{path}:{_line(node, ('question',))}")
        places = {"place": f"{path}:{_line(node, ())}", "quote_places": _quote_places(path, mappings)}
        yield case.model_copy(update=places)


def _check_question(case: Case, longest: int, place: str) -> None:
    if len(case.question) > longest:
        message = f"{place}: question: has {len(case.question):,} characters; at most {longest:,} are read"
        raise CaseError(message)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    """Every mapping in a tree, from the top."""
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def _check_keys(path: Path, mappings: Iterable[yaml.MappingNode]) -> None:
    """YAML itself takes the last of two values for one key without a word."""
    for mapping in mappings:
        before: set[Any] = set()
        for key, _ in mapping.value:
            if key.value in _OWN_KEYS:
                message = f"{path}:{key.start_mark.line + 1}: {key.value}: Extra inputs are not permitted"
                raise CaseError(message)
            if key.value in before:
                message = f"{path}:{key.start_mark.line + 1}: {key.value}: is given twice"
                raise CaseError(message)
            before.add(key.value)


def _quote_places(path: Path, mappings: Iterable[yaml.MappingNode]) -> dict[str, str]:
    return {
        value.value: f"{path}:{key.start_mark.line + 1}"
        for mapping in mappings
        for key, value in mapping.value
        if key.value == "quote" and isinstance(value, yaml.ScalarNode)
    }


def _in_words(path: Path, node: yaml.Node, error: ValidationError) -> str:
    lines = []
    for mistake in error.errors():
        keys = mistake["loc"]
        what = f"{'.'.join(map(str, keys))}: {mistake['msg']}" if keys else mistake["msg"]
        lines.append(f"{path}:{_line(node, keys)}: {what.replace('Value error, ', '')}")
    return "\n".join(lines)


def _line(node: Any, keys: Sequence[int | str]) -> int:
    """The line of the deepest node on the way along the keys."""
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            values = {name.value: (name, value) for name, value in node.value}
            if key not in values:
                break
            name, node = values[key]
            if not isinstance(node, yaml.CollectionNode):
                return int(name.start_mark.line) + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key]
    return int(node.start_mark.line) + 1
