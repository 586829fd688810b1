"""Keeps every test away from the network and from the user's home, settings and working directory."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from assistant import Settings
from tests.articles import write_corpus
from tests.offline import sitecustomize as network

OFFLINE = Path(network.__file__).parent

# The same examples in every run: a test that fails has a cause in the change, not in the dice. Times are not judged.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


# A shell that starts the tests in the background has them ignore interrupts, as the programs that they start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.upper().startswith(("ASSISTANT_", "OPENAI_", "XDG_")):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        # For the programs that tests start: a closed network, and this clone whether it is installed or not.
        patch.setenv("PYTHONPATH", f"{OFFLINE}{os.pathsep}{OFFLINE.parents[1]}")
        patch.setenv("TQDM_DISABLE", "1")
        patch.chdir(home)
        yield


@pytest.fixture(autouse=True)
def _closed_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    network.attempts.clear()
    yield
    assert network.attempts == [], "a test tried to reach another machine"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of three short articles, see tests/articles.py."""
    return write_corpus(tmp_path / "news")


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    """Settings over that corpus, with an index of its own."""
    return Settings(corpus_dir=corpus, index_dir=tmp_path / "index")
