"""The runs over BEIR and MultiHop-RAG end to end, each over six made-up texts."""

import json
from collections.abc import Sequence
from math import log2
from pathlib import Path

import pytest

from eval.public.measured import measure, shape_of

# Document id, title and text. The ids are of the kinds that are no file names; the last document is empty.
DOCUMENTS = [
    ("sea/lamp", "Skerry lighthouse", "The lighthouse on Skerry Rock is 41 metres tall. Its lamp was lit in 1867."),
    ("../dam", "Quell dam", "The Quell dam burst in March 1954. The engineer Ida Rowe had reported a crack in it."),
    ("rail " * 60, "", "The railway from Tarn to Port Ellery crosses nine tunnels. Queen Adela opened it in 1901."),
    (
        "otter",
        "Orse otter",
        "The Orse otter feeds on crayfish and eels. Hunting the otter has been forbidden since 1971.",
    ),
    ("OTTER", "", "The zoologist Petra Lang has marked 35 otters with radio collars."),
    ("null", "", ""),
]
# Query id, text, and what is relevant.
QUESTIONS: list[tuple[str, str, dict[str, int]]] = [
    # The first document found is the less relevant one.
    ("1", "Who marked the otters with radio collars?", {"OTTER": 1, "otter": 3, "../dam": 0}),
    ("2", "How many tunnels does the railway from Tarn cross?", {"rail " * 60: 1}),
    # The empty document is never found.
    ("3", "Which engineer reported a crack in the Quell dam?", {"../dam": 1, "null": 1}),
    # A text of the corpus as the question: it must not find itself.
    ("OTTER", "The zoologist Petra Lang has marked 35 otters with radio collars.", {"otter": 1}),
    ("4", "?!", {"otter": 1}),
    ("5", "What is not judged?", {}),
]

# Title, outlet, day and body.
NEWS = [
    ("Dam bursts", "Ellery Gazette", "2023-09-28", "The Quell dam burst in March. Nobody had read the warning letter."),
    (
        "A letter",
        "The Observer",
        "2023-10-01",
        "The engineer Ida Rowe warned of a crack in the Quell dam. She wrote twice.",
    ),
    ("Otters", "Ellery Gazette", "2023-10-03", "The zoologist Petra Lang has marked 35 otters with radio collars."),
    ("Railway", "The Observer", "2023-10-05", "The railway from Tarn to Port Ellery crosses nine tunnels."),
    ("Festival", "Velm Times", "2023-10-07", "Dancers of the elm festival wear green masks. The oldest is of 1640."),
    ("Glass", "Velm Times", "2023-10-09", "The glass works of Velm employ 240 people. Their bottles are blue."),
]
WARNED, BURST = "The engineer Ida Rowe warned of a crack in the Quell dam.", "The Quell dam burst in March."


def _write(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    documents = [{"_id": name, "title": title, "text": text, "metadata": {}} for name, title, text in DOCUMENTS]
    judged = [f"{name}\t{document}\t{grade}" for name, _, grades in QUESTIONS for document, grade in grades.items()]
    _write(tmp_path / "set" / "corpus.jsonl", [json.dumps(document) for document in documents])
    _write(tmp_path / "set" / "queries.jsonl", [json.dumps({"_id": name, "text": text}) for name, text, _ in QUESTIONS])
    _write(tmp_path / "set" / "qrels" / "test.tsv", ["query-id\tcorpus-id\tscore", *judged])
    return tmp_path / "set"


@pytest.fixture
def multihop(tmp_path: Path) -> Path:
    news = [
        {
            "title": title,
            "source": source,
            "published_at": f"{day}T08:00:00+00:00",
            "author": None,
            "url": "",
            "body": body,
        }
        for title, source, day, body in NEWS
    ]
    queries = [
        _query("Which engineer warned of a crack in the Quell dam?", "Ida Rowe", "inference_query", WARNED, BURST),
        _query("Who marked the otters with radio collars?", "Petra Lang", "temporal_query", "Otters are dear to many."),
        _query("Which goalkeeper won the volleyball cup in Brazil?", "Insufficient information.", "null_query"),
    ]
    _write(tmp_path / "set" / "corpus.json", [json.dumps(news)])
    _write(tmp_path / "set" / "MultiHopRAG.json", [json.dumps(queries)])
    return tmp_path / "set"


def _query(text: str, answer: str, kind: str, *facts: str) -> dict[str, object]:
    evidence = [{"fact": fact} for fact in facts]
    return {"query": text, "answer": answer, "question_type": kind, "evidence_list": evidence}


def test_a_run_over_beir_gives_the_figures_of_its_tables(beir: Path) -> None:
    # Questions 1, 2, 3, the one that is a document, and the one without a word; each line has them in this order.
    gain_1, gain_3 = (1 + 3 / log2(3)) / (3 + 1 / log2(3)), 1 / (1 + 1 / log2(3))
    measured = measure(beir, "BEIR")
    assert shape_of(beir) == measured.shape
    assert list(measured.files) == ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"]
    found = measured.figures["set, test"]
    assert {figure.n for figure in found.values()} == {5}
    assert {name: figure.mean for name, figure in found.items()} == {
        "nDCG@10": pytest.approx((gain_1 + 1 + gain_3 + 1 + 0) / 5),
        "MAP@100": pytest.approx((1 + 1 + 1 / 2 + 1 + 0) / 5),
        "Recall@100": pytest.approx((1 + 1 + 1 / 2 + 1 + 0) / 5),
        "MRR@10": pytest.approx((1 + 1 + 1 + 1 + 0) / 5),
    }


def test_a_run_over_multihop_rag_gives_the_figures_of_its_paper(multihop: Path) -> None:
    # The first query finds both of its facts, at ranks 1 and 2; the fact of the second stands in no article.
    measured = measure(multihop, "MultiHop-RAG")
    assert shape_of(multihop) == measured.shape
    assert list(measured.files) == ["corpus.json", "MultiHopRAG.json"]
    assert {name: figure.mean for name, figure in measured.figures["set"].items()} == {
        "Hits@10": 1 / 2,
        "Hits@4": 1 / 2,
        "MAP@10": pytest.approx(((1 + 1 / 2) / 2 + 0) / 2),
        "MRR@10": 1 / 2,
        "evidence recall@4": 1 / 2,
        "evidence recall@10": 1 / 2,
        "facts in an article": pytest.approx(2 / 3),
        "accuracy": 1,
        "accuracy, inference": 1,
        "whole answer, inference": 1,
        "answerable refused": 0,
        "accuracy, temporal": 1,
        "whole answer, temporal": 1,
        "null refused": 1,
    }
