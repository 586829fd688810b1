"""How much memory the page holds, before and after questions, and how long a reader waits in a browser."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import yaml

from bench.plan import ROOT, SEEDS, Plan, python
from bench.tables import Table
from bench.timing import Times

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTIONS = 100
BROWSER_VISITS = 10
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Notes the moments of Enter, of the first word of an answer and of the whole one, in milliseconds of the browser.
WATCH = """() => {
    const moments = window.moments = {};
    const note = (name) => moments[name] ??= performance.now();
    document.addEventListener("keydown", (event) => event.key === "Enter" && note("asked"), true);
    const answers = () => document.querySelectorAll("#chat .answer");
    const before = answers().length;
    new MutationObserver(() => {
        const answer = [...answers()].at(before);
        if (answer?.querySelector(":not(.stage)")) note("begun");
        if (answer && !answer.classList.contains("pending")) note("done");
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
PATIENCE_SECONDS = 180.0
# A browser takes its time for what it does for the first time.
WARM_UP = "Who says what about the talks?"


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
        waits = _waits(plan, url, asked[:BROWSER_VISITS])
    table = Table(
        "The page over the shipped articles",
        ("", ""),
        note=f"Resident memory of `python app.py`. {len(asked)} questions through gradio_client, one after the other; "
        f"{len(set(asked))} different ones.",
    )
    table.add("memory when started, MB", f"{before:.0f}")
    table.add(f"memory after {len(asked)} questions, MB", f"{after:.0f}")
    table.add("a question through the API, ms, p50 / p95", times.milliseconds())
    for name, waited in waits.items():
        table.add(f"{name}, ms, p50 / p95, n = {waited.n}", waited.milliseconds())
    return [table]


def _waits(plan: Plan, url: str, questions: Sequence[str]) -> dict[str, Times]:
    """What a reader waits for in a browser, each question asked by a new visitor, as the second one.

    Nothing where there is no browser.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        plan.say("no Chromium or Chrome found: what a reader waits for in a browser is left out")
        return {}
    from playwright.sync_api import sync_playwright

    plan.say("asking in a browser")
    painted, begun, done = Times(), Times(), Times()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for question in questions:
            moments = _visit(browser, url, question)
            painted.seconds.append(moments["painted"] / 1000)
            begun.seconds.append((moments["begun"] - moments["asked"]) / 1000)
            done.seconds.append((moments["done"] - moments["asked"]) / 1000)
        browser.close()
    return {
        "in a browser: first paint": painted,
        "in a browser: from Enter to the first word": begun,
        "in a browser: from Enter to the whole answer": done,
    }


def _visit(browser: "Browser", url: str, question: str) -> dict[str, float]:
    page: Page = browser.new_page()
    page.goto(url)
    page.locator("#conversations .hint").wait_for(state="attached")
    _ask(page, WARM_UP)
    moments = _ask(page, question)
    moments["painted"] = page.evaluate(PAINT)
    page.close()
    return moments


def _ask(page: "Page", question: str) -> dict[str, float]:
    page.evaluate(WATCH)
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_function("window.moments.done")
    page.locator("#question .submit-button").wait_for()
    moments: dict[str, float] = page.evaluate("window.moments")
    return moments


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
    return int(kilobytes) * 1024 / 1e6
