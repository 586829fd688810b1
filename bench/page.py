"""How much memory the page holds, before and after questions."""

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import httpx
import yaml

from bench.plan import ROOT, SEEDS, Plan, python
from bench.tables import Table
from bench.timing import Times

QUESTIONS = 100
PATIENCE_SECONDS = 180.0


def measure(plan: Plan) -> list[Table]:
    """Asks a page of its own 100 questions through its API, one after the other."""
    from gradio_client import Client  # type: ignore[import-untyped]

    plan.say("starting a page")
    asked = _questions(plan)
    times = Times()
    with _page(plan) as (process, url):
        client = Client(url, verbose=False, download_files=False)
        before = _resident_mb(process.pid)
        for question in asked:
            with times.run():
                client.predict(question, api_name="/ask")
        after = _resident_mb(process.pid)
    table = Table(
        "The page over the shipped articles",
        ("", ""),
        note=f"Resident memory of `python app.py`. {len(asked)} questions through gradio_client, one after the other; "
        f"{len(set(asked))} different ones.",
    )
    table.add("memory when started, MB", f"{before:.0f}")
    table.add(f"memory after {len(asked)} questions, MB", f"{after:.0f}")
    table.add("a question through the API, ms, p50 / p95", times.milliseconds())
    return [table]


def _questions(plan: Plan) -> Sequence[str]:
    shipped = yaml.safe_load((SEEDS / "examples.yaml").read_text(encoding="utf-8"))
    others = plan.corpus.questions(QUESTIONS // 2, articles=QUESTIONS)
    return list(islice(cycle([*shipped, *others]), QUESTIONS))


@contextmanager
def _page(plan: Plan) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - this project's own page
        python("app.py"), cwd=ROOT, env=plan.environment(port=port), stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, url)
        yield process, url
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    message = f"the page did not come up within {PATIENCE_SECONDS:.0f} seconds, or ended with {process.poll()}"
    raise RuntimeError(message)


def _resident_mb(pid: int) -> float:
    """Resident memory of a process, as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]
    return int(kilobytes) / 1000
