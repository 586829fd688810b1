"""Makes other sentences of true ones: such that stay true, and such that do not.

Nothing here asks the checker what it takes for a number or a name, so that neither can hide what the other misses.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from random import Random

from babel import Locale
from babel.core import get_global

from assistant.languages import language
from assistant.terms import fold

_FIGURES = re.compile(r"(?<![\w.,–-])\d+(?:[.,]\d+)*(?![\w–-]|[.,]\d)")
_YEAR = re.compile(r"(?<![\w.,–-])(?:1[0-9]|20)\d\d(?![\w–-]|[.,]\d)")
_WORD = re.compile(r"[^\W\d_]+")
_CAPITAL = "[A-ZÀ-ÖØ-ÞÇĞİÖŞÜƏА-ЯЁ]"
_NAME = re.compile(rf"(?<=[^\W\d_] ){_CAPITAL}[^\W\d_]{{2,}}(?: {_CAPITAL}[^\W\d_]{{2,}})*(?![^\W_])")
_CLAUSE = re.compile(r" \([^()]*\)|, [^,;()\"“”«»]{10,80}(?=[,.]$|, )")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d.,])")
_STRAIGHT = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”“]")
_ENGLISH_DATE = re.compile(r"\b([A-Z][a-z]+) (\d{1,2}),? ((?:1|2)\d{3})\b")
_LONGEST_FABRICATION, _SHORTEST_FABRICATION = 8, 5
_TRIES = 20

# A word that a negation stands behind, and the word for it, where a language has a place for it that can be told.
_AFTER = {
    "en": (
        re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|will|would|may|might|must|should)\b(?! not|n't)"),
        "not",
    ),
    "tr": (
        re.compile(r"\b[^\W\d_]+(?=(?:dir|dır|dur|dür|tir|tır|tur|tür)\.?$)(?:dir|dır|dur|dür|tir|tır|tur|tür)"),
        "değil",
    ),
}
_BEFORE = {"ru": (re.compile(r"\b[^\W\d_]{2,}(?:ал|ил|ел|ла|ло|ли|ает|яет|ует|ают|яют|уют)\b"), "не")}
_NEGATION = {
    "en": re.compile(r" not\b|n[’']t\b"),
    "ru": re.compile(r"\bне "),
    "tr": re.compile(r" değil(?:dir)?\b"),
}

# Words and their opposites, and possibilities and what makes facts of them, in forms that fit the same place.
_PAIRS = {
    "en": "rose/fell increased/decreased increase/decrease accepted/rejected accept/reject won/lost more/less "
    "higher/lower largest/smallest before/after began/ended supported/opposed allowed/forbade gained/lost "
    "improved/worsened strong/weak early/late first/last north/south east/west agreed/refused entered/left "
    "victory/defeat success/failure likely/unlikely possible/impossible",
    "ru": "вырос/упал увеличился/уменьшился принял/отверг выиграл/проиграл больше/меньше более/менее "
    "крупнейший/наименьший до/после начал/закончил поддержал/осудил разрешил/запретил улучшил/ухудшил "
    "сильный/слабый ранний/поздний первый/последний победа/поражение успех/провал",
    "tr": "arttı/azaldı artış/azalış kabul/ret kazandı/kaybetti fazla/az yüksek/düşük büyük/küçük önce/sonra "
    "başladı/bitti güçlü/zayıf erken/geç ilk/son zafer/yenilgi başarı/başarısızlık mümkün/imkansız",
}


def _both_ways(pairs: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one, other in (pair.split("/") for pair in pairs.split()):
        found.setdefault(one, other)
        found.setdefault(other, one)
    return found


_OPPOSITES = {code: _both_ways(pairs) for code, pairs in _PAIRS.items()}
_JOINING = frozenset({"", "and", "or", "to", "и", "или", "до", "ve", "veya", "ile"})
# What makes a fact of a possibility, in one direction: what is so may be so too.
_FACTS = {
    "en": {"may": "will", "might": "will", "could": "will", "can": "must", "possibly": "certainly", "some": "all"},
    "ru": {"может": "будет", "могут": "будут", "возможно": "несомненно", "некоторые": "все", "многие": "все"},
    "tr": {"belki": "kesinlikle", "bazı": "bütün", "birçok": "bütün"},
}

# Other measures and currencies in forms that fit behind the same number.
_UNITS = {
    "en": "kilometers/meters kilometres/metres miles/meters km/m feet/inches acres/hectares tonnes/kilograms "
    "tons/kilograms pounds/ounces hours/minutes days/weeks years/months centuries/decades percent/dollars "
    "euros/dollars",
    "ru": "километров/метров километра/метра км/м миль/метров тонн/килограммов тысяч/миллионов часов/минут часа/минуты "
    "дней/недель дня/недели лет/месяцев года/месяца процентов/рублей процента/рубля долларов/евро",
    "tr": "kilometre/metre km/m mil/metre ton/kilogram saat/dakika gün/hafta yıl/ay dolar/avro",
}
_SIGNS = {"$": "€", "€": "$", "£": "€", "%": "\u00a0kg"}
_DEGREES = re.compile(r"(?<![\w.,–-])\d+(?:[.,]\d+)?(?=\s?°|\s(?:degrees|градус|derece))")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_HALF = re.compile(r"(?<=\d)(\s?)([ap])(?=\.?m\b)")

# Words for numbers that are other words too, in forms that fit the same place.
_COUNTS = {
    "en": "one/nine first/third second/fourth half/quarter third/quarter doubled/tripled double/triple "
    "nineteenth/eighteenth twentieth/fifteenth",
    "ru": "один/девять одна/девять первый/третий первая/третья первой/третьей первого/третьего первую/третью "
    "второй/пятый второго/пятого удвоилось/утроилось половина/четверть",
    "tr": "bir/dokuz birinci/üçüncü ikinci/beşinci yarısı/çeyreği",
}
# What stands before a magnitude as a number of its own, and the magnitudes.
_ROUND = {"en": ("a", "hundred|thousand|million|billion"), "ru": ("сто", "тысяч|миллионов|миллиардов")}
_ROUND["tr"] = ("yüz", "bin|milyon|milyar")
_SHARES = {
    "en": "half/two thirds/a third/a quarter/three quarters",
    "ru": "половина/две трети/треть/три четверти",
    "tr": "yarısı/üçte ikisi/üçte biri/dörtte üçü",
}
_NEAR, _SHORTEST_NEAR, _ENDING = 2, 4, 3
_CONSONANTS = "bdfgklmnprstvzбдзклмнпрстф"

Change = Callable[[str, str, Random], str | None]


def rewritten(sentence: str) -> str | None:
    """The sentence without a clause, numbers, dates and quotation marks in another style; None if nothing changes."""
    changed = _CLAUSE.sub("", sentence, count=1)
    changed = _ENGLISH_DATE.sub(r"\2 \1 \3", changed)
    changed = _GROUPED.sub("\\1\u202f\\2", changed)
    changed = _STRAIGHT.sub(r"«\1»", changed)
    return changed if changed != sentence else None


def other_number(code: str) -> Change:
    """Changes a number, in figures or in words of a language, to a random one of like magnitude."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [m for m in _FIGURES.finditer(sentence) if not _YEAR.fullmatch(m[0])]
        spelled = [m for m in _WORD.finditer(sentence) if _spelled_value(m[0], code)]
        if not found and not spelled:
            return None
        match = random.choice([*found, *spelled])
        for _ in range(_TRIES):
            new = _like(match[0], random) if match in found else _other_word(match[0], code, random)
            if new and not _stands(new, passage, code):
                return _replaced(sentence, match, new)
        return None

    return change


def number_of(others: Sequence[str], code: str) -> Change:
    """Changes a number to one that stands in other sentences."""
    pool = sorted({m[0] for text in others for m in _FIGURES.finditer(text) if not _YEAR.fullmatch(m[0])})

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [m for m in _FIGURES.finditer(sentence) if not _YEAR.fullmatch(m[0])]
        new = [number for number in pool if not _stands(number, passage, code)]
        return _replaced(sentence, random.choice(found), random.choice(new)) if found and new else None

    return change


def other_date(code: str) -> Change:
    """Changes a year, or the month or day of a date in words."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        places = [(m, "year") for m in _YEAR.finditer(sentence)]
        for word in _WORD.finditer(sentence):
            if _month(word[0], code) and re.search(r"\d\W{0,3}$|^\W{0,3}\d", _around(sentence, word)):
                places.append((word, "month"))
                places += [(m, "day") for m in _days_beside(sentence, word)]
        if not places:
            return None
        match, part = random.choice(places)
        for _ in range(_TRIES):
            new = _other_date_part(match[0], part, code, random)
            if not _stands(new, passage, code):
                return _replaced(sentence, match, new)
        return None

    return change


def names_in(text: str) -> list[str]:
    """Runs of words with a capital within a sentence."""
    return [match[0] for match in _NAME.finditer(text)]


def name_of(own: Sequence[str], pool: Sequence[str]) -> Change:
    """Changes one of the names at hand to another one of as many words from a pool."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        known = set(fold(passage).split())
        found = [m for m in _NAME.finditer(sentence) if m[0] in own]
        if not found:
            return None
        match = random.choice(found)
        words = len(match[0].split())
        fits = [
            name
            for name in pool
            if len(name.split()) == words and not any(w[:4] in k for w in fold(name).split() for k in known)
        ]
        return _replaced(sentence, match, random.choice(fits)) if fits else None

    return change


def near_name_of(own: Sequence[str], pool: Sequence[str]) -> Change:
    """Changes a word of the names at hand to one of a pool that differs by a letter or two, and not by an end.

    What goes on behind a word of the passage, or that behind it, is left out as well, as derived from it (Normandy);
    so is the language of a country for the country.
    """
    words = sorted({word for name in pool for word in name.split() if len(word) >= _SHORTEST_NEAR})

    def change(sentence: str, passage: str, random: Random) -> str | None:
        known = set(_WORD.findall(fold(passage)))
        found = [m for m in _WORD.finditer(sentence) if m[0] in own and len(m[0]) >= _SHORTEST_NEAR]
        new = [word for word in words if not any(_is_derived(fold(word), other) for other in known)]
        near = [(m, word) for m in found for word in new if _are_near(m[0], word) and not _of_one_country(m[0], word)]
        return _replaced(sentence, *random.choice(near)) if near else None

    return change


def name_misspelt(own: Sequence[str]) -> Change:
    """Changes a consonant in the middle of a name at hand, which makes it another name of the same look."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        del passage
        places = [
            m.start() + at
            for m in _WORD.finditer(sentence)
            if m[0] in own
            for at in range(2, len(m[0]) - _ENDING)
            if m[0][at] in _CONSONANTS
        ]
        if not places:
            return None
        at = random.choice(places)
        latin = sentence[at].isascii()
        others = [letter for letter in _CONSONANTS if letter.isascii() == latin and letter != sentence[at]]
        return sentence[:at] + random.choice(others) + sentence[at + 1 :]

    return change


def _is_derived(word: str, other: str) -> bool:
    shortest, longest = sorted((word, other), key=len)
    return word == other or (len(shortest) >= _SHORTEST_NEAR and longest.startswith(shortest))


def _of_one_country(name: str, other: str) -> bool:
    known = _territories()
    return name in known and known[name] == known.get(other)


@cache
def _territories() -> dict[str, str]:
    """The territory of each English name of one, and of each name of a language."""
    english, likely = Locale.parse("en"), get_global("likely_subtags")
    spoken = {name: likely[code].rpartition("_")[2] for code, name in english.languages.items() if code in likely}
    return {**spoken, **{name: code for code, name in english.territories.items()}}


def _are_near(name: str, other: str) -> bool:
    a, b = sorted((fold(name), fold(other)), key=len)
    return not b.startswith(a) and 0 < _distance(a, b) <= _NEAR


def _distance(a: str, b: str) -> int:
    """How many letters have to be put in, left out or replaced to make one word of the other."""
    if abs(len(a) - len(b)) > _NEAR:
        return _NEAR + 1
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        last, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (letter != other))
    return row[-1]


def other_unit(code: str) -> Change:
    """Changes what is told behind a number, or the sign beside it, to another measure or currency."""
    others = _both_ways(_UNITS.get(code, ""))
    behind = re.compile(rf"(?<=\d[ \u00a0-])(?:{'|'.join(sorted(others, key=len, reverse=True)) or '(?!)'})\b(?!/)")
    signs = re.compile(r"[$€£](?=\d)|(?<=\d)%")

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [m for m in [*behind.finditer(sentence), *signs.finditer(sentence)] if not _of_year(sentence, m)]
        if not found:
            return None
        match = random.choice(found)
        new = others.get(match[0]) or _SIGNS[match[0]]
        before = re.search(r"[\d.,]+\W?$", sentence[: match.start()]) if match.re is behind or match[0] == "%" else None
        number = re.match(r"[\d.,]*\d", sentence[match.end() :]) if before is None else None
        # What the passage has in the new unit as well would come true.
        changed = f"{before[0]}{new}" if before else f"{new}{number[0]}" if number else new
        return None if changed in passage else _replaced(sentence, match, new)

    return change


def round_number(code: str) -> Change:
    """Puts a word for one or a hundred in the place of how many hundreds, thousands or millions there are."""
    few, magnitudes = _ROUND.get(code, ("", "(?!)"))
    counted = re.compile(rf"(?:(?<![\w.,–-])\d+(?:[.,]\d+)?|\b[^\W\d_]+)(?= (?:{magnitudes})\b)")

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [m for m in counted.finditer(sentence) if m[0][0].isdecimal() or _spelled_value(m[0], code)]
        match = random.choice(found) if found else None
        if match is None:
            return None
        told = re.findall(rf"\b{few} {re.escape(_WORD.findall(sentence[match.end() :])[0])}\b", fold(passage))
        return None if told or fold(match[0]) == few else _replaced(sentence, match, few)

    return change


def other_share(code: str) -> Change:
    """Changes a half, a third or another share to another one that the passage does not tell."""
    shares = [share for share in _SHARES.get(code, "").split("/") if share]
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(shares, key=len, reverse=True)) or '(?!)'})\b")

    def change(sentence: str, passage: str, random: Random) -> str | None:
        plain, told = sentence.replace("-", " "), fold(passage).replace("-", " ")
        found = list(pattern.finditer(plain))
        others = [share for share in shares if fold(share) not in told]
        return _replaced(plain, random.choice(found), random.choice(others)) if found and others else None

    return change


def year_as_measure(code: str) -> Change:
    """Puts a year of the passage in the place of a number of hours, metres or the like."""
    units = "|".join(sorted(_both_ways(_UNITS.get(code, "")), key=len, reverse=True)) or "(?!)"
    measured = re.compile(rf"(?<![\w.,–-])\d+(?:[.,]\d+)*(?=[ \u00a0-](?:{units})\b)")

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [m for m in measured.finditer(sentence) if not _YEAR.fullmatch(m[0])]
        years = sorted({m[0] for m in _YEAR.finditer(passage)})
        return _replaced(sentence, random.choice(found), random.choice(years)) if found and years else None

    return change


def month_of_a_word() -> Change:
    """Adds to an English sentence a month whose name the passage has as another word only."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        words = _WORD.findall(passage)
        found = [
            month
            for month in ("March", "May")
            if any(word.startswith(month.lower()) for word in words) and not any(word[:5] == month for word in words)
        ]
        return f"{sentence.rstrip(' .')} in {random.choice(found)}." if found else None

    return change


def _of_year(sentence: str, behind: re.Match[str]) -> bool:
    """Whether what stands before a place in a sentence is a year, which other words follow in any language."""
    return any(year.end() + 1 == behind.start() for year in _YEAR.finditer(sentence))


def other_sign_or_time() -> Change:
    """Puts a minus before degrees, or changes a time of the day."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [*_DEGREES.finditer(sentence), *_CLOCK.finditer(sentence), *_HALF.finditer(sentence)]
        if not found:
            return None
        match = random.choice(found)
        if match.re is _DEGREES:
            new = f"\u2212{match[0]}"
        elif match.re is _CLOCK:
            new = f"{match[1]}:{(int(match[2]) + random.randint(1, 59)) % 60:02}"
        else:
            new = match[1] + ("p" if match[2] == "a" else "a")
        return None if new in passage and match.re is not _HALF else _replaced(sentence, match, new)

    return change


def other_count(code: str) -> Change:
    """Changes a word for a number that has other uses too: one, first, a quarter, doubled."""
    return _other_word_of(_both_ways(_COUNTS.get(code, "")))


def swapped(own: Sequence[str]) -> Change:
    """Exchanges two of the names at hand, so that each does what the other did."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        del passage
        return _exchanged(sentence, [m for m in _NAME.finditer(sentence) if m[0] in own], random)

    return change


def recombined() -> Change:
    """Exchanges two numbers, years among them."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        del passage
        return _exchanged(sentence, list(_FIGURES.finditer(sentence)), random)

    return change


def name_joined(own: Sequence[str]) -> Change:
    """Gives a name of two words another second word, that of another such name in the passage."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        found = [m for m in _NAME.finditer(sentence) if m[0] in own and len(m[0].split()) == 2]  # noqa: PLR2004 - first and last
        if not found:
            return None
        match = random.choice(found)
        first, last = match[0].split()
        pairs = [name.split() for name in names_in(passage) if name in own and len(name.split()) == 2]  # noqa: PLR2004
        lasts = [b for a, b in pairs if not {a, b} & {first, last} and f"{first} {b}" not in passage]
        return _replaced(sentence, match, f"{first} {random.choice(lasts)}") if lasts else None

    return change


def opposed(code: str) -> Change:
    """Changes a word to its opposite."""
    return _other_word_of(_OPPOSITES.get(code, {}))


def asserted(code: str) -> Change:
    """Makes a fact of a possibility, or all of some."""
    return _other_word_of(_FACTS.get(code, {}))


def _other_word_of(others: Mapping[str, str]) -> Change:
    """Changes a word to another one that the passage does not have, lest it come true."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        known = set(_WORD.findall(passage.lower()))
        found = [m for m in _WORD.finditer(sentence) if m[0] in others and others[m[0]] not in known]
        match = random.choice(found) if found else None
        return _replaced(sentence, match, others[match[0]]) if match else None

    return change


def _exchanged(sentence: str, places: Sequence[re.Match[str]], random: Random) -> str | None:
    # What stands side by side, as in a list, may change places and stay true.
    pairs = [
        (a, b)
        for a, b in combinations(places, 2)
        if fold(a[0]) != fold(b[0]) and sentence[a.end() : b.start()].strip(" ,-–") not in _JOINING
    ]
    if not pairs:
        return None
    one, two = random.choice(pairs)
    return _replaced(_replaced(sentence, two, one[0]), one, two[0])


def negated(code: str) -> Change:
    """Denies what a sentence says, where its language has a place for that that can be told."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        del passage
        if _NEGATION[code].search(sentence):
            return None
        pattern, word = _AFTER.get(code) or _BEFORE[code]
        found = list(pattern.finditer(sentence))
        if not found:
            return None
        match = random.choice(found)
        return _replaced(sentence, match, f"{match[0]} {word}" if code in _AFTER else f"{word} {match[0]}")

    return change


def affirmed(code: str) -> Change:
    """Takes a negation out."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        del passage
        found = list(_NEGATION[code].finditer(sentence))
        return _replaced(sentence, random.choice(found), "") if found else None

    return change


def fabricated(others: Sequence[str]) -> Change:
    """Puts words of other sentences into the mouth of the sentence."""

    def change(sentence: str, passage: str, random: Random) -> str | None:
        del passage
        words = random.choice(others).split()
        length = random.randint(_SHORTEST_FABRICATION, _LONGEST_FABRICATION)
        if len(words) < length:
            return None
        start = random.randint(0, len(words) - length)
        quoted = " ".join(words[start : start + length]).strip("\"'“”«»().,;:")
        return f"{sentence.rstrip(' .')}: “{quoted}”."

    return change


def misquoted(others: Sequence[str]) -> Change:
    """Quotes the sentence itself, with one word changed for another."""
    pool = sorted({m[0].lower() for text in others for m in _WORD.finditer(text) if len(m[0]) > 4})  # noqa: PLR2004

    def change(sentence: str, passage: str, random: Random) -> str | None:
        words = re.sub(r"[\"“”«»()\[\]]", "", sentence).split()
        known = set(fold(passage).split())
        if len(words) < _SHORTEST_FABRICATION:
            return None
        place = random.randrange(1, len(words) - 1)
        new = next((w for w in random.sample(pool, min(_TRIES, len(pool))) if fold(w) not in known), None)
        return None if new is None else f"“{' '.join([*words[:place], new, *words[place + 1 :]])}”"

    return change


def _replaced(sentence: str, match: re.Match[str], new: str) -> str:
    return sentence[: match.start()] + new + sentence[match.end() :]


def _like(figures: str, random: Random) -> str:
    """Figures of the same length and marks, of which the first is not 0."""
    digits = [str(random.randint(1 if i == 0 else 0, 9)) if c.isdigit() else c for i, c in enumerate(figures)]
    return "".join(digits)


def _spelled_value(word: str, code: str) -> float:
    """The value of a number word of two or more; 0 of any other word."""
    value = language(code).number_words.get(fold(word), 0)
    return value if value >= 2 and fold(word) not in _AMBIGUOUS else 0  # noqa: PLR2004 - one is a pronoun too


# Number words that are another word as well.
_AMBIGUOUS = frozenset({"on", "couple", "pair", "пара", "cift", "yuz", "tens", "hundreds", "thousands", "millions"})


def _other_word(word: str, code: str, random: Random) -> str | None:
    value = _spelled_value(word, code)
    small = value < 100  # noqa: PLR2004 - a magnitude becomes another one
    options = [
        form
        for form, other in language(code).number_words.items()
        if other != value and other >= 2 and (other < 100) == small and fold(form) not in _AMBIGUOUS  # noqa: PLR2004
    ]
    return random.choice(options) if options else None


def _stands(new: str, passage: str, code: str) -> bool:
    """Whether a number or month stands in a passage, in figures or in words."""
    known = fold(passage)
    value = _spelled_value(new, code)
    figures = {re.sub(r"\D", "", m[0]) for m in re.finditer(r"\d[\d.,\u00a0 ]*", known)} | set(
        re.findall(r"\d+", known)
    )
    wanted = f"{value:g}" if value else re.sub(r"\D", "", new)
    if wanted and wanted in figures:
        return True
    number = value or (float(wanted) if wanted else 0)
    beginnings = [w for w, v in language(code).number_words.items() if v == number]
    beginnings += [w for w, v in language(code).ordinal_words.items() if v == number]
    if not wanted:
        beginnings.append(fold(new)[:4])
    return any(word.startswith(tuple(beginnings)) for word in re.findall(r"\w+", known)) if beginnings else False


def _month(word: str, code: str) -> int:
    return language(code).months.get(fold(word), 0)


def _around(sentence: str, word: re.Match[str]) -> str:
    before, behind = sentence[: word.start()], sentence[word.end() :]
    return before if re.search(r"\d\W{0,3}$", before) else behind


def _days_beside(sentence: str, word: re.Match[str]) -> list[re.Match[str]]:
    found = [re.compile(r"(?<!\d)\d{1,2}(?= $)").search(sentence, 0, word.start())]
    found.append(re.compile(r"(?<= )\d{1,2}(?!\d)").match(sentence, word.end() + 1))
    return [match for match in found if match]


def _other_date_part(old: str, part: str, code: str, random: Random) -> str:
    if part == "year":
        return str(int(old) + random.choice([-1, 1]) * random.randint(1, 40))
    if part == "day":
        return str(random.choice([day for day in range(1, 29) if day != int(old)]))
    number = _month(old, code)
    form = [w for w, n in language(code).months.items() if n == number].index(fold(old))
    by_month: dict[int, list[str]] = {}
    for name, month in language(code).months.items():
        by_month.setdefault(month, []).append(name)
    other = random.choice([names for month, names in by_month.items() if month != number])
    new = other[min(form, len(other) - 1)]
    return new.capitalize() if old[0].isupper() else new
