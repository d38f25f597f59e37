"""One threshold for the page: where, on this page, body begins.

A threshold of one half is right where the scores are sure. A page with little certainty is better served by a lower one: the
set of blocks with the highest expected F1 is cut at half the F1 that can be reached (Lipton, Elkan and Naryanaswamy 2014,
"Optimal thresholding of classifiers to maximize F1 measure"). And a page on which nothing is plainly furniture was
probably cleaned before, or is a poem, a play, a list: what is cut there must be sure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.document import Label
from bodycopy.evidence import Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# What "balanced" asks beyond even odds (nats): the loss of a line weighs less in the fit than a junk line left.
_BALANCE_HTML = 0.1
_BALANCE_TEXT = 0.45
_LEAST_SHARE, _MOST_SHARE = 0.1, 0.6
_CLIP = 8.0
# On a page without furniture a cut must be this much surer (nats); from this share of blocks that are plainly furniture
# on, or so many blocks that score below this, no surer.
_SPARING = 3.2
_FURNISHED = 0.25
_MANY, _LOW = 150.0, -2.0
# One line in a text of three is no furnished page: so many blocks of body are taken to stand there besides.
_PRIOR = 6.0
_PLAIN_CASE = 0.5
# What some rule knows for furniture by wording, markup or rhythm; and what cannot be mistaken for anything else.
_UNMISTAKABLE_CASE = 0.9
_UNMISTAKABLE = frozenset(
    "ad/ad-label comment/comment-call consent/cookie-note related/announcement share/share-call share/share-words"
    " signup/box-shown-twice signup/button signup/call-and-object signup/offer-line signup/pitch-beside-offer"
    " signup/small-print teaser/divided-list teaser/headline-and-line".split()
)
_FURNITURE = frozenset(
    f"{label}/class-words" for label in Label if label not in (Label.BODY, Label.TITLE, Label.OTHER)
) | frozenset(
    "ad/ad-label byline/date-or-author caption/credit comment/comment-call comment/comment-words consent/cookie-note"
    " legal/rights-and-terms nav/landmark nav/many-links nav/menu-words nav/short-link other/player-or-tool"
    " paywall/subscription-offer related/announcement related/link-text related/section-heading share/share-call"
    " share/share-words signup/address-field signup/box-shown-twice signup/button signup/call-and-object signup/offer"
    " signup/offer-line signup/small-print teaser/card teaser/divided-list teaser/headline-and-line".split()
)


def furniture(tally: Tally) -> Mask:
    """Which blocks some rule knows for furniture by wording, markup or rhythm."""
    return tally.any_of(_FURNITURE, _PLAIN_CASE)


def page_bonus(scores: Floats, words: Floats, least: float, *, html: bool, tally: Tally) -> Floats:
    """What the page as a whole adds to each block's log-odds of body, in nats, so that ``least`` divides body from the rest.

    ``scores`` are the blocks' log-odds, ``words`` their numbers of words, ``tally`` what the rules found. Blocks that cannot
    be mistaken for body are not spared.
    """
    count = len(scores)
    if not math.isfinite(least) or not count:
        return np.zeros(count)
    asked = (_BALANCE_HTML if html else _BALANCE_TEXT) + _reachable(scores, words)
    share = float(furniture(tally).sum()) / (count + _PRIOR)
    known = max(share / _FURNISHED, np.count_nonzero(scores < _LOW) / _MANY)
    sparing = _SPARING * max(0.0, 1.0 - known)
    bonus: Floats = np.where(tally.any_of(_UNMISTAKABLE, _UNMISTAKABLE_CASE), 0.0, sparing) - asked
    return bonus


def _reachable(scores: Floats, words: Floats) -> float:
    """The log-odds of half the F1 that the best set of blocks is expected to reach."""
    body = words / (1.0 + np.exp(-np.minimum(_CLIP, np.maximum(-_CLIP, scores))))
    order = np.argsort(-scores, kind="stable")
    found, kept = np.cumsum(body[order]), np.cumsum(words[order])
    if found[-1] <= 0.0:
        return 0.0
    best = float(np.max(2.0 * found / np.maximum(1e-9, kept + found[-1])))
    share = min(_MOST_SHARE, max(_LEAST_SHARE, best / 2.0))
    return float(np.log(share / (1.0 - share)))
