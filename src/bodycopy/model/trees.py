"""Boosted symmetric trees, applied with numpy alone.

In a symmetric (oblivious) tree every node of one depth asks the same question, so the leaf of a block is the number whose
bits are its answers (Prokhorenkova et al. 2018, "CatBoost: unbiased boosting with categorical features"). Applying all
trees to all blocks is one comparison, one packing of bits and one look-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]

DEPTH = 6
# Rows that are compared at a time: all blocks of a large page at once would take gigabytes.
_ROWS = 512


class Trees(NamedTuple):
    """Symmetric trees of one depth, :data:`DEPTH`.

    ``columns`` and ``borders`` are the questions, one row a tree: is the feature of this number greater than this border?
    ``leaves`` has the values of each tree's leaves (nats), one row a tree; the first question is the lowest bit of a
    leaf's number. ``bias`` is added to every sum.
    """

    columns: NDArray[np.int16]
    borders: Matrix
    leaves: Matrix
    bias: float

    def sums(self, features: Matrix) -> Floats:
        """The sum over all trees for each block; ``features`` has one row a block."""
        found = np.full(len(features), self.bias)
        trees = len(self.columns)
        if not trees:
            return found
        asked, borders = self.columns.ravel(), self.borders.reshape(-1, 1)
        first = (np.arange(trees) * self.leaves.shape[1])[:, None]
        values = self.leaves.ravel()
        for start in range(0, len(features), _ROWS):
            # One row a question: whole rows are gathered many times as fast as single numbers.
            part = np.ascontiguousarray(features[start : start + _ROWS].T)
            answers = (part[asked] > borders).reshape(trees, DEPTH, -1)
            leaf = np.packbits(answers, axis=1, bitorder="little")[:, 0, :]
            found[start : start + _ROWS] += values[leaf + first].sum(axis=0, dtype=np.float64)
        return found

    def without(self, row: Matrix, usual: Matrix) -> tuple[NDArray[np.int64], Floats]:
        """Each feature that is asked for, and by how much the sum for one block falls where it alone has its usual value.

        ``row`` and ``usual`` are values by feature. Only trees that ask for a feature are asked again (occlusion).
        """
        bits = 1 << np.arange(DEPTH)
        own = ((row[self.columns] > self.borders) @ bits)[:, None]
        other = ((usual[self.columns] > self.borders) @ bits)[:, None]
        # For each question the bits of its tree's questions about the same feature, each feature once a tree.
        alike = self.columns[:, :, None] == self.columns[:, None, :]
        mask = alike @ bits
        first = ~np.tril(alike, -1).any(axis=2)
        changed = (own & ~mask) | (other & mask)
        falls = np.take_along_axis(self.leaves, own, axis=1) - np.take_along_axis(self.leaves, changed, axis=1)
        features, place = np.unique(self.columns[first], return_inverse=True)
        sums: Floats = np.bincount(place, falls[first].astype(np.float64)).astype(np.float64, copy=False)
        return features.astype(np.int64), sums
