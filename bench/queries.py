"""How long a question takes as the index grows, stage by stage, beside LlamaIndex's quickstart."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from assistant import Answer, Assistant, Filters, Settings
from assistant.index import Index
from bench.corpus import DAYS, FIRST_DAY
from bench.plan import Plan
from bench.quickstart import Quickstart, stored_nodes
from bench.stages import STAGES, Stages
from bench.tables import Table
from bench.timing import Times, in_turn
from eval.public.squad import read_squad

# What an article of the generated corpus comes to, so that sizes can be given in chunks.
CHUNKS_PER_ARTICLE = 5
WARM_UP = 20

WHOLE = "whole `ask`"
FILTERED = "whole `ask`, filtered to half of the dates"
QUICKSTART = "LlamaIndex quickstart, retrieval only"


@dataclass
class Measured:
    """What was measured on one size of the corpus."""

    articles: int
    chunks: int = 0
    sync: float = 0.0
    resync: float = 0.0
    disk: float = 0.0
    quickstart_disk: float = 0.0
    refused: int = 0
    times: dict[str, Times] = field(default_factory=dict)


def measure(plan: Plan) -> list[Table]:
    """Grows one corpus through the sizes and asks each the same questions."""
    asked = _questions(plan)
    measured = [_measure_size(plan, size // CHUNKS_PER_ARTICLE, asked) for size in plan.sizes]
    return [_sizes(measured), _latency(measured, len(asked) - WARM_UP)]


def _questions(plan: Plan) -> list[str]:
    """Real questions where there are some, and as many about the generated articles."""
    count = plan.queries + WARM_UP
    real = [question.text for question in read_squad(plan.squad).questions] if plan.squad else []
    spread = real[:: max(1, 2 * len(real) // count)]
    made = plan.corpus.questions(count, articles=plan.sizes[0] // CHUNKS_PER_ARTICLE)
    mixed = [question for pair in zip(spread, made, strict=False) for question in pair] if real else made
    return list(islice(dict.fromkeys([*mixed, *made]), count))


def _measure_size(plan: Plan, articles: int, asked: Sequence[str]) -> Measured:
    settings = plan.settings("queries")
    found = Measured(articles)
    plan.say(f"writing and syncing {articles:,} articles")
    plan.corpus.write(settings.corpus_dir, range(articles_in(settings), articles))
    _sync(plan, settings, found)
    quickstart = Quickstart(plan.folder / "quickstart", plan.synthetic)
    try:
        plan.say("copying the vectors to LlamaIndex's quickstart")
        for nodes in stored_nodes(settings, quickstart.ids()):
            quickstart.add(nodes)
        plan.say(f"asking {len(asked)} questions of {articles:,} articles")
        _ask_all(plan, settings, quickstart, asked, found)
    finally:
        quickstart.close()
    found.disk = megabytes(settings.index_path)
    found.quickstart_disk = megabytes(plan.folder / "quickstart")
    return found


def articles_in(settings: Settings) -> int:
    """How many articles were written for a section so far."""
    return sum(1 for _ in settings.corpus_dir.rglob("*.txt"))


def _sync(plan: Plan, settings: Settings, found: Measured) -> None:
    with Assistant(settings, embedding=plan.synthetic) as bot:
        start = time.perf_counter()
        bot.sync(progress=True)
        found.sync = time.perf_counter() - start
        plan.corpus.write(settings.corpus_dir, [0], edition=found.articles)
        start = time.perf_counter()
        bot.sync()
        found.resync = time.perf_counter() - start


def _ask_all(plan: Plan, settings: Settings, quickstart: Quickstart, asked: Sequence[str], found: Measured) -> None:
    """Asks every question of each system in turn, so that whatever else the machine does falls on all of them."""
    half = Filters(published_from=FIRST_DAY, published_to=FIRST_DAY + timedelta(days=DAYS // 2))
    index = Index(settings, plan.synthetic)
    stages = Stages(index, plan.synthetic, settings)
    with Assistant(settings, embedding=plan.synthetic) as bot:
        answers: list[Answer] = []
        systems: dict[str, Callable[[str], object]] = {
            WHOLE: lambda question: answers.append(bot.ask(question)),
            FILTERED: lambda question: bot.ask(question, filters=half),
            QUICKSTART: quickstart.retrieve,
            "stages": stages.ask,
        }
        _ask_each(systems, asked[:WARM_UP])
        answers.clear()
        stages.times.clear()
        found.times = _ask_each(systems, asked[WARM_UP:])
    found.chunks = index.statistics().chunk_count
    index.close()
    found.times |= stages.times
    found.refused = sum(answer.refused for answer in answers)


def _ask_each(systems: dict[str, Callable[[str], object]], asked: Sequence[str]) -> dict[str, Times]:
    times: dict[str, Times] = defaultdict(Times)
    for turn, question in enumerate(asked):
        in_turn({name: partial(ask, question) for name, ask in systems.items()}, times, turn)
    return times


def megabytes(folder: Path) -> float:
    """What the files under a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _sizes(measured: Sequence[Measured]) -> Table:
    table = Table(
        "Indexes of growing size",
        ("", *(f"{m.chunks:,} chunks" for m in measured)),
        note="Generated articles of about 700 words, one growing corpus: each sync adds to the index before it. "
        "The sentence vectors are synthetic: mixtures of real ones, which cost next to nothing.",
    )
    table.add("articles", *(f"{m.articles:,}" for m in measured))
    table.add("sync of what is new, s", *(f"{m.sync:.1f}" for m in measured))
    table.add("sync of one changed article, s", *(f"{m.resync:.2f}" for m in measured))
    table.add("disk, KB a chunk", *(f"{m.disk / m.chunks * 1000:.1f}" for m in measured))
    table.add(
        "disk of LlamaIndex's quickstart, KB a chunk", *(f"{m.quickstart_disk / m.chunks * 1000:.1f}" for m in measured)
    )
    return table


def _latency(measured: Sequence[Measured], asked: int) -> Table:
    table = Table(
        "Query latency",
        ("ms, p50 / p95", *(f"{m.chunks:,} chunks" for m in measured)),
        note=f"n = {asked} questions, embedded for real; each asked of every system in turn. The lexical search runs "
        "beside the embedding, the dense search and the reading, so stages add up to more than the whole.",
    )
    for name in (*STAGES, WHOLE, FILTERED, QUICKSTART):
        table.add(name, *(m.times[name].milliseconds() for m in measured))
    table.add("refused", *(f"{m.refused / asked:.0%}" for m in measured))
    return table
