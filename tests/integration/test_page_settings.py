"""What whoever runs the page has set, and what readers and programs get of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from assistant import Answer
from assistant.ui import build_page
from assistant.ui.api import functions
from assistant.ui.parts import LENGTHS
from tests.endpoint import Endpoint, text
from tests.pages import as_told
from tests.readers import Reader
from tests.written import COST, QUESTION, Newsroom


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return Newsroom(tmp_path_factory.mktemp("page-settings"))


@contextmanager
def opened(newsroom: Newsroom, kept: object = None, **settings: Any) -> Iterator[tuple[Reader, Endpoint]]:
    """Somebody who opens the page with what the browser kept, and the endpoint that the settings name."""
    with newsroom.writing(text(f"{COST} [1]"), **settings) as (bot, endpoint):
        reader = Reader(build_page(bot))
        reader.do("begin", kept, SimpleNamespace(headers={}))
        length, sources, mode = (_chosen(reader, field) for field in reader.parts.menu.fields[1:])
        reader.wishes = reader.wishes._replace(length=length, sources=sources, mode=mode)
        yield reader, endpoint


def _chosen(reader: Reader, field: Any) -> Any:
    """What a component of the menu is set to when the page has begun."""
    return reader.seen[field].get("value", field.value)


def answered(reader: Reader) -> Answer:
    """What the page has for a question."""
    reader.ask(QUESTION)
    return reader.session.conversation.answers()[-1]


class TestQuotationsAlone:
    """Where an endpoint is configured, perhaps to embed, but the settings say that answers are quoted."""

    @pytest.mark.parametrize("kept", [None, {"mode": "generative"}])
    def test_the_page_offers_nothing_else_whatever_the_browser_kept(self, newsroom: Newsroom, kept: object) -> None:
        with opened(newsroom, kept, mode="extractive") as (reader, _):
            assert reader.parts.menu.mode.visible is False
            assert reader.wishes.mode == "extractive"
            assert "quotes the articles, writes nothing itself" in reader.seen[reader.parts.masthead]
            assert "written by" not in reader.do("set_mode", "en", "generative")

    def test_nothing_goes_to_the_model_even_if_the_browser_asks_for_it(self, newsroom: Newsroom) -> None:
        with opened(newsroom, mode="extractive") as (reader, endpoint):
            reader.wishes = reader.wishes._replace(mode="generative")
            assert answered(reader).mode == "extractive"
            assert endpoint.requests == []

    def test_nor_does_it_for_a_program(self, newsroom: Newsroom) -> None:
        with newsroom.writing(text(f"{COST} [1]"), mode="extractive") as (bot, endpoint):
            ask = next(function for function in functions(bot) if function.__name__ == "ask")
            assert ask(QUESTION)["mode"] == "extractive"
            assert endpoint.requests == []


def test_where_a_model_may_write_a_reader_may_choose(newsroom: Newsroom) -> None:
    with opened(newsroom) as (reader, endpoint):
        assert reader.parts.menu.mode.visible is True
        assert "written by" in reader.seen[reader.parts.masthead]
        assert answered(reader).mode == "generative"
        asked = len(endpoint.requests)
        reader.wishes = reader.wishes._replace(mode="extractive")
        assert answered(reader).mode == "extractive"
        assert len(endpoint.requests) == asked > 0


class TestAsTheSettingsSay:
    @pytest.mark.parametrize(
        "settings",
        [
            {"answer_sentences": 1, "top_k": 2},
            {"answer_sentences": 7, "top_k": 30},
            {"answer_sentences": 2, "mode": "extractive"},
        ],
    )
    def test_who_chooses_nothing_gets_what_a_script_gets(self, newsroom: Newsroom, settings: dict[str, Any]) -> None:
        with opened(newsroom, **settings) as (reader, _):
            assert as_told(answered(reader)) == as_told(reader.desk.bot.ask(QUESTION))

    @pytest.mark.parametrize(("usual", "quoted"), [(1, (1, None, 6)), (3, (1, None, 6)), (8, (1, None, 8))])
    def test_a_short_answer_is_no_longer_and_a_long_one_no_shorter_than_usual(
        self, newsroom: Newsroom, usual: int, quoted: tuple[int | None, ...]
    ) -> None:
        with opened(newsroom, answer_sentences=usual) as (reader, _):
            wishes = [reader.wishes._replace(length=length) for length in LENGTHS]
            assert tuple(wish.options(reader.desk.bot).answer_sentences for wish in wishes) == quoted

    def test_as_many_passages_as_the_settings_say_can_be_chosen_again(self, newsroom: Newsroom) -> None:
        with opened(newsroom, {"sources": 30}, top_k=30) as (reader, _):
            slider = reader.parts.menu.sources
            assert (slider.maximum, slider.value, reader.wishes.sources) == (30, 30, 30)
        with opened(newsroom, {"sources": 30}, top_k=4) as (reader, _):
            assert (reader.parts.menu.sources.maximum, reader.wishes.sources) == (20, 4)
