"""How long embedding takes at an endpoint that answers after a while, by texts in a request and requests at a time."""

import base64
import json
import time
from contextlib import closing
from functools import cache
from itertools import count, islice

import numpy as np

from assistant import Settings
from assistant.chunks import split_sentences
from assistant.index.side_by_side import side_by_side
from assistant.models.endpoint import endpoint_embedding
from bench.corpus import Corpus
from bench.plan import Plan
from bench.tables import Table
from tests.endpoint import MODEL, Endpoint, Reply, Request, late, raw

TEXTS = 2000
# As a hosted model a few networks away.
LATENCY_SECONDS = 0.1
TEXTS_A_REQUEST = (10, 100)
AT_A_TIME = (1, 4, 16)
DIMENSIONS = 384


def measure(plan: Plan) -> list[Table]:
    """Embeds the same sentences at an endpoint on this machine in several ways."""
    texts = _sentences(plan.corpus)
    table = Table(
        "Embedding at an endpoint",
        ("seconds (texts a second)", *(f"{number} at a time" for number in AT_A_TIME)),
        note=f"{len(texts):,} sentences of generated articles; an endpoint on this machine that says nothing for "
        f"{LATENCY_SECONDS * 1000:.0f} ms after each request, whatever is in it, and then sends vectors of "
        f"{DIMENSIONS} dimensions. Each figure is of one run.",
    )
    with Endpoint(_after_a_while) as endpoint:
        for size in TEXTS_A_REQUEST:
            plan.say(f"embedding at an endpoint, {size} texts a request")
            seconds = [_time(endpoint.url, texts, size, number) for number in AT_A_TIME]
            table.add(f"{size} texts a request", *(f"{taken:.1f} ({len(texts) / taken:,.0f})" for taken in seconds))
    return [table]


def _sentences(corpus: Corpus) -> list[str]:
    texts = (corpus.article(number) for number in count())
    return list(islice((text[span.start : span.end] for text in texts for span in split_sentences(text)), TEXTS))


def _time(url: str, texts: list[str], size: int, at_a_time: int) -> float:
    settings = Settings(
        embedding="openai", openai_base_url=url, embedding_batch_size=size, embedding_concurrency=at_a_time
    )
    with closing(endpoint_embedding(settings)) as embedding:
        embedding.get_text_embedding_batch(texts[:1])
        batches = [texts[first : first + size] for first in range(0, len(texts), size)]
        start = time.perf_counter()
        list(side_by_side(embedding.get_text_embedding_batch, batches, at_a_time))
        return time.perf_counter() - start


def _after_a_while(request: Request) -> Reply:
    return late(_vectors(len(request.body["input"])), LATENCY_SECONDS)


@cache
def _vectors(number: int) -> Reply:
    """As hosted models send them to OpenAI's client: float32 in base64, which takes little time to read."""
    vector = base64.b64encode(np.ones(DIMENSIONS, dtype=np.float32).tobytes()).decode()
    data = [{"object": "embedding", "index": place, "embedding": vector} for place in range(number)]
    return raw(json.dumps({"object": "list", "model": MODEL, "data": data, "usage": {}}).encode())
