"""Naming what is not body: the labels' scores, in runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.document import Label
from bodycopy.runs import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# What it costs to change the label inside a run of blocks that are no body (Potts model).
_CHANGE = 0.7
# What a block that nothing names adds to the score of being just something else.
_OTHER = 0.1
# How many blocks' scores are plain numbers at a time.
_ROWS = 512
_LABELS = tuple(Label)
# Those after the first two, which are title and body; the last is other.
_NAMES = _LABELS[2:]


def name_blocks(outside: NDArray[np.bool_], label_scores: Floats) -> list[Label]:
    """Name every block: body but for those that are ``outside``, which are named in runs.

    ``label_scores`` has each label's score (rows, in the order of labels) for each block.

    Of all namings the one with the highest sum of scores, less a price for each change (the best path through a chain,
    Viterbi 1967). Body breaks the chain, so that nothing is named across a paragraph.
    """
    labels = [Label.BODY] * len(outside)
    scores = label_scores[-len(_NAMES) :]
    for start, end in runs(outside, 1):
        run = scores[:, start:end]
        # What nothing in the run speaks for never wins.
        named = [*np.flatnonzero(run[:-1].any(axis=1)).tolist(), -1]
        labels[start:end] = [_NAMES[named[number]] for number in _best_path(run[named].T)]
    return labels


def _best_path(scores: Floats) -> list[int]:
    """The best naming of one run of blocks (rows) by the numbers of the names (columns), the last for all that is other.

    Of equals the one that the run has already, else the first.
    """
    first: list[float] = scores[0].tolist()
    # A run begins with a name that something speaks for.
    best = [score or -_CHANGE for score in first]
    best[-1] = first[-1] + _OTHER
    top = best.index(max(best))
    # By block the best name before it, and which names go on, in bytes: there may be a million blocks.
    tops: list[int] = []
    goes_on: list[bytes] = []
    for row in _rows(scores):
        floor = best[top] - _CHANGE
        tops.append(top)
        goes_on.append(bytes([before > floor for before in best]))
        # A name goes on from itself, or from the best of all before it less the price of the change (`max` is slower).
        best = [(old if old > floor else floor) + new for old, new in zip(best, row, strict=True)]  # noqa: FURB136
        best[-1] += _OTHER
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
