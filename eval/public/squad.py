"""Reads SQuAD-shaped files: paragraphs as articles, questions with gold answers.

The shape is Rajpurkar et al. (2016): `data[].paragraphs[]` with `context` and `qas[]`. Files of the XQuAD family are
parallel, so question i of one language can be asked of the paragraphs of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from eval.mistakes import first_mistake


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

    def halves(self) -> tuple["SquadSet", "SquadSet"]:
        """Every other article to fit on, and the rest to measure on.

        Raises:
            ValueError: either half is without a question.
        """
        fit, measure = self.part(self.articles[::2]), self.part(self.articles[1::2])
        if not fit.questions or not measure.questions:
            message = f"{len(self.articles)} articles with {len(self.questions)} questions do not make two halves"
            raise ValueError(message)
        return fit, measure

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
        OSError: a file cannot be read.
    """
    contexts = _read(path)
    asked = _read(questions) if questions else contexts
    if _shape(contexts) != _shape(asked):
        message = f"{questions} does not ask the same questions as {path}"
        raise ValueError(message)
    texts: dict[str, str] = {}
    found: list[SquadQuestion] = []
    for i, (article, other) in enumerate(zip(contexts.data, asked.data, strict=True)):
        for j, (paragraph, spoken) in enumerate(zip(article.paragraphs, other.paragraphs, strict=True)):
            name = f"{i:02}/{j:02}.txt"
            texts[name] = paragraph.context
            for gold, question in zip(paragraph.qas, spoken.qas, strict=True):
                answers = tuple(dict.fromkeys(answer.text for answer in gold.answers))
                found.append(SquadQuestion(question.question, name, answers))
    return SquadSet(texts, tuple(found))


class _Answer(BaseModel):
    text: str


class _Question(BaseModel):
    question: str
    answers: list[_Answer]


class _Paragraph(BaseModel):
    context: str
    qas: list[_Question]


class _Article(BaseModel):
    paragraphs: list[_Paragraph]


class _File(BaseModel):
    data: list[_Article]


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except ValidationError as error:
        message = f"{path} is not a SQuAD-shaped file: {first_mistake(error)}"
        raise ValueError(message) from error


def _shape(file: _File) -> list[list[int]]:
    return [[len(paragraph.qas) for paragraph in article.paragraphs] for article in file.data]
