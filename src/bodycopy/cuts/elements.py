"""Which elements of a page go whole, because nothing in them stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from bodycopy.document import Document, Label, Node
from bodycopy.result import LabelledBlock

FRAME = frozenset({"#root", "html", "head", "body", "frameset", "main"})
"""Elements that stay whatever is in them."""
# Blocks that stand beside pictures which are the article's own.
_MODEST = frozenset({Label.CAPTION, Label.BYLINE, Label.TITLE, Label.BODY, Label.OTHER})
# Fields without any text of their own go with a neighbour that asks the reader to fill them in.
_ASKING = frozenset({Label.SIGNUP, Label.PAYWALL, Label.COMMENT, Label.CONSENT})


class Elements:
    """What the element records of a page say about its cuts, given what stays.

    An element goes whole where all its blocks are dropped, but for those of :data:`FRAME`, and for those with pictures
    beside nothing but captions, bylines and titles. A figure goes with its caption.
    """

    def __init__(self, document: Document, labelled: Sequence[LabelledBlock]) -> None:
        self._nodes = document.nodes
        self._labelled = labelled
        self._kept = list(accumulate((b.kept for b in labelled), initial=0))
        self._modest = list(accumulate((b.label in _MODEST for b in labelled), initial=0))
        self._top = self._tops()
        self.ends: dict[int, int] = {}
        self._bare: dict[int, list[Node]] = {}
        for node in document.nodes:
            if node.tag not in FRAME:
                self.ends[node.span.start] = max(node.span.end, self.ends.get(node.span.start, 0))
            if node.first == node.last and not node.media:
                self._bare.setdefault(node.first, []).append(node)

    def whole(self, block: int) -> Node | None:
        """The outermost element around a dropped block that goes whole."""
        number = self._labelled[block].block.node
        top = self._top[number] if number >= 0 else -1
        return self._nodes[top] if top >= 0 else None

    def fields(self, place: int, block: int) -> Iterator[Node]:
        """The elements with fields and without text before block number ``place`` that go with the dropped ``block``.

        They stand beside it: a form below a pitch, in the same element.
        """
        if place not in self._bare or self._labelled[block].label not in _ASKING:
            return
        top = self.whole(block)
        parent = top.parent if top else self._labelled[block].block.node
        for node in self._bare[place]:
            if node.parent == parent:
                yield node

    def _tops(self) -> list[int]:
        """The number of the outermost element at or around each element that goes whole, ``-1`` for none."""
        whole = [False] * len(self._nodes)
        gone = [0] * len(self._nodes)
        for node in reversed(self._nodes):
            whole[node.number] = self._goes(node, node.media - gone[node.number])
            if node.parent >= 0:
                gone[node.parent] += node.media if whole[node.number] else gone[node.number]
        tops: list[int] = []
        for node in self._nodes:
            above = tops[node.parent] if node.parent >= 0 else -1
            tops.append(above if above >= 0 or not whole[node.number] else node.number)
        return tops

    def _goes(self, node: Node, media: int) -> bool:
        """Whether an element goes whole, ``media`` being the pictures in it that would not go otherwise."""
        blocks = node.last - node.first
        if not blocks or node.tag in FRAME or self._kept[node.last] > self._kept[node.first]:
            return False
        modest = self._modest[node.last] - self._modest[node.first]
        return not media or node.tag == "figure" or 2 * modest <= blocks
