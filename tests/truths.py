"""The truth of a page fixture, block by block: which block is of ``expected.md``, which of ``labels.json``.

Both files are read as streams of text, white space and the marks of Markdown taken off, and every block of the page
takes the next piece of the one or of the other. So it does not matter whether a paragraph is written in one line or in
four, what number a list item has, or that a pitch is glued to the line before it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import bodycopy
from fixture_files import Fixture, family, folded

if TYPE_CHECKING:
    from bodycopy import Document, LabelledBlock

    # How far the streams of what stays and of what goes are read.
    Place = tuple[int, int]

_MARKS = re.compile(r"\s*(?:(?:#{1,6}|>|[-*+•·▪‣]|\d{1,3}[.)])\s+(?=\S))*")
_UNSEEN = re.compile(r"[\s\\|*`#>]")
# Lines that only Markdown has; of a page in HTML no block answers to them.
_MARKDOWN_ONLY = re.compile(r"\|(?: --- \|)+$|`{3,}$")
# Ways to read the streams are told apart by how often the result differs from them: in what it does, in what it names.
_WRONG, _MISNAMED = 1000, 1


class TruthError(AssertionError):
    """The truth files of a fixture and its page are not of the same text."""


class Gold(NamedTuple):
    """What truth says of one block: ``None`` where it stays, else its label; ``stated`` is ``False`` where it is silent.

    It may be silent about hidden blocks, which no reader sees: they are to go, by whatever name.
    """

    labelled: LabelledBlock
    label: str | None
    stated: bool = True

    @property
    def wrong(self) -> bool:
        return self.labelled.kept != (self.label is None)

    @property
    def misnamed(self) -> bool:
        """Dropped, and rightly, but as something else; the names of what no reader sees are not compared."""
        if self.wrong or self.label is None or not self.stated or self.labelled.block.hidden:
            return False
        return family(self.label) != family(str(self.labelled.label))


class _Truth:
    """The two streams of a fixture."""

    def __init__(self, fixture: Fixture) -> None:
        is_html = fixture.cleaned.document.is_html
        lines = fixture.truth.splitlines()
        self.stays = "".join(squashed(line) for line in lines if not (is_html and _MARKDOWN_ONLY.match(line)))
        self.goes = ""
        self._labels: list[str] = []
        for row in fixture.goes:
            text = squashed(row["text"])
            self.goes += text
            self._labels += [row["label"]] * len(text)

    def readings(self, labelled: LabelledBlock, text: str, place: Place) -> list[tuple[Place, Gold]]:
        """What a block may be from one place on, and where that leads."""
        stay, go = place
        found = []
        if self.stays.startswith(text, stay):
            found.append(((stay + len(text), go), Gold(labelled, None)))
        if self.goes.startswith(text, go):
            found.append(((stay, go + len(text)), Gold(labelled, self._labels[go])))
        if labelled.block.hidden:
            found.append((place, Gold(labelled, "other", stated=False)))
        return found


def squashed(text: str) -> str:
    """Text as it is compared: no white space, no marks; a line of marks alone is left as it is."""
    lines = (_UNSEEN.sub("", _MARKS.sub("", line, count=1)) or "".join(line.split()) for line in text.splitlines())
    return "".join(lines)


def shown(document: Document, labelled: LabelledBlock) -> str:
    """A block's text with its marks, where the source is text."""
    span = labelled.block.span
    return labelled.block.text if document.is_html else document.source[span.start : span.end]


def golds(fixture: Fixture) -> list[Gold]:
    """What truth says of each block that has text, in page order; where it may be read in several ways, the mildest.

    :class:`TruthError` where a block is in neither file, or a line of them in no block.
    """
    document, truth = fixture.cleaned.document, _Truth(fixture)
    blocks = [b for b in fixture.cleaned.blocks if b.block.text.strip()]
    ways: list[dict[Place, tuple[int, Place, Gold]]] = []
    reached = {(0, 0): 0}
    for labelled in blocks:
        text, way = squashed(shown(document, labelled)), {}
        for place, cost in reached.items():
            for after, gold in truth.readings(labelled, text, place):
                total = cost + _WRONG * gold.wrong + _MISNAMED * gold.misnamed
                if after not in way or total < way[after][0]:
                    way[after] = (total, place, gold)
        if not way:
            raise TruthError(_nowhere(fixture, truth, reached, f"a block of neither: {text[:80]!r}"))
        ways.append(way)
        reached = {place: cost for place, (cost, _, _) in way.items()}
    place = (len(truth.stays), len(truth.goes))
    if place not in reached:
        raise TruthError(_nowhere(fixture, truth, reached, "the page has no more"))
    found = []
    for way in reversed(ways):
        _, place, gold = way[place]
        found.append(gold)
    return found[::-1]


def _nowhere(fixture: Fixture, truth: _Truth, reached: dict[Place, int], what: str) -> str:
    stay, go = max(reached, key=sum)
    return (
        f"{fixture.name}: truth and page part: {what}; next in expected.md: {truth.stays[stay : stay + 80]!r}, "
        f"in labels.json: {truth.goes[go : go + 80]!r}"
    )


def rightly_cleaned(fixture: Fixture, found: list[Gold]) -> bodycopy.Cleaned:
    """The fixture as it were if every decision and every name were right."""
    right = {
        gold.labelled.block.index: gold.labelled._replace(
            kept=gold.label is None, label=bodycopy.Label(gold.label or "body")
        )
        for gold in found
    }
    blocks = (right.get(b.block.index, b._replace(kept=False)) for b in fixture.cleaned.blocks)
    return replace(fixture.cleaned, blocks=tuple(blocks))


def text_of(gold: Gold) -> str:
    return folded(gold.labelled.block.text)
