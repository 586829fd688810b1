"""What a reader chooses: the filter, the settings of the page, its language."""

from operator import attrgetter
from typing import Any, Final

import gradio as gr
from pydantic import TypeAdapter, ValidationError

from assistant.errors import AssistantError
from assistant.records import Filters
from assistant.ui import bridge
from assistant.ui.desk import Desk
from assistant.ui.filters import read_filters
from assistant.ui.html.cards import cards_html
from assistant.ui.html.corpus import filter_words
from assistant.ui.html.pieces import lines, message
from assistant.ui.labels import labels
from assistant.ui.panel import session_changes
from assistant.ui.parts import LENGTHS, NOTHING, USUAL_LENGTH, Changes
from assistant.ui.references import Reference, key_of
from assistant.ui.session import Conversation, Session, View, told
from assistant.ui.words import LANGUAGES, Words, preferred_language, words_in

MODES: Final = ("extractive", "generative")
# A longer list is no choice any more, and slows the browser down. The list of all articles offers each of them too.
MOST_CHOICES: Final = 1000

_Fields = tuple[str | None, str | None, list[str], list[str]]
_FIELDS: Final[TypeAdapter[_Fields]] = TypeAdapter(_Fields)
NO_FILTER: Final[_Fields] = ("", "", [], [])


class Choosing:
    """Takes choices in and shows what they come to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(self, kept: Any, request: gr.Request) -> Changes:
        """Brings back what the browser kept of earlier choices; of the language, what it asks for otherwise.

        Args:
            kept: what `keep` gave, and, as "filter", the fields of the filter in JSON.
            request: the first one of the page.
        """
        kept = kept if isinstance(kept, dict) else {}
        language, length, sources, mode = (kept.get(key) for key in ("language", "length", "sources", "mode"))
        # Compared and not looked up, for what a browser kept may be of any type.
        if language not in tuple(LANGUAGES):
            language = preferred_language(request.headers.get("accept-language", ""))
        # Choices that get other words forget which one was taken, so each is told, also where it is as it was.
        mode = mode if mode in MODES and self._desk.bot.may_write else self._desk.bot.mode
        parts, words, catalogue = self._desk.parts, words_in(language), self._desk.catalogue
        fields = self._filter_of_before(kept.get("filter"), words)
        values: dict[str, dict[str, Any]] = {
            "menu.language": {"value": language},
            "menu.length": {"value": length if length in LENGTHS else USUAL_LENGTH},
            "menu.mode": {"value": mode},
            "filters.publishers": {"choices": catalogue.outlets},
            "filters.articles": {"choices": catalogue.choices(MOST_CHOICES, fields[-1])},
        }
        if fields != NO_FILTER:
            # An empty one is there already, and a quick reader may have begun to fill it in.
            for name, value in zip(("first", "last", "publishers", "articles"), fields, strict=True):
                values.setdefault(f"filters.{name}", {})["value"] = value
        if type(sources) is int and 1 <= sources <= parts.menu.sources.maximum:
            values["menu.sources"] = {"value": sources}
        return {
            **self._labelled(language, values),
            **_filter_changes(self._desk, words, *fields),
            parts.masthead: self._desk.masthead(mode, words),
            parts.panel.sources: cards_html(Session(), words),
            parts.language: language,
            parts.bridge: bridge.speak(words),
        }

    def keep(self, *wishes: Any) -> dict[str, Any]:
        """What the browser is to keep of the choices: what is as usual follows the settings when those change."""
        bot, chosen = self._desk.bot, dict(zip(("language", "length", "sources", "mode"), wishes, strict=True))
        usual = {"length": USUAL_LENGTH, "sources": bot.settings.top_k, "mode": bot.mode}
        return {name: value for name, value in chosen.items() if value != usual.get(name)}

    def speak(
        self, conversation: Conversation, view: View, language: str, length: str, mode: str, *fields: Any
    ) -> Changes:
        """Shows the page in the language chosen; a chat in which an answer is coming, once that is there."""
        parts, words = self._desk.parts, words_in(language)
        shown = session_changes(self._desk, Session(conversation=conversation, view=view), words)
        chosen = {"menu.length": length, "menu.mode": mode, "chat": shown.pop(parts.chat)}
        if conversation.is_waiting():
            del chosen["chat"]
        values = {name: {"value": value} for name, value in chosen.items()}
        return {
            **self._labelled(language, values),
            **shown,
            **self.set_filters(language, *fields),
            parts.masthead: self._desk.masthead(mode, words),
            parts.language: language,
            parts.bridge: bridge.speak(words),
        }

    def set_mode(self, language: str, mode: str) -> str:
        """Says in the head of the page how answers come about."""
        return self._desk.masthead(mode, words_in(language))

    def set_filters(self, language: str, *fields: Any) -> Changes:
        """Says what the filter lets through, or what is wrong with it."""
        return _filter_changes(self._desk, words_in(language), *fields)

    def only(self, event: gr.EventData, language: str) -> Changes:
        """Lets only one article answer."""
        reference, parts = Reference.parse(told(event, "reference")), self._desk.parts.filters
        article = self._desk.catalogue.article(reference.place) if reference else None
        if article is None:
            return NOTHING
        fields = (*NO_FILTER[:-1], [article.id])
        return {
            **dict(zip(parts.fields, fields, strict=True)),
            parts.articles: gr.update(choices=self._desk.catalogue.choices(MOST_CHOICES, fields[-1]), value=fields[-1]),
            **_filter_changes(self._desk, words_in(language), *fields),
        }

    def clear_filters(self, language: str) -> Changes:
        """Lets every article answer again."""
        return cleared(self._desk, words_in(language))

    def _filter_of_before(self, kept: object, words: Words) -> _Fields:
        """The fields of the filter that stood in this tab before the page was loaded anew."""
        try:
            fields = _FIELDS.validate_json(str(kept))
        except ValidationError:
            return NO_FILTER
        *_, publishers, articles = fields
        catalogue = self._desk.catalogue
        if set(publishers) <= set(catalogue.outlets) and all(map(catalogue.article, map(key_of, articles))):
            return fields
        # Less than all of it would let through what the reader had kept out.
        gr.Warning(words("filter.gone"), title=words("title"))
        return NO_FILTER

    def _labelled(self, language: str, values: dict[str, dict[str, Any]]) -> Changes:
        """All components with their words, some with other values or choices too."""
        return {
            attrgetter(name)(self._desk.parts): gr.update(**arguments, **values.get(name, {}))
            for name, arguments in labels(words_in(language)).items()
        }


def cleared(desk: Desk, words: Words) -> Changes:
    """The filter, letting every article answer."""
    values = dict(zip(desk.parts.filters.fields, NO_FILTER, strict=True))
    return {**values, **_filter_changes(desk, words, *NO_FILTER)}


def _filter_changes(desk: Desk, words: Words, *fields: Any) -> Changes:
    parts, error = desk.parts.filters, ""
    try:
        filters = read_filters(*fields)
    except AssistantError as problem:
        filters, error = Filters(), message("answer error", f"<p>{lines(words.said(problem.in_words()))}</p>")
    scope = filter_words(desk.named(filters), words)
    label = words("filter.in-force", scope=scope) if scope else words("filter.label")
    return {
        # What is wrong is said within.
        parts.box: gr.Accordion(label=label, open=True) if error else gr.Accordion(label=label),
        parts.error: error,
        parts.clear: gr.Button(words("filter.clear"), visible=any(fields)),
    }
