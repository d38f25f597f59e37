"""From evidence to labels: the whole page, in order.

Every block is judged twice, as jusText does it: first alone, by its own evidence, then in company, where the first
impressions of its neighbours, of the elements around it and of the text before and after it are evidence too. One sum, the
log-odds of being body, decides; the scores of the other labels only name what is not body. The weights of both steps were
fitted by logistic regression (``bench/fit.py``) and are data (``data/weights.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bodycopy.balance import furniture, page_bonus
from bodycopy.company import CONTEXT, company_columns
from bodycopy.document import Document, Kind, Label
from bodycopy.evidence import Column, Evidence, Tally
from bodycopy.model.labeller import Model, Opinion, model_for
from bodycopy.naming import Naming, name_blocks
from bodycopy.reasons import Reasons, grouped
from bodycopy.result import Judged
from bodycopy.runs import runs
from bodycopy.survey import Survey

if TYPE_CHECKING:
    from bodycopy.balance import Mask
    from bodycopy.company import Floats

# The share of the rules in the log-odds of body where there is a model: two judges that err in different places. Text has no
# markup for the trees to see.
_RULES_SHARE = {"html": 0.2, "text": 0.35}
# What counts in full beside it: of sign-ups, share bars and the like the bench has too few for the trees to be as sure, and
# every second gold leaves out the standfirst, which readers count as text.
_IN_FULL = frozenset(
    "ad/affiliate-note ad/shop-button bio/about-the-author bio/opens-with-author bio/who-wrote-it body/standfirst"
    " body/summary other/placeholder teaser/divided-list".split()
)
ANOTHER_ARTICLE = "related/another-article"
"""The id of the evidence about an article on the page that is not the one which the page's title names."""
# What that takes from the log-odds of body (nats), and adds to the score of its label.
_OTHERS = 8.0
_NAMES_OTHERS = 4.0
# From this share of prose on, a paragraph beside a heading is one.
_PLAIN = 0.5
# The elements whose end tags HTML lets an author leave out; all others must be closed before a page ends.
_MAY_STAY_OPEN = frozenset(
    "#root html head body p li dt dd rt rp option optgroup caption colgroup thead tbody tfoot tr th td".split()
)


class Weights(NamedTuple):
    """Fitted weights for one kind of source, in nats of body log-odds for a plain case of each rule.

    ``alone`` and ``alone_bias`` give the first impression; ``company``, ``context`` (in the order of
    :data:`bodycopy.company.CONTEXT`) and ``bias`` the final log-odds; ``naming`` names what is not body.
    ``model`` is the learnt labeller, ``None`` where the rules judge alone.
    """

    alone: Mapping[str, float]
    alone_bias: float
    company: Mapping[str, float]
    context: Sequence[float]
    bias: float
    naming: Naming
    model: Model | None = None

    def with_model(self, model: Model) -> Weights:
        """The same with a model beside the rules: both have their share in the log-odds of body.

        What rules say of sign-ups and share bars, and what a few others say, counts in full.
        """
        share = _RULES_SHARE[model.about.kind]
        return self._replace(
            company={rule: w if _counts_in_full(rule) else share * w for rule, w in self.company.items()},
            context=tuple(share * weight for weight in self.context),
            bias=share * self.bias,
            model=model,
        )

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Weights:
        """Weights from one section (``html`` or ``text``) of a parsed weights file."""
        context = tuple(float(data["context"].get(name, 0.0)) for name in CONTEXT)
        bias, naming = data["bias"], Naming(data["names"])
        return cls(data["alone"], bias["alone"], data["company"], context, bias["company"], naming)


def _counts_in_full(rule: str) -> bool:
    by_label = rule.partition("/")[0] in (Label.SIGNUP, Label.SHARE)
    # What only stands beside a sign-up is as sure as other things are.
    return (by_label and rule != "signup/beside-offer") or rule in _IN_FULL


@lru_cache(maxsize=4)
def weights_for(html: bool, *, learnt: bool = True) -> Weights:
    """The weights that ship with bodycopy, for HTML or for text, with the model (``learnt``) or for the rules alone."""
    file = resources.files("bodycopy") / "data" / "weights.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    rules = Weights.of(data["html" if html else "text"])
    return rules.with_model(model_for(html)) if learnt else rules


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
    extra = [*_of_other_articles(survey), *extra]
    count = len(survey.blocks)
    tally = Tally(columns, count)
    columns = tally.columns
    first = first_impressions(tally, extra, weights)
    context = grouped(company_columns(survey, first), weights.context, count)
    raw = _summed(tally, extra, weights.company, weights.bias) + context.sum(axis=1)
    opinion = None
    if weights.model is not None:
        opinion = Opinion.of(weights.model, survey, columns, 1.0 - _RULES_SHARE[weights.model.about.kind])
        raw += opinion.weights
    page = page_bonus(raw, survey.count, least, html=survey.document.is_html, tally=tally)
    known = furniture(tally)
    _settle_cut_end(survey, known, raw, page)
    scores: list[float] = (raw + page).tolist()
    _settle_separators(survey, scores)
    _settle_subheadings(survey, known, scores)
    reasons = Reasons(tally, extra, (weights.company, weights.naming.own), (context, page, opinion))
    labels = name_blocks(np.array(scores) < least, weights.naming.scores(tally, extra))
    if survey.headline >= 0:
        labels[survey.headline] = Label.TITLE
    return Judged(survey.blocks, labels, scores, reasons.about(survey.blocks))


def _of_other_articles(survey: Survey) -> Iterator[Evidence]:
    """What is said of other articles than the page's own.

    It is no rule, since nothing could be fitted: the bench has no such page, and by all that rules and the model go by,
    another article is body.
    """
    for index in np.flatnonzero(survey.others).tolist():
        yield Evidence(
            index, ANOTHER_ARTICLE, Label.RELATED, -_OTHERS, _NAMES_OTHERS, "an article under a headline of its own"
        )


def _settle_subheadings(survey: Survey, known: Mask, scores: list[float]) -> None:
    """A heading between two paragraphs of the body is judged no worse than the weaker of them.

    By itself it is a few words without a full stop. What some rule knows for furniture is judged as ever.
    """
    prose = survey.prose > _PLAIN
    for index in np.flatnonzero(survey.of_kind(Kind.HEADING) & ~known).tolist():
        if 0 < index < len(scores) - 1 and prose[index - 1] and prose[index + 1]:
            scores[index] = max(scores[index], min(scores[index - 1], scores[index + 1]))


def _settle_cut_end(survey: Survey, furniture: Mask, raw: Floats, page: Floats) -> None:
    """What is left of the last block of a page cut short is judged no worse than the block before it in its element.

    Where a source ends in the middle, its last block has lost its length, its full stop and all that came after, which is
    what would have spoken for it. What some rule knows for furniture is judged as ever.
    """
    document, last = survey.document, len(raw) - 1
    if last < 1 or furniture[last] or not _is_cut_short(document):
        return
    nodes, blocks = document.nodes, document.blocks
    own = nodes[blocks[last].node]
    for index in range(last - 1, -1, -1):
        node = nodes[blocks[index].node]
        if node is own or (node.parent == own.parent and node.tag == own.tag):
            lacking = raw[index] + page[index] - raw[last] - page[last]
            page[last] += max(0.0, lacking)
            return


def _is_cut_short(document: Document) -> bool:
    """Whether a page's source ends inside an element that must be closed, after its last block."""
    source, last = document.source, document.blocks[-1]
    rest = source[last.span.end :].lower()
    if last.node < 0 or "</body" in rest or "</html" in rest:
        return False
    reaching = [node.tag for node in document.ancestors(last) if node.span.end == len(source)]
    if not reaching:
        return False
    final = source[source.rfind("<") :].lower()
    closed = next((tag for tag in reaching if final.startswith(f"</{tag}")), None)
    if closed is not None:
        reaching.remove(closed)
    return not _MAY_STAY_OPEN.issuperset(reaching)


def _settle_separators(survey: Survey, scores: list[float]) -> None:
    """A separator goes with what it sets apart: it stays only between blocks that stay."""
    for start, end in runs(survey.of_kind(Kind.SEPARATOR), 1):
        above = scores[start - 1] if start else float("inf")
        below = scores[end] if end < len(scores) else float("inf")
        scores[start:end] = [min(above, below)] * (end - start)
