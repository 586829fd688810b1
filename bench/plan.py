"""What all sections share: where to work, which texts to use, what to say meanwhile."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import Settings
from bench.corpus import Corpus, read_sentences

if TYPE_CHECKING:
    from assistant.models import LocalEmbedding
    from bench.vectors import SyntheticEmbedding

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"

# Real sentences that the synthetic vectors are mixed from; about half a minute of embedding.
EMBEDDED_SENTENCES = 600


@dataclass(frozen=True)
class Plan:
    """One run of the bench.

    Attributes:
        folder: for everything that is written; sections use folders of their own below it.
        squad: a SQuAD-shaped file for more sentences and for real questions.
        sizes: chunks in the indexes that queries are timed on, ascending.
        queries: questions asked of each.
        repeats: how often everything else is measured.
        say: told what goes on.
    """

    folder: Path
    squad: Path | None = None
    sizes: tuple[int, ...] = (1_000, 10_000, 100_000)
    queries: int = 200
    repeats: int = 5
    say: Callable[[str], None] = print

    @cached_property
    def corpus(self) -> Corpus:
        """Articles of any number."""
        return Corpus(read_sentences(SEEDS, self.squad))

    @cached_property
    def local(self) -> "LocalEmbedding":
        """The real local model, warm."""
        from assistant.models import LocalEmbedding

        embedding = LocalEmbedding()
        embedding.get_query_embedding("Is it there?")
        return embedding

    @cached_property
    def synthetic(self) -> "SyntheticEmbedding":
        """Cheap vectors for large corpora, real ones for questions."""
        from bench.vectors import SyntheticEmbedding

        sentences = self.corpus.sentences
        step = -(-len(sentences) // EMBEDDED_SENTENCES)
        self.say("embedding real sentences to mix the vectors of large corpora from")
        return SyntheticEmbedding(self.local, sentences[::step])

    def settings(self, name: str) -> Settings:
        """Settings over a corpus folder and an index of a section's own."""
        corpus = self.folder / name / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        return Settings(corpus_dir=corpus, index_dir=self.folder / name / "index")

    def environment(self, **settings: object) -> dict[str, str]:
        """The environment of a program over the shipped articles, without the settings of whoever runs the bench."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        given = {"corpus_dir": SEEDS, "index_dir": self.folder / "shipped", **settings}
        return {
            **inherited,
            **{f"ASSISTANT_{name.upper()}": str(value) for name, value in given.items()},
            "PYTHONPATH": str(ROOT),
        }


def python(*arguments: str) -> list[str]:
    """A command that runs this interpreter."""
    return [sys.executable, *arguments]
