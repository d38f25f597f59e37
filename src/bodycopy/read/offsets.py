"""Places in a text whose line ends a parser has normalised, told in the text as it was given."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bodycopy.document import Span

_SPACE = re.compile(r"\s+")
_PIECE = 100
# Half the time of calling the class.
_new_tuple = tuple.__new__


class Offsets:
    """Maps offsets in newline-normalised text back to the text as given, and to lines.

    ``normalised`` is the text with every CR LF and every lone CR turned into LF, as the WHATWG rules ask before parsing.
    """

    def __init__(self, text: str) -> None:
        self.normalised = text
        # Where the lines that end with CR LF end, in the normalised text.
        self._pairs: list[int] = []
        if "\r" in text:
            lines = text.split("\r\n")
            self.normalised = "\n".join(lines).replace("\r", "\n")
            self._pairs = list(accumulate(len(line) + 1 for line in lines[:-1]))

    def original(self, offset: int) -> int:
        """The offset in the text as given; a CR LF pair before it counts twice there."""
        return offset + bisect_right(self._pairs, offset)

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """A range of the normalised text without the white space at its edges."""
        text = self.normalised
        if start < end and text[start].isspace():
            space = _SPACE.match(text, start, end)
            start = space.end() if space else start
        while start < end and text[end - 1].isspace():
            # Indentation is looked at in pieces: what is before it may be long.
            piece = text[max(start, end - _PIECE) : end]
            end -= len(piece) - len(piece.rstrip())
        return start, end

    def span(self, start: int, end: int) -> Span:
        """The span in the text as given."""
        if self._pairs:
            start, end = self.original(start), self.original(end)
        return _new_tuple(Span, (start, end))

    def lines(self, offsets: Sequence[int]) -> list[int]:
        """The 1-based lines of offsets in the normalised text, each beside its offset."""
        found: list[int] = []
        count = self.normalised.count
        at, line = 0, 1
        for offset in offsets:
            if offset < at:
                # Out of order, as in broken tables; to count back and forth could take for ever.
                return self._lines_anyhow(offsets)
            if offset > at:
                line += count("\n", at, offset)
                at = offset
            found.append(line)
        return found

    def _lines_anyhow(self, offsets: Sequence[int]) -> list[int]:
        ordered = sorted(set(offsets))
        line_of = dict(zip(ordered, self.lines(ordered), strict=True))
        return [line_of[offset] for offset in offsets]
