"""What stands around an article: bylines, captions, comments, bios, legal lines, consent notes, players."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from bodycopy.document import Kind, Label
from bodycopy.evidence import Firing, rule
from bodycopy.survey import Survey

_DATE = re.compile(r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:19|20)\d\d-\d\d-\d\d|\d{1,2}:\d\d)\b")
_COPYRIGHT = re.compile(r"(?:copyright )?\(c\) ?(?:19|20)\d\d", re.IGNORECASE)
_CREDIT = re.compile(r"^\(?(?:Photo|Photograph|Image|Picture|Credit|Source|Foto|Bild|Crédit|Illustration)s?\b[^.]{0,20}[:/]|[/|] ?(?:AP|AFP|Getty|Reuters|EPA)\b", re.IGNORECASE)  # fmt: skip  # noqa: E501
_AGO = re.compile(r"\b\d+ (?:min(?:ute)?s?|hours?|days?|weeks?|months?|years?)(?: ago| read)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_BYLINE_OPENINGS = frozenset("by von par por di published updated posted written last".split())
_BUTTONS = frozenset("btn button cta".split())
_COUNTER = re.compile(
    r"^\W*\d[\d.,]*\s*[KkMm]?\W*(?:comments?|shares?|likes?|views?|replies|responses|votes?|claps?)?\W*$"
)


@rule(Label.BYLINE)
def date_or_author(survey: Survey) -> Iterator[Firing]:
    """A short line of dates, author and reading time: "By …", "Updated 3 May", "4 min read"."""
    phrases = dict(survey.with_phrase("byline"))
    short = (survey.count > 0) & (survey.count <= 22) & ~survey.terminal & ~survey.of_kind(Kind.HEADING)
    for index in np.flatnonzero(short).tolist():
        text = survey.blocks[index].text
        cover = survey.cover(index, "byline") if index in phrases else 0.0
        dated = bool(_DIGIT.search(text) and (_DATE.search(text) or _AGO.search(text)))
        opens = survey.traits[index].words[0] in _BYLINE_OPENINGS
        strength = min(1.0, cover) * 0.6 + 0.5 * dated + 0.5 * opens
        if strength >= 0.5:
            yield index, strength, phrases.get(index) or text[:30]


@rule(Label.BYLINE)
def declared_author(survey: Survey) -> Iterator[Firing]:
    """A short line that holds the author's name as the page declares it."""
    author = _author(survey)
    for index in np.flatnonzero(survey.count <= 12).tolist() if author else ():
        if author in survey.blocks[index].text.casefold():
            yield index, 1.0, survey.document.meta.author


def _author(survey: Survey) -> str:
    """The author's name as the page declares it, casefolded; empty where that is no name by its length."""
    author = survey.document.meta.author.casefold()
    return author if 4 < len(author) < 60 else ""


@rule(Label.CAPTION)
def credit(survey: Survey) -> Iterator[Firing]:
    """A caption or its credit: "Photo: …", an agency's name at the end, in a block of few words."""
    for index, phrase in survey.with_phrase("caption"):
        if survey.traits[index].count > 50:
            continue
        match = _CREDIT.search(survey.blocks[index].text)
        cover = survey.cover(index, "caption")
        if match or cover >= 0.3:
            yield index, 1.0 if match else min(1.0, cover * 1.5), match[0] if match else phrase


@rule(Label.COMMENT)
def comment_call(survey: Survey) -> Iterator[Firing]:
    """The furniture of comments: "Leave a reply", "Have your say", "Log in to comment"."""
    for index, phrase in survey.with_phrase("comment-call"):
        if survey.traits[index].count <= 50:
            yield index, survey.brevity(index), phrase


@rule(Label.COMMENT)
def comment_words(survey: Survey) -> Iterator[Firing]:
    """A block of few words that is mostly about comments: "12 comments", "Reply"."""
    for index, phrase in survey.with_phrase("comment"):
        if (
            survey.traits[index].count <= 8
            and not survey.traits[index].terminal
            and survey.cover(index, "comment") >= 0.5
        ):
            yield index, 1.0, phrase


@rule(Label.COMMENT)
def after_comment_heading(survey: Survey) -> Iterator[Firing]:
    """Stands below the heading of the comments, after the end of the article; a heading does not go on in the next line."""
    last = survey.core[1]
    heading = next(
        (
            i
            for i, _ in survey.with_phrase("comment", "comment-call")
            if i >= last - 1
            and survey.cover(i, "comment") >= 0.5
            and survey.traits[i].count <= 6
            and not survey.goes_on(i)
        ),
        None,
    )
    if heading is not None:
        for index in range(heading + 1, len(survey.blocks)):
            yield index, 1.0, f"below “{survey.blocks[heading].text[:40]}”"


@rule(Label.AD)
def ad_label(survey: Survey) -> Iterator[Firing]:
    """A line that is nothing but the label of an advertisement: "Advertisement", "Story continues below"."""
    for index, phrase in survey.with_phrase("ad"):
        if survey.cover(index, "ad") >= 0.75:
            yield index, 1.0, phrase


@rule(Label.AD)
def sponsor_words(survey: Survey) -> Iterator[Firing]:
    """Names itself an advertisement, an affiliate note or an offer: "Advertisement", "We may earn a commission"."""
    for index, phrase in survey.with_phrase("ad"):
        traits = survey.traits[index]
        cover = survey.cover(index, "ad")
        if traits.count <= 60 and (cover >= 0.5 or (len(phrase.split()) > 1 and traits.count <= 40)):
            yield index, max(cover, 0.6) * survey.brevity(index), phrase


@rule(Label.AD)
def affiliate_note(survey: Survey) -> Iterator[Firing]:
    """Tells the reader what the publisher earns by what is bought: "We may earn a commission", "contains affiliate links".

    Left alone: reports on commissions and affiliates, which do not say "we" and "you".
    """
    for index, phrase in survey.with_phrase("affiliate"):
        traits = survey.traits[index]
        hits = len({hit.phrase for hit in traits.hits if hit.group == "affiliate" and hit.end - hit.start > 1})
        if hits and traits.count <= 80 and (_addressed(traits.words) or survey.cover(index, "affiliate") >= 0.25):
            yield index, min(1.5, 0.5 + 0.3 * hits), phrase


@rule(Label.AD)
def shop_button(survey: Survey) -> Iterator[Firing]:
    """A button or a link of a few words that asks to buy, book, try or order: "Buy now", "Go to website"."""
    pressed = survey.of_kind(Kind.BUTTON) | (survey.link_share > 0.9)
    for index, phrase in survey.with_phrase("shop-call"):
        opens = any(hit.group == "shop-call" and hit.start == 0 for hit in survey.traits[index].hits)
        if opens and survey.traits[index].count <= 8 and not survey.blocks[index].text.endswith("."):
            wrapped = not _BUTTONS.isdisjoint(survey.blocks[index].tokens)
            if pressed[index] or wrapped:
                yield index, 1.0, phrase


@rule(Label.BIO)
def opens_with_author(survey: Survey) -> Iterator[Firing]:
    """More than a byline, no longer than a portrait, and it opens with the author's name as the page declares it."""
    author = _author(survey)
    for index in np.flatnonzero((survey.count > 6) & (survey.count <= 120)).tolist() if author else ():
        opening = survey.blocks[index].text[: len(author) + 20].casefold()
        if author in opening and survey.place(index) != 0:
            yield index, 1.0, survey.document.meta.author


@rule(Label.BIO)
def who_wrote_it(survey: Survey) -> Iterator[Firing]:
    """Says who wrote, reported or first published the article: "This story was written by", "Contact staff writer"."""
    for index, phrase in survey.with_phrase("bio-credit"):
        traits = survey.traits[index]
        opens = any(hit.group == "bio-credit" and hit.start <= 1 for hit in traits.hits)
        if traits.count <= 70 and (opens or len(phrase.split()) > 2):
            yield index, (1.0 if opens else 0.7) * survey.brevity(index), phrase


@rule(Label.BIO)
def about_the_author(survey: Survey) -> Iterator[Firing]:
    """Tells who wrote the article: "is a freelance writer", "about the author", near the end of the article or after it."""
    for index, phrase in survey.with_phrase("bio"):
        traits = survey.traits[index]
        if traits.count > 120 or index < survey.core[1] - 4:
            continue
        hits = len({hit.phrase for hit in traits.hits if hit.group == "bio" and hit.end - hit.start > 1})
        if hits:
            yield index, min(1.5, 0.5 * hits), phrase


@rule(Label.LEGAL)
def rights_and_terms(survey: Survey) -> Iterator[Firing]:
    """Copyright, terms, disclaimers, where it was first published."""
    signed = {
        i for i, b in enumerate(survey.blocks) if "©" in b.text or (b.text[:1] in "(Cc" and _COPYRIGHT.match(b.text))
    }
    signed = {index for index in signed if survey.traits[index].count <= 60}
    for index in signed:
        yield index, 1.5, "©"
    for index, phrase in survey.with_phrase("legal"):
        traits = survey.traits[index]
        if index not in signed and traits.count <= 120:
            hits = len({hit.phrase for hit in traits.hits if hit.group == "legal" and hit.end - hit.start > 1})
            if hits or survey.cover(index, "legal") > 0.5:
                yield index, min(1.5, 0.5 + 0.4 * hits) * survey.brevity(index), phrase


_ADDRESSED = frozenset("you your we our us sie ihre wir unser vous votre nous notre su sus usted nosotros".split())


def _addressed(words: Sequence[str]) -> bool:
    """Whether a text speaks to the reader, or for the publisher, as a note does and a report does not."""
    return not _ADDRESSED.isdisjoint(words)


@rule(Label.CONSENT)
def cookie_note(survey: Survey) -> Iterator[Firing]:
    """A note on cookies, or the placeholder of content that waits for consent."""
    for index, phrase in survey.with_phrase("consent"):
        traits = survey.traits[index]
        hits = sum(hit.group == "consent" for hit in traits.hits)
        if traits.count <= 80 and (
            hits >= 2 or survey.cover(index, "consent") > 0.4 or len(phrase.split()) > 3 or _addressed(traits.words)
        ):
            yield index, min(1.5, 0.5 * hits) * survey.brevity(index), phrase


@rule(Label.OTHER)
def player_or_tool(survey: Survey) -> Iterator[Firing]:
    """The words of players and tools: "Listen to this article", "Was this helpful?", "Loading"."""
    for index, phrase in survey.with_phrase("player"):
        traits = survey.traits[index]
        if traits.count <= 14 and (survey.cover(index, "player") >= 0.5 or len(phrase.split()) > 2):
            yield index, 1.0, phrase


@rule(Label.OTHER)
def placeholder(survey: Survey) -> Iterator[Firing]:
    """Opens with the filler of a template that nobody has put words into: "Lorem ipsum"."""
    for index, phrase in survey.with_phrase("placeholder"):
        if survey.traits[index].hits[0].start == 0:
            yield index, 1.0, phrase


@rule(Label.OTHER)
def counter(survey: Survey) -> Iterator[Firing]:
    """A bare number, or a number of comments, shares or votes."""
    for index, block in enumerate(survey.blocks):
        if len(block.text) < 30 and _COUNTER.match(block.text):
            yield index, 1.0, block.text
