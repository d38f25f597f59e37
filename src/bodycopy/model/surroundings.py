"""What the elements around a block hold: words, links, prose, and how many siblings look alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.survey import Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS = 6
_TAGS = (
    "p",
    "li",
    "a",
    "td",
    "figure",
    "article",
    "section",
    "aside",
    "header",
    "footer",
    "nav",
    "main",
    "form",
    "blockquote",
    "ul",
)
_HELD = (
    "words",
    "share of links",
    "words a block",
    "share of the prose",
    "blocks",
    "like siblings",
    "their words",
    "prose a word",
)


def element_columns(survey: Survey) -> Iterator[tuple[str, Floats | NDArray[np.bool_]]]:
    """The columns of the elements around each block, none for text."""
    if not survey.document.is_html:
        return
    holdings, count = survey.holdings, len(survey.blocks)
    if not survey.document.nodes:
        held, depth = np.zeros((len(_HELD), 1)), np.zeros(1)
        parent = inside = np.zeros(1, np.int64)
        at = np.zeros(count, np.int64)
        tags = [""]
    else:
        held, depth, parent, inside = _held(survey)
        at = np.where(holdings.at < 0, 0, holdings.at)
        tags = [node.tag for node in survey.document.nodes]
    yield "depth", depth[at]
    yield "elements up to the prose's", _steps(parent, inside)[at]
    place = {tag: number for number, tag in enumerate(_TAGS)}
    tag = np.array([place.get(name, -1) for name in tags])
    around = at
    seen = np.zeros((len(_TAGS), count), np.bool_)
    for level in range(LEVELS):
        for name, column in zip(_HELD, held, strict=True):
            yield f"element {level} up: {name}", column[around]
        for number in range(len(_TAGS)):
            seen[number] |= tag[around] == number
        around = np.maximum(0, parent[around])
    for name, inner in zip(_TAGS, seen, strict=True):
        yield f"inside {name}", inner


def _held(survey: Survey) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """For each element what it holds (rows as in ``_HELD``), its depth, its parent, and whether it is around the prose."""
    holdings, nodes = survey.holdings, survey.document.nodes
    words, blocks = holdings.words, (holdings.last - holdings.first).astype(np.float64)
    likes: defaultdict[tuple[int, str, tuple[str, ...]], list[int]] = defaultdict(list)
    for node in nodes:
        likes[node.parent, node.tag, node.tokens[:3]].append(node.number)
    siblings, theirs = np.ones(len(nodes)), np.array(words)
    for numbers in likes.values():
        if len(numbers) > 1:
            siblings[numbers] = len(numbers)
            theirs[numbers] = words[numbers].mean()
    held = np.stack([
        words, holdings.link_words / np.maximum(1.0, words), words / np.maximum(1.0, blocks),
        holdings.prose / max(1.0, holdings.whole), blocks, siblings, theirs, holdings.prose / np.maximum(1.0, words),
    ])  # fmt: skip
    home = max(0, holdings.home)
    first, last = holdings.first, holdings.last
    around = ((first <= first[home]) & (last >= last[home])) | ((first >= first[home]) & (last <= last[home]))
    depth = np.array([node.depth for node in nodes], np.float64)
    return held, depth, holdings.parent, around.astype(np.int64)


def _steps(parent: NDArray[np.int64], around: NDArray[np.int64]) -> Floats:
    """How many elements up from each one stands the first that is around the page's prose, or inside its element."""
    found = np.zeros(len(parent))
    for number in range(len(parent)):
        found[number] = 0.0 if around[number] or parent[number] < 0 else found[parent[number]] + 1.0
    return found
