"""Reads data sets of the BEIR benchmark, and measures retrieval of whole documents on them.

Thakur et al. (2021), "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models". A
folder holds `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`. The conventions are those of BEIR's own evaluation
(`beir/retrieval/evaluation.py` and `custom_metrics.py`), which leaves the counting to trec_eval:

- gain is linear in the grade; grades of 0 and below are not relevant;
- a relevant document that is not in the corpus counts as not found;
- a document whose id is the query's own is ignored, since some sets ask with texts of the corpus;
- a question that nothing is found for scores 0. One without any relevant document is left out; trec_eval would give it
  0 whatever is found.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError
from tqdm import tqdm

from assistant import Assistant, QuestionError
from assistant.metadata import Overrides
from eval.metrics.averages import averages
from eval.metrics.bootstrap import Estimate
from eval.metrics.retrieval import average_precision, ndcg_at, recall_at, reciprocal_rank_at
from eval.mistakes import first_mistake
from eval.public.experiments import assistant_over
from eval.public.pages import page, page_name, write_pages

HEADER = ["query-id", "corpus-id", "score"]

# How many documents are ranked, and how many chunks are asked for at first to find them in.
DEPTH = 100
CHUNKS = 2 * DEPTH


@dataclass(frozen=True, slots=True)
class BeirDocument:
    """A text to be found; title and text may be empty."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirSet:
    """What is searched, what for, and what should be found.

    Attributes:
        documents: by id.
        queries: the split's questions that have a relevant document, by id.
        relevant: for each of them the grades of its relevant documents, by document id.
    """

    documents: dict[str, BeirDocument]
    queries: dict[str, str]
    relevant: dict[str, dict[str, float]]

    def write(self, folder: Path) -> Path:
        """Writes every document as an article below `folder`, and returns it."""
        pages = (page(document.title, document.text, Overrides()) for document in self.documents.values())
        return write_pages(pages, folder)

    def ids_by_article(self) -> dict[str, str]:
        """The document that each written article holds."""
        return {page_name(number): name for number, name in enumerate(self.documents)}


def judged_split(folder: Path) -> str:
    """The split that a data set is measured by: `test`, which published figures are of, or else the only one.

    Raises:
        ValueError: there is neither.
    """
    splits = sorted(path.stem for path in (folder / "qrels").glob("*.tsv"))
    if "test" in splits:
        return "test"
    if len(splits) == 1:
        return splits[0]
    message = f"{folder / 'qrels'} needs a test.tsv, or one file alone; there is {', '.join(splits) or 'none'}"
    raise ValueError(message)


def measure_beir(folder: Path, split: str = "test") -> dict[str, Estimate]:
    """The figures by name: the means that BEIR's tables show.

    Repeats are left out of what the assistant retrieves, so of two documents with the same text one is never found.

    Args:
        folder: a data set as it is published.
        split: whose judgements to use.

    Raises:
        ValueError: a file is not as it should be; the message names it and the line.
        OSError: a file cannot be read.
    """
    beir = read_beir(folder, split)
    with assistant_over(beir) as bot:
        rankings = _rankings(bot, beir)
    scores = [beir_scores(rankings[name], relevant) for name, relevant in beir.relevant.items()]
    return averages(scores)


def beir_scores(ranking: Sequence[str], relevant: Mapping[str, float]) -> dict[str, float]:
    """The measures of one query.

    Args:
        ranking: ids of the documents found, best first.
        relevant: document id -> grade above 0; at least one.
    """
    return {
        "nDCG@10": ndcg_at(10, ranking, relevant),
        "MAP@100": average_precision(ranking[:DEPTH], relevant),
        "Recall@100": recall_at(DEPTH, ranking, relevant),
        "MRR@10": reciprocal_rank_at(10, ranking, relevant),
    }


def rank_documents(chunks: Callable[[int], Sequence[str]], ignored: str) -> list[str]:
    """The first `DEPTH` documents, each at the rank of its best chunk, or all if the chunks are of fewer.

    Args:
        chunks: for a number of chunks, the documents that the best so many are of.
        ignored: a document that is left out.
    """
    asked, before = CHUNKS, 0
    while True:
        found = chunks(asked)
        ranking = [name for name in dict.fromkeys(found) if name != ignored]
        # Fewer than asked for may be a matter of repeats; there are no more only if asking for more brings no more.
        if len(ranking) >= DEPTH or len(found) <= before:
            return ranking[:DEPTH]
        asked, before = 2 * asked, len(found)


def read_beir(folder: Path, split: str = "test") -> BeirSet:
    """Reads a data set with the judgements of one split.

    Raises:
        ValueError: a file is not as it should be; the message names it and the line.
        OSError: a file cannot be read.
    """
    documents = _read_entries(folder / "corpus.jsonl", _Document)
    queries = _read_entries(folder / "queries.jsonl", _Query)
    judgements = folder / "qrels" / f"{split}.tsv"
    relevant = _read_relevant(judgements, queries)
    if not relevant:
        message = f"{judgements}: no query has a relevant document"
        raise ValueError(message)
    return BeirSet(
        {name: BeirDocument(document.title or "", document.text) for name, document in documents.items()},
        {name: queries[name].text for name in relevant},
        relevant,
    )


def _rankings(bot: Assistant, beir: BeirSet) -> dict[str, list[str]]:
    ids = beir.ids_by_article()
    return {
        name: _ranking(bot, ids, name, text)
        for name, text in tqdm(beir.queries.items(), desc="Searching", unit=" queries", delay=1)
    }


def _ranking(bot: Assistant, ids: Mapping[str, str], name: str, text: str) -> list[str]:
    try:
        return rank_documents(lambda k: [ids[passage.source.id] for passage in bot.retrieve(text, k)], ignored=name)
    except QuestionError:
        # A text without a word to search for, as some sets have.
        return []


class _Entry(BaseModel):
    id: str = Field(alias="_id", min_length=1)
    text: str


class _Document(_Entry):
    title: str | None = None


class _Query(_Entry):
    pass


_Kind = TypeVar("_Kind", bound=_Entry)


def _read_entries(path: Path, kind: type[_Kind]) -> dict[str, _Kind]:
    found: dict[str, _Kind] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                place = f"{path}, line {number}"
                entry = _entry(line, kind, place)
                if entry.id in found:
                    message = f"{place}: the _id {entry.id} is given twice"
                    raise ValueError(message)
                found[entry.id] = entry
    return found


def _entry(line: bytes, kind: type[_Kind], place: str) -> _Kind:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        message = f"{place}: {first_mistake(error)}"
        raise ValueError(message) from error


def _read_relevant(path: Path, queries: Mapping[str, _Query]) -> dict[str, dict[str, float]]:
    """Of the judged queries that have a relevant document, the grades of these."""
    rows = csv.reader(io.StringIO(_text(path), newline=""), delimiter="\t")
    if next(rows, None) != HEADER:
        message = f"{path}, line 1: the header must be {', '.join(HEADER)}, parted by tabs"
        raise ValueError(message)
    grades: dict[str, dict[str, int]] = {}
    for row in filter(None, rows):
        place = f"{path}, line {rows.line_num}"
        query, document, grade = _judgement(row, place)
        if query not in queries:
            message = f"{place}: there is no query {query}"
            raise ValueError(message)
        # Of two grades for the same document the later one counts, as in BEIR's own reader.
        grades.setdefault(query, {})[document] = grade
    above = {
        query: {name: float(grade) for name, grade in given.items() if grade > 0} for query, given in grades.items()
    }
    return {query: relevant for query, relevant in above.items() if relevant}


def _judgement(row: Sequence[str], place: str) -> tuple[str, str, int]:
    if len(row) != len(HEADER):
        message = f"{place}: there must be {len(HEADER)} columns, parted by tabs, not {len(row)}"
        raise ValueError(message)
    query, document, grade = row
    try:
        return query, document, int(grade)
    except ValueError as error:
        message = f"{place}: the score must be a whole number, not {grade}"
        raise ValueError(message) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        message = f"{path} is not in UTF-8: {error.reason} at byte {error.start}"
        raise ValueError(message) from error
