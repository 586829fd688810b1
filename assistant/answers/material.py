"""Articles as material for a model: delimited, with what is known of their source, and never longer than fits."""

from collections.abc import Iterator, Sequence
from itertools import islice

from assistant.prompts import as_data
from assistant.records import Source
from assistant.retrieval import Hit
from assistant.tokens import count_tokens


def passage(source: Source, text: str, number: int | None = None) -> str:
    """A passage between tags, with its number if it has one."""
    facts = {
        "Title": source.title,
        "Publisher": source.publisher,
        "Author": source.author,
        "Speaker": source.speaker,
        "Published": source.published,
    }
    known = "".join(f"{name}: {as_data(' '.join(str(value).split()))}\n" for name, value in facts.items() if value)
    tag = "passage" if number is None else f'passage number="{number}"'
    return f"<{tag}>\n{known}\n{as_data(text)}\n</passage>"


def passages_within(hits: Sequence[Hit], room: int) -> str:
    """The passages under their numbers, from 1, in at most so many tokens.

    What does not fit is left out by whole sentences, from the end of the last passage on: the best one goes last.
    """
    written: list[str] = []
    for number, hit in enumerate(hits, 1):
        versions = (passage(hit.chunk.source, text, number) for text in _shorter_and_shorter(hit))
        whole = next(versions)
        if count_tokens(whole) > room:
            written += islice((version for version in versions if count_tokens(version) <= room), 1)
            break
        written.append(whole)
        room -= count_tokens(f"{whole}\n\n")
    return "\n\n".join(written)


def _shorter_and_shorter(hit: Hit) -> Iterator[str]:
    yield hit.chunk.text
    for sentence in reversed(hit.chunk.sentences[:-1]):
        yield hit.chunk.text[: sentence.end - hit.chunk.start]
