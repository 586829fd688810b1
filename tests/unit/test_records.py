import inspect
from datetime import date

import pytest
from pydantic import ValidationError

from assistant import records
from assistant.records import (
    Answer,
    Article,
    Citation,
    Filters,
    Passage,
    Record,
    Sentence,
    Skipped,
    Source,
    Span,
    SyncReport,
    Usage,
)

ARTICLE = Article(
    id="2021/harbour.txt",
    title="Harbour bridge to reopen",
    publisher="Ellery Gazette",
    author="Clara Winfield",
    speaker=None,
    published=date(2021, 3, 12),
    url="https://gazette.example/harbour",
    language="en",
    path="news/2021/harbour.txt",
    text="Die Brücke 🌉 öffnet. Les travaux ont coûté 48 millions.",
)
SOURCE = ARTICLE.source()
PASSAGE = Passage(source=SOURCE, text="Die Brücke", start=0, end=10, score=0.5, sentences=(Span(start=0, end=10),))
CITATION = Citation(number=1, quote="Die Brücke", start=0, end=10, source=SOURCE, support="supported")
ANSWER = Answer(
    question="Was öffnet?",
    standalone_question="Was öffnet?",
    text="Die Brücke [1]",
    sentences=(Sentence(text="Die Brücke", citations=(1,), support="supported"),),
    citations=(CITATION,),
    passages=(PASSAGE,),
    notices=("One sentence was withheld.",),
    usage=Usage(prompt_tokens=3, completion_tokens=2, cost=0.001),
    timings={"retrieval": 0.02},
    settings_digest="0123456789ab",
)
REPORT = SyncReport(added=("a.txt",), skipped=(Skipped(path="b.pdf", reason="binary"),), notes=("re-indexed",))
FILTERS = Filters(published_from=date(2021, 1, 1), publishers=("Ellery Gazette",))
ALL_RECORDS = [value for value in vars(records).values() if inspect.isclass(value) and issubclass(value, Record)]


@pytest.mark.parametrize("record", [ARTICLE, SOURCE, PASSAGE, CITATION, ANSWER, REPORT, FILTERS])
def test_a_record_survives_json_both_ways(record: Record) -> None:
    assert type(record).model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize("record", ALL_RECORDS)
def test_every_record_is_frozen_and_refuses_unknown_keys(record: type[Record]) -> None:
    assert record.model_config.get("frozen") is True
    assert record.model_config.get("extra") == "forbid"


def test_a_field_cannot_be_set_anew() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        SOURCE.title = "Another"  # type: ignore[misc]


def test_a_misspelt_field_is_named() -> None:
    with pytest.raises(ValidationError, match="titel"):
        Source.model_validate({"id": "a.txt", "path": "a.txt", "titel": "A"})


def test_a_source_is_its_article_without_the_text() -> None:
    assert SOURCE.model_dump() == {key: value for key, value in ARTICLE.model_dump().items() if key != "text"}


@pytest.mark.parametrize("score", [-0.01, 1.01])
def test_a_score_lies_between_nought_and_one(score: float) -> None:
    with pytest.raises(ValidationError, match="score"):
        Passage(source=SOURCE, text="", start=0, end=0, score=score, sentences=())


def test_citations_are_numbered_from_one() -> None:
    with pytest.raises(ValidationError, match="number"):
        Citation(number=0, quote="", start=0, end=0, source=SOURCE, support="supported")


@pytest.mark.parametrize(
    ("filters", "restricts"),
    [
        (Filters(), False),
        (Filters(published_from=date(2021, 1, 1)), True),
        (Filters(published_to=date(2021, 1, 1)), True),
        (Filters(publishers=("Ellery Gazette",)), True),
        (Filters(articles=("a.txt",)), True),
    ],
)
def test_filters_are_true_when_they_restrict_anything(filters: Filters, restricts: bool) -> None:
    assert bool(filters) is restricts


def test_a_filter_does_not_end_before_it_begins() -> None:
    day = date(2024, 5, 2)
    assert Filters(published_from=day, published_to=day)
    with pytest.raises(ValidationError, match="published_from 2024-05-02 is later than published_to 2024-05-01"):
        Filters(published_from=day, published_to=date(2024, 5, 1))


@pytest.mark.parametrize(
    ("report", "changed"),
    [
        (SyncReport(), False),
        (SyncReport(unchanged=("a.txt",), skipped=(Skipped(path="b", reason="empty"),)), False),
        (SyncReport(added=("a.txt",)), True),
        (SyncReport(updated=("a.txt",)), True),
        (SyncReport(removed=("a.txt",)), True),
    ],
)
def test_a_sync_changed_the_index_if_any_article_did(report: SyncReport, changed: bool) -> None:
    assert report.changed is changed
