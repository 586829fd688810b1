"""Takes off what stands above and below an article on its page, and reads the imprint there.

Position decides: furniture that an article might also say in passing ("Search", "Comments") goes only outside the
article's prose, in the head or the tail of the page. In doubt a line stays.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby

from assistant.cleaning.furniture import Mark, Reason
from assistant.cleaning.imprint import Imprint, is_date_line, is_label
from assistant.cleaning.lines import Line, count_words
from assistant.cleaning.page import IMPRINT, Page, key

# Furniture beyond this many other lines in a row is no longer at the edge of the page. Above the prose there are a
# headline, a standfirst and a label; below it a signature and a note.
_HEAD_GAP = 3
_TAIL_GAP = 2
_LONGEST_LABEL_WORDS = 3
_LONGEST_TAG_LINE_WORDS = 6
_LONGEST_HEADLINE_WORDS = 40
_LONGEST_HEADLINE_CHARS = 400
_LONGEST_STANDFIRST_WORDS = 60
_STANDFIRST_LINES = 2
_LONGEST_TAIL_LINE_CHARS = 150
# A column of so many one- or two-word lines on top of a page is a menu in any language.
_SHORTEST_COLUMN = 5
_COLUMN_WORDS = 2
_FOOTERS = frozenset({"contact details", "legal footer", "age rating"})
_MENUS = frozenset({"menu", "language switch"})
_SITE_HEAD = _MENUS | {"cookie notice"}
_CHRONICLE_LINES = 12
_DASHES = tuple("–—-―")
_SPEECH = tuple("«“\"„‘'»")
_STOPS = tuple(".,!?…")


@dataclass(frozen=True, slots=True)
class Edges:
    """The lines that go, as reasons by index, and what the page says of itself."""

    removed: dict[int, Reason]
    imprint: Imprint


def strip_edges(lines: Sequence[Line], title: str | None = None, language: str | None = None) -> Edges:
    """Finds the furniture and the imprint around an article.

    Args:
        lines: the page, without what is furniture anywhere.
        title: the headline, where it is known from elsewhere.
        language: ISO 639-1 code of the page, for dates in figures.
    """
    page = Page(lines, title, language)
    removed = _head(page) | _tail(page) | _below_standfirst(page)
    removed |= _menu_entries(page, removed) | _site_labels(page, removed)
    headline = _headline(page, removed)
    imprint, unused = _read(page, removed, headline)
    for i in unused:
        del removed[i]
    if headline is not None:
        imprint = imprint.over(Imprint(title=page.lines[headline].text))
        removed |= _repeated_headlines(page, headline)
    return Edges(removed, imprint)


def _head(page: Page) -> dict[int, Reason]:
    removed = dict(_column_on_top(page))
    has_other = any(page.mark(i) is None for i in page.head)
    for i, mark in _from_the_edge(page, page.head, _HEAD_GAP):
        # The only short line above the prose is its headline, even if it is "Sport".
        if mark.place != "section" or has_other:
            removed[i] = _reason(page, i, mark)
    return removed


def _tail(page: Page) -> dict[int, Reason]:
    marked = [i for i in page.tail if page.mark(i) is not None]
    closing = next((i for i in marked if page.prose and _closes(page, i)), len(page.lines))
    inner = range(page.tail.start, closing)
    removed = {
        i: _reason(page, i, mark)
        for i, mark in _from_the_edge(page, reversed(inner), _TAIL_GAP if page.prose else 0)
        # A date by itself below an article may be that of a letter, or of anything.
        if not (page.prose and is_date_line(page.lines[i].text) and not is_label(page.lines[i - 1].text))
    }
    removed |= _rest_of_footers(page, removed, inner)
    return _without_lone_sections(page, removed | _behind(page, closing))


def _closes(page: Page, i: int) -> bool:
    mark = page.mark(i)
    return mark is not None and mark.closes


def _behind(page: Page, closing: int) -> dict[int, Reason]:
    """Everything short behind the line that ends the article: form fields, other headlines, their dates and authors."""
    removed = {}
    for i in range(closing, len(page.lines)):
        mark = page.mark(i)
        if mark is not None and mark is not IMPRINT:
            removed[i] = mark.reason
        elif len(page.lines[i].text) <= _LONGEST_TAIL_LINE_CHARS:
            removed[i] = removed[closing]
            page.imprints.pop(i, None)
    return removed


def _rest_of_footers(page: Page, removed: dict[int, Reason], indexes: range) -> dict[int, Reason]:
    """Lines of an address that by themselves look like nothing."""
    return {
        i: "contact details"
        for i in indexes[1:]
        if i not in removed
        and {removed.get(i - 1), removed.get(i + 1)} <= _FOOTERS
        and _in_one_block(page, i - 1, i + 1)
    }


def _from_the_edge(page: Page, indexes: Iterable[int], longest_gap: int) -> Iterator[tuple[int, Mark]]:
    """Marked lines from an end of the page inwards, up to where too many others come in a row."""
    gap = 0
    for i in indexes:
        if (mark := page.mark(i)) is not None:
            gap = 0
            yield i, mark
        elif (gap := gap + 1) > longest_gap:
            return


def _without_lone_sections(page: Page, removed: dict[int, Reason]) -> dict[int, Reason]:
    """Keeps words like "Economy" below an article, where they may end a list, unless a real menu is next to them."""
    lone: set[int] = set()
    # Neighbours are equally far from their places in the sorted list.
    for _, group in groupby(enumerate(sorted(removed)), key=lambda pair: pair[1] - pair[0]):
        marks = {i: page.mark(i) for _, i in group}
        if not any(mark is None or mark.closes or mark.is_menu for mark in marks.values()):
            lone.update(i for i, mark in marks.items() if mark and mark.place == "section")
    return {i: reason for i, reason in removed.items() if i not in lone}


def _column_on_top(page: Page) -> Iterator[tuple[int, Reason]]:
    lines = page.lines
    size = next((i for i in page.head if lines[i].block > lines[0].block), 0)
    if size >= _SHORTEST_COLUMN and all(_is_column_entry(line.text) for line in lines[:size]):
        yield from ((i, "menu") for i in range(size))


def _is_column_entry(text: str) -> bool:
    entry = text.split()
    return len(entry) <= _COLUMN_WORDS and text.replace(" ", "").isalpha() and not text[0].islower()


def _menu_entries(page: Page, removed: dict[int, Reason]) -> dict[int, Reason]:
    """Lines in the head that only their neighbours tell: short ones inside a menu, and a motto between two copies."""
    return {
        i: "menu"
        for i in _others(page, removed)[:-1]
        if i > 0
        and {removed.get(i - 1), removed.get(i + 1)} <= _MENUS
        and _in_one_block(page, i - 1, i + 1)
        and (count_words(page.lines[i].text) <= _COLUMN_WORDS or _is_between_copies(page, i))
    }


def _is_between_copies(page: Page, i: int) -> bool:
    """Whether some other line of its block stands both above and below a line."""
    block = [(k, line.text) for k, line in enumerate(page.lines[: page.head.stop]) if _in_one_block(page, k, i)]
    return not {text for k, text in block if k < i}.isdisjoint(text for k, text in block if k > i)


def _site_labels(page: Page, removed: dict[int, Reason]) -> dict[int, Reason]:
    """The name of the site or its section above the headline: who holds the copyright, or what stands below as well."""
    others = _others(page, removed)
    if len(others) == 1 or not page.prose:
        return {}
    owners = {key(page.imprints[i].publisher or "") for i in removed if i in page.imprints}
    labels: dict[int, Reason] = {i: "site name" for i in others[:-1] if key(page.lines[i].text) in owners}
    top = key(page.lines[others[0]].text) if others else ""
    below = [i for i in page.tail if _stands_apart(page, i) and key(page.lines[i].text) == top]
    if below and _stands_apart(page, others[0]) and count_words(top) <= _LONGEST_LABEL_WORDS:
        labels |= dict.fromkeys((others[0], *below), "section label")
    return labels


def _others(page: Page, removed: dict[int, Reason]) -> list[int]:
    """The lines of the head that may be headlines. Where there is one, the last of them certainly may."""
    return [i for i in page.head if i not in removed and page.mark(i) is None]


def _below_standfirst(page: Page) -> dict[int, Reason]:
    """The imprint below a headline or a standfirst that is a sentence, and so the first line of prose."""
    start = page.prose.start
    if any(page.imprints[i].published for i in page.head if i in page.imprints) or not page.prose:
        return {}
    # In a chronicle dates are headings.
    if sum(is_date_line(line.text) for line in page.lines[: start + _CHRONICLE_LINES]) > 1:
        return {}
    below: dict[int, Reason] = {}
    for i in range(start + 1, min(start + 1 + _STANDFIRST_LINES, page.prose.stop)):
        if count_words(page.lines[start].text) <= _LONGEST_STANDFIRST_WORDS and page.mark(i) is IMPRINT:
            below[i] = _reason(page, i, IMPRINT)
    return below


def _headline(page: Page, removed: dict[int, Reason]) -> int | None:
    others = _others(page, removed)
    known = next((i for i in others if page.is_title(i)), None)
    if known is not None:
        return known
    if not others and page.prose.start == 0 and 1 in removed and page.mark(1) is IMPRINT:
        others = [0]
    # A site's name stands above its menu, and the headline below.
    menus = [i for i in page.head if removed.get(i) in _SITE_HEAD]
    if menus:
        below = [i for i in others if i > menus[-1]]
        others = below or [i for i in others if count_words(page.lines[i].text) > _LONGEST_LABEL_WORDS]
    # A single word above a headline is its section, whatever the section is called.
    first = next((i for i in others if count_words(page.lines[i].text) > 1), others[0] if others else None)
    # What stands below a line that is none, such as an opening quotation, is no headline either.
    if first is None or not _may_be_headline(page.lines[first].text):
        return None
    if page.prose:
        return first
    # Above verse, or anything else without prose, a headline stands apart.
    return first if _stands_apart(page, first) and first + 1 < len(page.lines) else None


def _may_be_headline(text: str) -> bool:
    # Speech opens with a dash or ends as sentences do; a headline may open with somebody's words.
    is_speech = text.startswith(_DASHES) or (text.startswith(_SPEECH) and text.rstrip("”»“\"'’").endswith(_STOPS))
    if is_speech or text.endswith(":") or len(text) > _LONGEST_HEADLINE_CHARS:
        return False
    return count_words(text) <= _LONGEST_HEADLINE_WORDS


def _repeated_headlines(page: Page, headline: int) -> dict[int, Reason]:
    # A poem without prose around it may repeat its title as often as it likes.
    places = (*page.head, *(i for i in page.tail if _stands_apart(page, i))) if page.prose else ()
    title = key(page.lines[headline].text)
    copies = [i for i in places if i > headline and key(page.lines[i].text) == title]
    removed: dict[int, Reason] = dict.fromkeys(copies, "repeated headline")
    between = range(headline + 1, copies[0]) if copies and copies[0] in page.head else ()
    return removed | {i: "tags" for i in between if _is_tag_line(page.lines[i].text)}


def _is_tag_line(text: str) -> bool:
    tags = text.split()
    return len(tags) <= _LONGEST_TAG_LINE_WORDS and not any(tag[0].islower() for tag in tags) and text[-1].isalnum()


def _read(page: Page, removed: dict[int, Reason], headline: int | None) -> tuple[Imprint, set[int]]:
    """What the imprint lines say together, and those that contradict the others and so have to stay."""
    found = {i: page.imprints[i] for i in sorted(removed) if i in page.imprints}
    bare = [i for i in found if found[i].published and is_date_line(page.lines[i].text)]
    for i in (i for i in bare if page.prose and i in page.tail):
        # A date below an article is another article's.
        del found[i]
    bare = [i for i in bare if i in found]
    stated = [imprint.published for i, imprint in found.items() if imprint.published and i not in bare]
    # A bare date above the headline may be the day on which the page was copied.
    below = [i for i in bare if headline is not None and i > headline]
    dates = set(stated[:1]) or {date for i in below or bare if (date := found[i].published)}
    published = dates.pop() if len(dates) == 1 else None
    # The owner of a site may have taken the article from somebody else, who is then named.
    order = sorted(found, key=lambda i: (page.mark(i) is not IMPRINT, i))
    imprint = reduce(Imprint.over, (found[i].model_copy(update={"published": published}) for i in order), Imprint())
    return imprint, {i for i in bare if found[i].published != published}


def _reason(page: Page, i: int, mark: Mark) -> Reason:
    if mark is not IMPRINT:
        return mark.reason
    imprint = page.imprints[i]
    if imprint.author:
        return "byline"
    if imprint.publisher or imprint.url:
        return "source"
    return "publication date" if imprint.published else "page data"


def _stands_apart(page: Page, i: int) -> bool:
    """Whether a line has no neighbours that no blank line parts from it."""
    neighbours = [k for k in (i - 1, i + 1) if k in range(len(page.lines))]
    return not any(_in_one_block(page, k, i) for k in neighbours)


def _in_one_block(page: Page, first: int, last: int) -> bool:
    return page.lines[first].block == page.lines[last].block
