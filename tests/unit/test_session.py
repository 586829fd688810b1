import json
from collections.abc import Sequence
from typing import Any

import gradio as gr
import pytest
from pydantic import ValidationError

from assistant.records import Answer
from assistant.ui.references import Reference
from assistant.ui.session import LONGEST_TITLE, Conversation, Exchange, View, named, without_paths
from tests.rendered import SOURCE, answer, citation, passage, refusal

CITED = answer(
    citations=(citation(start=4), citation(number=2, quote="Ferries run.")), passages=(passage("All of it."),)
)
REFUSED = refusal(passage("Ferries run."), passage("So it goes."))
FAILED = Exchange(question="Why?", partial="Because", failure="The endpoint is down.")


def talk(*answers: Answer) -> Conversation:
    return Conversation(exchanges=tuple(Exchange(question=came.question, answer=came) for came in answers))


class TestPassages:
    @pytest.mark.parametrize(
        ("came", "reference", "expected"),
        [
            (CITED, Reference("cite", 0, 1), ("The works cost 48 million.", 4)),
            (CITED, Reference("cite", 0, 2), ("Ferries run.", 0)),
            (CITED, Reference("passage", 0, 1), ("All of it.", 0)),
            (REFUSED, Reference("passage", 0, 2), ("So it goes.", 0)),
        ],
    )
    def test_a_card_leads_to_its_passage(self, came: Answer, reference: Reference, expected: tuple[str, int]) -> None:
        assert Exchange(question="?", answer=came).passage(reference) == (SOURCE, *expected)

    @pytest.mark.parametrize(
        ("came", "reference"),
        [
            (CITED, Reference("cite", 0, 0)),
            (CITED, Reference("cite", 0, 3)),
            (CITED, Reference("passage", 0, 2)),
            (REFUSED, Reference("cite", 0, 1)),
            (REFUSED, Reference("passage", 0, 0)),
            (None, Reference("cite", 0, 1)),
            (None, Reference("passage", 0, 1)),
        ],
    )
    def test_no_card_has_no_passage(self, came: Answer | None, reference: Reference) -> None:
        assert Exchange(question="?", answer=came).passage(reference) is None


class TestTitle:
    @pytest.mark.parametrize(
        ("questions", "expected"),
        [
            ([], ""),
            (["What?", "Why?"], "What?"),
            ([" What\n\nnow? "], "What now?"),
            (["x" * LONGEST_TITLE], "x" * LONGEST_TITLE),
            (["x" * (LONGEST_TITLE + 1)], "x" * (LONGEST_TITLE - 1) + "…"),
        ],
    )
    def test_it_is_the_first_question_in_a_line(self, questions: Sequence[str], expected: str) -> None:
        assert Conversation(exchanges=tuple(Exchange(question=q) for q in questions)).title() == expected


class TestConversation:
    def test_the_assistant_is_told_of_answers_but_not_of_failures(self) -> None:
        told = talk(CITED).with_exchange(FAILED).history()
        assert told == [{"role": "user", "content": CITED.question}, {"role": "assistant", "content": CITED.text}]

    @pytest.mark.parametrize("place", [-1, 2, 999_999])
    def test_there_is_nothing_beyond_its_ends(self, place: int) -> None:
        assert talk(CITED, REFUSED).exchange(place) is None

    def test_what_came_before_a_place(self) -> None:
        conversation = talk(CITED, REFUSED, CITED)
        assert conversation.until(1).exchanges == conversation.exchanges[:1]
        assert conversation.until(0).exchanges == ()
        assert conversation.until(1).id == conversation.id

    def test_a_growing_exchange_replaces_itself_and_no_other(self) -> None:
        begun = talk(CITED).with_exchange(FAILED)
        grown = begun.with_exchange(FAILED.model_copy(update={"answer": REFUSED}))
        assert [exchange.answer for exchange in grown.exchanges] == [CITED, REFUSED]
        assert len(grown.with_exchange(Exchange(question="Why?")).exchanges) == 3

    def test_a_change_leaves_the_rest_and_the_original_alone(self) -> None:
        before = talk(CITED, REFUSED)
        changed = before.changed(1, helpful=False)
        assert [exchange.helpful for exchange in changed.exchanges] == [None, False]
        assert [exchange.helpful for exchange in before.exchanges] == [None, None]

    def test_no_two_are_taken_for_each_other(self) -> None:
        one, other = talk(CITED), talk(CITED)
        assert one.id != other.id
        assert one.exchanges[0].id != other.exchanges[0].id

    def test_it_waits_from_a_question_to_its_answer(self) -> None:
        assert not talk().is_waiting()
        assert talk(CITED).with_exchange(Exchange(question="Why?", partial="Because")).is_waiting()
        assert not talk(CITED).is_waiting()
        assert not talk(CITED).with_exchange(FAILED).is_waiting()


class TestView:
    """What stands beside the chat when an answer has come."""

    @pytest.mark.parametrize("before", [View(), View(opened="#cite-0-1"), View(listing=True, editing=1, rating=1)])
    def test_it_is_the_answer_s_cards_if_the_reader_did_nothing_meanwhile(self, before: View) -> None:
        assert before.asked().answered(2) == View(place=2)

    @pytest.mark.parametrize(
        ("before", "meanwhile", "after"),
        [
            ({}, {"listing": True}, {"listing": True, "place": 2}),
            ({}, {"listing": True, "opened": "article-7-0"}, {"listing": True, "opened": "article-7-0", "place": 2}),
            ({"listing": True}, {"sought": "mayor"}, {"listing": True, "sought": "mayor", "place": 2}),
            ({"opened": "cite-0-1"}, {"opened": ""}, {"place": 2}),
            ({}, {"oldest_first": True}, {"oldest_first": True, "place": 2}),
            # Back leads to the cards that it is one of.
            ({}, {"opened": "cite-1-1", "place": 1}, {"opened": "cite-1-1", "place": 1}),
        ],
    )
    def test_it_is_what_the_reader_went_to_with_the_answer_s_cards_behind(
        self, before: dict[str, Any], meanwhile: dict[str, Any], after: dict[str, Any]
    ) -> None:
        assert View(**before).asked().having(**meanwhile).answered(2) == View(**after)

    def test_what_was_being_edited_is_so_no_more(self) -> None:
        assert View(editing=1).asked().editing is None


class TestKept:
    def test_it_comes_back_as_it_was(self) -> None:
        conversation = talk(REFUSED).with_exchange(FAILED).changed(0, helpful=True)
        assert Conversation.model_validate_json(conversation.to_keep().model_dump_json()) == conversation.to_keep()
        assert conversation.to_keep().exchanges[1:] == conversation.exchanges[1:]

    def test_only_the_passages_that_are_shown_are_kept(self) -> None:
        cited, refused = talk(CITED, REFUSED).to_keep().answers()
        assert cited == without_paths(CITED.model_copy(update={"passages": ()}))
        assert refused == without_paths(REFUSED)

    def test_where_the_server_has_its_files_is_not_kept(self) -> None:
        kept = talk(CITED, REFUSED).to_keep()
        parts = [part for answer in kept.answers() for part in (answer.citations or answer.passages)]
        assert {part.source.path for part in parts} == {""}

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": ""},
            {"id": "x" * 41},
            {"id": 7},
            {"more": 1},
            {"exchanges": None},
            {"exchanges": [{}]},
            {"exchanges": [{"question": None}]},
            {"exchanges": [{"question": "?", "id": ""}]},
            {"exchanges": [{"question": "?", "helpful": "perhaps"}]},
            {"exchanges": [{"question": "?", "answer": "48"}]},
            {
                "exchanges": [
                    {"question": "?", "filters": {"published_from": "2022-01-01", "published_to": "2021-01-01"}}
                ]
            },
        ],
    )
    def test_what_is_no_conversation_is_refused(self, changes: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            Conversation.model_validate_json(json.dumps(changes))


class TestNamed:
    @pytest.mark.parametrize("reference", ["#cite-1-1", "good-1", "#edit-1-0"])
    def test_a_link_names_an_exchange_by_its_place(self, reference: str) -> None:
        conversation = talk(CITED, REFUSED)
        found, exchange = named(gr.EventData(None, {"reference": reference}), conversation)
        assert found == Reference.parse(reference)
        assert exchange == conversation.exchanges[1]

    @pytest.mark.parametrize("data", [{}, {"reference": None}, {"reference": 7}, {"reference": ["#cite-0-1"]}])
    def test_what_is_no_reference_names_nothing(self, data: dict[str, object]) -> None:
        assert named(gr.EventData(None, data), talk(CITED)) == (None, None)

    def test_a_place_beyond_the_end_has_no_exchange(self) -> None:
        reference, exchange = named(gr.EventData(None, {"reference": "#cite-9-1"}), talk(CITED))
        assert reference == Reference("cite", 9, 1)
        assert exchange is None
