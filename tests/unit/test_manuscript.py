"""How checked sentences become an answer."""

from typing import Any

import pytest

from assistant.answers.manuscript import Manuscript
from assistant.answers.sentence_stream import Opening, Written
from assistant.checking import Grounding, Verdict
from assistant.records import Span, Support
from tests.retrievals import hit

HIT = hit("It rains.", "It pours.")


def _written(text: str, opening: Opening = "") -> Written:
    return Written(text, (1,), opening, whole=True)


def _verdict(support: Support = "supported", *places: int) -> Verdict:
    spans = [HIT.chunk.sentences[place] for place in places or (0,)]
    return Verdict(support, "", tuple(Grounding(HIT, span, _text(span), {}, 1.0) for span in spans))


def _text(span: Span) -> str:
    return HIT.chunk.text[span.start : span.end]


def _added(manuscript: Manuscript, *rows: tuple[str, Verdict] | tuple[str, Verdict, Opening]) -> list[str]:
    return [manuscript.add(_written(row[0], *row[2:]), row[1]) for row in rows]


def test_places_are_numbered_as_they_come_and_keep_their_number() -> None:
    manuscript = Manuscript("withhold")
    pieces = _added(manuscript, ("A.", _verdict("supported", 1)), ("B.", _verdict("supported", 0, 1)))
    assert pieces == ["A. [1]", " B. [2][1]"]
    assert [c.quote for c in manuscript.citations] == ["It pours.", "It rains."]
    assert [s.citations for s in manuscript.sentences] == [(1,), (2, 1)]
    assert manuscript.pieces == pieces


def test_the_less_supported_sentence_tells_how_well_a_place_supports() -> None:
    manuscript = Manuscript("withhold")
    _added(manuscript, ("A.", _verdict()), ("B.", _verdict("partial")), ("C.", _verdict()))
    assert [c.support for c in manuscript.citations] == ["partial"]


def test_what_is_unsupported_is_left_out_but_noted() -> None:
    manuscript = Manuscript("withhold")
    assert _added(manuscript, ("A.", _verdict("unsupported")), ("B.", _verdict())) == ["", "B. [1]"]
    assert [check.text for check in manuscript.checks] == ["A.", "B."]
    assert [check.text for check in manuscript.unsupported] == ["A."]


def test_what_is_unsupported_is_struck_once_there_is_an_answer() -> None:
    manuscript = Manuscript("mark")
    rows = [("A_b.", _verdict("unsupported")), ("B.", _verdict()), ("C.", _verdict("unsupported"))]
    assert _added(manuscript, *rows) == ["", "~~A\\_b.~~ B. [1]", ""]
    assert manuscript.rest() == " ~~C.~~"
    assert manuscript.rest() == ""
    assert "".join(manuscript.pieces) == "~~A\\_b.~~ B. [1] ~~C.~~"


def test_nothing_is_struck_where_there_is_no_answer() -> None:
    manuscript = Manuscript("mark")
    assert _added(manuscript, ("A.", _verdict("unsupported"))) == [""]
    assert manuscript.rest() == ""


def test_paragraphs_and_items_survive_what_is_left_out() -> None:
    manuscript = Manuscript("withhold")
    rows: list[Any] = [
        ("A.", _verdict(), "item"),
        ("B.", _verdict("unsupported"), "item"),
        ("C.", _verdict()),
        ("D.", _verdict(), "paragraph"),
    ]
    assert "".join(_added(manuscript, *rows)) == "- A. [1]\n- C. [1]\n\nD. [1]"


def test_what_a_model_writes_is_no_markdown() -> None:
    manuscript = Manuscript("withhold")
    (piece,) = _added(manuscript, ("1. <b>[9] ![x](y) *a*</b>", _verdict()))
    assert piece == "1. \\<b\\>\\[9\\] !\\[x\\](y) \\*a\\*\\</b\\> [1]".replace("1. ", "1\\. ", 1)


@pytest.mark.parametrize(
    "said", ["NO ANSWER", "NO ANSWER.", "No answer", "“NO_ANSWER”", "NO ANSWER: they do not say.", "no-answer!"]
)
def test_a_refusal_is_noted_and_taken_out(said: str) -> None:
    manuscript = Manuscript("withhold")
    assert list(manuscript.without_refusal([_written(said), _written("A.")])) == [_written("A.")]
    assert manuscript.refused


@pytest.mark.parametrize("said", ["The articles do not say why.", "According to [2], the passages do not tell."])
def test_a_silence_is_a_refusal_unless_a_passage_says_it(said: str) -> None:
    manuscript = Manuscript("mark")
    assert _added(manuscript, (said, _verdict("partial")), (said, _verdict("unsupported"))) == ["", ""]
    assert (manuscript.refused, manuscript.checks) == (True, [])
    assert _added(manuscript, (said, _verdict())) != [""]
    assert [check.text for check in manuscript.checks] == [said]


def test_a_silence_is_a_refusal_if_only_a_passage_in_another_language_is_like_it() -> None:
    said = "The articles do not say that the mayor resigned."
    for language, refused in (("ru", True), ("en", False)):
        found = hit("It rains.", language=language)
        verdict = Verdict("supported", "", (Grounding(found, found.chunk.sentences[0], "It rains.", {}, 1.0),))
        manuscript = Manuscript("withhold")
        assert (_added(manuscript, (said, verdict)) == [""]) is refused
        assert manuscript.refused is refused


@pytest.mark.parametrize(
    "said",
    [
        "The council raised the local tax, but the articles do not say why.",
        "Статьи не упоминают о цене, но мэр Колдер подал в отставку.",
    ],
)
def test_a_claim_beside_a_silence_is_checked_as_any(said: str) -> None:
    manuscript = Manuscript("withhold")
    _added(manuscript, (said, _verdict("unsupported")))
    assert not manuscript.refused
    assert [check.text for check in manuscript.unsupported] == [said]


@pytest.mark.parametrize("said", ["No answer came from the ministry.", "There was NO ANSWER.", "NO ANSWERS came."])
def test_an_answer_that_never_came_is_no_refusal(said: str) -> None:
    manuscript = Manuscript("withhold")
    assert list(manuscript.without_refusal([_written(said)])) == [_written(said)]
    assert not manuscript.refused
