"""Reads a question: its language, its terms, which names and numbers it insists on, what kind of answer it wants."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from assistant.articles import strip_invisible
from assistant.errors import QuestionError
from assistant.languages import QuestionType, detect_language, language
from assistant.terms import terms

_WORD = re.compile(r"[^\W_]+")
# What prints nothing and stands for a blank: control characters, lone surrogates, private and unassigned code points.
_INVISIBLE = ("Cc", "Cn", "Cs", "Co")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as retrieval and answers use it.

    Attributes:
        text: what is searched for; of a survey only its subject.
        language: ISO 639-1 code, None when unsure.
        terms: index terms, in order, repeats dropped.
        function_terms: those of its terms that are function words of its language.
        specific: terms of the names and numbers in it; an answer has to be about these.
        kind: what it asks for, if its wording tells.
        survey: whether it ranges over the sources and wants an entry from each.
    """

    text: str
    language: str | None
    terms: tuple[str, ...]
    function_terms: frozenset[str]
    specific: frozenset[str]
    kind: QuestionType | None
    survey: bool


def read_question(text: str) -> Question:
    """Analyses a question.

    Raises:
        QuestionError: nothing in it can be searched for.
    """
    text = clean_question(text)
    code = detect_language(text)
    known = language(code)
    survey = known.asks_for_survey(text)
    subject = known.survey_subject(text) if survey else text
    found = tuple(t for t in dict.fromkeys(terms(subject) or terms(text)) if any(map(str.isalnum, t)))
    if not found:
        message = "The question holds no word to search for."
        raise QuestionError(message)
    function_terms = _function_terms(known.code).intersection(found)
    return Question(
        text=subject or text,
        language=code,
        terms=found,
        function_terms=function_terms,
        specific=_specific_terms(text).intersection(found) - function_terms,
        kind=known.question_type(text),
        survey=survey,
    )


def clean_question(text: str) -> str:
    """What is not seen and runs of white space out, accents joined to their letters."""
    visible = "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in unicodedata.normalize("NFC", text))
    return " ".join(strip_invisible(visible).split())


def _specific_terms(text: str) -> frozenset[str]:
    found: set[str] = set()
    for position, written in enumerate(text.split()):
        # The first word is capitalised whatever it is. A later one may have its capital behind an elision: d'Avignon.
        named = position and any(word[0].isupper() for word in _WORD.findall(written))
        if named or any(map(str.isdigit, written)):
            found.update(terms(written))
    return frozenset(found)


@cache
def _function_terms(code: str) -> frozenset[str]:
    return frozenset(term for word in language(code).function_words for term in terms(word))
