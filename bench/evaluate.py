"""Score bodycopy on the bench pages and hold it to its floors: ``make eval``.

HTML in and text in, with only ``body`` kept (the golds have no headlines). The figures are those of the bench's own
scorer. An open page is judged by the weights of the fold that has not seen its site, a sealed one by those that ship.
Exit status 0 where every floor holds, 1 where one does not or a page crashed, 2 where there is no bench data.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import floors
from bodycopy.label import weights_for
from folds import PATH as FOLDS
from folds import Folds, read_folds
from predict import Prediction, Task, keep_open, predict_all
from read_pages import check_pages
from shared_pages import HERE, PARTS, Row, Shared, default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Sequence

BUILD = HERE / "build"
FLOORS = HERE / "floors.toml"
SECTIONS = ("html", "lines", "text", "pages")
# Which files a data set is made of: its fingerprint is theirs.
FILES = {
    "html": ("html_dev", "gold_dev"),
    "lines_html": ("html_dev", "lines_dev"),
    "lines_text": ("lines_text_dev", "lines_dev"),
    "text": ("text_dev", "gold_dev"),
}


class Evaluation:
    """One run: the data, the figures so far, and what went wrong on the way."""

    def __init__(self, shared: Shared, folds: Folds, args: argparse.Namespace) -> None:
        self.shared, self.folds = shared, folds
        self.jobs, self.worst, self.learnt = args.jobs, args.worst, not args.no_model
        self.figures: dict[str, floors.Figures] = {}
        self.faults: list[str] = []

    def html(self, *, body: bool, lines: bool) -> None:
        """Saved pages in: the body against gold, and the hand-read lines of some of them."""
        gold = self.shared.rows("lines_dev") if lines else []
        wanted = None if body else {row["id"] for row in gold}
        tasks = [
            self._task(row, "html") for row in self.shared.rows("html_dev") if wanted is None or row["id"] in wanted
        ]
        predictions = self._predict("html", tasks)
        if body:
            self.figures["html"] = self._body("html", self.shared.rows("gold_dev"), predictions)
        if lines:
            self.figures["lines_html"] = self._lines("lines_html", gold, predictions)

    def lines_text(self) -> None:
        """The hand-read lines joined to texts: no markup to go by."""
        rows = self.shared.rows("lines_text_dev")
        tasks = [self._task(row, "text") for row in rows]
        predictions = self._predict("lines_text", tasks)
        self.figures["lines_text"] = self._lines("lines_text", self.shared.rows("lines_dev"), predictions)

    def text(self) -> None:
        """What extractors made of the pages: the body's score before and after cleaning, extractor by extractor."""
        gold = {row["id"]: row for row in self.shared.rows("gold_dev")}
        sources: dict[str, list[Row]] = defaultdict(list)
        for row in self.shared.rows("text_dev"):
            sources[row["source"]].append(row)
        print("\n== text of extractors: word F1 before and after cleaning")
        for source, rows in sources.items():
            name = f"text.{source}"
            tasks = [self._task(row, "text") for row in rows]
            predictions = self._predict(name, tasks)
            due = [gold[row["id"]] for row in rows]
            before = self._body_parts(due, {row["id"]: row for row in rows})
            after = self._body_parts(due, {p.id: p.record() for p in predictions})
            stable = self._stable(predictions)
            figures: floors.Figures = {}
            for part, summary in after.items():
                old, new = before[part]["word_f1"], summary["word_f1"]
                figures[part] = {
                    "word_f1": new, "gain": new - old, "shingle_f1": summary["shingle_f1"], "stable": stable[part],
                }  # fmt: skip
                print(f"{source:<18} {part:<7} {summary['pages']:>4} pages  {old:.4f} -> {new:.4f}  {new - old:+.4f}"
                      f"  shingle {before[part]['shingle_f1']:.4f} -> {summary['shingle_f1']:.4f}"
                      f"  stable {stable[part]:.4f}")  # fmt: skip
            self.figures[name] = figures

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

    def _body_parts(self, gold: Sequence[Row], predicted: dict[str, Any]) -> dict[str, dict[str, float]]:
        pages = self.shared.scorer.score_body(gold, predicted)
        return {part: self.shared.scorer.body_summary(rows) for part, rows in self.shared.parts(pages).items()}

    def _body(self, name: str, gold: Sequence[Row], predictions: Sequence[Prediction]) -> floors.Figures:
        scorer, predicted = self.shared.scorer, {p.id: p.record() for p in predictions}
        stable, figures = self._stable(predictions), {}
        for part, rows in self.shared.parts(gold).items():
            # Languages of open pages only: of most there are so few that a sealed page's score would show.
            report = scorer.report_body(rows, predicted, part == "open", self.worst if part == "open" else 0)
            report["stable"] = stable[part]
            print(f"\n== {name}: body, {part}")
            scorer.show(report)
            figures[part] = {key: value for key, value in report.items() if isinstance(value, float)}
        if "sealed" in figures:
            behind = 100 * (figures["open"]["word_f1"] - figures["sealed"]["word_f1"])
            note = ": more than a point, see whether something was fitted to pages" if behind > 1 else ""
            print(f"\nsealed pages behind the open ones by {behind:.2f} points of word F1{note}")
        return figures

    def _lines(self, name: str, gold: Sequence[Row], predictions: Sequence[Prediction]) -> floors.Figures:
        scorer, predicted = self.shared.scorer, {p.id: p.record() for p in predictions}
        read = {row["id"] for row in gold}
        stable, figures = self._stable([p for p in predictions if p.id in read]), {}
        for part, rows in self.shared.parts(gold).items():
            report = scorer.report_lines(rows, predicted, self.worst if part == "open" else 0)
            print(f"\n== {name}: what was left and lost, {part}")
            scorer.show(report)
            figures[part] = line_figures(report) | {"stable": stable[part]}
        return figures


def line_figures(report: dict[str, Any]) -> dict[str, float]:
    """The figures of a lines report that can have floors, flat. ``naming`` is over all labels, by lines removed."""
    labels = report["labels"]
    figures = {key: report[key] for key in ("body_loss", "lines_lost", "pages_cut")}
    figures |= {f"{label}_left": labels[label]["pages_left"] for label in ("signup", "related") if label in labels}
    named = [entry for entry in labels.values() if entry["naming"] is not None]
    gone = [entry["lines"] * (1 - entry["residue"]) for entry in named]
    if sum(gone):
        figures["naming"] = sum(entry["naming"] * n for entry, n in zip(named, gone, strict=True)) / sum(gone)
    return figures


def compare(run: Evaluation, path: Path, *, write: bool, lower: bool) -> list[str]:
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
    if "pages" in parts:
        run.pages()
    missed = run.faults
    if not args.no_model:
        missed += compare(run, FLOORS, write=args.write_floors, lower=args.lower)
    print(f"\n{'FAILED' if missed else 'every floor holds'} ({time.monotonic() - started:.0f} s)")
    for line in missed:
        print(f"  {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
