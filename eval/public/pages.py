"""Writes other people's texts as a corpus: a text file for each, and what is known of them in metadata.yaml."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.metadata import METADATA_FILE, Overrides

# The dumper in C is ten times as fast; it is missing where PyYAML was built without libyaml.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Page:
    """A text, and what is known of it besides; only what is given there is taken as settled."""

    text: str
    known: Overrides


def page(title: str, body: str, known: Overrides) -> Page:
    """A page as a reader would see it: its title on the first line, then its body; either may be empty."""
    title = " ".join(title.split())
    if title:
        known = Overrides(**{**known.model_dump(), "title": title})
    return Page("\n\n".join(part for part in (title, body) if part), known)


def page_name(number: int) -> str:
    """The file of the page in that place, counted from 0.

    Pages are numbered, not called by their ids, since an id may be too long for a file name, hold a slash, or differ
    from another one in nothing but case.
    """
    return f"{number:07}.txt"


def write_pages(pages: Iterable[Page], folder: Path) -> Path:
    """Writes the pages into a folder, which is made if need be, and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {}
    for number, written in enumerate(pages):
        name = page_name(number)
        (folder / name).write_text(written.text, encoding="utf-8")
        if written.known.model_fields_set:
            known[name] = written.known.model_dump()
    with (folder / METADATA_FILE).open("w", encoding="utf-8") as file:
        yaml.dump(known, file, Dumper=_DUMPER, allow_unicode=True, sort_keys=False)
    return folder
