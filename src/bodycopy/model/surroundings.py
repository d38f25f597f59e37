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
    holdings, nodes = survey.holdings, survey.document.nodes
    held, depth, steps = _held(survey) if nodes else (np.zeros((len(_HELD), 1)), np.zeros(1), np.zeros(1))
    levels = list(holdings.around(LEVELS))
    yield "depth", depth[levels[0]]
    yield "elements up to the prose's", steps[levels[0]]
    place = {tag: number for number, tag in enumerate(_TAGS)}
    tag = np.array([place.get(node.tag, -1) for node in nodes] or [-1])
    for level, around in enumerate(levels):
        for name, column in zip(_HELD, held, strict=True):
            yield f"element {level} up: {name}", column[around]
    for number, name in enumerate(_TAGS):
        yield f"inside {name}", np.any([tag[around] == number for around in levels], axis=0)


def _held(survey: Survey) -> tuple[Floats, Floats, Floats]:
    """For each element what it holds (rows as in ``_HELD``), its depth, and how many elements up the page's prose is."""
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
    return held, depth, _steps(holdings.parent, around)


def _steps(parent: NDArray[np.int64], around: NDArray[np.bool_]) -> Floats:
    """How many elements up from each one stands the first that is around the page's prose, or inside its element."""
    found = np.zeros(len(parent))
    for number in range(len(parent)):
        found[number] = 0.0 if around[number] or parent[number] < 0 else found[parent[number]] + 1.0
    return found
