"""Reads SQuAD-shaped files: paragraphs as articles, questions with gold answers.

The shape is Rajpurkar et al. (2016): `data[].paragraphs[]` with `context` and `qas[]`. Files of the XQuAD family are
parallel, so question i of one language can be asked of the paragraphs of another.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question, the paragraph that answers it, and the accepted answers in the paragraph's language."""

    text: str
    paragraph: str
    answers: tuple[str, ...]

    @property
    def article(self) -> str:
        """The article that the paragraph belongs to."""
        return self.paragraph.split("/")[0]


@dataclass(frozen=True, slots=True)
class SquadSet:
    """Paragraphs by id (`ARTICLE/PARAGRAPH.txt`) and the questions over them."""

    paragraphs: dict[str, str]
    questions: tuple[SquadQuestion, ...]

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles' names, in the file's order."""
        return tuple(dict.fromkeys(name.split("/")[0] for name in self.paragraphs))

    def part(self, articles: Sequence[str]) -> "SquadSet":
        """The same restricted to some articles."""
        return SquadSet(
            {name: text for name, text in self.paragraphs.items() if name.split("/")[0] in articles},
            tuple(q for q in self.questions if q.article in articles),
        )

    def write(self, folder: Path) -> Path:
        """Writes every paragraph as an article below `folder`, and returns it."""
        for name, text in self.paragraphs.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder


def read_squad(path: Path, questions: Path | None = None) -> SquadSet:
    """Reads a file; with `questions`, a parallel file whose questions are asked instead.

    Raises:
        ValueError: a file is not SQuAD-shaped, or the two are not parallel.
    """
    contexts = _paragraphs(path)
    asked = _paragraphs(questions) if questions else contexts
    if [[len(p["qas"]) for p in a] for a in contexts] != [[len(p["qas"]) for p in a] for a in asked]:
        message = f"{questions} does not ask the same questions as {path}"
        raise ValueError(message)
    texts: dict[str, str] = {}
    found: list[SquadQuestion] = []
    for i, (article, other) in enumerate(zip(contexts, asked, strict=True)):
        for j, (paragraph, spoken) in enumerate(zip(article, other, strict=True)):
            name = f"{i:02}/{j:02}.txt"
            texts[name] = paragraph["context"]
            for gold, question in zip(paragraph["qas"], spoken["qas"], strict=True):
                answers = tuple(dict.fromkeys(answer["text"] for answer in gold["answers"]))
                found.append(SquadQuestion(question["question"], name, answers))
    return SquadSet(texts, tuple(found))


def _paragraphs(path: Path) -> list[list[dict[str, Any]]]:
    try:
        return [article["paragraphs"] for article in json.loads(path.read_text(encoding="utf-8"))["data"]]
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        message = f"{path} is not a SQuAD-shaped file: {error!r}"
        raise ValueError(message) from error
