"""Where the dropped blocks of a text are cut out: whole lines with their line ends, or parts of a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from bodycopy.document import Document, Span

_LINE_END = re.compile(r"\r\n|[\r\n\f\v]")


class _Edge(NamedTuple):
    """The start of a block: its line's start, whether it opens that line, where the white space before it starts."""

    line: int
    opens: bool
    space: int


class TextCuts:
    """The cuts in one text.

    A cut line goes with its line end, its indentation and the blank lines after it, where one stands before it; at the end of
    the text with the blank lines before it. A part of a line goes with the white space before it, or after it where it opens
    the line.
    """

    def __init__(self, document: Document) -> None:
        self._source = document.source
        self._blocks = document.blocks
        self._starts = [0, *(m.end() for m in _LINE_END.finditer(document.source))]

    def cut(self, first: int, last: int) -> list[Span]:
        """The spans to cut for the dropped blocks ``first`` to ``last`` (not included), between two kept ones."""
        edge = self._edge(first)
        start, end = self._blocks[first].span.start, self._blocks[last - 1].span.end
        rest = self._rest(last, end)
        if not edge.opens:
            return [Span(edge.space, end)]
        if not rest.strip():
            return [self._lines(edge.line, last)]
        after = end + len(rest) - len(rest.lstrip())
        line = self._line(end)
        if line <= start:
            return [Span(start, after)]
        content = self._source[line:end]
        return [Span(edge.line, line), Span(line + len(content) - len(content.lstrip()), after)]

    def split(self, block: int) -> int:
        """Where the cut of a run starts that follows another run: the cuts of both touch here."""
        edge = self._edge(block)
        return edge.line if edge.opens else edge.space

    def _number(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _line(self, end: int) -> int:
        """The start of the line in which something ends."""
        return self._starts[self._number(max(0, end - 1))]

    def _next_line(self, offset: int) -> int:
        number = self._number(offset) + 1
        return self._starts[number] if number < len(self._starts) else len(self._source)

    def _edge(self, block: int) -> _Edge:
        start = self._blocks[block].span.start
        before = self._blocks[block - 1].span.end if block else 0
        line = self._starts[self._number(start)]
        head = self._source[max(line, before) : start]
        return _Edge(line, before <= line and not head.strip(), start - len(head) + len(head.rstrip()))

    def _rest(self, block: int, end: int) -> str:
        """What stands on the line after ``end``, up to the first character of ``block`` where that is there."""
        stop = self._next_line(max(0, end - 1))
        if block < len(self._blocks):
            stop = min(stop, self._blocks[block].span.start + 1)
        return self._source[end:stop]

    def _lines(self, start: int, last: int) -> Span:
        """Whole lines from ``start`` to that of the block before ``last``, with the blank lines that go with them.

        Those after it stay where none stands before it: they would be missing between the paragraphs that are left.
        """
        source, number = self._source, self._number(start)
        own = end = self._next_line(max(0, self._blocks[last - 1].span.end - 1))
        while end < len(source):
            following = self._next_line(end)
            if source[end:following].strip():
                return Span(start, end if self._is_blank(number - 1) else own)
            end = following
        while number and self._is_blank(number - 1):
            number -= 1
        return Span(self._starts[number], end)

    def _is_blank(self, line: int) -> bool:
        """Whether a line, by its number, holds nothing, or is none, being before the first."""
        return line < 0 or not self._source[self._starts[line] : self._next_line(self._starts[line])].strip()
