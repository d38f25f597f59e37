"""Whether a model helps: pages that it has not seen, cleaned with it and without it, beside their gold.

Words are compared as bags: precision is the share of the kept words that gold has, recall the share of gold's words that
are kept, F1 their harmonic mean, each averaged over pages (the measure of the Web Content Extraction Benchmark).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bodycopy.document import Document, Label
from bodycopy.keep import threshold
from bodycopy.label import Weights, weights_for
from bodycopy.model.labeller import Model
from bodycopy.options import Options
from bodycopy.pipeline import Cleaned, clean_shown
from bodycopy.train.align import Words, words
from bodycopy.train.forest import Truth, mean_loss, weights_of

RULES, SHIPPED, NEW = "the rules alone", "with the model that ships", "with the new model"
"""Who judges."""

# Of a smaller difference in F1 nobody would say that a page came out better or worse.
LEAST_DIFFERENCE = 0.005
_BODY_ONLY = Options(keep=frozenset({Label.BODY}))


class Page(NamedTuple):
    """What came of one page: the sum of its blocks' losses (nats) by their weights, these weights' sum, and the words."""

    loss: float
    weight: float
    precision: float
    recall: float
    f1: float


class Score(NamedTuple):
    """What came of all pages: mean loss (nats a block), means of precision, recall and F1 over pages (0 to 1).

    ``better`` and ``worse`` count the pages on which F1 is higher, or lower, than with the rules alone.
    """

    loss: float
    precision: float
    recall: float
    f1: float
    better: int
    worse: int


def judged(document: Document, truth: Truth, gold: str, model: Model) -> dict[str, Page]:
    """Clean one page with each judge and compare what stays with its gold. The headline counts for neither."""
    rules = weights_for(document.is_html, learnt=False)
    judges = {RULES: rules, SHIPPED: weights_for(document.is_html), NEW: rules.with_model(model)}
    return {judge: _judged(document, truth, gold, weights) for judge, weights in judges.items()}


def _judged(document: Document, truth: Truth, gold: str, weights: Weights) -> Page:
    # The truth is that of these blocks: an article found elsewhere on the page would have others.
    cleaned = clean_shown(document, _BODY_ONLY, weights, threshold(_BODY_ONLY.strictness, html=document.is_html))
    share = weights_of(truth)
    scores = np.array([item.score for item in cleaned.blocks])
    loss = mean_loss(scores, truth.body, share)
    return Page(loss, float(share.sum()), *_shares(words(cleaned.text), _without_headline(gold, cleaned)))


def _without_headline(gold: str, cleaned: Cleaned) -> Words:
    first, _, rest = gold.strip().partition("\n")
    return words(rest) if rest and words(first) == words(cleaned.title) else words(gold)


def _shares(kept: Words, gold: Words) -> tuple[float, float, float]:
    same = (Counter(kept) & Counter(gold)).total()
    if not same:
        return 0.0, 0.0, 0.0
    precision, recall = same / len(kept), same / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def scores(pages: Sequence[Mapping[str, Page]]) -> dict[str, Score]:
    """The score of each judge, from what came of each page with each judge."""
    found = {}
    for judge in pages[0]:
        loss, weight, precision, recall, f1 = np.array([page[judge] for page in pages]).T
        gain = f1 - np.array([page[RULES].f1 for page in pages])
        found[judge] = Score(
            float(loss.sum() / weight.sum()),
            float(precision.mean()),
            float(recall.mean()),
            float(f1.mean()),
            int((gain > LEAST_DIFFERENCE).sum()),
            int((gain < -LEAST_DIFFERENCE).sum()),
        )
    return found
