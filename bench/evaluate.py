"""Score bodycopy on the bench pages and hold it to its floors: ``make eval``.

HTML in and text in, with only ``body`` kept (the golds have no headlines). The figures are those of the bench's own
scorer. An open page is judged by the weights of the fold that has not seen its site, a sealed one by those that ship.
A run of all parts writes its figures to ``bench/quality.json``, of which ``make quality`` makes tables and pictures.
Exit status 0 where every floor holds, 1 where one does not or a page crashed, 2 where there is no bench data.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import calibrate
import floors
import report
from bodycopy.cli_check_options import STRICTNESS
from bodycopy.label import weights_for
from folds import PATH as FOLDS
from folds import Folds, read_folds
from linter import DIAL, Linter
from measures import body_figures, label_figures, line_figures
from predict import Prediction, Task, keep_open, predict_all
from read_pages import check_pages
from rivals import Rival, rivals, trafilatura_version
from shared_pages import HERE, PARTS, Row, Shared, default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BUILD = HERE / "build"
FLOORS = HERE / "floors.toml"
QUALITY = HERE / "quality.json"
SECTIONS = ("html", "lines", "text", "linter", "pages")
# Which files a data set is made of: its fingerprint is theirs.
FILES = {
    "html": ("html_dev", "gold_dev"),
    "lines_html": ("html_dev", "lines_dev"),
    "lines_text": ("lines_text_dev", "lines_dev"),
    "text": ("text_dev", "gold_dev"),
    "quiet": ("gold_dev",),
    "findings": ("lines_text_dev", "text_dev", "lines_dev"),
}


def show(lines: Iterable[str]) -> None:
    """Print them."""
    for line in lines:
        print(line)


class Evaluation:
    """One run: the data, the figures so far, and what went wrong on the way."""

    def __init__(self, shared: Shared, folds: Folds, args: argparse.Namespace) -> None:
        self.shared, self.folds = shared, folds
        self.jobs, self.worst, self.learnt = args.jobs, args.worst, not args.no_model
        self.figures: dict[str, floors.Figures] = {}
        self.labels: dict[str, dict[str, Any]] = {}
        self.faults: list[str] = []
        self.from_page: dict[str, float] = {}
        self.dial: dict[str, Any] = {}

    @cached_property
    def rivals(self) -> dict[str, Rival]:
        """Trafilatura's scores, by mode."""
        return rivals(self.shared, BUILD / "trafilatura.json", self.jobs)

    def html(self, *, body: bool, lines: bool) -> None:
        """Saved pages in: the body against gold, and the hand-read lines of some of them."""
        gold = self.shared.rows("lines_dev") if lines else []
        wanted = None if body else {row["id"] for row in gold}
        tasks = [
            self._task(row, "html") for row in self.shared.rows("html_dev") if wanted is None or row["id"] in wanted
        ]
        predictions = self._predict("html", tasks)
        if body:
            rows = self._scored(self.shared.rows("gold_dev"), {p.id: p.record() for p in predictions})
            self.figures["html"] = figures = self._body(rows, predictions, {})
            self.from_page = {row["id"]: row["f1"] for row in rows}
            show(report.body("html", figures))
            seen = self.shared.parts(rows).get("open", [])
            show(report.languages(seen))
            show(report.worst("html", sorted((row["f1"], row["id"]) for row in seen)[: self.worst]))
            self._show_sealed(figures)
        if lines:
            theirs = {mode: rival.lines for mode, rival in self.rivals.items()}
            self._lines("lines_html", gold, predictions, theirs)

    def lines_text(self) -> None:
        """The hand-read lines joined to texts: no markup to go by."""
        tasks = [self._task(row, "text") for row in self.shared.rows("lines_text_dev")]
        predictions = self._predict("lines_text", tasks)
        self._lines("lines_text", self.shared.rows("lines_dev"), predictions, {})

    def text(self) -> None:
        """What extractors made of the pages: the body's score before and after cleaning, extractor by extractor."""
        gold = {row["id"]: row for row in self.shared.rows("gold_dev")}
        sources: dict[str, list[Row]] = defaultdict(list)
        for row in self.shared.rows("text_dev"):
            sources[row["source"]].append(row)
        for source, members in sources.items():
            name = f"text.{source}"
            predictions = self._predict(name, [self._task(row, "text") for row in members])
            due = [gold[row["id"]] for row in members]
            before = self._scored(due, {row["id"]: row for row in members})
            after = self._scored(due, {p.id: p.record() for p in predictions})
            self.figures[name] = self._body(after, predictions, {"gain": {row["id"]: row for row in before}})
        show(report.texts({source: self.figures[f"text.{source}"] for source in sources}))

    def linter(self) -> None:
        """What `bodycopy check` finds on clean texts and on others, at the default and along the dial."""
        found = Linter(self.shared, lambda row: self._task(row, "text"), self.jobs)
        for strictness in DIAL:
            quiet, right = found.figures(strictness)
            self.dial[strictness] = {"quiet": quiet["all"], **right}
            if strictness == STRICTNESS:
                self.figures["quiet"], self.figures["findings"] = quiet, right
        show(report.linter(self.figures["quiet"], self.dial))

    def pages(self) -> None:
        """The pages that must be cleaned without a fault."""
        number, faults = check_pages(self.shared.root / "pages")
        print(f"\n== shared/pages: {number} read, {len(faults)} faults")
        self.faults += faults

    def _task(self, row: Row, form: str) -> Task:
        html = form == "html"
        if row["id"] in self.shared.sealed:
            weights = weights_for(html, learnt=self.learnt)
        else:
            weights = self.folds.for_page(row["id"], html=html, learnt=self.learnt)
        return Task(row["id"], row[form], form, row.get("url"), weights)

    def _predict(self, name: str, tasks: Sequence[Task]) -> list[Prediction]:
        predictions = predict_all(name, tasks, self.jobs)
        keep_open(BUILD / f"{name}.jsonl", predictions, self.shared.sealed)
        for prediction in predictions:
            if prediction.error:
                sealed = prediction.id in self.shared.sealed
                what = "a sealed page crashed" if sealed else f"{prediction.id}: {prediction.error}"
                self.faults.append(f"{name}: {what}")
        return predictions

    def _stable(self, predictions: Sequence[Prediction]) -> dict[str, float]:
        """The share of pages on which cleaning what was cleaned changes nothing."""
        parts = self.shared.parts([{"id": p.id, "stable": p.stable} for p in predictions])
        return {part: sum(row["stable"] for row in rows) / len(rows) for part, rows in parts.items()}

    def _scored(self, gold: Sequence[Row], predicted: dict[str, Any]) -> list[Row]:
        rows: list[Row] = self.shared.scorer.score_body(gold, predicted)
        return rows

    def _body(
        self, rows: Sequence[Row], predictions: Sequence[Prediction], others: dict[str, dict[str, Row]]
    ) -> floors.Figures:
        """Part by part, beside trafilatura and what else is there of the same pages, by name and page."""
        stable, figures = self._stable(predictions), {}
        others = others | {f"over_{mode}": rival.body for mode, rival in self.rivals.items()}
        for part, members in self.shared.parts(rows).items():
            beside = {name: [pages[row["id"]] for row in members] for name, pages in others.items()}
            figures[part] = body_figures(self.shared.scorer, members, beside) | {"stable": stable[part]}
            if self.from_page:  # what bodycopy makes of the saved pages themselves
                figures[part]["from_page"] = mean(self.from_page[row["id"]] for row in members)
        return figures

    def _lines(
        self, name: str, gold: Sequence[Row], predictions: Sequence[Prediction], rivals: dict[str, dict[str, Any]]
    ) -> None:
        scorer, predicted = self.shared.scorer, {p.id: p.record() for p in predictions}
        read = {row["id"] for row in gold}
        stable = self._stable([p for p in predictions if p.id in read])
        figures, tables, worst = {}, {}, []
        for part, rows in self.shared.parts(gold).items():
            found = scorer.report_lines(rows, predicted, self.worst if part == "open" else 0)
            figures[part] = line_figures(found) | {"pages": len(rows), "stable": stable[part]}
            tables[part] = label_figures(scorer, rows, predicted, found)
            worst += found["worst"]
        self.figures[name], self.labels[name] = figures, tables
        show(report.lines(name, figures, {mode: parts["all"] for mode, parts in rivals.items()}))
        for part, table in tables.items():
            theirs = {mode: parts[part]["labels"] for mode, parts in rivals.items()}
            show(report.labels(f"{name}, {part}", table, theirs))
        show(report.worst(name, worst))

    def _show_sealed(self, figures: floors.Figures) -> None:
        if "sealed" in figures:
            behind = 100 * (figures["open"]["word_f1"] - figures["sealed"]["word_f1"])
            note = ": more than a point, see whether something was fitted to pages" if behind > 1 else ""
            print(f"\nsealed pages behind the open ones by {behind:.2f} points of word F1{note}")

    def record(self) -> str:
        """All figures as the quality page has them, rounded, as JSON: means over pages, by label of all pages only."""
        labels = {name: parts["all"] for name, parts in self.labels.items()}
        theirs = {mode: rival.lines["all"] for mode, rival in self.rivals.items()}
        whole = {
            "trafilatura": trafilatura_version(),
            "figures": self.figures,
            "labels": labels,
            "rivals": theirs,
            "linter": self.dial,
        }
        return json.dumps(rounded(whole), indent=1) + "\n"


def rounded(value: Any) -> Any:
    """The same with every fraction rounded, finely enough for differences of what is told in three decimals."""
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    return round(value, 6) if isinstance(value, float) else value


def hold_to_floors(run: Evaluation, path: Path, *, write: bool, lower: bool) -> list[str]:
    """Hold the figures to the floors, or raise the floors to the figures; one line for each that is missed."""
    kept, missed = floors.read(path), []
    for name, figures in run.figures.items():
        data = run.shared.fingerprint(FILES[name.partition(".")[0]])
        if write:
            try:
                kept[name] = floors.raised(name, figures, data, kept.get(name), lower=lower)
            except ValueError as error:
                missed.append(str(error))
                continue
        entry = kept.get(name)
        if entry is None:
            print(f"{name}: no floors yet")
        elif entry.data != data:
            was = entry.data[:12] or "missing"
            missed.append(f"{name}: the floors were measured on other data (fingerprint {was}, this is {data[:12]}); "
                          "measure again with --write-floors --lower")  # fmt: skip
        else:
            missed += floors.failures(name, figures, entry)
    if write:
        floors.write(path, kept)
    return missed


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=default_shared(), help="the folder with bench/ and pages/")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only this part (may be repeated)")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N worst open pages")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    parser.add_argument("--no-model", action="store_true", help="the rules alone; there are no floors for them")
    parser.add_argument("--write-floors", action="store_true", help="raise the floors to these figures")
    parser.add_argument("--lower", action="store_true", help="with --write-floors: lower them too")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the parts asked for, print their figures, compare with the floors."""
    args = arguments(argv)
    shared, parts, started = open_shared(args.shared), args.only or SECTIONS, time.monotonic()
    try:
        run = Evaluation(shared, read_folds(FOLDS, shared), args)
    except ValueError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"pages: {', '.join(PARTS)}; the sealed ones are scored apart and never named")
    if "html" in parts or "lines" in parts:
        run.html(body="html" in parts, lines="lines" in parts)
    if "lines" in parts:
        run.lines_text()
    if "text" in parts:
        run.text()
    if "linter" in parts:
        run.linter()
    if "pages" in parts:
        run.pages()
    missed = run.faults
    if not args.no_model:
        missed += hold_to_floors(run, FLOORS, write=args.write_floors, lower=args.lower)
        if not calibrate.is_current(run.folds):
            missed.append("the dial was calibrated with other weights: run make calibrate")
        if set(parts) == set(SECTIONS):
            QUALITY.write_text(run.record(), encoding="utf-8")
    print(f"\n{'FAILED' if missed else 'every floor holds'} ({time.monotonic() - started:.0f} s)")
    for line in missed:
        print(f"  {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
