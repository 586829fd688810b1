"""What digits and Roman numerals stand for by themselves, without the words around them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal

# That blanks or marks part in large numbers.
DIGITS_OF_GROUP = 3
# Of a fraction that has no end: a third is .3333.
PLACES = 4
_SEPARATOR = re.compile("[^0-9]")
_ROMAN = re.compile(r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?:-?(?:го|й|м|е|er|e|th))?")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def readings(figures: str, *, lenient: bool = False, decimal: str | None = None) -> list[frozenset[Decimal]]:
    """What figures may stand for: a set of alternatives for each number in them.

    A run such as 12.5.1 is no number, but several.

    Args:
        figures: as they are printed.
        lenient: also reads what blanks part by itself.
        decimal: the only mark that may stand before decimals; any if None.
    """
    if not figures[-1].isdecimal():
        part = round(Decimal(unicodedata.numeric(figures[-1])), PLACES)
        whole = readings(figures[:-1], lenient=lenient, decimal=decimal) if figures[:-1] else [frozenset({Decimal(0)})]
        return [frozenset(value + part for value in values) for values in whole]
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in figures)
    groups = _SEPARATOR.split(plain)
    marks = _SEPARATOR.findall(plain)
    if not marks:
        return [frozenset({Decimal(plain)})]
    found = set(_grouped(groups, marks))
    if len(found) > 1 and decimal:
        found = {value for value in found if (value == value.to_integral_value()) == (marks[-1] != decimal)} or found
    if lenient or not found:
        apart = [frozenset({Decimal(group)}) for group in groups]
        return [frozenset(found), *apart] if found and marks[0].isspace() else [frozenset(found)] if found else apart
    return [frozenset(found)]


def _grouped(groups: Sequence[str], marks: Sequence[str]) -> Iterator[Decimal]:
    whole = len(groups[0]) <= DIGITS_OF_GROUP and groups[0] != "0"
    if whole and len(set(marks)) == 1 and all(len(group) == DIGITS_OF_GROUP for group in groups[1:]):
        yield Decimal("".join(groups))
    decimal = marks[-1] in ".,\u066b" and marks[-1] not in marks[:-1]
    thousands = all(len(group) == DIGITS_OF_GROUP for group in groups[1:-1]) and len(set(marks[:-1])) <= 1
    if decimal and thousands and (whole or len(groups) == 2) and not (len(groups[0]) == 4 == len(groups[-1])):  # noqa: PLR2004 - 1990,1991 are two years
        yield Decimal("".join(groups[:-1]) + "." + groups[-1])


def is_roman(word: str) -> bool:
    """Whether a word is surely a Roman numeral, and neither a letter nor an abbreviation such as CD."""
    return len(word) > 1 and not set(word) - set("IVX") and may_be_roman(word)


def roman(written: str) -> int:
    """The value of a Roman numeral, whatever stands behind it."""
    values = [_ROMAN_DIGITS[c] for c in written if c in _ROMAN_DIGITS]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def may_be_roman(word: str) -> bool:
    """Whether a word could be a Roman numeral, be it with an ending behind it."""
    return _ROMAN.fullmatch(word) is not None
