"""Which of the corpus' own questions may come next in a conversation."""

from collections.abc import Sequence
from typing import Final

from assistant.languages import detect_language, language
from assistant.terms import fold, terms
from assistant.ui.session import Conversation

MOST: Final = 2


def suggested(conversation: Conversation, examples: Sequence[str]) -> list[str]:
    """Questions not asked yet that share words of content with the last answer, or any after a refusal.

    Only questions in the language of the last one: a reader who asks in Russian is not sent to English.
    """
    if not conversation.exchanges or conversation.exchanges[-1].answer is None:
        return []
    last = conversation.exchanges[-1].answer
    asked = {fold(exchange.question).strip() for exchange in conversation.exchanges}
    code = detect_language(last.question)
    content = language(code).content_words
    open_questions = [q for q in examples if fold(q).strip() not in asked and detect_language(q) == code]
    if last.refused:
        return open_questions[:MOST]
    told = [text for citation in last.citations for text in (citation.quote, citation.source.title or "")]
    known = frozenset(term for text in told for term in terms(text))
    near = {question: len(known.intersection(terms(" ".join(content(question))))) for question in open_questions}
    return sorted((q for q in open_questions if near[q]), key=lambda q: -near[q])[:MOST]
