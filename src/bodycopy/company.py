"""The company a block keeps, in numbers: what the first impressions of the blocks around it amount to.

Each feature is read from the first impressions alone (log-odds of body, each block judged by itself) and from the numbers
of words, so it is the same kind of quantity for HTML and for text. Shares of body are scaled to -2 … 2, with 0 for half.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.survey import Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_LEVELS = 5
_CLIP = 6.0

CONTEXT: tuple[str, ...] = (
    "first-impression.own",
    *(f"neighbours.{n}" for n in ("before", "after", "two-before", "two-after", "weaker", "stronger")),
    *(f"surroundings.{n}" for n in ("three", "three-after", "three-before", "eight", "eight-after", "eight-before")),
    *(f"place.{n}" for n in ("begun", "to-come", "quarter-before", "quarter-after", "before", "after")),
    *(f"elements.{n}-{k}" for k in range(_LEVELS) for n in ("company", "share")),
)
"""The names of the features of :func:`company`, in order: the kind of company, a dot, the feature."""


def company(survey: Survey, first: Floats) -> Floats:
    """The features of :data:`CONTEXT` for each block (rows), from the first impressions of all blocks in nats."""
    features = np.empty((len(first), len(CONTEXT)))
    for number, column in enumerate(company_columns(survey, first)):
        features[:, number] = column
    return features


def company_columns(survey: Survey, first: Floats) -> Iterator[Floats]:
    """The same one feature after the other: for a page of many blocks all of them are the largest thing there is."""
    if not len(first):
        yield from [first] * len(CONTEXT)
        return
    # Short arrays: `np.clip`, `np.pad` and `np.stack` would take longer over their arguments than over the numbers.
    clipped = np.minimum(_CLIP, np.maximum(-_CLIP, first))
    words = survey.count
    body = words / (1.0 + np.exp(-clipped))
    sums = _Sums(np.concatenate(([0.0], np.cumsum(words))), np.concatenate(([0.0], np.cumsum(body))))
    yield clipped
    yield from _near(clipped)
    yield from sums.windows(words, body)
    yield from sums.place()
    yield from sums.elements(survey, words, body)


def _near(first: Floats) -> list[Floats]:
    # Beyond the ends of a page nothing is known: a block there is taken to have neighbours like itself.
    padded = np.concatenate((first[[0, 0]], first, first[[-1, -1]]))
    before, after = padded[1:-3], padded[3:-1]
    return [
        before, after, (before + padded[:-4]) / 2, (after + padded[4:]) / 2,
        np.minimum(before, after), np.maximum(before, after),
    ]  # fmt: skip


class _Sums:
    """Running sums over the page: words, and words expected to be body by the first impressions."""

    def __init__(self, words: Floats, body: Floats) -> None:
        self._words = words
        self._body = body
        self._all = max(1.0, float(body[-1]))
        self._count = len(words) - 1

    def _share(
        self, start: Indices, end: Indices, own_words: Floats | float = 0.0, own_body: Floats | float = 0.0
    ) -> Floats:
        """The share of the words of ranges that are expected to be body, as -2 … 2; 0 where there are none."""
        words = self._words[end] - self._words[start] - own_words
        body = self._body[end] - self._body[start] - own_body
        share: Floats = np.where(words > 0.0, body / np.maximum(1.0, words) * 4.0 - 2.0, 0.0)
        return share

    def windows(self, words: Floats, body: Floats) -> list[Floats]:
        """The body share of the blocks around, after and before, within three and within eight blocks."""
        index = np.arange(self._count)
        found: list[Floats] = []
        for reach in (3, 8):
            start, end = np.maximum(0, index - reach), np.minimum(self._count, index + 1 + reach)
            found += [
                self._share(start, end, words, body), self._share(index + 1, end), self._share(start, index)
            ]  # fmt: skip
        return found

    def place(self) -> list[Floats]:
        """How much of the page's body comes before and after each block, finely near the ends."""
        before = self._body[:-1] / self._all
        after = (self._body[-1] - self._body[1:]) / self._all
        return [
            np.minimum(1.0, 20 * before), np.minimum(1.0, 20 * after),
            np.minimum(1.0, 4 * before), np.minimum(1.0, 4 * after), before, after,
        ]  # fmt: skip

    def elements(self, survey: Survey, words: Floats, body: Floats) -> Iterator[Floats]:
        """For the innermost elements: the body share of what else is inside, and the share of the page's body inside."""
        holdings = survey.holdings
        if not len(holdings.parent):
            yield from [np.zeros(self._count)] * (2 * _LEVELS)
            return
        parent, at = np.maximum(0, holdings.parent), np.maximum(0, holdings.at)
        held_words = self._words[holdings.last] - self._words[holdings.first]
        held_body = self._body[holdings.last] - self._body[holdings.first]
        for _ in range(_LEVELS):
            other = held_words[at] - words
            share = (held_body[at] - body) / np.maximum(1.0, other) * 4.0 - 2.0
            yield np.where(other >= 3, share, 0.0)
            yield held_body[at] / self._all
            at = parent[at]
