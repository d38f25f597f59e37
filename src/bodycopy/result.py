"""What is said about single blocks and single cuts once a page is labelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bodycopy.document import Block, Label, Span
from bodycopy.evidence import Evidence


class LabelledBlock(NamedTuple):
    """A block with its label and the decision about it.

    ``score`` is the log-odds of its being body, in nats; ``kept`` whether it stays; ``evidence`` every reason that
    spoke.
    """

    block: Block
    label: Label
    score: float
    kept: bool
    evidence: Sequence[Evidence]


class Judged(NamedTuple):
    """The blocks of a page with their labels, log-odds of body in nats, and evidence, before any cut is decided."""

    blocks: Sequence[Block]
    labels: Sequence[Label]
    scores: Sequence[float]
    evidence: Sequence[Sequence[Evidence]]


class Removal(NamedTuple):
    """A dropped run of consecutive blocks of one label.

    ``rules`` are the ids of what spoke for the label, weightiest first, ``reasons`` a line for each of them.
    ``confidence`` is how sure the cut is, 0 to 1. ``text`` is what goes, one block a line, ``blocks`` the indices of
    these blocks, ``line`` the 1-based line of the first. ``spans`` are the exact characters cut from the decoded
    source, in order; ``start`` and ``end`` are the first and last of their places.
    """

    label: Label
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    confidence: float
    text: str
    start: int
    end: int
    spans: tuple[Span, ...]
    blocks: tuple[int, ...]
    line: int
