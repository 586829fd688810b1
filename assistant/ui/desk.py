"""What all reactions of the page work with.

A reaction never raises: whatever goes wrong becomes words in the page, since an exception leaves a chat unusable until
the page is reloaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.records import Filters, Source, Turn
from assistant.ui.catalogue import Catalogue
from assistant.ui.html.corpus import masthead_html, searched_words
from assistant.ui.html.messages import editing_html, question_html, reply_html, suggestions_html
from assistant.ui.parts import Parts
from assistant.ui.session import Conversation
from assistant.ui.suggestions import suggested
from assistant.ui.words import Words


@dataclass(frozen=True)
class Desk:
    """One assistant, and the page over it.

    Attributes:
        examples: questions that the corpus brings along.
    """

    bot: Assistant
    examples: tuple[str, ...]
    parts: Parts
    _listed: list[Catalogue] = field(default_factory=list)

    @property
    def catalogue(self) -> Catalogue:
        """The articles as of the newest sync; as they were known last, while the index cannot be read."""
        try:
            articles = tuple(self.bot.articles())
        except AssistantError:
            articles = self._listed[0].articles if self._listed else ()
        if not self._listed or self._listed[0].articles != articles:
            self._listed[:] = [Catalogue(articles)]
        return self._listed[0]

    def lengths(self, articles: Sequence[Source]) -> dict[str, int]:
        """The lengths of articles in words, by id, of those that can be read still."""
        try:
            return self.bot.lengths([article.id for article in articles])
        except AssistantError:
            return {}

    def named(self, filters: Filters) -> Filters:
        """The filters as a reader knows them: articles by their titles."""
        return _named(filters, self.catalogue)

    def masthead(self, mode: str, words: Words) -> str:
        """The head of the page."""
        return masthead_html(self.catalogue.extent, mode_words(self.bot, mode, words), words)

    def messages(
        self, conversation: Conversation, words: Words, *, editing: int | None = None, suggesting: bool = True
    ) -> list[Turn]:
        """The messages of a conversation, with questions that may come next.

        Args:
            conversation: what was asked and answered.
            words: the words of the page.
            editing: the place of the question that is being edited.
            suggesting: whether a next question may be chosen now.
        """
        catalogue = self.catalogue
        scope = searched_words(catalogue.extent, words)
        messages: list[Turn] = []
        for place, exchange in enumerate(conversation.exchanges):
            shown = exchange.model_copy(update={"filters": _named(exchange.filters, catalogue)})
            markup = reply_html(shown, place, scope, words)
            if suggesting and place == len(conversation.exchanges) - 1:
                markup += suggestions_html(place, self.suggestions(conversation), words)
            note = editing_html(place, words) if place == editing else ""
            messages.append({"role": "user", "content": question_html(exchange.question, note)})
            messages.append({"role": "assistant", "content": markup})
        return messages

    def suggestions(self, conversation: Conversation) -> Sequence[str]:
        """Questions that may come next in a conversation."""
        return suggested(conversation, self.examples)


def mode_words(bot: Assistant, mode: str, words: Words) -> str:
    """How answers come about."""
    writes = bot.may_write and mode != "extractive"
    return words("mode.writes", model=bot.settings.llm_model) if writes else words("mode.quotes")


def _named(filters: Filters, catalogue: Catalogue) -> Filters:
    return filters.model_copy(update={"articles": catalogue.titles(filters.articles)})
