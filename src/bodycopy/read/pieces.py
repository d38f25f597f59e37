"""What the walk over a page's tree collects, and how it is frozen into the blocks and element records of a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bodycopy.document import Block, Kind, Node, Span
from bodycopy.read.offsets import Offsets

# Elements that are the page itself: a block that is alone in one of them does not take its place.
_FRAME = ("body", "html", "#root")


_NOWHERE = Span(0, 0)


class Element:
    """An element record in the making: a block-like element, with what it hands down to those inside it.

    ``close`` and ``end`` are where its end tag starts and ends, -1 where the source leaves it out. ``item`` is the list
    item around it, or itself. ``in_row`` says that it is part of a data table, where only a row is a block.
    """

    __slots__ = (
        "close", "depth", "email", "end", "fields", "first", "hidden", "in_row", "item", "kind", "last", "level", "media",
        "number", "parent", "span", "start", "tag", "tokens",
    )  # fmt: skip

    def __init__(self, parent: Element | None, tag: str, tokens: tuple[str, ...], start: int, first: int) -> None:
        self.parent = parent
        self.tag = tag
        self.tokens = tokens
        self.start = start
        self.first = self.last = first
        self.close = self.end = self.number = -1
        self.media = self.fields = 0
        self.email = False
        self.item: Element | None = None
        self.span = _NOWHERE
        if parent is None:
            self.depth = self.level = 0
            self.hidden = self.in_row = False
            self.kind = Kind.PARAGRAPH
        else:
            self.depth = parent.depth + 1
            self.level = parent.level
            self.hidden = parent.hidden
            self.in_row = parent.in_row
            self.kind = parent.kind
            self.item = parent.item


class Run:
    """A block in the making: a run of text and inline elements between two boundaries."""

    __slots__ = (
        "element",
        "emphasis",
        "end",
        "gap",
        "kind",
        "level",
        "link_chars",
        "links",
        "media",
        "start",
        "text",
        "tokens",
    )

    def __init__(self, element: Element, start: int, text: str) -> None:
        self.element = element
        self.start = start
        self.end = -1
        self.text = text
        self.kind = element.kind
        self.level = element.level
        self.gap = self.links = self.link_chars = self.emphasis = self.media = 0
        self.tokens: tuple[str, ...] = ()


def freeze(
    runs: Sequence[Run], elements: Sequence[Element], offsets: Offsets
) -> tuple[tuple[Block, ...], tuple[Node, ...]]:
    """The frozen blocks and element records, in page order. Only elements with blocks or form fields are recorded."""
    for element in reversed(elements):
        parent = element.parent
        if parent is not None and (element.media or element.fields):
            parent.media += element.media
            parent.fields += element.fields
            parent.email = parent.email or element.email
    nodes = _nodes(elements, offsets)
    return _blocks(runs, offsets), nodes


def _nodes(elements: Iterable[Element], offsets: Offsets) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for e in elements:
        if e.last == e.first and not e.fields:
            continue
        if e.end < e.start:
            e.end = e.start
        e.number = number = len(nodes)
        e.span = span = offsets.span(e.start, e.end)
        parent = e.parent.number if e.parent else -1
        nodes.append(
            Node(
                number, parent, e.tag, e.tokens, span, e.depth, e.first, e.last, e.hidden, e.media, e.fields, e.email
            )
        )  # fmt: skip
    return tuple(nodes)


def _blocks(runs: Sequence[Run], offsets: Offsets) -> tuple[Block, ...]:
    places: list[tuple[int, int]] = []
    for run in runs:
        e = run.element
        if e.last - e.first == 1 and not e.media and e.tag not in _FRAME:
            # Alone in its element, a block lies where all of that lies.
            places.append(offsets.trimmed(e.start, e.end))
        else:
            places.append(offsets.trimmed(run.start, run.end))
    lines = offsets.lines([start for start, _ in places])
    blocks: list[Block] = []
    for run, (start, end) in zip(runs, places, strict=True):
        e = run.element
        span = e.span if start == e.start and end == e.end else offsets.span(start, end)
        blocks.append(
            Block(
                len(blocks), run.kind, run.text, span, lines[start], run.level, run.gap, False, e.number,
                run.links, run.link_chars, run.emphasis, run.media, e.hidden, run.tokens,
            )
        )  # fmt: skip
    return tuple(blocks)
