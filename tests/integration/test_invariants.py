"""Property tests of what the design promises about every answer, over generated corpora and questions."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import Answer, Assistant, Settings
from assistant.prompts import load_prompt, prompt_languages
from assistant.records import Span, Turn

EXAMPLES = 12
REFUSALS = {load_prompt(f"refusal.{code}").substitute() for code in prompt_languages("refusal")}

_OPENINGS = (
    "The mayor of Port Ellery",
    "Minister Pavel Doran",
    "The growers' union",
    "Анна Лебедева",
    "شهردار بندر",
    "İzmir valisi",
)
_DEEDS = (
    "promised a new bridge",
    "спросила о цене моста",
    "rejected the 2021 budget",
    "köprüyü açtı",
    "warned of frost",
    "پل را افتتاح کرد",
)
# What Markdown, HTML, our own markers and Unicode could trip over.
_ODDITIES = (
    *(
        "[1]",
        "[2][3]",
        "[[1]](#src-1)",
        "**bold**",
        "_so_",
        "`code`",
        "~x~",
        "a|b",
        "<b>tag</b>",
        "&amp;",
        "C:\\\\dir\\",
        "$5",
    ),
    *("1.", "-", "+", "#", ">", "***", "===", "!", "(see [1])", "https://news.example/a_b?c=[1]", '"quoted"', "«так»"),
    *("e\u0301", "ﬁve", "ǅ", "ß", "Ⅷ", "½", "👩‍👩‍👧", "🏳️‍🌈", "שלום", "桥", "ไทย", "𝔘", "\u00a0", "\u2028", "\t"),
)
_ENDS = (".", "!", "?", "…", ".”", "։")

_sentences = st.tuples(
    st.sampled_from(_OPENINGS), st.sampled_from(_DEEDS), st.sampled_from(_ODDITIES), st.sampled_from(_ENDS)
).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}{parts[3]}")
# A few sentences many times over: the same words at many places of one text.
_repetitive = st.lists(_sentences, min_size=1, max_size=3).flatmap(
    lambda few: st.lists(st.sampled_from(few), min_size=2, max_size=12)
)
_texts = st.tuples(
    st.sampled_from(["Headline\n\n", "Headline\n\n3 May 2021\n\n", "By Ann Lee\n", ""]),
    st.lists(_sentences, min_size=1, max_size=8) | _repetitive,
    st.sampled_from([" ", "\n", "\n\n"]),
).map(lambda parts: parts[0] + parts[2].join(parts[1]) + "\n")
_corpora = st.lists(_texts, min_size=1, max_size=3)
_questions = st.tuples(
    st.sampled_from(["", "What about ", "Who said that ", "What do the sources say about ", "When did "]),
    st.sampled_from(_OPENINGS),
    st.sampled_from(["", *_DEEDS]),
    st.sampled_from(["", *_ODDITIES]),
).map(lambda parts: f"{parts[0]}{parts[1]} {parts[2]} {parts[3]}?")
_unrelated = st.sampled_from(
    ["Who won the ice hockey?", "Какова глубина Байкала?", "Wie alt ist der Papst?", "Pizza kaç liraya satılıyor?"]
)
_asked = st.lists(_questions | _unrelated, min_size=1, max_size=3)


class World:
    """One assistant whose corpus is replaced for each example; embeddings that are known are not made again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(corpus_dir=folder / "news", index_dir=folder / "index", chunk_size=32)
        self.bot = Assistant(self.settings)

    def of(self, texts: Sequence[str]) -> Assistant:
        """The assistant, over these texts."""
        shutil.rmtree(self.settings.corpus_dir, ignore_errors=True)
        self.settings.corpus_dir.mkdir()
        for number, text in enumerate(texts):
            (self.settings.corpus_dir / f"{number}.txt").write_text(text, encoding="utf-8")
        self.bot.sync()
        return self.bot


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.bot.close()


def _timeless(answer: Answer) -> Answer:
    return answer.model_copy(update={"timings": {}})


def _markers(markdown: str) -> list[int]:
    """The numbers in brackets that no backslash makes literal."""
    return [int(number) for number in re.findall(r"\[(\d+)\]", re.sub(r"\\.", "", markdown, flags=re.DOTALL))]


@settings(max_examples=EXAMPLES)
@given(texts=_corpora, questions=_asked)
def test_quotes_and_passages_stand_where_they_say(world: World, texts: list[str], questions: list[str]) -> None:
    bot = world.of(texts)
    for question in questions:
        answer = bot.ask(question)
        for citation in answer.citations:
            assert bot.article(citation.source.id).text[citation.start : citation.end] == citation.quote
        for passage in answer.passages:
            text = bot.article(passage.source.id).text
            assert text[passage.start : passage.end] == passage.text
            assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
            assert all(text[span.start : span.end].strip() for span in passage.sentences)


@settings(max_examples=EXAMPLES)
@given(texts=st.lists(_repetitive.map(" ".join), min_size=1, max_size=2), questions=_asked)
def test_of_equal_sentences_each_keeps_its_own_place(world: World, texts: list[str], questions: list[str]) -> None:
    bot = world.of(texts)
    for question in questions:
        places = [(p.source.id, span.start, span.end) for p in bot.retrieve(question, k=50) for span in p.sentences]
        # Without overlap between chunks no place can be named twice, and none inside another.
        places.sort()
        for (article, _, end), (next_article, start, _) in pairwise(places):
            assert article != next_article or end <= start


@settings(max_examples=EXAMPLES)
@given(texts=_corpora, questions=_asked)
def test_markers_and_citations_match_one_to_one(world: World, texts: list[str], questions: list[str]) -> None:
    bot = world.of(texts)
    for question in questions:
        answer = bot.ask(question)
        markers = list(dict.fromkeys(_markers(answer.text)))
        assert markers == [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
        assert [n for s in answer.sentences for n in s.citations] == _markers(answer.text)


@settings(max_examples=EXAMPLES)
@given(texts=_corpora, questions=_asked)
def test_a_citation_is_a_sentence_of_a_retrieved_passage(world: World, texts: list[str], questions: list[str]) -> None:
    bot = world.of(texts)
    for question in questions:
        answer = bot.ask(question)
        retrieved = {(p.source, span) for p in answer.passages for span in p.sentences}
        assert {(c.source, Span(start=c.start, end=c.end)) for c in answer.citations} <= retrieved


@settings(max_examples=EXAMPLES)
@given(texts=_corpora, questions=st.lists(_unrelated | _questions, min_size=1, max_size=3))
def test_a_refusal_cites_nothing_and_shows_what_is_nearest(
    world: World, texts: list[str], questions: list[str]
) -> None:
    bot = world.of(texts)
    for question in questions:
        answer = bot.ask(question)
        assert answer.refused is (answer.text in REFUSALS)
        assert answer.refused is not bool(answer.citations)
        assert answer.refused is not bool(answer.sentences)
        assert answer.passages


@settings(max_examples=EXAMPLES)
@given(texts=_corpora, questions=_asked, others=_asked)
def test_an_answer_does_not_depend_on_what_was_asked_before(
    world: World, texts: list[str], questions: list[str], others: list[str]
) -> None:
    bot = world.of(texts)
    first = [_timeless(bot.ask(question)) for question in questions]
    history: list[Turn] = []
    for other in others:
        history += [{"role": "user", "content": other}, {"role": "assistant", "content": bot.ask(other, history).text}]
    assert [_timeless(bot.ask(question)) for question in questions] == first


@settings(max_examples=EXAMPLES)
@given(texts=_corpora)
def test_a_second_sync_changes_nothing(world: World, texts: list[str]) -> None:
    bot = world.of(texts)
    articles = [bot.article(source.id) for source in bot.articles()]
    report = bot.sync()
    assert not report.changed
    assert report.unchanged == tuple(article.id for article in articles)
    assert [bot.article(source.id) for source in bot.articles()] == articles


@settings(max_examples=5)
@given(texts=_corpora, questions=_asked)
def test_an_index_that_was_changed_answers_as_one_built_anew(
    world: World, tmp_path_factory: pytest.TempPathFactory, texts: list[str], questions: list[str]
) -> None:
    changed = world.of(texts)
    fresh_settings = world.settings.model_copy(update={"index_dir": tmp_path_factory.mktemp("fresh")})
    with Assistant(fresh_settings) as fresh:
        assert fresh.articles() == changed.articles()
        for question in questions:
            assert _timeless(fresh.ask(question)) == _timeless(changed.ask(question))


@settings(max_examples=EXAMPLES)
@given(texts=_corpora)
def test_what_is_indexed_is_clean_text(world: World, texts: list[str]) -> None:
    bot = world.of(texts)
    for source in bot.articles():
        text = bot.article(source.id).text
        assert not [c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs")]
