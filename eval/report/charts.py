"""Charts as SVG that stands within a page: no size, colours or fonts of its own, the same bytes for the same data."""

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from eval.metrics.refusal import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Stand-ins for the page's own colours, which differ between light and dark.
_INK: Final = "#000001"
_QUIET: Final = "#000002"
_LINE: Final = "#000003"
_PAPER: Final = "#000006"
_ANSWERED: Final = "#000004"
_REFUSED: Final = "#000005"
_COLOURS: Final = {
    _INK: "var(--ink)",
    _QUIET: "var(--quiet)",
    _LINE: "var(--line)",
    _PAPER: "var(--paper)",
    _ANSWERED: "var(--answered)",
    _REFUSED: "var(--refused)",
}
# Any, since Matplotlib's types list every setting there is.
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "refusal",
    "font.size": 11.5,
    "text.color": _QUIET,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _LINE,
    "ytick.color": _LINE,
    "xtick.labelcolor": _QUIET,
    "ytick.labelcolor": _QUIET,
}
_UNWANTED: Final = [
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        (r"<(metadata|style|clipPath)\b.*?</\1>|<!--.*?-->", ""),
        (r"<defs>\s*</defs>", ""),
        (r'\s(xmlns(:\w+)?|clip-path)="[^"]*"', ""),
        (r' transform="rotate\(-0 [^"]*"', ""),
        (r'(?<=<svg)([^>]*?) width="[^"]*"', r"\1"),
        (r'(?<=<svg)([^>]*?) height="[^"]*"', r"\1"),
        (r' font-family: [^;"]*;?', ""),
        (r"font: ([\d.]+px)[^;\"]*", r"font-size: \1"),
        (r"\s*\n\s*", "\n"),
    )
]
# Thresholds further out than this tell nothing: all is refused there, or nothing.
_WIDEST: Final = 8.0
# The balanced accuracy of tossing a coin.
CHANCE: Final = 0.5
_SIZE: Final = (5.8, 3.8)


def refusal_chart(points: Sequence[Point], chosen: Point) -> str:
    """What every threshold of refusal would do, with the one in use marked. What the lines are is told beside it.

    Args:
        points: the curve, by rising threshold.
        chosen: the threshold in use.
    """
    # Matplotlib takes half a second to import.
    from matplotlib import rc_context, rcdefaults, rcParams
    from matplotlib.figure import Figure

    with rc_context():
        # Whatever a user has set up for drawings of their own.
        rcdefaults()
        rcParams.update(_SETTINGS)
        drawing = Figure(figsize=_SIZE, layout="constrained")
        drawing.patch.set_visible(False)
        _draw(drawing.add_subplot(), [point for point in points if abs(point.threshold) <= _WIDEST], chosen)
        file = io.StringIO()
        drawing.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return _inline(file.getvalue())


def _draw(axes: "Axes", points: Sequence[Point], chosen: Point) -> None:
    thresholds = [point.threshold for point in points]
    axes.patch.set_visible(False)
    axes.axvline(chosen.threshold, color=_QUIET, linewidth=1, linestyle=(0, (2, 2)), clip_on=False)
    axes.axhline(CHANCE, color=_QUIET, linewidth=1, zorder=1)
    lines: tuple[tuple[Callable[[Point], float], str, Any, float], ...] = (
        (lambda point: point.answered, _ANSWERED, "-", 1.8),
        (lambda point: point.refused, _REFUSED, (0, (5, 1.5)), 1.8),
        (lambda point: point.balanced_accuracy, _INK, "-", 2.6),
    )
    for share, colour, dashes, width in lines:
        shares = list(map(share, points))
        # A point holds for the thresholds below it, as far as the point before.
        axes.step(thresholds, shares, where="pre", color=colour, linestyle=dashes, linewidth=width, clip_on=False)
        at = ([chosen.threshold], [share(chosen)])
        axes.plot(*at, "o", color=colour, markersize=9, markeredgecolor=_PAPER, markeredgewidth=2, clip_on=False)
    axes.set_xlabel("threshold, in logits")
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".50", ".75", "1"])
    axes.tick_params(length=0)
    axes.grid(axis="y", color=_LINE, linewidth=0.8)


def _inline(svg: str) -> str:
    """Leaves out what an image needs and a part of a page must not bring: head, size, styles, fonts, addresses."""
    svg = svg[svg.index("<svg") :].replace("xlink:href", "href")
    for pattern, replacement in _UNWANTED:
        svg = pattern.sub(replacement, svg)
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    return svg.replace("<svg", '<svg aria-hidden="true"', 1).strip()
