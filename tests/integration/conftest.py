"""Servers that are started once for all tests."""

import os
from collections.abc import Iterator

import pytest

from tests import llama


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a real chat endpoint, whose model is `tests.llama.MODEL`."""
    packages = llama.missing()
    if packages:
        how_to_get_them = f"Not installed: {', '.join(packages)}; `make test` installs them."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(how_to_get_them)
    with llama.llama_server(tmp_path_factory.mktemp("llama") / "log.txt") as url:
        yield url
