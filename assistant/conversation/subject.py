"""Keeps track of what a talk is about, message by message."""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.conversation.reading import Reading
from assistant.languages import detect_language, language, words

# How many expressions of earlier questions a standalone question may carry along; more would drown its own.
MOST_EXPRESSIONS = 8

# Enough of a message to know its language, and how sure to be: for a short message the best guess beats English.
_LANGUAGE_CHARS = 300
_LANGUAGE_CONFIDENCE = 0.2

_MARKUP = (
    (re.compile(r"<[^<>]{0,500}>"), " "),
    (re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)"), r"\1"),
    # A marker ends what it stands behind: names on either side of it are not one.
    (re.compile(r"\[\[?[\d, ]{1,20}\]\]?(?:\([^()\s]{0,500}\))?"), " . "),
    (re.compile(r"https?://\S{1,500}"), " "),
    (re.compile(r"\\(?=[^\w\s]|_)"), ""),
)
_EMPHASIS = re.compile(r"[*`#<>_]+")
_MARKER = re.compile(r"\[\d+\]")
# "**Speaker**, Outlet, date:" opens a quotation.
_ATTRIBUTION = re.compile(r"^[ \t>-]*\*\*([^*\n]{1,100})\*\*((?:, ?[^,:\n]{1,100}){0,4}):", re.MULTILINE)


@dataclass(frozen=True)
class Subject:
    """What a talk is about after some messages.

    Attributes:
        expressions: names, numbers and other content of the questions, the latest first.
        person: whom the last question and its answer are about.
        earlier_person: the one before, who is meant if the talk did not move on to another.
        answer: the last answer.
        asks_for_person: whether the last question wants to know who did something.
        language: of the last question, None when unsure.
    """

    expressions: tuple[str, ...] = ()
    person: str | None = None
    earlier_person: str | None = None
    answer: str = ""
    asks_for_person: bool = False
    language: str | None = None

    @property
    def who(self) -> str | None:
        """Who "he" or "she" would be."""
        return self.person or self.earlier_person

    def after_question(self, message: str) -> "Subject":
        """The subject once this was asked: a new one, or the old one with what a follow-up adds."""
        text = plain(message)
        code = probable_language(text) or self.language
        reading = Reading(text, language(code))
        own, named = distinct(reading.expressions()), _person_asked_about(reading)
        asked = Subject(own, named, asks_for_person=_asks_who_did_something(reading), language=code)
        if not reading.follows_up:
            return asked
        if reading.points_at_person():
            named = named or self.who
        return replace(asked, expressions=distinct((*own, *self.expressions)), person=named, earlier_person=self.who)

    def after_answer(self, message: str) -> "Subject":
        """The subject once this was answered."""
        if self.person:
            return replace(self, answer=message)
        speaker, mentioned = _speaker(message), _most_named(_read_answer(message, self.language))
        person = (mentioned or speaker) if self.asks_for_person else (speaker or mentioned)
        return replace(self, person=person, answer=message)

    def answer_expressions(self) -> list[str]:
        """What the last answer speaks of, names and expressions of several words first; a refusal speaks of nothing."""
        if not _MARKER.search(self.answer):
            return []
        found = _read_answer(self.answer, self.language).expressions()
        weighty = [e for e in found if len(words(e)) > 1 or e[0].isupper()]
        return list(distinct((*weighty, *found)))[: MOST_EXPRESSIONS // 2]


def probable_language(message: str) -> str | None:
    """The language of a message, even where it is little more than a guess."""
    return detect_language(message[:_LANGUAGE_CHARS], _LANGUAGE_CONFIDENCE)


def plain(message: str) -> str:
    """A message without markers, links, HTML and Markdown, in one line."""
    for pattern, replacement in _MARKUP:
        message = pattern.sub(replacement, message)
    return unicodedata.normalize("NFC", " ".join(_EMPHASIS.sub(" ", html.unescape(message)).split()))


def distinct(expressions: Iterable[str]) -> tuple[str, ...]:
    """The first few expressions, without those whose words an earlier one has."""
    kept: list[str] = []
    for expression in expressions:
        if len(kept) < MOST_EXPRESSIONS and not any(set(words(expression)) <= set(words(other)) for other in kept):
            kept.append(expression)
    return tuple(kept)


def _read_answer(answer: str, spoken: str | None) -> Reading:
    """An answer's sentences, in their own language, which need not be the question's."""
    text = plain(_ATTRIBUTION.sub(" ", answer))
    return Reading(text, language(probable_language(text) or spoken))


def _person_asked_about(reading: Reading) -> str | None:
    """The person a question is about: one named in full, or by one name in "who is ...", with nothing else in it."""
    names = reading.names()
    if names or reading.language.question_type(reading.text) != "person":
        return names[0] if names else None
    content = [token for token in reading.tokens if reading.tells(token)]
    return content[0].text if len(content) == 1 and content[0].capital else None


def _asks_who_did_something(reading: Reading) -> bool:
    """Whether the answer is a person its sentences name, and not the one who says them, as for "who said ..."."""
    says = any(token.word in reading.language.light_words for token in reading.tokens)
    return reading.language.question_type(reading.text) == "person" and not says


def _speaker(answer: str) -> str | None:
    """Whom the first attribution of an answer names, unless it is an outlet."""
    for name, rest in _ATTRIBUTION.findall(answer):
        following = rest.split(",")[1:]
        # Behind a speaker stands the outlet, behind an outlet the date.
        if following and not any(map(str.isdigit, following[0])):
            return plain(name) or None
    return None


def _most_named(reading: Reading) -> str | None:
    """The full name that comes most often; the first of several."""
    names = reading.names()
    return max(names, key=names.count) if names else None
