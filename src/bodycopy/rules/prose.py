"""What speaks for body: prose, its company, its place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bodycopy.document import Kind, Label
from bodycopy.evidence import Column, Firing, rule
from bodycopy.survey import Survey
from bodycopy.words import tokens

_OPENING_QUOTES = "\"“„«‘'「『—–"
_LONG = 25
_FURNITURE = (
    "signup-offer", "signup-terms", "related-heading", "share-call", "comment-call", "paywall", "ad", "bio", "legal",
    "consent",
)  # fmt: skip


@rule(Label.BODY)
def prose(survey: Survey) -> Column:
    """Reads like prose: long enough, ends as a sentence does, made of common words, with few links.

    Teasers and pitches can read like prose too, which is why this is one reason among many.
    """
    return Column.where(survey.prose > 0.1, survey.prose, "reads like prose")


@rule(Label.BODY)
def long_paragraph(survey: Survey) -> Column:
    """A long paragraph: furniture is seldom longer than 25 words, paragraphs mostly are."""
    length = np.log(np.maximum(survey.count, _LONG) / _LONG) / np.log(6)
    return Column.where((survey.count > _LONG) & (survey.link_share < 0.5), np.minimum(1.0, length), "long")


@rule(Label.BODY)
def sentences(survey: Survey) -> Column:
    """Several sentences in one block."""
    several = (survey.marks >= 2) & (survey.count >= 10)
    return Column.where(several, np.minimum(1.0, survey.marks / 4), "several sentences")


@rule(Label.BODY)
def sentence(survey: Survey) -> Column:
    """A block of six words or more that ends as a sentence does: headlines and menus do not."""
    return Column.where(survey.terminal & (survey.count >= 6), 1.0, "ends as a sentence")


@rule(Label.BODY)
def core(survey: Survey) -> Column:
    """Stands between the first and the last paragraph of the page's prose."""
    return Column.where(survey.inner, 1.0, "between the first and the last prose")


@rule(Label.BODY)
def among_prose(survey: Survey) -> Column:
    """Stands right between two blocks of prose, as a short answer or a line of dialogue does."""
    padded = np.concatenate(([0.0], survey.prose, [0.0]))
    company = np.minimum(padded[:-2], padded[2:])
    return Column.where(survey.inner & (company > 0.3), company, "prose before and after")


@rule(Label.BODY)
def plain_paragraph(survey: Survey) -> Column:
    """A full paragraph of prose inside the core in which nothing speaks of furniture: such a thing is not cut lightly."""
    plain = survey.inner & survey.shown & (survey.prose >= 0.8) & (survey.count >= 20)
    plain &= ~survey.holdings.claims.disclaimed
    plain[[index for index, _ in survey.with_phrase(*_FURNITURE)]] = False
    return Column.where(plain, 1.0, "a paragraph like any other")


@rule(Label.BODY)
def home_element(survey: Survey) -> Column:
    """Shares its element, or the one around that, with much of the page's prose."""
    held = survey.holdings.company_prose
    return Column.where(held > 0.05, np.minimum(1.0, held * 1.2), "its element holds much of the page's prose")


@rule(Label.BODY)
def shared_words(survey: Survey) -> Column:
    """Uses the words that the rest of the article uses. Other stories and pitches have words of their own."""
    return Column.where(survey.shared > 0.2, survey.shared, "its words stand in the article")


@rule(Label.BODY)
def declared(survey: Survey) -> Iterator[Firing]:
    """Stands in the text or the summary that the page declares for machines (JSON-LD, meta description)."""
    meta = survey.document.meta
    told = tokens(meta.article + " . " + meta.description)
    known = set(zip(told, told[1:], told[2:], told[3:], strict=False))
    for index, traits in enumerate(survey.traits if known else ()):
        words = traits.words
        middle = traits.count // 2 - 2
        # Three probes spare most blocks the full count.
        if traits.count >= 6 and (
            tuple(words[:4]) in known or tuple(words[middle : middle + 4]) in known or tuple(words[-4:]) in known
        ):
            share = sum([four in known for four in zip(words, words[1:], words[2:], words[3:], strict=False)])
            if share > 0.4 * (traits.count - 3):
                yield index, share / (traits.count - 3), "declared as the article's text"


@rule(Label.BODY)
def speech(survey: Survey) -> Iterator[Firing]:
    """Opens with a quotation mark or a dash of dialogue and goes on for some words."""
    for index, opening in enumerate([block.text[:1] for block in survey.blocks]):
        if opening in _OPENING_QUOTES and survey.count[index] >= 3 and survey.link_share[index] < 0.5:
            yield index, 1.0, f"opens with {opening}"


@rule(Label.BODY)
def subheading(survey: Survey) -> Column:
    """A heading inside the core with prose, a list or a table right below it."""
    listed = survey.of_kind(Kind.ITEM, Kind.ROW, Kind.TERM, Kind.CODE) & (survey.link_share < 0.4)
    text_below = np.append((listed | (survey.prose > 0.3))[1:], False)[: len(survey.blocks)]
    headings = survey.of_kind(Kind.HEADING) & survey.inner & (survey.link_share < 0.5)
    return Column.where(headings & text_below, 1.0, "a heading with text below it")


@rule(Label.BODY)
def list_item(survey: Survey) -> Column:
    """An item of a list inside the core that is no list of links."""
    items = survey.of_kind(Kind.ITEM, Kind.TERM)
    return Column.where(items & survey.inner & (survey.link_share < 0.5), 1.0, "a list item among the prose")


@rule(Label.BODY)
def table_row(survey: Survey) -> Column:
    """A row of a data table, inside the core more than outside."""
    rows = survey.of_kind(Kind.ROW) & (survey.link_share < 0.6)
    return Column.where(rows, np.where(survey.inner, 1.0, 0.4), "a row of a table")


@rule(Label.BODY)
def quotation_or_code(survey: Survey) -> Column:
    """A block quotation or preformatted text."""
    return Column.where(survey.of_kind(Kind.QUOTE, Kind.CODE), 1.0, "a quotation, or preformatted")
