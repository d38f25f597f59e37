"""The run of text that the walk is in: its words, its links, and the block it becomes where it ends."""

from __future__ import annotations

import re
from sys import intern
from typing import Final

from turbohtml import Element as Tag

from bodycopy.document import Kind
from bodycopy.read.pieces import Element, Run
from bodycopy.read.places import Part, end_of

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_INVISIBLE_SET = re.compile("[\u00ad\u200b\u2060\ufeff]")
# A member of an enumeration is slow to look up.
_CODE: Final = Kind.CODE
_ITEM: Final = Kind.ITEM
# An inline wrapper lends its class words to a block when it holds nearly all of it.
_WRAPS = 0.6


class TextRun:
    """The half of the walk that gathers text; ``runs`` are the blocks found so far, in page order."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        # How many there are, as one number for all that start or end there.
        self._count = 0
        # The elements that hold blocks or form fields.
        self.elements: list[Element] = []
        # Pieces whose end is where the next tag starts.
        self._waiting: list[Run | Element] = []
        # Open links and bold elements.
        self._in_links = self._in_bold = 0
        # The run of text: where it starts, its text, and what is known of it.
        # Or after which element, which is asked only where a block comes of it.
        self._start: int | Tag = 0
        self._parts: list[str] = []
        self._wrappers: list[tuple[int, tuple[str, ...]]] = []
        self._chars = self._link_chars = self._emphasis = self._links = self._media = self._gap = 0
        # The inline tag just passed, "" where text was seen since.
        self._edge = ""

    def _text(self, data: str, element: Element) -> None:
        if not data.isascii() and _INVISIBLE_SET.search(data):
            data = data.translate(_INVISIBLE)
        if element.kind is _CODE:
            self._parts.append(data)
            self._chars += len(data)
            return
        chars = len(data.strip())
        if not chars:
            if self._parts and data:
                self._parts.append(" ")
                self._edge = ""
            return
        if self._edge:
            if self._parts and self._glued(self._parts[-1], data):
                self._parts.append(" ")
            self._edge = ""
        self._parts.append(data)
        self._chars += chars
        if self._in_links:
            self._link_chars += chars
            self._links = self._links or 1
        if self._in_bold:
            self._emphasis += chars

    def _glued(self, before: str, after: str) -> bool:
        """Whether two pieces of inline text are two words that only a style keeps apart."""
        if not (before[-1:].isalnum() and after[:1].isalnum()):
            return False
        if self._edge == "links":
            return True
        return after[0].isupper() and len(before) > 1 and (before[-1].islower() or before[-1].isdigit())

    def _flush(self, element: Element, end: int | None) -> None:
        """End the run of text here. ``end`` is unknown where the source leaves out the end tag."""
        parts = self._parts
        joined = "".join(parts)
        text = joined.strip("\n").rstrip() if element.kind is _CODE else " ".join(joined.split())
        if text.strip(" |"):
            self._add_run(element, text, end)
        parts.clear()
        self._wrappers.clear()
        self._chars = self._link_chars = self._emphasis = self._links = self._media = 0
        self._edge = ""

    def _add_run(self, element: Element, text: str, end: int | None) -> None:
        start = self._start
        run = Run(element, start if isinstance(start, int) else end_of(start, Part.WHOLE), text, self._count)
        if element.number < 0:
            self._record(element)
        if run.kind is _ITEM and 0 <= element.item < self._count:
            # The first block of a list item is the item, what follows in it a paragraph.
            run.kind = Kind.PARAGRAPH
        run.gap, self._gap = self._gap, 0
        run.links, run.link_chars = self._links, self._link_chars
        run.emphasis, run.media = self._emphasis, self._media
        if self._wrappers:
            enough = _WRAPS * self._chars
            run.tokens = tuple(token for chars, tokens in self._wrappers if chars >= enough for token in tokens)
        if end is None:
            self._waiting.append(run)
        else:
            run.end_at(end)
        self.runs.append(run)
        self._count = len(self.runs)

    def _record(self, element: Element) -> None:
        """Note that there is something in an element, and so in those around it."""
        unrecorded = []
        inner: Element | None = element
        while inner is not None and inner.number < 0:
            unrecorded.append(inner)
            inner = inner.parent
        for outer in reversed(unrecorded):
            outer.number = len(self.elements)
            # The parser makes a new string of each.
            outer.tag = intern(outer.tag)
            self.elements.append(outer)
