"""Measure what the dial's numbers mean: ``make calibrate``, after each ``make train``.

Every open page, and every third text that other tools made, is cleaned at a row of thresholds by the weights that have not
seen its site. What share of the words cut there is body, by the targets that the fit has too, gives the dial its scale:
``src/bodycopy/data/strictness.toml``.
``bench/strictness.json`` has the whole curve: how much junk was left and on how many of the hand-read pages a paragraph
was lost, by the bench's scorer. Exit status 0 when both are written, 1 where the weights are not of this code, 2 where
there is no bench data.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import folds
from bodycopy.document import Label
from bodycopy.keep import PRESETS
from bodycopy.pipeline import clean_shown, read
from bodycopy.train.align import words
from predict import BODY_ONLY
from samples import KINDS, Job, Kind, jobs, targets
from shared_pages import HERE, Shared, default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bodycopy.label import Weights

CURVE = HERE / "strictness.json"
SCALE = folds.PACKAGE / "data" / "strictness.toml"
NATS = sorted({-5.0, -4.0, -3.0, -2.4, -1.0, 2.0, 3.0, 4.0, 5.0, *PRESETS.values()})
"""The thresholds tried. Above the last the guard against losing text in bulk decides more than the threshold."""

EVERY = 3

_HEAD = """\
# What the dial's numbers mean, measured by `make calibrate` on the open pages of the bench, each judged by weights and a
# model that have not seen its site: with the threshold at so many `nats`, this `share` of the words cut is body.
"""


class Page(NamedTuple):
    """One page cleaned at each threshold: its words, those cut and those of them that are body; what stayed."""

    kind: Kind
    id: str
    hand_read: bool
    words: float
    body: float
    cut: list[float]
    cut_body: list[float]
    texts: list[str]


def measure(job: Job, weights: Weights) -> Page:
    """Clean one page at all thresholds. A headline is no cut: it stays as a title unless somebody drops it."""
    document = read(job.source, url=job.url, format=job.kind)
    blocks = [words(block.text) for block in document.blocks]
    body, trust = targets(job, blocks)
    worth = [len(block) * t for block, t in zip(blocks, trust, strict=True)]
    cut, cut_body, texts = [], [], []
    for least in NATS:
        # The targets are those of these blocks: an article found elsewhere on the page would have others.
        cleaned = clean_shown(document, BODY_ONLY, weights, least)
        gone = [i for i, item in enumerate(cleaned.blocks) if not item.kept and item.label is not Label.TITLE]
        cut.append(sum(worth[i] for i in gone))
        cut_body.append(sum(worth[i] * body[i] for i in gone))
        texts.append(cleaned.text if job.lines else "")
    whole = sum(w * b for w, b in zip(worth, body, strict=True))
    return Page(job.kind, job.id, job.lines is not None, sum(worth), whole, cut, cut_body, texts)


def curve(pages: Sequence[Page], gold: Sequence[dict[str, Any]], scorer: Any) -> list[dict[str, float]]:
    """One point for each threshold, of pages of one kind; ``gold`` has the open hand-read pages."""
    points = []
    for at, nats in enumerate(NATS):
        cut, cut_body = sum(page.cut[at] for page in pages), sum(page.cut_body[at] for page in pages)
        report = scorer.score_lines(gold, {page.id: {"text": page.texts[at]} for page in pages if page.hand_read})
        labels = report["labels"].values()
        point = {
            "nats": nats,
            "share": cut_body / cut if cut else 0.0,
            "words_cut": cut / sum(page.words for page in pages),
            "body_lost": cut_body / sum(page.body for page in pages),
            "junk_left": sum(x["residue"] * x["lines"] for x in labels) / sum(x["lines"] for x in labels),
            "pages_cut": report["pages_cut"],
        }
        points.append({name: round(value, 4) for name, value in point.items()})
    return points


def scale(points: Iterable[dict[str, float]]) -> tuple[list[float], list[float]]:
    """Shares and thresholds that both rise: a point of a share no higher than one before tells the dial nothing."""
    shares, nats = [0.0], []
    for point in points:
        if point["share"] > shares[-1]:
            shares.append(point["share"])
            nats.append(point["nats"])
    return shares[1:], nats


def scale_text(curves: dict[str, list[dict[str, float]]]) -> str:
    """The file of the scale."""
    lines = [_HEAD]
    for kind, points in curves.items():
        shares, nats = scale(points)
        lines += [f"[{kind}]", f"share = {shares}", f"nats = {nats}", ""]
    return "\n".join(lines)


def mark(fitted: folds.Folds) -> str:
    """Of the weights and models that the curve was measured with."""
    return hashlib.sha256(f"{fitted.shipped}{fitted.models}".encode()).hexdigest()[:16]


def is_current(fitted: folds.Folds, path: Path = CURVE) -> bool:
    """Whether the curve was measured with these weights and models."""
    return path.exists() and json.loads(path.read_text(encoding="utf-8"))["mark"] == mark(fitted)


def measured(shared: Shared, fitted: folds.Folds, processes: int) -> list[Page]:
    """All open pages and joined lines, and of the texts that other tools made every third: they are alike."""
    due = [job for n, job in enumerate(jobs(shared)) if job.kind == "html" or job.lines or n % EVERY == 0]
    weights = [fitted.for_page(job.id, html=job.kind == "html") for job in due]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(measure, due, weights, chunksize=8))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, write both files and print the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=default_shared(), help="the folder with bench/")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    args, started = parser.parse_args(argv), time.monotonic()
    shared = open_shared(args.shared)
    try:
        fitted = folds.read_folds(folds.PATH, shared)
    except ValueError as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 1
    pages = measured(shared, fitted, args.jobs)
    gold = [row for row in shared.rows("lines_dev") if row["id"] not in shared.sealed]
    curves: dict[str, list[dict[str, float]]] = {
        kind: curve([page for page in pages if page.kind == kind], gold, shared.scorer) for kind in KINDS
    }
    for kind, points in curves.items():
        print(f"\n== {kind}\n" + "  ".join(f"{name:>9}" for name in points[0]))
        for point in points:
            print("  ".join(f"{value:>9.4f}" for value in point.values()))
    SCALE.write_text(scale_text(curves), encoding="utf-8")
    CURVE.write_text(json.dumps({"mark": mark(fitted), **curves}, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten {SCALE.name} and {CURVE.name} ({time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
