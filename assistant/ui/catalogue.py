"""The articles as the page lists them, names them in its links and finds them again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assistant.records import Source
from assistant.ui.html.corpus import Extent
from assistant.ui.html.pieces import title
from assistant.ui.references import key_of


@dataclass(frozen=True)
class Catalogue:
    """The articles that the index holds, by id."""

    articles: tuple[Source, ...]

    def article(self, key: int) -> Source | None:
        """The article that a link names, None if it is there no more."""
        return self._by_key.get(key)

    def titles(self, article_ids: Iterable[str]) -> tuple[str, ...]:
        """What articles are called; the id, of those that are there no more."""
        found = ((article_id, self.article(key_of(article_id))) for article_id in article_ids)
        return tuple(title(article) if article else article_id for article_id, article in found)

    def sought(self, text: str) -> list[Source]:
        """The articles of whose title, outlet or people every word of a text begins a word; newest first."""
        wanted = [re.compile(rf"(?<!\w){re.escape(word)}") for word in text.casefold().split()]
        return [article for article in self._newest if all(word.search(_known_of(article)) for word in wanted)]

    def choices(self, most: int, chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The newest articles, and those that are chosen already, as title and id."""
        articles = {article.id: article for article in self._newest[:most]}
        articles |= {article.id: article for article in map(self.article, map(key_of, chosen)) if article}
        return [(title(article), article.id) for article in articles.values()]

    @cached_property
    def extent(self) -> Extent:
        """How many there are, and what they span."""
        return Extent.of(self.articles)

    @property
    def outlets(self) -> list[str]:
        """The names of all outlets, in order."""
        return list(self.extent.outlets)

    @cached_property
    def _by_key(self) -> dict[int, Source]:
        return {key_of(article.id): article for article in self.articles}

    @cached_property
    def _newest(self) -> list[Source]:
        return sorted(self.articles, key=lambda article: article.published or date.min, reverse=True)


def _known_of(article: Source) -> str:
    known = (title(article), article.publisher, article.author, article.speaker)
    return " ".join(part for part in known if part).casefold()
