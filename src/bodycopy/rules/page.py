"""What the page as a whole says about a block: its place, its company, what repeats, what looks like nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np

from bodycopy.document import Kind, Label
from bodycopy.evidence import Column, Firing, rule
from bodycopy.survey import Survey
from bodycopy.words import tokens

_NO_STANDFIRST = frozenset("signup-offer signup-terms caption share-call consent ad affiliate".split())
# What elements are called that hold a standfirst.
_STANDFIRST = frozenset(
    "standfirst strapline subtitle subtitles subheading subheadline subhead dek deck excerpt lede lead intro introduction summary"
    " abstract epigraph chapo vorspann ingress".split()
)


@rule(Label.TITLE)
def headline(survey: Survey) -> Iterator[Firing]:
    """The headline: the wording that the page declares as its title, or its first main heading.

    In plain text: the first line, if it is short, ends without a full stop and prose follows soon.
    """
    if survey.headline >= 0:
        yield survey.headline, 1.0, "the wording or the place of the headline"


@rule(Label.BODY)
def standfirst(survey: Survey) -> Iterator[Firing]:
    """The standfirst: a line or two right under the headline, before the article begins.

    Bylines, dates and share bars may stand between; links and what other rules know by wording are passed over.
    """
    start = survey.headline + 1
    if start == 0:
        return
    for index in range(start, min(start + 8, len(survey.blocks), survey.core[0] + 2)):
        block, traits = survey.blocks[index], survey.traits[index]
        if 6 <= traits.count <= 70 and block.link_share < 0.3 and block.kind is not Kind.CAPTION:
            # A standfirst may have one of their words too: "left", "plus".
            known = any(h.group in _NO_STANDFIRST and (h.start == 0 or h.end - h.start > 1) for h in traits.hits)
            dated = survey.cover(index, "byline") > 0.3
            if not known and not dated and survey.shown[index]:
                yield index, 1.0 if index - start < 3 else 0.6, "right under the headline"
                return


@rule(Label.BODY)
def summary(survey: Survey) -> Iterator[Firing]:
    """Near the headline, and the summary that the page declares, or in an element that is called a standfirst.

    Left alone: what stands further off, since teasers of the same article have the same words.
    """
    headline = survey.headline
    told = set(tokens(survey.document.meta.description))
    for index in range(max(0, headline - 2), min(headline + 8, len(survey.blocks)) if headline >= 0 else 0):
        block, words = survey.blocks[index], survey.traits[index].words
        if index != headline and 8 <= len(words) <= 70 and block.link_share < 0.5 and survey.shown[index]:
            around = islice(survey.document.ancestors(block), 3)
            called = next((token for node in around for token in node.tokens if token in _STANDFIRST), "")
            if called or sum([word in told for word in words]) >= 0.8 * len(words):
                yield index, 1.0, called or "the summary of the page"


@rule(Label.NAV)
def before_core(survey: Survey) -> Column:
    """Stands before the first prose of the page, the stronger the further."""
    ahead = survey.core[0] - survey.index
    return Column.where(ahead > 0, np.minimum(1.0, ahead / 8), "before the prose begins")


@rule(Label.OTHER)
def after_core(survey: Survey) -> Column:
    """Stands after the last prose of the page, the stronger the further."""
    behind = survey.index - survey.core[1] + 1
    return Column.where(behind > 0, np.minimum(1.0, behind / 8), "after the prose has ended")


@rule(Label.OTHER)
def outside_home(survey: Survey) -> Column:
    """Stands outside the element in which the page's prose gathers."""
    home = survey.holdings.home
    first, last = (survey.document.nodes[home].first, survey.document.nodes[home].last) if home >= 0 else (0, np.inf)
    return Column.where((survey.index < first) | (survey.index >= last), 1.0, "outside the element where the prose is")


@rule(Label.OTHER)
def fragment(survey: Survey) -> Column:
    """One to three words, or none: too little to be text by itself."""
    return Column.where(survey.count <= 3, np.where(survey.count < 3, 1.0, 0.7), "hardly a word")


@rule(Label.OTHER)
def no_end_mark(survey: Survey) -> Column:
    """Some words without a full stop, in a block that is no heading, item or row."""
    plain = survey.of_kind(Kind.PARAGRAPH, Kind.QUOTE)
    return Column.where(plain & ~survey.terminal & (survey.count >= 4), 1.0, "no full stop")


@rule(Label.RELATED)
def lone_heading(survey: Survey) -> Column:
    """A heading with another heading or a short line below it instead of text, a list or a table."""
    below = np.append(survey.prose[1:], 0.0)[: len(survey.blocks)]
    headings = survey.of_kind(Kind.HEADING) & (survey.count > 0)
    listed = np.append(survey.of_kind(Kind.ITEM, Kind.ROW, Kind.CODE, Kind.QUOTE, Kind.TERM)[1:], False)[
        : len(survey.blocks)
    ]
    return Column.where(headings & (below < 0.2) & ~listed, 1.0, "a heading without text below it")


@rule(Label.OTHER)
def repeated(survey: Survey) -> Iterator[Firing]:
    """The same wording stands elsewhere on the page too."""
    for indices in survey.repeats:
        saw = f"stands {len(indices)} times on the page"
        for index in indices:
            yield index, 1.0, saw


@rule(Label.OTHER)
def said_twice(survey: Survey) -> Iterator[Firing]:
    """Eight words or more that stand twice in a row, as pages built for two screen sizes have them.

    Left alone: short lines, which a refrain repeats.
    """
    for indices in survey.repeats:
        for first, second in pairwise(indices):
            if second == first + 1 and survey.traits[first].count >= 8:
                yield first, 1.0, "stands twice in a row"
                yield second, 1.0, "stands twice in a row"


@rule(Label.OTHER)
def strange_words(survey: Survey) -> Column:
    """Hardly a word in common with the article."""
    return Column.where((survey.count >= 6) & (survey.shared < 0.15), 1.0, "no word of the article")


@rule(Label.RELATED)
def headline_after_end(survey: Survey) -> Column:
    """Looks like a headline and stands after the end of the article: other stories follow there."""
    return Column.where(survey.headline_like & (survey.index >= survey.core[1]), 1.0, "a headline after the end")


@rule(Label.RELATED)
def strange_headline(survey: Survey) -> Column:
    """Looks like a headline, stands inside the article and has hardly a word in common with it."""
    strange = survey.headline_like & survey.inner & (survey.count >= 4) & (survey.shared < 0.2)
    return Column.where(strange & (survey.index != survey.headline), 1.0, "a headline on something else")


@rule(Label.BODY)
def crosshead(survey: Survey) -> Column:
    """A few words without a full stop between two paragraphs: what newspapers set to break up a column."""
    padded = np.concatenate(([0.0], survey.prose, [0.0]))
    between = (padded[:-2] > 0.5) & (padded[2:] > 0.5)
    few = (survey.count >= 1) & (survey.count <= 6) & ~survey.terminal & (survey.link_share < 0.3)
    return Column.where(few & between & survey.inner, 1.0, "a crosshead between paragraphs")


@rule(Label.OTHER)
def separator(survey: Survey) -> Iterator[Firing]:
    """A line of dashes, stars or the like that divides."""
    for index in np.flatnonzero(survey.of_kind(Kind.SEPARATOR) | (survey.count == 0)).tolist():
        yield index, 1.0, survey.blocks[index].text[:20]
