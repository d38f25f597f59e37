"""The article that a page is about, and others on the same page: pages that scroll on append them, each whole.

By its prose another article is as much body as the page's own. What tells them apart is the page's title, which names one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence

from bodycopy.document import Document, Kind, Node
from bodycopy.holdings import Holdings
from bodycopy.traits import Traits
from bodycopy.words import same_wording, tokens

# How much an article's headline is like the page's title (Jaccard): the page's own at least, another's at most.
_NAMED = 0.5
_NOT_NAMED = 0.3
# An article has so many words of prose; its headline is among its first blocks, and its author or date near the headline.
_LEAST_PROSE = 60.0
_HEAD = 8
_NEAR = 4
_LEAST_HEADLINE = 3


class Headlines:
    """Which blocks of a document may be its headline, by the titles that it declares."""

    def __init__(self, document: Document, traits: Sequence[Traits]) -> None:
        self._document = document
        self._traits = traits
        self._titles = [set(tokens(title)) for title in document.meta.titles]
        self._told = set().union(*self._titles)

    def likeness(self, index: int) -> float:
        """How much a block is like a title of the page, 0 to 1; of several the likest counts."""
        words = self._traits[index].words
        if self._told.isdisjoint(words):
            return 0.0
        own = set(words)
        return max([same_wording(title, own) for title in self._titles])

    def among(self, count: int) -> dict[int, float]:
        """Those among the first blocks that may be the headline, with how likely each is.

        In HTML by likeness to the declared titles and by heading level; in text the first line, if it is short and prose
        follows soon.
        """
        found: dict[int, float] = {}
        for index in range(min(len(self._traits), count)):
            block = self._document.blocks[index]
            if not 0 < self._traits[index].count <= 40 or block.hidden:
                continue
            likeness = self.likeness(index)
            heading = block.kind is Kind.HEADING
            main = heading and block.level == 1
            score = likeness + (0.45 if main else 0.2 if heading and likeness > 0.4 else 0.0)
            if score >= 0.45 and (heading or likeness >= 0.6):
                found[index] = score
        return found or self._first_line()

    def _first_line(self) -> dict[int, float]:
        for index in range(0 if self._document.is_html else min(2, len(self._traits))):
            traits = self._traits[index]
            if traits.count >= 3:
                ends = traits.terminal and self._document.blocks[index].text[-1] not in "?!"
                following = any(t.prose > 0.5 for t in self._traits[index + 1 : index + 6])
                return {index: 1.0} if traits.count <= 25 and not ends and following else {}
        return {}

    def other_articles(self, headline: int, holdings: Holdings, signed: Collection[int]) -> list[Node]:
        """The elements of articles that are not the page's own, in page order; ``headline`` is that of the page, -1 for none.

        They stand after the page's own, beside it in elements of the same make, have prose and a headline of the same level
        that the page's title does not name, and near that an author or a date (``signed`` are the blocks that tell one).

        Left alone: the entries of a live blog, the parts of an article, the items of a round-up, the answers to a question.
        The page's headline stands above them all, or theirs are of another level, or unsigned.
        """
        blocks, nodes = self._document.blocks, self._document.nodes
        own = blocks[headline] if headline >= 0 and nodes else None
        if own is None or own.kind is not Kind.HEADING or self.likeness(headline) < _NAMED:
            return []
        beside = {
            node.parent: node
            for node in self._document.ancestors(own)
            if node.parent >= 0 and holdings.prose[node.number] >= _LEAST_PROSE
        }
        headings = [block.index for block in blocks if block.kind is Kind.HEADING and block.level == own.level]
        found: list[Node] = []
        for node in nodes[own.node :] if len(headings) > 1 else ():
            article = beside.get(node.parent)
            if article is None or node.first < article.last or not _of_one_make(node, article):
                continue
            at = bisect_left(headings, node.first)
            heading = headings[at] if at < len(headings) else node.last
            if holdings.prose[node.number] >= _LEAST_PROSE and self._is_headed(node, heading, signed):
                found.append(node)
        return found

    def _is_headed(self, node: Node, heading: int, signed: Collection[int]) -> bool:
        """Whether an element begins with a heading that is a signed headline, and not the page's."""
        if heading >= min(node.last, node.first + _HEAD) or self._traits[heading].count < _LEAST_HEADLINE:
            return False
        near = range(node.first, min(node.last, heading + 1 + _NEAR))
        return self.likeness(heading) <= _NOT_NAMED and any(index in signed for index in near)


def _of_one_make(node: Node, article: Node) -> bool:
    """Whether two elements are alike: articles by their tag, others by their first class word too."""
    return node.tag == article.tag and (node.tag == "article" or node.tokens[:1] == article.tokens[:1] != ())
