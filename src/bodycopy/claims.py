"""What class words claim: ``newsletter-form`` says sign-up, ``entry-content`` says body.

The vocabulary is data (``data/claims.toml``). A claim reaches down from an element to the blocks inside it, and ends at an
element that holds much of the page's prose: ``layout--has-sidebar`` holds the article, not a sidebar.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
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

    def _read(self, tokens: tuple[str, ...]) -> tuple[tuple[Label, str], ...]:
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
        return tuple(found.items())


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The class words that ship with bodycopy."""
    file = resources.files("bodycopy") / "data" / "claims.toml"
    return Vocabulary(tomllib.loads(file.read_text(encoding="utf-8")))


_Claim = tuple[Label, str, int, int, int]
"""That blocks are of a label, by these words, those of an element so deep; then the first and the last of the blocks."""


def _of_elements(nodes: Sequence[Node], prose: Sequence[float], most: float) -> Iterator[_Claim]:
    """What elements claim for all blocks inside; one with more prose than ``most`` claims body alone."""
    read = vocabulary().read
    for node in nodes:
        claimed = read(node.tokens) if node.tokens else ()
        if claimed:
            large = prose[node.number] > most
            for label, words in claimed:
                if label is _BODY or not large:
                    yield label, words, node.depth, node.first, node.last


def _of_blocks(document: Document) -> Iterator[_Claim]:
    """What inline elements that wrap one block claim."""
    read = vocabulary().read
    for block in document.blocks:
        if block.tokens and block.node >= 0:
            for label, words in read(block.tokens):
                yield label, words, document.nodes[block.node].depth, block.index, block.index + 1


class Claims:
    """What class words claim about the blocks of a page.

    A claim holds for all blocks inside its element until a nearer one for the same label takes over, and not far below.
    Whatever is around a large element is large too, so inside one nothing from above is left but claims of body.
    """

    def __init__(self, document: Document, prose: Sequence[float], depths: Indices) -> None:
        """``prose`` is each element's words of prose, ``depths`` how deep the element of each block stands."""
        whole = prose[0] if prose else 0.0
        most = _MOST_PROSE * whole if whole > _LEAST_PROSE else float("inf")
        by_elements = list(_of_elements(document.nodes, prose, most))
        claims = by_elements + list(_of_blocks(document))
        self._words = [words for _, words, _, _, _ in claims]
        # A row for each label that is claimed at all.
        self._rows = {label: row for row, label in enumerate(dict.fromkeys([label for label, _, _, _, _ in claims]))}
        # For each label (rows) and block the number of the claim that holds, -1 for none.
        self._held = np.full((len(self._rows), len(depths)), -1, np.int32)
        claim_depths = np.array([depth for _, _, depth, _, _ in claims], np.int64)
        self._hold(by_elements, 0)
        _, near = self._near(depths, claim_depths)
        self.disclaimed = near[[row for label, row in self._rows.items() if label is not _BODY]].any(axis=0)
        """Which blocks are said to be anything but body by the elements around them."""
        self._hold(claims[len(by_elements) :], len(by_elements))
        self._distances, self._is_near = self._near(depths, claim_depths)

    def _hold(self, claims: Sequence[_Claim], number: int) -> None:
        """Let claims take over their blocks, in their order, the first of them with this number."""
        rows = {label: self._held[row] for label, row in self._rows.items()}
        for at, (label, _, _, first, last) in enumerate(claims, number):
            rows[label][first:last] = at

    def _near(self, depths: Indices, claim_depths: Indices) -> tuple[Indices, Mask]:
        """How many elements up the claim of each label stands, and whether there is one and it is not too far."""
        if not len(claim_depths):
            return np.zeros_like(self._held), self._held >= 0
        distances = depths - claim_depths[self._held]
        return distances, (self._held >= 0) & (distances <= _FARTHEST)

    def of(self, label: Label) -> tuple[Indices, Floats, list[str]]:
        """The blocks for which a label is claimed, each with a strength (1 at the block, weaker from above) and the words."""
        row = self._rows.get(label)
        if row is None:
            return np.zeros(0, np.int64), np.zeros(0), []
        blocks = np.flatnonzero(self._is_near[row])
        strengths = 3.0 / (3.0 + self._distances[row, blocks])
        return blocks, strengths, [self._words[claim] for claim in self._held[row, blocks].tolist()]
