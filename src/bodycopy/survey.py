"""What every labeller may ask of a document, counted once: traits of its blocks, where its prose gathers, what repeats.

A survey judges nothing. It counts words and links, finds phrases, adds up what the page's elements hold, and says where the
core of the document lies, so that rules stay short and the cost stays linear.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.articles import Headlines
from bodycopy.document import Document, Kind, Label
from bodycopy.holdings import Holdings
from bodycopy.traits import prose_of, traits_of_all
from bodycopy.wording import Wording
from bodycopy.words import Hit, Library, breaks_off, said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_LONG = 20
_SHARED_WORDS = 60
_FUNCTION_SAMPLE = 2000
_KINDS = {kind: number for number, kind in enumerate(Kind)}
# In longer blocks phrases are not looked for: whatever a paragraph of this length says, it is no furniture.
_PHRASE_WORDS = 90
_CONTENT_WORD = 4
_NO_PROSE = (Kind.BUTTON, Kind.SEPARATOR, Kind.HEADING, Kind.CAPTION)
# From this many words of prose on, a block counts for the core when it is sought.
_CORE_PROSE = 6.0


class Survey:
    """A document, its blocks' traits and its geography. Made once, read by every labeller, changed by none.

    ``traits`` and ``shown`` run beside ``document.blocks``; ``holdings`` tells what elements hold; ``core`` is the range of
    blocks from the first prose to the last.
    """

    def __init__(self, document: Document, library: Library) -> None:
        self.document = document
        self.blocks = document.blocks
        words, self.traits = traits_of_all(document)
        self.wording = Wording(words, [traits.count for traits in self.traits])
        sample = [traits for traits in self.traits if traits.count >= _LONG] or self.traits
        self.language = library.language(document.lang, chain.from_iterable(traits.words for traits in sample))
        self.book = library.book(self.language)
        self._find_phrases()
        self._judge_prose()
        self.shown = self._who_is_shown()
        self._headlines = Headlines(document, self.traits)
        self.others = np.zeros(len(self.blocks), np.bool_)
        """Which blocks belong to another article than the page's own."""
        self._gather()
        self._set_apart()

    # -- columns -------------------------------------------------------------------------------------------------------

    @cached_property
    def count(self) -> Floats:
        """Each block's number of words."""
        return np.array([traits.count for traits in self.traits], np.float64)

    @cached_property
    def marks(self) -> Floats:
        """How many sentence ends each block has; 0 where it does not end as a sentence does."""
        return np.array([traits.marks if traits.terminal else 0 for traits in self.traits], np.float64)

    @cached_property
    def terminal(self) -> Mask:
        """Which blocks end as a sentence does."""
        return np.array([traits.terminal for traits in self.traits], np.bool_)

    @cached_property
    def link_share(self) -> Floats:
        """The share of each block's characters that are inside links, 0 to 1."""
        return np.array([block.link_share if block.link_chars else 0.0 for block in self.blocks], np.float64)

    @cached_property
    def index(self) -> Floats:
        """The blocks' places on the page, from 0."""
        return np.arange(len(self.blocks), dtype=np.float64)

    @cached_property
    def inner(self) -> Mask:
        """Which blocks stand between the first and the last prose."""
        return (self.index >= self.core[0]) & (self.index < self.core[1])

    @cached_property
    def headline_like(self) -> Mask:
        """Which blocks look like headlines: three to 25 words without a full stop, neither a table row nor code."""
        short = (self.count >= 3) & (self.count <= 25) & ~self.of_kind(Kind.ROW, Kind.CODE)
        return short & np.where(self.terminal, self._ends_in("?!:"), ~self._ends_in(",;"))

    @cached_property
    def unfinished(self) -> Mask:
        """Which blocks are no paragraphs: separators, very short lines, and those without a full stop."""
        open_ended = (self.count < 4) | ~self.terminal | self._ends_in("?!")
        return self.of_kind(Kind.SEPARATOR) | (open_ended & ~self.of_kind(Kind.ROW, Kind.CODE))

    @cached_property
    def _endings(self) -> list[str]:
        return [block.text[-1:] for block in self.blocks]

    def _ends_in(self, marks: str) -> Mask:
        return np.array([ending in marks for ending in self._endings], np.bool_)

    @cached_property
    def _kinds(self) -> NDArray[np.int8]:
        return np.array([_KINDS[block.kind] for block in self.blocks], np.int8)

    def of_kind(self, *kinds: Kind) -> Mask:
        """Which blocks are of one of these kinds."""
        found: Mask = self._kinds == _KINDS[kinds[0]]
        for kind in kinds[1:]:
            found |= self._kinds == _KINDS[kind]
        return found

    # -- wording -------------------------------------------------------------------------------------------------------

    def _find_phrases(self) -> None:
        # Many blocks of a large page have the same few phrases at the same places.
        known: dict[tuple[Hit, ...], tuple[Hit, ...]] = {}
        for index, found in groupby(self._hits(), itemgetter(0)):
            hits = said(self.blocks[index].text, tuple([hit for _, hit in found]))
            self.traits[index].hits = known.setdefault(hits, hits)

    def _hits(self) -> Iterator[tuple[int, Hit]]:
        """The phrases of all blocks, in page order, each with its block's index and its place there."""
        wording, book = self.wording, self.book
        second = np.append(wording.where(book.seconds.__contains__), False)[1:]
        starts = wording.where(book.alone.__contains__) | (wording.where(book.firsts.__contains__) & second)
        starts &= (self.count <= _PHRASE_WORDS)[wording.blocks]
        for group, phrase, start, end in book.find(wording.words, starts.nonzero()[0].tolist()):
            traits = self.traits[index := int(wording.blocks[start])]
            # Else it goes on into the next block.
            if end - traits.start <= traits.count:
                yield index, Hit(group, phrase, start - traits.start, end - traits.start)

    def _judge_prose(self) -> None:
        self._common = self.wording.where(self.function_words.__contains__)
        share = self.wording.share(self._common)
        marks = np.array([traits.marks for traits in self.traits], np.float64)
        self.prose = prose_of(self.count, share, self.terminal, marks, self.link_share)
        """How much each block reads like prose, 0 to 1."""
        self.prose[self.of_kind(*_NO_PROSE)] = 0.0
        for traits, common, prose in zip(self.traits, share.tolist(), self.prose.tolist(), strict=True):
            traits.function_share, traits.prose = common, prose

    @cached_property
    def function_words(self) -> frozenset[str]:
        """The language's function words, and the short words that this document's long blocks use most."""
        sample: list[str] = []
        for traits in self.traits:
            if traits.count >= _LONG and len(sample) < _FUNCTION_SAMPLE:
                sample += traits.words
        counts = Counter(sample)
        often = {w: n for w, n in counts.items() if n > 2 and (len(w) <= _CONTENT_WORD or w > "\u3000")}
        return self.book.function_words.union(sorted(often, key=often.__getitem__, reverse=True)[:24])

    @cached_property
    def by_group(self) -> dict[str, dict[int, str]]:
        """By group of phrases the blocks in which one stands, each with the first such phrase."""
        found: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for block, traits in zip(self.blocks, self.traits, strict=True):
            for hit in traits.hits:
                found[hit[0]].setdefault(block.index, hit[1])
        return dict(found)

    def with_phrase(self, *groups: str) -> Iterator[tuple[int, str]]:
        """The blocks in which a phrase of one of the groups stands, with the first such phrase, in page order."""
        joined: dict[int, str] = {}
        for group in reversed(groups):
            joined.update(self.by_group.get(group, ()))
        return iter(sorted(joined.items()))

    def cover(self, index: int, group: str) -> float:
        """The share of a block's words that lie in phrases of a group, 0 to 1."""
        traits = self.traits[index]
        covered = 0
        reach = 0
        for name, _, start, end in traits.hits:
            if name == group and end > reach:
                covered += end - max(start, reach)
                reach = end
        return covered / traits.count if traits.count else 0.0

    def goes_on(self, index: int) -> bool:
        """Whether a line of plain text goes on in the one right below, as verse does: it breaks off, or that opens low."""
        below = next((b for b in self.blocks[index + 1 : index + 2] if not b.gap), None)
        opens_low = below is not None and below.text[:1].islower()
        return not self.document.is_html and (breaks_off(self.blocks[index].text) or opens_low)

    def brevity(self, index: int) -> float:
        """1 for a short block, falling to 0.3 for a long one: furniture is short, a paragraph only mentions it."""
        count = self.traits[index].count
        return 1.0 if count <= 25 else max(0.3, 1.0 - (count - 25) / 60)

    @cached_property
    def repeats(self) -> list[list[int]]:
        """Groups of blocks with the same wording of two words or more, in page order."""
        seen: defaultdict[str, list[int]] = defaultdict(list)
        # The sum of the numbers of most blocks' words is theirs alone.
        sums = np.bincount(self.wording.blocks, self.wording.numbers, len(self.blocks)).tolist()
        alike = Counter(sums)
        for block, traits, total in zip(self.blocks, self.traits, sums, strict=True):
            if alike[total] > 1 and traits.count >= 2:
                seen[" ".join(traits.words)].append(block.index)
        return [indices for indices in seen.values() if len(indices) > 1]

    @cached_property
    def shared(self) -> Floats:
        """For each block the share of its content words that other prose of the core uses too, 0 to 1.

        Content words are no function words and not short. Of blocks under four words the share is 0; of long ones, where it
        says little, it is taken as a half.
        """
        speaks = self.inner & (self.prose > 0.5) & ~self.holdings.claims.disclaimed
        wording = self.wording
        content = wording.where(lambda word: len(word) >= _CONTENT_WORD or word > "\u3000") & ~self._common
        found = np.where(self.count > 3, wording.shared(content, speaks), 0.0)
        found[self.count > _SHARED_WORDS] = 0.5
        return found

    @property
    def plain_prose(self) -> list[int]:
        """For each block its number of words where it plainly reads like prose, is shown and the page's own, else 0."""
        words: list[int] = (
            np.where(self.shown & ~self.others & (self.prose >= 0.75), self.count, 0.0).astype(np.int64).tolist()
        )
        return words

    # -- geography -----------------------------------------------------------------------------------------------------

    def _who_is_shown(self) -> Mask:
        """Which blocks a reader sees, or would see once a script has shown an article that waits for it."""
        blocks_hidden = np.array([block.hidden for block in self.blocks], np.bool_)
        words = self.prose * self.count
        hidden = float(words[blocks_hidden].sum())
        waits = hidden > 100 and hidden > 3 * (float(words.sum()) - hidden)
        return ~blocks_hidden | waits

    def _gather(self) -> None:
        prose = np.where(self.shown & ~self.others, self.prose * self.count, 0.0)
        self.holdings = Holdings(self.document, self.count, self.link_share, prose)
        self.core = self._find_core()

    def _set_apart(self) -> None:
        """Find other articles, and gather anew what is then left."""
        bylines = [*self.by_group.get("byline", ()), *self.holdings.claims.of(Label.BYLINE)[0].tolist()]
        signed = {index for index in bylines if self.traits[index].count < _LONG and not self.traits[index].terminal}
        for article in self._headlines.other_articles(self.headline, self.holdings, signed):
            self.others[article.first : article.last] = True
        if self.others.any():
            # The headline stays what it is: they were told apart by it.
            self._gather()

    def _find_core(self) -> tuple[int, int]:
        """The range of blocks from the first prose to the last: where prose outweighs what stands between.

        The heaviest stretch (Kadane's algorithm): words of prose count for it, every other block against it.
        """
        best = run = 0.0
        home = self.document.nodes[self.holdings.home] if self.document.nodes else None
        first, last = (home.first, home.last) if home else (0, len(self.blocks))
        start, core = first, (first, first)
        proses, counts = self.holdings.block_prose.tolist(), self.count.tolist()
        for index in range(first, last):
            prose = proses[index]
            run += prose if prose >= _CORE_PROSE else -min(6.0, 2.0 + counts[index] / 4)
            if run <= 0:
                run, start = 0.0, index + 1
            elif run > best:
                best, core = run, (start, index + 1)
        return core

    def place(self, index: int) -> int:
        """-1 before the core, 0 inside, 1 after it."""
        return -1 if index < self.core[0] else int(index >= self.core[1])

    @cached_property
    def headlines(self) -> dict[int, float]:
        """The blocks that may be the headline, with how likely each is."""
        return self._headlines.among(max(self.core[0] + 4, 1))

    @cached_property
    def headline(self) -> int:
        """The index of the likeliest headline, of equals the first; -1 for none."""
        return max(self.headlines, key=lambda i: (self.headlines[i], -i), default=-1)
