"""The messages of the chat: questions, answers as they come and whole, failures."""

import html
from collections.abc import Sequence
from typing import Final

from assistant.markup import Target, markdown_html
from assistant.records import AnswerStage, Citation
from assistant.ui.html.corpus import filter_words
from assistant.ui.html.pieces import lines, link, message, title
from assistant.ui.references import Reference
from assistant.ui.session import Exchange
from assistant.ui.words import Words

LONGEST_QUESTION_SHOWN: Final = 2000
RATINGS: Final = {True: "good", False: "bad"}


def question_html(question: str, note: str = "") -> str:
    """A question as the reader typed it, cut where it would fill the page, and a note on it in HTML."""
    cut = question[:LONGEST_QUESTION_SHOWN] + ("…" if len(question) > LONGEST_QUESTION_SHOWN else "")
    return message("question", lines(cut.strip()) + note)


def editing_html(place: int, words: Words) -> str:
    """Says of a question that it is being edited, and lets the reader leave it as it was."""
    cancel = link(Reference("stay", place), words("editing.cancel"), "action")
    return f'<p class="hint">{html.escape(words("editing"))} {cancel}</p>'


def pending_html(text: str, stage: AnswerStage, words: Words) -> str:
    """An answer that is still being written: its markers lead nowhere yet."""
    doing = words.count("stage.reading", stage.passages) if stage.name == "reading" else words(f"stage.{stage.name}")
    return message("answer pending", f'{markdown_html(text)}<p class="stage">{html.escape(doing)}</p>')


def reply_html(exchange: Exchange, place: int, scope: str, words: Words) -> str:
    """What came of a question: its answer, or why there is none.

    Args:
        exchange: the question and what came of it.
        place: its place in the conversation, which its links name.
        scope: in words, what is searched where no filter is in force.
        words: the words of the page.
    """
    if exchange.answer is None:
        failure = f"<p>{lines(words.said(exchange.failure))}</p>"
        return message("answer error", markdown_html(exchange.partial) + failure + _actions(exchange, place, words))
    answer = exchange.answer
    markers = {c.number: _target(c, place) for c in answer.citations}
    remarks = (*map(words.said, answer.notices), _searched(exchange, scope, words))
    shown = "".join(f'<p class="remark">{html.escape(remark)}</p>' for remark in remarks if remark)
    kind = "answer refused" if answer.refused else "answer"
    return message(kind, markdown_html(answer.text, markers) + shown + _actions(exchange, place, words))


def suggestions_html(place: int, questions: Sequence[str], words: Words) -> str:
    """Questions that may come next, as links."""
    if not questions:
        return ""
    links = (link(Reference("ask", place, number), question, "suggestion") for number, question in enumerate(questions))
    hint = f'<p class="hint">{html.escape(words("suggestions"))}</p>'
    return message("suggestions", hint + "".join(links))


def _searched(exchange: Exchange, scope: str, words: Words) -> str:
    """What was searched, where a reader needs to know: under a filter, and after a refusal."""
    if exchange.filters:
        return words("searched.only", scope=filter_words(exchange.filters, words))
    return words("searched", scope=scope) if exchange.answer and exchange.answer.refused else ""


def _actions(exchange: Exchange, place: int, words: Words) -> str:
    kinds = ["copy", "retry", "edit", "good", "bad"] if exchange.answer else ["retry", "edit"]
    if exchange.filters and (exchange.answer is None or exchange.answer.refused):
        kinds.insert(0, "widen")
    chosen = None if exchange.helpful is None else RATINGS[exchange.helpful]
    links = (
        link(Reference(kind, place), words(f"action.{kind}"), "action chosen" if kind == chosen else "action")
        for kind in kinds
    )
    return f'<p class="actions">{"".join(links)}</p>'


def _target(citation: Citation, place: int) -> Target:
    tooltip = f"{title(citation.source)}: {citation.quote}"
    return Target(str(Reference("cite", place, citation.number)), tooltip, citation.source.language or "")
