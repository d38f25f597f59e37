"""What one block's wording shows, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.document import Block, Document
from bodycopy.words import Hit, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_TERMINAL = frozenset(".!?…。！？:;")
_CLOSING = "\"'”’»)]*_ 」』）"
_LEAST_PROSE = 5
# A document of so many characters is a book, with millions of words, some ten thousand different ones.
_LARGE = 1 << 20
_PIECE = 4096
_PROSE_LENGTH = 25
_PROSE_FUNCTION_SHARE = 0.3


@dataclass(slots=True)
class Traits:
    """What one block's wording shows.

    ``words`` are its folded words, ``count`` how many; ``terminal`` says that it ends as a sentence does, ``marks`` how many
    sentence ends it has, ``function_share`` which share of its words are the language's most frequent ones, ``prose`` how
    much it reads like prose (0 to 1), ``hits`` the phrases found.
    """

    words: list[str]
    count: int
    terminal: bool
    marks: int
    hits: Sequence[Hit] = ()
    function_share: float = 0.0
    prose: float = 0.0

    def phrase(self, *groups: str) -> str:
        """The first phrase found of any of these groups, or an empty string."""
        for hit in self.hits:
            if hit[0] in groups:
                return hit[1]
        return ""


def traits_of(block: Block) -> Traits:
    """Count one block's words and marks; phrases and prose need the page's language and come later."""
    text = block.text
    words = tokens(text)
    count = len(words)
    ending = text.rstrip(_CLOSING)[-1:]
    # To look for one character first is fast, and most blocks have none of them.
    marks = 1
    for mark in (". ", "! ", "? "):
        if mark[0] in text:
            marks += text.count(mark)
    if not text.isascii():
        marks += text.count("。") + text.count("！") + text.count("？") + text.count("…")
    return Traits(words, count, ending in _TERMINAL and ending != "", marks)


def traits_of_all(document: Document) -> list[Traits]:
    """The traits of all blocks of a document; of a large one each word is kept once."""
    if len(document.source) < _LARGE:
        return [traits_of(block) for block in document.blocks]
    share = {"": ""}.setdefault
    found: list[Traits] = []
    for block in document.blocks:
        traits = traits_of(block)
        for at in range(0, traits.count, _PIECE):
            piece = traits.words[at : at + _PIECE]
            traits.words[at : at + _PIECE] = map(share, piece, piece)
        found.append(traits)
    return found


def prose_of(count: Floats, function_share: Floats, terminal: Mask, marks: Floats, link_share: Floats) -> Floats:
    """How much blocks read like prose: long enough, ending as a sentence does, common words, few links; 0 to 1."""
    length = np.minimum(1.0, count / _PROSE_LENGTH)
    common = np.minimum(1.0, function_share / _PROSE_FUNCTION_SHARE)
    ending = np.where(terminal, 1.0, np.where(marks < 2, 0.35, 0.7))
    prose: Floats = np.where(count < _LEAST_PROSE, 0.0, length * common * ending * (1.0 - link_share) ** 2)
    return prose
