"""What the walk over a page's tree collects, and how it is frozen into the blocks and element records of a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from bodycopy.document import Block, Kind, Node, Span
from bodycopy.read.offsets import Offsets

# Elements that are the page itself: a block that is alone in one of them does not take its place.
_FRAME = frozenset(("body", "html", "#root"))
# Half the time of calling the class, and a page has hundreds of them.
_new_tuple = tuple.__new__


class Element:
    """An element record in the making: a block-like element, with what it hands down to those inside it.

    ``end`` is where its end tag ends, -1 where the source leaves it out. ``item`` is the first block of the list item
    around it (or that it is), -1 outside of lists. ``in_row`` says that it is part of a data table, where only a row is a
    block. ``number`` is its place among the elements that hold something, -1 as long as it holds nothing.
    """

    __slots__ = (
        "depth", "email", "end", "fields", "first", "hidden", "in_row", "item", "kind", "last", "level", "media",
        "number", "parent", "span", "start", "tag", "tokens",
    )  # fmt: skip

    if TYPE_CHECKING:
        last: int
        span: Span

    def __init__(self, parent: Element | None, tag: str, tokens: tuple[str, ...], start: int, first: int) -> None:
        self.parent = parent
        self.tag = tag
        self.tokens = tokens
        self.start = start
        self.first = first
        self.end = self.number = -1
        self.media = self.fields = 0
        self.email = False
        if parent is None:
            self.depth = self.level = 0
            self.hidden = self.in_row = False
            self.kind = Kind.PARAGRAPH
            self.item = -1
        else:
            self.depth = parent.depth + 1
            self.level = parent.level
            self.hidden = parent.hidden
            self.in_row = parent.in_row
            self.kind = parent.kind
            self.item = parent.item

    def end_at(self, end: int) -> None:
        """Let it end here, or where it starts if that is later."""
        self.end = max(self.start, end)


class Run:
    """A block in the making: a run of text and inline elements between two boundaries.

    It has the very slots of a :class:`Block` and becomes one by a change of its class: to make a second object of each
    would take as long as the rest of the walk does, and as much memory again. Until then ``node`` is the element around
    it, ``span`` is where it starts and ``line`` where it ends.
    """

    __slots__ = (
        "emphasis", "gap", "glued", "hidden", "index", "kind", "level", "line", "link_chars", "links", "media", "node",
        "span", "text", "tokens",
    )  # fmt: skip

    if TYPE_CHECKING:
        node: Any
        span: Any
        tokens: tuple[str, ...]

    def __init__(self, element: Element, start: int, text: str, index: int) -> None:
        self.index = index
        self.node = element
        self.span = start
        self.line = -1
        self.text = text
        self.kind = element.kind
        self.level = element.level
        self.hidden = False
        self.glued = False
        self.gap = self.links = self.link_chars = self.emphasis = self.media = 0
        self.tokens = ()

    def end_at(self, end: int) -> None:
        """Let it end here, or where it starts if that is later."""
        self.line = max(self.span, end)


def freeze(
    runs: Sequence[Run], elements: Sequence[Element], offsets: Offsets
) -> tuple[tuple[Block, ...], tuple[Node, ...]]:
    """The frozen blocks and element records, in page order. The runs are used up: they are the blocks."""
    nodes = _nodes(elements, offsets)
    return _blocks(runs, offsets), nodes


def _nodes(elements: Iterable[Element], offsets: Offsets) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for e in elements:
        start = e.start
        if e.end < start:
            e.end = start
        e.span = span = offsets.span(start, e.end)
        parent = e.parent
        nodes.append(_new_tuple(Node, (
            e.number, -1 if parent is None else parent.number, e.tag, e.tokens, span, e.depth, e.first, e.last, e.hidden,
            e.media, e.fields, e.email,
        )))  # fmt: skip
    return tuple(nodes)


def _blocks(runs: Sequence[Run], offsets: Offsets) -> tuple[Block, ...]:
    places: list[tuple[int, int]] = []
    for run in runs:
        e = run.node
        if e.last - e.first == 1 and not e.media and e.tag not in _FRAME:
            # Alone in its element, a block lies where all of that lies.
            places.append(offsets.trimmed(e.start, e.end))
        else:
            places.append(offsets.trimmed(run.span, run.line))
    lines = offsets.lines([start for start, _ in places])
    for run, place, line in zip(runs, places, lines, strict=True):
        e = run.node
        start, end = place
        run.span = e.span if start == e.start and end == e.end else offsets.span(start, end)
        run.line = line
        run.hidden = e.hidden
        run.node = e.number
        run.__class__ = Block  # type: ignore[assignment]
    return cast("tuple[Block, ...]", tuple(runs))
