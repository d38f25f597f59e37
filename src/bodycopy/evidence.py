"""Reasons about blocks, and the marks that make a function a rule.

A *labeller* is anything that turns a surveyed document into evidence: the rules here, a user's own function, later the
model. A *rule* is one function in :mod:`bodycopy.rules`, marked with :func:`rule`; its id is ``label/function-name`` and never
changes, its docstring says what it removes, why, and what it leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from bodycopy.document import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bodycopy.survey import Survey


class Evidence(NamedTuple):
    """One reason about one block.

    ``block`` is the block's index, ``rule`` the id of what spoke, ``label`` what it says the block is. ``weight`` is what it
    adds to the block's log-odds of being body, in nats (negative for what speaks against body). ``score`` is what it
    adds to the score of its label, which only names the block. ``saw`` is the wording or markup it went by,
    ``strength`` how plain the case was (1 is a plain one), already contained in weight and score.
    """

    block: int
    rule: str
    label: Label
    weight: float
    score: float
    saw: str
    strength: float = 1.0


Firing = tuple[int, float, str]
"""What a rule says of one block: the block's index, how plain the case is (1 is a plain one), and what it saw."""


class Column(NamedTuple):
    """All that one rule says of a document: blocks (each once), how plain each case is, what it saw (one for all, or each)."""

    blocks: NDArray[np.int64]
    strengths: NDArray[np.float64]
    saw: str | list[str]

    @classmethod
    def of(cls, firings: Iterable[Firing]) -> Column:
        """A column of single firings; where a block is named twice, the stronger case counts."""
        best: dict[int, Firing] = {}
        for firing in firings:
            known = best.setdefault(firing[0], firing)
            if firing[1] > known[1]:
                best[firing[0]] = firing
        strengths = np.array([strength for _, strength, _ in best.values()], np.float64)
        return cls(np.array([*best], np.int64), strengths, [saw for _, _, saw in best.values()])

    @classmethod
    def where(cls, mask: NDArray[np.bool_], strengths: NDArray[np.float64] | float, saw: str) -> Column:
        """A column of all blocks where ``mask`` holds. ``strengths`` is one number, or one for each block of the document."""
        (blocks,) = mask.nonzero()
        if isinstance(strengths, np.ndarray):
            return cls(blocks, strengths[blocks], saw)
        return cls(blocks, np.full(len(blocks), float(strengths)), saw)

    def firings(self) -> Iterator[Firing]:
        """The column, block by block."""
        saw = [self.saw] * len(self.blocks) if isinstance(self.saw, str) else self.saw
        return zip(self.blocks.tolist(), self.strengths.tolist(), saw, strict=True)


class Tally:
    """What all rules say of a document, their columns end to end: a sum over the page is one step, not one for each rule.

    ``count`` is the number of blocks.
    """

    def __init__(self, columns: Mapping[str, Column], count: int) -> None:
        """``columns`` are by rule id."""
        self.count = count
        self._lengths = np.array([len(column.blocks) for column in columns.values()], np.int64)
        self._blocks = np.concatenate([np.zeros(0, np.int64), *(column.blocks for column in columns.values())])
        self._strengths = np.concatenate([np.zeros(0), *(column.strengths for column in columns.values())])
        # Views: of a page with many blocks this is much of what there is, and once is enough.
        self.columns: dict[str, Column] = {}
        at = 0
        for rule, column in columns.items():
            end = at + len(column.blocks)
            self.columns[rule] = Column(self._blocks[at:end], self._strengths[at:end], column.saw)
            at = end

    def _of_each(self, by_rule: list[Any], kind: type[np.generic]) -> NDArray[Any]:
        """What is known of each rule, for each of its cases."""
        return np.repeat(np.array(by_rule, kind), self._lengths)

    def _weighted(self, weights: Mapping[str, float], default: float) -> NDArray[np.float64]:
        weighted: NDArray[np.float64] = self._strengths * self._of_each(
            [weights.get(rule, default) for rule in self.columns], np.float64
        )
        return weighted

    def summed(self, weights: Mapping[str, float]) -> NDArray[np.float64]:
        """For each block the sum of its strengths, each times the weight of its rule: 0 where none is listed."""
        return np.bincount(self._blocks, self._weighted(weights, 0.0), self.count).astype(np.float64, copy=False)

    def any_of(self, rules: Collection[str], least: float) -> NDArray[np.bool_]:
        """The blocks for which one of some rules says that the case is as plain as ``least``, or plainer."""
        counts = self._of_each([rule in rules for rule in self.columns], np.bool_) & (self._strengths >= least)
        found = np.zeros(self.count, np.bool_)
        found[self._blocks[counts]] = True
        return found


Finder = Callable[["Survey"], "Column | Iterator[Firing]"]


class Labeller(Protocol):
    """Anything that turns a surveyed document into evidence. It looks at the document alone and changes nothing.

    It is called once for each look at a page, with what stays until then as a document of its own: ``Evidence.block`` is the
    index in ``survey.blocks`` as it is handed over. In the result the numbers are those of the whole page.
    """

    def __call__(self, survey: Survey, /) -> Iterable[Evidence]:
        """The evidence about the document's blocks, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """A function that looks for one thing, with what is known about it without running it."""

    id: str
    label: Label
    find: Finder
    family: str

    @property
    def doc(self) -> str:
        """The rule's page: what it removes, why, what it leaves alone."""
        return self.find.__doc__ or ""


RULES: dict[str, Rule] = {}
"""All built-in rules by id, in the order of their files. Filled by importing :mod:`bodycopy.rules`."""


def rule(label: Label) -> Callable[[Finder], Finder]:
    """Mark a function that gives a column, or single firings, as the rule ``label/function-name``.

    Raises ``ValueError`` where two functions claim one id or a function lacks a docstring.
    """

    def mark(find: Finder) -> Finder:
        name = f"{label.value}/{find.__name__.replace('_', '-')}"
        if name in RULES:
            raise ValueError(f"two rules are called {name}")
        if not find.__doc__:
            raise ValueError(f"the rule {name} has no docstring")
        RULES[name] = Rule(name, label, find, find.__module__.rpartition(".")[2])
        return find

    return mark


def gather(survey: Survey) -> dict[str, Column]:
    """Run all built-in rules over a document: what each says, by rule id."""
    found: dict[str, Column] = {}
    for name, known in RULES.items():
        column = known.find(survey)
        if not isinstance(column, Column):
            firings = list(column)
            if not firings:
                continue
            column = Column.of(firings)
        if len(column.blocks):
            found[name] = column
    return found
