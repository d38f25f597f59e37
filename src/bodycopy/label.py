"""From evidence to labels: the whole page, in order.

Every block is judged twice, as jusText does it: first alone, by its own evidence, then in company, where the first
impressions of its neighbours, of the elements around it and of the text before and after it are evidence too. One sum, the
log-odds of being body, decides; the scores of the other labels only name what is not body. The weights of both steps were
fitted by logistic regression (``bench/fit.py``) and are data (``data/weights.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bodycopy.balance import page_bonus
from bodycopy.company import CONTEXT, company
from bodycopy.document import Kind, Label
from bodycopy.evidence import Column, Evidence, Tally
from bodycopy.naming import name_blocks
from bodycopy.reasons import Reasons
from bodycopy.result import Judged
from bodycopy.runs import runs
from bodycopy.survey import Survey

if TYPE_CHECKING:
    from bodycopy.company import Floats


class Weights(NamedTuple):
    """Fitted weights for one kind of source, in nats of body log-odds for a plain case of each rule.

    ``alone`` and ``alone_bias`` give the first impression; ``company``, ``context`` (in the order of
    :data:`bodycopy.company.CONTEXT`) and ``bias`` the final log-odds; ``naming`` how much each rule adds to the score of its
    label, 1 where it is not listed.
    """

    alone: Mapping[str, float]
    alone_bias: float
    company: Mapping[str, float]
    context: Sequence[float]
    bias: float
    naming: Mapping[str, float]

    @classmethod
    def of(cls, data: Mapping[str, Any], naming: Mapping[str, float]) -> Weights:
        """Weights from one section (``html`` or ``text``) of a parsed weights file."""
        context = tuple(float(data["context"].get(name, 0.0)) for name in CONTEXT)
        return cls(data["alone"], data["bias"]["alone"], data["company"], context, data["bias"]["company"], naming)


@lru_cache(maxsize=2)
def weights_for(html: bool) -> Weights:
    """The weights that ship with bodycopy, for HTML or for text."""
    file = resources.files("bodycopy") / "data" / "weights.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return Weights.of(data["html" if html else "text"], data["naming"])


def first_impressions(tally: Tally, extra: Iterable[Evidence], weights: Weights) -> Floats:
    """Each block's log-odds of being body by its own evidence alone, in nats."""
    return _summed(tally, extra, weights.alone, weights.alone_bias)


def _summed(tally: Tally, extra: Iterable[Evidence], table: Mapping[str, float], bias: float) -> Floats:
    total = tally.summed(table) + bias
    for reason in extra:
        total[reason.block] += reason.weight
    return total


def label_blocks(
    survey: Survey,
    columns: Mapping[str, Column],
    extra: Sequence[Evidence],
    weights: Weights,
    least: float,
) -> Judged:
    """Give every block its log-odds of being body and its label; from ``least`` log-odds on it is body.

    ``columns`` is what the rules found, ``extra`` the evidence of a user's own labellers. Deciding comes next.
    """
    tally = Tally(columns, len(survey.blocks))
    context = company(survey, first_impressions(tally, extra, weights)) * weights.context
    raw = _summed(tally, extra, weights.company, weights.bias) + context.sum(axis=1)
    page = page_bonus(raw, survey.count, least, html=survey.document.is_html, tally=tally)
    scores: list[float] = (raw + page).tolist()
    _settle_separators(survey, scores)
    reasons = Reasons(tally, extra, (weights.company, weights.naming), context, page)
    labels = name_blocks(np.array(scores) < least, reasons.label_scores())
    if survey.headline >= 0:
        labels[survey.headline] = Label.TITLE
    return Judged(survey.blocks, labels, scores, reasons.by_block())


def _settle_separators(survey: Survey, scores: list[float]) -> None:
    """A separator goes with what it sets apart: it stays only between blocks that stay."""
    for start, end in runs(survey.of_kind(Kind.SEPARATOR), 1):
        above = scores[start - 1] if start else float("inf")
        below = scores[end] if end < len(scores) else float("inf")
        scores[start:end] = [min(above, below)] * (end - start)
