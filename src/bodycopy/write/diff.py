"""What a cleaning cut, as a unified diff.

Nothing is compared: a cut only takes away, and where is known. So the hunks are written straight down.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from bodycopy.cuts.spans import merged, without
from bodycopy.document import Document, Span
from bodycopy.result import Removal

_CONTEXT = 3
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_NEWLINE = "\\ No newline at end of file\n"


class _Change(NamedTuple):
    """Lines ``first`` to ``last`` (not included, from 0) and what is there instead."""

    first: int
    last: int
    instead: list[str]


def unified_diff(document: Document, removed: Sequence[Removal], name: str) -> str:
    """A unified diff from the source to what is left of it; empty where nothing was cut.

    For text the diff applies to the source. For HTML both sides are the text form: what a reader sees, one block a
    line.
    """
    if document.is_html:
        lines, changes = _of_blocks(document, removed)
    else:
        lines = _LINE.findall(document.source)
        changes = list(_of_lines(document.source, lines, merged(s for r in removed for s in r.spans)))
    if not changes:
        return ""
    return "".join([f"--- {name}\n", f"+++ {name}\n", *_hunks(lines, changes)])


def _of_blocks(document: Document, removed: Sequence[Removal]) -> tuple[list[str], list[_Change]]:
    gone = {index for removal in removed for index in removal.blocks}
    lines: list[str] = []
    changes: list[_Change] = []
    for block in document.blocks:
        if block.hidden and block.index in gone:
            continue
        first = len(lines)
        lines.extend(f"{line}\n" for line in block.text.split("\n"))
        if block.index in gone:
            if changes and changes[-1].last == first:
                first = changes.pop().first
            changes.append(_Change(first, len(lines), []))
    return lines, changes


def _of_lines(source: str, lines: Sequence[str], cuts: Sequence[Span]) -> Iterator[_Change]:
    """The lines that cuts touch, in groups of neighbours, with what is left of each group."""
    starts = [0, *accumulate(map(len, lines))]
    groups: list[Span] = []
    for cut in cuts:
        first = bisect_right(starts, cut.start) - 1
        last = bisect_right(starts, cut.end - 1)
        if starts[last] == cut.end and starts[first] < cut.start and last < len(lines):
            # A line end went, but not the start of its line: the next line moves up.
            last += 1
        if groups and first <= groups[-1].end:
            first = groups.pop().start
        groups.append(Span(first, last))
    place = 0
    for first, last in groups:
        inside = []
        while place < len(cuts) and cuts[place].start < starts[last]:
            inside.append(cuts[place])
            place += 1
        left = "".join(source[s.start : s.end] for s in without(Span(starts[first], starts[last]), inside))
        yield _Change(first, last, _LINE.findall(left))


def _hunks(lines: Sequence[str], changes: Sequence[_Change]) -> Iterator[str]:
    shift = 0
    number = 0
    while number < len(changes):
        stop = number + 1
        while stop < len(changes) and changes[stop].first - changes[stop - 1].last <= 2 * _CONTEXT:
            stop += 1
        group = changes[number:stop]
        first = max(0, group[0].first - _CONTEXT)
        last = min(len(lines), group[-1].last + _CONTEXT)
        less = sum(c.last - c.first - len(c.instead) for c in group)
        yield f"@@ -{_range(first, last - first)} +{_range(first - shift, last - first - less)} @@\n"
        yield from _body(lines, group, first, last)
        shift += less
        number = stop


def _range(first: int, count: int) -> str:
    """Where a hunk is, as diff counts: from 1, an empty one by the line before it."""
    return f"{first + 1 if count else first},{count}"


def _body(lines: Sequence[str], changes: Iterable[_Change], first: int, last: int) -> Iterator[str]:
    at = first
    for change in changes:
        yield from _marked(" ", lines[at : change.first])
        yield from _marked("-", lines[change.first : change.last])
        yield from _marked("+", change.instead)
        at = change.last
    yield from _marked(" ", lines[at:last])


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n{_NO_NEWLINE}"
