"""Other stories: related links, teasers, cards, and the bars that share this one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from bodycopy.document import Kind, Label
from bodycopy.evidence import Column, Firing, rule
from bodycopy.runs import rhythm, runs
from bodycopy.survey import Survey
from bodycopy.words import breaks_off

# A card in plain text has so many lines at the most, its separator included.
_CARD_LINES = 5
# A list of cards follows a paragraph longer than this.
_PARAGRAPH_WORDS = 30
# Phrases that end so name their matter after them: "More from Hallam", "Latest in Politics".
_OPEN_ENDS = frozenset("from in on by about zu aus von de sur en di".split())


@rule(Label.RELATED)
def announcement(survey: Survey) -> Iterator[Firing]:
    """A line that announces another story and names it: "READ MORE: Ten films to see", "See also: …".

    The opening is set off by a colon, a bar or capitals, and what follows is a headline, or a link.
    """
    for index, phrase in _openings(survey):
        block, traits = survey.blocks[index], survey.traits[index]
        ends = traits.terminal and block.text[-1] not in "?!:"
        if _set_off(block.text, phrase) and (not ends or block.link_share > 0.3 or traits.count <= 8):
            yield index, 1.0, phrase


@rule(Label.RELATED)
def lead_in(survey: Survey) -> Iterator[Firing]:
    """A line that opens like the announcement of another story, or is nothing but such words: "Read more", "See also".

    Weak where a whole sentence follows: "Read more about it in his book" may be the article's own.
    """
    for index, phrase in _openings(survey):
        traits = survey.traits[index]
        if survey.blocks[index].link_share > 0.4 or traits.count <= len(phrase.split()) + 1:
            yield index, 1.0, phrase
        else:
            yield index, 0.4 * survey.brevity(index), phrase


def _openings(survey: Survey) -> Iterator[tuple[int, str]]:
    """The blocks that open with an announcing phrase, with the longest such phrase."""
    for index, _ in survey.with_phrase("related-lead"):
        traits = survey.traits[index]
        first = max(
            (h for h in traits.hits if h.group == "related-lead" and h.start == 0), key=lambda h: h.end, default=None
        )
        if first is not None and traits.count <= 40:
            yield index, first.phrase


def _set_off(text: str, phrase: str) -> bool:
    """Whether the opening phrase ends in a mark, or is in capitals while what follows is not."""
    opening = text[: len(phrase) + 24]
    capitals = text[: len(phrase)].isupper() and not text.isupper()
    return capitals or any(mark in opening for mark in ":|»>–—→：")


@rule(Label.RELATED)
def section_heading(survey: Survey) -> Iterator[Firing]:
    """The heading of a list of other stories: "You may also like", "Most read", "More from …"."""
    for index, phrase in survey.with_phrase("related-heading"):
        traits = survey.traits[index]
        if traits.count <= 9 and not traits.terminal:
            cover = survey.cover(index, "related-heading")
            opens = traits.words[: len(phrase.split())] == phrase.split() and phrase.split()[-1] in _OPEN_ENDS
            if cover >= 0.6 or opens:
                yield index, max(0.6, cover), phrase


@rule(Label.RELATED)
def under_heading(survey: Survey) -> Iterator[Firing]:
    """Stands in the run of short or linked blocks below such a heading.

    It leaves alone what the heading's own sentence goes on in, as in verse: "Read also / the wall".
    """
    headings = {
        index: phrase
        for index, phrase in survey.with_phrase("related-heading")
        if survey.traits[index].count <= 9
        and not survey.traits[index].terminal
        and not survey.goes_on(index)
        and survey.cover(index, "related-heading") >= 0.4
    }
    listed = (survey.prose < 0.35) | (survey.link_share > 0.5)
    for heading, phrase in headings.items():
        for index in range(heading + 1, min(heading + 13, len(survey.blocks))):
            if index in headings or not listed[index]:
                break
            yield index, 1.0, f"below “{phrase}”"


@rule(Label.RELATED)
def link_text(survey: Survey) -> Column:
    """Four words or more that are nothing but a link."""
    return Column.where((survey.link_share > 0.6) & (survey.count >= 4), survey.link_share, "all of it is a link")


@rule(Label.RELATED)
def headline_run(survey: Survey) -> Iterator[Firing]:
    """One of three or more lines in a row that look like headlines: some words, no full stop, no verse or list around.

    The longer the run the surer; lines of a run that use the article's own words speak against it.
    """
    for start, end in runs(survey.headline_like, 3):
        own = float(survey.shared[start:end].mean())
        strength = min(1.0, (end - start) / 6) * (1.0 - own)
        saw = f"{end - start} headlines in a row"
        for index in range(start, end):
            yield index, strength, saw


@rule(Label.TEASER)
def headline_and_line(survey: Survey) -> Iterator[Firing]:
    """A pattern that repeats: separator, headline, line of text; or kicker, headline, line of text.

    What is looked for is the rhythm (separators at even steps with a headline after each, or long and short lines by turns
    without full stops), never wording. Left alone: stanzas and scenes, which are longer, or open with no headline.
    """
    separators = survey.of_kind(Kind.SEPARATOR)
    for start, end in runs(survey.unfinished, 4):
        period = rhythm(survey.count[start:end].tolist(), separators[start:end].tolist())
        saw = f"a pattern of {period} lines that repeats"
        for index in range(start, end) if period else ():
            yield index, 1.0, saw


@rule(Label.TEASER)
def divided_list(survey: Survey) -> Iterator[Firing]:
    """Three or more short groups in a row, each a separator, a headline and a line or two; the first may lack its separator.

    No article is set so: where separators stand between its parts, these are longer, or open with no headline.
    """
    breaks = np.flatnonzero(survey.of_kind(Kind.SEPARATOR)).tolist()
    run: list[int] = []
    for index, following in zip(breaks, [*breaks[1:], -1], strict=False):
        run.append(index)
        if following < 0 or following - index > _CARD_LINES or following - index < 2:
            step = max((b - a for a, b in pairwise(run)), default=0)
            headed = sum(_opens_card(survey, i + 1) for i in run)
            if len(run) >= 3 and headed >= 0.8 * len(run):
                start = run[0] - (step - 1)
                if not _opens_list(survey, start):
                    start = run[0]
                for block in range(start, min(len(survey.blocks), run[-1] + step)):
                    yield block, 1.0, f"{len(run)} groups divided by separators"
            run = []


def _opens_list(survey: Survey, index: int) -> bool:
    """Whether a card begins here right after a paragraph: the first of a list, which no separator divides from the article."""
    return index > 0 and _opens_card(survey, index) and survey.traits[index - 1].count > _PARAGRAPH_WORDS


def _opens_card(survey: Survey, index: int) -> bool:
    """Whether a headline stands here, with a longer line or a separator below it."""
    if index + 1 >= len(survey.blocks) or not survey.headline_like[index]:
        return False
    below = survey.blocks[index + 1]
    return below.kind is Kind.SEPARATOR or survey.traits[index + 1].count >= 4


@rule(Label.TEASER)
def card(survey: Survey) -> Column:
    """Stands in one of three or more like elements side by side, each with a link and few words: a grid of cards."""
    cards = survey.holdings.block_cards
    return Column.where(cards >= 3, np.minimum(1.0, cards / 6), "one of several like elements with links")


def _is_drawn_or_half(survey: Survey, index: int) -> bool:
    """Whether a line is mostly marks, or its sentence ends in the next one."""
    text = "".join(survey.blocks[index].text.split())
    is_drawn = 2 * sum(map(str.isalnum, text)) < len(text)
    return is_drawn or (survey.goes_on(index) and (breaks_off(text) or survey.traits[index + 1].terminal))


@rule(Label.SHARE)
def share_words(survey: Survey) -> Iterator[Firing]:
    """A block made of the names of networks and of sharing: "Share on Facebook", "Copy link".

    It leaves alone what is mostly marks, such as a drawing in which an X stands, and a line whose sentence ends in the next one.
    """
    for index, phrase in survey.with_phrase("share"):
        cover = survey.cover(index, "share")
        if cover >= 0.6 and survey.traits[index].count <= 20 and not _is_drawn_or_half(survey, index):
            yield index, cover, phrase


@rule(Label.SHARE)
def share_call(survey: Survey) -> Iterator[Firing]:
    """Asks to share or to follow: "Share this article", "Follow us on …"."""
    for index, phrase in survey.with_phrase("share-call"):
        if survey.traits[index].count <= 40:
            yield index, survey.brevity(index), phrase


@rule(Label.NAV)
def menu_words(survey: Survey) -> Iterator[Firing]:
    """A block made of the words of menus: "Home", "Log in", "Skip to content", the names of sections."""
    for index, phrase in survey.with_phrase("nav"):
        cover = survey.cover(index, "nav")
        if cover >= 0.6 and survey.traits[index].count <= 12:
            yield index, cover, phrase


@rule(Label.NAV)
def short_link(survey: Survey) -> Column:
    """One to three words that are nothing but a link."""
    links = (survey.link_share > 0.6) & (survey.count < 4) & ~survey.of_kind(Kind.BUTTON)
    return Column.where(links, 1.0, "a short link")


@rule(Label.NAV)
def many_links(survey: Survey) -> Iterator[Firing]:
    """Three links or more in one block that is hardly anything else."""
    for index in np.flatnonzero(survey.link_share > 0.5).tolist():
        if survey.blocks[index].links >= 3:
            yield index, 1.0, f"{survey.blocks[index].links} links"
