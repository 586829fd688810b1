"""One reader's conversation, and what of it stands beside the chat.

Both live in the server between two questions, each in a state of its own: an answer that is coming writes the
conversation, and what a reader opens meanwhile the view. The browser keeps conversations for good and hands one back to
open it again, so what comes from there is read as strictly as any other input.
"""

import secrets

from pydantic import Field

from assistant.records import Answer, Filters, Record, Source, Turn
from assistant.ui.references import Reference

LONGEST_TITLE = 80
# The kinds of links that open a card's passage.
CARDS = frozenset({"cite", "passage"})


class Exchange(Record):
    """A question and what came of it: an answer, or a failure with what was written until then."""

    id: str = Field(default_factory=lambda: secrets.token_hex(8), min_length=1, max_length=40)
    question: str
    filters: Filters = Filters()
    answer: Answer | None = None
    partial: str = ""
    failure: str = ""
    helpful: bool | None = None

    def passage(self, reference: Reference) -> tuple[Source, str, int] | None:
        """The source, words and offset of one of the cards, None if there is no such card."""
        if self.answer is None:
            return None
        if reference.kind == "cite":
            return next(
                ((c.source, c.quote, c.start) for c in self.answer.citations if c.number == reference.number), None
            )
        places = enumerate(self.answer.passages, start=1)
        return next(((p.source, p.text, p.start) for place, p in places if place == reference.number), None)


class Conversation(Record):
    """What was asked and answered, in order."""

    id: str = Field(default_factory=lambda: secrets.token_hex(8), min_length=1, max_length=40)
    exchanges: tuple[Exchange, ...] = ()

    def title(self) -> str:
        """Its first question, cut to a line."""
        first = " ".join(self.exchanges[0].question.split()) if self.exchanges else ""
        return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"

    def answers(self) -> list[Answer]:
        """The answers in it."""
        return [exchange.answer for exchange in self.exchanges if exchange.answer]

    def history(self) -> list[Turn]:
        """What the assistant gets to know of it; a failure is no answer."""
        turns: list[Turn] = []
        for answer in self.answers():
            turns.append({"role": "user", "content": answer.question})
            turns.append({"role": "assistant", "content": answer.text})
        return turns

    def is_waiting(self) -> bool:
        """Whether its last answer is still to come."""
        last = self.exchange(len(self.exchanges) - 1)
        return last is not None and last.answer is None and not last.failure

    def exchange(self, place: int) -> Exchange | None:
        """The exchange at a place, None if there is none."""
        return self.exchanges[place] if 0 <= place < len(self.exchanges) else None

    def until(self, place: int) -> "Conversation":
        """What came before a place."""
        return self.model_copy(update={"exchanges": self.exchanges[:place]})

    def with_exchange(self, exchange: Exchange) -> "Conversation":
        """With one exchange more, or with the last one replaced if it has the same id."""
        before = self.exchanges[:-1] if self.exchanges and self.exchanges[-1].id == exchange.id else self.exchanges
        return self.model_copy(update={"exchanges": (*before, exchange)})

    def changed(self, place: int, **changes: object) -> "Conversation":
        """With other values at one place."""
        exchanges = list(self.exchanges)
        exchanges[place] = exchanges[place].model_copy(update=changes)
        return self.model_copy(update={"exchanges": tuple(exchanges)})

    def to_keep(self) -> "Conversation":
        """Without what no view of it shows: the passages behind answers that cite, and where the server has files."""
        kept = tuple(
            exchange.model_copy(update={"answer": exchange.answer and _to_keep(exchange.answer)})
            for exchange in self.exchanges
        )
        return self.model_copy(update={"exchanges": kept})


class View(Record):
    """What of a conversation stands beside it, and what a reader is doing there.

    Attributes:
        place: of the exchange whose cards are shown.
        opened: the card or article that is open, empty if none is.
        listing: whether all articles are listed instead of cards.
        sought: which of all articles are listed: those with these words; every one if empty.
        oldest_first: the order of the cards.
        editing: the place of a question that the next one replaces.
        rating: the place of the answer that was rated last.
        before: how all this was when the question was asked whose answer is coming; None if none is.
    """

    place: int = 0
    opened: str = ""
    listing: bool = False
    sought: str = ""
    oldest_first: bool = False
    editing: int | None = None
    rating: int = 0
    before: "View | None" = None

    def having(self, **changes: object) -> "View":
        """The same with other values."""
        return self.model_copy(update=changes)

    def asked(self) -> "View":
        """The same, once a question was asked."""
        now = self.having(editing=None, before=None)
        return now.having(before=now)

    def answered(self, place: int) -> "View":
        """The cards of the answer that came, or what a reader has opened or turned meanwhile, with these cards behind.

        Args:
            place: of the answer.
        """
        now = self.having(before=None)
        if now == self.before:
            return View(place=place)
        opened = Reference.parse(now.opened)
        # From a passage the way back leads to the cards that it was opened from.
        return now if opened and opened.kind in CARDS else now.having(place=place)


class Session(Record):
    """A conversation and the view of it, for whatever is drawn from both."""

    conversation: Conversation = Field(default_factory=Conversation)
    view: View = View()

    def having(self, **changes: object) -> "Session":
        """The same with other values in the view."""
        return self.model_copy(update={"view": self.view.having(**changes)})


def without_paths(answer: Answer) -> Answer:
    """An answer as others may have it: where the files are is this machine's affair."""
    changes = {
        name: tuple(part.model_copy(update={"source": part.source.model_copy(update={"path": ""})}) for part in parts)
        for name, parts in (("citations", answer.citations), ("passages", answer.passages))
    }
    return answer.model_copy(update=changes)


def _to_keep(answer: Answer) -> Answer:
    return without_paths(answer if answer.refused else answer.model_copy(update={"passages": ()}))


def told(event: object, name: str) -> str:
    """What the browser says with an event, which may be anything; empty if it does not say it."""
    try:
        return str(getattr(event, name, ""))
    except TypeError:
        return ""


def named(event: object, conversation: Conversation) -> tuple[Reference | None, Exchange | None]:
    """What a link that was followed names, and the exchange it belongs to; None for what there is not."""
    reference = Reference.parse(told(event, "reference"))
    return reference, conversation.exchange(reference.place) if reference else None
