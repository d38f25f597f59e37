"""All evidence of a page in columns, made into records only where somebody asks for a block's reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bodycopy.company import CONTEXT
from bodycopy.document import Label
from bodycopy.evidence import RULES, Evidence, Tally

if TYPE_CHECKING:
    from bodycopy.company import Floats

COMPANY = {
    "first-impression": "the block by itself",
    "neighbours": "the blocks next to it",
    "surroundings": "the blocks around it",
    "place": "how much text comes before and after",
    "elements": "the elements around it",
    "page": "where, on this page, body begins",
}
"""What the context says about a block, by the name it has in evidence (``body/neighbours``, or ``other/…`` against body)."""

_LEAST_WEIGHT = 0.05


def _groups() -> list[tuple[str, int, int]]:
    """The columns of context that one reason stands for."""
    names = [name.partition(".")[0] for name in CONTEXT]
    return [(name, names.index(name), names.index(name) + names.count(name)) for name in dict.fromkeys(names)]


_GROUPS = _groups()


class Reasons:
    """The evidence of one page: the rules' firings with the weights that apply, a user's evidence, the context's say.

    ``weights`` are those of the final log-odds and of naming, ``context`` the weighted context features of each block (rows),
    ``page`` what the page as a whole adds to every block. All in nats but for the naming scores.
    """

    def __init__(
        self,
        tally: Tally,
        extra: Sequence[Evidence],
        weights: tuple[Mapping[str, float], Mapping[str, float]],
        context: Floats,
        page: Floats,
    ) -> None:
        self._tally = tally
        self._extra = extra
        self._weights, self._naming = weights
        self._context = context
        self._page = page

    @cached_property
    def _by_block(self) -> list[list[Evidence]]:
        found: list[list[Evidence]] = [[] for _ in range(len(self._context))]
        for rule, column in self._tally.columns.items():
            weight, score, label = self._weights.get(rule, 0.0), self._naming.get(rule, 1.0), RULES[rule].label
            for block, strength, saw in column.firings():
                found[block].append(Evidence(block, rule, label, weight * strength, score * strength, saw, strength))
        for reason in self._extra:
            found[reason.block].append(reason)
        return found

    def by_block(self) -> list[BlockReasons]:
        """The reasons about each block, as a sequence of evidence."""
        return [BlockReasons(self, index) for index in range(len(self._context))]

    def label_scores(self) -> Floats:
        """The score of each label (rows, in the order of labels) for each block."""
        totals = self._tally.by_label(self._naming)
        for reason in self._extra:
            totals[list(Label).index(reason.label), reason.block] += reason.score
        return totals

    def evidence(self, index: int) -> Iterator[Evidence]:
        """The evidence about one block: rules, a user's labellers, context."""
        yield from self._by_block[index]
        parts = self._context[index]
        for name, start, end in _GROUPS:
            yield from _company(index, name, float(parts[start:end].sum()))
        yield from _company(index, "page", float(self._page[index]))


def _company(index: int, name: str, weight: float) -> Iterator[Evidence]:
    if abs(weight) >= _LEAST_WEIGHT:
        label = Label.BODY if weight > 0 else Label.OTHER
        yield Evidence(index, f"{label.value}/{name}", label, weight, 0.0, COMPANY[name])


class BlockReasons(Sequence[Evidence]):
    """The evidence about one block, made when it is looked at. Pickles as a plain tuple and equals one."""

    __slots__ = ("_index", "_reasons")

    def __init__(self, reasons: Reasons, index: int) -> None:
        self._reasons = reasons
        self._index = index

    def __iter__(self) -> Iterator[Evidence]:
        return self._reasons.evidence(self._index)

    def __len__(self) -> int:
        return sum(1 for _ in self)

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
