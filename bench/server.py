"""Chroma as a server beside the folder that an index keeps by itself: the same articles, vectors and questions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from assistant import Assistant, Settings
from bench.plan import Plan
from bench.queries import CHUNKS_PER_ARTICLE, WARM_UP
from bench.scale import CHANGED_SHARE, FILTERS
from bench.tables import Table
from bench.timing import Times, in_turn
from tests.servers import chroma_server, free_port

MOST_CHUNKS = 100_000

FOLDER = "vectors in a folder"
SERVER = "vectors at a server"

# Some articles come in another edition before the last one.
STEPS = {"sync from nothing": 0, "sync of an unchanged corpus": 0, f"sync after {CHANGED_SHARE:.0%} changed": 1}


def measure(plan: Plan) -> list[Table]:
    """Syncs and asks both in turn."""
    articles = min(MOST_CHUNKS, max(plan.sizes)) // CHUNKS_PER_ARTICLE
    folder = plan.settings("server")
    plan.corpus.write(folder.corpus_dir, range(articles))
    table = Table(
        "Chroma in a folder and as a server",
        ("", FOLDER, SERVER),
        note=f"{articles:,} generated articles, synthetic vectors. The server is `chroma run` on the same machine. "
        f"Syncs were run once; questions: n = {plan.queries}, p50 / p95, each asked of both in turn.",
    )
    with chroma_server(plan.folder / "server" / "chroma", free_port()) as url, ExitStack() as stack:
        server = folder.model_copy(update={"index_dir": plan.folder / "server" / "index of server", "chroma_url": url})
        bots = {
            name: stack.enter_context(Assistant(settings, embedding=plan.synthetic))
            for name, settings in ((FOLDER, folder), (SERVER, server))
        }
        for name, seconds in _sync_all(plan, folder, bots, articles).items():
            table.add(f"{name}, s", *(f"{seconds[bot]:.2f}" for bot in bots))
        plan.say(f"asking {plan.queries} questions of both")
        times = _ask_all(bots, plan.corpus.questions(plan.queries + WARM_UP, articles=articles))
        for name in FILTERS:
            table.add(f"{name}, ms", *(times[f"{bot}: {name}"].milliseconds() for bot in bots))
    return [table]


def _sync_all(
    plan: Plan, settings: Settings, bots: Mapping[str, Assistant], articles: int
) -> dict[str, dict[str, float]]:
    """Seconds by step and place."""
    seconds: dict[str, dict[str, float]] = {}
    for step, edition in STEPS.items():
        if edition:
            plan.corpus.write(settings.corpus_dir, range(0, articles, int(1 / CHANGED_SHARE)), edition)
        plan.say(f"{step} of {articles:,} articles, in both places")
        seconds[step] = {name: _time(bot) for name, bot in bots.items()}
    return seconds


def _time(bot: Assistant) -> float:
    times = Times()
    with times.run():
        bot.sync()
    return times.p50


def _ask_all(bots: Mapping[str, Assistant], questions: Sequence[str]) -> dict[str, Times]:
    times: dict[str, Times] = defaultdict(Times)
    for turn, question in enumerate(questions):
        if turn == WARM_UP:
            times.clear()
        calls = {
            f"{name}: {way}": partial(bot.ask, question, filters=filters)
            for name, bot in bots.items()
            for way, filters in FILTERS.items()
        }
        in_turn(calls, times, turn)
    return times
