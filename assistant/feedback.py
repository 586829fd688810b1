"""What readers say of answers: a thumb up or down and perhaps a reason, kept on this machine as lines of JSON."""

import os
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, Field, ValidationError

from assistant.characters import encodable
from assistant.errors import FeedbackError
from assistant.records import Answer, Citation, Filters, Mode, Record, Sentence

LONGEST_REASON = 2000


class Feedback(Record):
    """A thumb, with as much of the answer as is needed to judge it again."""

    time: AwareDatetime = Field(description="When it was given, in UTC.")
    answer_id: str = Field(min_length=1, description="Tells one answer that was shown from every other.")
    helpful: bool
    reason: str = Field("", max_length=LONGEST_REASON)
    question: str
    standalone_question: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    refused: bool
    mode: Mode
    filters: Filters = Filters()
    settings_digest: str


def feedback_on(
    answer: Answer, answer_id: str, *, helpful: bool, reason: str = "", filters: Filters | None = None
) -> Feedback:
    """A reader's thumb on an answer, given now.

    Args:
        answer: as the reader saw it.
        answer_id: made up once for each answer that is shown, such as `uuid4().hex`; the same for a second thumb.
        helpful: whether the thumb is up.
        reason: in the reader's words, cut where it is too long.
        filters: those that the question was asked with.
    """
    return Feedback(
        time=datetime.now(UTC),
        answer_id=answer_id,
        helpful=helpful,
        reason=encodable(reason).strip()[:LONGEST_REASON],
        question=answer.question,
        standalone_question=answer.standalone_question,
        text=answer.text,
        sentences=answer.sentences,
        citations=answer.citations,
        refused=answer.refused,
        mode=answer.mode,
        filters=filters or Filters(),
        settings_digest=answer.settings_digest,
    )


def write_feedback(path: Path, feedback: Feedback) -> None:
    """Adds a line to the file, whatever other threads and processes add at the same time.

    Args:
        path: made if need be, with its folders, for its owner's eyes alone.
        feedback: what to keep.

    Raises:
        FeedbackError: the file cannot be written.
    """
    try:
        _append(path, f"{feedback.model_dump_json()}\n".encode())
    except OSError as error:
        message = f"The feedback could not be kept in {path}: {error.strerror or error}."
        raise FeedbackError(message) from error


def read_feedback(path: Path) -> list[Feedback]:
    """The thumbs, oldest first; of several on one answer only the last. Empty if there is no such file.

    Raises:
        FeedbackError: the file cannot be read, or a line of it is broken.
    """
    latest: dict[str, Feedback] = {}
    try:
        # Only the byte that ends a line ends one: a reader's words may hold other line ends.
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        message = f"The feedback in {path} cannot be read: {error.strerror or error}."
        raise FeedbackError(message) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            feedback = _parse(line, f"{path}, line {number}")
            # Taken out first, so that it moves to the end.
            latest.pop(feedback.answer_id, None)
            latest[feedback.answer_id] = feedback
    return list(latest.values())


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # A single write in append mode cannot mix with another; a second one for the rest could.
        written = os.write(file, line)
    finally:
        os.close(file)
    if written < len(line):
        message = f"only {written} of {len(line)} bytes fit"
        raise OSError(message)


def _parse(line: bytes, place: str) -> Feedback:
    try:
        return Feedback.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        message = f"{place}: this is no feedback: {f'{where}: ' if where else ''}{first['msg']}."
        raise FeedbackError(message) from error
