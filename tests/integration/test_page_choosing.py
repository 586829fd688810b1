import json
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from assistant import Assistant
from assistant.ui.labels import labels
from assistant.ui.parts import NOTHING
from assistant.ui.references import Reference, key_of
from assistant.ui.words import LANGUAGES, words_in
from tests.articles import COST
from tests.markup import Page
from tests.readers import Reader
from tests.rendered import ENGLISH, HOSTILE, TRANSLATED, assert_harmless

NO_FILTER: tuple[Any, ...] = ("", "", [], [])
KEPT = {"language": "en", "length": "long", "sources": 5, "mode": None}


def begin(reader: Reader, kept: object, accepted: str = "en") -> None:
    """Opens the page with what the browser kept and what languages it asks for."""
    reader.do("begin", kept, SimpleNamespace(headers={"accept-language": accepted}))


def set_filters(reader: Reader, *fields: Any) -> None:
    reader.do("set_filters", "en", *fields)


def only(reader: Reader, reference: object) -> Any:
    """Lets one article of the list answer."""
    return reader.do("only", gr.EventData(None, {"reference": reference}), "en")


def value(reader: Reader, part: Any) -> object:
    """The value a component was given, "unchanged" if only its words were."""
    return reader.seen[part].get("value", "unchanged")


class TestFilter:
    def test_it_is_named_where_it_is_folded_away(self, reader: Reader) -> None:
        set_filters(reader, "2021", "", ["Ellery Gazette"], ["library.md"])
        filters = reader.parts.filters
        title = "В Северске открылась новая библиотека"
        assert reader.seen[filters.box].label == f"Filter: from 1 January 2021 · Ellery Gazette · {title}"
        assert reader.seen[filters.error] == ""
        assert reader.seen[filters.clear].visible is True

    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [("soon", "", "“soon” is not a date"), ("", "2024-13", "is not a date"), ("2022", "2021", "before it begins")],
    )
    def test_what_is_wrong_with_it_is_said_where_it_was_typed(
        self, reader: Reader, first: str, last: str, words: str
    ) -> None:
        set_filters(reader, first, last, [], [])
        filters = reader.parts.filters
        assert words in reader.seen[filters.error]
        assert reader.seen[filters.box].label == ENGLISH("filter.label")
        assert reader.seen[filters.clear].visible is True

    @pytest.mark.parametrize("text", [*HOSTILE, "\ud83d"])
    def test_a_hostile_date_is_words(self, reader: Reader, text: str) -> None:
        set_filters(reader, text, "", [], [])
        error = reader.seen[reader.parts.filters.error]
        assert_harmless(error)
        assert error.encode()

    @pytest.mark.parametrize("fields", [NO_FILTER, (None, None, None, None)])
    def test_without_any_there_is_nothing_to_clear(self, reader: Reader, fields: tuple[Any, ...]) -> None:
        set_filters(reader, *fields)
        assert reader.seen[reader.parts.filters.clear].visible is False
        assert reader.seen[reader.parts.filters.error] == ""

    def test_it_can_be_one_article_of_the_list(self, reader: Reader) -> None:
        set_filters(reader, "2022", "", ["Ellery Gazette"], [])
        only(reader, str(Reference("only", key_of("library.md"))))
        filters = reader.parts.filters
        assert [reader.seen[field] for field in filters.fields[:3]] == ["", "", []]
        assert value(reader, filters.articles) == ["library.md"]
        assert reader.seen[filters.box].label == "Filter: В Северске открылась новая библиотека"
        assert reader.seen[filters.clear].visible is True

    def test_one_article_beyond_those_offered_becomes_one_that_is(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.ui.choosing.MOST_CHOICES", 1)
        only(reader, str(Reference("only", key_of("2022/orchard.txt"))))
        offered = reader.seen[reader.parts.filters.articles]["choices"]
        assert [article_id for _, article_id in offered] == ["library.md", "2022/orchard.txt"]

    @pytest.mark.parametrize("reference", ["", "#only-3", "#only", "javascript:alert(1)", None, 7])
    def test_one_article_that_there_is_not_changes_nothing(self, reader: Reader, reference: object) -> None:
        assert only(reader, reference) == NOTHING

    def test_one_click_clears_it(self, reader: Reader) -> None:
        set_filters(reader, "soon", "", ["Ellery Gazette"], [])
        reader.do("clear_filters", "en")
        filters = reader.parts.filters
        assert [reader.seen[field] for field in filters.fields] == list(NO_FILTER)
        assert reader.seen[filters.clear].visible is False
        assert reader.seen[filters.error] == ""


class TestRestored:
    """After the page was loaded anew, with the filter that stood in it."""

    @staticmethod
    def restore(reader: Reader, fields: object) -> None:
        begin(reader, KEPT | {"filter": fields})

    @staticmethod
    def restored(reader: Reader) -> list[object]:
        return [value(reader, field) for field in reader.parts.filters.fields]

    def test_it_is_what_it_was(self, reader: Reader) -> None:
        self.restore(reader, json.dumps(["2021", "", ["Ellery Gazette"], ["library.md"]]))
        filters = reader.parts.filters
        assert self.restored(reader) == ["2021", "", ["Ellery Gazette"], ["library.md"]]
        title = "В Северске открылась новая библиотека"
        assert reader.seen[filters.box].label == f"Filter: from 1 January 2021 · Ellery Gazette · {title}"
        assert reader.seen[filters.clear].visible is True

    @pytest.mark.parametrize(
        "gone", [["2021", "", ["Ellery Gazette", "The Star"], []], ["2021", "", [], ["library.md", "other.md"]]]
    )
    def test_without_a_part_of_it_none_comes_back_and_that_is_said(
        self, reader: Reader, gone: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr(gr, "Warning", lambda text, **_: said.append(text))
        self.restore(reader, json.dumps(gone))
        assert self.restored(reader) == ["unchanged"] * 4
        assert said == [ENGLISH("filter.gone")]

    @pytest.mark.parametrize("text", ["", "{", "null", "[]", '["", "", [7], []]', '[[], "", [], []]', None, 7])
    def test_what_is_no_filter_changes_nothing(self, reader: Reader, text: object) -> None:
        self.restore(reader, text)
        assert self.restored(reader) == ["unchanged"] * 4
        assert reader.seen[reader.parts.filters.clear].visible is False


class TestRemembered:
    def test_what_was_chosen_comes_back(self, reader: Reader) -> None:
        begin(reader, KEPT)
        menu = reader.parts.menu
        assert [value(reader, part) for part in menu.fields] == ["en", "long", 5, "extractive"]

    def test_what_is_kept_are_the_choices_by_name(self, reader: Reader) -> None:
        chosen = KEPT | {"sources": 6, "mode": "generative"}
        assert reader.do("keep", *chosen.values()) == chosen

    def test_what_is_as_usual_is_not_kept(self, reader: Reader, desk_bot: Assistant) -> None:
        usual = ("ru", "medium", desk_bot.settings.top_k, desk_bot.mode)
        assert reader.do("keep", *usual) == {"language": "ru"}

    @pytest.mark.parametrize("kept", [None, [], "text", 7, float("nan"), True, {}, {"other": 1}])
    def test_nothing_kept_changes_no_choice(self, reader: Reader, kept: object) -> None:
        begin(reader, kept)
        menu = reader.parts.menu
        assert [value(reader, part) for part in menu.fields] == ["en", "medium", "unchanged", "extractive"]

    @pytest.mark.parametrize("name", ["language", "length", "sources", "mode"])
    @pytest.mark.parametrize(
        "content",
        [
            None,
            True,
            False,
            0,
            -1,
            21,
            10**30,
            5.5,
            float("nan"),
            float("inf"),
            "",
            "x",
            "5",
            [],
            ["en"],
            {},
            {"a": []},
        ],
    )
    def test_what_is_no_choice_is_left_out(self, reader: Reader, name: str, content: object) -> None:
        begin(reader, {name: content})
        menu = reader.parts.menu
        assert [value(reader, part) for part in menu.fields] == ["en", "medium", "unchanged", "extractive"]

    def test_a_mode_is_remembered_only_where_there_is_a_model(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin(reader, {"mode": "generative"})
        assert value(reader, reader.parts.menu.mode) == "extractive"
        monkeypatch.setattr(Assistant, "may_write", property(lambda _: True))
        begin(reader, {"mode": "generative"})
        assert value(reader, reader.parts.menu.mode) == "generative"
        assert "written by" in reader.seen[reader.parts.masthead]

    def test_the_head_says_how_answers_come_about(self, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Assistant, "may_write", property(lambda _: True))
        said = {mode: reader.do("set_mode", "en", mode) for mode in ("extractive", "generative")}
        assert "quotes the articles" in said["extractive"]
        assert "written by" in said["generative"]


class TestLanguage:
    @pytest.mark.parametrize(
        ("kept", "accepted", "expected"),
        [
            ({}, "", "en"),
            ({}, "tlh", "en"),
            ({}, "*;q=0.1", "en"),
            ({}, "en-GB,ru;q=0.5", "en"),
            *[({}, f"{code}-XX,{code};q=0.9", code) for code in TRANSLATED],
            *[({"language": code}, "en", code) for code in TRANSLATED],
        ],
    )
    def test_it_is_the_one_kept_or_else_the_browser_s(
        self, reader: Reader, kept: object, accepted: str, expected: str
    ) -> None:
        begin(reader, kept, accepted)
        assert value(reader, reader.parts.menu.language) == expected
        assert reader.bridge["language"] == expected
        assert words_in(expected)("sources.hint") in reader.seen[reader.parts.panel.sources]

    @pytest.mark.parametrize("code", TRANSLATED)
    def test_everything_is_shown_in_it(self, reader: Reader, code: str) -> None:
        reader.ask(COST)
        words, parts = words_in(code), reader.parts
        fields: tuple[Any, ...] = ("2021", "", ["Ellery Gazette"], [])
        reader.do("speak", reader.session, code, "long", "", *fields)
        assert words("action.copy") in Page(reader.chat[-1]).text
        assert reader.seen[parts.chat]["placeholder"] == words("chat.placeholder")
        assert reader.seen[parts.menu.length]["value"] == "long"
        assert reader.seen[parts.menu.fresh].value == words("menu.new")
        assert words("support.supported") in Page(reader.seen[parts.panel.sources]).text
        assert words("title") in Page(reader.seen[parts.masthead]).text
        assert reader.seen[parts.filters.box].label.startswith(words("filter.in-force", scope=""))
        assert reader.seen[parts.question]["placeholder"] == words("question.placeholder")
        assert reader.bridge["words"]["menu.none"] == words("menu.none")

    @pytest.mark.parametrize(("first", "question"), [("soon", COST), ("", "?!"), ("", "x" * 201)])
    def test_what_went_wrong_is_said_in_whatever_language_the_page_speaks(
        self, reader: Reader, first: str, question: str
    ) -> None:
        reader.wishes = reader.wishes._replace(first=first, language="az")
        reader.ask(question)
        failure = reader.session.conversation.exchanges[0].failure
        assert words_in("az").said(failure) in Page(reader.chat[-1]).text
        for code in TRANSLATED:
            said = words_in(code).said(failure)
            reader.do("speak", reader.session, code, "long", "", first, "", [], [])
            assert said in Page(reader.chat[-1]).text
            assert (said == failure) == (code == "en")
            assert Page(reader.seen[reader.parts.filters.error]).text == (said if first else "")

    @pytest.mark.parametrize("code", TRANSLATED)
    def test_no_component_with_words_is_left_out(self, reader: Reader, code: str) -> None:
        before = dict(reader.seen)
        begin(reader, {"language": code})
        changed = set(reader.seen) - set(before)
        assert len(changed) >= len(labels(words_in(code)))

    def test_the_conversation_stays(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.follow("show", "#cite-0-1")
        before = reader.session
        reader.do("speak", reader.session, "en", "medium", "", *NO_FILTER)
        assert reader.session == before
        assert "<mark" in reader.seen[reader.parts.panel.article]

    def test_the_page_offers_its_languages_by_their_own_names(self, reader: Reader) -> None:
        begin(reader, {})
        choices = reader.seen[reader.parts.menu.language]["choices"]
        assert choices == [(name, code) for code, name in LANGUAGES.items()]
        assert reader.parts.menu.language.value == "en"
