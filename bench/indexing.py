"""How much of the embedding model's own speed a sync reaches."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from assistant import Assistant
from assistant.chunks import split_sentences
from assistant.tokens import ENCODING, count_tokens
from bench.plan import Plan
from bench.tables import Table
from bench.timing import Times, in_turn

# About 10,000 tokens a round, as many seconds of embedding on two slow cores.
ARTICLES_PER_ROUND = 10
ROUNDS = 6

BARE, SYNC = "bare loop", "sync"


def measure(plan: Plan) -> list[Table]:
    """Embeds the same new articles in a bare loop and by `sync`, in turn, several times."""
    settings = plan.settings("indexing")
    times: dict[str, Times] = defaultdict(Times)
    tokens: list[int] = []
    with Assistant(settings, embedding=plan.local) as bot:
        plan.corpus.write(settings.corpus_dir, [0])
        bot.sync()
        for number in range(1, ROUNDS + 1):
            plan.say(f"indexing, round {number} of {ROUNDS}")
            sentences = _add_articles(plan, settings.corpus_dir, number)
            tokens.append(sum(map(count_tokens, sentences)))
            in_turn({BARE: partial(plan.local.get_text_embedding_batch, sentences), SYNC: bot.sync}, times, number)
    return [_table(tokens, times[BARE].seconds, times[SYNC].seconds)]


def _table(tokens: Sequence[int], bare: Sequence[float], synced: Sequence[float]) -> Table:
    rounds = [(n, n / b, n / s, b / s) for n, b, s in zip(tokens, bare, synced, strict=True)]
    medians = (sum(tokens), *(median(column) for column in list(zip(*rounds, strict=True))[1:]))
    table = Table(
        "Indexing with the local embedding",
        ("round", "tokens", f"{BARE}, tokens/s", f"{SYNC}, tokens/s", "share"),
        note=f"Tokens of {ENCODING}. The bare loop embeds the same sentences, each once, sorted by length, and does "
        "nothing else; sync reads, cleans, splits, embeds and stores. Which of the two goes first alternates.",
    )
    names = (*map(str, range(1, len(rounds) + 1)), "median")
    for name, (size, bare_speed, sync_speed, share) in zip(names, (*rounds, medians), strict=True):
        table.add(name, f"{size:,}", f"{bare_speed:,.0f}", f"{sync_speed:,.0f}", f"{share:.1%}")
    return table


def _add_articles(plan: Plan, folder: Path, number: int) -> list[str]:
    """Writes the articles of one round; returns their sentences, shortest first."""
    start = number * ARTICLES_PER_ROUND
    numbers = range(start, start + ARTICLES_PER_ROUND)
    plan.corpus.write(folder, numbers)
    texts = [plan.corpus.article(n) for n in numbers]
    return sorted({text[s.start : s.end] for text in texts for s in split_sentences(text)}, key=len)
