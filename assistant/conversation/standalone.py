"""Rewrites a follow-up question so that it can be searched for by itself, without a model.

A question that needs no history comes back as it is: a subject dragged into another topic does more harm than a missed
follow-up.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.conversation.reading import Reading
from assistant.conversation.subject import Subject, distinct, probable_language
from assistant.languages import detect_language, language, words
from assistant.records import Turn

# How much of a message is read: all of nearly any real one, and a bound on what a pasted book costs.
MESSAGE_CHARS = 2000
# A question of which we are less sure is taken to be in the language of the one before: few talks change theirs.
_SURE_OF_LANGUAGE = 0.9


def standalone_question(question: str, history: Sequence[Turn], turns: int) -> str:
    """The question with what it takes from the talk before filled in, for searching.

    Args:
        question: as asked.
        history: earlier messages, oldest first; what is no message of user or assistant is passed over.
        turns: how many of the latest messages may explain the question.
    """
    messages = messages_of(history)[-turns:] if turns > 0 else []
    if not messages or len(question) > MESSAGE_CHARS:
        return question
    text = unicodedata.normalize("NFC", question)
    code = detect_language(text, _SURE_OF_LANGUAGE)
    if code and not Reading(text, language(code)).follows_up:
        return question
    subject = _subject(messages)
    reading = Reading(text, language(code or subject.language or probable_language(text)))
    return _filled_in(reading, subject) if reading.tokens and reading.follows_up else question


def messages_of(history: Iterable[object]) -> list[tuple[str, str]]:
    """The messages of a talk as role and text, oldest first, each cut to what is read of it."""
    # Callers pass on what their chat page or a file holds, whatever the type says.
    return [
        (turn["role"], turn["content"][:MESSAGE_CHARS])
        for turn in history
        if isinstance(turn, Mapping)
        and turn.get("role") in ("user", "assistant")
        and isinstance(turn.get("content"), str)
        and turn["content"].strip()
    ]


def _subject(messages: Iterable[tuple[str, str]]) -> Subject:
    subject = Subject()
    for role, text in messages:
        subject = subject.after_question(text) if role == "user" else subject.after_answer(text)
    return subject


def _filled_in(reading: Reading, subject: Subject) -> str:
    text = _with_name(reading, subject.who)
    named = text != reading.text
    carried: tuple[str, ...] = ()
    if not named or reading.points_at_thing() or not reading.has_substance:
        carried = _carried(reading, subject, named=named)
    text = _without_opening(text, reading)
    return f"{text} ({', '.join(carried)})" if carried else text


def _with_name(reading: Reading, person: str | None) -> str:
    """The question with a name in the place of the first pronoun that a name can replace."""
    substitutes = reading.language.pronouns.substitutes
    for token in reading.pointers:
        if person and token.word in substitutes:
            name = substitutes[token.word].format(name=person)
            return reading.text[: token.start] + name + reading.text[token.end :]
    return reading.text


def _carried(reading: Reading, subject: Subject, *, named: bool) -> tuple[str, ...]:
    """What the question takes from the talk: the person it does not name, and the subject, if need be the answer's."""
    who = subject.who or ""
    # A person is known to the question that names them, or points at them and so has their name put in.
    known = {*words(reading.text), *(words(who) if named or reading.points_at_person() else ())}
    expressions = list(_unknown(known, subject.expressions))
    if len(expressions) < (2 if reading.points_at_thing() else not named):
        expressions += _unknown(known, subject.answer_expressions())
    if any(map(str.isdigit, reading.text)):
        # Another year or number takes the place of the earlier one.
        expressions = [e for e in expressions if not e.isdigit()]
    person = [who] if who and not named and reading.points_at_person() else []
    return distinct((*person, *expressions))


def _unknown(known: set[str], expressions: Iterable[str]) -> Iterator[str]:
    return (expression for expression in expressions if not known.issuperset(words(expression)))


def _without_opening(text: str, reading: Reading) -> str:
    """The text without the "and" it opens with, when a question remains."""
    first = reading.tokens[0]
    if reading.opening != 1 or first.word not in reading.language.function_words or len(reading.tokens) == 1:
        return text
    rest = text[reading.tokens[1].start :]
    return rest[0].upper() + rest[1:]
