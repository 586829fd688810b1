"""Whether a number that a sentence tells is among those of a passage, and told there in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.checking.units import PERCENT, is_measured, is_temperature, is_told_by


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text.

    Attributes:
        text: as it is printed.
        values: each a reading of it; a negative one stands for an unspecified number of them, as in "thousands".
        unit: currencies by code, "%" or CLDR's measures, any of which it may be; empty if it has none.
        implied: units that others in its sentence have, which may hold for it too, as in "5, 7 and 10 dollars".
        minus: whether it is below zero.
        vague: whether it is told as more of them than one, as "thousands" is.
        uncounted: whether it puts something in an order, divides it or dates it, and so is no number of a measure.
        in_order: whether it is the place of something in an order.
        noun: the stem of what it counts or puts in an order, as far as words tell that.
        language: ISO 639-1 code of that noun's.
        hundredths: of a part of a whole that has no unit: what it is in percent, which texts round.
        label: the letters right before it; in a passage only those that surely name something with it, as in F-16.
        named: whether it may be part of a name: nothing or a hyphen parts it from them, or it is a word with a capital.
        counts: whether a word behind it may be what it counts, rather than what is measured or parted.
    """

    text: str
    values: frozenset[Decimal]
    unit: frozenset[str] = frozenset()
    implied: frozenset[str] = frozenset()
    minus: bool = False
    vague: bool = False
    uncounted: bool = False
    in_order: bool = False
    noun: str = ""
    language: str | None = None
    hundredths: frozenset[Decimal] = frozenset()
    label: str = ""
    named: bool = False
    counts: bool = False


def contains(known: Sequence[Number], wanted: Number) -> bool:
    """Whether a number is among those of a passage: an equal one whose unit does not speak against it."""
    return any(_may_equal(wanted, other) for other in known)


def is_told(known: Sequence[Number], wanted: Number) -> bool:
    """Whether a passage that contains a number tells its currency, percent or minus too, and does not leave it open.

    How long or how heavy something is texts often tell in a bare number, so other units are not asked for. Of
    "millions" those of nothing else count, and "hundreds" leave open whether they are a hundred. A share or a price
    leaves open whether so many of something are meant.
    """
    equal = [other for other in known if _may_equal(wanted, other)]
    if wanted.minus and not any(other.minus for other in equal):
        return False
    if wanted.vague:
        return any(_is_as_vague(wanted, other) for other in equal)
    if all(other.vague for other in equal):
        return False
    if not wanted.unit:
        return not wanted.counts or any(not other.unit or is_measured(other.unit) for other in equal)
    bare_will_do = is_measured(wanted.unit)
    return any(_has_unit(other, wanted.unit) or (bare_will_do and not other.unit) for other in equal)


def _may_equal(wanted: Number, other: Number) -> bool:
    if not _in_common(wanted, other) or (wanted.unit and other.unit and not wanted.unit & other.unit):
        return False
    if wanted.unit and not wanted.uncounted and other.uncounted and not _has_unit(other, wanted.unit):
        return False
    if other.in_order and _counts_otherwise(wanted, other):
        return False
    if other.label and not wanted.named and wanted.label != other.label:
        return False
    return wanted.minus == other.minus or not is_temperature(wanted.unit | other.unit)


def _in_common(wanted: Number, other: Number) -> frozenset[Decimal]:
    """The readings that two numbers share; half of something is 50 percent, and no other 50."""
    if PERCENT in wanted.unit and other.hundredths:
        return wanted.values & other.hundredths
    if PERCENT in other.unit and wanted.hundredths:
        return wanted.hundredths & other.values
    may_be_percent = PERCENT in other.implied and not other.hundredths
    return (wanted.values | wanted.hundredths if may_be_percent else wanted.values) & other.values


def _counts_otherwise(wanted: Number, order: Number) -> bool:
    """Whether a number is one of something else than a place in an order is, which proves none of that.

    The ninth bridge makes no nine boats, but a fifth victory is one of five.
    """
    counts = bool(wanted.noun) and not wanted.in_order
    return counts and wanted.language == order.language and wanted.noun != order.noun


def _is_as_vague(wanted: Number, other: Number) -> bool:
    shared = {value for value in wanted.values & other.values if value < 0}
    return bool(shared) and (wanted.unit == other.unit or bool(wanted.unit & (other.unit | other.implied)))


def _has_unit(number: Number, unit: frozenset[str]) -> bool:
    """Whether a number has a unit or may have it; half of something is 50 percent."""
    return is_told_by(number.unit | number.implied, unit) or (PERCENT in unit and bool(number.hundredths))
