"""Assistants that write with a scripted endpoint, over the corpus of tests/articles.py, and what holds of them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import Answer, AnswerDelta, Assistant, Settings
from assistant.markup import markdown_html
from assistant.models import embedding_model
from eval.metrics.citations import broken
from tests.articles import write_corpus
from tests.endpoint import Endpoint, Reply
from tests.markup import Page

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM

KEY = "sk-secret-0123456789abcdef"
QUESTION = "How much did the works on the Harbour bridge cost?"
COST = "The works cost 48 million crowns."
PRICE = "Mayor Ruth Calder blamed the price of steel."
# What Markdown of our own comes to; anything else would be a page's, an article's or a model's.
OWN_TAGS = {"p", "strong", "em", "s", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "br"}


class Newsroom:
    """The corpus and its index, opened once; each endpoint gets an assistant of its own."""

    def __init__(self, folder: Path, more: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        write_corpus(folder / "news")
        for name, article in (more or {}).items():
            (folder / "news" / name).write_text(article, encoding="utf-8")
        self.embedding: BaseEmbedding = embedding_model(self.settings())
        with self.bot() as bot:
            bot.sync()
            self.texts = {source.id: bot.article(source.id).text for source in bot.articles()}

    def settings(self, **changes: Any) -> Settings:
        """Short waits, unless told otherwise."""
        defaults = {"corpus_dir": self._folder / "news", "index_dir": self._folder / "index", "llm_timeout": 30}
        return Settings(**defaults | changes)

    def bot(self, *, llm: "LLM | None" = None, **changes: Any) -> Assistant:
        """An assistant over the corpus."""
        return Assistant(self.settings(**changes), embedding=self.embedding, llm=llm)

    @contextmanager
    def writing(self, *replies: Reply, **changes: Any) -> Iterator[tuple[Assistant, Endpoint]]:
        """An assistant, and the endpoint that writes for it."""
        with (
            Endpoint(*replies) as endpoint,
            self.bot(**{"openai_base_url": endpoint.url, "openai_api_key": KEY} | changes) as bot,
        ):
            yield bot, endpoint

    def ask(self, *replies: Reply, question: str = QUESTION, **changes: Any) -> Answer:
        """The answer, which was looked at from all sides."""
        with self.writing(*replies, **changes) as (bot, _):
            return self.streamed(bot, question)

    def streamed(self, bot: Assistant, question: str = QUESTION, history: Any = None) -> Answer:
        """The answer, whose pieces come to its text."""
        *deltas, answer = bot.stream(question, history)
        assert isinstance(answer, Answer)
        assert "".join(delta.text for delta in deltas if isinstance(delta, AnswerDelta)) == answer.text
        self.look_at(answer)
        return answer

    def look_at(self, answer: Answer) -> None:
        """What holds of every answer, whatever a model wrote."""
        assert broken(answer, self.texts) == []
        assert [n for s in answer.sentences for n in s.citations] == _markers(answer)
        shown = {s.support for s in answer.sentences if s.citations}
        assert "unsupported" not in shown
        assert all(s.support == "unsupported" and "~~" in answer.text for s in answer.sentences if not s.citations)
        assert not answer.refused or (answer.passages and not answer.sentences)
        assert Answer.model_validate_json(answer.model_dump_json()) == answer
        page = Page(markdown_html(answer.text))
        assert {tag for tag, _ in page.tags} <= OWN_TAGS
        assert not page.attributes("href")
        assert not page.attributes("src")
        assert KEY not in answer.model_dump_json()


def _markers(answer: Answer) -> list[int]:
    return [int(number) for number in re.findall(r"(?<!\\)\[(\d+)\]", answer.text)]
