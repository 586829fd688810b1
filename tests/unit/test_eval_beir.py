"""The reader of BEIR's data sets and its measures, against values worked out by hand."""

import json
from collections.abc import Sequence
from math import log2
from pathlib import Path

import pytest

from assistant.metadata import Overrides, load_overrides
from eval.public.beir import BeirDocument, BeirSet, beir_scores, judged_split, rank_documents, read_beir

CORPUS = [
    {"_id": "d1", "title": "Eels", "text": "Eels swim far.", "metadata": {"url": "x"}},
    {"_id": "sub/../d 2", "title": "", "text": "Otters\u2028dive."},
    {"_id": "D1", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "Who swims far?", "metadata": {}},
    {"_id": "q2", "text": "Who dives?"},
    {"_id": "q3", "text": "Who flies?"},
]
JUDGEMENTS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\tD1\t0\nq2\tsub/../d 2\t1\nq2\tgone\t1\nq3\td1\t0\n"


def _write(folder: Path, corpus: str | None = None, queries: str | None = None, judgements: str = JUDGEMENTS) -> Path:
    (folder / "qrels").mkdir()
    (folder / "corpus.jsonl").write_text(_lines(CORPUS) if corpus is None else corpus, encoding="utf-8")
    (folder / "queries.jsonl").write_text(_lines(QUERIES) if queries is None else queries, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(judgements, encoding="utf-8")
    return folder


def _lines(entries: Sequence[object]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


@pytest.fixture
def beir(tmp_path: Path) -> BeirSet:
    return read_beir(_write(tmp_path))


def test_documents_keep_the_ids_and_the_order_of_the_file(beir: BeirSet) -> None:
    assert list(beir.documents.items()) == [
        ("d1", BeirDocument("Eels", "Eels swim far.")),
        ("sub/../d 2", BeirDocument("", "Otters\u2028dive.")),
        ("D1", BeirDocument("", "")),
    ]


def test_a_grade_of_zero_is_not_relevant_and_a_query_without_relevant_documents_is_left_out(beir: BeirSet) -> None:
    assert beir.queries == {"q1": "Who swims far?", "q2": "Who dives?"}
    # What the corpus lacks cannot be found, and still counts.
    assert beir.relevant == {"q1": {"d1": 2.0}, "q2": {"sub/../d 2": 1.0, "gone": 1.0}}


@pytest.mark.parametrize(
    ("files", "expected"), [(["dev", "test", "train"], "test"), (["dev"], "dev"), (["dev", "train"], None), ([], None)]
)
def test_a_set_is_measured_by_its_test_split_or_the_only_one(
    tmp_path: Path, files: list[str], expected: str | None
) -> None:
    (tmp_path / "qrels").mkdir()
    for name in files:
        (tmp_path / "qrels" / f"{name}.tsv").touch()
    if expected is None:
        with pytest.raises(ValueError, match=r"needs a test\.tsv, or one file alone"):
            judged_split(tmp_path)
    else:
        assert judged_split(tmp_path) == expected


def test_another_split_has_judgements_of_its_own(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n\nq3\td1\t1\n", encoding="utf-8")
    assert read_beir(folder, "dev").relevant == {"q3": {"d1": 1.0}}
    with pytest.raises(FileNotFoundError, match=r"train\.tsv"):
        read_beir(folder, "train")


def test_documents_are_written_under_names_that_lead_back_to_their_ids(tmp_path: Path, beir: BeirSet) -> None:
    folder = beir.write(tmp_path / "corpus")
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.txt")}
    assert {beir.ids_by_article()[name]: text for name, text in written.items()} == {
        "d1": "Eels\n\nEels swim far.",
        "sub/../d 2": "Otters\u2028dive.",
        "D1": "",
    }
    assert load_overrides(folder) == {"0000000.txt": Overrides(title="Eels")}


@pytest.mark.parametrize(
    ("corpus", "problem"),
    [
        ('{"_id": "d1", "text": "x"}\n\n{"text": "y"}', r"corpus\.jsonl, line 3: _id: Field required"),
        ('{"_id": "d1"}', r"corpus\.jsonl, line 1: text: Field required"),
        ('{"_id": 7, "text": "x"}', r"corpus\.jsonl, line 1: _id: Input should be a valid string"),
        ('{"_id": "", "text": "x"}', r"corpus\.jsonl, line 1: _id: "),
        ('{"_id": "d1", "text": "x"', r"corpus\.jsonl, line 1: Invalid JSON"),
        ('{"_id": "d1", "text": "x"}\n' * 2, r"corpus\.jsonl, line 2: the _id d1 is given twice"),
    ],
)
def test_a_wrong_document_is_named_by_file_and_line(tmp_path: Path, corpus: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_beir(_write(tmp_path, corpus=corpus))


def test_a_wrong_query_is_named_by_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"queries\.jsonl, line 2: text: Field required"):
        read_beir(_write(tmp_path, queries='{"_id": "q1", "text": "x"}\n{"_id": "q2"}\n'))


@pytest.mark.parametrize(
    ("judgements", "problem"),
    [
        ("", r"test\.tsv, line 1: the header must be query-id, corpus-id, score"),
        ("q1\td1\t1\n", r"test\.tsv, line 1: the header must be"),
        ("query-id\tcorpus-id\tscore\nq1 d1 1\n", r"test\.tsv, line 2: there must be 3 columns, .* not 1"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td1\thigh\n", r"test\.tsv, line 3: the score .* not high"),
        ("query-id\tcorpus-id\tscore\nq9\td1\t1\n", r"test\.tsv, line 2: there is no query q9"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t0\n", r"test\.tsv: no query has a relevant document"),
    ],
)
def test_wrong_judgements_are_named_by_file_and_line(tmp_path: Path, judgements: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_beir(_write(tmp_path, judgements=judgements))


def test_judgements_in_another_encoding_are_told(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    (folder / "qrels" / "test.tsv").write_bytes("query-id\tcorpus-id\tscore\né".encode("latin-1"))
    with pytest.raises(ValueError, match=r"test\.tsv is not in UTF-8"):
        read_beir(folder)


def test_the_measures_of_a_query_are_those_of_the_tables() -> None:
    scores = beir_scores(["x", "b", "a", *(f"y{number}" for number in range(97)), "late"], {"a": 2, "b": 1, "late": 1})
    assert scores == {
        "nDCG@10": pytest.approx((1 / log2(3) + 2 / log2(4)) / (2 + 1 / log2(3) + 1 / log2(4))),
        "MAP@100": pytest.approx((1 / 2 + 2 / 3) / 3),
        "Recall@100": pytest.approx(2 / 3),
        "MRR@10": 1 / 2,
    }


def test_a_document_ranks_where_its_best_chunk_does() -> None:
    chunks = ["b", "a", "b", "q", "c", "a"]
    assert rank_documents(lambda k: chunks[:k], ignored="q") == ["b", "a", "c"]
    assert rank_documents(lambda _: [], ignored="q") == []


def test_more_chunks_are_asked_for_until_there_are_a_hundred_documents() -> None:
    # 150 documents of three chunks each, the query's own text before them.
    chunks = ["q"] * 3 + [f"d{number}" for number in range(150) for _ in range(3)]
    asked: list[int] = []

    def first(k: int) -> list[str]:
        asked.append(k)
        return chunks[:k]

    assert rank_documents(first, ignored="q") == [f"d{number}" for number in range(100)]
    assert asked == [200, 400]


def test_chunks_are_asked_for_until_more_bring_no_more() -> None:
    # 90 documents of four chunks each; a few are held back as repeats, so that every answer is short of what was asked.
    chunks = [f"d{number}" for number in range(90) for _ in range(4)]
    asked: list[int] = []

    def first(k: int) -> list[str]:
        asked.append(k)
        return chunks[: k - 5]

    assert len(rank_documents(first, ignored="q")) == 90
    assert asked == [200, 400, 800]
