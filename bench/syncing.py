"""What a sync costs when nothing, or little, has changed."""

from collections.abc import Callable

from assistant import Assistant, Settings
from bench.plan import Plan
from bench.tables import Table
from bench.timing import Times, repeat

ARTICLES = 1_000
CHANGED = 10


def measure(plan: Plan) -> list[Table]:
    """Syncs 1,000 articles from nothing, again unchanged, and with ten of them changed."""
    settings = plan.settings("syncing")
    plan.corpus.write(settings.corpus_dir, range(ARTICLES))
    table = Table(
        f"Sync of {ARTICLES:,} articles",
        ("", "seconds, median", "slowest", "n"),
        note="Without imports, which come before. The vectors are synthetic, so embedding is next to free.",
    )
    plan.say(f"syncing {ARTICLES:,} articles")
    with Assistant(settings, embedding=plan.synthetic) as bot:
        _row(table, "from nothing", repeat(1, bot.sync))
        _row(table, "unchanged", repeat(plan.repeats, bot.sync))
        editions = iter(range(1, plan.repeats + 1))
        _row(
            table,
            f"{CHANGED} changed",
            _after_each(plan.repeats, lambda: _change(plan, settings, next(editions)), bot.sync),
        )
    _row(table, "unchanged, opened anew", repeat(plan.repeats, lambda: _open_and_sync(plan, settings)))
    return [table]


def _row(table: Table, name: str, times: Times) -> None:
    table.add(name, f"{times.p50:.2f}", f"{max(times.seconds):.2f}", f"{times.n}")


def _after_each(count: int, before: Callable[[], object], call: Callable[[], object]) -> Times:
    times = Times()
    for _ in range(count):
        before()
        with times.run():
            call()
    return times


def _change(plan: Plan, settings: Settings, edition: int) -> None:
    plan.corpus.write(settings.corpus_dir, range(0, ARTICLES, ARTICLES // CHANGED), edition)


def _open_and_sync(plan: Plan, settings: Settings) -> None:
    with Assistant(settings, embedding=plan.synthetic) as bot:
        bot.sync()
