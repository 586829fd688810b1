"""Reads metadata.yaml, in which the keeper of a corpus states what its pages do not tell or tell wrongly."""

from collections.abc import Collection, Hashable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from assistant.articles import article_id, strip_invisible
from assistant.errors import MetadataError
from assistant.fast_yaml import SafeLoader
from assistant.records import Record

METADATA_FILE = "metadata.yaml"


def _day(value: Any) -> Any:
    """Accepts a day and its ISO form only: pydantic would take a number for a count of seconds."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    message = "must be a day such as 2024-01-30"
    raise ValueError(message)


def _visible(value: Any) -> Any:
    """Without what articles are rid of, too: a filter would find no publisher with a NUL in its name."""
    return strip_invisible(value) if isinstance(value, str) else value


Text = Annotated[str, Field(strict=True, min_length=1), BeforeValidator(_visible)]


class Overrides(Record):
    """What metadata.yaml says about one article.

    A field that is given is final, also when it is null; one that is not given is read from the page. Both look the
    same as attributes, so `model_fields_set` tells them apart, and only given fields are serialised.
    """

    title: Text | None = None
    publisher: Text | None = None
    author: Text | None = None
    speaker: Text | None = None
    published: Annotated[date | None, BeforeValidator(_day)] = None
    url: Text | None = None
    language: Annotated[str, Field(strict=True, pattern="^[a-z]{2}$")] | None = None

    @model_serializer(mode="wrap")
    def _given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}


def load_overrides(corpus_dir: Path) -> dict[str, Overrides]:
    """The contents of a corpus folder's metadata.yaml by article id; empty if there is no such file.

    Raises:
        MetadataError: the file is malformed; the message names the place, and the file and key of an entry.
    """
    path = corpus_dir / METADATA_FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = f"{METADATA_FILE} cannot be read: {error.strerror}."
        raise MetadataError(message) from error
    entries = _parse(data)
    if not isinstance(entries, dict):
        message = f"{METADATA_FILE} must be a mapping from the names of articles to what is known of them."
        raise MetadataError(message)
    return {article_id(str(name)): _entry(str(name), fields) for name, fields in entries.items()}


def unmatched(overrides: Mapping[str, Overrides], ids: Collection[str]) -> list[str]:
    """Entries that belong to no article.

    That is not an error: whoever removes an article must not have to edit metadata.yaml before the next sync. But it
    may be a misspelt name, so a reader should hear of it.
    """
    return sorted(set(overrides).difference(ids))


def _entry(name: str, fields: Any) -> Overrides:
    if not isinstance(fields, dict):
        message = f"{METADATA_FILE}: {name}: must be a mapping of fields such as title and published."
        raise MetadataError(message)
    try:
        return Overrides.model_validate({str(key): value for key, value in fields.items()})
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'][:1]))}: {_in_words(e['type'], e['msg'])}" for e in error.errors()
        )
        message = f"{METADATA_FILE}: {name}: {problems}."
        raise MetadataError(message) from error


def _in_words(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return f"unknown key; known are {', '.join(Overrides.model_fields)}"
    return message.removeprefix("Value error, ")


def _parse(data: bytes) -> Any:
    try:
        loaded = yaml.load(data, Loader=_Loader)  # noqa: S506 - a safe loader, below
    except yaml.MarkedYAMLError as error:
        place = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        message = f"{METADATA_FILE} is malformed{place}: {error.problem}."
        raise MetadataError(message) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # An encoding that is none, a day that no month has, brackets without end.
        message = f"{METADATA_FILE} is malformed: {' '.join(str(error).split())}."
        raise MetadataError(message) from error
    return {} if loaded is None else loaded


class _Loader(SafeLoader):  # type: ignore[misc]
    """A safe loader that refuses a key given twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, *, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is given twice", key.start_mark)
            seen.add((key.tag, str(key.value)))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping
