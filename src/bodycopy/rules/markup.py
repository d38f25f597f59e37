"""What the markup says outright: class words, landmarks, hidden elements, forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

import numpy as np

from bodycopy.document import Kind, Label
from bodycopy.evidence import Column, Firing, rule
from bodycopy.survey import Survey


def _class_words(label: Label, says: str) -> None:
    def class_words(survey: Survey) -> Column:
        return Column(*survey.holdings.claims.of(label))

    class_words.__doc__ = (
        f"Class, id or data words of an element around it say {says}. The nearer the element, the stronger.\n\n"
        "Left alone: elements that hold much of the page's prose, whatever their names say."
    )
    rule(label)(class_words)


for _label, _says in {
    Label.BODY: "that this is the text of the article (``entry-content``, ``article-body``)",
    Label.TITLE: "headline",
    Label.BYLINE: "author, date or byline",
    Label.CAPTION: "caption or credit",
    Label.SIGNUP: "newsletter, sign-up or subscribe",
    Label.TEASER: "teaser, promo or card",
    Label.RELATED: "related, recommended or most read",
    Label.SHARE: "share, social or follow",
    Label.COMMENT: "comments or replies",
    Label.PAYWALL: "paywall, premium or donation",
    Label.AD: "advertisement, sponsor or shop",
    Label.BIO: "about the author",
    Label.LEGAL: "copyright or disclaimer",
    Label.CONSENT: "cookies or consent",
    Label.NAV: "navigation, breadcrumb, tags or footer",
    Label.OTHER: "player, rating, pop-up or text for screen readers only",
}.items():
    _class_words(_label, _says)


@rule(Label.NAV)
def landmark(survey: Survey) -> Iterator[Firing]:
    """Inside a navigation, footer or header element that is not the article's own."""
    for blocks, node in survey.holdings.inside("nav", "footer", "header", "dialog", "menu"):
        if node.tag == "header" and node.first <= survey.headline < node.last:
            continue
        yield from _each(blocks, 1.0 if node.tag != "header" else 0.6, f"inside <{node.tag}>")


def _each(blocks: Iterable[int], strength: float, saw: str) -> Iterator[Firing]:
    return zip(blocks, repeat(strength), repeat(saw), strict=False)


@rule(Label.OTHER)
def aside(survey: Survey) -> Iterator[Firing]:
    """Inside an aside, which is what HTML calls things set beside the text."""
    for blocks, node in survey.holdings.inside("aside"):
        yield from _each(blocks, 1.0, f"inside <{node.tag}>")


@rule(Label.OTHER)
def form(survey: Survey) -> Iterator[Firing]:
    """Inside a form, or a label or legend of one."""
    for blocks, node in survey.holdings.inside("form", "fieldset", "label", "legend"):
        yield from _each(blocks, 1.0, f"inside <{node.tag}>")


@rule(Label.OTHER)
def button(survey: Survey) -> Column:
    """A button: something to press, not to read."""
    return Column.where(survey.of_kind(Kind.BUTTON), 1.0, "a button")


@rule(Label.CAPTION)
def figure(survey: Survey) -> Iterator[Firing]:
    """A caption by its element: ``figcaption``, ``caption``, or a short text inside a figure."""
    captions = set(np.flatnonzero(survey.of_kind(Kind.CAPTION)).tolist())
    yield from _each(captions, 1.0, "a caption element")
    for blocks, node in survey.holdings.inside("figure"):
        yield from _each([index for index in blocks if index not in captions], 0.8, f"inside <{node.tag}>")


@rule(Label.OTHER)
def hidden(survey: Survey) -> Column:
    """Not shown until a script or the reader acts. Left alone where most of the page's prose is hidden."""
    return Column.where(~survey.shown, 1.0, "hidden")
