"""What remains of a document once some of its blocks are cut, as it would be read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from bodycopy.document import Block, Document, Node


def remains(document: Document, stay: Sequence[int]) -> Document:
    """The document of only the blocks at ``stay`` (ascending indices), without reading it again.

    Blocks and element records are numbered anew; spans go on counting in the whole source. What is no block but stands
    beside or around a cut (images, links without text, form fields, line breaks) is counted as before, since whether it
    goes with the cut is settled only when the cut is made.
    """
    nodes, numbers = _nodes(document.nodes, len(document.blocks), stay)
    blocks: list[Block] = []
    due = 0
    for index in stay:
        block = document.blocks[index]
        gap, glued = block.gap, block.glued
        if index > due and not document.blocks[due].glued:
            # A cut line takes the blank lines below it, so what follows has those above it; where there are none, its own.
            gap, glued = document.blocks[due].gap or (gap if due else 0), False
        node = numbers[block.node] if block.node >= 0 else -1
        blocks.append(replace(block, index=len(blocks), gap=gap, glued=glued, node=node))
        due = index + 1
    return replace(document, blocks=tuple(blocks), nodes=nodes)


def _nodes(nodes: Sequence[Node], count: int, stay: Sequence[int]) -> tuple[tuple[Node, ...], list[int]]:
    """The records of elements that still hold a block, and by old number their new ones."""
    kept = [0] * count
    for index in stay:
        kept[index] = 1
    before = [0, *accumulate(kept)]
    addressed = _addressed(nodes, [before[node.first] < before[node.last] for node in nodes])
    found: list[Node] = []
    numbers = [-1] * len(nodes)
    for node, email in zip(nodes, addressed, strict=True):
        first, last = before[node.first], before[node.last]
        if first < last:
            numbers[node.number] = len(found)
            parent = numbers[node.parent] if node.parent >= 0 else -1
            found.append(node._replace(number=len(found), parent=parent, first=first, last=last, email=email))
    return tuple(found), numbers


def _addressed(nodes: Sequence[Node], stays: Sequence[bool]) -> list[bool]:
    """Which elements still have a field for an address: that of an element that is gone went with it."""
    inner = [False] * len(nodes)
    found = [False] * len(nodes)
    for node in reversed(nodes):
        number = node.number
        found[number] = found[number] or (stays[number] and node.email and not inner[number])
        if node.parent >= 0:
            inner[node.parent] = inner[node.parent] or node.email
            found[node.parent] = found[node.parent] or found[number]
    return found
