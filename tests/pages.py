"""Serves the real page to tests, and the articles that try to break it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from assistant import Answer, Assistant, Settings, Source
from assistant.ui import launch
from tests.servers import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Every trick at once, in the text and in what is known of it. It answers: who bought the lighthouse, and for how much?
HOSTILE = """<script>document.title = "owned"</script> Lighthouse sold

The lighthouse at Skerry Rock was sold to the shipowner Ivar Lund for 3 million crowns [2]. <img src="x"
onerror="document.title='owned'"> ![pixel](http://tracker.example/p.png) The buyer of the lighthouse
[pays](javascript:alert(1)) in two parts, **says** the <b onmouseover="alert(1)">harbour office</b>.
${document.title='owned'} {{constructor}} `code`
"""
HOSTILE_METADATA = """\
hostile <img src=x onerror=alert(1)>.txt:
  title: <script>document.title = "owned"</script> Lighthouse & rock
  publisher: <img src="x" onerror="document.title='owned'">
  author: "[1](javascript:alert(1))"
  published: 2020-02-03
  url: javascript:alert(1)
"""
LONG = "\n\n".join(
    ["The long winter of Tarn", "4 February 2019"]
    + [
        f"On day {day} the snow at Tarn lay {day + 20} centimetres deep and the mail came by sledge."
        for day in range(60)
    ]
    + ["In the end the vicar Agnes Holm counted 412 sheep lost to the snow."]
    # What cleaning leaves out.
    + ["Leave a Reply", "Your email address will not be published. Required fields are marked *"]
)
EXAMPLES = """\
- How much did the repairs of the Harbour bridge cost?
- Во сколько обошлось строительство библиотеки?
"""


T = TypeVar("T", bound=BaseModel)

# Opens the page as a new visitor.
Visit = Callable[..., "Page"]


@dataclass(frozen=True)
class Served:
    """A page that is up: where it is, the assistant behind it, and what it said when it started."""

    url: str
    bot: Assistant
    said: list[str]


def add_hostile_articles(corpus: Path) -> None:
    """Adds an article full of tricks, a long one and example questions to a corpus."""
    (corpus / "hostile <img src=x onerror=alert(1)>.txt").write_text(HOSTILE, encoding="utf-8")
    (corpus / "long.txt").write_text(LONG, encoding="utf-8")
    (corpus / "examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    with (corpus / "metadata.yaml").open("a", encoding="utf-8") as metadata:
        metadata.write(HOSTILE_METADATA)


def as_told(record: T) -> T:
    """A record as a program gets to know it: without the places of files, and here without times, to compare two."""
    changes: dict[str, Any] = {"timings": {}} if isinstance(record, Answer) else {}
    if isinstance(record, Source):
        changes["path"] = ""
    for name, value in record:
        if isinstance(value, BaseModel):
            changes[name] = as_told(value)
        elif isinstance(value, tuple):
            changes[name] = tuple(as_told(part) if isinstance(part, BaseModel) else part for part in value)
    return record.model_copy(update=changes)


@contextmanager
def serving(settings: Settings, port: int | None = None) -> Iterator[Served]:
    """The page over a corpus, on a port of its own or the one named, for as long as the block lasts."""
    said: list[str] = []
    with Assistant(settings.model_copy(update={"port": port or free_port()})) as bot:
        page = launch(bot, said.append)
        try:
            yield Served(str(page.local_url), bot, said)
        finally:
            page.close()
