"""Which heading a block stands under, how that one is like the page's title, and what stands on the page twice.

A story appended to another one has a headline of its own; what is made for wide and for narrow screens is in the source
twice over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.document import Kind
from bodycopy.survey import Survey
from bodycopy.words import same_wording, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_LEVELS = 5
_TITLE_WORDS = 40
_LARGEST = 2
# So many blocks of the one copy may be missing in the other.
_SKIPPED = 3


def section_columns(survey: Survey) -> Iterator[tuple[str, Floats]]:
    """The columns of titles, headings and copies."""
    count = len(survey.blocks)
    index = np.arange(count)
    told = [set(tokens(title)) for title in survey.document.meta.titles]
    if survey.headline >= 0:
        told.append(set(survey.traits[survey.headline].words))
    likeness = _likeness(survey, told)
    wording = survey.wording
    yield "words of the titles", wording.share(wording.where(set().union(*told).__contains__))
    summary = set(tokens(survey.document.meta.description))
    yield (
        "words of the summary",
        wording.share(wording.where(summary.__contains__)) if summary else np.full(count, -1.0),
    )
    yield "likeness to the title", likeness
    words = np.concatenate(([0.0], np.cumsum(survey.count)))
    headline = survey.headline
    since = words[:-1] - words[headline]
    yield "words since the headline", np.where((headline >= 0) & (index >= headline), since, -1.0)
    heading = survey.of_kind(Kind.HEADING)
    levels = np.array([block.level for block in survey.blocks], np.int64)
    for most in (1, 2, 3):
        large = heading & (levels <= most)
        last: Indices = np.maximum.accumulate(np.where(large, index, -1))
        for name, column in (
            ("likeness to the title", likeness[last]),
            ("words since", words[:-1] - words[last]),
            ("share of links", survey.link_share[last]),
        ):
            yield f"heading of level {most}: {name}", np.where(last >= 0, column, -1.0)
        yield f"headings of level {most} so far", np.cumsum(large).astype(np.float64)
    later = np.minimum.accumulate(np.where(heading, index, count)[::-1])[::-1]
    yield "words until a heading", words[np.append(later[1:], count)[:count]] - words[:-1]
    if survey.document.is_html:
        yield from _in_elements(survey, np.flatnonzero(heading), likeness, heading & (levels <= _LARGEST))
    above, again = _copies(survey)
    yield "words that stood above already", above
    yield "words that come again below", again


def _likeness(survey: Survey, titles: Sequence[set[str]]) -> Floats:
    """How much each short block shares with the likest of the titles, 0 to 1."""
    found = np.zeros(len(survey.blocks))
    told = set().union(*titles)
    for index, traits in enumerate(survey.traits):
        if traits.count <= _TITLE_WORDS and not told.isdisjoint(traits.words):
            words = set(traits.words)
            found[index] = max([same_wording(title, words) for title in titles])
    return found


def _in_elements(survey: Survey, headings: Indices, likeness: Floats, large: Mask) -> Iterator[tuple[str, Floats]]:
    """For the elements around each block the likeness of the likest heading inside to the title, and how many are large."""
    holdings = survey.holdings
    size = max(1, len(holdings.parent))
    likest, parent = [-1.0] * size, holdings.parent.tolist()
    for heading in headings.tolist():
        number = int(holdings.at[heading])
        likest[number] = max(likest[number], float(likeness[heading]))
    # An element comes after the one around it.
    for number in range(len(parent) - 1, 0, -1):
        if likest[number] > likest[parent[number]] and parent[number] >= 0:
            likest[parent[number]] = likest[number]
    sums = np.concatenate(([0], np.cumsum(large)))
    best, larges = np.array(likest), np.zeros(size)
    if parent:
        larges = (sums[holdings.last] - sums[holdings.first]).astype(np.float64)
    for level, around in enumerate(holdings.around(_LEVELS)):
        yield f"element {level} up: likest heading", best[around]
        yield f"element {level} up: large headings", larges[around]


def _copies(survey: Survey) -> tuple[Floats, Floats]:
    """For each block the words of the stretch around it that stood above already, and of that which comes again below."""
    after = dict(chain.from_iterable(map(pairwise, survey.repeats)))
    before = {second: first for first, second in after.items()}
    return _stretches(before, survey.count), _stretches(after, survey.count)


def _stretches(copies: Mapping[int, int], words: Floats) -> Floats:
    """The words of the stretch of copies that each block is in; ``copies`` has the place of each block's other copy."""
    found = np.zeros(len(words))
    stretch: list[int] = []
    for index in [*sorted(copies), -1]:
        goes_on = stretch and index == stretch[-1] + 1 and 0 < copies[index] - copies[stretch[-1]] <= _SKIPPED
        if stretch and not goes_on:
            found[stretch] = words[stretch].sum()
            stretch = []
        stretch.append(index)
    return found
