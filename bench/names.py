"""Multinomial logistic regression on the hand-read lines that are no body: what tells their labels apart.

An L1 penalty (Tibshirani 1996) draws the weights to what anybody would give them who had seen no page: a rule speaks for its
own label and of no other. So what the bench shows too seldom to learn from keeps its name, most weights are nothing, and
what is left can be read. It is solved as a problem of twice as many differences that are never below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from bodycopy.evidence import RULES
from bodycopy.naming import BIAS, NAMES, family
from stack import DECIMALS, Data, load

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stack import Floats

Names = dict[str, dict[str, float]]
"""For each name the weights of the rules, and its bias."""

# What a rule adds to the score of its own label before any page is seen, in nats.
PRIOR = 1.0
# Of what the bench hardly shows and its fixtures know, it adds more: these rules see a whole box or list, not one line.
PRIORS = {"signup/box-shown-twice": 4.0, "teaser/divided-list": 2.0}
# How strongly weights are drawn to that, in nats: by their distance, and a little by its square, so that one answer is best.
L1, L2 = 1.5, 0.1
MOST_STEPS = 300
LEAST_WEIGHT = 0.05
# A sign-up that is called something else is worse than the other way round: people look for sign-ups. What is called other
# was worth no name to the reader and has no shape of its own.
WORTH: Mapping[str, float] = {"signup": 1.5, "other": 0.5}


def fit_names(data: Data, left_out: frozenset[int]) -> Names:
    """Fit the weights of all names on the hand-read lines of all folds but these."""
    labels = [label or "" for sample in data.samples for label in sample.labels]
    numbers = np.array([NAMES.index(label) if label in NAMES else -1 for label in labels], np.int64)
    used = data.blocks_of(left_out, others=True) & (numbers >= 0)
    weights, bias = _solve(data.rules[used].toarray(), numbers[used])
    found: Names = {}
    for name, row, own in zip(NAMES, weights.T, bias, strict=True):
        known = {
            rule: round(w, DECIMALS) for rule, w in zip(RULES, row.tolist(), strict=True) if abs(w) >= LEAST_WEIGHT
        }
        found[str(name)] = {BIAS: round(float(own), DECIMALS), **known}
    return found


def _solve(rules: Floats, numbers: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Weights (rules by names) and biases that make the loss least (L-BFGS-B)."""
    count, shape = len(numbers), (rules.shape[1], len(NAMES))
    prior = np.array(
        [[PRIORS.get(rule.id, PRIOR) * (family(rule.label) is name) for name in NAMES] for rule in RULES.values()]
    )
    size = shape[0] * shape[1]
    worth = np.array([WORTH.get(name, 1.0) for name in NAMES])[numbers]
    truth = np.zeros((count, len(NAMES)))
    truth[np.arange(count), numbers] = 1.0

    def loss_and_gradient(t: Floats) -> tuple[float, Floats]:
        moved = (t[:size] - t[size : 2 * size]).reshape(shape)
        log = log_softmax(rules @ (prior + moved) + t[2 * size :], axis=1)
        off = (np.exp(log) - truth) * worth[:, None]
        slope = (rules.T @ off + L2 * moved).ravel()
        loss = -float((worth * log[np.arange(count), numbers]).sum()) + L2 * float((moved**2).sum()) / 2
        return loss + L1 * float(t[: 2 * size].sum()), np.concatenate([slope + L1, L1 - slope, off.sum(axis=0)])

    bounds: list[tuple[float | None, float | None]] = [(0.0, None)] * (2 * size) + [(None, None)] * len(NAMES)
    start = np.zeros(2 * size + len(NAMES))
    options = {"maxiter": MOST_STEPS}
    t = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return prior + (t[:size] - t[size : 2 * size]).reshape(shape), t[2 * size :]


def names_in_process(path: Path, left_out: frozenset[int]) -> Names:
    """:func:`fit_names` on saved samples."""
    return fit_names(load(path), left_out)
