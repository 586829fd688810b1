"""Spreads what a sync does with changed files over a Ray cluster; the process that syncs reads and writes.

changed files -> prepared articles, by workers -> sentences without a vector -> vectors, by workers -> journal
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache, partial
from importlib.metadata import version
from itertools import chain

from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.cluster import Cluster, advised, check
from assistant.index.embeddings import Embedder, alike, embedded
from assistant.index.preparation import Batch, ChangedFile, PreparedArticle, Stored, in_batches, prepare
from assistant.index.side_by_side import side_by_side
from assistant.models import embedding_model, model_id
from assistant.records import Skipped
from assistant.settings import Settings

# Read by one worker at a time: some 70 ms of work, and no more in memory than one large file.
GROUP_FILES = 16
GROUP_BYTES = 2_000_000
# Embedded by one worker at a time: some five seconds of the local model on one core.
BATCH_SENTENCES = 200
# Packages that decide which sentences, chunks and terms a file becomes.
SHAPING = ("babel", "charset-normalizer", "ftfy", "markdown-it-py", "py3langid", "pystemmer", "sentencex", "tiktoken")
SAME_EVERYWHERE = "Install the same versions on every node; an embedding that was handed over cannot be used on others."


class ClusterPreparation:
    """Prepares articles and embeds their sentences on a Ray cluster, which is opened when a file has changed.

    What comes out is what `LocalPreparation` makes, in the same order. A sentence is embedded once, wherever it occurs.

    Args:
        settings: how to read and what to embed with.
        embedder: has the journal that takes the workers' vectors.
        address: as of `Cluster`.

    Raises:
        ClusterError: Ray is not installed, or the cluster cannot be used or was lost.
    """

    def __init__(self, settings: Settings, embedder: Embedder, address: str) -> None:
        check(address)
        self.embedder = embedder
        self._settings = _without_secrets(settings)
        self._address = address
        self._made_by = made_by(embedder.model_id)
        # What an endpoint is asked for at a time is for one worker.
        at_once = settings.embedding_batch_size * settings.embedding_concurrency
        self._batch_sentences = BATCH_SENTENCES if settings.embedding == "local" else max(BATCH_SENTENCES, at_once)

    def batches(self, files: Iterable[ChangedFile | None], stored: Stored) -> Generator[Batch, None, None]:
        """See `Preparation`."""
        changed = filter(None, files)
        first = next(changed, None)
        if first is None:
            return
        with Cluster(self._address) as cluster:
            groups = cluster.in_order((None, self._preparing(group)) for group in in_groups(chain([first], changed)))
            batches = in_batches(chain.from_iterable(prepared for _, prepared in groups), self._batch_sentences)
            under_way: set[int] = set()
            for (batch, ids), vectors in cluster.in_order(self._embedding(batches, stored, under_way)):
                self.embedder.remember(dict(zip(ids, vectors, strict=True)))
                under_way.difference_update(ids)
                yield batch

    def _preparing(self, group: Sequence[ChangedFile]) -> Callable[[], list[PreparedArticle | Skipped]]:
        return partial(prepare_all, self._settings, self._made_by, group)

    def _embedding(
        self, batches: Iterable[Batch], stored: Stored, under_way: set[int]
    ) -> Iterator[tuple[tuple[Batch, list[int]], Callable[[], list[bytes]]]]:
        """Each batch with the ids of its sentences that have no vector yet, and the call that makes those."""
        for batch in batches:
            articles = [outcome for outcome in batch if isinstance(outcome, PreparedArticle)]
            texts = {text for article in articles for text in article.texts()}
            missing = self.embedder.missing(texts, stored([article.article.id for article in articles]))
            wanted = {self.embedder.id(text): text for text in missing}
            for known in under_way.intersection(wanted):
                del wanted[known]
            under_way.update(wanted)
            yield (batch, list(wanted)), partial(embed, self._settings, self._made_by, list(wanted.values()))


def in_groups(files: Iterable[ChangedFile]) -> Iterator[list[ChangedFile]]:
    """Groups of up to `GROUP_FILES`, smaller where files are large."""
    group: list[ChangedFile] = []
    for file in files:
        group.append(file)
        if len(group) == GROUP_FILES or sum(len(member.data) for member in group) >= GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group


def made_by(embedding: str) -> dict[str, str]:
    """What vectors and chunks depend on besides settings and articles, by its name in words."""
    return {"embedding model": embedding} | {name: version(name) for name in SHAPING}


def prepare_all(
    settings: Settings, wanted: Mapping[str, str], group: Sequence[ChangedFile]
) -> list[PreparedArticle | Skipped]:
    """On a worker: what becomes of files."""
    _embedding_like(settings, wanted)
    return [prepare(file, settings) for file in group]


def embed(settings: Settings, wanted: Mapping[str, str], texts: Sequence[str]) -> list[bytes]:
    """On a worker: the quantised vector of each text."""
    embedding = _embedding_like(settings, wanted)
    batches = list(alike(texts, embedding))
    with closing(side_by_side(partial(embedded, embedding), batches, embedding.num_workers or 1)) as outcomes:
        found = {text: code for _, codes in outcomes for text, code in codes.items()}
    return [found[text] for text in texts]


@lru_cache(maxsize=1)
def _embedding(settings: Settings) -> BaseEmbedding:
    return embedding_model(settings)


def _embedding_like(settings: Settings, wanted: Mapping[str, str]) -> BaseEmbedding:
    """The embedding of this worker, which is loaded once.

    Raises:
        ClusterError: this worker would make something else than the process that syncs.
    """
    embedding = _embedding(settings)
    here = made_by(model_id(embedding))
    differing = next((name for name, value in wanted.items() if here[name] != value), None)
    if differing:
        message = f"On a node of the Ray cluster the {differing} is {here[differing]} and not {wanted[differing]}."
        raise advised(message, SAME_EVERYWHERE)
    return embedding


def _without_secrets(settings: Settings) -> Settings:
    """Settings for workers: what an endpoint wants to know goes along only if they ask one."""
    ours = {"auth_user": None, "auth_password": None, "chroma_url": None}
    if settings.embedding == "local":
        ours |= {"openai_api_key": None, "openai_base_url": None}
    return settings.model_copy(update=ours)
