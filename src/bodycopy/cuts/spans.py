"""Arithmetic of spans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from bodycopy.document import Span


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters as spans in order that neither overlap nor touch; empty ones are left out."""
    found: list[Span] = []
    for span in sorted(s for s in spans if s.start < s.end):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def overlapping(span: Span, holes: Sequence[Span]) -> Sequence[Span]:
    """Those of ``holes`` (merged) that share characters with ``span``."""
    first = bisect_right(holes, span.start, key=lambda hole: hole.end)
    last = first
    while last < len(holes) and holes[last].start < span.end:
        last += 1
    return holes[first:last]


def without(span: Span, holes: Sequence[Span]) -> list[Span]:
    """What is left of ``span`` outside ``holes`` (merged)."""
    left: list[Span] = []
    start = span.start
    for hole in overlapping(span, holes):
        if start < hole.start:
            left.append(Span(start, hole.start))
        start = max(start, hole.end)
    if start < span.end:
        left.append(Span(start, span.end))
    return left


def outside(source: str, spans: Iterable[Span]) -> str:
    """``source`` less ``spans``, which may overlap."""
    return "".join(source[s.start : s.end] for s in without(Span(0, len(source)), merged(spans)))
