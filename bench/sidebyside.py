"""LlamaIndex's quickstart and its fusion retriever beside this project, on the same texts and questions in one run.

LlamaIndex has its passages in two ways: as its own reader and splitter cut them, each embedded whole by the same model,
and as this project cut them, with the vectors that this project gave them.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import BaseNode, MetadataMode

from assistant import Assistant, Settings
from bench.plan import SEEDS, Plan
from bench.quickstart import FILE_NAME, Quickstart, read_nodes, stored_nodes
from bench.tables import Table
from bench.timing import Times, in_turn
from bench.vectors import RememberingEmbedding
from eval.cases import SHIPPED, load_cases
from eval.metrics.retrieval import recall_at, reciprocal_rank_at
from eval.public.squad import read_squad

# Passages that each system is asked for, and those of them that a reader would be shown.
DEPTH = 10
SLOTS = 5
WARM_UP = 10
# Of indexing, from which the median is shown.
ROUNDS = 3

# A passage repeats earlier ones if at least this share of its runs of so many words stand in them too.
RUN_WORDS = 8
REPEATED_SHARE = 0.5

OWN_QUICKSTART = "quickstart, own chunks"
OWN_FUSION = "fusion, own chunks"
QUICKSTART = "quickstart, same vectors"
FUSION = "fusion, same vectors"
OURS = "this project"
# Rows of the table.
EMBEDDED, STORED = "indexing, embedding included, s", "indexing, vectors known, s"

LLAMA = (
    "Quickstart and fusion are LlamaIndex's: its vector index on Chroma, and `QueryFusionRetriever`, which adds up the "
    "ranks of that and of its `BM25Retriever`. With own chunks they read and split the files by themselves, without "
    "overlap and as large as this project's, and embed each chunk whole by the same local model; with the same vectors "
    "they have this project's chunks and vectors."
)
TIMED = (
    f"Each question is asked of every system in turn, for {DEPTH} passages, retrieval only. Indexing: the median of "
    f"{ROUNDS} rounds, in each of which all take their turn."
)
REPEATED = (
    f"Of the first {SLOTS} passages one repeats others if half of its runs of {RUN_WORDS} words stand in those above "
    "it, be it that the articles say the same twice or that passages overlap."
)


@dataclass(frozen=True)
class Slot:
    """A retrieved passage."""

    article: str
    text: str


@dataclass(frozen=True)
class Asked:
    """A question, and the article that answers it where that is known."""

    text: str
    article: str | None = None


@dataclass(frozen=True)
class System:
    """What is compared.

    Attributes:
        search: the passages for a question, best first.
        seconds: that indexing took, by row of the table.
    """

    search: Callable[[str], list[Slot]]
    seconds: Mapping[str, float]


def measure(plan: Plan) -> list[Table]:
    """Compares over the plan's SQuAD-shaped file, if there is one, and over the shipped articles."""
    _warm_up(plan)
    return [*([_over_squad(plan, plan.squad)] if plan.squad else []), _over_shipped(plan)]


def repeats(texts: Sequence[str]) -> int:
    """How many of the texts repeat those before them."""
    seen: set[tuple[str, ...]] = set()
    found = 0
    for text in texts:
        runs = _runs(text.split())
        found += len(runs & seen) >= REPEATED_SHARE * len(runs)
        seen |= runs
    return found


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + RUN_WORDS]) for start in range(max(1, len(words) - RUN_WORDS + 1))}


def _warm_up(plan: Plan) -> None:
    """Loads what only the first sync loads."""
    settings = plan.settings("sidebyside")
    plan.corpus.write(settings.corpus_dir, [0])
    with Assistant(settings, embedding=plan.local) as bot:
        bot.sync()


def _over_squad(plan: Plan, contexts: Path) -> Table:
    """Asks the file's own questions first, then those of the parallel files beside it that a language names."""
    files = dict.fromkeys([contexts, *sorted(contexts.parent.glob("??.json"))])
    squads = {file.stem: read_squad(contexts, file) for file in files}
    asked = {name: [Asked(q.text, q.paragraph) for q in squad.questions] for name, squad in squads.items()}
    corpus = squads[contexts.stem].write(plan.folder / "sidebyside" / "paragraphs")
    note = (
        f"The corpus is the paragraphs of {contexts.name}; questions are named by their file. R@1, R@5 and MRR@10 are "
        "of the paragraph that a question was written for. "
    )
    return _compare(plan, f"Side by side: {contexts.parent.name}", corpus, asked, note)


def _over_shipped(plan: Plan) -> Table:
    questions = [Asked(case.question) for case in load_cases([SHIPPED]) if not case.history]
    note = f"{len(questions)} questions of the evaluation cases; one of the articles holds its page twice. {REPEATED} "
    if not plan.squad:
        note += "Recall is left out: it takes questions whose passages are known (`--squad FILE`). "
    return _compare(plan, "Side by side: the shipped articles", SEEDS, {"all": questions}, note)


def _compare(plan: Plan, title: str, corpus: Path, asked: Mapping[str, Sequence[Asked]], note: str) -> Table:
    """Builds the systems over a corpus and puts sets of questions to them, by the names of the sets."""
    with _systems(plan, corpus) as systems:
        table = Table(title, ("", *systems), note=f"{note}{TIMED} {LLAMA}")
        for row in (EMBEDDED, STORED):
            table.add(row, *(f"{s.seconds[row]:.1f}" if row in s.seconds else "" for s in systems.values()))
        _ask(systems, next(iter(asked.values()))[:WARM_UP])
        for name, questions in asked.items():
            plan.say(f"asking {len(questions)} questions ({name}) of {len(systems)} systems")
            found, times = _ask(systems, questions)
            table.add(f"{name}: question, ms, p50 / p95", *(times[system].milliseconds() for system in systems))
            if all(question.article for question in questions):
                table.add(f"{name}: R@1 / R@5 / MRR@10", *(_recall(questions, slots) for slots in found.values()))
            else:
                table.add(f"{name}: slots that repeat others", *(_repeated(slots) for slots in found.values()))
    return table


@contextmanager
def _systems(plan: Plan, corpus: Path) -> Iterator[dict[str, System]]:
    """The systems over a corpus, by name, as the last of several rounds has left them."""
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    with ExitStack() as stack:
        systems: dict[str, System] = {}
        for number in range(1, ROUNDS + 1):
            stack.close()
            plan.say(f"indexing {corpus.name}, round {number} of {ROUNDS}")
            systems = stack.enter_context(_round(plan, corpus, number))
            for name, system in systems.items():
                for row, taken in system.seconds.items():
                    seconds[name, row].append(taken)
        yield {
            name: replace(system, seconds={row: median(seconds[name, row]) for row in system.seconds})
            for name, system in systems.items()
        }


@contextmanager
def _round(plan: Plan, corpus: Path, number: int) -> Iterator[dict[str, System]]:
    folder = plan.folder / "sidebyside" / f"over {corpus.name}" / f"{number}"
    settings = Settings(corpus_dir=corpus, index_dir=folder / "ours")
    again = settings.model_copy(update={"index_dir": folder / "again"})
    known = RememberingEmbedding(plan.local)
    seconds = {EMBEDDED: _sync(settings, known), STORED: _sync(again, known)}
    given = list(chain.from_iterable(stored_nodes(settings, frozenset())))
    with (
        closing(Quickstart(folder / "own", plan.local, DEPTH)) as own,
        closing(Quickstart(folder / "same", plan.local, DEPTH)) as same,
        Assistant(settings, embedding=known) as bot,
    ):
        own_quickstart, own_fusion = _llama(own, lambda: read_nodes(corpus, settings.chunk_size), EMBEDDED)
        quickstart, fusion = _llama(same, lambda: given, STORED)
        yield {
            OWN_QUICKSTART: own_quickstart,
            OWN_FUSION: own_fusion,
            QUICKSTART: quickstart,
            FUSION: fusion,
            OURS: System(partial(_our_slots, bot), seconds),
        }


def _sync(settings: Settings, embedding: RememberingEmbedding) -> float:
    with Assistant(settings, embedding=embedding) as bot:
        start = time.perf_counter()
        bot.sync()
        return time.perf_counter() - start


def _llama(quickstart: Quickstart, nodes: Callable[[], Sequence[BaseNode]], row: str) -> tuple[System, System]:
    """The quickstart with its nodes, and the fusion built upon it."""
    start = time.perf_counter()
    found = nodes()
    quickstart.add(found)
    stored = time.perf_counter() - start
    fusion = quickstart.fused(found)
    fused = time.perf_counter() - start
    return System(partial(_slots, quickstart), {row: stored}), System(partial(_slots, fusion), {row: fused})


def _slots(retriever: Quickstart | BaseRetriever, question: str) -> list[Slot]:
    found = retriever.retrieve(question)
    return [Slot(hit.node.metadata[FILE_NAME], hit.node.get_content(MetadataMode.NONE)) for hit in found]


def _our_slots(bot: Assistant, question: str) -> list[Slot]:
    return [Slot(passage.source.id, passage.text) for passage in bot.retrieve(question, DEPTH)]


def _ask(
    systems: Mapping[str, System], questions: Sequence[Asked]
) -> tuple[dict[str, list[list[Slot]]], dict[str, Times]]:
    """What each system found for each question, and how long that took."""
    found: dict[str, list[list[Slot]]] = {name: [] for name in systems}
    times: dict[str, Times] = defaultdict(Times)
    for turn, question in enumerate(questions):
        calls = {name: partial(_keep, found[name], s.search, question.text) for name, s in systems.items()}
        in_turn(calls, times, turn)
    return found, times


def _keep(found: list[list[Slot]], search: Callable[[str], list[Slot]], question: str) -> None:
    found.append(search(question))


def _recall(questions: Sequence[Asked], found: Sequence[Sequence[Slot]]) -> str:
    rankings = [list(dict.fromkeys(slot.article for slot in slots)) for slots in found]
    pairs = [(ranking, [question.article or ""]) for ranking, question in zip(rankings, questions, strict=True)]
    scores = [(recall_at(1, *pair), recall_at(SLOTS, *pair), reciprocal_rank_at(DEPTH, *pair)) for pair in pairs]
    return " / ".join(f"{sum(column) / len(column):.3f}" for column in zip(*scores, strict=True))


def _repeated(found: Sequence[Sequence[Slot]]) -> str:
    shown = [[slot.text for slot in slots[:SLOTS]] for slots in found]
    return f"{sum(map(repeats, shown)) / sum(map(len, shown)):.1%}"
