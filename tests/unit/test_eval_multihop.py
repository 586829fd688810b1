"""The reader of MultiHop-RAG and its measures, against values worked out by hand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.metadata import Overrides, load_overrides
from assistant.records import Answer
from eval.metrics.averages import averages
from eval.public.multihop import MultiHopQuery, MultiHopSet, answer_scores, evidence_scores, read_multihop, shares_word

ARTICLES: list[dict[str, Any]] = [
    {
        "title": "Dam bursts",
        "author": "Ida Rowe",
        "source": "Ellery Gazette",
        "published_at": "2023-09-28T12:00:00+00:00",
        "category": "business",
        "url": "https://example.org/dam",
        "body": "The dam burst at night.\nNobody was hurt.",
    },
    {"title": "Eels", "author": None, "source": "", "published_at": None, "category": "x", "url": "", "body": ""},
]
FACTS = [
    {"title": "Dam bursts", "fact": "The dam burst at night."},
    {"title": "Dam bursts", "fact": "Nobody was hurt."},
]
QUERIES: list[dict[str, Any]] = [
    {"query": "Who was hurt?", "answer": "Nobody", "question_type": "inference_query", "evidence_list": FACTS},
    {"query": "Why?", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
]


def _write(folder: Path, articles: Any = ARTICLES, queries: Any = QUERIES) -> Path:
    (folder / "corpus.json").write_text(json.dumps(articles), encoding="utf-8")
    (folder / "MultiHopRAG.json").write_text(json.dumps(queries), encoding="utf-8")
    return folder


@pytest.fixture
def news(tmp_path: Path) -> MultiHopSet:
    return read_multihop(_write(tmp_path))


def test_queries_are_read_with_their_facts(news: MultiHopSet) -> None:
    assert news.queries == (
        MultiHopQuery("Who was hurt?", "Nobody", "inference_query", ("The dam burst at night.", "Nobody was hurt.")),
        MultiHopQuery("Why?", "Insufficient information.", "null_query", ()),
    )
    assert [query.answerable for query in news.queries] == [True, False]


def test_articles_are_written_with_what_is_known_of_them(tmp_path: Path, news: MultiHopSet) -> None:
    folder = news.write(tmp_path / "corpus")
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
    assert texts == {"0000000.txt": "Dam bursts\n\nThe dam burst at night.\nNobody was hurt.", "0000001.txt": "Eels"}
    assert load_overrides(folder) == {
        "0000000.txt": Overrides(
            title="Dam bursts",
            publisher="Ellery Gazette",
            author="Ida Rowe",
            published=date(2023, 9, 28),
            url="https://example.org/dam",
        ),
        "0000001.txt": Overrides(title="Eels"),
    }


@pytest.mark.parametrize(
    ("articles", "problem"),
    [
        ({}, r"corpus\.json: Input should be a valid array"),
        ([ARTICLES[0], {"title": "x"}], r"corpus\.json: entry 2: body: Field required"),
        ([{**ARTICLES[0], "published_at": "soon"}], r"corpus\.json: entry 1: published_at: "),
    ],
)
def test_a_wrong_article_is_named_by_file_entry_and_key(tmp_path: Path, articles: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_multihop(_write(tmp_path, articles=articles))


@pytest.mark.parametrize(
    ("queries", "problem"),
    [
        ([{**QUERIES[0], "question_type": "hard_query"}], r"MultiHopRAG\.json: entry 1: question_type: "),
        ([{**QUERIES[0], "evidence_list": [{"fact": " "}]}], r"MultiHopRAG\.json: entry 1: evidence_list\.0\.fact: "),
        ([QUERIES[1], {**QUERIES[0], "evidence_list": []}], r"MultiHopRAG\.json: entry 2: evidence_list: .* needs"),
        (QUERIES[1:], r"MultiHopRAG\.json: there is no query that the articles answer"),
        ([], r"MultiHopRAG\.json: there is no query that the articles answer"),
    ],
)
def test_a_wrong_query_is_named_by_file_entry_and_key(tmp_path: Path, queries: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_multihop(_write(tmp_path, queries=queries))


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    (folder / "corpus.json").write_text("[", encoding="utf-8")
    with pytest.raises(ValueError, match=r"corpus\.json: Invalid JSON"):
        read_multihop(folder)


def test_evidence_counts_at_the_first_passage_that_holds_it() -> None:
    texts = ["nothing", "A fact. More.", "nothing", "A fact. Again.", "x", "Another fact."]
    assert evidence_scores(texts, ["A fact.", "Another fact.", "A lost fact."]) == {
        "Hits@10": 1,
        "Hits@4": 1,
        # Each fact by itself, so the second one found makes 1/6 and not 2/6.
        "MAP@10": pytest.approx((1 / 2 + 1 / 6 + 0) / 3),
        "MRR@10": 1 / 2,
        "evidence recall@4": pytest.approx(1 / 3),
        "evidence recall@10": pytest.approx(2 / 3),
    }


@pytest.mark.parametrize(
    ("rank", "hits_4", "hits_10"), [(1, 1, 1), (4, 1, 1), (5, 0, 1), (10, 0, 1), (11, 0, 0), (12, 0, 0)]
)
def test_nothing_counts_behind_its_depth(rank: int, hits_4: float, hits_10: float) -> None:
    scores = evidence_scores(["x"] * (rank - 1) + ["A fact."], ["A fact."])
    assert (
        (scores["Hits@4"], scores["Hits@10"])
        == (hits_4, hits_10)
        == (
            scores["evidence recall@4"],
            scores["evidence recall@10"],
        )
    )
    assert scores["MAP@10"] == scores["MRR@10"] == (1 / rank if hits_10 else 0)


def test_one_passage_may_hold_all_the_facts() -> None:
    scores = evidence_scores(["One fact. Another fact."], ["One fact.", "Another fact."])
    assert set(scores.values()) == {1}
    # A fact that is listed twice is looked for once; the authors' program still divides by two.
    assert evidence_scores(["One fact."], ["One fact.", "One fact."])["MAP@10"] == 1 / 2
    assert set(evidence_scores([], ["One fact."]).values()) == {0}


@pytest.mark.parametrize(
    ("text", "found"),
    [("The dam\u00a0burst\n\nat  night.", 1), ("the dam burst at night.", 0), ("The dam burst at night", 0)],
)
def test_facts_are_compared_without_white_space_and_with_case(text: str, found: float) -> None:
    assert evidence_scores([text], ["The dam burst at night."])["Hits@10"] == found


@pytest.mark.parametrize(
    ("answer", "gold", "shared"),
    [
        ("it was sam bankman-fried", "Sam Bankman-Fried", True),
        ("Sam Altman", "Sam Bankman-Fried", True),
        ("The dam held.", "the BBC", True),
        ("It was Sam.", "Sam Altman", False),
        ("", "Yes", False),
    ],
)
def test_one_word_of_the_gold_answer_makes_an_answer_accurate(answer: str, gold: str, shared: float) -> None:
    assert shares_word(answer, gold) is shared


def _answer(text: str, *, refused: bool = False) -> Answer:
    return Answer(question="x", standalone_question="x", text=text, refused=refused)


def test_an_answer_is_scored_by_the_kind_of_its_query() -> None:
    query = MultiHopQuery("Who?", "Ida Rowe", "temporal_query", ("A fact.",))
    names = ("accuracy", "accuracy, temporal", "whole answer, temporal", "answerable refused")
    assert answer_scores(query, _answer("It was Ida Rowe\\. [1]")) == dict(zip(names, (1, 1, 1, 0), strict=True))
    assert answer_scores(query, _answer("It was Ida[1] herself.")) == dict(zip(names, (1, 1, 0, 0), strict=True))
    # What is shown beside a refusal answers nothing.
    assert answer_scores(query, _answer("Ida Rowe", refused=True)) == dict(zip(names, (0, 0, 0, 1), strict=True))


def test_a_null_query_is_answered_right_by_refusing() -> None:
    query = MultiHopQuery("Why?", "Insufficient information.", "null_query", ())
    assert answer_scores(query, _answer("Not said.", refused=True)) == {"accuracy": 1, "null refused": 1}
    assert answer_scores(query, _answer("There is insufficient information.")) == {"accuracy": 0, "null refused": 0}


def test_a_mean_is_over_the_questions_that_its_measure_is_defined_for() -> None:
    found = averages([{"a": 1, "b": 1}, {"b": 0}])
    assert {name: (figure.mean, figure.n) for name, figure in found.items()} == {"a": (1, 1), "b": (1 / 2, 2)}
    assert (found["b"].low, found["b"].high) == (0, 1)
    assert averages([]) == {}
