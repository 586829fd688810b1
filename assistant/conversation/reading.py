"""Reads a question or message in the light of its language: what it names, and what it leaves to the talk before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile, groupby

from assistant.languages import GAP, Language, any_phrase, words

LONGEST_EXPRESSION = 5

# The Armenian marks stand inside the word they stress.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|\w+(?:[\u055b\u055c\u055e]+\w*)*")
_JOINT = re.compile(r"[ \-\u2010\u2011'’]")
# Words that a phrase takes up are set to signs that no word is written with.
_TAKEN, _POINTING = "#", "*"


@dataclass(frozen=True)
class Token:
    """A word: where it stands among the words and in the text, as written, and in the form in which words compare."""

    position: int
    start: int
    end: int
    text: str
    word: str

    @property
    def capital(self) -> bool:
        """Whether it is written with a capital, as names are."""
        return self.text[0].isupper()


@dataclass(frozen=True)
class Reading:
    """A text and its language."""

    text: str
    language: Language

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words in order."""
        found: list[Token] = []
        for match in _TOKEN.finditer(self.text):
            word = "".join(words(match.group()))
            if word:
                found.append(Token(len(found), match.start(), match.end(), match.group(), word))
        return tuple(found)

    @property
    def follows_up(self) -> bool:
        """Whether it is a question that cannot be understood without what was said before."""
        return bool(self.opening or self.pointers or not self.has_substance)

    @cached_property
    def opening(self) -> int:
        """Number of words that open it as a follow-up."""
        found = any_phrase(self.language.follow_up_openings).match(_line(self.tokens))
        return len(found.group().split()) if found else 0

    @cached_property
    def has_substance(self) -> bool:
        """Whether any word behind the opening tells what it is about."""
        return any(map(self.tells, self.tokens[self.opening :]))

    @cached_property
    def pointers(self) -> tuple[Token, ...]:
        """The words that point back at something outside the text."""
        pronouns = self.language.pronouns
        line = _mark(_line(self.tokens), self.language.impersonal, _TAKEN)
        line = _mark(line, pronouns.phrases, _POINTING)
        pointing = {_POINTING, *pronouns.person, *pronouns.thing}
        pairs = zip(line.split(), self.tokens, strict=True)
        return tuple(token for word, token in pairs if word in pointing and not self._has_antecedent(token))

    def points_at_person(self) -> bool:
        """Whether it has a "he" from outside."""
        return any(token.word in self.language.pronouns.person for token in self.pointers)

    def points_at_thing(self) -> bool:
        """Whether it has an "it" from outside."""
        return any(token.word not in self.language.pronouns.person for token in self.pointers)

    def tells(self, token: Token) -> bool:
        """Whether a word says what the text is about."""
        known = self.language
        general = token.word in known.function_words or token.word in known.light_words
        return not general and token.position not in self._survey

    def expressions(self) -> list[str]:
        """Its content in readable pieces: names, numbers, nouns with what describes them."""
        return [self._between(run) for run in self._runs()]

    def names(self) -> list[str]:
        """Full names: two or more words with capitals that no article makes the name of a thing."""
        return [self._between(name) for run in self._runs() for name in self._names_of(run)]

    @cached_property
    def _survey(self) -> set[int]:
        """Positions of "what do the sources say" and the like, which must not turn the next question into a survey."""
        # A phrase with a gap has the subject in it, and is made of general words anyway.
        phrases = tuple(phrase for phrase in self.language.survey if GAP not in phrase)
        line = _mark(_line(self.tokens), phrases, _TAKEN)
        return {i for i, word in enumerate(line.split()) if word == _TAKEN}

    def _has_antecedent(self, pronoun: Token) -> bool:
        """Whether something before a pronoun could be what it stands for.

        A noun right behind "which" or "how many" is what is asked for, so only a possessive can mean it.
        """
        before = self.tokens[: pronoun.position]
        name = any(token.capital and self.tells(token) for token in before[1:])
        asked = any_phrase(self.language.question_determiners).search(_line(before))
        if name or asked is None or pronoun.word in self.language.pronouns.possessive:
            return any(map(self.tells, before))
        behind = before[len(_line(before)[: asked.end()].split()) :]
        return any(map(self.tells, dropwhile(self.tells, behind)))

    def _runs(self) -> list[list[Token]]:
        """Neighbouring content words, with nothing but a blank, a hyphen or an apostrophe between."""
        runs: list[list[Token]] = []
        for token in filter(self.tells, self.tokens):
            last = runs[-1] if runs else []
            if last and _JOINT.fullmatch(self.text, last[-1].end, token.start) and len(last) < LONGEST_EXPRESSION:
                last.append(token)
            else:
                runs.append([token])
        return runs

    def _names_of(self, run: list[Token]) -> list[list[Token]]:
        groups = groupby(run, key=lambda token: token.capital and not token.text.isupper())
        names = [list(group) for capital, group in groups if capital]
        articles = self.language.definite_articles
        return [n for n in names if len(n) > 1 and not _word_before(self.tokens, n[0]) & articles]

    def _between(self, run: list[Token]) -> str:
        return self.text[run[0].start : run[-1].end]


def _line(tokens: Iterable[Token]) -> str:
    return " ".join(token.word for token in tokens)


def _mark(line: str, phrases: tuple[str, ...], sign: str) -> str:
    """The line with the last word of each phrase replaced by a sign, and the others taken."""
    return any_phrase(phrases).sub(lambda m: " ".join([*[_TAKEN] * m.group().count(" "), sign]), line)


def _word_before(tokens: tuple[Token, ...], token: Token) -> set[str]:
    return {before.word for before in tokens[max(0, token.position - 1) : token.position]}
