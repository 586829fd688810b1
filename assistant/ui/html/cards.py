"""The cards beside the chat: the passages behind an answer, or nearest to a question without one."""

import html
import re
from dataclasses import dataclass
from typing import Final

from assistant.records import Answer, Citation, Source, Support
from assistant.ui.html.pieces import facts, lang, lines, link, title
from assistant.ui.references import Reference
from assistant.ui.session import Exchange, Session, View
from assistant.ui.words import Words

_LINE_BREAKS: Final = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class _Card:
    reference: Reference
    source: Source
    quote: str
    support: Support | None = None
    reason: str = ""


def cards_html(session: Session, words: Words, left: str = "") -> str:
    """The cards of an answer: one per citation, or for a refusal the nearest passages, which have no numbers.

    The card whose article is open is set apart, and the others step back.

    Args:
        session: whose cards, and what is open.
        words: the words of the page.
        left: the card whose article was closed just now, which is set apart too.
    """
    view = session.view
    exchange = session.conversation.exchange(view.place)
    if exchange is None or exchange.answer is None:
        return f'<p class="hint">{html.escape(words("sources.hint"))}</p>'
    cards = _cards(exchange.answer, view.place)
    if view.oldest_first:
        cards.sort(key=lambda card: (card.source.published is None, str(card.source.published)))
    head = _refusal_head(exchange, words) if exchange.answer.refused else _head(cards, view, words)
    selected = view.opened or left
    shown = "".join(_card_html(card, words, chosen=str(card.reference) == selected) for card in cards)
    return f'<div class="cards{" reading" if view.opened else ""}">{head}{shown}</div>'


def _cards(answer: Answer, place: int) -> list[_Card]:
    if answer.refused:
        return [
            _Card(Reference("passage", place, number), passage.source, passage.text)
            for number, passage in enumerate(answer.passages, start=1)
        ]
    return [
        _Card(Reference("cite", place, c.number), c.source, c.quote, c.support, _reason(answer, c))
        for c in answer.citations
    ]


def _reason(answer: Answer, citation: Citation) -> str:
    """Why a sentence that rests on a citation is not wholly supported."""
    reasons = (s.reason for s in answer.sentences if citation.number in s.citations and s.support == citation.support)
    return next(reasons, "")


def _head(cards: list[_Card], view: View, words: Words) -> str:
    order = ""
    if len({card.source.id for card in cards}) > 1:
        named = words("sources.as-cited" if view.oldest_first else "sources.oldest-first")
        order = link(Reference("order"), named, "order")
    return f"<header><h2>{html.escape(words.count('sources.count', len(cards)))}</h2>{order}</header>"


def _refusal_head(exchange: Exchange, words: Words) -> str:
    found = exchange.answer is not None and exchange.answer.passages
    said = [words("refusal.nearest" if found else "refusal.nothing")]
    said.append(words("refusal.hint-filter" if exchange.filters else "refusal.hint"))
    named, advice = html.escape(words("refusal.title")), html.escape(" ".join(said))
    return f'<header id="refusal"><h2>{named}</h2><p>{advice}</p></header>'


def _card_html(card: _Card, words: Words, *, chosen: bool) -> str:
    cited = card.reference.kind == "cite"
    number = f' data-number="{card.reference.number}"' if cited else ""
    badge = f'<span class="badge">{card.reference.number}</span>' if cited else ""
    current = ' aria-current="true"' if chosen else ""
    return (
        f'<section class="source-card"{number}{current}>'
        f'<header>{badge}<h3 dir="auto"{lang(card.source)}>{html.escape(title(card.source))}</h3></header>'
        f"{facts(card.source, words)}"
        f'<blockquote dir="auto"{lang(card.source)}>{lines(_LINE_BREAKS.sub(chr(10), card.quote))}</blockquote>'
        f"<footer>{_verdict(card, words)}{link(card.reference, words('sources.open'), 'open')}</footer></section>"
    )


def _verdict(card: _Card, words: Words) -> str:
    if card.support is None:
        return ""
    reason = f'<span class="reason">{html.escape(words.said(card.reason))}</span>' if card.reason else ""
    return f'<span class="support {card.support}">{html.escape(words(f"support.{card.support}"))}</span>{reason}'
