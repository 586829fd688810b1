"""What the page shows of a run, ready to be written down: nothing here is HTML, nothing in the template decides.

Three kinds of things: the run as a whole, its cases, and the passages that the cases share.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.records import Citation, Filters, Passage, Source, Span
from eval.metrics.bootstrap import Estimate
from eval.metrics.citations import Place, holds
from eval.metrics.refusal import Point
from eval.report import numbers
from eval.report.diagnosis import GOOD, VERDICTS, Verdict, diagnose, verdict
from eval.report.traces import Fact, Trace, facts, place_of_passage, trace
from eval.suite import Result
from eval.summary import Figure, by_type, stages, summarise

# The figures of the map of strengths and weaknesses, by type of question.
MAPPED = (
    *("correct", "hit@1", "recall@5", "MRR@10", "fact recall"),
    *("citation recall", "citation precision", "answerable answered", "refusal recall"),
)
# The figures at the head of the page.
LEADING = ("correct", "recall@5", "citation precision", "refusal balanced accuracy")
# Where a question is refused that scores lower, in logits.
THRESHOLD = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in words and, for a share, as something to draw."""

    figure: Figure
    mean: str
    interval: str
    n: int
    drawn: Estimate | None


@dataclass(frozen=True, slots=True)
class Row:
    """A type of question with a line for each of the mapped figures, None where it is not defined."""

    name: str
    cases: int
    lines: tuple[Line | None, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """How long a stage takes, in words and as shares of the slowest."""

    name: str
    median: str
    slow: str
    median_share: float
    slow_share: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a passage's text.

    Attributes:
        text: the run.
        quoted: whether a citation quotes it.
        begins: the citations whose quotes begin with it.
        gold: whether it is evidence.
    """

    text: str
    quoted: bool
    begins: tuple[int, ...]
    gold: bool


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that an answer quotes, with its citations; of a citation that is in no passage, just the quote."""

    source: Source
    citations: tuple[Citation, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was retrieved for a case.

    Attributes:
        passage: itself, with its score for this question.
        number: its place in the report's list of passages.
        gold: whether it holds evidence.
        cited: the citations that quote it.
    """

    passage: Passage
    number: int
    gold: bool
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with all that helps to see why it came out as it did."""

    result: Result
    verdict: Verdict
    good: bool
    diagnosis: str
    filters: str
    seconds: str
    quoted: tuple[Quoted, ...]
    found: tuple[Found, ...]
    traces: tuple[Trace, ...]
    facts: tuple[Fact, ...]


class Shelf:
    """Numbers the passages of a run, which many cases share, by article and place."""

    def __init__(self, results: Iterable[Result]) -> None:
        found = {_key(passage): passage for result in results for passage in result.answer.passages}
        self.passages = [found[key] for key in sorted(found)]
        self._numbers = {key: number for number, key in enumerate(sorted(found), 1)}

    def number(self, passage: Passage) -> int:
        """The number of a passage, counted from 1."""
        return self._numbers[_key(passage)]


def lines(results: Sequence[Result]) -> list[Line]:
    """Every figure that is defined for some of the results."""
    return [_line(figure, found) for figure, found in summarise(results).items()]


def rows(results: Sequence[Result]) -> list[Row]:
    """The mapped figures of all cases, then by type of question."""
    # A type may be called "all" too.
    return [_row(name, group) for name, group in [("all", results), *by_type(results).items()]]


def verdicts(results: Sequence[Result]) -> dict[Verdict, int]:
    """How many cases came out which way, the good ones first."""
    found = [verdict(result) for result in results]
    return {name: found.count(name) for name in VERDICTS if name in found}


def types(results: Sequence[Result]) -> dict[str, int]:
    """How many cases there are of each type."""
    return {name: len(group) for name, group in by_type(results).items()}


def splits(results: Sequence[Result]) -> dict[str, int]:
    """How many cases there are of each split."""
    return dict(sorted(Counter(result.case.split for result in results).items()))


def chosen(results: Sequence[Result]) -> Point:
    """What the threshold in use does to the questions that are decided by one; some must be answerable, some not."""
    scored = [(result.case.answerable, result.answerability) for result in results if result.answerability is not None]
    answerable = [score >= THRESHOLD for should, score in scored if should]
    unanswerable = [score < THRESHOLD for should, score in scored if not should]
    return Point(THRESHOLD, sum(answerable) / len(answerable), sum(unanswerable) / len(unanswerable))


def times(results: Sequence[Result]) -> list[Stage]:
    """How long each stage takes, and the whole."""
    found = stages(results)
    longest = max((slow for _, slow in found.values()), default=0.0) or 1.0
    return [
        Stage(name, numbers.duration(median), numbers.duration(slow), median / longest, slow / longest)
        for name, (median, slow) in found.items()
    ]


def case_view(result: Result, shelf: Shelf) -> CaseView:
    """All that is shown of a case."""
    found, traces = verdict(result), tuple(trace(result))
    gold = [place for traced in traces for place in traced.places]
    return CaseView(
        result=result,
        verdict=found,
        good=found in GOOD,
        diagnosis=diagnose(result),
        filters=", ".join(_filter_words(result.case.filters)),
        seconds=numbers.duration(sum(result.answer.timings.values())),
        quoted=tuple(_quoted(result, gold)),
        found=tuple(_found(result, gold, shelf)),
        traces=traces,
        facts=tuple(facts(result)),
    )


def segments(passage: Passage, citations: Sequence[Citation], gold: Sequence[Place]) -> tuple[Segment, ...]:
    """A passage's text, cut wherever a quote or a piece of evidence begins or ends."""
    here = [place.span for place in gold if place.article == passage.source.id]
    quotes = [Span(start=citation.start, end=citation.end) for citation in citations]
    inside = {edge for span in (*here, *quotes) for edge in (span.start, span.end)}
    edges = sorted({passage.start, passage.end, *(edge for edge in inside if passage.start < edge < passage.end)})
    return tuple(
        Segment(
            passage.text[start - passage.start : end - passage.start],
            quoted=any(_covers(quote, start, end) for quote in quotes),
            begins=tuple(citation.number for citation in citations if citation.start == start),
            gold=any(_covers(span, start, end) for span in here),
        )
        for start, end in pairwise(edges)
    )


def _covers(outer: Span, start: int, end: int) -> bool:
    return outer.start <= start and end <= outer.end


def _key(passage: Passage) -> tuple[str, int, int]:
    return passage.source.id, passage.start, passage.end


def _line(figure: Figure, found: Estimate) -> Line:
    return Line(
        figure,
        numbers.number(figure, found.mean),
        numbers.interval(figure, found),
        found.n,
        found if numbers.is_share(figure.name) else None,
    )


def _row(name: str, results: Sequence[Result]) -> Row:
    found: Mapping[str, Line] = {line.figure.name: line for line in lines(results)}
    return Row(name, len(results), tuple(found.get(figure) for figure in MAPPED))


def _quoted(result: Result, gold: Sequence[Place]) -> Iterator[Quoted]:
    """The passages that an answer quotes, in the order in which it first does; each citation stands in one."""
    citations = result.answer.citations
    homes = {citation.number: _home(citation, result.answer.passages) for citation in citations}
    for citation in citations:
        home = homes[citation.number]
        if home is None:
            alone = Segment(citation.quote, quoted=True, begins=(citation.number,), gold=False)
            yield Quoted(citation.source, (citation,), (alone,))
            continue
        together = tuple(other for other in citations if homes[other.number] == home)
        if together[0] == citation:
            yield Quoted(home.source, together, segments(home, together, gold))


def _home(citation: Citation, passages: Sequence[Passage]) -> Passage | None:
    return next((passage for passage in passages if _is_in(citation, passage)), None)


def _is_in(citation: Citation, passage: Passage) -> bool:
    same = passage.source.id == citation.source.id
    return same and passage.start <= citation.start and citation.end <= passage.end


def _found(result: Result, gold: Sequence[Place], shelf: Shelf) -> Iterator[Found]:
    for passage in result.answer.passages:
        cited = tuple(citation.number for citation in result.answer.citations if _is_in(citation, passage))
        yield Found(passage, shelf.number(passage), holds(place_of_passage(passage), gold), cited)


def _filter_words(filters: Filters) -> Iterator[str]:
    if filters.published_from:
        yield f"from {numbers.day(filters.published_from)}"
    if filters.published_to:
        yield f"to {numbers.day(filters.published_to)}"
    yield from filters.publishers
    yield from filters.articles
