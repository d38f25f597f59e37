"""Small charts as SVG, for ``docs/quality.py``: panels with axes, lines, dots and words, in light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH = 830  # of a page on GitHub, so that a unit is a pixel there
# Colours that people who see few of them can tell apart; every series also has its name beside it.
_LIGHT = {"ours": "#0a57a8", "theirs": "#97400a", "third": "#1a6b34"}
_DARK = {"ours": "#7cc0ff", "theirs": "#ffab66", "third": "#6fd98a"}

_LETTER = 5.3  # about how wide a letter of the small type is

Point = tuple[float, float]


class Axis(NamedTuple):
    """What one direction of a panel measures: its ends, where it has marks, its name; ``log`` for equal ratios.

    Its marks are told in per cent, or ``plain`` as they are.
    """

    low: float
    high: float
    marks: Sequence[float]
    name: str
    log: bool = False
    plain: bool = False

    def told(self, mark: float) -> str:
        """A mark in words."""
        return f"{mark:g}".replace("0.", ".") if self.plain else percent(mark)

    def share(self, value: float) -> float:
        """How far along a value lies, 0 to 1."""
        low, high, at = map(math.log, (self.low, self.high, value)) if self.log else (self.low, self.high, value)
        return min(1.0, max(0.0, (at - low) / (high - low)))


class _Box(NamedTuple):
    """Where something is drawn."""

    left: float
    top: float
    width: float
    height: float

    def meets(self, other: _Box) -> bool:
        """Whether two overlap."""
        across = self.left < other.left + other.width and other.left < self.left + self.width
        return across and self.top < other.top + other.height and other.top < self.top + self.height


class Panel(NamedTuple):
    """A rectangle with an axis along its foot and, where it has one, another along its left side."""

    left: float
    top: float
    width: float
    height: float
    across: Axis
    up: Axis | None = None
    title: str = ""

    def x(self, value: float) -> float:
        """Where a value lies across."""
        return self.left + self.width * self.across.share(value)

    def y(self, value: float) -> float:
        """Where a value lies up."""
        return self.top + self.height * (1 - (self.up.share(value) if self.up else value))

    def frame(self) -> Iterator[str]:
        """Title, axes, marks and grid."""
        foot = self.top + self.height
        yield text(self.left, self.top - 12, self.title, "h")
        yield text(self.left + self.width, foot + 36, self.across.name, "f end")
        for mark in self.across.marks:
            yield f'<path class="g" d="M{self.x(mark):.1f} {self.top:g}V{foot:g}"/>'
            yield text(self.x(mark), foot + 17, self.across.told(mark), "f mid")
        if self.up:
            for mark in self.up.marks:
                yield f'<path class="g" d="M{self.left:g} {self.y(mark):.1f}h{self.width:g}"/>'
                yield text(self.left - 7, self.y(mark) + 4, self.up.told(mark), "f end")

    def line(self, points: Sequence[Point], series: str) -> str:
        """A line through points."""
        way = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        return f'<path class="l {series}" d="M{way}"/>'

    def dot(self, x: float, y: float, series: str) -> str:
        """A dot."""
        return f'<circle class="d {series}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="4.5"/>'

    def named(self, dots: Sequence[tuple[float, float, str, str]]) -> Iterator[str]:
        """Dots (x, y, series, name), each with its name beside, above or below it, where that meets nothing."""
        taken = [_Box(self.x(x) - 5, self.y(y) - 5, 10, 10) for x, y, _, _ in dots]
        for x, y, series, name in dots:
            across, up, long = self.x(x), self.y(y), _LETTER * len(name)
            right, left, middle = across + 8, across - 8 - long, across - long / 2
            tops = {right: (-6, -16, 4), left: (-6, -16, 4), middle: (-19, 7)}
            boxes = [_Box(start, up + top, long, 12) for start, steps in tops.items() for top in steps]
            inside = [box for box in boxes if self.left < box.left < self.left + self.width - long]
            free = [box for box in inside if not any(box.meets(other) for other in taken)]
            box = (free or inside or boxes)[0]
            taken.append(box)
            yield self.dot(x, y, series)
            on_the_left = box.left == left
            yield text(across - 8 if on_the_left else box.left, box.top + 10, name, series + " end" * on_the_left)

    def mark(self, x: float, name: str, row: int) -> Iterator[str]:
        """An upright line with its name above, in one of several rows so that names do not meet."""
        at = self.x(x)
        yield f'<path class="m" d="M{at:.1f} {self.top + 14 * row:g}V{self.top + self.height:g}"/>'
        yield text(at + 4, self.top + 10 + 14 * row, name, "f")


def percent(share: float) -> str:
    """A share in per cent, with as many places as it needs."""
    return f"{100 * share:g} %" if share >= 0.001 or not share else f"{100 * share:.2f} %"


def text(x: float, y: float, words: str, kind: str) -> str:
    """A line of words: ``h`` for headings, ``f`` for small ones, ``mid`` or ``end`` for where they are held."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>' if words else ""


def picture(height: float, title: str, told: str, parts: Sequence[str]) -> str:
    """A whole picture on a sheet of its own, with a title and a description for who does not see it."""

    def rules(paper: str, edge: str, ink: str, faint: str, series: dict[str, str]) -> str:
        named = "".join(
            f".l.{name}{{stroke:{c}}}.d.{name}{{fill:{c}}}text.{name}{{fill:{c}}}" for name, c in series.items()
        )
        return (
            f".p{{fill:{paper};stroke:{edge}}}.h,.t{{fill:{ink}}}.f{{fill:{faint}}}.g{{stroke:{edge}}}.m{{stroke:{faint}}}"
            f".d{{stroke:{paper}}}{named}"
        )

    style = (
        "text{font:11.5px -apple-system,'Segoe UI',Helvetica,Arial,sans-serif}.h{font-size:14px;font-weight:700}"
        ".t{font-size:12.5px}.mid{text-anchor:middle}.end{text-anchor:end}.l{fill:none;stroke-width:2.2}"
        ".m{stroke-dasharray:3 3}.d{stroke-width:1.2}"
        + rules("#ffffff", "#d1d9e0", "#1f2328", "#59636e", _LIGHT)
        + "@media(prefers-color-scheme:dark){"
        + rules("#0d1117", "#3d444d", "#e6edf3", "#9198a1", _DARK)
        + "}"
    )
    size = f'width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(told)}</desc>',
        f"<style>{style}</style>",
        f'<rect class="p" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:g}" rx="8"/>',
        *(part for part in parts if part),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
