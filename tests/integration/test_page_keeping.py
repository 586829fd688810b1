import json
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from assistant import Assistant
from assistant.feedback import Feedback, read_feedback
from assistant.ui.keeping import LONGEST_CONVERSATION
from assistant.ui.parts import NOTHING
from assistant.ui.session import Conversation, Exchange, Session, without_paths
from tests.articles import COST, LIBRARY_COST, OPERA, REOPENING
from tests.readers import Reader
from tests.rendered import (
    ENGLISH,
    HOSTILE,
    answer,
    assert_harmless,
    assert_one_block,
    citation,
    hostile_source,
    passage,
    refusal,
)

UNREADABLE = "cannot be read any more"


def resume(reader: Reader, conversation: object) -> None:
    reader.do("open", gr.EventData(None, {"conversation": conversation}), reader.session, "en")


@pytest.fixture
def feedback(desk_bot: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the thumbs go."""
    path = tmp_path / "thumbs" / "feedback.jsonl"
    monkeypatch.setattr(desk_bot, "settings", desk_bot.settings.model_copy(update={"feedback_file": path}))
    return path


class TestOpen:
    def test_a_kept_conversation_goes_on_where_it_was(self, reader: Reader, desk_page: gr.Blocks) -> None:
        reader.ask(COST)
        reader.ask(OPERA)
        kept, chat = reader.bridge["data"], reader.chat
        other = Reader(desk_page)
        resume(other, kept)
        assert other.chat == chat
        assert other.session.view.place == 1
        assert 'id="refusal"' in other.seen[other.parts.panel.sources]
        other.follow("show", "#passage-1-1")
        assert "<mark" in other.seen[other.parts.panel.article]
        other.ask(LIBRARY_COST)
        assert other.session.conversation.id == reader.session.conversation.id
        assert len(other.chat) == 6

    def test_a_server_that_forgot_it_is_reminded_and_one_that_did_not_changes_nothing(
        self, reader: Reader, desk_page: gr.Blocks
    ) -> None:
        reader.ask(COST)
        kept, chat = reader.bridge["data"], reader.chat
        event = gr.EventData(None, {"conversation": kept})
        assert reader.do("remind", event, reader.session, "en") == NOTHING
        other = Reader(desk_page)
        other.do("remind", event, other.session, "en")
        assert other.chat == chat

    def test_an_empty_one_is_an_empty_chat(self, reader: Reader) -> None:
        resume(reader, Conversation().model_dump_json())
        assert reader.chat == []
        assert ENGLISH("sources.hint") in reader.seen[reader.parts.panel.sources]

    @pytest.mark.parametrize(
        "kept",
        [
            *("", "null", "{", "[]", "7", '"text"', "NaN", '{"exchanges": 7}', '{"id": ""}', '{"more": 1}'),
            *("[" * 100_000, '{"exchanges": [{"question": "\ud83d"}]}', None, 7, ["{}"], {"id": "x"}),
            json.dumps({"exchanges": [{"question": "?", "answer": {"text": "<script>"}}]}),
            json.dumps({"exchanges": [{"question": "x" * LONGEST_CONVERSATION}]}),
        ],
        ids=range(18),
    )
    def test_what_is_none_is_told_and_the_one_here_stays(self, reader: Reader, kept: object) -> None:
        reader.ask(COST)
        before, chat = reader.session, reader.chat
        with pytest.warns(UserWarning, match=UNREADABLE):
            resume(reader, kept)
        assert reader.session == before
        assert reader.chat == chat

    def test_an_event_without_one_is_none(self, reader: Reader) -> None:
        with pytest.warns(UserWarning, match=UNREADABLE):
            reader.do("open", gr.EventData(None, {}), reader.session, "en")

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_one_does_nothing(self, reader: Reader, text: str) -> None:
        source = hostile_source(text)
        cited = answer(f"{text} [1]", question=text, citations=(citation(quote=text, source=source),), notices=(text,))
        exchanges = (
            Exchange(question=text, answer=cited),
            Exchange(question=text, partial=text, failure=text),
            Exchange(question=text, answer=refusal(passage(text, source))),
        )
        resume(reader, Conversation(id=text[:40], exchanges=exchanges).model_dump_json())
        for message in reader.chat:
            assert_one_block(message)
        for reference in ("#cite-0-1", "#passage-2-1"):
            reader.follow("show", reference)
            assert_harmless(reader.seen[reader.parts.panel.sources])
            assert_harmless(reader.seen[reader.parts.panel.article])

    @pytest.mark.parametrize(
        ("changes", "shown"),
        [
            ({"start": 10**30, "end": 0}, "article.changed"),
            ({"start": -(10**30), "end": 0}, "article.changed"),
            ({"start": -5, "end": -9}, "article.changed"),
            ({"quote": "x" * 100_000}, "article.changed"),
        ],
    )
    def test_forged_offsets_mark_nothing(self, reader: Reader, changes: dict[str, Any], shown: str) -> None:
        reader.ask(COST)
        forged = json.loads(reader.bridge["data"])
        forged["exchanges"][0]["answer"]["citations"][0] |= changes
        resume(reader, json.dumps(forged))
        reader.follow("show", "#cite-0-1")
        assert ENGLISH(shown) in reader.seen[reader.parts.panel.article]
        assert "<mark" not in reader.seen[reader.parts.panel.article]

    @pytest.mark.parametrize("article_id", ["gone.txt", "../../../etc/passwd", "/etc/passwd", "", "%00", "2021"])
    def test_an_article_that_is_not_in_the_index_is_not_read(self, reader: Reader, article_id: str) -> None:
        reader.ask(COST)
        forged = json.loads(reader.bridge["data"])
        forged["exchanges"][0]["answer"]["citations"][0]["source"]["id"] = article_id
        resume(reader, json.dumps(forged))
        reader.follow("show", "#cite-0-1")
        article = reader.seen[reader.parts.panel.article]
        assert 'class="answer error"' in article
        assert "root:" not in article

    def test_a_citation_with_an_endless_number_leads_nowhere(self, reader: Reader) -> None:
        cited = answer(citations=(citation(number=10**30),))
        resume(reader, Conversation(exchanges=(Exchange(question="?", answer=cited),)).model_dump_json())
        assert reader.follow("show", f"#cite-0-{10**30}") == NOTHING


class TestLeave:
    def test_it_begins_anew_in_everything(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.follow("show", "#cite-0-1")
        reader.follow("edit", "#edit-0-0")
        before = reader.session.conversation
        reader.do("leave", "en")
        parts = reader.parts
        assert reader.chat == []
        assert reader.bridge["do"] == "leave"
        assert reader.session == Session(conversation=reader.session.conversation)
        assert reader.session.conversation.id != before.id
        assert (reader.seen[parts.question].value, reader.seen[parts.panel.article]) == ("", "")
        assert ENGLISH("sources.hint") in reader.seen[parts.panel.sources]
        assert reader.seen[parts.menu.fresh].interactive is False
        assert reader.seen[parts.reason].visible is False


class TestTaking:
    def test_a_copy_has_the_sources_as_footnotes(self, reader: Reader) -> None:
        reader.ask(COST)
        message = reader.follow("copy", "#copy-0-0")[reader.parts.bridge]
        assert (message["do"], message["said"]) == ("copy", ENGLISH("copied"))
        assert "48 million" in message["text"]
        assert "[^1]: Ellery Gazette" in message["text"]

    @pytest.mark.parametrize("reference", ["", "#copy-1-0", "#copy--1-0", "#copy-999999-0", None])
    def test_what_is_no_answer_is_not_copied(self, reader: Reader, reference: object) -> None:
        reader.ask("?!")
        assert reader.follow("copy", "#copy-0-0") == NOTHING
        assert reader.follow("copy", reference) == NOTHING

    def test_saved_as_markdown_it_has_all_answers_and_one_list_of_sources(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.ask(LIBRARY_COST)
        message = reader.do("save_markdown", reader.session, "en")[reader.parts.bridge]
        assert (message["do"], message["kind"]) == ("save", "text/markdown")
        assert message["name"] == "How-much-did-the-repairs-of-the-Harbour-bridge-cost.md"
        assert message["text"].count("\n## ") == 2
        assert "900 миллионов" in message["text"]

    def test_saved_as_json_it_has_the_whole_answers(self, reader: Reader) -> None:
        reader.ask(COST)
        message = reader.do("save_json", reader.session)[reader.parts.bridge]
        assert (message["kind"], message["name"][-5:]) == ("application/json", ".json")
        saved = json.loads(message["text"])
        assert saved["title"] == COST
        assert saved["answers"] == [
            without_paths(answer).model_dump(mode="json") for answer in reader.session.conversation.answers()
        ]

    @pytest.mark.parametrize(
        ("question", "name"),
        [
            ("", "conversation"),
            ("???", "conversation"),
            ("../../etc/passwd", "etc-passwd"),
            ("a/b\\c:d*e\n\x00f", "a-b-c-d-e-f"),
            ("Во сколько?", "Во-сколько"),
            ("x" * 100, "x" * 60),
        ],
    )
    def test_the_name_of_the_file_is_harmless(self, reader: Reader, question: str, name: str) -> None:
        session = Session(conversation=Conversation(exchanges=(Exchange(question=question),)))
        assert reader.do("save_json", session)[reader.parts.bridge]["name"] == f"{name}.json"

    def test_without_a_conversation_the_files_are_as_good_as_empty(self, reader: Reader) -> None:
        assert reader.do("save_markdown", Session(), "en")[reader.parts.bridge]["text"] == "# Conversation\n"
        saved = json.loads(reader.do("save_json", Session())[reader.parts.bridge]["text"])
        assert saved == {"title": "", "answers": []}


class TestRating:
    @staticmethod
    def give_reason(reader: Reader, reason: str) -> None:
        reader.do("give_reason", reason, reader.session, "en")

    @pytest.mark.parametrize(("thumb", "helpful"), [("good", True), ("bad", False)])
    def test_a_thumb_is_noted_shown_and_kept(
        self,
        reader: Reader,
        feedback: Path,
        thumb: str,
        helpful: bool,
    ) -> None:
        reader.wishes = reader.wishes._replace(publishers=["Ellery Gazette"])
        reader.ask(COST)
        reader.follow("rate", f"#{thumb}-0-0")
        (noted,) = read_feedback(feedback)
        assert (noted.helpful, noted.question, noted.reason) == (helpful, COST, "")
        assert noted.filters.publishers == ("Ellery Gazette",)
        assert f'class="action chosen" href="#{thumb}-0-0"' in reader.chat[-1]
        assert json.loads(reader.bridge["data"])["exchanges"][0]["helpful"] is helpful
        assert reader.seen[reader.parts.reason].visible is True

    def test_the_reason_goes_to_the_answer_that_was_rated(
        self, reader: Reader, feedback: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for question in (COST, REOPENING):
            reader.ask(question)
        reader.follow("rate", "#good-0-0")
        reader.follow("rate", "#bad-1-0")
        answer = reader.do("give_reason", " <b>Too short</b> ", reader.session, "en")[reader.parts.reason]
        first, second = read_feedback(feedback)
        assert (first.question, first.helpful, first.reason) == (COST, True, "")
        assert (second.question, second.helpful, second.reason) == (REOPENING, False, "<b>Too short</b>")
        assert ENGLISH("thanks") in capsys.readouterr().out
        assert (answer.visible, answer.value) == (False, "")

    def test_a_second_thought_replaces_the_first(self, reader: Reader, feedback: Path) -> None:
        reader.ask(COST)
        reader.follow("rate", "#good-0-0")
        reader.follow("rate", "#bad-0-0")
        assert [thumb.helpful for thumb in read_feedback(feedback)] == [False]

    def test_the_next_question_ends_the_asking_for_reasons(self, reader: Reader, feedback: Path) -> None:
        reader.ask(COST)
        reader.follow("rate", "#good-0-0")
        reader.ask(REOPENING)
        assert reader.seen[reader.parts.reason].visible is False
        assert len(read_feedback(feedback)) == 1

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_no_reason_is_not_noted(self, reader: Reader, feedback: Path, reason: str) -> None:
        reader.ask(COST)
        reader.follow("rate", "#good-0-0")
        self.give_reason(reader, reason)
        assert len(feedback.read_text(encoding="utf-8").splitlines()) == 1

    def test_a_reason_without_a_thumb_is_not_noted(self, reader: Reader, feedback: Path) -> None:
        self.give_reason(reader, "Why not?")
        reader.ask(COST)
        self.give_reason(reader, "Why not?")
        assert not feedback.exists()

    def test_half_a_character_in_a_reason_does_no_harm(self, reader: Reader, feedback: Path) -> None:
        reader.ask(COST)
        reader.follow("rate", "#good-0-0")
        self.give_reason(reader, "Good \ud83d")
        noted: list[Feedback] = read_feedback(feedback)
        assert noted[0].reason == "Good ?"

    @pytest.mark.parametrize("reference", ["", "#good-1-0", "#bad--1-0", "#good-999999-0", None])
    def test_a_link_to_nothing_notes_nothing(self, reader: Reader, feedback: Path, reference: object) -> None:
        reader.ask("?!")
        assert reader.follow("rate", "#good-0-0") == NOTHING
        assert reader.follow("rate", reference) == NOTHING
        assert not feedback.exists()

    def test_what_cannot_be_noted_is_told_and_not_shown_as_noted(self, reader: Reader, feedback: Path) -> None:
        feedback.mkdir(parents=True)
        reader.ask(COST)
        with pytest.warns(UserWarning, match="could not be kept"):
            assert reader.follow("rate", "#good-0-0") == NOTHING
        assert reader.session.conversation.exchanges[0].helpful is None

    def test_that_it_cannot_be_noted_is_told_in_the_language_of_the_page(self, reader: Reader, feedback: Path) -> None:
        feedback.mkdir(parents=True)
        reader.ask(COST)
        reader.wishes = reader.wishes._replace(language="ru")
        with pytest.warns(UserWarning, match="Отзыв не удалось сохранить в .*feedback.jsonl"):
            reader.follow("rate", "#good-0-0")

    def test_a_reason_that_cannot_be_noted_gets_no_thanks(
        self, reader: Reader, feedback: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        reader.ask(COST)
        reader.follow("rate", "#good-0-0")
        feedback.unlink()
        feedback.mkdir()
        with pytest.warns(UserWarning, match="could not be kept"):
            self.give_reason(reader, "Good")
        assert ENGLISH("thanks") not in capsys.readouterr().out
