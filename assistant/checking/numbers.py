"""Reads numbers as texts print them: in figures of any locale or in words, with their magnitude and their unit.

A sentence is read strictly, as what is surely a number; a passage leniently, as what may be one. A number that can be
read in two ways, such as 1.500, has both values, and is contained if the passage has either.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from math import prod

from babel.numbers import get_decimal_symbol

from assistant.checking.figures import DIGITS_OF_GROUP, PLACES, is_roman, may_be_roman, readings, roman
from assistant.checking.inflection import has_endings, stem
from assistant.checking.number_match import Number
from assistant.checking.romanised import romanised
from assistant.checking.units import YEAR, counts_years, is_priced, unit_at
from assistant.languages import Language, language, languages, words
from assistant.terms import fold

# Figures, grouped or with decimals. A blank groups only where three digits follow.
_FIGURES = r"\d+(?:[.,\u066b\u066c'’]\d+|[ \u00a0\u2009\u202f]\d{3}(?!\d))*[\u00bc-\u00be\u2150-\u215e]?"
_TOKEN = re.compile(rf"(?P<figures>{_FIGURES}|[\u00bc-\u00be\u2150-\u215e])|(?P<word>[^\W\d_]+)")
# A fraction in figures, which may go on behind a whole number: 2/3, 2 1/2; and what tells it from a date or a score.
_RATIO = re.compile(
    r"(?<![\d/⁄.,–-])(?:(?P<whole>\d{1,3})[ \u00a0])?(?P<top>\d)[/⁄](?P<bottom>10|[2-9])(?![\d/⁄]|[.,–-]\d)"
)
_CASE_ENDING = re.compile("['’][^\\W\\d_]")
_RANGE = re.compile(r"(?<!\d)([12][0-9]{3})\s?[-–—/]\s?$")
_RANGE_CHARS = 8
_THOUSAND, _HUNDRED, _TEN = 1000, 100, 10
# Multipliers of scripts and countries whose words are not in the language data.
_MULTIPLIERS = {
    "千": 10**3,
    "万": 10**4,
    "萬": 10**4,
    "億": 10**8,
    "亿": 10**8,
    "兆": 10**12,
    "천": 10**3,
    "만": 10**4,
    "억": 10**8,
    "조": 10**12,
    "lakh": 10**5,
    "lakhs": 10**5,
    "crore": 10**7,
    "crores": 10**7,
    "लाख": 10**5,
    "करोड": 10**7,
    "bn": 10**9,
    "mn": 10**6,
    "k": 10**3,
    "m": 10**6,
    "tn": 10**12,
}
_GAP = re.compile(r"[\s\u00ad-]{1,3}")
_AND = frozenset({"and", "und", "et", "y", "e", "i", "ve", "və", "եւ", "և", "و"})
# Shorter beginnings and stems are those of other words too.
_SHORTEST_BEGINNING, _SHORTEST_STEM, _SHORTEST_ORDINAL, _SHORTEST_MAGNITUDE, _SHORTEST_TAIL = 3, 4, 5, 5, 3
_OF = re.compile(r"\s(?:of|de|d['’])\s?")
_PARTITIVE = frozenset({"of", "de"})
# Languages that tell the parts before how many there are of them.
_PARTS_FIRST = frozenset({"tr", "az"})
_ARTICLES = frozenset({"a", "an"})
# "Thousands" may be up to a million of them, "tens of thousands" no more than some hundred thousand.
_LEAST, _MOST, _MOST_OF_THOUSANDS, _LARGEST_POWER = 2, 10, 1000, 15
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_LISTED = re.compile(r"\s?(?:[,–—/-]|[^\W\d_]{1,3}\b)\s?[$€£]?\d")
_IN_ROW = re.compile(r"\s?(?:[,–—/-]|,?\s?[^\W\d_]{1,4})\s?")
# A minus stands close to its number, and no number or word close before it.
_MINUS = re.compile("\u2212$|(?:^|[\\s(])(?<!\\d\\s)[-–]$")
_SIGNS = "-–\u2212"
_BEFORE_LETTER = re.compile(r"\d[\d.,]*\s$")
# Figures that dozens are counted by, and no year before a dozen.
_FEW = re.compile(r"(?<![\d.,])\d{1,2}[\s-]\Z")
# The letters before figures, and what parts them.
_LABEL = re.compile(r"([^\W\d_]+)([-\u2011 \u00a0]?)\Z")
_SHORT_LABEL = 2
_QUARTERS = frozenset({4})
# A third and a quarter need no number before them; the word for smaller parts is that for a place in an order then.
_MOST_ALONE = 4
_AROUND = 25
_SENTENCE_END = re.compile(r"[.!?…]\s|\n")
# A word of more letters than an "and" has behind a number is what it counts.
_NOUN = re.compile(r"[\s-][^\W\d_]{4}")
_COUNTED = re.compile(r"[\s-]([^\W\d_]{3,})")


# A number, and where it begins and ends.
_Placed = tuple[Number, int, int]


def read_numbers(text: str, code: str | None, *, lenient: bool = False) -> list[Number]:
    """The numbers of a text in order, in time linear in its length.

    Args:
        text: without its dates where they are not to count.
        code: ISO 639-1 code of its language, which tells what the words mean.
        lenient: also takes what may be no number: all compounds and forms of number words ("трёхлетний") and not only
            those that surely are ("tenfold"), first and second, letters that may be a Roman numeral, the word for one.
    """
    found = list(_Reader(text, language(code) if code in languages() else None, lenient=lenient).numbers())
    return list(_with_implied(text, found)) if lenient else list(_with_shared_units(text, found))


def _with_shared_units(text: str, found: Sequence[_Placed]) -> Iterator[Number]:
    """The numbers of a sentence; one in a row with another that has a unit counts nothing else: 10 or 20 percent."""
    for at, (number, start, end) in enumerate(found):
        before = [other for other, _, stop in found[max(0, at - 1) : at] if _IN_ROW.fullmatch(text, stop, start)]
        behind = [other for other, first, _ in found[at + 1 : at + 2] if _IN_ROW.fullmatch(text, end, first)]
        yield replace(number, counts=number.counts and not any(other.unit for other in before + behind))


def _with_implied(text: str, found: Sequence[_Placed]) -> Iterator[Number]:
    """The numbers of a passage, those that no word follows with the units of the others in their sentence."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    sentences = [bisect_left(ends, start) for _, start, _ in found]
    told: dict[int, frozenset[str]] = defaultdict(frozenset)
    for (number, _, _), sentence in zip(found, sentences, strict=True):
        told[sentence] |= number.unit
    for (number, _, end), sentence in zip(found, sentences, strict=True):
        open_to_units = not number.unit and not (
            _LISTED.match(text, end) is None if number.uncounted else _NOUN.match(text, end)
        )
        yield replace(number, implied=told[sentence]) if open_to_units else number


class _Reader:
    """Goes once over the tokens of a text."""

    def __init__(self, text: str, known: Language | None, *, lenient: bool) -> None:
        self._text = text
        self._lenient = lenient
        self._words = known.number_words if known else {}
        self._ordinals = known.ordinal_words if known else {}
        self._fractions = known.fractions if known else {}
        self._vague = known.vague_numbers if known else frozenset()
        self._groups = known.groups if known else {}
        self._tails = tuple(known.number_tails | known.party_tails) if known else ()
        self._sure_tails = tuple(_sure_tails(known)) if known else ()
        self._multiples = tuple(known.multiples) if known else ()
        self._function_words = known.function_words if known else frozenset()
        self._several = known.several if known else frozenset()
        self._minus = tuple(f" {phrase}" for phrase in known.minus) if known else ()
        self._code = known.code if known else None
        self._tokens = list(_TOKEN.finditer(text))
        self._folded = [fold(token["word"] or "") for token in self._tokens]

    def numbers(self) -> Iterator[_Placed]:
        at = 0
        while at < len(self._tokens):
            found, end = self._at(at)
            yield from found
            # What belongs to a unit is no number: the hundred of a French "pour cent".
            past = max((stop for _, _, stop in found), default=0)
            at = max(at + 1, end)
            while at < len(self._tokens) and self._tokens[at].start() < past:
                at += 1

    def _at(self, at: int) -> tuple[list[_Placed], int]:
        """The numbers that begin at a token, and the token behind them."""
        if fraction := self._fraction(at):
            end, value = fraction
            part = self._part(self._number(at, end, frozenset({value}), uncounted=True))
            return [part, *self._maybe_ordinal(at, end)], end
        if ratio := self._ratio(at):
            end, value = ratio
            return list(self._ratio_numbers(at, end, value)), self._with_magnitude(end - 1)
        if self._tokens[at]["figures"]:
            end = self._with_magnitude(at)
            return list(self._figures(at, end)), end
        end, values, vague = self._spelled(at)
        if values:
            return [self._part(self._counting(at, self._number(at, end, values, vague=vague)))], end
        if not (values := self._hidden(at)):
            return [], end
        ordinal = self._is_ordinal(at)
        found, start, stop = self._counting(at, self._number(at, end, values, uncounted=ordinal), in_order=ordinal)
        # A five-year contract is none of five.
        return [self._part((replace(found, counts=False), start, stop))], end

    def _part(self, placed: _Placed) -> _Placed:
        """A number that is no decimal one, with what it is in percent if it is a part of a whole."""
        number, start, stop = placed
        is_part = not number.unit and all(0 < value < 1 for value in number.values)
        parts = map(_hundredths, number.values if is_part else ())
        return replace(number, hundredths=frozenset().union(*parts), counts=number.counts and not is_part), start, stop

    def _counting(self, at: int, placed: _Placed, *, in_order: bool = False) -> _Placed:
        """A number in words with what it counts, or puts in an order; what has a capital may be a name: World War Two.

        A capital at the beginning of the text is none of a name.
        """
        number, start, stop = placed
        behind = self._noun_behind(stop)
        plain = at == 0 or self._tokens[at]["word"].islower()
        noun = stem(behind, self._code) if behind and (plain or in_order) and not number.vague else ""
        return replace(number, in_order=in_order, noun=noun, language=self._code, named=not plain), start, stop

    def _fraction(self, at: int) -> tuple[int, Decimal] | None:
        """The end and the value of a fraction that begins here: two thirds, a third of them, üçte iki."""
        if self._code in _PARTS_FIRST and (found := self._share(at + 1, at, at + 2)):
            return at + 2, found
        if found := self._share(at, at + 1, at + 2):
            return at + 2, found
        return (at + 1, found) if (found := self._share(None, at, at + 1)) else None

    def _share(self, top: int | None, bottom: int, end: int) -> Decimal | None:
        """The value of what ends before a token, if it is so many parts of a whole."""
        word = self._word(bottom)
        parts = self._fractions.get(word)
        if parts is None:
            return None
        count = Decimal(1) if top is None else self._top(top)
        if count is None or count >= parts or (top is None and parts > _MOST_ALONE):
            return None
        if top is not None and not self._joined(max(top, bottom)):
            return None
        # Some of these words are those for places in an order too, and a quarter is one of a year.
        if count == 1 and word in self._ordinals and (top is None or not self._may_be_parted(end)):
            return None
        sure = count > 1 or parts not in _QUARTERS
        return round(count / Decimal(str(parts)), PLACES) if sure or self._lenient else None

    def _top(self, at: int) -> Decimal | None:
        """What a token counts parts by."""
        if at >= len(self._tokens):
            return None
        figures = self._tokens[at]["figures"]
        if figures:
            return Decimal(figures) if figures.isascii() and figures.isdigit() else None
        return Decimal(1) if self._word(at) in _ARTICLES else self._value(at)

    def _is_parted(self, end: int) -> bool:
        return _OF.match(self._text, self._tokens[end - 1].end()) is not None

    def _may_be_parted(self, end: int) -> bool:
        """Whether what ends before a token is a part of something, or may be one: it fell by a third."""
        return self._is_parted(end) or (self._lenient and not self._is_of_something(self._tokens[end - 1].end()))

    def _maybe_ordinal(self, at: int, end: int) -> Iterator[_Placed]:
        """The place in an order that a part of nothing named may be too: a second bomb, and a third."""
        place = self._ordinals.get(self._word(end - 1))
        if self._lenient and place and not self._is_parted(end):
            yield self._number(at, end, frozenset({Decimal(str(place))}), uncounted=True)

    def _ratio(self, at: int) -> tuple[int, Decimal] | None:
        """The end and the value of a fraction in figures that begins here, of something or behind a whole number."""
        found = _RATIO.match(self._text, self._tokens[at].start())
        if found is None or not 0 < (top := int(found["top"])) < (bottom := int(found["bottom"])):
            return None
        if not (found["whole"] or self._is_of_something(found.end())):
            return None
        part = round(Decimal(top) / bottom, PLACES)
        return (at + 3, int(found["whole"]) + part) if found["whole"] else (at + 2, part)

    def _is_of_something(self, stop: int) -> bool:
        """Whether a noun, or what stands before one, follows what ends here, or an ending does: 2/3'si."""
        return bool(self._noun_behind(stop)) or any(marked.match(self._text, stop) for marked in (_OF, _CASE_ENDING))

    def _noun_behind(self, stop: int) -> str:
        """The word that follows what ends here, if it may be a noun."""
        noun = _COUNTED.match(self._text, stop)
        return noun[1] if noun and fold(noun[1]) not in self._function_words else ""

    def _ratio_numbers(self, at: int, end: int, value: Decimal) -> Iterator[_Placed]:
        """A fraction in figures; in a passage its figures too, since it may be something else."""
        stop = self._with_magnitude(end - 1)
        values = frozenset({value * self._factor(end, stop)})
        yield self._part(self._number(at, stop, values, uncounted=value < 1 and stop == end))
        for token in range(at, end if self._lenient else at):
            yield from self._figures(token, token + 1)

    def _factor(self, start: int, end: int) -> Decimal:
        """What the magnitudes among the tokens come to."""
        return prod((Decimal(str(self._magnitude(token))) for token in self._tokens[start:end]), start=Decimal(1))

    def _figures(self, at: int, end: int) -> Iterator[_Placed]:
        factor = self._factor(at + 1, end)
        own = self._own_mark() if factor > 1 else None
        year = end == at + 1 and _YEAR.fullmatch(self._tokens[at]["figures"]) is not None
        for values in readings(self._tokens[at]["figures"], lenient=self._lenient, decimal=own):
            scaled = frozenset(value * factor for value in values)
            about = frozenset(_vaguely(max(scaled))) if self._lenient and not year else frozenset()
            found, start, stop = self._number(at, end, scaled | about | self._year_of_range(at))
            alone = not found.unit and not _NOUN.match(self._text, stop)
            dated = YEAR in found.unit and not counts_years(found.text, self._code)
            label, named = ("", False) if year or end > at + 1 else self._label(at)
            placed = replace(found, uncounted=year and (alone or dated), label=label, named=named), start, stop
            yield placed if self._tokens[at]["figures"][-1].isdecimal() else self._part(placed)

    def _label(self, at: int) -> tuple[str, bool]:
        """The letters before figures that may be a name with them (MH17, F-16), and whether no blank parts them."""
        start = self._tokens[at].start()
        before = _LABEL.search(self._text, max(0, start - _AROUND), start)
        if before is None or not self._tokens[at]["figures"].isdecimal():
            return "", False
        letters, mark = before.groups()
        close = not mark.isspace()
        # What ends in a small letter may be more than a name: Euro-2024; but Mi-8.
        short = len(letters) <= _SHORT_LABEL and letters[0].isupper() and mark != ""
        sure = close and (letters[-1].isupper() or short) and not is_priced(f"{letters} ", len(letters) + 1)
        return (romanised(letters) if sure or not self._lenient else ""), close

    def _own_mark(self) -> str | None:
        """The decimal mark of the language, which tells 1.5 million from 1,500 million."""
        return _decimal_mark(self._code) if self._code else None

    def _year_of_range(self, at: int) -> frozenset[Decimal]:
        """The second year of 2015-16, which another text may spell out."""
        token = self._tokens[at]
        before = _RANGE.search(self._text, max(0, token.start() - _RANGE_CHARS), token.start())
        if before is None or not re.fullmatch(r"[0-9]{2}", token["figures"]):
            return frozenset()
        return frozenset({Decimal(before[1][:2] + token["figures"])})

    def _with_magnitude(self, at: int) -> int:
        end = at + 1
        while end < len(self._tokens) and self._adjoins(end) and self._magnitude(self._tokens[end]):
            end += 1
        return end

    def _adjoins(self, at: int) -> bool:
        between = self._text[self._tokens[at - 1].end() : self._tokens[at].start()]
        return between in {"", " ", "-", "\u00a0", ". "}

    def _magnitude(self, token: re.Match[str]) -> float:
        """What a word multiplies the number before it by; 0 if it does not."""
        if not token["word"]:
            return 0
        word = fold(token["word"])
        value = self._words.get(word, 0)
        if word in self._groups and _FEW.search(self._text, max(0, token.start() - _AROUND), token.start()):
            return self._groups[word]
        # A metre and a magnitude look alike; a magnitude is set close to its figure, or stands behind a price.
        if len(word) == 1 and word.isascii() and self._text[token.start() - 1].isspace():
            figures = _BEFORE_LETTER.search(self._text, max(0, token.start() - _AROUND), token.start())
            if figures is None or not is_priced(self._text, figures.start()):
                return 0
        if value < _THOUSAND and self._code is None:
            value = _magnitudes().get(word, 0)
        return value if value >= _THOUSAND else _MULTIPLIERS.get(word, 0) or _MULTIPLIERS.get(_sign(word), 0)

    def _spelled(self, at: int) -> tuple[int, frozenset[Decimal], bool]:
        """The end and the values of a number in words that begins here, and whether it is a vague one."""
        if self._value(at) is None:
            return at + 1, frozenset(), False
        total, current, end = Decimal(0), Decimal(0), at
        parts = []
        vague = self._word(at) in self._vague or (at > 0 and self._word(at - 1) in self._several)
        while (found := self._next(at, end, current, vague=vague)) is not None:
            end, value = found
            parts.append(value)
            if value >= _THOUSAND:
                total, current = total + (current or 1) * value, Decimal(0)
            elif value == _HUNDRED or (parts[1:] and self._word(end) in self._groups):
                current = (current or 1) * value
            else:
                current += value
            end += 1
        vague = vague and parts[0] >= _TEN
        return end, self._meant(total + current, parts, vague=vague), vague

    def _next(self, first: int, at: int, current: Decimal, *, vague: bool) -> tuple[int, Decimal] | None:
        """Where the number that begins at `first` goes on at a token or behind an "and" or the like, and by what."""
        if at > first and self._goes_on(at, current, vague=vague) and self._joined(at):
            at += 1
        value = self._value(at) if at == first else self._value_behind(at)
        if value is None or (at > first and not (self._joined(at) and self._fits(at, current, value))):
            return None
        return at, value

    def _value_behind(self, at: int) -> Decimal | None:
        """The value of a word behind a number, where some have other forms: два десятка."""
        group = self._groups.get(self._word(at))
        return self._value(at) if group is None else Decimal(str(group))

    def _fits(self, at: int, current: Decimal, value: Decimal) -> bool:
        """Whether a number word goes on with the number before it: two dozen does, and so does half a one."""
        if self._word(at) in self._groups and self._word(at - 1) not in _AND:
            # Of more than a dozen (bir düzineden fazla) another language may make more than ten.
            return 0 < current < _HUNDRED and (current != 1 or self._word(at) in self._words)
        return _fits(current, value)

    def _goes_on(self, at: int, current: Decimal, *, vague: bool) -> bool:
        """Whether a word may stand within a number: twenty and five, hundreds of thousands, half a million."""
        word = self._word(at)
        return word in _AND or (vague and word in _PARTITIVE) or (0 < current < 1 and word in _ARTICLES)

    def _joined(self, at: int) -> bool:
        return _GAP.fullmatch(self._text, self._tokens[at - 1].end(), self._tokens[at].start()) is not None

    def _word(self, at: int) -> str:
        return self._folded[at] if at < len(self._folded) else ""

    def _value(self, at: int) -> Decimal | None:
        value = self._words.get(self._word(at))
        return None if value is None else Decimal(str(value))

    def _meant(self, value: Decimal, parts: Sequence[Decimal], *, vague: bool) -> frozenset[Decimal]:
        if len(parts) == 1 and value == 1:
            return frozenset({value} if self._lenient else ())
        if value == Decimal("0.25") and not self._lenient:
            return frozenset()
        if len(parts) == 1 and value % 1:
            # Where one and a half has a word of its own; elsewhere a year and a half tells its half alone.
            return frozenset({value, value % 1})
        if vague:
            return frozenset({value, -(Decimal(10) ** value.adjusted())})
        return frozenset({value, *(_vaguely(value) if self._lenient else ())})

    def _is_ordinal(self, at: int) -> bool:
        """Whether a word that is no number word by itself puts something in an order."""
        return may_be_roman(self._tokens[at]["word"]) or self._place(self._word(at)) is not None

    def _hidden(self, at: int) -> frozenset[Decimal]:
        """The values of a word that is no number word by itself."""
        written = self._tokens[at]["word"]
        word = fold(written)
        if word in self._ordinals:
            value = self._ordinals[word]
            return frozenset({Decimal(str(value))} if self._lenient or value > 2 else ())  # noqa: PLR2004 - "second" is a time too
        if not self._lenient:
            told = roman(written) if is_roman(written) else self._told(word)
            return frozenset({Decimal(str(told))} if told else ())
        found = {Decimal(roman(written))} if may_be_roman(written) else set()
        if word not in self._function_words:
            meant = self._place(word) or self._form(word) or self._compound(word)
            found |= {Decimal(str(meant))} if meant else set()
        return frozenset(found)

    def _told(self, word: str) -> float | None:
        """The value of a number word that goes on with what speaks of that number, and surely is one: tenfold.

        What is told of two or of parties may be told in other words (bilateral, trilateral), and what becomes so many
        times as much (threefold) is compared as that. Short words for large numbers begin others: Turkish yüz.
        """
        for end in range(len(word) - _SHORTEST_TAIL, _SHORTEST_BEGINNING - 1, -1):
            value = self._words.get(word[:end], 0)
            sure = 2 < value < _HUNDRED or (value >= _HUNDRED and end >= _SHORTEST_MAGNITUDE)  # noqa: PLR2004
            if sure and word[end:].startswith(self._sure_tails) and not word.startswith(self._multiples):
                return value
        return None

    def _place(self, word: str) -> float | None:
        """The value of a form of an ordinal."""
        for end in range(len(word), _SHORTEST_BEGINNING - 1, -1):
            value = self._ordinals.get(word[:end])
            if value and (end >= _SHORTEST_ORDINAL or stem(word, self._code) == romanised(word[:end])):
                return value
        return None

    def _form(self, word: str) -> float | None:
        """The value of a number word with another ending."""
        if not has_endings(self._code):
            return next((self._words[word[:n]] for n in range(len(word), 2, -1) if word[:n] in self._words), None)
        return _stems(self._code).get(stem(word, self._code)) if self._code in languages() else None

    def _compound(self, word: str) -> float | None:
        """The value of a number word with another one or with what makes other words of it: двухсот, tenfold."""
        for end in range(len(word) - 1, _SHORTEST_BEGINNING - 1, -1):
            value, rest = self._words.get(word[:end], 0), word[end:]
            if not value:
                continue
            if rest.startswith(self._tails):
                return value
            if other := self._words.get(rest, 0) or self._ordinals.get(rest, 0):
                return (
                    value * other
                    if other >= _HUNDRED
                    else value + other
                    if _fits(Decimal(str(value)), Decimal(str(other)))
                    else None
                )
        return None

    def _number(
        self, at: int, end: int, values: frozenset[Decimal], *, vague: bool = False, uncounted: bool = False
    ) -> _Placed:
        start, stop = self._tokens[at].start(), self._tokens[end - 1].end()
        minus = self._has_minus(start)
        unit, start, stop = unit_at(self._text, start, stop, self._code)
        minus = minus or (bool(unit) and self._is_below_zero(stop))
        printed = self._text[start:stop]
        counts = not unit and not uncounted and self._code is not None and bool(self._noun_behind(stop))
        return Number(printed, values, unit, minus=minus, vague=vague, uncounted=uncounted, counts=counts), start, stop

    def _has_minus(self, start: int) -> bool:
        """Whether a minus stands before a number, as a sign that is no dash or in words."""
        before = self._text[max(0, start - _AROUND) : start]
        if before.endswith(tuple(_SIGNS)):
            return _MINUS.search(before) is not None
        return bool(before[-1:].isspace()) and f" {' '.join(words(before))}".endswith(self._minus)

    def _is_below_zero(self, stop: int) -> bool:
        """Whether words behind a number and its unit say that it is below zero."""
        return f" {' '.join(words(self._text[stop : stop + _AROUND]))}".startswith(self._minus)


def _sign(word: str) -> str:
    """The first sign of a word in a script whose signs are words, where no blank parts it from the next one."""
    return word[0] if word and word[0] >= "\u3400" else ""


def _fits(current: Decimal, value: Decimal) -> bool:
    """Whether a number word goes on with the number before it: twenty five does, five twenty does not."""
    if value >= _HUNDRED:
        return value >= _THOUSAND or (value == _HUNDRED and 0 < current < _HUNDRED) or current == 0
    if value < 1:
        return False
    return current % (10 if value < 10 else _HUNDRED) == 0 and (current == 0 or current >= 10)  # noqa: PLR2004 - tens


def _vaguely(value: Decimal) -> Iterator[Decimal]:
    """What a number may be called that is not told, such as thousands, negative."""
    for exponent in range(1, _LARGEST_POWER):
        power = Decimal(10) ** exponent
        if _LEAST * power <= value < (_MOST if exponent % DIGITS_OF_GROUP else _MOST_OF_THOUSANDS) * power:
            yield -power


def _hundredths(part: Decimal) -> frozenset[Decimal]:
    """A part of a whole in percent, as texts round it."""
    return frozenset({round(part * _HUNDRED, 1), round(part * _HUNDRED, 0)})


def _sure_tails(known: Language) -> Iterator[str]:
    """What goes on behind a number word and changes nothing of its value: not the thousand of Russian пятитысячный."""
    return (tail for tail in known.number_tails - known.number_words.keys() if len(tail) >= _SHORTEST_TAIL)


@cache
def _stems(code: str) -> dict[str, float]:
    """The number words of a language by their stems, but those so short that other words have them too."""
    found = {stem(word, code): value for word, value in language(code).number_words.items() if value not in {0, 1}}
    return {key: value for key, value in found.items() if len(key) >= _SHORTEST_STEM}


@cache
def _magnitudes() -> dict[str, float]:
    """The words for thousands and more of all languages, but those so short that they are others in another one."""
    found: dict[str, float] = {}
    for code in languages():
        for word, value in language(code).number_words.items():
            if value >= _THOUSAND and len(word) >= _SHORTEST_MAGNITUDE:
                found.setdefault(word, value)
    return found


@cache
def _decimal_mark(code: str) -> str:
    return str(get_decimal_symbol(code))
