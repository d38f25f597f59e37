"""Where the tags of a page stand in its source, asked of the parser only where the source does not tell.

turbohtml knows the place of every tag, but to ask for one is the dearest thing there is in reading a page, and where a
start tag begins is twenty times cheaper to get than all of its place. So ends are read off the source wherever they are
beyond doubt: a start tag in plain form ends at its first ``>``, and where nothing but text and the tags of harmless inline
elements stand between a tag inside an element and ``</p>``, that is the element's end tag.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import accumulate

import turbohtml

from bodycopy.read import markup

# An attribute whose value cannot be mistaken for the end of its tag, and white space and names before and after it. All
# repetitions are possessive: what has matched once is never tried again, so these run in linear time.
_VALUE = r"""=\s*+(?:"[^"{0}]*+"|'[^'{0}]*+'|[^\s"'<>=`]*+)[^<>"'=]*+"""
_ATTRIBUTES = rf"(?:[\s/][^<>\"'=]*+(?:{_VALUE})*+)?+"
_PLAIN_TAG = re.compile(rf"<[a-zA-Z][^\s/<>\"'=]*+{_ATTRIBUTES.format('')}>")
_HARMLESS = (
    "abbr|a|bdi|bdo|big|br|b|cite|code|data|del|dfn|em|font|img|input|ins|i|kbd|label|mark|q|small|samp|span|strike|strong"
    "|sub|sup|s|time|tt|u|var|wbr"
)
_INSIDE = re.compile(
    rf"(?:[^<]++|</?(?:{_HARMLESS}){_ATTRIBUTES.format('<>')}>|<!--(?!-?>)[^<>]*+(?<=--)>"
    rf"|<script{_ATTRIBUTES.format('<>')}>[^<]*+</script>)*+"
)
# End tags of these do more than to close their element, or less.
_ENDS = {tag: f"</{tag}>" for tag in markup.BLOCK_TAGS - {"body", "html", "form", "frameset", "plaintext"}}
_MOST_CACHED = 1000


class Part(Enum):
    """What of an element: a tag of it, or all from the one tag to the other."""

    START = 1
    END = 2
    WHOLE = 3


Marks = tuple[tuple[str, ...], bool]
"""What the start tag of an element says: its class words, and whether it is hidden."""


class Places:
    """The places of tags in a text with plain line ends, which was parsed with places."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Where lines start, less the line ends before.
        self._lines = [0, *accumulate(map(len, text.split("\n")))]
        # Many elements of a page have the very same start tag. A tag that ends elsewhere than it seems is not in here.
        self._tags: dict[str, Marks] = {}
        self._searched = self._found = -1

    def start(self, node: turbohtml.Element) -> int:
        """Where an element's start tag begins, -1 where the source has none.

        For a copy that the parser made of an element, it is where the original's does.
        """
        place = node.position
        if place is None:
            return -1
        line, column = place
        return self._lines[line - 1] + line - 1 + column

    def start_tag(self, node: turbohtml.Element, tag: str, place: tuple[int, int]) -> tuple[int, int, Marks]:
        """Where a start tag begins and ends, and what it says; ``place`` is the element's line and column."""
        line, column = place
        line -= 1
        start = self._lines[line] + line + column
        text = self._text
        end = text.find(">", start) + 1
        key = text[start:end]
        known = self._tags.get(key)
        if known is not None:
            return start, end, known
        marks = markup.marks(node, tag)
        if not _PLAIN_TAG.fullmatch(key):
            found = node.source_location
            end = found.start_tag.end_offset if found else end
        elif len(key) <= _MOST_CACHED:
            self._tags[key] = marks
        return start, end, marks

    def end_tag(self, node: turbohtml.Element, tag: str, inside: int) -> tuple[int, int]:
        """Where an element's end tag begins and ends, -1 twice where the source leaves it out.

        ``inside`` is the end of a tag, from where on the walk has met no block in the element; -1 where that is unknown.
        """
        closing = _ENDS.get(tag) if inside >= 0 else None
        if closing is not None:
            text = self._text
            at = text.find("<", inside)
            if not text.startswith(closing, at):
                at = self._after_inline(inside)
            if text.startswith(closing, at):
                return at, at + len(closing)
        place = node.source_location
        if place is None or place.end_tag is None:
            return -1, -1
        return place.end_tag.start_offset, place.end_tag.end_offset

    def _after_inline(self, inside: int) -> int:
        """Where the tag begins that follows text and harmless inline elements from a place on."""
        if inside != self._searched:
            # Asked again from the same place for what is around, it would not do to look again.
            found = _INSIDE.match(self._text, inside)
            self._searched, self._found = inside, found.end() if found else inside
        return self._found


def end_of(node: turbohtml.Element, part: Part) -> int:
    """Where a part of an element ends by the parser, -1 where the source has none."""
    place = node.source_location
    if place is None:
        return -1
    tag = place.start_tag if part is Part.START else place.end_tag
    if tag is None and part is Part.WHOLE:
        tag = place.start_tag
    return tag.end_offset if tag else -1
