"""Draw the README's picture, ``docs/picture.svg``: a page before and after, from what the package makes of a fixture.

Run by ``make picture`` and by ``make accept``. Nothing in it is set by hand but the page: which blocks are struck out, under
which label, and what remains is the package's own result. The same result gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import bodycopy

ROOT = Path(__file__).resolve().parent.parent
PAGE = "fixtures/pages/newspaper--regional-read-also-lines/source.html"
PICTURE = ROOT / "docs" / "picture.svg"

WIDTH = 830  # of a README on GitHub, so that a unit is a pixel there
CARD, GAP, TOP = 398, 34, 62  # the two sheets, what lies between them, where their rows begin
GUTTER, MARGIN = 72, 16  # room for the labels' tags; white beside the text
MOST_KEPT, MOST_CUT = 2, 2  # lines of a block on the left: the picture shows where things go, not all they say

# Widths of letters in hundredths of their size, as a middling serif has them. Each line is told its length (textLength),
# so a reader's fonts may differ without anything moving.
_WIDTHS = {
    24: " ilj|!'’‘.,:;·I", 33: "frt()[]-“”\"/", 45: "cszJ", 51: "aegkvxy?*", 57: "bdhnopquLFSPT0123456789+–",
    66: "ABEKRVXYZ", 74: "CDGHNOQUw&…", 90: "mM%@W—",
}  # fmt: skip
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}

# Labels that say much the same have one tint; the tag and the stroke tell them apart without it.
TINTS = {
    "grey": ("nav", "other"),
    "brown": ("byline", "caption", "bio"),
    "blue": ("share", "comment"),
    "purple": ("related", "teaser"),
    "red": ("signup", "paywall"),
    "orange": ("ad", "consent", "legal"),
    "green": ("title", "body"),
}
_TINT_OF = {label: tint for tint, labels in TINTS.items() for label in labels}
_LIGHT = {
    "grey": ("#eff1f4", "#59636e"), "brown": ("#f5eedd", "#77591b"), "blue": ("#e2f3fe", "#0a57a8"),
    "purple": ("#f6ecfe", "#6b3fb5"), "red": ("#ffeae7", "#b0182b"), "orange": ("#fff0e1", "#97400a"),
    "green": ("#dff5e3", "#1a6b34"),
}  # fmt: skip
_DARK = {
    "grey": ("#21262d", "#a2abb5"), "brown": ("#2e2614", "#d9b45c"), "blue": ("#0f2b46", "#7cc0ff"),
    "purple": ("#2a1d40", "#cfa8ff"), "red": ("#3d171b", "#ff9d94"), "orange": ("#382210", "#ffab66"),
    "green": ("#12331e", "#6fd98a"),
}  # fmt: skip


class Type(NamedTuple):
    """How a line is set: its class in the stylesheet, its size, the step to the next line."""

    name: str
    size: float
    step: float

    @property
    def em(self) -> float:
        """The size to measure with: bold letters are wider, and so are those without serifs."""
        return self.size * {"b": 1.06, "c": 1.03}.get(self.name, 1)


HEADLINE, CROSSHEAD = Type("b", 17, 21), Type("b", 12.5, 17)
BODY, SMALL, CUT = Type("s", 12, 16), Type("s", 11, 14), Type("c", 10.5, 13.5)


class Row(NamedTuple):
    """One kept block, or one run of dropped blocks of a label, as it is drawn on a sheet."""

    label: str
    kept: bool
    lines: tuple[str, ...]
    type: Type
    top: float

    @property
    def bottom(self) -> float:
        """Where its box ends."""
        return self.top + len(self.lines) * self.type.step + 6


def width(text: str, size: float) -> float:
    """About how wide a text is."""
    return sum(_WIDTH_OF.get(letter, 54) for letter in text) * size / 100


def wrapped(text: str, room: float, size: float, most: int) -> tuple[str, ...]:
    """A text in lines that fit, at most so many; a longer one ends with an ellipsis."""
    lines, words = [""], text.split()
    for number, word in enumerate(words):
        longer = f"{lines[-1]} {word}".lstrip()
        last = len(lines) == most
        rest = " …" if last and number < len(words) - 1 else ""
        if not lines[-1] or width(longer + rest, size) <= room:
            lines[-1] = longer
        elif last:
            lines[-1] += " …"
            break
        else:
            lines.append(word)
    return tuple(lines)


def stacked(rows: Sequence[Row], space: float) -> tuple[Row, ...]:
    """The rows below each other."""
    top, placed = float(TOP), []
    for row in rows:
        placed.append(row._replace(top=top))
        top = placed[-1].bottom + space
    return tuple(placed)


def before(blocks: Sequence[bodycopy.LabelledBlock]) -> tuple[Row, ...]:
    """The left sheet: every block that a reader sees, the dropped ones a row for each run of a label."""
    rows: list[Row] = []
    room = CARD - GUTTER - MARGIN
    for (kept, label), run in groupby(blocks, key=lambda item: (item.kept, item.label.value)):
        texts = [item.block.text for item in run]
        if kept:
            style = HEADLINE._replace(size=14, step=17) if label == "title" else SMALL
            rows += [Row(label, kept, wrapped(text, room, style.em, MOST_KEPT), style, 0) for text in texts]
        else:
            rows.append(Row(label, kept, wrapped(" · ".join(texts), room, CUT.em, MOST_CUT), CUT, 0))
    return stacked(rows, 3)


def after(blocks: Sequence[bodycopy.LabelledBlock], height: float) -> tuple[Row, ...]:
    """The right sheet: the kept blocks, with as many lines of each as the height of the left one has room for."""
    kept = [item for item in blocks if item.kept]

    def shown(most: int) -> tuple[Row, ...]:
        rows = []
        for item in kept:
            heading = item.block.kind.value == "heading"
            style = HEADLINE if item.label.value == "title" else CROSSHEAD if heading else BODY
            lines = wrapped(item.block.text, CARD - 2 * MARGIN, style.em, most)
            rows.append(Row(item.label.value, True, lines, style, 0))
        return stacked(rows, 6)

    fitting = (rows for most in range(40, 1, -1) if (rows := shown(most)) and rows[-1].bottom <= height)
    return next(fitting, shown(1))


def drawn_text(row: Row, x: float) -> Iterator[str]:
    """The lines of a row."""
    for number, line in enumerate(row.lines):
        y = row.top + 3 + row.type.step * (number + 0.76)
        yield (
            f'<text class="{row.type.name}" x="{x:g}" y="{y:.1f}" font-size="{row.type.size:g}"'
            f' textLength="{width(line, row.type.em):.1f}">{escape(line)}</text>'
        )
        if not row.kept:
            yield f'<path class="k" d="M{x:g} {y - row.type.size * 0.33:.1f}h{width(line, row.type.em):.1f}"/>'


def drawn_before(row: Row) -> Iterator[str]:
    """A row of the left sheet: kept ones stand as they are, dropped ones in a tinted box, struck, behind their label."""
    tint, tall = _TINT_OF[row.label], row.bottom - row.top
    if row.kept:
        yield from drawn_text(row, GUTTER)
        return
    yield f'<g class="{tint}"><rect class="t" x="8" y="{row.top:.1f}" width="{CARD - 16}" height="{tall:.1f}" rx="4"/>'
    yield f'<rect class="i" x="12" y="{row.top + 3:.1f}" width="{GUTTER - 20}" height="14" rx="3"/>'
    yield f'<text class="tag" x="{12 + (GUTTER - 20) / 2:g}" y="{row.top + 13.2:.1f}">{row.label}</text>'
    yield from drawn_text(row, GUTTER)
    yield "</g>"


def ribbon(left: Row, right: Row) -> str:
    """A band from where a kept block stood to where it stands now."""
    x0, x1 = CARD, CARD + GAP
    middle = (x0 + x1) / 2
    return (
        f'<path class="r" d="M{x0} {left.top:.1f}C{middle:g} {left.top:.1f} {middle:g} {right.top:.1f} {x1} {right.top:.1f}'
        f'V{right.bottom:.1f}C{middle:g} {right.bottom:.1f} {middle:g} {left.bottom:.1f} {x0} {left.bottom:.1f}Z"/>'
    )


def stylesheet() -> str:
    """Light colours, then the dark ones for readers who ask for them; the sheets have grounds of their own in both."""

    def rules(paper: str, edge: str, inks: tuple[str, str], glow: str, tints: dict[str, tuple[str, str]]) -> str:
        ink, faint = inks
        named = "".join(
            f".{name} .t,.{name}.t{{fill:{tint}}}.{name} .i,.{name} .c{{fill:{strong}}}.{name} .k{{stroke:{strong}}}"
            for name, (tint, strong) in tints.items()
        )
        return (
            f".p{{fill:{paper};stroke:{edge}}}.s,.b,.h{{fill:{ink}}}.f,.m{{fill:{faint}}}.tag{{fill:{paper}}}"
            f".r{{fill:{tints['green'][1]};fill-opacity:{glow}}}{named}"
        )

    return (
        "text{font-family:-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}"
        ".s,.b{font-family:Georgia,'Times New Roman',serif}.b,.h,.tag{font-weight:700}"
        ".k{stroke-opacity:.5}.tag{font-size:9.2px;text-anchor:middle}.h{font-size:14px}.f{font-size:11.5px}"
        ".m{font:11.5px ui-monospace,Menlo,Consolas,monospace}"
        + rules("#ffffff", "#d1d9e0", ("#1f2328", "#59636e"), ".16", _LIGHT)
        + "@media(prefers-color-scheme:dark){"
        + rules("#0d1117", "#3d444d", ("#e6edf3", "#9198a1"), ".24", _DARK)
        + "}"
    )


def told(blocks: Sequence[bodycopy.LabelledBlock]) -> str:
    """The picture in words."""
    gone = Counter(item.label.value for item in blocks if not item.kept)
    named = ", ".join(f"{count} {label}" for label, count in gone.most_common())
    return (
        f"Left, the {len(blocks)} blocks of a saved news page, each block that bodycopy removes struck out and tagged with its"
        f" label ({named}). Right, the {len(blocks) - gone.total()} blocks of body copy that remain, in their order."
    )


def drawn() -> str:
    """The whole picture."""
    blocks = [item for item in bodycopy.clean(ROOT / PAGE).blocks if not item.block.hidden and item.block.text.strip()]
    left = before(blocks)
    right = after(blocks, left[-1].bottom)
    height = max(left[-1].bottom, right[-1].bottom) + 12
    size = f'width="{WIDTH}" height="{height + 1:.0f}" viewBox="0 0 {WIDTH} {height + 1:.0f}"'
    beside = CARD + GAP
    remain = sum(item.kept for item in blocks)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
        '<title id="t">A news page before and after bodycopy</title>',
        f'<desc id="d">{escape(told(blocks))}</desc>',
        f"<style>{stylesheet()}</style>",
        *(
            f'<rect class="p" x="{x + 0.5}" y=".5" width="{CARD - 1}" height="{height:.1f}" rx="8"/>'
            for x in (0, beside)
        ),
        f'<text class="h" x="{MARGIN}" y="28">The page</text>',
        f'<text class="f" x="{MARGIN}" y="46">{len(blocks)} blocks; what goes is struck out and named by its label</text>',
        f'<text class="h" x="{beside + MARGIN}" y="28">The body copy</text>',
        f'<text class="f" x="{beside + MARGIN}" y="46">{remain} blocks; … stands for the rest of a paragraph</text>',
        f'<text class="m" x="{WIDTH - MARGIN}" y="28" text-anchor="end">bodycopy clean page.html</text>',
        *(ribbon(*pair) for pair in zip((row for row in left if row.kept), right, strict=True)),
        *(line for row in left for line in drawn_before(row)),
        *(line for row in right for line in drawn_text(row, beside + MARGIN)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the picture where it changes, and say so."""
    fresh = drawn().encode("utf-8")
    if not PICTURE.exists() or PICTURE.read_bytes() != fresh:
        PICTURE.write_bytes(fresh)
        print(f"wrote {PICTURE}")


if __name__ == "__main__":
    main()
