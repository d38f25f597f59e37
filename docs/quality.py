"""Fill the tables of ``docs/quality.md`` and draw its pictures: ``make quality``.

All figures come of ``bench/quality.json``, which ``make eval`` writes, and ``bench/strictness.json``, which ``make
calibrate`` writes; only those of tools that the bench did not run are written down here. The same figures give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bodycopy.keep import PRESETS
from charts import WIDTH, Axis, Panel, percent, picture, text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "quality.md"
PARTS = ("all", "open", "sealed")
KINDS = {"html": "HTML", "text": "text"}
SOURCES = {
    "readability_lxml": "readability-lxml", "newspaper4k": "newspaper4k", "resiliparse_main": "resiliparse",
    "boilerpy3": "boilerpy3", "html_text": "html-text (whole page)", "inscriptis": "inscriptis (whole page)",
    "trafilatura": "trafilatura 2.0", "trafilatura_recall": "trafilatura 2.0, recall",
}  # fmt: skip
MEASURES = {
    "word_f1": "word F1", "word_p": "word precision", "word_r": "word recall", "word_f1_median": "word F1, median",
    "shingle_f1": "shingle F1", "over_trafilatura": "word F1 above trafilatura",
    "over_recall": "word F1 above its recall mode", "shingle_over_trafilatura": "shingle F1 above trafilatura",
    "shingle_over_recall": "shingle F1 above its recall mode", "below_half": "pages below .5",
    "stable": "cleaning twice is cleaning once",
}  # fmt: skip
LOST = {
    "body_loss": "words of the body", "lines_lost": "lines", "short_lost": "lines of under eight words",
    "pages_cut": "pages that lost a paragraph",
}  # fmt: skip
LABELS = {"signup": "sign-ups", "related": "other stories"}


class Given(NamedTuple):
    """What the bench's own account says of a tool on the hand-read pages: share of pages cut, and that show a label."""

    name: str
    pages: int
    cut: float
    signup: float
    related: float


OTHERS = (
    Given("readability-lxml", 70, 0.39, 0.11, 0.35),
    Given("newspaper4k", 71, 0.61, 0.05, 0.29),
    Given("resiliparse", 69, 0.19, 0.51, 0.83),
    Given("C4's line rules, text", 120, 0.55, 0.64, 0.51),
)


class Measured(NamedTuple):
    """All that was measured."""

    quality: Mapping[str, Any]
    curves: Mapping[str, Any]

    @property
    def figures(self) -> Mapping[str, Any]:
        """By data set, part and name."""
        figures: Mapping[str, Any] = self.quality["figures"]
        return figures

    def preset(self, kind: str, name: str) -> Mapping[str, float]:
        """The point of the curve where a preset lies."""
        point: Mapping[str, float] = next(p for p in self.curves[kind] if p["nats"] == PRESETS[name])
        return point


def measured() -> Measured:
    """Read both files."""
    quality, curves = (
        json.loads((ROOT / "bench" / name).read_text(encoding="utf-8")) for name in ("quality.json", "strictness.json")
    )
    return Measured(quality, curves)


# -- tables ------------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def number(value: float | None, sign: str = "") -> str:
    """A figure between 0 and 1 without its naught, or a difference with its sign; a dash for none."""
    return "–" if value is None else f"{value:{sign}.3f}".replace("0.", ".", 1).replace("-", "−")


def spanned(figures: Mapping[str, Any], name: str) -> str:
    """A figure and the interval that it stands in."""
    sign = "+" if "over" in name or "gain" in name else ""
    if f"{name}_low" not in figures:
        return number(figures.get(name), sign)
    low, high = (number(figures[f"{name}_{end}"], sign) for end in ("low", "high"))
    return f"{number(figures[name], sign)} ({low} to {high})"


def tables(known: Measured) -> dict[str, str]:
    """Each table by its name."""
    figures, html = known.figures, known.figures["html"]
    lost = {
        "HTML": figures["lines_html"]["all"], "text": figures["lines_text"]["all"],
        "trafilatura": known.quality["rivals"]["trafilatura"], "its recall mode": known.quality["rivals"]["recall"],
    }  # fmt: skip
    html_labels, text_labels = (known.quality["labels"][name] for name in ("lines_html", "lines_text"))
    rivals = [known.quality["rivals"][mode]["labels"] for mode in ("trafilatura", "recall")]
    texts = {SOURCES[source]: figures[f"text.{source}"]["all"] for source in SOURCES}
    columns = ("word_f1", "gain", "over_trafilatura", "shingle_f1")
    named = ("naming_precision", "naming", "naming_f1")
    return {
        "html": table(
            ["", *(f"{part}, {html[part]['pages']} pages" for part in PARTS)],
            [[words, *(spanned(html[part], name) for part in PARTS)] for name, words in MEASURES.items()],
        ),
        "lost": table(
            ["lost", *lost], [[words, *(number(x[name]) for x in lost.values())] for name, words in LOST.items()]
        ),
        "left": table(
            ["pages that still show one", "of", *lost],
            [
                [label, f"{entry['pages']}"]
                + [number(labels[label]["pages_left"]) for labels in (html_labels, text_labels, *rivals)]
                for label, entry in html_labels.items()
            ],
        ),
        "named": table(
            ["", "HTML: precision", "recall", "F1", "text: precision", "recall", "F1"],
            [
                [label, *(number(labels[label][name]) for labels in (html_labels, text_labels) for name in named)]
                for label in html_labels
            ],
        ),
        "texts": table(
            ["text of", "pages", "word F1", "gain", "above trafilatura 2.3 on the page", "shingle F1"],
            [[name, f"{x['pages']}", *(spanned(x, column) for column in columns)] for name, x in texts.items()],
        ).replace("2.3", known.quality["trafilatura"]),
        "dial": table(
            ["", "dial", "junk lines left", "words of body lost", "pages that lost a paragraph"],
            [
                [f"{preset}, {words}", *(percent(known.preset(kind, preset)[name]) for name in _DIAL)]
                for kind, words in KINDS.items()
                for preset in PRESETS
            ],
        ),
        "linter": table(
            ["", "dial", "clean texts with a finding", *(f"{label}: {what}" for label in _LINTED for what in _FOUND)],
            [
                [words, dial, percent(round(point["quiet"]["with_finding"], 3))]
                + [number(point[texts].get(f"{label}_{name}")) for label in _LINTED for name in _FOUND.values()]
                for texts, words in _LINTED_TEXTS.items()
                for dial, point in known.quality["linter"].items()
            ],
        ),
    }


_LINTED = ("signup", "related", "share", "paywall")
_LINTED_TEXTS = {"joined": "hand-read lines", "extractors": "text of extractors"}
_FOUND = {"right": "precision", "name": "named", "found": "recall"}
_DIAL = ("share", "junk_left", "body_lost", "pages_cut")


def filled(page: str, known: Measured) -> str:
    """The page with its tables as they are now: each stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``."""
    for name, rows in tables(known).items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.S)
        page, times = marks.subn(lambda found, rows=rows: f"{found[1]}\n{rows}\n\n{found[2]}", page)  # type: ignore[misc]
        if times != 1:
            raise ValueError(f"{PAGE.name} has no place for the table {name!r}, or several")
    return page


# -- pictures ----------------------------------------------------------------------------------------------------------


def drawn_f1(known: Measured) -> str:
    """Word F1 of each extractor and of bodycopy on the very same pages."""
    html, version = known.figures["html"]["all"], known.quality["trafilatura"]
    rows = [
        (f"trafilatura {version}{mode}", html["pages"], html["word_f1"] - html[over], html["word_f1"])
        for mode, over in (("", "over_trafilatura"), (", recall", "over_recall"))
    ]
    for source in [name for name in SOURCES if not name.startswith("trafilatura")]:
        x = known.figures[f"text.{source}"]["all"]
        rows.append((SOURCES[source], x["pages"], x["word_f1"] - x["gain"], x["from_page"]))
    rows.sort(key=lambda row: -row[2])
    step, left, top = 28, 270, 62
    across = Axis(0.7, 1, (0.7, 0.8, 0.9, 1), "word F1, mean over pages", plain=True)
    panel = Panel(left, top, WIDTH - left - 50, step * len(rows), across)
    parts = [*panel.frame(), text(20, 28, "Word F1 on the same pages", "h"),
             text(left, top - 16, "● the extractor", "theirs"), text(left + 110, top - 16, "● bodycopy", "ours")]  # fmt: skip
    for at, (name, pages, theirs, ours) in enumerate(rows):
        y = 1 - (at + 0.5) / len(rows)
        parts += [
            text(20, panel.y(y) + 4, name, "t"), text(left - 14, panel.y(y) + 4, f"{pages} pages", "f end"),
            panel.line([(theirs, y), (ours, y)], "ours"), panel.dot(theirs, y, "theirs"), panel.dot(ours, y, "ours"),
            text(panel.x(theirs) - 9, panel.y(y) + 4, number(theirs), "theirs end"),
            text(panel.x(ours) + 9, panel.y(y) + 4, number(ours), "ours"),
        ]  # fmt: skip
    told = "; ".join(f"{name}, {pages} pages: {theirs:.3f}, bodycopy {ours:.3f}" for name, pages, theirs, ours in rows)
    return picture(top + step * len(rows) + 50, "Word F1 of extractors and of bodycopy on the same pages", told, parts)


def drawn_trade(known: Measured) -> str:
    """What is left on the hand-read pages against what is lost there."""
    points = [Given("bodycopy", 120, *_lines(known.figures["lines_html"]["all"])),
              Given("bodycopy, text", 120, *_lines(known.figures["lines_text"]["all"]))]  # fmt: skip
    for mode, name in (("trafilatura", "trafilatura"), ("recall", "its recall mode")):
        report = known.quality["rivals"][mode]
        left = (report["labels"][label]["pages_left"] for label in LABELS)
        points.append(Given(name, 120, report["pages_cut"], *left))
    points += OTHERS
    across = Axis(0, 0.8, (0, 0.2, 0.4, 0.6, 0.8), "pages that lost a paragraph")
    up = Axis(0, 1, (0, 0.25, 0.5, 0.75, 1), "")
    parts = [text(20, 28, "What is left against what is lost: the nearer to the corner, the better", "h")]
    for at, (label, words) in enumerate(LABELS.items()):
        panel = Panel(64 + at * 395, 80, 330, 240, across, up, f"pages that still show {words}")
        parts += panel.frame()
        parts += panel.named([
            (point.cut, getattr(point, label), "ours" if point.name.startswith("bodycopy") else "theirs", point.name)
            for point in points
        ])  # fmt: skip
    told = "; ".join(
        f"{p.name} ({p.pages} pages): sign-ups left on {percent(round(p.signup, 3))}, other stories on"
        f" {percent(round(p.related, 3))}, a paragraph lost on {percent(round(p.cut, 3))}" for p in points
    )  # fmt: skip
    return picture(
        372, "Pages that still show sign-ups and other stories, and pages that lost a paragraph", told, parts
    )


def _lines(figures: Mapping[str, float]) -> tuple[float, float, float]:
    return figures["pages_cut"], figures["signup_left"], figures["related_left"]


def drawn_dial(known: Measured) -> str:
    """The dial: the share of the cut words that are body, and what is left and lost for it."""
    series = {"junk_left": ("junk lines left", "theirs"), "pages_cut": ("pages that lost a paragraph", "ours"),
              "share": ("cut words that are body", "third")}  # fmt: skip
    parts = [text(20, 28, "The strictness dial, out of fold", "h")]
    parts += [text(20 + 170 * at, 48, f"— {words}", name) for at, (words, name) in enumerate(series.values())]
    up = Axis(0, 1, (0, 0.25, 0.5, 0.75, 1), "")
    across = Axis(0.002, 0.8, (0.002, 0.01, 0.05, 0.2, 0.8), "the dial: share of the cut words that are body", log=True)
    for at, (kind, words) in enumerate(KINDS.items()):
        panel = Panel(64 + at * 395, 94, 330, 240, across, up, words)
        parts += panel.frame()
        for row, preset in enumerate(PRESETS):
            parts += panel.mark(known.preset(kind, preset)["share"], preset, row)
        for name, (_, colour) in series.items():
            parts.append(panel.line([(point["share"], point[name]) for point in known.curves[kind]], colour))
            parts += [panel.dot(p["share"], p[name], colour) for p in (known.preset(kind, each) for each in PRESETS)]
    told = "; ".join(
        f"{preset}, {words}: dial {known.preset(kind, preset)['share']:g}, junk lines left"
        f" {percent(known.preset(kind, preset)['junk_left'])}, pages that lost a paragraph"
        f" {percent(known.preset(kind, preset)['pages_cut'])}" for kind, words in KINDS.items() for preset in PRESETS
    )  # fmt: skip
    return picture(386, "What the numbers of the strictness dial mean", told, parts)


def made(known: Measured) -> Iterator[tuple[Path, str]]:
    """Every file and what it should be."""
    yield PAGE, filled(PAGE.read_text(encoding="utf-8"), known)
    yield PAGE.with_name("quality-f1.svg"), drawn_f1(known)
    yield PAGE.with_name("quality-trade.svg"), drawn_trade(known)
    yield PAGE.with_name("quality-dial.svg"), drawn_dial(known)


def main() -> None:
    """Write what changes, and say so."""
    for path, fresh in made(measured()):
        if not path.exists() or path.read_text(encoding="utf-8") != fresh:
            path.write_text(fresh, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
