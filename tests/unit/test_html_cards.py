from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Answer, Filters, Source
from assistant.ui.html.cards import cards_html
from assistant.ui.session import Conversation, Exchange, Session, View
from assistant.ui.words import Words
from tests.markup import Page
from tests.rendered import (
    ENGLISH,
    HOSTILE,
    SOURCE,
    answer,
    assert_harmless,
    citation,
    hostile_source,
    in_every_language,
    passage,
    refusal,
)

EARLIER = SOURCE.model_copy(update={"id": "b", "title": "Bridge closes", "published": date(2019, 5, 1)})
UNDATED = Source(id="c", title="About the bridge", path="news/c")
CITED = (citation(), citation(number=2, source=UNDATED), citation(number=3, source=EARLIER))


def session(*answers: Answer | None, filters: Filters | None = None, **fields: object) -> Session:
    """A conversation of these answers, the last of them looked at."""
    asked = tuple(Exchange(question="What?", answer=came, filters=filters or Filters()) for came in answers)
    view = View.model_validate({"place": len(asked) - 1, **fields})
    return Session(conversation=Conversation(exchanges=asked), view=view)


def cards(*answers: Answer | None, filters: Filters | None = None, left: str = "", **fields: object) -> Page:
    return assert_harmless(cards_html(session(*answers, filters=filters, **fields), ENGLISH, left))


def current(page: Page) -> list[str | None]:
    return [attributes.get("data-number") for _, attributes in page.tags if "aria-current" in attributes]


@pytest.mark.parametrize("place", [0, 5, -1])
def test_without_an_answer_there_is_a_hint(place: int) -> None:
    assert cards(place=place).text == "The passages behind an answer appear here."


def test_a_failure_has_no_cards() -> None:
    assert cards(answer(), None).text == "The passages behind an answer appear here."


def test_a_card_says_who_where_when_and_how_well() -> None:
    page = cards(answer())
    for words in (
        "1 source passage",
        "Harbour bridge to reopen",
        "Ellery Gazette · Clara Winfield · 12 March 2021 · English",
        "The works cost 48 million.",
        "Supported by the quote",
    ):
        assert words in page.text
    assert page.attributes("data-number") == ["1"]
    assert page.attributes("href") == ["#cite-0-1"]


def test_the_cards_are_those_of_the_answer_looked_at() -> None:
    page = cards(answer(), answer(citations=CITED), answer(), place=1)
    assert page.attributes("href") == ["#order-0-0", "#cite-1-1", "#cite-1-2", "#cite-1-3"]


def test_what_is_not_known_is_left_out() -> None:
    page = cards(answer(citations=(citation(source=Source(id="a.txt", path="news/a.txt")),)))
    assert "a.txtno date" in page.text
    assert page.attributes("lang") == []


def test_the_speaker_comes_before_the_author_and_nobody_twice() -> None:
    spoken = SOURCE.model_copy(update={"speaker": "Ruth Calder", "language": "tlh"})
    assert (
        "Ellery Gazette · Ruth Calder · Clara Winfield · 12 March 2021 · Klingon"
        in cards(answer(citations=(citation(source=spoken),))).text
    )
    own = SOURCE.model_copy(update={"speaker": "Clara Winfield"})
    assert cards(answer(citations=(citation(source=own),))).text.count("Clara Winfield") == 1


def test_a_language_without_a_name_shows_its_code() -> None:
    source = SOURCE.model_copy(update={"language": "xx"})
    assert "12 March 2021 · xx" in cards(answer(citations=(citation(source=source),))).text


@pytest.mark.parametrize(
    ("support", "expected"),
    [
        ("supported", "Supported by the quote"),
        ("partial", "Partly supported"),
        ("unsupported", "Not supported by the quote"),
    ],
)
def test_the_verdict_is_in_words(support: str, expected: str) -> None:
    page = cards(answer(citations=(citation(support=support),)))
    assert expected in page.text
    assert f"support {support}" in page.attributes("class")


def test_a_doubtful_verdict_comes_with_the_reason_of_its_own_sentence() -> None:
    sentences = [
        {"text": "It cost 48.", "citations": [1], "support": "supported"},
        {"text": "It cost 49.", "citations": [1, 2], "support": "partial", "reason": "49 is not in the quote."},
    ]
    cited = (citation(), citation(number=2, support="partial"))
    page = cards(answer(sentences=sentences, citations=cited))
    assert page.text.count("49 is not in the quote.") == 1
    assert "Partly supported49 is not in the quote." in page.text


@in_every_language
def test_a_reason_is_in_the_language_of_the_page(words: Words) -> None:
    reason = "“49” is not in the cited passage."
    sentences = [{"text": "It cost 49.", "citations": [1], "support": "partial", "reason": reason}]
    doubted = answer(sentences=sentences, citations=(citation(support="partial"),))
    shown = assert_harmless(cards_html(session(doubted), words)).text
    assert words.said(reason) in shown
    assert "“49”" in shown
    assert (reason in shown) == (words.code == "en")


def test_the_order_can_be_changed_where_there_are_several_articles() -> None:
    page = cards(answer(citations=CITED))
    assert page.attributes("data-number") == ["1", "2", "3"]
    assert "Oldest first" in page.text
    assert "#order-0-0" in page.attributes("href")


def test_oldest_first_puts_those_without_a_date_last() -> None:
    page = cards(answer(citations=CITED), oldest_first=True)
    assert page.attributes("data-number") == ["3", "1", "2"]
    assert "In the order cited" in page.text


def test_passages_of_one_article_have_no_order_to_choose() -> None:
    assert "#order-0-0" not in cards(answer(citations=(citation(), citation(number=2)))).attributes("href")


def test_the_card_that_is_open_is_set_apart_and_the_others_step_back() -> None:
    page = cards(answer(citations=CITED), opened="cite-0-2")
    assert current(page) == ["2"]
    assert page.attributes("class")[0] == "cards reading"


def test_a_card_just_left_is_set_apart_among_equals() -> None:
    page = cards(answer(citations=CITED), left="cite-0-3")
    assert current(page) == ["3"]
    assert page.attributes("class")[0] == "cards"


class TestRefusal:
    def test_the_nearest_passages_have_no_numbers_and_no_verdict(self) -> None:
        page = cards(answer(), refusal(passage("Ferries run."), passage("So it goes.")))
        assert page.attributes("id") == ["refusal"]
        assert page.attributes("data-number") == []
        assert page.attributes("href") == ["#passage-1-1", "#passage-1-2"]
        assert "support" not in " ".join(page.values("class"))

    @pytest.mark.parametrize(
        ("found", "filters", "expected"),
        [
            (True, None, ("come nearest", "Other words may help")),
            (False, None, ("comes near the question", "Other words may help")),
            (True, Filters(publishers=("Gazette",)), ("come nearest", "A wider filter may help")),
            (False, Filters(articles=("a",)), ("comes near the question", "A wider filter may help")),
        ],
    )
    def test_it_says_what_may_help(
        self,
        found: bool,
        filters: Filters | None,
        expected: tuple[str, str],
    ) -> None:
        page = cards(refusal(*[passage("Ferries run.")] * found), filters=filters)
        assert page.text.startswith("No answer found")
        assert all(words in page.text for words in expected)


class TestLanguages:
    @in_every_language
    def test_the_page_has_words_for_all_there_is(self, words: Words) -> None:
        shown = session(answer(citations=CITED), oldest_first=True)
        page = Page(cards_html(shown, words))
        assert words("support.supported") in page.text
        assert words.day(date(2021, 3, 12)) in page.text

    def test_title_and_quote_say_their_language_and_find_their_direction(self) -> None:
        source = SOURCE.model_copy(update={"language": "he", "title": "הגשר", "publisher": "הארץ"})
        page = cards(answer(citations=(citation(source=source, quote="הגשר ייפתח ב-3 במאי."),)))
        quote = next(attributes for tag, attributes in page.tags if tag == "blockquote")
        assert quote == {"dir": "auto", "lang": "he"}
        assert next(attributes for tag, attributes in page.tags if tag == "h3") == {"dir": "auto", "lang": "he"}

    def test_a_name_from_right_to_left_leaves_the_date_as_it_is(self) -> None:
        source = SOURCE.model_copy(update={"publisher": "הארץ"})
        markup = cards_html(session(answer(citations=(citation(source=source),))), ENGLISH)
        assert "<bdi>הארץ</bdi> · <bdi>Clara Winfield</bdi> · <bdi>12 March 2021</bdi>" in markup


@in_every_language
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_sources_do_nothing(text: str, words: Words) -> None:
    source = hostile_source(text)
    sentence = {"text": text, "citations": [1], "support": "partial", "reason": text}
    cited = answer(citations=(citation(source=source, quote=text, support="partial"),), sentences=(sentence,))
    for came in (cited, refusal(passage(text, source))):
        page = assert_harmless(cards_html(session(came), words, left=text))
        assert "".join(text.split()) in "".join(page.text.split())


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_quote_and_any_reason_are_text(quote: str, reason: str) -> None:
    sentence = {"text": "x", "citations": [1], "support": "unsupported", "reason": reason}
    page = cards(answer(citations=(citation(quote=quote, support="unsupported"),), sentences=(sentence,)))
    assert "".join(quote.split()) in "".join(page.text.split())
    assert reason in page.text
