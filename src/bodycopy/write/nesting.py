"""Where in a page's lists and tables its elements are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bodycopy.document import Node

LISTS = frozenset({"ul", "ol", "menu", "dir"})


def nearest(nodes: Sequence[Node], tags: Collection[str]) -> list[int]:
    """For every element the number of the innermost one of ``tags`` that it is or is in; ``-1`` for none."""
    found: list[int] = []
    for node in nodes:
        found.append(node.number if node.tag in tags else found[node.parent] if node.parent >= 0 else -1)
    return found
