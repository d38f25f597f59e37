"""What single words tell: class words of the elements around a block, its own words, those of the heading above it.

A sparse linear model. Each entry is a word with where it stands, and its weight in nats of body; the two sums, of class words
and of the text's words, are features of the trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from bodycopy.document import Kind, Node
from bodycopy.survey import Survey
from bodycopy.traits import Traits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

T = TypeVar("T")

# In longer blocks single words say nothing but what the article is about.
_MOST_WORDS = 40
_HEADING_WORDS = 12
_BELOW_HEADING = 12
# How far an element is from the block: at it, near it, around it; by the number of elements up.
_DISTANCES = ("at", "near", "near", "around", "around", "around", "around")


def lexicon_columns(survey: Survey, lexicon: Lexicon) -> Iterator[tuple[str, Floats]]:
    """The sums of the weights of each block's entries, of class words and of the text's words."""
    if survey.document.is_html:
        yield "class words", _class_sums(survey, lexicon)
    yield "its words", np.array(_word_sums(survey, lexicon.weights))


def _class_sums(survey: Survey, lexicon: Lexicon) -> Floats:
    """The sums of the weights of :func:`class_entries`, looked up once an element."""
    weigh, nodes, around = lexicon.of_class_words, survey.document.nodes, survey.holdings.at
    # The last place stands for what is around the root: nothing.
    parent = np.append(survey.holdings.parent, -1)
    by_distance = {
        distance: np.array([*(weigh(distance, node.tokens) if node.tokens else 0.0 for node in nodes), 0.0])
        for distance in dict.fromkeys(_DISTANCES)
    }
    found = np.array([weigh("on", block.tokens) if block.tokens else 0.0 for block in survey.blocks])
    for distance in _DISTANCES:
        found += by_distance[distance][around]
        around = parent[around]
    return found


class Lexicon:
    """The weight of each entry, in nats of body. Equal where the weights are."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = dict(weights)
        # Most elements of a page, and of a site's pages, have class words that were met before.
        self.of_class_words = lru_cache(maxsize=65536)(self._of_class_words)

    def _of_class_words(self, distance: str, tokens: tuple[str, ...]) -> float:
        return sum([self.weights.get(f"{distance} .{token}", 0.0) for token in tokens])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexicon) and self.weights == other.weights

    def __hash__(self) -> int:
        return hash(frozenset(self.weights.items()))

    def __reduce__(self) -> tuple[type[Lexicon], tuple[dict[str, float]]]:
        return Lexicon, (self.weights,)


def class_entries(survey: Survey) -> list[Sequence[str]]:
    """For each block the class words of the elements around it, by how far up they are, and of its own inline elements."""
    nodes = survey.document.nodes
    found: list[Sequence[str]] = []
    for block in survey.blocks:
        around = zip(_DISTANCES, _upwards(nodes, block.node), strict=False)
        entries = [f"{distance} .{token}" for distance, node in around for token in node.tokens]
        found.append([*entries, *(f"on .{token}" for token in block.tokens)])
    return found


def _upwards(nodes: Sequence[Node], number: int) -> Iterator[Node]:
    while number >= 0:
        yield nodes[number]
        number = nodes[number].parent


def word_entries(survey: Survey) -> list[Sequence[str]]:
    """For each block its own words, how it opens and ends, and the words of the heading above it."""
    none: list[str] = []
    return [
        [*_own_entries(traits.words), *above] if above else _own_entries(traits.words)
        for traits, above in _under_headings(survey, _heading_entries, none)
    ]


def _under_headings(survey: Survey, of: Callable[[Sequence[str]], T], none: T) -> Iterator[tuple[Traits, T]]:
    """Each block's traits with what ``of`` makes of the words of the heading it stands under, once a heading."""
    headed, reach = none, 0
    for block, traits in zip(survey.blocks, survey.traits, strict=True):
        yield traits, headed if reach else none
        reach = max(0, reach - 1)
        if block.kind is Kind.HEADING:
            headed, reach = of(traits.words), _BELOW_HEADING


def _own_entries(words: Sequence[str]) -> list[str]:
    if not words:
        return []
    entries = [f"opens {words[0]}"]
    if len(words) > 1:
        entries.append(f"opens {words[0]} {words[1]}")
    if len(words) <= _MOST_WORDS:
        entries.append(f"ends {words[-1]}")
        entries += dict.fromkeys(words)
    return entries


def _heading_entries(words: Sequence[str]) -> list[str]:
    return [f"below {word}" for word in dict.fromkeys(words[:_HEADING_WORDS])]


def _word_sums(survey: Survey, weights: Mapping[str, float]) -> list[float]:
    """The sums of the weights of :func:`word_entries`."""

    def weigh(entries: Sequence[str]) -> float:
        return sum([weights[entry] for entry in entries if entry in weights])

    headings = _under_headings(survey, lambda words: weigh(_heading_entries(words)), 0.0)
    return [weigh(_own_entries(traits.words)) + above for traits, above in headings]
