"""What there is to learn refusal and sentence selection from: rows of features, and what would have been right.

All settings are as they ship: what is learned is for everybody.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant import Assistant
from assistant.conversation import standalone_question
from assistant.evidence import asserts_something, refusal_features, selection_features
from assistant.question import read_question
from assistant.retrieval import Hit, Retrieval
from eval.cases import Case, locate
from eval.metrics.citations import Place, holds
from eval.public.experiments import DEFAULTS, PASSAGES, Absent, Asked, ask_all, assistant_over, settings_over
from eval.public.squad import SquadSet, read_squad

# A small corpus weighs terms otherwise than a large one, and in one that is about a single subject every passage comes
# near to every question, so such corpora take part in the fit: this many articles of several paragraphs each.
SMALL_CORPORA = (4, 1)

# One hand-written question counts as this many of the files': they are few, and what their words have in common with
# the articles is closer to real questions. On the dev cases, refusal's balanced accuracy is .61 at 1, .65 at 5, .68 at
# 20; on XQuAD-R's fitting half it is .900, .897 and .893.
CASE_WEIGHT = 5

Features = Mapping[str, float]


@dataclass
class Rows:
    """A row of features for each decision, and whether it was right.

    Attributes:
        refusal: of each question, whether it has an answer.
        selection: of each question, of each sentence whether it holds the answer.
    """

    refusal: list[tuple[Features, bool]] = field(default_factory=list)
    selection: list[list[tuple[Features, bool]]] = field(default_factory=list)

    def add(self, other: "Rows") -> None:
        """Takes in the rows of another set."""
        self.refusal += other.refusal
        self.selection += other.selection

    def times(self, count: int) -> "Rows":
        """Every row so many times."""
        return Rows(self.refusal * count, self.selection * count)


@dataclass
class Lessons:
    """All rows there are.

    Attributes:
        same: of questions in the articles' language, by its code.
        other: of questions in another.
    """

    same: dict[str, Rows] = field(default_factory=dict)
    other: Rows = field(default_factory=Rows)

    def add(self, rows: Rows, written: str, *, same_language: bool) -> None:
        """Takes in rows of questions over articles written in one language, asked in the same one or another."""
        place = self.same.setdefault(written, Rows()) if same_language else self.other
        place.add(rows)

    def pooled(self) -> Rows:
        """The rows of questions in the articles' language, whichever it is."""
        joined = Rows()
        for rows in self.same.values():
            joined.add(rows)
        return joined


def add_squad(lessons: Lessons, files: Sequence[Path]) -> None:
    """Takes in parallel SQuAD-shaped files, one for each language.

    The fitting half's questions of each are asked of the paragraphs of all, with their article, their paragraph and
    nothing left out.
    """
    for contexts in files:
        asked = [fitting_corpora(read_squad(contexts, questions)) for questions in files]
        for corpora in zip(*asked, strict=True):
            # The same paragraphs throughout, asked from each file in turn.
            with assistant_over(corpora[0], **DEFAULTS) as bot:
                written = _language(bot)
                for questions, corpus in zip(files, corpora, strict=True):
                    lessons.add(_squad_rows(bot, corpus), written, same_language=questions == contexts)


def add_cases(lessons: Lessons, cases: Iterable[Case], corpus: Path) -> None:
    """Takes in hand-written cases over a folder of articles; surveys are decided otherwise and are left out."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant(settings_over(corpus, Path(folder), **DEFAULTS)) as bot,
    ):
        bot.sync(progress=True)
        texts = {source.id: bot.article(source.id).text for source in bot.articles()}
        written = _language(bot)
        for case in cases:
            question = standalone_question(case.question, case.turns(), bot.settings.history_turns)
            if not read_question(question).survey:
                retrieval = bot.search(question, PASSAGES, case.filters)
                rows = _rows([(retrieval, case.answerable)], _is_evidence(locate(case, texts)))
                lessons.add(rows.times(CASE_WEIGHT), written, same_language=case.language == written)


def fitting_corpora(squad: SquadSet) -> list[SquadSet]:
    """The corpora to fit on: the whole with the fitting half's questions, and small ones of that half alone."""
    fit, _ = squad.halves()
    names = fit.articles
    small = [fit.part(names[i : i + size]) for size in SMALL_CORPORA for i in range(0, len(names), size)]
    return [SquadSet(squad.paragraphs, fit.questions), *small]


def selection_rows(retrieval: Retrieval, is_gold: Callable[[Hit, int], bool]) -> list[tuple[Features, bool]]:
    """Features of every quotable sentence, and whether it holds the answer."""
    return [
        (selection_features(retrieval, hit, position), is_gold(hit, position))
        for hit in retrieval.hits
        for position, text in enumerate(hit.sentence_texts)
        if asserts_something(text, hit.chunk.source.title)
    ]


def holds_answer(paragraph: str, answers: Sequence[str]) -> Callable[[Hit, int], bool]:
    """Whether a sentence holds a gold answer in the gold paragraph."""

    def is_gold(hit: Hit, position: int) -> bool:
        return hit.chunk.source.id == paragraph and any(answer in hit.sentence_texts[position] for answer in answers)

    return is_gold


def _is_evidence(pieces: Sequence[Sequence[Place]]) -> Callable[[Hit, int], bool]:
    def is_gold(hit: Hit, position: int) -> bool:
        place = Place(hit.chunk.source.id, hit.chunk.sentences[position])
        return any(holds(place, piece) for piece in pieces)

    return is_gold


def _squad_rows(bot: Assistant, corpus: SquadSet) -> Rows:
    rows = Rows()
    for asked in _asked(bot, corpus, "nothing"):
        gold = holds_answer(asked.question.paragraph, asked.question.answers)
        rows.add(_rows([(asked.retrieval, True)], gold))
    absent = _asked(bot, corpus, "article") + _asked(bot, corpus, "paragraph")
    rows.add(_rows([(asked.retrieval, False) for asked in absent], lambda *_: False))
    return rows


def _rows(found: Sequence[tuple[Retrieval, bool]], is_gold: Callable[[Hit, int], bool]) -> Rows:
    return Rows(
        refusal=[(refusal_features(r, r.hits), answerable) for r, answerable in found if r.hits],
        selection=[selection_rows(r, is_gold) for r, answerable in found if answerable],
    )


def _asked(bot: Assistant, corpus: SquadSet, absent: Absent) -> list[Asked]:
    return list(ask_all(bot, corpus, absent, PASSAGES))


def _language(bot: Assistant) -> str:
    """The language that most articles are written in, as the index names it."""
    ((code, _),) = Counter(str(source.language) for source in bot.articles()).most_common(1)
    return code
