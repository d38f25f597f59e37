"""The kept elements of a page as HTML, without the page around them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bodycopy.cuts import tags
from bodycopy.cuts.elements import FRAME
from bodycopy.document import Block, Document, Kind, Node
from bodycopy.result import LabelledBlock
from bodycopy.write.nesting import LISTS, nearest

# What element a block of some kind is in, if in any of its own; the first is put around it where it is in none.
_ELEMENTS = {
    Kind.ITEM: ("li",),
    Kind.ROW: ("tr",),
    Kind.TERM: ("dt",),
    Kind.QUOTE: ("blockquote",),
    Kind.CODE: ("pre", "listing", "xmp"),
    Kind.CAPTION: ("figcaption",),
    Kind.BUTTON: ("button",),
}
_HOMES = {"li": "ul", "tr": "table", "dt": "dl", "dd": "dl"}
# Elements that mean nothing outside of others: their content gets a paragraph instead.
_PARTS = frozenset("li td th tr tbody thead tfoot dt dd caption summary legend figcaption".split()) | FRAME

_Home = tuple[int, str]


class _Homes:
    """Which list, table or definition list a block's element belongs in."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        lists, terms = nearest(nodes, LISTS), nearest(nodes, {"dl"})
        self._nearest = {"li": lists, "tr": nearest(nodes, {"table"}), "dt": terms, "dd": terms}

    def of(self, block: Block, tag: str) -> _Home | None:
        """The number and name of the element that a ``tag`` made of ``block`` belongs in."""
        if tag not in _HOMES:
            return None
        number = self._nearest[tag][block.node] if block.node >= 0 else -1
        return number, self._nodes[number].tag if number >= 0 else _HOMES[tag]

    def stays_open(self, home: _Home, block: Block, wanted: _Home | None) -> bool:
        """Whether ``block`` belongs in ``home`` or in something inside it."""
        if wanted is None or home == wanted:
            return home == wanted
        return 0 <= home[0] < wanted[0] and self._nodes[home[0]].first <= block.index < self._nodes[home[0]].last

    def opening(self, home: _Home, source: str) -> str:
        """The start tag of a list or table as the source has it."""
        if home[0] >= 0:
            start, end = self._nodes[home[0]].span
            written = tags.start_tag_end(source, start, end)
            if written > start:
                return source[start:written]
        return f"<{home[1]}>"


def fragment(document: Document, labelled: Sequence[LabelledBlock]) -> str:
    """The kept blocks' elements, one a line, each with all its tags; items in their lists, rows in their tables.

    The elements are slices of the source, but for scripts and styles, which are left out, and for tags without partner:
    end tags are added, stray ones left out.
    """
    homes = _Homes(document.nodes)
    lines: list[str] = []
    around: list[_Home] = []
    for block in (b.block for b in labelled if b.kept):
        tag, html = _element(document, block)
        home = homes.of(block, tag)
        while around and not homes.stays_open(around[-1], block, home):
            lines.append(f"</{around.pop()[1]}>")
        if home is not None and around[-1:] != [home]:
            lines.append(homes.opening(home, document.source))
            around.append(home)
        lines.append(html)
    lines.extend(f"</{name}>" for _, name in reversed(around))
    return "\n".join(lines) + "\n" if lines else ""


def _element(document: Document, block: Block) -> tuple[str, str]:
    """The tag and the HTML of a block's element: its own where it has one that stands alone, else one put around it."""
    node = document.nodes[block.node] if block.node >= 0 else None
    own = node.tag if node is not None and node.span == block.span else ""
    due = (f"h{min(6, max(1, block.level))}",) if block.kind is Kind.HEADING else _ELEMENTS.get(block.kind, ())
    if own == "dd" and not due:
        due = ("dd",)
    part = own in _PARTS and own not in due
    source = document.source[block.span.start : block.span.end]
    text = block.text
    # Source is longer than what is read in it, but where a malformed page has the text elsewhere; in a script it is no HTML.
    plain = len(source) < len(text) or (node is not None and node.tag == "script")
    html = escape(text, quote=False) if plain else _balanced(source, text, inner=part)
    if own and not part and (own in due or not due):
        return own, html
    tag = due[0] if due else "p"
    return tag, f"<{tag}>{html}</{tag}>"


def _balanced(html: str, text: str, *, inner: bool) -> str:
    """The slice of HTML that reads as ``text``, with an end for every start.

    ``inner`` leaves the tags of its first element out.
    """
    found = tags.pieces(html)
    pairs = tags.pair(found)
    left_out = {0, pairs.ends.get(0, 0)} if inner and found and found[0].sort is tags.Sort.OPEN else set()
    parts: list[str] = []
    missing: list[str] = []
    skipped = drawn = -1
    for index, piece in enumerate(found):
        if piece.name == "svg":
            drawn = max(drawn, pairs.ends.get(index, index))
        if piece.sort is tags.Sort.OPEN and index > drawn and _does_not_show(found, index, text):
            skipped = max(skipped, pairs.ends.get(index, index))
        if index <= skipped or index in left_out or piece.name in FRAME:
            continue
        if index in pairs.lone:
            if piece.sort is tags.Sort.CLOSE:
                continue
            # What is inside needs no end tag of its own where it may be left out.
            if not parts or piece.name not in tags.OPTIONAL_END:
                missing.append(piece.name)
        parts.append(html[piece.start : piece.end])
    return "".join(parts) + "".join(f"</{name}>" for name in reversed(missing))


def _does_not_show(found: Sequence[tags.Piece], index: int, text: str) -> bool:
    """Whether an element is no part of ``text``: a script, or the page's title where the reader did not take it in."""
    if found[index].name == "title" and index + 1 < len(found):
        return " ".join(found[index + 1].text.split()) not in text
    return found[index].name in tags.WORKING
