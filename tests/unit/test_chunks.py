import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chunks import LONGEST_SENTENCE_CHARS, Chunk, split_chunks, split_sentences
from assistant.records import Span

# Words that repeat, so that a search for a sentence's text would find the wrong place.
WORDS = st.sampled_from(
    ["the", "bridge", "Reopens", "U.S.", "2,5", "—", "«да»", "日本。", "e.g.", "?", "a\u0301", "\t", "🌉"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: " ".join(words) + ".")
TEXTS = st.lists(st.one_of(SENTENCES, st.sampled_from(["\n", "\n\n", " ", "The end."])), max_size=40).map(" ".join)
ANY_TEXT = st.one_of(TEXTS, st.text(max_size=400))


def _words(text: str) -> int:
    return len(text.split())


def _texts(text: str, spans: Sequence[Span]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def _without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("One.", ["One."]),
        ("It rained. Then it stopped.", ["It rained.", "Then it stopped."]),
        ("  It rained.   Then it stopped.  ", ["It rained.", "Then it stopped."]),
        ("A headline\n\nIt rained.", ["A headline", "It rained."]),
        ("Mr. Smith met Dr. Brown at 5 p.m. in London.", ["Mr. Smith met Dr. Brown at 5 p.m. in London."]),
        ("The cost rose by 2.5 million. It fell.", ["The cost rose by 2.5 million.", "It fell."]),
        ("Yes. Yes. Yes.", ["Yes.", "Yes.", "Yes."]),
        ("\u2028It rained.\r\nThen it stopped.", ["It rained.", "Then it stopped."]),
    ],
)
def test_a_text_splits_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert _texts(text, split_sentences(text)) == sentences


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Сегодня шёл дождь. Потом он кончился.", "ru"),
        ("Bugün yağmur yağdı. Sonra durdu.", "tr"),
        ("今日は雨が降った。それから止んだ。", "ja"),
        ("আজ বৃষ্টি হয়েছে। তারপর থেমে গেল।", "bn"),
        ("It rained. Then it stopped.", "xx"),
    ],
)
def test_sentences_end_as_their_language_ends_them(text: str, language: str) -> None:
    assert len(split_sentences(text, language)) == 2


@given(ANY_TEXT)
def test_no_character_of_a_sentence_is_lost_or_read_twice(text: str) -> None:
    spans = split_sentences(text)
    assert _without_space("".join(_texts(text, spans))) == _without_space(text)
    assert all(first.end <= second.start for first, second in pairwise(spans))


@given(ANY_TEXT)
def test_sentences_have_no_white_space_around_them_and_are_not_too_long(text: str) -> None:
    for sentence in _texts(text, split_sentences(text)):
        assert sentence == sentence.strip() != ""
        assert len(sentence) <= LONGEST_SENTENCE_CHARS


@pytest.mark.parametrize("text", ["word " * 3000, "x" * 5000, "x" * 999 + " " + "y" * 2000])
def test_a_run_without_a_full_stop_is_split_between_words_where_there_are_any(text: str) -> None:
    sentences = _texts(text, split_sentences(text))
    assert max(map(len, sentences)) <= LONGEST_SENTENCE_CHARS
    assert _without_space("".join(sentences)) == _without_space(text)
    if "word" in text:
        assert {word for sentence in sentences for word in sentence.split()} == {"word"}


@given(ANY_TEXT, st.integers(1, 40), st.integers(0, 20))
def test_chunks_are_runs_of_whole_sentences_that_miss_none(text: str, size: int, overlap: int) -> None:
    sentences = split_sentences(text)
    chunks = split_chunks(text, sentences, size, min(overlap, size // 2), _words)
    positions = {span: i for i, span in enumerate(sentences)}
    seen = set()
    for chunk in chunks:
        run = [positions[span] for span in chunk.sentences]
        assert run == list(range(run[0], run[-1] + 1))
        seen.update(run)
    assert seen == set(positions.values())


@given(ANY_TEXT, st.integers(1, 40), st.integers(0, 20))
def test_a_chunk_holds_its_size_unless_it_is_one_long_sentence(text: str, size: int, overlap: int) -> None:
    for chunk in split_chunks(text, split_sentences(text), size, min(overlap, size // 2), _words):
        tokens = sum(_words(sentence) for sentence in _texts(text, chunk.sentences))
        assert tokens <= size or len(chunk.sentences) == 1


@given(ANY_TEXT, st.integers(2, 40), st.integers(0, 20))
def test_chunks_advance_and_repeat_at_most_the_overlap(text: str, size: int, overlap: int) -> None:
    overlap = min(overlap, size // 2)
    chunks = split_chunks(text, split_sentences(text), size, overlap, _words)
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end
        shared = [span for span in after.sentences if span in before.sentences]
        assert sum(map(_words, _texts(text, shared))) <= overlap


def test_without_overlap_no_sentence_is_in_two_chunks() -> None:
    text = "Yes. No. " * 50
    chunks = split_chunks(text, split_sentences(text), 7, 0, _words)
    spans = [span for chunk in chunks for span in chunk.sentences]
    assert len(spans) == len(set(spans)) == 100


def test_with_overlap_the_next_chunk_begins_with_the_end_of_the_last() -> None:
    text = "One two. Three four. Five six. Seven eight."
    chunks = split_chunks(text, split_sentences(text), 4, 2, _words)
    assert [text[chunk.start : chunk.end] for chunk in chunks] == [
        "One two. Three four.",
        "Three four. Five six.",
        "Five six. Seven eight.",
    ]


def test_offsets_are_exact_in_repetitive_text() -> None:
    text = "The talks went on. " * 200
    sentences = split_sentences(text)
    assert [span.start for span in sentences] == [19 * i for i in range(200)]


def test_no_text_makes_no_chunk() -> None:
    assert split_chunks("", [], 10, 0, _words) == []


def test_a_chunk_knows_where_it_starts_and_ends() -> None:
    chunk = Chunk(sentences=(Span(start=3, end=8), Span(start=9, end=20)), tokens=5)
    assert (chunk.start, chunk.end) == (3, 20)
