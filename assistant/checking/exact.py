"""What is exact in a sentence (dates, times, numbers, names, quotations), and what of it its passages lack."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.checking import clock, counts, dates, names, number_match, numbers, quotations
from assistant.checking.passage import Contents
from assistant.checking.romanised import romanised, skeleton
from assistant.languages import language, languages
from assistant.languages import words as words_of
from assistant.terms import fold

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Exact:
    """What is exact in a sentence, to be looked for in passages again and again.

    Attributes:
        text: the sentence.
        code: ISO 639-1 code of its language, None if unknown.
    """

    text: str
    code: str | None
    dates: tuple[dates.DateMention, ...]
    times: tuple[clock.Time, ...]
    numbers: tuple[number_match.Number, ...]
    counts: tuple[counts.Count, ...]
    names: tuple[names.Name, ...]
    quotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something exact that passages lack.

    Attributes:
        text: as the sentence has it.
        doubt: in words, why they may have it all the same; empty if they surely do not.
    """

    text: str
    doubt: str = ""


def read_exact(text: str, code: str | None, passages: Iterable[Contents]) -> Exact:
    """What is exact in a sentence of a language that cites some passages.

    The names of who published, wrote or said them hold no date and no number: France 24, Theresa May.
    """
    told = _without_names(text, {_bare(name, passage.code) for passage in passages for name in passage.origin})
    mentions, times = dates.read_dates(told, code), clock.read_times(told)
    dated: list[dates.DateMention | clock.Time] = [*mentions, *times]
    rest = dates.without_dates(told, dated)
    figures = numbers.read_numbers(rest, code)
    return Exact(
        text,
        code,
        dates=tuple(mentions),
        times=tuple(times),
        numbers=tuple(figures),
        counts=tuple(counts.read_counts(rest, code)),
        names=tuple(names.find_names(_without_units(dates.without_dates(text, dated), figures), code)),
        quotations=tuple(quotations.quotations(text)),
    )


def lacking(exact: Exact, passages: Sequence[Contents]) -> list[Lack]:
    """What is exact in a sentence and surely or perhaps in none of the passages, each once."""
    kinds = (_dates, _times, _numbers, _counts, _names, _quotations)
    return list(dict.fromkeys(lack for kind in kinds for lack in kind(exact, passages)))


def is_anchored(exact: Exact, passages: Sequence[Contents]) -> bool | None:
    """Whether passages that lack nothing exact share with a sentence what is alike in every language.

    That is a number or a date in digits, or a name; None if the sentence has none of them.
    """
    dated = [*(date.text for date in exact.dates), *(time.text for time in exact.times)]
    if any(map(str.isdigit, "".join([*dated, *(number.text for number in exact.numbers)]))):
        return True
    known = [passage.names for passage in passages]
    found = {names.in_common(name, exact.code, known) for name in exact.names}
    return None if found <= {None} else any(found)


def _dates(exact: Exact, passages: Sequence[Contents]) -> Iterator[Lack]:
    """The dates that no passage tells; its publication proves one, as that of saying it."""
    known = frozenset().union(*(passage.dates for passage in passages))
    years = frozenset().union(*(passage.years for passage in passages))
    published = {passage.published for passage in passages if passage.published}
    for mention in exact.dates:
        if dates.contains(known, years, mention):
            continue
        if dates.contains(published, frozenset(), mention):
            if exact.code in languages() and not _reports(exact, passages):
                said = f"“{mention.text}” is when the cited passage was published; it may not be when that happened."
                yield Lack(mention.text, said)
        elif _is_name(mention, passages) and _reports(exact, passages):
            yield Lack(mention.text, f"The cited passage has “{mention.text}” as a name and not as a date.")
        else:
            yield Lack(mention.text)


def _is_name(mention: dates.DateMention, passages: Sequence[Contents]) -> bool:
    """Whether a month without a number may be who published, wrote or said a passage: according to May."""
    alone = all(meant == dates.PartialDate(month=meant.month) for meant in mention.dates)
    said = quotations.searchable(mention.text)
    return alone and any(said in name for passage in passages for name in passage.origin)


def _reports(exact: Exact, passages: Sequence[Contents]) -> bool:
    """Whether a sentence says that something was said or published, or names who did."""
    said = quotations.searchable(exact.text)
    verbs = language(exact.code).reports
    return not verbs.isdisjoint(words_of(exact.text)) or any(
        name in said for passage in passages for name in passage.origin
    )


def _times(exact: Exact, passages: Sequence[Contents]) -> Iterator[Lack]:
    known = frozenset().union(*(passage.times for passage in passages))
    return (Lack(time.text) for time in exact.times if known.isdisjoint(time.minutes))


def _numbers(exact: Exact, passages: Sequence[Contents]) -> Iterator[Lack]:
    """The numbers that no passage has, and those whose unit or sign none tells.

    Only of languages whose units are known is it known that they are not told.
    """
    known = [number for passage in passages for number in passage.numbers]
    telling = all(passage.code in languages() for passage in passages)
    for number in exact.numbers:
        if not number_match.contains(known, number):
            yield Lack(number.text)
        elif telling and not number_match.is_told(known, number):
            yield Lack(number.text, f"The cited passage may not mean “{number.text}” by that number.")


def _counts(exact: Exact, passages: Sequence[Contents]) -> Iterator[Lack]:
    """What the passages of its language count by other numbers only."""
    known = (count for passage in passages if passage.code == exact.code for count in passage.counts)
    for count in counts.at_odds(exact.counts, known):
        doubt = "" if count.is_sure else f"The cited passage has another number than in “{count.text}”."
        yield Lack(count.text, doubt)


def _names(exact: Exact, passages: Sequence[Contents]) -> Iterator[Lack]:
    known = [passage.names for passage in passages]
    for name in exact.names:
        if absent := names.missing(name, exact.code, known):
            doubt = "" if absent.certain else f"“{absent.text}” is not in the cited passage."
            yield Lack(absent.text, doubt)
        elif two := names.joined(name, exact.code, known):
            yield Lack(two, f"“{two}” may be of two names in the cited passage.")


def _quotations(exact: Exact, passages: Sequence[Contents]) -> Iterator[Lack]:
    """The quotations that no passage has word for word, or as names, which are inflected between marks too."""
    for quoted in exact.quotations:
        if any(quotations.stands_in(quoted, p.words) or p.names.has_inflected(quoted, exact.code) for p in passages):
            continue
        doubt = f"“{quoted}” is a translation, so it cannot be compared word for word."
        yield Lack(quoted, doubt if _translated(exact.code, passages) else "")


def _translated(code: str | None, passages: Sequence[Contents]) -> bool:
    return code is not None and all(passage.code not in {None, code} for passage in passages)


def _without_names(text: str, named: Iterable[Sequence[str]]) -> str:
    """The text with names of several words blanked out, however they are inflected or spelt; offsets stay."""
    tokens = list(_WORD.finditer(text))
    sounds = [_sound(token[0]) for token in tokens]
    for name in named:
        wanted = [_sound(word) for word in name]
        for at in range(len(tokens) - len(wanted) + 1):
            run = slice(at, at + len(wanted))
            if len(wanted) > 1 and sounds[run] == wanted and not tokens[at][0].islower():
                start, end = tokens[at].start(), tokens[run][-1].end()
                text = text[:start] + " " * (end - start) + text[end:]
    return text


def _bare(name: str, code: str | None) -> tuple[str, ...]:
    """The words of a name in folded form, without an article before it, which a sentence may leave out."""
    words = tuple(name.split())
    return words[1:] if language(code).definite_articles.issuperset(words[:1]) else words


def _sound(word: str) -> str:
    return skeleton(romanised(word)) if word.isalpha() else fold(word)


def _without_units(text: str, figures: Sequence[number_match.Number]) -> str:
    """The text without its numbers and their units, some of which have capitals: USD 5bn."""
    for number in figures:
        if number.unit:
            text = text.replace(number.text, " " * len(number.text))
    return text
