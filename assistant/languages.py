"""What is known about single languages: their function words, and the words that tell what a question asks for.

The words are data, in `data/languages.yaml`. All comparing is done on the output of `words`, so that case, accents, the
dots of the Turkish i and the Armenian question mark inside a word make no difference.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from assistant.errors import LanguageDataError
from assistant.fast_yaml import read_yaml
from assistant.records import Record
from assistant.terms import fold

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

QuestionType = Literal["number", "date", "person", "place", "reason"]

DATA = Path(__file__).parent / "data" / "languages.yaml"
DEFAULT_LANGUAGE = "en"

# In a phrase: any few words.
GAP = "*"
_GAP_WORDS = 8

_WORD = re.compile(r"\w+")
# Detection reads the beginning only: the classifier's time is linear in the text, its answer settled long before.
_DETECTION_CHARS = 4000
# How much a text made of nothing but a language's function words raises that language's probability, as a factor. A
# question of three words has too few letter sequences for the classifier alone: of 114 such questions in languages with
# data it tells 80, with this factor 111. It is the largest tried (1 to 10,000) that took none of 36 short questions in
# related languages without data, such as Catalan and Uzbek, for one of these.
_FUNCTION_WORD_FACTOR = 200
# Below this share of the probability the best language is no better than a guess.
DETECTION_CONFIDENCE = 0.5


def words(text: str) -> list[str]:
    """The words of a text in order, in the form in which words of `Language` are to be compared."""
    return _WORD.findall(fold(text))


def distinct(*names: str | None) -> list[str]:
    """The names that are known, in order, without one that has the words of another before it."""
    by_words: dict[tuple[str, ...], str] = {}
    for name in filter(None, names):
        by_words.setdefault(tuple(words(name)) or (name,), name)
    return list(by_words.values())


def _phrase(text: str) -> str:
    return f" {GAP} ".join(" ".join(words(part)) for part in text.split(GAP))


def _word_set(value: Any) -> Any:
    return frozenset(words(value)) if isinstance(value, str) else value


def _phrases(value: Any) -> Any:
    return tuple(map(_phrase, value)) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value


def _by_word(value: Any) -> Any:
    """Turns `{9: "september sept"}` round into `{"september": 9, "sept": 9}`."""
    if not isinstance(value, dict):
        return value
    pairs = [(word, number) for number, forms in value.items() for word in dict.fromkeys(words(str(forms)))]
    by_word = dict(pairs)
    if len(by_word) < len(pairs):
        twice = sorted({word for word, number in pairs if by_word[word] != number})
        message = f"these words stand for two numbers: {', '.join(twice)}"
        raise ValueError(message)
    return by_word


def _by_phrase(value: Any) -> Any:
    return {_phrase(str(key)): template for key, template in value.items()} if isinstance(value, dict) else value


WordSet = Annotated[frozenset[str], BeforeValidator(_word_set)]
Phrases = Annotated[tuple[str, ...], BeforeValidator(_phrases)]


class Pronouns(Record):
    """Words that stand for something named before.

    `substitutes` tells how a name can take the place of a pronoun, as a template of `{name}`; a pronoun that a bare
    name cannot replace, because the language would inflect it, has none.
    """

    person: WordSet
    possessive: WordSet
    thing: WordSet
    phrases: Phrases
    substitutes: Annotated[dict[str, str], BeforeValidator(_by_phrase)]


class Language(Record):
    """The words of one language that tell about a question, all in the form that `words` gives."""

    code: str
    function_words: WordSet
    definite_articles: WordSet
    light_words: WordSet
    question_types: dict[QuestionType, Phrases]
    question_determiners: Phrases
    survey: Phrases
    not_survey: Phrases = ()
    silence: Phrases = ()
    follow_up_openings: Phrases
    pronouns: Pronouns
    impersonal: Phrases
    months: Annotated[dict[str, int], BeforeValidator(_by_word)]
    number_words: Annotated[dict[str, float], BeforeValidator(_by_word)]
    ordinal_words: Annotated[dict[str, float], BeforeValidator(_by_word)] = Field(default={})
    vague_numbers: WordSet = frozenset()
    several: WordSet = frozenset()
    groups: Annotated[dict[str, float], BeforeValidator(_by_word)] = Field(default={})
    number_tails: WordSet = frozenset()
    party_tails: WordSet = frozenset()
    fractions: Annotated[dict[str, float], BeforeValidator(_by_word)] = Field(default={})
    minus: Phrases = ()
    reports: WordSet = frozenset()
    today: WordSet = frozenset()
    negations: WordSet = frozenset()
    late_negations: WordSet = frozenset()
    multiples: Annotated[dict[str, float], BeforeValidator(_by_word)] = Field(default={})
    openers: WordSet = frozenset()
    person_verbs: WordSet = frozenset()
    titles: WordSet = frozenset()
    undated: str

    def content_words(self, text: str) -> list[str]:
        """The words of a text that are no function words, in order, repeats kept."""
        return [word for word in words(text) if word not in self.function_words]

    def question_type(self, question: str) -> QuestionType | None:
        """The kind of answer a question asks for: the first telling phrase in it decides, None if there is none."""
        found = any_phrase(tuple(self._type_of_phrase)).search(" ".join(words(question)))
        return self._type_of_phrase[found.group()] if found else None

    def asks_for_survey(self, question: str) -> bool:
        """Whether a question wants to hear each source, and not one answer."""
        meant = any_phrase(self.not_survey).sub(" ", " ".join(words(question)))
        return any_phrase(self.survey).search(meant) is not None

    def survey_subject(self, question: str) -> str:
        """What a survey is about: the question without the words that ask for one."""
        return any_phrase(self.survey).sub(" ", " ".join(words(question))).strip()

    @cached_property
    def _type_of_phrase(self) -> dict[str, QuestionType]:
        return {phrase: kind for kind, phrases in self.question_types.items() for phrase in phrases}


def tells_of_silence(text: str) -> bool:
    """Whether a sentence says what the sources do not say, in any language with data; that is no claim of theirs."""
    return _silences().search(" ".join(words(text))) is not None


@cache
def _silences() -> re.Pattern[str]:
    return any_phrase(tuple(dict.fromkeys(phrase for code in languages() for phrase in language(code).silence)))


@cache
def any_phrase(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the first of the phrases in a text of words joined by blanks; of two at one place the longer one."""
    longest_first = sorted(phrases, key=len, reverse=True)
    alternatives = (re.escape(p).replace(rf"\ \{GAP}\ ", rf" (?:\S+ ){{0,{_GAP_WORDS}}}") for p in longest_first)
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives) or '(?!)'})(?!\S)")


def language(code: str | None) -> Language:
    """The data of a language by its ISO 639-1 code; English for a language without data."""
    known = load_languages()
    return known.get(code or DEFAULT_LANGUAGE, known[DEFAULT_LANGUAGE])


def languages() -> tuple[str, ...]:
    """The codes of all languages with data."""
    return tuple(load_languages())


@cache
def load_languages(file: Path = DATA) -> Mapping[str, Language]:
    """All languages of a data file, by code.

    Raises:
        LanguageDataError: the file cannot be read, or has an unknown, missing or malformed key; the message names it.
    """
    try:
        blocks = read_yaml(file.read_bytes())
        coded = {code: {"code": code, **block} for code, block in blocks.items()}
        return TypeAdapter(dict[str, Language]).validate_python(coded)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        message = f"The language data {file.name} is malformed: {'; '.join(problems)}."
        raise LanguageDataError(message) from error
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        message = f"The language data {file.name} cannot be read: {error}."
        raise LanguageDataError(message) from error


def detect_language(text: str, confidence: float = DETECTION_CONFIDENCE) -> str | None:
    """The language a text is written in, as an ISO 639-1 code.

    None when there are no letters, or when no language has at least the share `confidence` of the probability.
    """
    text = text[:_DETECTION_CHARS]
    if not any(map(str.isalpha, text)):
        return None
    # Capitals mislead the classifier, which has seen few.
    ranking: dict[str, float] = dict(_identifier().rank(text.lower()))
    counts = Counter(words(text))
    for code, known in load_languages().items():
        share = sum(counts[word] for word in known.function_words & counts.keys()) / max(1, counts.total())
        ranking[code] *= _FUNCTION_WORD_FACTOR**share
    best = max(ranking, key=ranking.__getitem__)
    return best if ranking[best] >= confidence * sum(ranking.values()) else None


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Its other labels have three letters: languages without an ISO 639-1 code, and "no language at all".
    identifier.set_languages([label for label in identifier.labels if len(label) == len("en")])
    return identifier
