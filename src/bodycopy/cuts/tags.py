"""The tags in a slice of HTML, with their places, and which of them belong together.

A slice is cut from a page between two tags, so no tree can say what is in it; the WHATWG tokeniser can. It counts
columns, so the slice is given to it as one line, character for character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

import turbohtml

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
OPTIONAL_END = frozenset("p li dt dd td th tr option optgroup thead tbody tfoot colgroup rt rp".split())
WORKING = frozenset("script style link meta base".split())
"""Elements that are no part of the text around them: they do their work elsewhere on the page."""
_SURROGATES = re.compile("[\ud800-\udfff]")
# The tokeniser alone takes these for raw text, which `title` in an SVG and `noscript` (no script runs here) are not.
_NOT_RAW = re.compile(r"(</?)(title|noscript)(?=[\s/>])", re.IGNORECASE)
_RAW_NAMES = {"x" * len(name): name for name in ("title", "noscript")}
# So far a start tag is looked for: first near, then far. A longer one is taken for none.
_TAG_LENGTHS = (500, 20_000)


class Sort(Enum):
    """What a piece of markup is."""

    OPEN = auto()
    CLOSE = auto()
    TEXT = auto()
    OTHER = auto()


class Piece(NamedTuple):
    """A tag, a text or a comment in a slice, with its place there; ``text`` is the text with entities resolved."""

    sort: Sort
    name: str
    start: int
    end: int
    text: str
    closed: bool


class Pairs(NamedTuple):
    """Which pieces belong together: ``ends`` by the start tag, ``lone`` the tags whose partner is not in the slice."""

    ends: dict[int, int]
    lone: frozenset[int]


_SORTS = {
    turbohtml.TokenType.START_TAG: Sort.OPEN,
    turbohtml.TokenType.END_TAG: Sort.CLOSE,
    turbohtml.TokenType.TEXT: Sort.TEXT,
}


def pieces(html: str) -> list[Piece]:
    """The tags, texts and comments of a slice of HTML, in order and without gaps."""
    tokens = list(turbohtml.tokenize(_line(html), capture_attributes=False))
    ends = [*(token.col for token in tokens[1:]), len(html)][: len(tokens)]
    found = []
    for token, end in zip(tokens, ends, strict=True):
        sort = _SORTS.get(token.type, Sort.OTHER)
        text = token.data or "" if sort is Sort.TEXT else ""
        name = _RAW_NAMES.get(token.tag or "", token.tag or "")
        found.append(Piece(sort, name, token.col, end, text, bool(token.self_closing)))
    return found


def _line(html: str) -> str:
    """A slice as one line of the same length that the tokeniser reads as the parser does."""
    line = html.replace("\n", " ").replace("\r", " ")
    if not line.isascii():
        line = _SURROGATES.sub("\ufffd", line)
    return _NOT_RAW.sub(lambda m: m[1] + "x" * len(m[2]), line)


def pair(found: Sequence[Piece]) -> Pairs:
    """Find the partner of every tag, in one pass.

    An end tag closes what was left open inside its element. A tag is lone where nothing in the slice closes or opens
    it.
    """
    waiting: list[int] = []
    counts: Counter[str] = Counter()
    ends: dict[int, int] = {}
    lone: set[int] = set()
    for index, piece in enumerate(found):
        name = piece.name
        if piece.sort is Sort.OPEN:
            drawn = counts["svg"] or counts["math"] or name in ("svg", "math")
            if name not in VOID and not (piece.closed and drawn):
                waiting.append(index)
                counts[name] += 1
        elif piece.sort is Sort.CLOSE:
            if not counts[name]:
                lone.add(index)
                continue
            while True:
                opened = waiting.pop()
                counts[found[opened].name] -= 1
                if found[opened].name == name:
                    ends[opened] = index
                    break
    return Pairs(ends, frozenset(lone.union(waiting)))


def start_tag_end(source: str, start: int, end: int) -> int:
    """Where the start tag at ``start`` ends; ``start`` itself where there is none before ``end``."""
    if not source.startswith("<", start):
        return start
    for length in _TAG_LENGTHS:
        tokens = turbohtml.tokenize(_line(source[start : min(end, start + length)]), capture_source=True)
        first = next(iter(tokens), None)
        if first is not None and first.type is turbohtml.TokenType.START_TAG:
            return start + len(first.source or "")
    return start


def end_tag_start(source: str, start: int, end: int, name: str) -> int:
    """Where the end tag of an element ``name`` starts that ends at ``end``; ``end`` itself where it is left out."""
    place = source.rfind("</", start, end)
    found = place >= 0 and source[place + 2 : place + 2 + len(name)].lower() == name and source[end - 1] == ">"
    return place if found else end
