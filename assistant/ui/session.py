"""One reader's conversation, as the page keeps it between two questions."""

from dataclasses import dataclass, replace

from assistant.records import Answer, Source, Turn
from assistant.ui import rendering
from assistant.ui.rendering import Reference


@dataclass(frozen=True)
class Conversation:
    """The messages shown, as HTML, and the answers behind them. A failure is shown but is no answer."""

    messages: tuple[Turn, ...] = ()
    answers: tuple[Answer, ...] = ()

    def history(self) -> list[Turn]:
        """What the assistant gets to know of it."""
        turns: list[Turn] = []
        for answer in self.answers:
            turns.append({"role": "user", "content": answer.question})
            turns.append({"role": "assistant", "content": answer.text})
        return turns

    def asked(self, question: str) -> "Conversation":
        """With a question as its newest message; a blank one leaves no trace."""
        if not question.strip():
            return self
        return replace(self, messages=(*self.messages, {"role": "user", "content": rendering.question_html(question)}))

    def showing(self, markup: str) -> list[Turn]:
        """Its messages, and one more of the assistant's."""
        return [*self.messages, {"role": "assistant", "content": markup}]

    def failed(self, words: str) -> "Conversation":
        """With a failure as its newest message."""
        return replace(self, messages=tuple(self.showing(rendering.error_html(words))))

    def answered(self, answer: Answer, searched: str) -> "Conversation":
        """With an answer as its newest message."""
        markup = rendering.answer_html(answer, len(self.answers), searched)
        return Conversation(tuple(self.showing(markup)), (*self.answers, answer))

    def passage(self, reference: Reference) -> tuple[Source, str, int] | None:
        """The source, words and offset that a reference names, None if it names nothing here."""
        if reference.answer >= len(self.answers):
            return None
        answer = self.answers[reference.answer]
        if reference.kind == "cite":
            return next(((c.source, c.quote, c.start) for c in answer.citations if c.number == reference.number), None)
        places = enumerate(answer.passages, start=1)
        return next(((p.source, p.text, p.start) for place, p in places if place == reference.number), None)

    def sources_html(self, reference: Reference, *, reading: bool) -> str:
        """The cards of the answer that a reference belongs to, its own card set apart."""
        answer = self.answers[reference.answer]
        return rendering.sources_html(answer, reference.answer, reference, reading=reading)
