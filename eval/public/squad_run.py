"""Measures retrieval, extractive answers and refusal on a SQuAD-shaped file."""

from pathlib import Path

from assistant import Assistant
from assistant.answers.extractive import choose
from assistant.calibration import calibration_for
from assistant.evidence import answerability, rank_sentences
from assistant.retrieval import Retrieval
from eval.metrics.averages import averages
from eval.metrics.bootstrap import Estimate
from eval.metrics.retrieval import recall_at, reciprocal_rank_at
from eval.public.experiments import PASSAGES, Absent, Asked, ask_all, assistant_over
from eval.public.squad import SquadSet, read_squad

DEEPEST_RANK = 10


def run(contexts: Path, questions: Path) -> dict[str, Estimate]:
    """The figures by name. Refusal and answers are measured on the half that coefficients were not fitted on.

    Args:
        contexts: SQuAD-shaped file whose paragraphs are the corpus.
        questions: the same file, or a parallel one to ask from in another language.
    """
    squad = read_squad(contexts, questions)
    _, measured = squad.halves()
    with assistant_over(squad) as bot:
        found = averages([_retrieval_scores(asked) for asked in ask_all(bot, squad, "nothing", DEEPEST_RANK)])
        asked = SquadSet(squad.paragraphs, measured.questions)
        answers = averages([_answer_scores(bot, one) for one in ask_all(bot, asked, "nothing", PASSAGES)])
        return found | answers | averages(_refusal_scores(bot, asked))


def _retrieval_scores(asked: Asked) -> dict[str, float]:
    ranking, relevant = _paragraphs(asked.retrieval), {asked.question.paragraph}
    return {
        "passage R@1": recall_at(1, ranking, relevant),
        "passage R@5": recall_at(5, ranking, relevant),
        "passage MRR@10": reciprocal_rank_at(10, ranking, relevant),
    }


def _paragraphs(retrieval: Retrieval) -> list[str]:
    return list(dict.fromkeys(hit.chunk.source.id for hit in retrieval.hits))


def _answer_scores(bot: Assistant, asked: Asked) -> dict[str, float]:
    ranked = rank_sentences(asked.retrieval, calibration_for(bot.embedding_name))
    chosen = [candidate.text for candidate in choose(ranked, bot.settings.answer_sentences)]
    held = any(answer in text for answer in asked.question.answers for text in chosen)
    return {"answer in the quotes": float(held), "words": float(sum(len(text.split()) for text in chosen))}


def _refusal_scores(bot: Assistant, squad: SquadSet) -> list[dict[str, float]]:
    """Balanced accuracy is the mean over questions: each is asked once with its answer and once without."""
    kinds: tuple[Absent, ...] = ("nothing", "article", "paragraph")
    refused = zip(*(_refused(bot, squad, absent) for absent in kinds), strict=True)
    return [
        {
            "refusal, article absent": (1 - wrongly + article) / 2,
            "refusal, paragraph absent": (1 - wrongly + paragraph) / 2,
            "answerable refused": wrongly,
        }
        for wrongly, article, paragraph in refused
    ]


def _refused(bot: Assistant, squad: SquadSet, absent: Absent) -> list[float]:
    calibration = calibration_for(bot.embedding_name)
    found = ask_all(bot, squad, absent, PASSAGES)
    return [float(answerability(asked.retrieval, calibration) < 0) for asked in found]
