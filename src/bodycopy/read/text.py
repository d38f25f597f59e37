"""Plain text and Markdown to blocks, with exact offsets.

A line is a block. Where lines are hard-wrapped, the lines between blank lines are one; where a document is one long
line, its sentences are blocks; where a line of prose ends with the announcement of another story, that is a block too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bodycopy.document import Block, Document, Format, Kind, Span
from bodycopy.words import sentences

_LINE = re.compile(r"[^\r\n\f\v]*(?:\r\n|\r|\n|\f|\v|$)")
_MARKS = re.compile(
    r"(?P<heading>#{1,6})\s+(?=\S)|(?P<quote>>)\s?|(?P<item>[-*+•·▪‣–]|\d{1,3}[.)](?!\s+\d))\s+(?=\S)|(?P<row>\|)|(?P<fence>```|~~~)"
)
_SEPARATOR = re.compile(r"[-–—_*=·•|~.#+/\\\s]+$")
# The announcement of another story at the end of a line of prose: capitals and a colon, after a sentence.
_GLUED = re.compile(
    r"(?<=[.!?”\"’)])\s+(?=(?:READ MORE|READ ALSO|READ NEXT|READ|SEE ALSO|ALSO READ|RELATED|MORE|WATCH|LISTEN|Read more|Read also"
    r"|Also read|See also|Related|Read next)(?: [A-Za-z]{2,12}){0,3}\s?[:|>»–—-])"
)
_LONG_LINE = 1500
_WRAP_WIDTHS = range(45, 101)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's content without indentation and line end, and how many blank lines stand before it."""

    start: int
    end: int
    number: int
    gap: int
    indent: int


def read_text(source: str, *, markdown: bool = False, url: str | None = None, lang: str | None = None) -> Document:
    """Read plain text or Markdown into a document; spans count characters of ``source`` as given.

    A block's span is the content of its line with its marks (``- ``, ``# ``), without indentation and line end.
    """
    lines = list(_lines(source))
    blocks: list[Block] = []
    if _is_one_line(source, lines):
        pieces = ((line, s, i > 0) for line in lines for i, s in enumerate(sentences(source, line.start, line.end)))
    elif not markdown and _is_wrapped(source, lines):
        pieces = ((line, s, False) for line, s in _paragraphs(source, lines))
    else:
        pieces = ((line, s, i > 0) for line in lines for i, s in enumerate(_parts(source, line)))
    fenced = False
    for line, span, glued in pieces:
        kind, level, text = _read_marks(source[span.start : span.end], line.indent)
        fence = kind is Kind.CODE
        if fenced or fence:
            kind, text = Kind.CODE, source[span.start : span.end]
        fenced = fenced != fence
        blocks.append(Block(len(blocks), kind, text, span, line.number, level, 0 if glued else line.gap, glued))
    return Document(
        source=source,
        format=Format.MARKDOWN if markdown else Format.TEXT,
        blocks=tuple(blocks),
        url=url,
        lang=lang,
    )


def _lines(source: str) -> Iterator[_Line]:
    gap = 0
    number = 1
    for match in _LINE.finditer(source):
        content = match[0]
        stripped = content.strip()
        if stripped:
            start = match.start() + len(content) - len(content.lstrip())
            yield _Line(start, start + len(stripped), number, gap, start - match.start())
            gap = 0
        else:
            gap += 1
        number += content.endswith(("\n", "\r"))


def _is_one_line(source: str, lines: list[_Line]) -> bool:
    """Whether the document has no lines to speak of: one holds nearly all of it."""
    longest = max((line.end - line.start for line in lines), default=0)
    return longest > _LONG_LINE and longest >= 0.8 * len(source)


def _is_wrapped(source: str, lines: list[_Line]) -> bool:
    """Whether line ends are where a width was full rather than where a paragraph ends.

    In wrapped text most lines that are directly followed by another one end inside a sentence, near one width, and the
    next begins in lower case as often as prose does.
    """
    inner = [(a, b) for a, b in pairwise(lines) if b.gap == 0]
    if len(inner) < 5 or len(inner) < len(lines) / 3:
        return False
    running = sum(source[b.start].islower() for _, b in inner)
    widths = [a.end - a.start for a, _ in inner]
    return running > 0.45 * len(inner) and sum(w in _WRAP_WIDTHS for w in widths) > 0.7 * len(inner)


def _paragraphs(source: str, lines: list[_Line]) -> Iterator[tuple[_Line, Span]]:
    """Wrapped lines joined: a blank line, a mark or a line well short of the width ends a paragraph."""
    width = max(line.end - line.start for line in lines if line.end - line.start in _WRAP_WIDTHS)
    first: _Line | None = None
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        first = first or line
        short = line.end - line.start < 0.7 * width
        if following is None or following.gap or short or _MARKS.match(source, following.start):
            yield first, Span(first.start, line.end)
            first = None


def _parts(source: str, line: _Line) -> Iterator[Span]:
    """A line, or where the announcement of another story is glued to its end, the line and the announcement."""
    begin = line.start
    for match in _GLUED.finditer(source, line.start, line.end):
        yield Span(begin, match.start())
        begin = match.end()
    yield Span(begin, line.end)


def _read_marks(content: str, indent: int) -> tuple[Kind, int, str]:
    """The kind, level and bare text of a line by the marks at its start."""
    if _SEPARATOR.match(content):
        return Kind.SEPARATOR, 0, content
    match = _MARKS.match(content)
    if match is None:
        # A bar at its end is what is left of a table whose cells stand in a line each.
        kind = Kind.ROW if content.endswith("|") else Kind.PARAGRAPH
        return kind, 0, " ".join(content.split()).rstrip("| ")
    rest = " ".join(content[match.end() :].split())
    if match["heading"]:
        return Kind.HEADING, len(match["heading"]), rest.rstrip("# ")
    if match["quote"]:
        return Kind.QUOTE, 0, rest
    if match["item"]:
        return Kind.ITEM, 1 + indent // 2, rest
    if match["row"]:
        return Kind.ROW, 0, rest.rstrip("| ")
    return Kind.CODE, 0, content
