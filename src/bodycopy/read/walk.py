"""The walk over the tree that turbohtml builds: where blocks begin and end, and what is inside them.

Text nodes have no place of their own: a block lies between the tag before its first character and the tag after its
last one, which is known whenever the walk passes the next tag. Places of inline tags are asked for only where a block
begins or ends at one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from turbohtml import Document, Node, Text
from turbohtml import Element as Tag

from bodycopy.document import Kind
from bodycopy.read import markup
from bodycopy.read.inline import TextRun
from bodycopy.read.pieces import Element
from bodycopy.read.places import Part, Places, end_of

_ROW_PARTS = frozenset("tr tbody thead tfoot caption".split())
_LISTS = frozenset("ul ol menu dl".split())
_BOLD = frozenset("b strong em i".split())
# Of these the parser makes copies where they are closed in the wrong order, and a copy has no place.
_COPIED = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# As long as one of these is open, the parser passes over end tags of what is around it.
_BARRIERS = frozenset("applet marquee object math".split())
_KINDS = {
    "figcaption": Kind.CAPTION, "caption": Kind.CAPTION, "button": Kind.BUTTON, "blockquote": Kind.QUOTE,
    "pre": Kind.CODE, "listing": Kind.CODE, "xmp": Kind.CODE, "dt": Kind.TERM, "li": Kind.ITEM, "dd": Kind.PARAGRAPH,
}  # fmt: skip
_KINDS |= dict.fromkeys(markup.HEADINGS, Kind.HEADING)
# Block-like elements that are more than a box.
_SPECIAL = _KINDS.keys() | _LISTS | {"table"}
# A member of an enumeration is slow to look up.
_CODE: Final = Kind.CODE
# What the walk does at an element; the other elements are inline.
_BLOCK: Final = 1
_SKIP: Final = 2
_BREAK: Final = 3
_LEAF: Final = 4
_ROLES = dict.fromkeys(markup.BLOCK_TAGS, _BLOCK) | dict.fromkeys(markup.SKIPPED, _SKIP)
_ROLES |= dict.fromkeys(("br", "hr"), _BREAK) | dict.fromkeys(markup.EMBEDS | markup.FIELDS, _LEAF)

# An open inline element: its class words, how many characters stood before it, whether it is a link, and bold.
_Inline = tuple[tuple[str, ...], int, bool, bool]
Open = tuple[Iterator[Node], Element, Tag | None, _Inline | None]
"""One open element on the walk's stack: what is left to visit in it, the block-like element around that, its tag (``None``
for a block-like element that the source has no tag for), and what it is itself where it is inline."""


class Walk(TextRun):
    """The walk's state: where it stands, the run of text it is in, and what it has found.

    ``runs`` and ``elements`` are what it found, in page order; their offsets count in the text that was parsed.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._source = text
        self._places = Places(text)
        # The end of the last tag whose place was asked for, and the tags passed since.
        self._here = 0
        self._passed: list[tuple[Tag, Part]] = []
        # The end of the last tag inside the block-like element that the walk is in, -1 where its end may not be read off
        # the source: an element inside it was left open, or has no tag.
        self._inside = -1

    def run(self, tree: Document) -> None:
        """Visit every node once, without recursion."""
        parts, enter = self._parts, self._enter
        stack: list[Open] = []
        element = Element(None, "#root", (), 0, 0)
        children, tag, inline = iter(tree), None, None
        while True:
            for child in children:
                if type(child) is Text:
                    data = child.data
                    if not data.isspace() or element.kind is _CODE:
                        self._text(data, element)
                    elif parts:
                        parts.append(" ")
                        self._edge = ""
                elif type(child) is Tag:
                    opened = enter(child, element)
                    if opened is not None:
                        stack.append((children, element, tag, inline))
                        children, element, tag, inline = opened
                        break
            else:
                if inline is None:
                    self._leave_block(element, tag)
                elif tag is not None:
                    self._leave_inline(tag, inline)
                if not stack:
                    break
                children, element, tag, inline = stack.pop()
        self._pass(len(self._source), len(self._source))

    def _enter(self, node: Tag, element: Element) -> Open | None:
        tag = node.tag
        role = _ROLES.get(tag)
        if role is _BLOCK:
            if not element.in_row or tag == "table" or tag in _ROW_PARTS:
                return self._open_block(node, tag, element, node.position)
            # Inside the cells of a data table nothing is a block of its own.
            if self._parts:
                self._parts.append(" | " if tag in ("td", "th") else " ")
            return self._open_inline(node, tag, element)
        if role is None:
            if not element.in_row and (("-" in tag and not self._parts and tag != "g-emoji") or markup.is_hidden(node)):
                copied = tag in _COPIED and node.source_location is None
                return self._open_block(node, tag, element, None if copied else node.position)
            return self._open_inline(node, tag, element)
        if role is _SKIP:
            self._skip(node)
        elif role is _BREAK:
            self._line_break(node, tag, element)
        else:
            self._leaf(node, tag, element)
        return None

    def _open_block(self, node: Tag, tag: str, around: Element, place: tuple[int, int] | None) -> Open:
        """Enter a block-like element whose start tag begins at a line and column, ``None`` where the source has none."""
        if place is None:
            start = self._now()
            if self._parts:
                self._flush(around, start)
            marks = markup.marks(node, tag)
            self._start, self._inside = self._here, -1
        else:
            start, here, marks = self._places.start_tag(node, tag, place)
            if self._parts:
                self._flush(around, start)
            if self._waiting:
                self._pass(start, here)
            elif self._passed:
                self._passed.clear()
            self._start = self._here = self._inside = here
        element = Element(around, tag, marks[0], start, self._count)
        if marks[1]:
            element.hidden = True
        if tag in _SPECIAL:
            self._specialise(node, tag, element)
        return iter(node), element, None if place is None else node, None

    def _specialise(self, node: Tag, tag: str, element: Element) -> None:
        """Set what a tag says of the blocks inside its element."""
        if tag in _KINDS:
            element.kind = _KINDS[tag]
            if tag == "li":
                element.item = element.first
            elif tag in markup.HEADINGS:
                element.level = markup.HEADINGS[tag]
        elif tag in _LISTS:
            element.level = element.level + 1 if element.kind is Kind.ITEM else 1
        else:
            element.in_row = markup.is_data_table(node)
            if element.in_row:
                element.kind = Kind.ROW

    def _open_inline(self, node: Tag, tag: str, element: Element) -> Open:
        if self._waiting:
            self._pass_tag(node, Part.START)
        else:
            self._passed.append((node, Part.START))
        attrs = node.attrs
        link = tag == "a" and "href" in attrs
        if link:
            self._in_links += 1
            self._links += 1
            self._edge = "links" if self._edge == "link end" else "edge"
        elif self._edge != "link end":
            self._edge = "edge"
        bold = tag in _BOLD
        self._in_bold += bold
        tokens = markup.class_words(node, tag) if "class" in attrs else ()
        return iter(node), element, node, (tokens, self._chars, link, bold)

    def _leave_inline(self, node: Tag, inline: _Inline) -> None:
        tokens, chars, link, bold = inline
        if tokens:
            self._wrappers.append((self._chars - chars, tokens))
        self._in_links -= link
        self._in_bold -= bold
        tag = node.tag
        self._edge = "link end" if tag == "a" else "edge"
        if tag in _BARRIERS:
            self._inside = -1
        if self._waiting:
            self._pass_tag(node, Part.END)
        else:
            self._passed.append((node, Part.END))

    def _leave_block(self, element: Element, node: Tag | None) -> None:
        close, end = self._places.end_tag(node, element.tag, self._inside) if node is not None else (-1, -1)
        if self._parts:
            self._flush(element, close if close >= 0 else None)
        element.last = self._count
        around = element.parent
        if around is not None and (element.media or element.fields):
            around.media += element.media
            around.fields += element.fields
            around.email = around.email or element.email
        # After an end tag that leaves elements inside its own open, theirs come later: what is read off the source there
        # could be one of these.
        unsure = end < self._inside or (self._inside < 0 and element.tag == "form")
        self._inside = -1 if unsure else end
        if close < 0:
            if element.number >= 0:
                self._waiting.append(element)
            self._start = self._now()
            return
        element.end = end
        if self._waiting or self._passed:
            self._pass(close, end)
        self._start = self._here = end

    def _pass(self, start: int, end: int) -> None:
        """The walk passes a tag: whatever waited for its end, ends here."""
        if self._waiting:
            for piece in self._waiting:
                piece.end_at(start)
            self._waiting.clear()
        if self._passed:
            self._passed.clear()
        self._here = end

    def _pass_tag(self, node: Tag, part: Part) -> None:
        """The walk passes the start or end tag of an element, if the source has it."""
        place = node.source_location
        tag = place and (place.end_tag if part is Part.END else place.start_tag)
        if tag:
            self._pass(tag.start_offset, tag.end_offset)

    def _pass_whole(self, node: Tag) -> bool:
        """The walk passes an element with all that is in it; whether the source has it."""
        start = self._places.start(node)
        if start < 0:
            return False
        if self._waiting:
            self._pass(start, self._here)
        self._passed.clear()
        self._passed.append((node, Part.WHOLE))
        return True

    def _skip(self, node: Tag) -> None:
        """The walk passes an element in which there is nothing to read."""
        passed = self._pass_whole(node)
        if not self._parts:
            self._start = node if passed else self._now()

    def _now(self) -> int:
        """The end of the last tag that the walk passed."""
        while self._passed:
            end = end_of(*self._passed.pop())
            if end >= 0:
                self._here = end
                self._passed.clear()
        return self._here

    def _line_break(self, node: Tag, tag: str, element: Element) -> None:
        """A line break ends a block, but for headings, table rows and preformatted text."""
        place = node.position
        start, here, _ = self._places.start_tag(node, tag, place) if place is not None else (-1, -1, None)
        if tag == "br" and (element.kind is Kind.HEADING or element.in_row):
            self._parts.append(" ")
        elif tag == "br" and element.kind is _CODE:
            self._parts.append("\n")
        elif self._parts:
            self._flush(element, start if start >= 0 else None)
        if start >= 0:
            self._inside = here
            self._pass(start, here)
        if not self._parts:
            self._start = self._now()
        self._gap += 1

    def _leaf(self, node: Tag, tag: str, element: Element) -> None:
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
            if element.number < 0:
                self._record(element)
            element.email = element.email or markup.email_field(attrs)
        self._pass_whole(node)
