"""The words of a whole page, numbered: what is asked of every word is asked once of each different one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Mask = NDArray[np.bool_]


class Wording:
    """The words of all blocks of a page, one after the other.

    ``words`` are the words themselves, ``numbers`` the number of each in the ``vocabulary``, where no word stands twice, and
    ``blocks`` the index of the block in which each stands.
    """

    def __init__(self, words: list[str], lengths: Sequence[int]) -> None:
        """``lengths`` are the numbers of words of the blocks."""
        self._block_count = len(lengths)
        self.words = words
        known: defaultdict[str, int] = defaultdict(count().__next__)
        self.numbers: Indices = np.fromiter(map(known.__getitem__, self.words), np.int64, len(self.words))
        self.vocabulary = list(known)
        self.lengths: Indices = np.array(lengths, np.int64)
        self.blocks: Indices = np.repeat(np.arange(self._block_count), self.lengths)

    def where(self, asked: Callable[[str], bool]) -> Mask:
        """For which words, of all blocks, the answer is yes."""
        answers: Mask = np.fromiter(map(asked, self.vocabulary), np.bool_, len(self.vocabulary))
        return answers[self.numbers]

    def share(self, words: Mask) -> Floats:
        """The share of some words among those of each block, 0 to 1."""
        found: Floats = np.bincount(self.blocks, words, self._block_count) / np.maximum(1, self.lengths)
        return found

    def shared(self, words: Mask, speaks: Mask) -> Floats:
        """Of the different ones among some words, for each block, the share that another block that ``speaks`` uses too."""
        size = max(1, len(self.vocabulary))
        places = np.sort(self.blocks[words] * size + self.numbers[words])
        # Faster than `np.unique`.
        blocks, numbers = np.divmod(places[np.diff(places, prepend=-1) > 0], size)
        own = speaks[blocks]
        times = np.bincount(numbers[own], minlength=size)
        used = np.bincount(blocks, times[numbers] > own, self._block_count)
        found: Floats = used / np.maximum(1, np.bincount(blocks, minlength=self._block_count))
        return found
