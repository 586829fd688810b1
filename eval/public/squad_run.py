"""Measures retrieval, extractive answers and refusal on a SQuAD-shaped file."""

from pathlib import Path
from statistics import mean

from assistant import Assistant
from assistant.answers.extractive import choose
from assistant.calibration import calibration_for
from assistant.evidence import answerability, rank_sentences
from assistant.retrieval import Retrieval
from eval.metrics.refusal import balanced_accuracy
from eval.metrics.retrieval import recall_at, reciprocal_rank_at
from eval.public.experiments import PASSAGES, Absent, Asked, ask_all, assistant_over
from eval.public.squad import SquadSet, read_squad

DEEPEST_RANK = 10


def run(contexts: Path, questions: Path) -> dict[str, float]:
    """The figures by name. Refusal and answers are measured on the half that coefficients were not fitted on.

    Args:
        contexts: SQuAD-shaped file whose paragraphs are the corpus.
        questions: the same file, or a parallel one to ask from in another language.
    """
    squad = read_squad(contexts, questions)
    _, measured = squad.halves()
    with assistant_over(squad) as bot:
        figures = _retrieval_figures(list(ask_all(bot, squad, "nothing", DEEPEST_RANK)))
        asked = SquadSet(squad.paragraphs, measured.questions)
        figures |= _answer_figures(bot, asked)
        figures |= _refusal_figures(bot, asked)
    return figures


def _retrieval_figures(asked: list[Asked]) -> dict[str, float]:
    found = [(_paragraphs(a.retrieval), {a.question.paragraph}) for a in asked]
    return {
        "questions": len(found),
        "passage R@1": mean(recall_at(1, *pair) for pair in found),
        "passage R@5": mean(recall_at(5, *pair) for pair in found),
        "passage MRR@10": mean(reciprocal_rank_at(10, *pair) for pair in found),
    }


def _paragraphs(retrieval: Retrieval) -> list[str]:
    return list(dict.fromkeys(hit.chunk.source.id for hit in retrieval.hits))


def _answer_figures(bot: Assistant, squad: SquadSet) -> dict[str, float]:
    calibration = calibration_for(bot.embedding_name)
    held = words = 0
    for asked in ask_all(bot, squad, "nothing", PASSAGES):
        chosen = [
            candidate.text
            for candidate in choose(rank_sentences(asked.retrieval, calibration), bot.settings.answer_sentences)
        ]
        held += any(answer in text for answer in asked.question.answers for text in chosen)
        words += sum(len(text.split()) for text in chosen)
    return {"answer in the quotes": held / len(squad.questions), "words": words / len(squad.questions)}


def _refusal_figures(bot: Assistant, squad: SquadSet) -> dict[str, float]:
    answerable = _scores(bot, squad, "nothing")
    article, paragraph = _scores(bot, squad, "article"), _scores(bot, squad, "paragraph")
    return {
        "refusal, article absent": balanced_accuracy(answerable, article),
        "refusal, paragraph absent": balanced_accuracy(answerable, paragraph),
        "answerable refused": sum(score <= 0 for score in answerable) / len(answerable),
    }


def _scores(bot: Assistant, squad: SquadSet, absent: Absent) -> list[float]:
    calibration = calibration_for(bot.embedding_name)
    return [answerability(asked.retrieval, calibration) for asked in ask_all(bot, squad, absent, PASSAGES)]
