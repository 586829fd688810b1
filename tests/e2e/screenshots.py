"""Takes the pictures in docs/pictures: `make screenshots`.

No test, but it drives the page with the same words as the tests do, so it stands beside them.
"""

import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from assistant import Settings
from tests.e2e.conftest import ARGUMENTS, BROWSERS, HOW_TO_GET_ONE
from tests.pages import serving
from tests.reader import ask, cards, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
SEEDS: Final = Path(__file__).parents[2] / "seeds"
ANSWERED: Final = "How much did Armenia spend on Russian weapons between 2010 and 2019?"
REFUSED: Final = "Who won the football World Cup in 2022?"
SCREENS: Final[dict[str, dict[str, Any]]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
}
# A palette makes small files; fewer colours would lose those of the verdicts.
COLOURS: Final = 256


def main() -> None:
    """Serves the shipped articles and takes every picture anew."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit(HOW_TO_GET_ONE)
    FOLDER.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as index,
        serving(Settings(corpus_dir=SEEDS, index_dir=index, mode="extractive")) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for screen in SCREENS:
            for scheme in ("light", "dark"):
                _take_all(browser, served.url, screen, scheme)
        browser.close()


def _take_all(browser: "Browser", url: str, screen: str, scheme: Any) -> None:
    context = browser.new_context(**SCREENS[screen], color_scheme=scheme, reduced_motion="reduce", locale="en-GB")
    page = context.new_page()
    page.goto(url)
    started(page)
    ask(page, REFUSED)
    _take(page, f"{screen}-{scheme}-refusal")
    page.locator("#menu .toggle-button").click()
    page.locator("#fresh").click()
    page.locator("#chat .example").first.wait_for()
    page.locator("#menu .toggle-button").click()
    answer = ask(page, ANSWERED)
    cards(page).first.wait_for()
    _take(page, f"{screen}-{scheme}-answer")
    answer.locator("a.cite").first.click()
    page.locator("#article mark").first.wait_for()
    _take(page, f"{screen}-{scheme}-article")
    context.close()


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(animation => animation.finished))")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
