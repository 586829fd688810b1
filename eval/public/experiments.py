"""Puts SQuAD-shaped questions to the assistant under the conditions that retrieval and refusal are measured in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from assistant import Assistant, Filters, Settings
from assistant.retrieval import Retrieval
from eval.public.squad import SquadQuestion, SquadSet

# What an answer is made from; the setting `top_k` by default.
PASSAGES = 5

# A question of other people's may be a whole argument.
LONGEST_QUESTION_CHARS = 100_000

# Every setting as it ships, for what must be the same whatever the environment and `.env` say.
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}

# What was taken out of the corpus before the question is asked.
Absent = Literal["nothing", "article", "paragraph"]


@dataclass(frozen=True)
class Asked:
    """A question, what was missing from the corpus, and what was retrieved."""

    question: SquadQuestion
    absent: Absent
    retrieval: Retrieval


class Texts(Protocol):
    """A set of texts that can be made a corpus."""

    def write(self, folder: Path) -> Path:
        """Writes every text as an article below `folder`, and returns it."""


@contextmanager
def assistant_over(texts: Texts, **settings: Any) -> Iterator[Assistant]:
    """An assistant over the set's texts, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        place = texts.write(Path(folder) / "corpus"), Path(folder) / "index"
        with Assistant(settings_over(*place, **settings)) as bot:
            bot.sync(progress=True)
            yield bot


def settings_over(corpus: Path, index: Path, **settings: Any) -> Settings:
    """The settings of an experiment: those given, else the user's own, and an index that leaves nothing on a server."""
    place = {"corpus_dir": corpus, "index_dir": index, "chroma_url": None}
    return Settings(**{**settings, **place, "max_question_chars": LONGEST_QUESTION_CHARS})


def ask_all(bot: Assistant, squad: SquadSet, absent: Absent, k: int) -> Iterator[Asked]:
    """Retrieves `k` passages for each question with its article, its paragraph or nothing left out."""
    for question in squad.questions:
        yield Asked(question, absent, bot.search(question.text, k, without(squad, question, absent)))


def without(squad: SquadSet, question: SquadQuestion, absent: Absent) -> Filters | None:
    """The filter that hides what is absent."""
    if absent == "nothing":
        return None
    gone = question.paragraph if absent == "paragraph" else f"{question.article}/"
    left = tuple(name for name in squad.paragraphs if not name.startswith(gone))
    # Without names a filter lets everything through; this one lets through the folder, which is no article.
    return Filters(articles=left or (gone,))
