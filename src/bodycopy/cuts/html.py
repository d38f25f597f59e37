"""Where the dropped blocks of a page are cut out: at element boundaries, so that what stays is still HTML.

An element all of whose blocks go is cut whole, with its fields, its buttons and its shell. Elsewhere the cut runs from
the first dropped block to the last, and a tag in it stays where its partner stays. Real pages are malformed: what a
kept block covers is never cut, whatever else that leaves behind.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bodycopy.cuts import tags
from bodycopy.cuts.elements import FRAME, Elements
from bodycopy.cuts.spans import merged, overlapping, without
from bodycopy.document import Block, Document, Label, Node, Span
from bodycopy.read.markup import BLOCK_TAGS, EMBEDS
from bodycopy.result import LabelledBlock

# Labels of which the pictures between two blocks belong to them. Elsewhere they are the page's, and stay.
_WITH_MEDIA = frozenset({Label.SIGNUP, Label.TEASER, Label.RELATED, Label.COMMENT, Label.PAYWALL, Label.AD, Label.BIO})
# Characters that a block's text leaves out.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_CELL_ENDS = " |\n\t"
# Images that the reader takes for text: letters and emoji.
_DRAWN = re.compile(r"""\balt=(?:"[^"]"|'[^']'|[^"'\s>][\s/>])|emoji""", re.IGNORECASE)
_INLINE_OPEN = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?>")


@dataclass(slots=True)
class _Region:
    """A stretch of source to cut: from one element or block to another of the same run."""

    start: int
    end: int
    last: int
    wholes: list[Span] = field(default_factory=list)
    leave_media: bool = False
    own: set[str] = field(default_factory=set)


class HtmlCuts:
    """The cuts in one page."""

    def __init__(self, document: Document, labelled: Sequence[LabelledBlock]) -> None:
        self._source = document.source
        self._nodes = document.nodes
        self._blocks = document.blocks
        self._labels = [b.label for b in labelled]
        self._elements = Elements(document, labelled)
        kept = [b.block for b in labelled if b.kept]
        self._kept = merged(block.span for block in kept)
        self._moved = {word for block in kept if self._is_moved(block) for word in block.text.split()}

    def cut(self, first: int, last: int) -> list[Span]:
        """The spans to cut for the dropped blocks ``first`` to ``last`` (not included), between two kept ones."""
        regions = self._regions(first, last)
        self._take_wrappers(regions, first, last)
        if self._moved:
            own = {word for block in self._blocks[first:last] for word in block.text.split()}
            for region in regions:
                region.own = own
        cuts = merged(span for region in regions for span in self._cut(region))
        if first > 0 and last < len(self._blocks) and not self._parted(first - 1, last, cuts):
            tag = self._parting_tags(regions)
            cuts = [piece for span in cuts for piece in without(span, tag)]
        return cuts

    def split(self, block: int) -> int:
        """Where the cut of a run starts that follows another run: the cuts of both may touch here."""
        return self._blocks[block].span.start

    def _is_string(self, block: Block) -> bool:
        """Whether a block is a piece of a string in a script: there it is written as JSON, and alone can be cut."""
        return self._nodes[block.node].tag == "script"

    def _is_moved(self, block: Block) -> bool:
        """Whether a block's text is not, or not all, where its span is.

        The parser moves text that stands where none may be (in a table, outside its cells). The words of such text are
        looked for in every cut. A look at the first and the last word is enough for nearly every block of a page.
        """
        start, end = block.span
        text = block.text.strip(_CELL_ENDS)
        edges = text.split(None, 1)[0], text.rsplit(None, 1)[-1]
        if self._is_string(block) or all(self._source.find(word, start, end) >= 0 for word in edges):
            return False
        found = "".join(p.text for p in tags.pieces(self._source[start:end]) if p.sort is tags.Sort.TEXT)
        shown = "".join(found.translate(_INVISIBLE).split())
        return not all(word in shown for word in edges)

    def _regions(self, first: int, last: int) -> list[_Region]:
        regions: list[_Region] = []
        for block, span, whole in self._units(first, last):
            region = regions[-1] if regions else None
            leave = self._labels[block] not in _WITH_MEDIA
            if region is None or not self._joins(region, block, span):
                regions.append(_Region(span.start, span.end, block, [span] if whole else [], leave))
                continue
            region.end = max(region.end, span.end)
            region.last = block
            region.leave_media = region.leave_media or leave
            if whole:
                region.wholes.append(span)
        return regions

    def _joins(self, region: _Region, block: int, span: Span) -> bool:
        """Whether what lies between a region and the next dropped piece goes too."""
        alike = self._labels[region.last] is self._labels[block] and span.start >= region.end
        strings = self._is_string(self._blocks[region.last]) or self._is_string(self._blocks[block])
        return alike and not strings and not overlapping(Span(region.end, span.start), self._kept)

    def _units(self, first: int, last: int) -> Iterator[tuple[int, Span, bool]]:
        """The elements and blocks that go: the number of the last block in each, its span, whether it is an element."""
        elements = self._elements
        held: Node | None = None
        for block in range(first, last):
            for node in elements.fields(block, block - 1 if block > first else block):
                yield block - 1 if block > first else block, node.span, True
            span = self._blocks[block].span
            if held is not None and block < held.last and _inside(span, held.span):
                continue
            held = elements.whole(block)
            if held is not None and _inside(span, held.span):
                yield min(held.last, last) - 1, held.span, True
            else:
                yield block, span, False
        for node in elements.fields(last, last - 1):
            yield last - 1, node.span, True

    def _take_wrappers(self, regions: list[_Region], first: int, last: int) -> None:
        """Take in the inline tags that hold nothing but a region: the link around a card."""
        source = self._source
        low = self._blocks[first - 1].span.end if first else 0
        for number, region in enumerate(regions):
            final = number + 1 == len(regions)
            high = len(source) if last == len(self._blocks) else self._blocks[last].span.start
            high = high if final else min(high, regions[number + 1].start)
            while True:
                start = _skip_back(source, low, region.start)
                opening = source.rfind("<", max(low, start - 2000), start)
                match = _INLINE_OPEN.fullmatch(source, opening, start) if opening >= 0 else None
                if match is None or match[1].lower() in BLOCK_TAGS | tags.VOID | tags.WORKING | FRAME:
                    break
                closing = _skip_on(source, region.end, high)
                end = closing + len(match[1]) + 3
                if end > high or source[closing:end].lower() != f"</{match[1].lower()}>":
                    break
                region.wholes = [Span(region.start, region.end)] if self._is_whole(region) else region.wholes
                region.start, region.end = opening, end
            low = region.end

    @staticmethod
    def _is_whole(region: _Region) -> bool:
        return region.wholes[:1] == [Span(region.start, region.end)]

    def _cut(self, region: _Region) -> Iterator[Span]:
        span = Span(region.start, region.end)
        spans = without(span, self._kept)
        undisturbed = spans == [span] and not self._moved
        if undisturbed and self._is_whole(region):
            yield span
            return
        for piece in spans:
            yield from without(piece, merged(self._staying(piece, region, undisturbed)))

    def _staying(self, span: Span, region: _Region, undisturbed: bool) -> Iterator[Span]:
        """What stays of a stretch: tags whose partner is outside, scripts, and pictures that are the page's."""
        found = tags.pieces(self._masked(span, region.wholes if undisturbed else []))
        pairs = tags.pair(found)
        index = 0
        while index < len(found):
            piece, last = found[index], index
            stays = piece.name in FRAME
            if piece.sort is tags.Sort.OPEN and (
                piece.name in tags.WORKING or (region.leave_media and self._is_picture(piece, span.start))
            ):
                last, stays = pairs.ends.get(index, index), True
            elif piece.name == "title" and index in pairs.ends:
                last = pairs.ends[index]
                stays = not self._shows(span.start + piece.start, found[index + 1].text)
            elif piece.name == "svg" and not self._moved:
                last = pairs.ends.get(index, index)
                stays = index in pairs.lone
            elif index in pairs.lone:
                stays = stays or not self._ends_in(piece, span)
            elif self._moved and piece.text.strip():
                words = piece.text.split()
                stays = self._moved.issuperset(words) and not region.own.issuperset(words)
            if stays:
                yield Span(span.start + piece.start, span.start + found[last].end)
            index = last + 1

    def _shows(self, place: int, title: str) -> bool:
        """Whether the page's title stands so far down that the parser takes it for text, and the reader with it."""
        number = bisect_right(self._blocks, place, key=lambda block: block.span.start) - 1
        return number >= 0 and " ".join(title.split()) in self._blocks[number].text

    def _is_picture(self, piece: tags.Piece, start: int) -> bool:
        """Whether a tag shows a picture or an embed rather than a letter."""
        return piece.name in EMBEDS and not _DRAWN.search(self._source, start + piece.start, start + piece.end)

    def _ends_in(self, piece: tags.Piece, span: Span) -> bool:
        """Whether a lone tag starts an element that ends in ``span`` without an end tag."""
        optional = piece.sort is tags.Sort.OPEN and piece.name in tags.OPTIONAL_END
        return optional and self._elements.ends.get(span.start + piece.start, 0) <= span.end

    def _masked(self, span: Span, wholes: list[Span]) -> str:
        """A stretch of source in which what goes whole is blank, so that nobody looks into it."""
        parts: list[str] = []
        at = span.start
        for whole in merged(wholes):
            parts.append(self._source[at : whole.start])
            parts.append(" " * (whole.end - whole.start))
            at = whole.end
        return "".join(parts) + self._source[at : span.end]

    def _parted(self, before: int, after: int, cuts: Sequence[Span]) -> bool:
        """Whether two kept blocks, the next to each other now, still have a boundary between them."""
        one, other = self._blocks[before], self._blocks[after]
        start, end = one.span.end, other.span.start
        if start > end:
            return True
        if self._source.startswith("<", end) and end in self._elements.ends:
            return True
        node = self._nodes[one.node]
        if node.span.end == start and tags.end_tag_start(self._source, node.span.start, start, node.tag) < start:
            return True
        left = "".join(self._source[s.start : s.end] for s in without(Span(start, end), cuts))
        return "<" in left and any(
            piece.name in BLOCK_TAGS or piece.name in ("br", "hr") or "-" in piece.name for piece in tags.pieces(left)
        )

    def _parting_tags(self, regions: Sequence[_Region]) -> list[Span]:
        """The tags of the first element that goes: they stay where nothing else would part what stays around them."""
        for whole in (span for region in regions for span in region.wholes):
            place = bisect_left(self._nodes, whole.start, key=lambda node: node.span.start)
            while place < len(self._nodes) and self._nodes[place].span.start == whole.start:
                node = self._nodes[place]
                opened = tags.start_tag_end(self._source, node.span.start, node.span.end)
                if node.span == whole and opened > node.span.start:
                    closing = tags.end_tag_start(self._source, opened, node.span.end, node.tag)
                    return merged([Span(node.span.start, opened), Span(closing, node.span.end)])
                place += 1
        return []


def _inside(span: Span, around: Span) -> bool:
    return around.start <= span.start and span.end <= around.end


def _skip_back(source: str, low: int, offset: int) -> int:
    while offset > low and source[offset - 1].isspace():
        offset -= 1
    return offset


def _skip_on(source: str, offset: int, high: int) -> int:
    while offset < high and source[offset].isspace():
        offset += 1
    return offset
