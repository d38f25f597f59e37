"""The figures of a run in aligned columns. A number after ± is half of the 95 % interval."""

from __future__ import annotations

from collections import defaultdict
from statistics import mean
from typing import TYPE_CHECKING, Any

from linter import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from floors import Figures

_BODY = {
    "word_f1": "word F1", "word_p": "  precision", "word_r": "  recall", "word_f1_median": "  median",
    "over_trafilatura": "  above trafilatura", "over_recall": "  above its recall mode",
    "shingle_f1": "shingle F1", "shingle_p": "  precision", "shingle_r": "  recall",
    "shingle_over_trafilatura": "  above trafilatura", "shingle_over_recall": "  above its recall mode",
    "below_half": "pages below .5", "stable": "cleaning twice is once",
}  # fmt: skip
_TEXTS: tuple[dict[str, str], ...] = (
    {"word_f1": "word F1", "gain": "gain", "over_trafilatura": "over trafilatura", "over_recall": "over its recall mode",
     "below_half": "below .5", "stable": "stable"},
    {"shingle_f1": "shingle F1", "shingle_gain": "gain", "shingle_over_trafilatura": "over trafilatura",
     "shingle_over_recall": "over its recall mode"},
)  # fmt: skip
_LOST = {
    "body_loss": "words of the body lost", "lines_lost": "lines lost", "short_lost": "  of under eight words",
    "pages_cut": "pages with a paragraph lost", "naming": "cut lines rightly named", "stable": "cleaning twice is once",
}  # fmt: skip
_DIFFERENCES = ("over_", "shingle_over_", "gain", "shingle_gain")


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of cells as lines, the first column to the left, all others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def cell(figures: Mapping[str, Any], name: str) -> str:
    """A figure, a difference with its sign, with half of its interval where it has one; a dash for none."""
    value = figures.get(name)
    if value is None:
        return "-"
    text = f"{value:+.4f}" if name.startswith(_DIFFERENCES) else f"{value:.4f}"
    if f"{name}_low" not in figures:
        return text
    return f"{text} ±{(figures[f'{name}_high'] - figures[f'{name}_low']) / 2:.4f}"


def by_part(figures: Figures, names: Mapping[str, str]) -> Iterator[str]:
    """A line a figure, a column a part."""
    rows = [["", *figures]]
    for name, words in names.items():
        if any(name in part for part in figures.values()):
            rows.append([words, *(cell(part, name) for part in figures.values())])
    yield from aligned(rows)


def body(name: str, figures: Figures) -> Iterator[str]:
    """How much of the body was found, part by part."""
    pages = ", ".join(f"{part} {members['pages']:.0f}" for part, members in figures.items())
    yield f"\n== {name}: body (pages: {pages})"
    yield from by_part(figures, _BODY)


def texts(figures: Mapping[str, Figures]) -> Iterator[str]:
    """What other tools made of the pages, a line for each of them and each part, words first, then shingles."""
    yield "\n== text of extractors, cleaned: gain over what it was; over what trafilatura makes of the same pages"
    for number, names in enumerate(_TEXTS):
        rows = [["", "", "pages", *names.values()]]
        for source, parts in figures.items():
            for part, members in parts.items():
                rows.append([source, part, f"{members['pages']:.0f}", *(cell(members, name) for name in names)])
        yield from [""] * bool(number)
        yield from aligned(rows)


def lines(name: str, figures: Figures, rivals: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What was lost on the hand-read pages, part by part and on all of them by trafilatura."""
    pages = ", ".join(f"{part} {members['pages']:.0f}" for part, members in figures.items())
    yield f"\n== {name}: lost of hand-read lines (pages: {pages})"
    yield from by_part({**figures, **rivals}, _LOST)


def labels(
    name: str, entries: Mapping[str, Mapping[str, Any]], rivals: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """What was left of each label and how what went was named; ``rivals`` are trafilatura's own labels by mode."""
    yield f"\n{name}: lines left by label, the share of pages that show one, the names of what went"
    rows = [["", "lines", "left", "pages", "show one", *rivals, "named: P", "R", "F1"]]
    for label, entry in entries.items():
        theirs = (f"{mode[label]['pages_left']:.3f}" for mode in rivals.values())
        pages_left = round(entry["pages_left"] * entry["pages"])
        naming = (entry["naming_precision"], entry["naming"], entry["naming_f1"])
        rows.append([
            label, f"{entry['lines']}", f"{entry['residue']:.3f}", f"{entry['pages']}",
            f"{pages_left} = {entry['pages_left']:.3f}", *theirs,
            *("-" if value is None else f"{value:.3f}" for value in naming),
        ])  # fmt: skip
    yield from aligned(rows)


def languages(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Word F1 by language. For open pages only: of most there are so few that a sealed page's score would show."""
    of: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        of[row["lang"]].append(row["f1"])
    frequent = sorted(of.items(), key=lambda item: -len(item[1]))
    yield "open pages by language: " + ", ".join(f"{lang} {mean(f1):.3f} ({len(f1)})" for lang, f1 in frequent)


def worst(name: str, pages: Sequence[tuple[float, str]]) -> Iterator[str]:
    """The worst of the open pages."""
    if pages:
        yield f"\n{name}: worst open pages"
        yield from (f"  {score:.3f}  {page}" for score, page in pages)


def linter(quiet: Figures, dial: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[str]:
    """How quiet the linter is on clean texts, and how right on others, along the dial."""
    texts = ", ".join(f"{part} {members['texts']:.0f}" for part, members in quiet.items())
    yield f"\n== linter: clean texts with a finding, with a false alarm (texts: {texts})"
    names = {
        "with_finding": "with a finding",
        "false_alarm": "with a false alarm",
        "not_read": "findings nobody has read",
    }
    yield from by_part(quiet, names)
    yield "\nfindings that are no body (P), of these of the label (name), lines of the label found (R)"
    rows = [["", "strictness", "clean texts with one", *(f"{x} {y}" for x in LABELS for y in ("P", "name", "R"))]]
    for name in ("joined", "extractors"):
        for strictness, point in dial.items():
            figures = (cell(point[name], f"{x}_{y}") for x in LABELS for y in ("precision", "named", "recall"))
            rows.append([name, strictness, cell(point["quiet"], "with_finding"), *figures])
    yield from aligned(rows)
