"""Reads the MultiHop-RAG benchmark, and measures retrieval, answers and refusal on it.

Tang and Yang (2024), "MultiHop-RAG: Benchmarking Retrieval-Augmented Generation for Multi-Hop Queries". A folder holds
`corpus.json`, the news articles, and `MultiHopRAG.json`, the queries with the facts that their answers take. The
definitions are those of the authors' programs, `retrieval_evaluate.py` and `qa_evaluate.py` of their repository
yixuantt/MultiHop-RAG, and what differs is said at each measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, model_validator
from tqdm import tqdm

from assistant import Answer, Assistant
from assistant.metadata import Overrides
from eval.metrics.answers import fact_recall
from eval.metrics.averages import averages
from eval.metrics.bootstrap import Estimate
from eval.metrics.retrieval import hit_at, reciprocal_rank_at
from eval.public.experiments import assistant_over
from eval.public.pages import page, write_pages
from eval.scoring import plain

# How deep the paper looks.
DEPTH = 10

# What the paper's prompt asks a model to say when the articles do not answer.
REFUSAL = "Insufficient Information"

Kind = Literal["inference_query", "comparison_query", "temporal_query", "null_query"]


@dataclass(frozen=True, slots=True)
class NewsArticle:
    """An article of the corpus, with what is known of it."""

    title: str
    body: str
    known: Overrides


@dataclass(frozen=True, slots=True)
class MultiHopQuery:
    """A question over several articles.

    Attributes:
        text: the question.
        answer: a word, a name, yes or no.
        kind: how the facts are put together; "null_query" for a question that no article answers.
        facts: the sentences of the articles that the answer takes; a null query needs none.
    """

    text: str
    answer: str
    kind: Kind
    facts: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return self.kind != "null_query"


@dataclass(frozen=True, slots=True)
class MultiHopSet:
    """The articles and the queries over them, in the files' order."""

    articles: tuple[NewsArticle, ...]
    queries: tuple[MultiHopQuery, ...]

    def write(self, folder: Path) -> Path:
        """Writes every article below `folder`, with its title, outlet, day, author and address, and returns it."""
        return write_pages((page(news.title, news.body, news.known) for news in self.articles), folder)


def measure_multihop(folder: Path) -> dict[str, Estimate]:
    """The figures by name, those of the paper's tables among them.

    Args:
        folder: holds both files as they are published.

    Raises:
        ValueError: a file is not as it should be; the message names it, the entry and the key.
        OSError: a file cannot be read.
    """
    news = read_multihop(folder)
    with assistant_over(news) as bot:
        return _retrieval_figures(bot, news) | _answer_figures(bot, news)


def evidence_scores(texts: Sequence[str], facts: Sequence[str]) -> dict[str, float]:
    """How well the passages found for one query hold its facts.

    A passage counts as found if it holds any of the facts, white space aside. The authors' program takes out spaces and
    line breaks alone; all white space goes here, since cleaning may have made a space of another kind.

    MAP@10 is the program's: the mean over the facts of 1 / rank of the first passage that holds it. The precision that
    average precision is named after would also count the facts found before: of two facts found at ranks 1 and 2 the
    program makes 3/4, not 1. The paper's table 5 seems to be made otherwise: where it has .34 for bge-large-en-v1.5, a
    rerun of the program got .20, with the other columns within .03 (opea-project/GenAIEval#52).

    Args:
        texts: of the passages, best first.
        facts: at least one.
    """
    ranking = [f"rank {rank}" for rank in range(1, len(texts) + 1)]
    squeezed = dict(zip(ranking, map(squeeze, texts), strict=True))
    wanted = list(dict.fromkeys(map(squeeze, facts)))
    holders = [{name for name, text in squeezed.items() if fact in text} for fact in wanted]
    anything = set[str]().union(*holders)
    return {
        "Hits@10": hit_at(10, ranking, anything),
        "Hits@4": hit_at(4, ranking, anything),
        "MAP@10": sum(reciprocal_rank_at(10, ranking, held) for held in holders) / min(len(facts), 10),
        "MRR@10": reciprocal_rank_at(10, ranking, anything),
        "evidence recall@4": sum(hit_at(4, ranking, held) for held in holders) / len(holders),
        "evidence recall@10": sum(hit_at(10, ranking, held) for held in holders) / len(holders),
    }


def squeeze(text: str) -> str:
    """A text without white space, as facts and passages are compared."""
    return "".join(text.split())


def answer_scores(query: MultiHopQuery, answer: Answer) -> dict[str, float]:
    """Whether the answer to one query is right; a null query is answered right by refusing.

    "accuracy" is the authors' measure: the answer has a word of the gold answer, without case, and with whatever
    punctuation touches the word. That is lenient with whole sentences, in which a "the" or a "no" is soon found. "whole
    answer" asks for all of it, in a row.
    """
    refused = float(answer.refused)
    if not query.answerable:
        return {"accuracy": refused, "null refused": refused}
    said = REFUSAL if answer.refused else plain(answer.text)
    right, kind = float(shares_word(said, query.answer)), query.kind.removesuffix("_query")
    return {
        "accuracy": right,
        f"accuracy, {kind}": right,
        f"whole answer, {kind}": fact_recall(said, [[query.answer]]),
        "answerable refused": refused,
    }


def shares_word(answer: str, gold: str) -> bool:
    """Whether two texts have a word in common as white space parts them, without case."""
    return not set(answer.lower().split()).isdisjoint(gold.lower().split())


def read_multihop(folder: Path) -> MultiHopSet:
    """Reads the articles and the queries.

    Raises:
        ValueError: a file is not as it should be; the message names it, the entry and the key.
        OSError: a file cannot be read.
    """
    articles = _read(folder / "corpus.json", TypeAdapter(list[_Article]))
    path = folder / "MultiHopRAG.json"
    queries = tuple(query.asked() for query in _read(path, TypeAdapter(list[_Query])))
    if not any(query.answerable for query in queries):
        message = f"{path}: there is no query that the articles answer"
        raise ValueError(message)
    return MultiHopSet(
        tuple(NewsArticle(article.title, article.body, article.known()) for article in articles), queries
    )


def _retrieval_figures(bot: Assistant, news: MultiHopSet) -> dict[str, Estimate]:
    answerable = [query for query in news.queries if query.answerable]
    scores = [
        evidence_scores([passage.text for passage in bot.retrieve(query.text, DEPTH)], query.facts)
        for query in tqdm(answerable, desc="Searching", unit=" queries", delay=1)
    ]
    return averages(scores) | averages(_kept(bot, answerable))


def _kept(bot: Assistant, queries: Sequence[MultiHopQuery]) -> list[dict[str, float]]:
    """Of each fact whether it stands in some article as it was indexed: what does not, nobody can find."""
    texts = [squeeze(bot.article(source.id).text) for source in bot.articles()]
    facts = dict.fromkeys(squeeze(fact) for query in queries for fact in query.facts)
    return [{"facts in an article": float(any(fact in text for text in texts))} for fact in facts]


def _answer_figures(bot: Assistant, news: MultiHopSet) -> dict[str, Estimate]:
    asked = tqdm(news.queries, desc="Asking", unit=" queries", delay=1)
    return averages([answer_scores(query, bot.ask(query.text)) for query in asked])


class _Article(BaseModel):
    title: str
    body: str
    source: str | None = None
    published_at: datetime | None = None
    author: str | None = None
    url: str | None = None

    def known(self) -> Overrides:
        """What metadata.yaml can say; an empty field says nothing."""
        fields = {
            "publisher": self.source,
            "author": self.author,
            "published": self.published_at and self.published_at.date(),
            "url": self.url,
        }
        return Overrides.model_validate({name: value for name, value in fields.items() if value})


class _Evidence(BaseModel):
    fact: str = Field(pattern=r"\S")


class _Query(BaseModel):
    query: str = Field(pattern=r"\S")
    answer: str = Field(pattern=r"\S")
    question_type: Kind
    evidence_list: list[_Evidence]

    def asked(self) -> MultiHopQuery:
        """The query as it is measured."""
        facts = tuple(evidence.fact for evidence in self.evidence_list)
        return MultiHopQuery(self.query, self.answer, self.question_type, facts)

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        if self.question_type != "null_query" and not self.evidence_list:
            message = "evidence_list: a query that the articles answer needs evidence"
            raise ValueError(message)
        return self


_Entries = TypeVar("_Entries")


def _read(path: Path, kind: TypeAdapter[_Entries]) -> _Entries:
    try:
        return kind.validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        message = f"{path}: {_place(first['loc'])}{first['msg'].removeprefix('Value error, ')}"
        raise ValueError(message) from error


def _place(where: Sequence[Any]) -> str:
    """Where in a list something is wrong: the entry, counted from 1, and the key in it."""
    if not where:
        return ""
    number, *keys = where
    return ": ".join([f"entry {number + 1}", *([".".join(map(str, keys))] if keys else []), ""])
