"""Somebody at the page, short of a browser: the reactions over a real index, and what they leave in the components."""

from collections.abc import Generator, Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.ui.parts import NOTHING, Changes, Parts, Wishes
from assistant.ui.session import Session

if TYPE_CHECKING:
    from assistant.ui.desk import Desk

WISHES = Wishes("en", "medium", 8, "extractive", "", "", [], [])


class Reader:
    """A view of the page, and what stands in it after each reaction.

    Attributes:
        wishes: what the menu and the filter are set to.
        seen: the newest value of every component that changed.
    """

    def __init__(self, page: gr.Blocks) -> None:
        self._reactions = {function.name: function for function in page.fns.values() if function.fn}
        self.desk: Desk = self._reactions["reply"].fn.__self__._desk  # type: ignore[union-attr]
        self.wishes = WISHES
        # As Gradio does for everybody who opens the page.
        self.seen: Changes = {state: deepcopy(state.value) for state in (self.parts.conversation, self.parts.view)}

    @property
    def parts(self) -> Parts:
        """The components."""
        return self.desk.parts

    @property
    def session(self) -> Session:
        """The session as the page holds it."""
        return Session(conversation=self.seen[self.parts.conversation], view=self.seen[self.parts.view])

    @property
    def chat(self) -> list[str]:
        """The messages."""
        shown = self.seen[self.parts.chat]
        return [message["content"] for message in (shown["value"] if isinstance(shown, dict) else shown)]

    @property
    def bridge(self) -> dict[str, Any]:
        """The newest message to the browser, empty if there was none."""
        message: dict[str, Any] = self.seen.get(self.parts.bridge, {})
        return message

    def ask(self, question: str) -> None:
        """Types a question and waits for what comes of it."""
        self._exhaust(self.asking(question))

    def asking(self, question: str) -> Generator[Changes, None, None]:
        """Types a question; each step is something the reader sees."""
        return self._steps("reply", question, self.session, *self.wishes)

    def follow(self, reaction: str, reference: object) -> Changes:
        """Follows a link of the page, and waits for what comes of it."""
        event = gr.EventData(None, {"reference": reference})
        if reaction == "reply_to_link":
            return self._exhaust(self._steps(reaction, event, self.session, *self.wishes))
        changes: Changes = self.do(reaction, event, self.session, self.wishes.language)
        return changes

    def choose_example(self, question: str) -> None:
        """Chooses an example question, and waits for what comes of it."""
        event = gr.SelectData(None, {"index": 0, "value": {"text": question}})
        self._exhaust(self._steps("reply_to_example", event, self.session, *self.wishes))

    def do(self, reaction: str, *inputs: Any) -> Any:
        """Whatever a reaction changes."""
        return self._take(reaction, self._react(reaction, *inputs))

    def _steps(self, reaction: str, *inputs: Any) -> Generator[Changes, None, None]:
        for changes in self._react(reaction, *inputs):
            yield self._take(reaction, changes)
        yield self.do("arrive", self.session, self.wishes.language)

    def _exhaust(self, steps: Iterator[Changes]) -> Changes:
        together: Changes = {}
        for changes in steps:
            together |= changes
        return together

    def _react(self, reaction: str, *inputs: Any) -> Any:
        function = self._reactions[reaction]
        assert function.fn is not None
        return function.fn(*(part for given in inputs for part in self._parts_of(given, function.inputs)))

    def _parts_of(self, given: Any, components: Sequence[Any]) -> list[Any]:
        """An input; of a session the states that a reaction is given."""
        if not isinstance(given, Session):
            return [given]
        states = {self.parts.conversation: given.conversation, self.parts.view: given.view}
        return [states[component] for component in components if component in states]

    def _take(self, reaction: str, changes: Any) -> Any:
        outputs: Sequence[Any] = self._reactions[reaction].outputs
        if len(outputs) == 1 and not (isinstance(changes, dict) and outputs[0] in changes):
            return changes
        assert changes == NOTHING or (changes and set(changes) <= set(outputs)), "Gradio would refuse this"
        if changes != NOTHING:
            self.seen |= changes
        return changes
