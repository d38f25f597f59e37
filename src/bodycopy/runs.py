"""Runs of like blocks, and the rhythm inside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Separators that come back at one distance so often keep a rhythm; lines that alternate so often do too.
_SEPARATORS_IN_STEP = 0.6
_LINES_IN_STEP = 0.85


def runs(belongs: Sequence[bool] | NDArray[np.bool_], least: int) -> Iterator[tuple[int, int]]:
    """The longest ranges of blocks that all belong, of ``least`` blocks or more."""
    padded = np.zeros(len(belongs) + 2, np.int8)
    padded[1:-1] = belongs
    edges = np.flatnonzero(np.diff(padded))
    starts, ends = edges[::2], edges[1::2]
    enough = ends - starts >= least
    return zip(starts[enough].tolist(), ends[enough].tolist(), strict=True)


def rhythm(counts: Sequence[int], separators: Sequence[bool]) -> int:
    """The period in which separators, or long and short lines, come back in a run of blocks; 0 for none.

    ``counts`` are the run's numbers of words, ``separators`` which of its blocks are separators.
    """
    divided = [index for index, separates in enumerate(separators) if separates]
    if len(divided) >= 3:
        steps = Counter(b - a for a, b in pairwise(divided))
        period, times = steps.most_common(1)[0]
        return period if 2 <= period <= 6 and times >= _SEPARATORS_IN_STEP * (len(divided) - 1) else 0
    return next((p for p in (2, 3, 4) if len(counts) >= 3 * p and _alternates(counts, p)), 0)


def _alternates(counts: Sequence[int], period: int) -> bool:
    """Whether one place of every period is clearly longer than another, nearly always."""
    columns = [counts[k::period] for k in range(period)]
    means = [sum(column) / len(column) for column in columns]
    long, short = means.index(max(means)), means.index(min(means))
    if means[long] < 2.0 * means[short] or means[long] < 8:
        return False
    pairs = list(zip(columns[long], columns[short], strict=False))
    return sum([a > b for a, b in pairs]) >= _LINES_IN_STEP * len(pairs)
