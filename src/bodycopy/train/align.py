"""How much of each block of a page its gold body has: the blocks as words, the gold as words, aligned.

The idea is that of soft labels: a block that is half body, half button teaches just that.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from bodycopy.words import UNSPACED

Words = list[str]

# A block of as many words is judged by its own four-word shingles, a shorter one by where it stands.
SHINGLE = 4
LEAST_WORDS = SHINGLE + 1
# A block of as many words, mostly in the gold, marks where on the page the body is.
ANCHOR_WORDS = 8
ANCHOR_REACH = 6
# Less of a block than this in the gold is chance.
CHANCE = 0.15
_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_SOFT_HYPHEN = "\u00ad"


def words(text: str) -> Words:
    """A text as words to be compared, in order: composed (NFC), in lower case, soft hyphens gone, marks between words too.

    Scripts written without spaces give one word a character. Unlike :func:`bodycopy.words.tokens` it parts words at an
    apostrophe and folds nothing else, as scorers of article bodies do.
    """
    return _WORD.findall(unicodedata.normalize("NFC", text).replace(_SOFT_HYPHEN, "").lower())


def body_shares(blocks: Sequence[Words], gold: Words, gold_lines: Sequence[Words]) -> list[float]:
    """For each block, as words, the share of it that the gold body has, 0 to 1.

    A wording that stands more often on the page than in the gold is body only where most of the body stands around
    it. A block of under five words is body as a line of the gold, or between the first and last long blocks of body.
    """
    known = {tuple(gold[i : i + SHINGLE]) for i in range(len(gold) - SHINGLE + 1)}
    shares = [_known_share(words, known) for words in blocks]
    anchors = [i for i, words in enumerate(blocks) if len(words) >= ANCHOR_WORDS and shares[i] > 0.5]
    lines, whole = {" ".join(line) for line in gold_lines}, f" {' '.join(gold)} "
    alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, words in enumerate(blocks):
        if words:
            alike[tuple(words)].append(index)
    for unit, places in alike.items():
        wording = " ".join(unit)
        if len(unit) < LEAST_WORDS:
            for index in places:
                inside = bool(anchors) and anchors[0] <= index <= anchors[-1]
                a_line = wording in lines and (inside or len(unit) >= 3)
                a_phrase = inside and len(unit) >= 2 and f" {wording} " in whole
                shares[index] = float(a_line or a_phrase)
        claimants = [i for i in places if shares[i] > 0.5]
        if len(claimants) > 1:
            claimants.sort(key=lambda index: -_around(anchors, index))
            for index in claimants[max(1, whole.count(f" {wording} ")) :]:
                shares[index] = 0.0
    return [share if share >= CHANCE else 0.0 for share in shares]


def _known_share(words: Words, known: set[tuple[str, ...]]) -> float:
    if len(words) < LEAST_WORDS:
        return 0.0
    own = [tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)]
    return sum(shingle in known for shingle in own) / len(own)


def _around(anchors: Sequence[int], index: int) -> int:
    """How many other anchors stand near a block."""
    start, end = bisect_left(anchors, index - ANCHOR_REACH), bisect_right(anchors, index + ANCHOR_REACH)
    return end - start - (index in anchors[start:end])
