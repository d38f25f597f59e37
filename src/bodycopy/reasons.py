"""All evidence of a page in columns, made into records only where somebody asks for a block's reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from bodycopy.company import CONTEXT
from bodycopy.document import Block, Label
from bodycopy.evidence import RULES, Column, Evidence, Tally
from bodycopy.model.labeller import Opinion

if TYPE_CHECKING:
    from bodycopy.company import Floats

COMPANY = {
    "first-impression": "the block by itself",
    "neighbours": "the blocks next to it",
    "surroundings": "the blocks around it",
    "place": "how much text comes before and after",
    "elements": "the elements around it",
    "page": "where, on this page, body begins",
    "model": "what pages with known bodies taught",
}
"""What the context says about a block, by the name it has in evidence (``body/neighbours``, or ``other/…`` against body)."""

_LEAST_WEIGHT = 0.05
_WINDOW = 1024
_GROUPS = tuple(dict.fromkeys(name.partition(".")[0] for name in CONTEXT))
_GROUP_OF = tuple(_GROUPS.index(name.partition(".")[0]) for name in CONTEXT)


def grouped(context: Iterable[Floats], weights: Sequence[float], count: int) -> Floats:
    """The weighted context features of ``count`` blocks (rows), those that one reason stands for added up."""
    found = np.zeros((len(_GROUPS), count))
    for group, column, weight in zip(_GROUP_OF, context, weights, strict=True):
        if weight:
            found[group] += weight * column
    return found.T


class Reasons:
    """The evidence of one page: the rules' firings with the weights that apply, a user's evidence, the context's say.

    ``weights`` are those of the final log-odds and of naming. ``judged`` is what :func:`grouped` makes of the context, what the
    page as a whole adds to every block, and the model's opinion where there is one. All in nats but for the naming scores.
    """

    def __init__(
        self,
        tally: Tally,
        extra: Sequence[Evidence],
        weights: tuple[Mapping[str, float], Mapping[str, float]],
        judged: tuple[Floats, Floats, Opinion | None],
    ) -> None:
        self._tally = tally
        self._extra = extra
        self._weights, self._naming = weights
        self._context, self._page, self._opinion = judged
        self._made: tuple[int, list[list[Evidence]]] = -1, []

    def _spoken(self, index: int) -> list[Evidence]:
        """What rules and a user's labellers say of a block.

        Records are made for a window of blocks at a time, and only the last window is remembered: those of all blocks
        would take more memory than the rest of a page.
        """
        window, found = self._made
        if window != index // _WINDOW:
            window = index // _WINDOW
            found = self._records(window * _WINDOW)
            self._made = window, found
        return found[index - window * _WINDOW]

    def _records(self, start: int) -> list[list[Evidence]]:
        end = min(start + _WINDOW, len(self._context))
        found: list[list[Evidence]] = [[] for _ in range(start, end)]
        for rule, column in self._sorted.items():
            weight, score, label = self._weights.get(rule, 0.0), self._naming.get(rule, 0.0), RULES[rule].label
            first, last = np.searchsorted(column.blocks, (start, end)).tolist()
            saw = column.saw if isinstance(column.saw, str) else column.saw[first:last]
            part = Column(column.blocks[first:last], column.strengths[first:last], saw)
            for block, strength, seen in part.firings():
                at = found[block - start]
                at.append(Evidence(block, rule, label, weight * strength, score * strength, seen, strength))
        for reason in self._extra:
            if start <= reason.block < end:
                found[reason.block - start].append(reason)
        return found

    @cached_property
    def _sorted(self) -> dict[str, Column]:
        """The columns in the order of blocks."""
        found: dict[str, Column] = {}
        for rule, column in self._tally.columns.items():
            blocks, strengths, saw = column
            if len(blocks) > 1 and (blocks[1:] < blocks[:-1]).any():
                order = np.argsort(blocks, kind="stable")
                saw = saw if isinstance(saw, str) else [saw[at] for at in order.tolist()]
                column = Column(blocks[order], strengths[order], saw)
            found[rule] = column
        return found

    def about(self, blocks: Sequence[Block]) -> list[BlockReasons]:
        """The reasons about each of the page's blocks, as a sequence of evidence."""
        return [BlockReasons(self, block.index, block.index) for block in blocks]

    @property
    def has_extra(self) -> bool:
        """Whether a user's labellers said anything."""
        return bool(self._extra)

    def speak_for(
        self, labels: Sequence[Label], places: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[str, list[int], Floats, Floats]]:
        """Each rule with the groups of blocks of its label that it speaks for, and for each group how much it weighs (nats) and
        scores there in sum.

        ``places`` are blocks with the number of their group, ``labels`` the label of each group. What a user's labellers say
        is not among it.
        """
        groups = np.full(len(self._context), -1)
        for index, group in places:
            groups[index] = group
        for rule, column in self._tally.columns.items():
            label = RULES[rule].label
            if label in labels:
                own = groups[column.blocks]
                inside = (own >= 0) & np.array([other is label for other in labels])[own]
                if inside.any():
                    sums: Floats = np.bincount(own[inside], column.strengths[inside], len(labels)).astype(np.float64)
                    spoken = np.unique(own[inside]).tolist()
                    yield rule, spoken, abs(self._weights.get(rule, 0.0)) * sums, self._naming.get(rule, 0.0) * sums

    def evidence(self, index: int, *, brief: bool = False) -> Iterator[Evidence]:
        """The evidence about one block: rules, a user's labellers, context, the model (``brief``: without its reasons)."""
        yield from self._spoken(index)
        for name, weight in zip(_GROUPS, self._context[index].tolist(), strict=True):
            yield from _company(index, name, weight)
        yield from _company(index, "page", float(self._page[index]))
        if self._opinion is not None:
            told = "" if brief else self._opinion.told(index)
            yield from _company(index, "model", float(self._opinion.weights[index]), told)


def _company(index: int, name: str, weight: float, saw: str = "") -> Iterator[Evidence]:
    if abs(weight) >= _LEAST_WEIGHT:
        label = Label.BODY if weight > 0 else Label.OTHER
        yield Evidence(index, f"{label.value}/{name}", label, weight, 0.0, saw or COMPANY[name])


class BlockReasons(Sequence[Evidence]):
    """The evidence about one block, made when it is looked at. Pickles as a plain tuple and equals one.

    ``number`` is the block's index in the evidence: where only a part of a page was judged, that on the whole page.
    """

    __slots__ = ("_index", "_number", "_reasons")

    def __init__(self, reasons: Reasons, index: int, number: int) -> None:
        self._reasons = reasons
        self._index = index
        self._number = number

    def __iter__(self) -> Iterator[Evidence]:
        return (reason._replace(block=self._number) for reason in self._reasons.evidence(self._index))

    def brief(self) -> Iterator[Evidence]:
        """The same without what the model went by, which takes longer to find out than all the rest."""
        return self._reasons.evidence(self._index, brief=True)

    def __len__(self) -> int:
        return sum(1 for _ in self.brief())

    def __getitem__(self, item: Any) -> Any:
        return tuple(self)[item]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[type[tuple[Any, ...]], tuple[tuple[Evidence, ...]]]:
        return tuple, (tuple(self),)

    def __repr__(self) -> str:
        return repr(tuple(self))

    @property
    def source(self) -> tuple[Reasons, int]:
        """The evidence of the page that this is part of, and the block's number there."""
        return self._reasons, self._index

    @classmethod
    def numbered(cls, evidence: Sequence[Evidence], number: int) -> Sequence[Evidence]:
        """The same evidence about the block by another number."""
        if isinstance(evidence, cls):
            return cls(evidence._reasons, evidence._index, number)
        return tuple(reason._replace(block=number) for reason in evidence)
