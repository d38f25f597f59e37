"""Judging a document: one look, and further ones at what stays, until nothing more is likely to go."""

from __future__ import annotations

from collections.abc import Sequence

import bodycopy.rules  # noqa: F401 - this fills the table of rules
from bodycopy.document import Document, Label
from bodycopy.errors import ModelError
from bodycopy.evidence import gather
from bodycopy.keep import decide
from bodycopy.label import Weights, label_blocks, weights_for
from bodycopy.model.labeller import Model
from bodycopy.options import Options
from bodycopy.reasons import BlockReasons
from bodycopy.remains import remains
from bodycopy.result import Judged, LabelledBlock
from bodycopy.survey import Survey
from bodycopy.words import library

Settled = tuple[LabelledBlock, ...]

# Two looks settle nearly every page; one that was made to need a look a block gets no more than these after the first,
_MOST_LOOKS = 6
# and one with more blocks than any article has gets none, nor is the model asked about it.
_MOST_LOOKED_AT = 20_000
# Another look is due where a block stays by less than this (nats): what goes then was close to going before. On the bench
# .9 spared a quarter of the looks, but it missed what a second look cuts of a fixture of text.
_CLOSE = 1.2
# The share (of characters) of what stays at first that must still stay in the end.
_LEAST_KEPT = 0.3


def judged(document: Document, options: Options, weights: Weights, least: float) -> tuple[Settled, tuple[str, ...]]:
    """All blocks of a document with what becomes of them, and what a user must know.

    From ``least`` log-odds (nats) on a block is body.
    """
    first, warnings = _look(document, options, weights, least)
    return _settled(document, first, options, weights, least), warnings


def weights_of(document: Document, options: Options) -> Weights:
    """The weights that judge a document, with the model of the options where it is asked."""
    html, model = document.is_html, options.model
    learnt = len(document.blocks) <= _MOST_LOOKED_AT
    if not isinstance(model, Model):
        return weights_for(html, learnt=learnt and model is True)
    if (model.about.kind == "html") != html:
        raise ModelError(f"the model given judges {model.about.kind}, and this is {'html' if html else 'text'}")
    rules = weights_for(html, learnt=False)
    return rules.with_model(model) if learnt else rules


def _settled(document: Document, first: Settled, options: Options, weights: Weights, least: float) -> Settled:
    """Look again at what stays, as somebody who cleans the result would, until nothing more is likely to go.

    So cleaning what was cleaned changes nothing, on nearly every page: looks cost time, so they are bounded. Where further
    ones would take much, they are wrong and the first stands.
    """
    blocks, numbers, rest, settled = list(first), list(range(len(first))), document, first
    enough = _LEAST_KEPT * kept_characters(first)
    for _ in range(_MOST_LOOKS if len(first) <= _MOST_LOOKED_AT else 0):
        if not any(item.kept and item.score < least + _CLOSE and item.label is not Label.TITLE for item in settled):
            break
        stay = [i for i, item in enumerate(settled) if item.kept or item.label is Label.TITLE]
        if len(stay) == len(settled) or not stay:
            break
        numbers, rest = [numbers[i] for i in stay], remains(rest, stay)
        settled, _ = _look(rest, options, weights, least)
        for number, item in zip(numbers, settled, strict=True):
            evidence = BlockReasons.numbered(item.evidence, number)
            blocks[number] = item._replace(block=document.blocks[number], evidence=evidence)
        if kept_characters(blocks) < enough:
            return first
    return tuple(blocks)


def kept_characters(settled: Sequence[LabelledBlock]) -> int:
    """How much stays: white space collapsed, as blocks have it."""
    return sum([len(item.block.text) for item in settled if item.kept])


def _look(document: Document, options: Options, weights: Weights, least: float) -> tuple[Settled, tuple[str, ...]]:
    """Judge a document once, as if nothing had been cut from it before."""
    judged, prose = _labelled(document, options, weights, least)
    return decide(judged, prose, options.keep, least)


def _labelled(document: Document, options: Options, weights: Weights, least: float) -> tuple[Judged, list[int]]:
    """The document's blocks with their labels, and how many words of each plainly are prose.

    The survey ends with this function: of a page with many blocks it is as large as the document.
    """
    survey = Survey(document, library(options.phrases))
    extra = [reason for labeller in options.labellers for reason in labeller(survey)]
    return label_blocks(survey, gather(survey), extra, weights, least), survey.plain_prose
