"""What one block's wording shows, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True, eq=False)
class Traits:
    """What one block's wording shows.

    ``page`` are the folded words of all blocks, of which this block's are ``count`` from ``start`` on; ``terminal`` says
    that it ends as a sentence does, ``marks`` how many sentence ends it has, ``function_share`` which share of its words
    are the language's most frequent ones, ``prose`` how much it reads like prose (0 to 1), ``hits`` the phrases found.
    """

    page: list[str] = field(repr=False)
    start: int
    count: int
    terminal: bool
    marks: int
    hits: Sequence[Hit] = ()
    function_share: float = 0.0
    prose: float = 0.0

    @property
    def words(self) -> list[str]:
        """The block's folded words. A list of its own for each block would take more memory than the words do."""
        return self.page[self.start : self.start + self.count]

    def phrase(self, *groups: str) -> str:
        """The first phrase found of any of these groups, or an empty string."""
        for hit in self.hits:
            if hit[0] in groups:
                return hit[1]
        return ""


def _traits_of(block: Block, page: list[str], words: list[str]) -> Traits:
    """Count one block's words and marks; phrases and prose need the page's language and come later."""
    text = block.text
    ending = text.rstrip(_CLOSING)[-1:]
    # To look for one character first is fast, and most blocks have none of them.
    marks = 1
    for mark in (". ", "! ", "? "):
        if mark[0] in text:
            marks += text.count(mark)
    if not text.isascii():
        marks += text.count("。") + text.count("！") + text.count("？") + text.count("…")
    return Traits(page, len(page), len(words), ending in _TERMINAL and ending != "", marks)


def traits_of_all(document: Document) -> tuple[list[str], list[Traits]]:
    """The words of a document, one block's after the other, and the traits of its blocks.

    Of a large document each word is kept once.
    """
    page: list[str] = []
    found: list[Traits] = []
    share = {"": ""}.setdefault if len(document.source) >= _LARGE else None
    for block in document.blocks:
        words = tokens(block.text)
        found.append(_traits_of(block, page, words))
        if share is not None:
            # In place, so that of a large block no word is held twice.
            for at in range(0, len(words), _PIECE):
                piece = words[at : at + _PIECE]
                words[at : at + _PIECE] = map(share, piece, piece)
        page += words
    return page, found


def prose_of(count: Floats, function_share: Floats, terminal: Mask, marks: Floats, link_share: Floats) -> Floats:
    """How much blocks read like prose: long enough, ending as a sentence does, common words, few links; 0 to 1."""
    length = np.minimum(1.0, count / _PROSE_LENGTH)
    common = np.minimum(1.0, function_share / _PROSE_FUNCTION_SHARE)
    ending = np.where(terminal, 1.0, np.where(marks < 2, 0.35, 0.7))
    prose: Floats = np.where(count < _LEAST_PROSE, 0.0, length * common * ending * (1.0 - link_share) ** 2)
    return prose
