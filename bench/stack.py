"""Logistic regression on the samples, in two steps, as the labelling takes them: each block alone, then in company.

The second step must learn from first impressions as wrong as they will be on pages never seen. So the first impressions
of a page are always those of weights fitted without its fold, and, for weights that shall not have seen another fold
either, without both.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from bodycopy.company import CONTEXT, company
from bodycopy.document import Label
from bodycopy.evidence import RULES, Tally
from bodycopy.label import Weights, first_impressions
from bodycopy.naming import Naming
from bodycopy.train.forest import EXTRA_WORDS, mean_loss
from samples import Sample

Floats = NDArray[np.float64]

# How strongly weights are drawn to 0, per nat squared: a rule that fired on a handful of blocks stays modest.
L2 = 2e-4
# The features are much alike, so the end is far; by as many steps the loss hardly moves.
MOST_STEPS = 300
DECIMALS = 3
# What the bench shows too seldom, or only in company, to learn how sure it is: the least these rules weigh (nats), as
# their fixtures have it. A lone "Advertisement" is one however much prose stands around it.
SURE = {
    "ad/ad-label": -2.5,
    "ad/affiliate-note": -2.0,
    "ad/shop-button": -2.0,
    "bio/about-the-author": -1.0,
    "bio/opens-with-author": -3.0,
    "bio/who-wrote-it": -2.0,
    "body/plain-paragraph": 0.8,
    "body/standfirst": 1.8,
    "body/summary": 1.5,
    "byline/date-or-author": -0.7,
    "caption/credit": -0.8,
    "comment/comment-call": -0.8,
    "consent/cookie-note": -0.9,
    "legal/rights-and-terms": -0.7,
    "nav/menu-words": -0.7,
    "other/hidden": -1.2,
    "other/placeholder": -5.0,
    "other/player-or-tool": -0.7,
    "other/said-twice": -1.5,
    "paywall/subscription-offer": -0.7,
    "related/announcement": -3.0,
    "related/section-heading": -0.9,
    "related/under-heading": -0.6,
    "share/share-call": -0.8,
    "share/share-words": -0.9,
    "signup/address-field": -0.8,
    "signup/beside-offer": -0.8,
    "signup/box-shown-twice": -3.0,
    "signup/button": -1.0,
    "signup/call-and-object": -0.8,
    "signup/offer": -1.2,
    "signup/offer-line": -1.2,
    "signup/pitch-beside-offer": -1.2,
    "signup/small-print": -1.0,
    "teaser/divided-list": -1.5,
    "teaser/headline-and-line": -1.2,
}
# Text has no markup to hold a paragraph in its place.
SURE_OF_TEXT = {"body/plain-paragraph": 1.0}
_FOR_BODY = (Label.BODY, Label.TITLE)


class Alone(NamedTuple):
    """Weights of first impressions: by rule, and the bias."""

    rules: dict[str, float]
    bias: float


class InCompany(NamedTuple):
    """Weights of the final judgement, and the mean loss (nats a block) on the pages left out (0 for none)."""

    rules: dict[str, float]
    context: dict[str, float]
    bias: float
    loss: float


@dataclass(frozen=True)
class Data:
    """The samples of one kind of source, with the fold of each."""

    samples: list[Sample]
    folds: list[int]

    @cached_property
    def sure(self) -> dict[str, float]:
        """The least that sure rules weigh on this kind of source."""
        is_text = not any(len(sample.elements.parent) for sample in self.samples)
        return SURE | SURE_OF_TEXT if is_text else SURE

    @cached_property
    def rules(self) -> Any:
        """The strength of each rule on each block."""
        numbers = {rule: number for number, rule in enumerate(RULES)}
        rows: list[NDArray[np.int64]] = []
        columns: list[NDArray[np.int64]] = []
        strengths: list[Floats] = []
        start = 0
        for sample in self.samples:
            for rule, column in sample.fired.items():
                rows.append(start + column.blocks)
                columns.append(np.full(len(column.blocks), numbers[rule], dtype=np.int64))
                strengths.append(column.strengths)
            start += len(sample.body)
        where = np.concatenate(rows), np.concatenate(columns)
        return csr_array((np.concatenate(strengths), where), shape=(start, len(RULES)))

    @cached_property
    def body(self) -> Floats:
        """How much of each block is body."""
        return np.concatenate([np.array(s.body) for s in self.samples])

    @cached_property
    def weight(self) -> Floats:
        """What each block counts for. A page of many blocks counts more, but by the square root only."""
        found = []
        for sample in self.samples:
            own = np.sqrt(np.array(sample.words) + EXTRA_WORDS)
            found.append(own / np.sqrt(own.sum()) * np.array(sample.trust))
        return np.concatenate(found)

    def blocks_of(self, folds: frozenset[int], *, others: bool = False) -> NDArray[np.bool_]:
        """Which blocks are in these folds, or in the ``others``."""
        return np.repeat([(f in folds) != others for f in self.folds], [len(s.body) for s in self.samples])


def solve(data: Data, used: NDArray[np.bool_], context: Floats, *, signed: bool) -> Floats:
    """Weights by rule, by context feature, and the bias last, that make the mean loss least (L-BFGS-B).

    ``signed`` holds the rules to what their label says: what speaks for body or title never speaks against it, and
    the other way round. In company a rule may well mean less, or the opposite, once its neighbours have spoken.
    """
    rules, body, weight = data.rules[used], data.body[used], data.weight[used]
    number, split, share = rules.shape[1] + context.shape[1] + 1, rules.shape[1], weight / weight.sum()
    turned = rules.T.tocsr()

    def loss_and_gradient(t: Floats) -> tuple[float, Floats]:
        z = rules @ t[:split] + context @ t[split:-1] + t[-1]
        off = share * (expit(z) - body)
        gradient = np.concatenate([turned @ off, off @ context, [off.sum()]])
        gradient[:-1] += 2 * L2 * t[:-1]
        return mean_loss(z, body, share) + L2 * float(t[:-1] @ t[:-1]), gradient

    bounds: list[tuple[float | None, float | None]] = [(None, None)] * number
    for column, (name, rule) in enumerate(RULES.items()):
        sure = data.sure.get(name, 0.0)
        if signed or sure:
            bounds[column] = (max(0.0, sure), None) if rule.label in _FOR_BODY else (None, min(0.0, sure))
    start = np.array(
        [low if low is not None and low > 0 else high if high is not None else 0.0 for low, high in bounds]
    )
    found = minimize(
        loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_STEPS}
    )
    return np.asarray(found.x, dtype=np.float64)


def fit_alone(data: Data, left_out: frozenset[int]) -> Alone:
    """Fit the first impressions on all folds but these."""
    used = data.blocks_of(left_out, others=True)
    t = solve(data, used, np.zeros((int(used.sum()), 0)), signed=True)
    return Alone(_named(RULES, t[:-1]), _rounded(t[-1]))


def fit_in_company(data: Data, left_out: frozenset[int], alone: Mapping[frozenset[int], Alone]) -> InCompany:
    """Fit the final judgement on all folds but these. ``alone`` holds the first impressions by what they left out."""
    used = data.blocks_of(left_out, others=True)
    context = np.concatenate(
        [
            context_of(sample, alone[left_out | {fold}])
            for sample, fold in zip(data.samples, data.folds, strict=True)
            if fold not in left_out
        ]
    )
    t = solve(data, used, context, signed=False)
    split = len(RULES)
    found = InCompany(_named(RULES, t[:split]), _named(CONTEXT, t[split:-1]), _rounded(t[-1]), 0.0)
    return found._replace(loss=_loss_on(data, left_out, t, alone[left_out])) if left_out else found


def _loss_on(data: Data, folds: frozenset[int], t: Floats, alone: Alone) -> float:
    used = data.blocks_of(folds)
    members = [sample for sample, fold in zip(data.samples, data.folds, strict=True) if fold in folds]
    if not members:
        return 0.0
    context = np.concatenate([context_of(sample, alone) for sample in members])
    z = data.rules[used] @ t[: len(RULES)] + context @ t[len(RULES) : -1] + t[-1]
    return mean_loss(z, data.body[used], data.weight[used] / data.weight[used].sum())


def context_of(sample: Sample, alone: Alone) -> Floats:
    """The context features of every block, made by the very functions that the labelling calls."""
    weights = Weights(alone.rules, alone.bias, {}, (), 0.0, Naming({}))
    first = first_impressions(Tally(sample.fired, len(sample.body)), (), weights)
    return company(sample.survey(), first)


def _named(names: Any, values: Floats) -> dict[str, float]:
    return {name: _rounded(value) for name, value in zip(names, values, strict=True)}


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # and no minus before a zero


# -- in other processes ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def load(path: Path) -> Data:
    """The samples that :func:`save` wrote."""
    with path.open("rb") as stream:
        return Data(*pickle.load(stream))


def save(path: Path, data: Data) -> None:
    """Write samples to a file of this project's own, for the processes that fit on them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        pickle.dump((data.samples, data.folds), stream, protocol=pickle.HIGHEST_PROTOCOL)


def alone_in_process(path: Path, left_out: frozenset[int]) -> Alone:
    """:func:`fit_alone` on saved samples."""
    return fit_alone(load(path), left_out)


def in_company_in_process(path: Path, left_out: frozenset[int], alone: Mapping[frozenset[int], Alone]) -> InCompany:
    """:func:`fit_in_company` on saved samples."""
    return fit_in_company(load(path), left_out, alone)


def subsets(folds: int) -> Iterator[frozenset[int]]:
    """All that is left out of some fit of first impressions: nothing, each fold, each two folds."""
    yield frozenset()
    for one in range(folds):
        yield frozenset({one})
        yield from (frozenset({one, two}) for two in range(one + 1, folds))
