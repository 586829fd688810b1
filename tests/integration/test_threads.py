"""One `Assistant` shared by threads, and asked while its index changes."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Answer, Assistant, Filters, Settings
from assistant.models import LocalEmbedding
from tests.articles import write_corpus

if TYPE_CHECKING:
    from assistant.records import Turn
    from assistant.retrieval import Retrieval

THREADS = 8
QUESTIONS = (
    "How much did the works on the Harbour bridge cost?",
    "When will the Harbour bridge reopen?",
    "Who blamed the price of steel?",
    "How long were the repairs?",
    "What will the ferries do?",
    "How much of their apple blossom did the growers lose?",
    "How many farms are concerned?",
    "What did the union ask for?",
    "What did Pavel Doran say?",
    "When would a decision come?",
    "Сколько книг в библиотеке?",
    "Во что обошлось строительство?",
    "Что сообщила Анна Лебедева?",
    "Что будет со старым зданием?",
    "How many books are in the library of Seversk?",
    "What do the sources say about prices?",
    "What do the sources say about the bridge?",
    "Who won the world championship in ice hockey?",
    "Кто выиграл чемпионат мира по хоккею?",
    "What is the capital of Mongolia?",
)
# Threads that ask at once, and how often they find the index closed.
ASKING, OPENINGS = 20, 20
STRIKE_SENTENCE = "Ferry crews at Port Ellery went on strike for {days} days, their union said."
STRIKE = f"Ferry crews on strike\n\n7 May 2021\n\n{STRIKE_SENTENCE}\n"
STRIKE_QUESTION = "How long did the ferry crews at Port Ellery strike?"


@pytest.fixture
def bot(settings: Settings) -> Iterator[Assistant]:
    with Assistant(settings) as assistant:
        yield assistant


def _timeless(answer: Answer) -> Answer:
    return answer.model_copy(update={"timings": {}})


def _rotated(turn: int) -> tuple[str, ...]:
    return QUESTIONS[turn:] + QUESTIONS[:turn]


def test_eight_threads_get_the_answers_that_one_gets(bot: Assistant) -> None:
    alone = {question: _timeless(bot.ask(question)) for question in QUESTIONS}
    # Each starts at another question, so that different ones are under way at any time.
    with ThreadPoolExecutor(THREADS) as threads:
        together = threads.map(lambda turn: [_timeless(bot.ask(q)) for q in _rotated(turn)], range(THREADS))
        for turn, answers in enumerate(together):
            assert answers == [alone[question] for question in _rotated(turn)]


def test_threads_that_ask_first_build_the_index_once(bot: Assistant) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda _: _timeless(bot.ask(QUESTIONS[0])), range(THREADS)))
    assert answers == [answers[0]] * THREADS
    assert "48 million" in answers[0].text


def test_the_histories_of_threads_do_not_mix(bot: Assistant) -> None:
    subjects = ("What did the works on the Harbour bridge cost?", "What did the growers in the Velm valley lose?")
    histories: list[list[Turn]] = [[{"role": "user", "content": subject}] for subject in subjects]
    alone = [bot.ask("And why?", history).standalone_question for history in histories]
    assert alone[0] != alone[1]
    with ThreadPoolExecutor(THREADS) as threads:
        together = threads.map(
            lambda turn: bot.ask("And why?", histories[turn % 2]).standalone_question,
            range(40),
        )
        assert list(together) == alone * 20


class _Watch:
    """Lets threads ask on and on, and judges each answer that came while nothing was being synced."""

    def __init__(self, bot: Assistant) -> None:
        self._bot = bot
        self._stop = threading.Event()
        self._judged = threading.Event()
        self._syncs = 0
        self._gone: frozenset[str] | None = None

    def sync(self, *gone: str) -> None:
        """Syncs, and returns when an answer was judged by what is gone now."""
        self._gone = None
        self._syncs += 1
        self._bot.sync()
        self._gone = frozenset(gone)
        self._judged.clear()
        assert self._judged.wait(60), "the threads stopped asking"

    @contextmanager
    def asking(self, threads: int) -> Iterator[None]:
        """Has so many threads ask, and raises what they raised."""
        with ThreadPoolExecutor(threads) as pool:
            readers = [pool.submit(self._ask) for _ in range(threads)]
            try:
                yield
            finally:
                self._stop.set()
            for reader in readers:
                reader.result()

    def _ask(self) -> None:
        while not self._stop.is_set():
            for question in (STRIKE_QUESTION, *QUESTIONS[:3]):
                gone, syncs = self._gone, self._syncs
                answer = self._bot.ask(question)
                if gone is not None and (gone, syncs) == (self._gone, self._syncs):
                    assert gone.isdisjoint(c.source.id for c in answer.citations)
                    assert gone.isdisjoint(p.source.id for p in answer.passages)
                    self._judged.set()


def test_asking_during_syncs_never_fails_and_never_cites_what_is_gone(bot: Assistant, corpus: Path) -> None:
    bot.sync()
    watch = _Watch(bot)
    with watch.asking(threads=4):
        for days in range(2, 8):
            file = corpus / f"strike-{days}.txt"
            file.write_text(STRIKE.format(days=days), encoding="utf-8")
            watch.sync()
            assert STRIKE_SENTENCE.format(days=days) in bot.retrieve(STRIKE_QUESTION)[0].text
            file.unlink()
            watch.sync(file.name)
            assert file.name not in {passage.source.id for passage in bot.retrieve(STRIKE_QUESTION, k=20)}


def test_an_article_that_changes_under_a_reader_is_quoted_as_it_is_or_was(bot: Assistant, corpus: Path) -> None:
    file = corpus / "strike.txt"
    # The sentence moves within its article from one version to the next.
    sentences = [STRIKE_SENTENCE.format(days=n + 2) for n in range(6)]
    versions = [f"{'So be it. ' * n}{sentence}\n" for n, sentence in enumerate(sentences)]
    file.write_text(versions[0], encoding="utf-8")
    bot.sync()
    stop = threading.Event()

    def read() -> set[str]:
        quotes: set[str] = set()
        while not stop.is_set():
            answer = bot.ask(STRIKE_QUESTION, filters=Filters(articles=(file.name,)))
            quotes.update(citation.quote for citation in answer.citations)
        return quotes

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for text in versions[1:]:
                file.write_text(text, encoding="utf-8")
                bot.sync()
        finally:
            stop.set()
        quotes = set().union(*(reader.result() for reader in readers))
    assert quotes
    assert quotes <= {
        f"Ferry crews at Port Ellery went on strike for {n + 2} days, their union said." for n in range(6)
    }


class _Overtaken(Assistant):
    """Has something happen after each search and before its answer is put together."""

    def __init__(self, settings: Settings, happening: Callable[[Assistant], object]) -> None:
        super().__init__(settings)
        self._happening = happening

    def _search(self, *arguments: Any) -> "Retrieval":
        found = super()._search(*arguments)
        self._happening(self)
        return found


@pytest.mark.parametrize("change", [Path.unlink, lambda file: file.write_text("Nothing to see. " * 20)])
def test_an_answer_stands_by_the_articles_as_they_were_when_it_was_searched_for(
    settings: Settings, corpus: Path, change: Callable[[Path], object]
) -> None:
    file = corpus / "2021/harbour.txt"

    def happening(bot: Assistant) -> None:
        change(file)
        assert bot.sync().changed

    with Assistant(settings) as undisturbed:
        expected = undisturbed.ask(QUESTIONS[0])
    with _Overtaken(settings, happening) as bot:
        assert bot.ask(QUESTIONS[0]).citations == expected.citations


def test_two_assistants_over_one_index_do_not_disturb_each_other(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "shared")
    settings = Settings(corpus_dir=corpus, index_dir=tmp_path / "shared-index")
    with Assistant(settings) as one, Assistant(settings) as other:
        assert one.sync().changed
        before = _timeless(other.ask(QUESTIONS[0]))
        (corpus / "strike.txt").write_text(STRIKE.format(days=9), encoding="utf-8")
        assert one.sync().added == ("strike.txt",)
        assert STRIKE_SENTENCE.format(days=9) in other.retrieve(STRIKE_QUESTION)[0].text
        assert _timeless(other.ask(QUESTIONS[0])).citations == before.citations


def test_many_threads_may_ask_before_the_index_is_open(settings: Settings) -> None:
    embedding = LocalEmbedding()
    with Assistant(settings, embedding=embedding) as first:
        first.sync()
    for _ in range(OPENINGS):
        with Assistant(settings, embedding=embedding) as bot, ThreadPoolExecutor(ASKING) as pool:
            answers = list(pool.map(bot.ask, [QUESTIONS[0]] * ASKING))
        assert len({answer.text for answer in answers}) == 1
