"""Naming what is not body: the labels' scores, in runs.

The score of a label on a block is linear in what the rules say of it, a rule of one label may speak against another, and the
weights are those of a multinomial logistic regression with an L1 penalty (Tibshirani 1996) on lines that were read by hand
(``bench/names.py``). Teasers and other related lines are one family there: hand-read lines do not tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.document import Label
from bodycopy.evidence import RULES, Evidence, Tally
from bodycopy.runs import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

BIAS = "bias"
"""The key, beside those of rules, of what a label scores where no rule speaks."""
# What it costs to change the label inside a run of blocks that are no body (Potts model).
_CHANGE = 1.4
# How many blocks' scores are plain numbers at a time.
_ROWS = 512
_KINDRED = {Label.TEASER: Label.RELATED}
# What tells a teaser from another related line: how much a plain case of these rules, set by hand, is worth for its label.
_APART = {
    "related/link-text": 0.4, "related/lone-heading": 0.3, "related/headline-run": 0.6, "teaser/card": 0.6,
    "teaser/divided-list": 1.2, "teaser/headline-and-line": 1.2,
}  # fmt: skip
_APART_CHANGE = 0.7


def family(label: Label) -> Label:
    """The label whose weights name a block of this one."""
    return _KINDRED.get(label, label)


NAMES = tuple(label for label in Label if label not in (Label.TITLE, Label.BODY) and family(label) is label)
"""What is not body gets one of these names, ``other`` the last of them."""


@dataclass(frozen=True)
class Naming:
    """Fitted weights: for each name what a plain case of each rule adds to its score, in nats, and its bias."""

    weights: Mapping[str, Mapping[str, float]]

    @cached_property
    def own(self) -> Mapping[str, float]:
        """What each rule adds to the score of its own label."""
        return {rule: self.of(known.label).get(rule, 0.0) for rule, known in RULES.items()}

    def of(self, label: Label) -> Mapping[str, float]:
        """The weights of a label's name."""
        return self.weights.get(family(label), {})

    def scores(self, tally: Tally, extra: Sequence[Evidence]) -> Scores:
        """What speaks for each name on each block. ``extra`` is the evidence of a user's own labellers."""
        # Row by row into one table: a page may have a million blocks.
        names, spoken = np.empty((len(NAMES), tally.count)), np.empty((len(NAMES), tally.count), np.bool_)
        for row, name in enumerate(NAMES):
            names[row] = tally.summed(self.of(name))
            names[row] += self.of(name).get(BIAS, 0.0)
            spoken[row] = tally.any_of(_rules_of(name), 0.0)
        apart = {label: tally.summed(_apart(label)) for label in (*_KINDRED, *_KINDRED.values())}
        usual = max(self.of(name).get(BIAS, 0.0) for name in NAMES)
        for reason in extra:
            if reason.label in apart:
                apart[reason.label][reason.block] += reason.score
            if family(reason.label) in NAMES:
                row = NAMES.index(family(reason.label))
                spoken[row, reason.block] = True
                # A user who looks for something knows that it is there, however rare it is elsewhere.
                names[row, reason.block] += reason.score + usual - self.of(reason.label).get(BIAS, 0.0)
        return Scores(names, spoken, apart)


@lru_cache(maxsize=len(NAMES))
def _rules_of(name: Label) -> frozenset[str]:
    """The rules that speak for a name."""
    return frozenset(rule for rule, known in RULES.items() if family(known.label) is name)


@lru_cache(maxsize=2 * len(_KINDRED))
def _apart(label: Label) -> Mapping[str, float]:
    """What each rule of a label is worth where it is told from its kindred."""
    return {rule: _APART.get(rule, 1.0) for rule, known in RULES.items() if known.label is label}


@dataclass(frozen=True)
class Scores:
    """``names`` has the score of each name (rows) for each block, ``spoken`` whether any rule of that name speaks of it.

    ``apart`` has for each label that has kindred, and for these, what tells it from the others, by block.
    """

    names: Floats
    spoken: Mask
    apart: Mapping[Label, Floats]


def name_blocks(outside: Mask, scores: Scores) -> list[Label]:
    """Name every block: body but for those that are ``outside``, which are named in runs.

    Of all namings the one with the highest sum of scores, less a price for each change (the best path through a chain,
    Viterbi 1967). Body breaks the chain, so that nothing is named across a paragraph, and in a run no name is given of which
    no rule speaks there.
    """
    labels = [Label.BODY] * len(outside)
    for start, end in runs(outside, 1):
        named = [*np.flatnonzero(scores.spoken[:-1, start:end].any(axis=1)).tolist(), len(NAMES) - 1]
        path = _best_path(scores.names[named, start:end].T, _CHANGE)
        labels[start:end] = [NAMES[named[number]] for number in path]
    for label, kin in _KINDRED.items():
        _tell_apart(labels, scores.apart, (kin, label))
    return labels


def _tell_apart(labels: list[Label], apart: Mapping[Label, Floats], pair: tuple[Label, Label]) -> None:
    """Give the second label of a pair to blocks of the first where more speaks for it, in runs likewise."""
    for start, end in runs(np.array([label is pair[0] for label in labels], np.bool_), 1):
        path = _best_path(np.stack([apart[label][start:end] for label in pair], axis=1), _APART_CHANGE)
        labels[start:end] = [pair[number] for number in path]


def _best_path(scores: Floats, change: float) -> list[int]:
    """The best naming of one run of blocks (rows) by the numbers of the names (columns).

    Of equals the one that the run has already, else the first.
    """
    best: list[float] = scores[0].tolist()
    top = best.index(max(best))
    # By block the best name before it, and which names go on, in bytes: there may be a million blocks.
    tops: list[int] = []
    goes_on: list[bytes] = []
    for row in _rows(scores):
        floor = best[top] - change
        tops.append(top)
        goes_on.append(bytes([before > floor for before in best]))
        # A name goes on from itself, or from the best of all before it less the price of the change (`max` is slower).
        best = [(old if old > floor else floor) + new for old, new in zip(best, row, strict=True)]  # noqa: FURB136
        high = max(best)
        if best[top] < high:
            top = best.index(high)
    path = [top]
    for came_from, on in zip(reversed(tops), reversed(goes_on), strict=True):
        path.append(path[-1] if on[path[-1]] else came_from)
    return path[::-1]


def _rows(scores: Floats) -> Iterator[list[float]]:
    """All rows but the first, as plain numbers, some hundreds at a time."""
    for at in range(1, len(scores), _ROWS):
        yield from scores[at : at + _ROWS].tolist()
