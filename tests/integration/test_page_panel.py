import logging
from datetime import date
from pathlib import Path

import gradio as gr
import pytest

from assistant import Assistant
from assistant.errors import IndexDamagedError, IndexUnavailableError
from assistant.index import Index
from assistant.ui.parts import NOTHING
from assistant.ui.references import Reference, key_of
from assistant.ui.session import Conversation, Exchange
from tests.articles import COST, LIBRARY_COST, OPERA
from tests.markup import Page
from tests.readers import Reader
from tests.rendered import ENGLISH, SOURCE, answer, citation

ORCHARDS = str(Reference("article", key_of("2022/orchard.txt")))
FORGED = [
    *("", "#", "#cite-0-9", "#cite-1-1", "#cite-0-0", "#cite--1-1", "#cite-0--1", "#cite-999999-999999"),
    *(f"#cite-0-{10**30}", "#passage-0-99", "#passage-0-0", "#passage-9-1", "#article-3", "#article--1"),
    *(
        "#article-999999",
        "#only-3",
        "#question",
        "#retry-0-0",
        "javascript:alert(1)",
        "#cite-0-1'><script>",
        None,
        7,
        ["#cite-0-1"],
    ),
]


def shown(reader: Reader) -> tuple[bool, ...]:
    """Whether there is a way back, and which of cards, list and article can be seen."""
    panel = reader.parts.panel
    back: gr.Button = reader.seen[panel.back]
    return (back.visible is True, *(bool(reader.seen[part]) for part in (panel.sources, panel.corpus, panel.article)))


class TestPassages:
    def test_a_citation_opens_its_article_at_the_passage(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.follow("show", "#cite-0-1")
        page = Page(reader.seen[reader.parts.panel.article])
        assert page.count("mark") == 1
        assert "Harbour bridge to reopen in spring" in page.text
        assert 'class="cards reading"' in reader.seen[reader.parts.panel.sources]
        assert shown(reader) == (True, True, False, True)

    def test_an_earlier_answer_keeps_its_own_sources(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.ask(LIBRARY_COST)
        reader.follow("show", "#cite-0-1")
        assert "Harbour bridge" in reader.seen[reader.parts.panel.article]
        assert "Ellery Gazette" in reader.seen[reader.parts.panel.sources]

    def test_a_card_of_a_refusal_opens_its_passage(self, reader: Reader) -> None:
        reader.ask(OPERA)
        reader.follow("show", "#passage-0-2")
        assert "<mark" in reader.seen[reader.parts.panel.article]

    def test_the_way_back_leads_to_the_cards_with_the_one_read_set_apart(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.follow("show", "#cite-0-1")
        reader.do("back", reader.session, "en")
        cards = reader.seen[reader.parts.panel.sources]
        assert "aria-current" in cards
        assert "reading" not in cards
        assert shown(reader) == (False, True, False, False)

    def test_the_order_of_the_cards_can_be_turned_and_turned_back(self, reader: Reader) -> None:
        earlier = SOURCE.model_copy(update={"id": "2019.txt", "published": date(2019, 5, 1)})
        came = answer(citations=(citation(), citation(number=2, source=earlier)))
        reader.seen[reader.parts.conversation] = Conversation(exchanges=(Exchange(question=COST, answer=came),))
        reader.follow("show", "#order-0-0")
        assert reader.session.view.oldest_first
        assert "In the order cited" in reader.seen[reader.parts.panel.sources]
        reader.follow("show", "#order-0-0")
        assert not reader.session.view.oldest_first

    @pytest.mark.parametrize("reference", FORGED)
    def test_a_reference_to_nothing_changes_nothing(self, reader: Reader, reference: object) -> None:
        reader.ask(COST)
        before = dict(reader.seen)
        assert reader.follow("show", reference) == NOTHING
        assert reader.seen == before

    def test_an_event_without_a_reference_changes_nothing(self, reader: Reader) -> None:
        assert reader.do("show", gr.EventData(None, {}), reader.session, "en") == NOTHING
        assert reader.do("show", gr.EventData(None, None), reader.session, "en") == NOTHING

    def test_without_anything_open_the_way_back_leads_to_the_hint(self, reader: Reader) -> None:
        reader.do("back", reader.session, "en")
        assert ENGLISH("sources.hint") in reader.seen[reader.parts.panel.sources]
        assert shown(reader) == (False, True, False, False)


class TestCorpus:
    def test_it_lists_all_articles_newest_first_in_place_of_the_cards(self, reader: Reader) -> None:
        reader.follow("show", "#corpus-0-0")
        page = Page(reader.seen[reader.parts.panel.corpus])
        keys = [key_of(name) for name in ("library.md", "2022/orchard.txt", "2021/harbour.txt")]
        assert page.attributes("href") == [f"#{kind}-{key}-0" for key in keys for kind in ("article", "only")]
        assert page.text.count(" words") == 3
        assert shown(reader) == (True, False, True, False)

    def test_it_lists_what_was_typed_for(self, reader: Reader) -> None:
        reader.follow("show", "#corpus")
        assert reader.seen[reader.parts.panel.find].visible is True
        reader.do("find", "gazette\ud83d", reader.session, "en")
        assert Page(reader.seen[reader.parts.panel.corpus]).count("li") == 0
        reader.do("find", "gazette", reader.session, "en")
        assert Page(reader.seen[reader.parts.panel.corpus]).count("li") == 1

    def test_what_was_typed_for_is_still_listed_on_the_way_back_and_not_when_it_is_opened_anew(
        self, reader: Reader
    ) -> None:
        reader.follow("show", "#corpus")
        reader.do("find", "gazette", reader.session, "en")
        reader.follow("show", ORCHARDS)
        assert reader.seen[reader.parts.panel.find].visible is False
        reader.do("back", reader.session, "en")
        assert Page(reader.seen[reader.parts.panel.corpus]).count("li") == 1
        assert reader.seen[reader.parts.panel.find].value == "gazette"
        reader.follow("show", "#corpus")
        assert Page(reader.seen[reader.parts.panel.corpus]).count("li") == 3
        assert reader.seen[reader.parts.panel.find].value == ""

    def test_it_lists_what_a_sync_brought(self, reader: Reader, desk_bot: Assistant) -> None:
        added = Path(desk_bot.settings.corpus_dir) / "added.txt"
        added.write_text("The ferry of Tarn is late\n\nThe ferry of Tarn was two hours late.", encoding="utf-8")
        try:
            desk_bot.sync()
            reader.follow("show", "#corpus")
            assert "The ferry of Tarn is late" in reader.seen[reader.parts.panel.corpus]
        finally:
            added.unlink()
            desk_bot.sync()
        reader.follow("show", "#corpus")
        assert "The ferry of Tarn is late" not in reader.seen[reader.parts.panel.corpus]

    def test_while_the_index_is_away_it_lists_what_was_known(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            raise IndexUnavailableError

        reader.follow("show", "#corpus")
        monkeypatch.setattr(desk_bot, "articles", fail)
        reader.follow("show", "#corpus")
        assert Page(reader.seen[reader.parts.panel.corpus]).count("li") == 3

    def test_an_article_of_it_opens_without_a_mark(self, reader: Reader) -> None:
        reader.follow("show", ORCHARDS)
        page = Page(reader.seen[reader.parts.panel.article])
        assert "Orchard growers ask for help" in page.text
        assert page.count("mark") == 0
        assert shown(reader) == (True, False, False, True)

    def test_the_way_back_leads_to_the_list_and_then_to_the_cards(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.follow("show", "#corpus")
        reader.follow("show", ORCHARDS)
        reader.do("back", reader.session, "en")
        assert shown(reader) == (True, False, True, False)
        reader.do("back", reader.session, "en")
        assert shown(reader) == (False, True, False, False)
        assert 'data-number="1"' in reader.seen[reader.parts.panel.sources]

    def test_a_citation_leads_out_of_the_list(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.follow("show", "#corpus")
        reader.follow("show", "#cite-0-1")
        reader.do("back", reader.session, "en")
        assert shown(reader) == (False, True, False, False)

    def test_the_next_answer_shows_its_cards(self, reader: Reader) -> None:
        reader.follow("show", ORCHARDS)
        reader.ask(COST)
        assert shown(reader) == (False, True, False, False)


class TestEffort:
    """How often the page asks whether the index can still be used, which takes a look at its files."""

    @pytest.fixture
    def looks(self, monkeypatch: pytest.MonkeyPatch) -> list[Index]:
        looked: list[Index] = []
        needs_sync = Index.needs_sync

        def spy(index: Index) -> bool:
            looked.append(index)
            return needs_sync(index)

        monkeypatch.setattr(Index, "needs_sync", spy)
        return looked

    def test_a_list_of_many_articles_takes_no_more_than_one_of_few(self, reader: Reader, looks: list[Index]) -> None:
        taken = []
        reader.follow("show", "#corpus")
        for text, articles in (("gazette", 1), ("", 3)):
            looks.clear()
            reader.do("find", text, reader.session, "en")
            assert Page(reader.seen[reader.parts.panel.corpus]).count("li") == articles
            taken.append(len(looks))
        assert taken[0] == taken[1]

    def test_a_long_conversation_takes_no_more_than_a_short_one(self, reader: Reader, looks: list[Index]) -> None:
        taken = []
        for exchanges in (1, 4):
            looks.clear()
            conversation = Conversation(exchanges=tuple(Exchange(question=COST) for _ in range(exchanges)))
            assert len(reader.desk.messages(conversation, ENGLISH)) == 2 * exchanges
            taken.append(len(looks))
        assert taken[0] == taken[1]


class TestTrouble:
    def test_an_article_that_has_changed_or_gone_is_said_to_have(self, reader: Reader, desk_bot: Assistant) -> None:
        reader.ask(COST)
        harbour = Path(desk_bot.settings.corpus_dir) / "2021" / "harbour.txt"
        kept = harbour.read_text(encoding="utf-8")
        try:
            harbour.write_text(kept.replace("The Harbour bridge at", "After all the Harbour bridge at"), "utf-8")
            desk_bot.sync()
            reader.follow("show", "#cite-0-1")
            assert ENGLISH("article.changed") in reader.seen[reader.parts.panel.article]
            harbour.unlink()
            desk_bot.sync()
            reader.follow("show", "#cite-0-1")
            assert "2021/harbour.txt" in reader.seen[reader.parts.panel.article]
            reader.follow("show", "#corpus")
            assert Page(reader.seen[reader.parts.panel.corpus]).text.count(" words") == 2
        finally:
            harbour.write_text(kept, encoding="utf-8")
            desk_bot.sync()

    def test_an_article_that_cannot_be_shown_is_logged(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        reader.ask(COST)
        monkeypatch.setattr(desk_bot, "article", lambda _: 1 / 0)
        with caplog.at_level(logging.ERROR):
            reader.follow("show", "#cite-0-1")
        assert ENGLISH("unexpected") in reader.seen[reader.parts.panel.article]
        assert "ZeroDivisionError" in caplog.text

    def test_why_an_article_cannot_be_shown_is_said_in_the_language_of_the_page(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: str) -> None:
            message = "/index/articles.db is damaged: it is empty."
            raise IndexDamagedError(message)

        reader.ask(COST)
        monkeypatch.setattr(desk_bot, "article", fail)
        reader.wishes = reader.wishes._replace(language="ru")
        reader.follow("show", "#cite-0-1")
        assert "/index/articles.db повреждён: файл пуст. Постройте" in reader.seen[reader.parts.panel.article]

    def test_the_list_does_without_lengths_while_the_index_is_away(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: str) -> None:
            raise IndexUnavailableError

        monkeypatch.setattr(desk_bot, "lengths", fail)
        reader.follow("show", "#corpus")
        page = Page(reader.seen[reader.parts.panel.corpus])
        assert page.count("li") == 3
        assert " words" not in page.text
