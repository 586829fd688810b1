"""What is started once for all tests: a server, an assistant."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant, Settings
from tests import llama
from tests.articles import EXAMPLES, write_corpus

if TYPE_CHECKING:
    import gradio as gr

    from tests.readers import Reader


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a real chat endpoint, whose model is `tests.llama.MODEL`."""
    packages = llama.missing()
    if packages:
        how_to_get_them = f"Not installed: {', '.join(packages)}; `make test` installs them."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(how_to_get_them)
    with llama.llama_server(tmp_path_factory.mktemp("llama") / "log.txt") as url:
        yield url


@pytest.fixture(scope="session")
def desk_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant for the page, over the corpus of tests/articles.py with examples."""
    folder = tmp_path_factory.mktemp("desk")
    corpus = write_corpus(folder / "news")
    (corpus / "examples.yaml").write_text("\n".join(f"- {question}" for question in EXAMPLES), encoding="utf-8")
    with Assistant(Settings(corpus_dir=corpus, index_dir=folder / "index", max_question_chars=200)) as bot:
        yield bot


@pytest.fixture(scope="session")
def desk_page(desk_bot: Assistant) -> "gr.Blocks":
    """The page over it, not served."""
    # Gradio takes seconds to import, which most tests do not need.
    from assistant.ui import build_page

    return build_page(desk_bot)


@pytest.fixture
def reader(desk_page: "gr.Blocks") -> "Reader":
    """Somebody who has just come to the page."""
    from tests.readers import Reader

    return Reader(desk_page)
