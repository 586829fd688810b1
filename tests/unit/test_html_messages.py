from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Answer, AnswerStage, Filters
from assistant.ui.html.messages import pending_html, question_html, reply_html, suggestions_html
from assistant.ui.session import Exchange
from assistant.ui.words import Words
from tests.markup import Page
from tests.rendered import (
    ENGLISH,
    HOSTILE,
    SOURCE,
    answer,
    assert_one_block,
    citation,
    hostile_source,
    in_every_language,
    passage,
    refusal,
)

SEARCHING = AnswerStage(name="searching")
FILTERS = Filters(published_from=date(2021, 1, 1), publishers=("Ellery Gazette",))


def exchange(came: Answer | None = None, **fields: object) -> Exchange:
    return Exchange.model_validate({"question": "What did it cost?", "answer": came, **fields})


def reply(asked: Exchange, place: int = 0, scope: str = "3 articles") -> Page:
    return assert_one_block(reply_html(asked, place, scope, ENGLISH))


def actions(page: Page) -> list[str]:
    """What a reader can do with a message, by the links of it that are no markers."""
    return [
        (attributes["href"] or "")[1:].split("-")[0]
        for _, attributes in page.tags
        if (attributes.get("class") or "").startswith("action") and "href" in attributes
    ]


class TestQuestion:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_it_is_shown_as_it_was_typed(self, text: str) -> None:
        page = assert_one_block(question_html(text))
        assert "".join(page.text.split()) == "".join(text.split())

    @given(st.text(max_size=80))
    def test_any_text_is_one_harmless_block(self, text: str) -> None:
        assert_one_block(question_html(text))

    def test_its_lines_stay_lines(self) -> None:
        assert ">one<br><br>two<" in question_html("one\n\ntwo")

    def test_an_endless_one_is_cut(self) -> None:
        page = Page(question_html("x" * 100_000))
        assert page.text == "x" * 2000 + "…"

    @pytest.mark.parametrize("text", ["متى أعيد فتح الجسر؟", "מתי נפתח הגשר?"])
    def test_the_browser_finds_the_direction_of_its_writing(self, text: str) -> None:
        page = Page(question_html(text))
        assert page.attributes("dir") == ["auto"]
        assert page.text == text


class TestPending:
    @pytest.mark.parametrize(
        ("stage", "expected"),
        [
            (SEARCHING, "Searching the articles…"),
            (AnswerStage(name="reading", passages=1), "Reading 1 passage…"),
            (AnswerStage(name="reading", passages=8), "Reading 8 passages…"),
            (AnswerStage(name="writing"), "Writing…"),
            (AnswerStage(name="checking"), "Checking against the passages…"),
        ],
    )
    def test_it_says_what_is_being_done(self, stage: AnswerStage, expected: str) -> None:
        assert Page(pending_html("", stage, ENGLISH)).text == expected

    @in_every_language
    @pytest.mark.parametrize("name", ["searching", "reading", "writing", "checking"])
    def test_every_language_has_words_for_it(self, name: str, words: Words) -> None:
        stage = AnswerStage.model_validate({"name": name, "passages": 21})
        assert Page(pending_html("", stage, words)).text.strip()

    def test_markers_lead_nowhere_yet(self) -> None:
        page = Page(pending_html("So it is [1]", SEARCHING, ENGLISH))
        assert page.count("a") == 0
        assert "[1]" in page.text

    @given(st.text(alphabet="<>[]()!*_&\"'`\\#123ab:/.\n\r -=${}", max_size=80))
    def test_half_an_answer_is_one_harmless_block(self, text: str) -> None:
        assert_one_block(pending_html(text, SEARCHING, ENGLISH))


class TestReply:
    def test_markers_lead_to_the_cards_of_the_place_in_the_conversation(self) -> None:
        page = reply(exchange(answer()), place=3)
        marker = next(attributes for _, attributes in page.tags if attributes.get("class") == "cite")
        assert marker["href"] == "#cite-3-1"
        assert marker["title"] == "Harbour bridge to reopen: The works cost 48 million."

    def test_each_quotation_is_in_the_language_of_its_article(self) -> None:
        hebrew, unknown = (SOURCE.model_copy(update={"language": code}) for code in ("he", None))
        cited = (citation(), citation(number=2, source=hebrew), citation(number=3, source=unknown))
        page = reply(exchange(answer("A:\n> one [1]\n\nB:\n> two [2]\n\nC:\n> three [3]", citations=cited)))
        assert [found.get("lang") for tag, found in page.tags if tag == "blockquote"] == ["en", "he", None]
        assert [found.get("lang") for tag, found in page.tags if tag == "a" and "title" in found] == ["en", "he", None]

    def test_notices_follow_the_answer(self) -> None:
        assert (
            "It cost 48 million. [1] A fallback was taken."
            in reply(exchange(answer(notices=("A fallback was taken.",)))).text
        )

    @in_every_language
    def test_notices_and_failures_are_in_the_language_of_the_page(self, words: Words) -> None:
        said = "No passage supports what the model wrote. The articles are quoted instead."
        for asked in (exchange(answer(notices=(said,))), exchange(failure=said)):
            shown = assert_one_block(reply_html(asked, 0, "", words)).text
            assert words.said(said) in shown
            assert (said in shown) == (words.code == "en")

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (exchange(answer()), []),
            (exchange(refusal()), ["Searched: 3 articles"]),
            (exchange(answer(), filters=FILTERS), ["Searched only: from 1 January 2021 · Ellery Gazette"]),
            (exchange(refusal(), filters=FILTERS), ["Searched only: from 1 January 2021 · Ellery Gazette"]),
        ],
    )
    def test_it_says_what_was_searched_where_that_matters(self, asked: Exchange, expected: list[str]) -> None:
        markup = reply_html(asked, 0, "3 articles", ENGLISH)
        assert markup.count('class="remark"') == len(expected)
        assert all(said in markup for said in expected)

    def test_a_refusal_is_marked_as_one(self) -> None:
        assert reply(exchange(refusal())).attributes("class")[0] == "answer refused"
        assert reply(exchange(answer())).attributes("class")[0] == "answer"

    def test_a_failure_stands_below_what_was_written_until_then(self) -> None:
        page = reply(exchange(partial="It cost **48** [1]", failure="The endpoint is down."))
        assert page.text.startswith("It cost 48 [1] The endpoint is down.")
        assert page.attributes("class")[0] == "answer error"
        assert page.count("strong") == 1

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (exchange(answer()), ["copy", "retry", "edit", "good", "bad"]),
            (exchange(answer(), filters=FILTERS), ["copy", "retry", "edit", "good", "bad"]),
            (exchange(refusal()), ["copy", "retry", "edit", "good", "bad"]),
            (exchange(refusal(), filters=FILTERS), ["widen", "copy", "retry", "edit", "good", "bad"]),
            (exchange(failure="Down."), ["retry", "edit"]),
            (exchange(failure="Down.", filters=FILTERS), ["widen", "retry", "edit"]),
        ],
    )
    def test_what_can_be_done_with_it(self, asked: Exchange, expected: list[str]) -> None:
        page = reply(asked, place=4)
        assert actions(page) == expected
        assert f"#{expected[0]}-4-0" in page.attributes("href")

    @pytest.mark.parametrize(("helpful", "chosen"), [(True, ["#good-0-0"]), (False, ["#bad-0-0"]), (None, [])])
    def test_the_thumb_given_is_shown(self, helpful: bool | None, chosen: list[str]) -> None:
        page = reply(exchange(answer(), helpful=helpful))
        assert [found["href"] for _, found in page.tags if found.get("class") == "action chosen"] == chosen

    @in_every_language
    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_answer_is_one_harmless_block(self, text: str, words: Words) -> None:
        hostile = citation(quote=text, source=hostile_source(text))
        came = answer(f"{text} [1]", question=text, citations=(hostile,), notices=(text,))
        filters = Filters(publishers=(text,), articles=(text,))
        assert_one_block(reply_html(exchange(came, filters=filters), 0, text, words))
        assert_one_block(reply_html(exchange(refusal(passage(text)), question=text), 0, text, words))

    @in_every_language
    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_failure_is_one_harmless_block(self, text: str, words: Words) -> None:
        page = assert_one_block(reply_html(exchange(partial=text, failure=text), 0, text, words))
        assert actions(page) == ["retry", "edit"]

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_any_text_is_one_harmless_block(self, text: str, quote: str) -> None:
        came = answer(f"{text} [1]", citations=(citation(quote=quote),), notices=(quote,))
        assert_one_block(reply_html(exchange(came), 0, text, ENGLISH))


class TestSuggestions:
    def test_each_is_a_link_by_its_place(self) -> None:
        page = assert_one_block(suggestions_html(2, ["Who paid?", "When?"], ENGLISH))
        assert page.attributes("href") == ["#ask-2-0", "#ask-2-1"]
        assert page.text == "You may also askWho paid?When?"

    def test_none_are_nothing_at_all(self) -> None:
        assert suggestions_html(0, [], ENGLISH) == ""

    @in_every_language
    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_one_is_one_harmless_block(self, text: str, words: Words) -> None:
        assert_one_block(suggestions_html(0, [text, "Who?"], words))
