"""Splits an article into sentences and groups those into chunks.

Everything is a range of the article's text, so offsets hold by construction, however repetitive the text is.
"""

from collections.abc import Callable, Sequence

from sentencex import get_sentence_boundaries

from assistant.records import Record, Span

# One embedding reads at most 512 tokens of its own; a longer run without a full stop is split for its sake.
LONGEST_SENTENCE_CHARS = 1000


class Chunk(Record):
    """Consecutive sentences of one article.

    Attributes:
        tokens: of all its sentences.
    """

    sentences: tuple[Span, ...]
    tokens: int

    @property
    def start(self) -> int:
        """Offset of the first sentence."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """Offset behind the last sentence."""
        return self.sentences[-1].end


def split_sentences(text: str, language: str | None = None) -> list[Span]:
    """The sentences of a text in order, without the white space between them.

    A line break ends a sentence: news text is set in paragraphs, and headlines have no full stop.
    """
    spans: list[Span] = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        spans += _sentences_of_line(text, line_start, line, language or "en")
        line_start += len(line)
    return spans


def split_chunks(
    text: str, sentences: Sequence[Span], size: int, overlap: int, count_tokens: Callable[[str], int]
) -> list[Chunk]:
    """Groups sentences into chunks of at most `size` tokens; each repeats up to `overlap` tokens of the one before.

    A sentence longer than `size` makes a chunk by itself, so that no sentence is ever cut.
    """
    tokens = [count_tokens(text[s.start : s.end]) for s in sentences]
    chunks: list[Chunk] = []
    first = total = 0
    for i, count in enumerate(tokens):
        if i > first and total + count > size:
            chunks.append(Chunk(sentences=tuple(sentences[first:i]), tokens=total))
            first = _overlap_start(tokens, first, i, min(overlap, size - count))
            total = sum(tokens[first:i])
        total += count
    if sentences:
        chunks.append(Chunk(sentences=tuple(sentences[first:]), tokens=total))
    return chunks


def _overlap_start(tokens: Sequence[int], first: int, end: int, overlap: int) -> int:
    start = end
    while start - 1 > first and sum(tokens[start - 1 : end]) <= overlap:
        start -= 1
    return start


def _sentences_of_line(text: str, offset: int, line: str, language: str) -> list[Span]:
    spans: list[Span] = []
    for boundary in get_sentence_boundaries(language, line):
        start, end = offset + boundary["start_index"], offset + boundary["end_index"]
        spans += _split_long(text, *_trim(text, start, end))
    return spans


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _split_long(text: str, start: int, end: int) -> list[Span]:
    spans: list[Span] = []
    while end - start > LONGEST_SENTENCE_CHARS:
        space = text.rfind(" ", start + 1, start + LONGEST_SENTENCE_CHARS)
        cut = space if space > 0 else start + LONGEST_SENTENCE_CHARS
        spans.append(Span(start=start, end=cut))
        start, end = _trim(text, cut, end)
    if end > start:
        spans.append(Span(start=start, end=end))
    return spans
