"""What the elements of a page hold: words, links, prose, blocks, forms, cards, and what their class words claim.

Everything is one number or one small record an element, made in one pass down or up the page's element records, so that
asking about a block costs one look-up. For plain text there are no elements and every answer is "nothing".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.claims import Claims
from bodycopy.document import Document, Node

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_GATHERS = 0.75
_MOST_PROSE = 0.3
_CARD_WORDS = 90
_FORM_WORDS = 160
_FORM_BLOCKS = 16
# Words of prose: the small print of a form and what it promises seldom come to more.
_FORM_PROSE = 60
_NOT_CARDS = frozenset(("p", "span", "h1", "h2", "h3", "h4", "tr", "td", "body", "html"))


class Holdings:
    """What each element of a document holds, by the element's number.

    ``words`` and ``link_words`` count words, ``prose`` words weighted by how much their blocks read like prose;
    ``block_prose`` is the same for each block. ``first``, ``last`` and ``parent`` are those of the elements, ``at`` is the
    element of each block.
    """

    def __init__(self, document: Document, words: Floats, link_share: Floats, prose: Floats) -> None:
        """The columns are the blocks' words, the share of each that is links, and their words of prose."""
        self.nodes = nodes = document.nodes
        self.document = document
        self.block_prose = prose
        self.first = np.array([node.first for node in nodes], np.int64)
        self.last = np.array([node.last for node in nodes], np.int64)
        self.parent = np.array([node.parent for node in nodes], np.int64)
        self.at = np.array([block.node for block in document.blocks], np.int64)
        self.words = self._sum(words)
        self.link_words = self._sum(words * link_share)
        self.prose = self._sum(prose)

    def _sum(self, column: Floats) -> Floats:
        """The sum over the blocks of each element, which are one range."""
        sums = np.concatenate(([0.0], np.cumsum(column)))
        held: Floats = sums[self.last] - sums[self.first]
        return held

    def around(self, levels: int) -> Iterator[NDArray[np.int64]]:
        """For each block the number of its element, then of the one around that, so many times; the root is around itself.

        In a document without elements all numbers are 0.
        """
        numbers = np.maximum(0, self.at)
        for level in range(levels):
            if level and len(self.parent):
                numbers = np.maximum(0, self.parent[numbers])
            yield numbers

    @property
    def whole(self) -> float:
        """The words of prose on the page."""
        return float(self.prose[0]) if self.nodes else 0.0

    @cached_property
    def home(self) -> int:
        """The element where the page's prose gathers, -1 for none: go down while one child holds three quarters of it."""
        if not self.nodes:
            return -1
        best = 0
        prose = self.prose.tolist()
        for number, parent in enumerate(self.parent.tolist()):
            if parent == best and prose[number] >= _GATHERS * prose[best] > 0:
                best = number
        return best

    @cached_property
    def company_prose(self) -> Floats:
        """For each block the share of the page's prose that shares its element, or the one around that.

        An element's share is the prose of its own blocks and those of its children, not deeper.
        """
        if not self.nodes:
            return np.zeros(len(self.at))
        # The last place stands for what is around the root: nothing.
        size = len(self.nodes) + 1
        share = self.block_prose / max(1.0, self.whole)
        above = self.parent[self.at]
        own = np.bincount(self.at, share, size) + np.bincount(above % size, share, size)
        own[-1] = 0.0
        company: Floats = np.maximum(own[self.at], own[above])
        return company

    @cached_property
    def block_cards(self) -> Floats:
        """For each block how many cards like the one around it stand side by side; 0 for none.

        A card is a small element with a link, among siblings of the same tag and class; a paragraph of prose is none.
        """
        small, wordy = self.words <= _CARD_WORDS, self.prose > 0.5 * self.words
        alike: dict[int, tuple[int, str, tuple[str, ...]]] = {}
        for number in np.flatnonzero(small & (self.link_words > 0)).tolist():
            node = self.nodes[number]
            if node.tag not in _NOT_CARDS:
                alike[number] = (node.parent, node.tag, node.tokens[:3])
        likes = Counter(alike.values())
        found = [0] * len(self.at)
        prose = set(np.flatnonzero(small & wordy).tolist())
        firsts, lasts = self.first.tolist(), self.last.tolist()
        # From the outer elements to the inner: what is inside one has, so far, one number.
        for number in sorted(prose.union(alike)):
            first, last = firsts[number], lasts[number]
            if number in prose:
                found[first:last] = [0] * (last - first)
            elif first < last and likes[alike[number]] > found[first]:
                found[first:last] = [likes[alike[number]]] * (last - first)
        return np.array(found, np.float64)

    @cached_property
    def form_distances(self) -> Floats:
        """For each block how many elements up a small one with an e-mail field stands; -1 for none.

        An element that holds much of the page's prose is the article, however short, and no form.
        """
        found = np.full(len(self.at), -1.0)
        most = max(_FORM_PROSE, _MOST_PROSE * self.whole)
        small = (self.words <= _FORM_WORDS) & (self.prose <= most)
        for node in self.nodes:
            if node.email and small[node.number] and node.last - node.first <= _FORM_BLOCKS:
                found[node.first : node.last] = self.depths[node.first : node.last] - node.depth
        return found

    @cached_property
    def depths(self) -> NDArray[np.int64]:
        """How deep the element of each block stands; 0 where there is none."""
        if not self.nodes:
            return np.zeros(len(self.at), np.int64)
        return np.array([node.depth for node in self.nodes], np.int64)[self.at]

    def inside(self, *tags: str) -> Iterator[tuple[range, Node]]:
        """The blocks inside elements of these tags, with the element; elements that hold much of the prose do not count."""
        most = max(_MOST_PROSE * self.whole, 20.0)
        seen = 0
        for number in sorted([number for tag in tags for number in self._by_tag.get(tag, ())]):
            node = self.nodes[number]
            if node.last > seen and self.prose[number] <= most:
                yield range(max(seen, node.first), node.last), node
                seen = node.last

    @cached_property
    def _by_tag(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for node in self.nodes:
            found[node.tag].append(node.number)
        return dict(found)

    @cached_property
    def claims(self) -> Claims:
        """What class words claim about the blocks."""
        return Claims(self.document, self.prose.tolist(), self.depths)
