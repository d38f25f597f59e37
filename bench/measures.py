"""The figures of a run, made of the scorer's page scores: bootstrap intervals, paired differences, naming.

An interval is drawn over pages, always with the same seed, and holds 95 % of the resamples: ``x_low`` and ``x_high`` stand
beside ``x``. Differences are paired: both sides are drawn on the same pages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = Sequence[Mapping[str, Any]]

RESAMPLES = 2000
SEED = 1
_ENDS = (0.025, 0.975)
NOT_NAMED = frozenset({"body", "title"})


def estimate(name: str, columns: Sequence[Sequence[float]], statistic: Callable[[Floats], Floats]) -> dict[str, float]:
    """A statistic of the columns' means over pages, with its interval."""
    table = np.array(columns, np.float64)
    pages = table.shape[1]
    low, high = np.quantile(statistic(table @ _drawn(pages).T / pages), _ENDS)
    return {
        name: float(statistic(table.mean(axis=1))),
        f"{name}_low": float(low),
        f"{name}_high": float(high),
    }


@lru_cache(maxsize=1)
def _drawn(pages: int) -> NDArray[np.int64]:
    """How often each page stands in each resample (rows). All figures of a part of the pages need the same."""
    return np.random.default_rng(SEED).multinomial(pages, np.full(pages, 1 / pages), RESAMPLES)


def _mean(means: Floats) -> Floats:
    return means[0]


def _f1(means: Floats) -> Floats:
    """The F1 of a mean precision and a mean recall, as the scorer has it for shingles."""
    p, r = means[0], means[1]
    f1: Floats = 2 * p * r / np.maximum(p + r, 1e-12)
    return f1


def _f1_gain(means: Floats) -> Floats:
    gain: Floats = _f1(means[:2]) - _f1(means[2:])
    return gain


def column(rows: Rows, name: str) -> list[float]:
    """One figure of all pages."""
    return [row[name] for row in rows]


def body_figures(scorer: Any, rows: Rows, others: Mapping[str, Rows]) -> dict[str, float]:
    """Of one part of the pages all that is told of the body. ``rows`` are the scorer's page scores.

    ``others`` are scores of the same pages in the same order by the name that the difference to them gets (that of
    shingle F1 has ``shingle_`` before it).
    """
    figures: dict[str, float] = scorer.body_summary(rows)
    shingles = [column(rows, "sp"), column(rows, "sr")]
    figures |= estimate("word_f1", [column(rows, "f1")], _mean) | estimate("shingle_f1", shingles, _f1)
    figures["below_half"] = sum(row["f1"] < 0.5 for row in rows) / len(rows)
    for name, theirs in others.items():
        gains = [row["f1"] - other["f1"] for row, other in zip(rows, theirs, strict=True)]
        pairs = [*shingles, column(theirs, "sp"), column(theirs, "sr")]
        figures |= estimate(name, [gains], _mean) | estimate(f"shingle_{name}", pairs, _f1_gain)
    return figures


def naming_precision(scorer: Any, gold: Rows, predicted: Mapping[str, Any]) -> dict[str, float]:
    """Of the hand-read lines that removals of a label have, the share that is of this label, label by label.

    Lines of body do not count: to cut them was wrong under any name. (The scorer's ``naming`` is the recall.)
    """

    def family(label: str) -> str:
        return "related" if label in scorer.RELATED else label

    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for page in gold:
        names: defaultdict[str, set[str]] = defaultdict(set)
        for removal in predicted.get(page["id"], {}).get("removed") or ():
            for line in removal["text"].split("\n"):
                names[" ".join(scorer.words(line))].add(family(removal["label"]))
        for text, label in page["lines"]:
            key = " ".join(scorer.words(text))
            if key and label not in NOT_NAMED and label not in scorer.UNSCORED:
                given.update(names[key])
                right.update(names[key] & {family(label)})
    return {label: right[label] / number for label, number in given.items()}


def label_figures(scorer: Any, gold: Rows, predicted: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """The labels of a lines report, with the precision and the F1 of their names beside the recall."""
    precision = naming_precision(scorer, gold, predicted)
    labels: dict[str, Any] = {}
    for label, entry in report["labels"].items():
        p, r = precision.get(label), entry["naming"]
        f1 = None if p is None or r is None else scorer.f1(p, r)
        labels[label] = {**entry, "naming_precision": p, "naming_f1": f1}
    return labels


def line_figures(report: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a lines report that can have floors, flat. ``naming`` is over all labels, by lines removed."""
    labels = report["labels"]
    figures = {key: report[key] for key in ("body_loss", "lines_lost", "short_lost", "pages_cut")}
    figures |= {f"{label}_left": labels[label]["pages_left"] for label in ("signup", "related") if label in labels}
    named = [entry for entry in labels.values() if entry["naming"] is not None]
    gone = [entry["lines"] * (1 - entry["residue"]) for entry in named]
    if sum(gone):
        figures["naming"] = sum(entry["naming"] * n for entry, n in zip(named, gone, strict=True)) / sum(gone)
    return figures
