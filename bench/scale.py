"""How an index bears growth: time, memory and disk, and what a question costs with and without filters.

Every step runs in a process of its own, so that its memory is its own and nothing is warm from the step before.
"""

import multiprocessing
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant import Assistant, Filters, Settings
from assistant.index import Index
from assistant.index.database import Database
from assistant.index.library import Snapshot
from assistant.index.schema import LIBRARY
from assistant.index.vectors import mean_vector
from bench.corpus import DAYS, FIRST_DAY
from bench.plan import Plan
from bench.queries import CHUNKS_PER_ARTICLE, WARM_UP, articles_in, megabytes
from bench.stages import STAGES, Stages
from bench.tables import Table
from bench.timing import Times, in_turn

Result = TypeVar("Result")

CHANGED_SHARE = 0.01
NEIGHBOURS = 10
# Read at a time to find the true neighbours.
BATCH = 1000

FILTERS: Mapping[str, Filters | None] = {
    "whole `ask`": None,
    "whole `ask`, half of the dates": Filters(
        published_from=FIRST_DAY, published_to=FIRST_DAY + timedelta(days=DAYS // 2)
    ),
    "whole `ask`, all dates but the first day": Filters(published_from=FIRST_DAY + timedelta(days=1)),
    "whole `ask`, a year": Filters(
        published_from=FIRST_DAY + timedelta(days=1000), published_to=FIRST_DAY + timedelta(days=1364)
    ),
    "whole `ask`, a month": Filters(
        published_from=FIRST_DAY + timedelta(days=1000), published_to=FIRST_DAY + timedelta(days=1029)
    ),
    "whole `ask`, two days": Filters(
        published_from=FIRST_DAY + timedelta(days=1000), published_to=FIRST_DAY + timedelta(days=1001)
    ),
}


@dataclass(frozen=True)
class Run:
    """One step in a process of its own: seconds, and the most memory it held, in MB."""

    seconds: float
    peak: float


@dataclass(frozen=True)
class Asked:
    """What the questions cost.

    Attributes:
        opened: seconds from the first use of the index to the first answer.
        memory: the most that the process held, in MB.
        recall: share of the true nearest chunks that the vector search finds.
        times: by stage, and of whole questions by filter.
    """

    opened: float
    memory: float
    recall: float
    times: Mapping[str, Times]


@dataclass(frozen=True)
class Size:
    """What was measured on one size of the corpus.

    Attributes:
        text_size: of the cleaned articles, in MB; `disk` is that of the whole index.
        added: articles that the first sync found new.
    """

    articles: int
    chunks: int
    text_size: float
    disk: float
    added: int
    steps: Mapping[str, Run]
    asked: Asked


def measure(plan: Plan) -> list[Table]:
    """Grows one corpus through the sizes."""
    sizes = [_measure_size(plan, size // CHUNKS_PER_ARTICLE) for size in plan.sizes]
    return [_growth(sizes), _latency(sizes, plan.queries)]


def _measure_size(plan: Plan, articles: int) -> Size:
    settings, alone = plan.settings("scale"), replace(plan, say=_silent)
    before = articles_in(settings)
    plan.say(f"writing {articles - before:,} articles")
    plan.corpus.write(settings.corpus_dir, range(before, articles))
    steps = {}
    for name, change in {"from nothing": None, "unchanged": None, "changed": articles}.items():
        if change:
            plan.corpus.write(settings.corpus_dir, range(0, articles, int(1 / CHANGED_SHARE)), edition=change)
        plan.say(f"syncing {articles:,} articles, {name}")
        steps[name] = _apart(_sync, alone)
        plan.say(f"{steps[name].seconds:.1f} s, {steps[name].peak:,.0f} MB")
    plan.say(f"asking {plan.queries} questions of {articles:,} articles")
    asked = _apart(_ask, alone)
    with closing(Database(settings.index_path / "library.sqlite", LIBRARY)) as library, library.reading() as connection:
        chunks, text = connection.execute(
            "SELECT (SELECT chunks FROM totals), sum(length(CAST(unpack_text(text) AS BLOB))) FROM articles"
        ).fetchone()
    return Size(articles, chunks, text / 1e6, megabytes(settings.index_path), articles - before, steps, asked)


def _apart(step: Callable[[Plan], Result], plan: Plan) -> Result:
    """Runs a step in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(step, plan).result()


def _silent(_: str) -> None:
    """Says nothing: the steps are announced by who starts them."""


def _peak_megabytes() -> float:
    # In KiB on Linux.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _sync(plan: Plan) -> Run:
    with Assistant(plan.settings("scale"), embedding=plan.synthetic) as bot:
        start = time.perf_counter()
        bot.sync()
        return Run(time.perf_counter() - start, _peak_megabytes())


def _ask(plan: Plan) -> Asked:
    settings, embedding = plan.settings("scale"), plan.synthetic
    questions = plan.corpus.questions(plan.queries + WARM_UP, articles=min(plan.sizes) // CHUNKS_PER_ARTICLE)
    times: dict[str, Times] = defaultdict(Times)
    with Assistant(settings, embedding=embedding) as bot, Index(settings, embedding) as index:
        start = time.perf_counter()
        bot.ask(questions[0])
        opened = time.perf_counter() - start
        # The stages go through an index of their own, which has the same vectors in memory.
        memory = _peak_megabytes()
        stages = Stages(index, embedding, settings)
        for turn, question in enumerate(questions):
            if turn == WARM_UP:
                times.clear()
                stages.times.clear()
            calls = {name: partial(bot.ask, question, filters=filters) for name, filters in FILTERS.items()}
            in_turn({**calls, "stages": partial(stages.ask, question)}, times, turn)
        vectors = np.asarray([embedding.get_query_embedding(question) for question in questions], dtype=np.float32)
        found = [set(index.nearest(vector, NEIGHBOURS)) for vector in vectors]
    exact = _exact(settings, vectors)
    recall = sum(len(near & true) for near, true in zip(found, exact, strict=True)) / sum(map(len, exact))
    return Asked(opened, memory, recall, {**times, **stages.times})


def _exact(settings: Settings, vectors: NDArray[np.float32]) -> list[set[int]]:
    """The ids of the chunks that are truly nearest to each vector."""
    ids, cosines = np.empty((len(vectors), 0), dtype=np.int64), np.empty((len(vectors), 0), dtype=np.float32)
    with closing(Database(settings.index_path / "library.sqlite", LIBRARY)) as library, library.reading() as connection:
        snapshot = Snapshot(connection, settings.corpus_dir)
        names = snapshot.chunk_ids()
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            ids = np.hstack([ids, np.broadcast_to(batch, (len(vectors), len(batch)))])
            means = np.stack([mean_vector(sentences) for sentences in snapshot.sentence_vectors(batch)])
            cosines = np.hstack([cosines, vectors @ means.T])
            best = np.argsort(-cosines, axis=1)[:, :NEIGHBOURS]
            ids, cosines = np.take_along_axis(ids, best, 1), np.take_along_axis(cosines, best, 1)
    return [set(row) for row in ids.tolist()]


def _growth(sizes: Sequence[Size]) -> Table:
    table = Table(
        "An archive that grows",
        ("", *(f"{size.chunks:,} chunks" for size in sizes)),
        note="Generated articles of about 700 words, one growing corpus. The sentence vectors are synthetic: mixtures "
        "of real ones, which cost next to nothing. Every step runs in a process of its own; imports are left out.",
    )
    table.add("articles", *(f"{size.articles:,}" for size in sizes))
    table.add("articles that are new to the sync", *(f"{size.added:,}" for size in sizes))
    for name, label in {
        "from nothing": "sync of those",
        "unchanged": "sync of an unchanged corpus",
        "changed": f"sync after {CHANGED_SHARE:.0%} changed",
    }.items():
        table.add(f"{label}, s", *(f"{size.steps[name].seconds:.1f}" for size in sizes))
        table.add(f"{label}, most memory, MB", *(f"{size.steps[name].peak:,.0f}" for size in sizes))
    table.add("disk, KB a chunk", *(f"{size.disk / size.chunks * 1000:.2f}" for size in sizes))
    table.add(
        "disk beyond the articles' text, KB a chunk",
        *(f"{(size.disk - size.text_size) / size.chunks * 1000:.2f}" for size in sizes),
    )
    table.add("opening the index, and the first answer, s", *(f"{size.asked.opened:.2f}" for size in sizes))
    table.add("most memory until then, MB", *(f"{size.asked.memory:,.0f}" for size in sizes))
    table.add(f"recall@{NEIGHBOURS} of the vector search", *(f"{size.asked.recall:.3f}" for size in sizes))
    return table


def _latency(sizes: Sequence[Size], asked: int) -> Table:
    table = Table(
        "Questions to an archive that grows",
        ("ms, p50 / p95", *(f"{size.chunks:,} chunks" for size in sizes)),
        note=f"n = {asked} questions, embedded for real, each asked in every way in turn. The lexical search runs "
        "beside the embedding, the dense search and the reading.",
    )
    for name in (*STAGES, *FILTERS):
        table.add(name, *(size.asked.times[name].milliseconds() for size in sizes))
    return table
