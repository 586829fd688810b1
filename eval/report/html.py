"""A run as one file of HTML that needs nothing else: no script, style, image or font from anywhere."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.markup import Target, markdown_html
from eval.report import numbers, views, words
from eval.report.charts import refusal_chart
from eval.suite import Result, Run
from eval.summary import curve, refusal_auc

FOLDER = Path(__file__).parent


def html_report(run: Run) -> str:
    """The page of a run: its figures with their intervals, where it is strong and weak, and every case.

    The same run gives the same bytes. Whatever questions, answers and articles hold is shown as text.
    """
    script = _file("page.js")
    template = _environment().get_template("page.html.j2")
    return template.render(
        run=run,
        scope=words.scope(run),
        judged=words.judging(run),
        spent=words.spending(run),
        recipe=words.recipe_items(run.recipe),
        **_figures(run.results),
        **_cases(run.results),
        style=Markup(_file("page.css")),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - likewise
        script_digest=_digest(script),
    )


def _figures(results: Sequence[Result]) -> dict[str, Any]:
    """What the tables and charts of the page show."""
    lines = views.lines(results)
    points = curve(results)
    chosen = views.chosen(results) if points else None
    return {
        "lines": lines,
        "leading": [line for line in lines if line.figure.name in views.LEADING],
        "mapped": views.MAPPED,
        "rows": views.rows(results),
        "chosen": chosen,
        "auc": refusal_auc(results),
        # Numbers and this package's own words are all that it holds.
        "chart": Markup(refusal_chart(points, chosen)) if chosen else None,  # noqa: S704
        "times": views.times(results),
    }


def _cases(results: Sequence[Result]) -> dict[str, Any]:
    """The cases, what they can be filtered by, and the passages that they share."""
    shelf = views.Shelf(results)
    return {
        "cases": [views.case_view(result, shelf) for result in results],
        "verdicts": views.verdicts(results),
        "splits": views.splits(results),
        "types": views.types(results),
        "passages": shelf.passages,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "answer": _answer,
        "brief": numbers.brief_interval,
        "count": numbers.count,
        "day": numbers.day,
        "score": lambda value, name: numbers.score(name, value),
        "share": numbers.share,
    }
    return environment


def _answer(result: Result) -> Markup:
    """An answer with its markers linked to the passages below it."""
    numbered = [citation.number for citation in result.answer.citations]
    targets = {number: Target(f"cite-{result.case.id}-{number}") for number in numbered}
    # Nothing comes out of the renderer that it has not escaped.
    return Markup(markdown_html(result.answer.text, targets))  # noqa: S704


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    """What a content security policy calls a script by."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
