"""Readers' thumbs: how they are kept, and the cases they become."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import FeedbackError
from assistant.feedback import LONGEST_REASON, Feedback, feedback_on, read_feedback, write_feedback
from assistant.feedback_cases import FILL_IN, cases_yaml, is_whole, without_repeats
from assistant.records import Answer, Citation, Filters, Sentence, Source
from eval.cases import Case, CaseError, load_cases, locate
from tests.articles import HARBOUR

QUESTION = "What did the works on the bridge cost?"
QUOTE = "The works cost 48 million crowns, nine million more than planned."
WRITTEN = "They came to 48 million crowns."
SOURCE = Source(id="2021/harbour.txt", path="news/2021/harbour.txt")
# Text as JSON and YAML may meet it; half of a surrogate pair is no text.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def citation(quote: str = QUOTE, number: int = 1) -> Citation:
    return Citation(number=number, quote=quote, start=0, end=len(quote), source=SOURCE, support="supported")


def answer(**changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "question": QUESTION,
        "standalone_question": QUESTION,
        "text": f"{WRITTEN} [1]",
        "sentences": (Sentence(text=WRITTEN, citations=(1,), support="supported"),),
        "citations": (citation(),),
        "settings_digest": "0123456789ab",
    }
    return Answer.model_validate({**fields, **changes})


AGE = "How old is the bridge?"
REFUSAL = answer(question=AGE, standalone_question=AGE, text="No answer.", sentences=(), citations=(), refused=True)


def thumb(given: Answer | None = None, answer_id: str = "1", **changes: Any) -> Feedback:
    return feedback_on(given or answer(), answer_id, **{"helpful": True, **changes})


def load(folder: Path, *thumbs: Feedback) -> tuple[Case, ...]:
    path = folder / "cases.yaml"
    path.write_text(cases_yaml(thumbs), encoding="utf-8")
    return load_cases([path])


# Kept


def test_what_was_kept_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feedback.jsonl"
    filters = Filters(published_from=date(2021, 1, 1), publishers=("Ellery Gazette",))
    up, down = thumb(filters=filters), thumb(REFUSAL, "2", helpful=False, reason=" It is\nin there\u2028. ")
    write_feedback(path, up)
    write_feedback(path, down)
    assert read_feedback(path) == [up, down]
    assert (up.time.tzinfo, up.filters, down.reason) == (UTC, filters, "It is\nin there\u2028.")


def test_a_later_thumb_on_the_same_answer_replaces_the_earlier(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    first, other, second = thumb(), thumb(answer_id="2"), thumb(helpful=False)
    for feedback in (first, other, second):
        write_feedback(path, feedback)
    assert read_feedback(path) == [other, second]


def test_nothing_kept_is_nothing_read(tmp_path: Path) -> None:
    assert read_feedback(tmp_path / "feedback.jsonl") == []


@pytest.mark.parametrize(("reason", "kept"), [("x" * 9999, "x" * LONGEST_REASON), ("half \ud83d", "half ?")])
def test_a_reason_is_kept_as_far_as_it_can_be(tmp_path: Path, reason: str, kept: str) -> None:
    write_feedback(tmp_path / "f", thumb(reason=reason))
    assert read_feedback(tmp_path / "f")[0].reason == kept


def test_the_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feedback.jsonl"
    write_feedback(path, thumb())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_threads_and_processes_at_once_lose_and_mix_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    script = f"""
import sys
from pathlib import Path
from assistant.feedback import Feedback, write_feedback
feedback = Feedback.model_validate_json(sys.stdin.read())
for number in range(200):
    write_feedback(Path({str(path)!r}), feedback.model_copy(update={{"answer_id": f"{{sys.argv[1]}}-{{number}}"}}))
"""
    long = thumb(reason="x" * LONGEST_REASON).model_dump_json()

    def process(name: str) -> None:
        subprocess.run([sys.executable, "-c", script, name], input=long, text=True, check=True, timeout=60)

    def thread(name: str) -> None:
        for number in range(200):
            write_feedback(path, thumb(answer_id=f"{name}-{number}"))

    with ThreadPoolExecutor() as pool:
        work = [
            pool.submit(process, "a"),
            pool.submit(process, "b"),
            pool.submit(thread, "c"),
            pool.submit(thread, "d"),
        ]
    assert [done.result() for done in work] == [None] * 4
    assert {f.answer_id for f in read_feedback(path)} == {f"{name}-{n}" for name in "abcd" for n in range(200)}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"time": "2024-', "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"{}", "time: Field required"),
        (b"[" * 5000, "recursion"),
    ],
)
def test_a_broken_line_is_named_with_what_to_do(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "feedback.jsonl"
    write_feedback(path, thumb())
    path.write_bytes(path.read_bytes() + b"\n" + line + b"\n")
    with pytest.raises(FeedbackError, match=words) as caught:
        read_feedback(path)
    assert str(caught.value).startswith(f"{path}, line 3: this is no feedback: ")
    assert "correct or delete" in caught.value.in_words()


def test_a_file_that_cannot_be_written_or_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match=rf"could not be kept in {tmp_path}: Is a directory\."):
        write_feedback(tmp_path, thumb())
    with pytest.raises(FeedbackError, match=r"/dev/full: No space left on device\."):
        write_feedback(Path("/dev/full"), thumb())
    with pytest.raises(FeedbackError, match=rf"{tmp_path} cannot be read: Is a directory\."):
        read_feedback(tmp_path)


def test_a_line_that_did_not_fit_whole_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.feedback.os.write", lambda _, data: len(data) - 1)
    with pytest.raises(FeedbackError, match=r"only \d+ of \d+ bytes fit\."):
        write_feedback(tmp_path / "feedback.jsonl", thumb())


# As cases


def test_an_answer_that_helped_is_a_whole_case(tmp_path: Path) -> None:
    (case,) = load(tmp_path, thumb(filters=Filters(published_from=date(2021, 1, 1), publishers=("Gazette: daily",))))
    assert (case.type, case.question, case.language, case.answer) == ("feedback", QUESTION, "en", WRITTEN)
    assert case.facts == ((WRITTEN, QUOTE),)
    assert case.filters == Filters(published_from=date(2021, 1, 1), publishers=("Gazette: daily",))
    ((place,),) = locate(case, {SOURCE.id: HARBOUR})
    assert HARBOUR[place.span.start : place.span.end] == QUOTE


def test_a_refusal_that_helped_is_a_question_without_an_answer(tmp_path: Path) -> None:
    (case,) = load(tmp_path, thumb(REFUSAL))
    assert not case.answerable


@pytest.mark.parametrize(
    "feedback",
    [
        thumb(helpful=False),
        thumb(REFUSAL, helpful=False),
        thumb(answer(sentences=(), citations=())),
        thumb(answer(sentences=(Sentence(text=WRITTEN, citations=(1,), support="unsupported"),))),
    ],
)
def test_what_a_reviewer_has_to_fill_in_is_marked_and_keeps_the_file_from_running(
    tmp_path: Path, feedback: Feedback
) -> None:
    assert not is_whole(feedback)
    text = cases_yaml([feedback])
    assert text.count(f"# {FILL_IN} ") == 3
    with pytest.raises(CaseError, match=r"cases\.yaml:\d+: an answerable case needs answer and facts and evidence"):
        load(tmp_path, feedback)


def test_a_case_that_was_filled_in_runs(tmp_path: Path) -> None:
    text = cases_yaml([thumb(helpful=False)])
    text = text.replace("  answer:", "  answer: 48 million crowns.").replace("facts: []", "facts: [[48 million]]")
    path = tmp_path / "cases.yaml"
    path.write_text(text.replace("evidence: []", f"evidence: [{{article: a, quote: '{QUOTE}'}}]"), encoding="utf-8")
    (case,) = load_cases([path])
    assert (case.answer, case.facts[0], case.evidence[0].quote) == ("48 million crowns.", ("48 million",), QUOTE)


def test_an_answer_that_did_not_help_is_told_with_the_reason() -> None:
    text = cases_yaml([thumb(answer(question="And the cost?"), helpful=False, reason="That was\nthe plan.")])
    remarks = [line for line in text.splitlines() if line.startswith("# ")]
    assert "# asked as: And the cost?" in remarks
    assert "# the reader said: That was the plan." in remarks
    assert f"# the answer was: {WRITTEN} [1]" in remarks
    assert f"# it cited {SOURCE.id}: {QUOTE}" in remarks


def test_cases_have_ids_that_stay(tmp_path: Path) -> None:
    thumbs = [thumb(answer_id="1"), thumb(REFUSAL, "2")]
    ids = [case.id for case in load(tmp_path, *thumbs)]
    assert len(set(ids)) == 2
    assert [case.id for case in load(tmp_path, *thumbs[1:])] == ids[1:]


def test_of_repeats_the_last_is_kept() -> None:
    early, late = thumb(), thumb(answer(question="Again", standalone_question=QUESTION.upper()), "2")
    others = [
        thumb(answer_id="3", helpful=False),
        thumb(answer_id="4", filters=Filters(articles=("a",))),
        thumb(REFUSAL),
    ]
    assert without_repeats([early, *others, late]) == [late, *others]


@given(quote=TEXT, sentence=TEXT, reason=TEXT)
def test_any_text_makes_a_file_that_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, quote: str, sentence: str, reason: str
) -> None:
    written = (Sentence(text=f"x{sentence}", citations=(1,), support="supported"),)
    found = answer(question=sentence, text=quote, sentences=written, citations=(citation(f"x{quote}"),))
    folder = tmp_path_factory.getbasetemp()
    case = load(folder, thumb(REFUSAL, "2"), thumb(found, helpful=True, reason=reason))[1]
    assert case.evidence[0].quote == f"x{quote}"
    assert case.facts[0][0] == f"x{sentence}"
    assert f"# {FILL_IN}" in cases_yaml([thumb(found, helpful=False, reason=reason)])
