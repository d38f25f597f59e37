"""What class words claim: ``newsletter-form`` says sign-up, ``entry-content`` says body.

The vocabulary is data (``data/claims.toml``). A claim reaches down from an element to the blocks inside it, and ends at an
element that holds much of the page's prose: ``layout--has-sidebar`` holds the article, not a sidebar.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import numpy as np

from bodycopy.document import Document, Label, Node

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Mask = NDArray[np.bool_]

# A member of an enumeration is slow to look up.
_BODY: Final = Label.BODY
# An element with more than this share of the page's prose is the article's own, whatever its class words say.
_MOST_PROSE = 0.3
# Where a page has less prose than this (words), shares say nothing.
_LEAST_PROSE = 60
# A class word speaks for what is at most so many elements below it.
_FARTHEST = 9


class Vocabulary:
    """The class words of each label: single words, and pairs that count only together."""

    def __init__(self, data: Mapping[str, Mapping[str, str]]) -> None:
        self._single: dict[str, Label] = {}
        self._firsts: dict[str, tuple[Label, ...]] = {}
        self._seconds: dict[str, tuple[Label, ...]] = {}
        for name, entry in data.items():
            label = Label(name)
            for word in entry.get("words", "").split():
                self._single[word] = label
            for side, words in ((self._firsts, entry.get("first", "")), (self._seconds, entry.get("second", ""))):
                for word in words.split():
                    side[word] = (*side.get(word, ()), label)
        self.read = lru_cache(maxsize=16384)(self._read)

    def _read(self, tokens: tuple[str, ...]) -> dict[Label, str]:
        """The labels that class words claim, with the words that do."""
        found: dict[Label, str] = {}
        firsts: dict[Label, str] = {}
        for token in tokens:
            if token in self._single:
                found.setdefault(self._single[token], token)
            for label in self._firsts.get(token, ()):
                firsts.setdefault(label, token)
        if firsts:
            for token in tokens:
                for label in self._seconds.get(token, ()):
                    if firsts.get(label, token) != token:
                        found.setdefault(label, f"{firsts[label]} {token}")
        return found


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The class words that ship with bodycopy."""
    file = resources.files("bodycopy") / "data" / "claims.toml"
    return Vocabulary(tomllib.loads(file.read_text(encoding="utf-8")))


class Claims:
    """What class words claim about the blocks of a page.

    A claim holds for all blocks inside its element until a nearer one for the same label takes over, and not far below.
    Whatever is around a large element is large too, so inside one nothing from above is left but claims of body.
    """

    def __init__(self, document: Document, prose: Sequence[float], depths: Indices) -> None:
        """``prose`` is each element's words of prose, ``depths`` how deep the element of each block stands."""
        self._nodes = document.nodes
        self._block_depths = depths
        self._words: list[str] = []
        self._depths: list[int] = []
        # By label the number of the claim that holds for each block, -1 for none.
        self._held: dict[Label, Indices] = {}
        whole = prose[0] if prose else 0.0
        most = _MOST_PROSE * whole if whole > _LEAST_PROSE else float("inf")
        for node in document.nodes:
            if node.tokens:
                self._add(node, node.tokens, slice(node.first, node.last), large=prose[node.number] > most)
        self.disclaimed = self._who_is_disclaimed()
        for block in document.blocks:
            if block.tokens and block.node >= 0:
                self._add(document.nodes[block.node], block.tokens, slice(block.index, block.index + 1))

    def _add(self, node: Node, tokens: tuple[str, ...], blocks: slice, *, large: bool = False) -> None:
        for label, words in vocabulary().read(tokens).items():
            if label == _BODY or not large:
                if label not in self._held:
                    self._held[label] = np.full(len(self._block_depths), -1)
                self._held[label][blocks] = len(self._words)
                self._words.append(words)
                self._depths.append(node.depth)

    def _who_is_disclaimed(self) -> Mask:
        """Which blocks are said to be anything but body by the elements around them."""
        found = np.zeros(len(self._block_depths), np.bool_)
        for label in self._held:
            if label != _BODY:
                found[self._near(label)[0]] = True
        return found

    def _near(self, label: Label) -> tuple[Indices, Indices, Indices]:
        """The blocks for which a claim of a label holds, with the claim's number and how many elements up it stands."""
        held = self._held[label]
        blocks = np.flatnonzero(held >= 0)
        claims = held[blocks]
        distances = self._block_depths[blocks] - np.array(self._depths)[claims]
        near = distances <= _FARTHEST
        return blocks[near], claims[near], distances[near]

    def of(self, label: Label) -> tuple[Indices, Floats, list[str]]:
        """The blocks for which a label is claimed, each with a strength (1 at the block, weaker from above) and the words."""
        if label not in self._held:
            return np.zeros(0, np.int64), np.zeros(0), []
        blocks, claims, distances = self._near(label)
        strengths = np.divide(3.0, 3.0 + distances, dtype=np.float64)
        return blocks, strengths, [self._words[claim] for claim in claims.tolist()]
