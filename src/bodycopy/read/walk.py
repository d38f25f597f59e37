"""The walk over the tree that turbohtml builds: where blocks begin and end, and what is inside them.

Text nodes have no place of their own: a block lies between the tag before its first character and the tag after its
last one, which is known whenever the walk passes the next tag. To ask turbohtml for a place is the dearest part of the
walk, so the places of inline tags are asked for only where a block begins or ends at one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import turbohtml

from bodycopy.document import Kind
from bodycopy.read import markup
from bodycopy.read.inline import TextRun
from bodycopy.read.pieces import Element

_ROW_PARTS = frozenset("tr tbody thead tfoot caption".split())
_LISTS = frozenset("ul ol menu dl".split())
_BOLD = frozenset("b strong em i".split())
_KINDS = {
    "figcaption": Kind.CAPTION, "caption": Kind.CAPTION, "button": Kind.BUTTON, "blockquote": Kind.QUOTE,
    "pre": Kind.CODE, "listing": Kind.CODE, "xmp": Kind.CODE, "dt": Kind.TERM, "li": Kind.ITEM, "dd": Kind.PARAGRAPH,
}  # fmt: skip
_KINDS |= dict.fromkeys(markup.HEADINGS, Kind.HEADING)
# A member of an enumeration is slow to look up.
_CODE: Final = Kind.CODE
# What the walk does at an element; the other elements are inline.
_BLOCK: Final = 1
_SKIP: Final = 2
_BREAK: Final = 3
_LEAF: Final = 4
_ROLES = dict.fromkeys(markup.BLOCK_TAGS, _BLOCK) | dict.fromkeys(markup.SKIPPED, _SKIP)
_ROLES |= dict.fromkeys(("br", "hr"), _BREAK) | dict.fromkeys(markup.EMBEDS | markup.FIELDS, _LEAF)


class _Inline(NamedTuple):
    """An open inline element: how many characters stood before it, and whether it is a link or bold."""

    node: turbohtml.Element
    tokens: tuple[str, ...]
    chars: int
    link: bool
    bold: bool


# One open element on the walk's stack: what is left to visit in it, the block-like element around that, and what it is
# itself where it is inline.
_Open = tuple[Iterator[turbohtml.Node], Element, _Inline | None]


def _marks(node: turbohtml.Element, tag: str) -> tuple[tuple[str, ...], bool]:
    """What the start tag of a block-like element says: its class words, and whether it is hidden."""
    attrs = node.attrs.copy()
    return markup.node_tokens(tag, attrs), markup.is_hidden(tag, attrs)


class Walk(TextRun):
    """The walk's state: where it stands, the run of text it is in, and what it has found.

    ``runs`` and ``elements`` are what it found, in page order; their offsets count in the text that was parsed.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._source = text
        self._start_tags: dict[str, tuple[tuple[str, ...], bool]] = {}
        self.elements: list[Element] = [Element(None, "#root", (), 0, 0)]
        # The end of the last tag whose place was asked for, and the inline tags passed since (True: its end).
        self._here = 0
        self._passed: list[tuple[turbohtml.Element, bool]] = []

    def run(self, tree: turbohtml.Document) -> None:
        """Visit every node once, without recursion."""
        parts = self._parts
        stack: list[_Open] = [(iter(tree), self.elements[0], None)]
        while stack:
            children, element, inline = stack[-1]
            for child in children:
                if type(child) is turbohtml.Text:
                    data = child.data
                    if not data.isspace() or element.kind is _CODE:
                        self._text(data, element)
                    elif parts:
                        parts.append(" ")
                        self._edge = ""
                elif type(child) is turbohtml.Element:
                    opened = self._enter(child, element)
                    if opened is not None:
                        stack.append(opened)
                        break
            else:
                stack.pop()
                if inline is None:
                    self._leave_block(element)
                else:
                    self._leave_inline(inline)
        self._pass(len(self._source), len(self._source))

    def _enter(self, node: turbohtml.Element, element: Element) -> _Open | None:
        tag = node.tag
        role = _ROLES.get(tag)
        if role is _BLOCK:
            if not element.in_row or tag == "table" or tag in _ROW_PARTS:
                return self._open_block(node, tag, element)
            # Inside the cells of a data table nothing is a block of its own.
            if self._parts:
                self._parts.append(" | " if tag in ("td", "th") else " ")
            return self._open_inline(node, tag, element, node.attrs.copy())
        if role is None:
            attrs = node.attrs.copy()
            if not element.in_row and (
                ("-" in tag and not self._parts and tag != "g-emoji") or (attrs and markup.is_hidden(tag, attrs))
            ):
                return self._open_block(node, tag, element)
            return self._open_inline(node, tag, element, attrs)
        if role is _SKIP:
            self._pass_whole(node)
            if not self._parts:
                self._start = self._now()
        elif role is _BREAK:
            self._line_break(node, tag, element)
        else:
            self._leaf(node, tag, element)
        return None

    def _open_block(self, node: turbohtml.Element, tag: str, around: Element) -> _Open:
        place = node.source_location
        if place is None:
            start = self._now()
            if self._parts:
                self._flush(around, start)
            tokens, hidden = _marks(node, tag)
            element = Element(around, tag, tokens, start, len(self.runs))
        else:
            start, here = place.start_tag.start_offset, place.start_tag.end_offset
            if self._parts:
                self._flush(around, start)
            # Many elements of a page have the very same start tag.
            start_tag = self._source[start:here]
            marks = self._start_tags.get(start_tag)
            if marks is None:
                marks = self._start_tags[start_tag] = _marks(node, tag)
            tokens, hidden = marks
            element = Element(around, tag, tokens, start, len(self.runs))
            if self._waiting or self._passed:
                self._pass(start, here)
            self._here = here
            if place.end_tag:
                element.close, element.end = place.end_tag.start_offset, place.end_tag.end_offset
        self._start = self._here
        if hidden:
            element.hidden = True
        self.elements.append(element)
        if tag in _KINDS:
            element.kind = _KINDS[tag]
            if tag == "li":
                element.item = element
            elif tag in markup.HEADINGS:
                element.level = markup.HEADINGS[tag]
        elif tag in _LISTS:
            element.level = element.level + 1 if element.kind is Kind.ITEM else 1
        elif tag == "table":
            element.in_row = markup.is_data_table(node)
            if element.in_row:
                element.kind = Kind.ROW
        return iter(node), element, None

    def _open_inline(
        self, node: turbohtml.Element, tag: str, element: Element, attrs: dict[str, str | list[str] | None]
    ) -> _Open:
        if self._waiting:
            self._pass_tag(node, False)
        else:
            self._passed.append((node, False))
        link, bold = tag == "a" and "href" in attrs, tag in _BOLD
        if link:
            self._in_links += 1
            self._links += 1
            self._edge = "links" if self._edge == "link end" else "edge"
        elif self._edge != "link end":
            self._edge = "edge"
        self._in_bold += bold
        words = attrs.get("class")
        tokens = markup.node_tokens(tag, {"class": words}) if words else ()
        return iter(node), element, _Inline(node, tokens, self._chars, link, bold)

    def _leave_inline(self, inline: _Inline) -> None:
        node, tokens, chars, link, bold = inline
        if tokens:
            self._wrappers.append((self._chars - chars, tokens))
        self._in_links -= link
        self._in_bold -= bold
        self._edge = "link end" if node.tag == "a" else "edge"
        if self._waiting:
            self._pass_tag(node, True)
        else:
            self._passed.append((node, True))

    def _leave_block(self, element: Element) -> None:
        close = element.close
        if self._parts:
            self._flush(element, close if close >= 0 else None)
        element.last = len(self.runs)
        if close < 0:
            self._waiting.append(element)
            self._start = self._now()
            return
        if self._waiting or self._passed:
            self._pass(close, element.end)
        self._start = self._here = element.end

    def _pass(self, start: int, end: int) -> None:
        """The walk passes a tag: whatever waited for its end, ends here."""
        if self._waiting:
            for piece in self._waiting:
                piece.end = max(piece.start, start)
            self._waiting.clear()
        if self._passed:
            self._passed.clear()
        self._here = end

    def _pass_tag(self, node: turbohtml.Element, at_end: bool) -> None:
        """The walk passes the start or end tag of an element, if the source has it."""
        place = node.source_location
        tag = place and (place.end_tag if at_end else place.start_tag)
        if tag:
            self._pass(tag.start_offset, tag.end_offset)

    def _pass_whole(self, node: turbohtml.Element) -> None:
        """The walk passes an element with all that is in it."""
        place = node.source_location
        if place:
            self._pass(place.start_tag.start_offset, (place.end_tag or place.start_tag).end_offset)

    def _now(self) -> int:
        """The end of the last tag that the walk passed."""
        while self._passed:
            node, at_end = self._passed.pop()
            place = node.source_location
            tag = place and (place.end_tag if at_end else place.start_tag)
            if tag:
                self._here = tag.end_offset
                self._passed.clear()
        return self._here

    def _line_break(self, node: turbohtml.Element, tag: str, element: Element) -> None:
        """A line break ends a block, but for headings, table rows and preformatted text."""
        place = node.source_location
        if tag == "br" and (element.kind is Kind.HEADING or element.in_row):
            self._parts.append(" ")
        elif tag == "br" and element.kind is _CODE:
            self._parts.append("\n")
        elif self._parts:
            self._flush(element, place.start_tag.start_offset if place else None)
        if place:
            self._pass(place.start_tag.start_offset, place.start_tag.end_offset)
        if not self._parts:
            self._start = self._now()
        self._gap += 1

    def _leaf(self, node: turbohtml.Element, tag: str, element: Element) -> None:
        """A form field, an image or an embed: noted, never text, but for letters and emoji drawn as images."""
        attrs = node.attrs.copy()
        if tag in markup.EMBEDS:
            element.media += 1
            self._media += 1
            alt = str(attrs.get("alt") or "")
            if tag == "img" and alt and (len(alt) == 1 or "emoji" in str(attrs.get("class") or "")):
                self._parts.append(alt)
                self._chars += len(alt)
        elif not markup.is_hidden_field(attrs):
            element.fields += 1
            element.email = element.email or markup.email_field(attrs)
        self._pass_whole(node)
