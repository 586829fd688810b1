"""Lets a model rewrite a follow-up question so that it can be searched for by itself."""

import re
from collections.abc import Sequence

from assistant.chunks import split_sentences
from assistant.conversation.standalone import messages_of
from assistant.errors import QuestionError
from assistant.models.chat import Budget, ChatModel
from assistant.prompts import as_data, load_prompt
from assistant.question import read_question
from assistant.records import Turn
from assistant.tokens import count_tokens

# Of the model's window the talk may take so much; what is in it is rarely more than a page.
SHARE_OF_WINDOW = 0.5
# A question that grows by more than this has become something else.
LONGEST_GROWTH_CHARS = 400

# What some models set in front of it, though told not to.
_LABEL = re.compile(r"\A\W*(?:(?:standalone|rewritten|stand-alone)\s+)?question\W*:\W*", re.IGNORECASE)
_SPEAKERS = {"user": "Reader", "assistant": "Assistant"}


def rewritten_question(
    question: str, history: Sequence[Turn], turns: int, model: ChatModel, budget: Budget
) -> str | None:
    """The question as it stands by itself, None if the model gives nothing that can be searched for.

    Args:
        question: as asked, after `history`.
        history: earlier messages, oldest first.
        turns: how many of the latest messages may explain the question.
        model: what rewrites.
        budget: the time it may take.

    Raises:
        ModelError: the model failed.
    """
    talk = _talk(history, turns, int(model.context_window * SHARE_OF_WINDOW))
    if not talk:
        return None
    system = load_prompt("standalone_question").substitute()
    prompt = f"<conversation>\n{talk}\n</conversation>\n\n<question>\n{as_data(question)}\n</question>"
    said = model.whole_reply(system, prompt, budget)
    return _usable(said, question)


def _talk(history: Sequence[Turn], turns: int, room: int) -> str:
    """The latest messages by whole sentences, as many as there is room for."""
    lines = [
        f"{_SPEAKERS[role]}: {as_data(text[span.start : span.end])}"
        for role, text in (messages_of(history)[-turns:] if turns > 0 else [])
        for span in split_sentences(text)
    ]
    kept: list[str] = []
    for line in reversed(lines):
        room -= count_tokens(line)
        if room < 0:
            break
        kept.insert(0, line)
    return "\n".join(kept)


def _usable(said: str, question: str) -> str | None:
    """What the model said, if it is one line that asks for something."""
    line = _LABEL.sub("", said).strip("\"'“”«» ")
    if not line or "\n" in line or len(line) > len(question) + LONGEST_GROWTH_CHARS:
        return None
    try:
        read = read_question(line)
    except QuestionError:
        return None
    return None if read.function_terms.issuperset(read.terms) else line
