"""Sign-ups and paywalls: what asks the reader for an address, an account or money."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from bodycopy.document import Label
from bodycopy.evidence import Column, Firing, rule
from bodycopy.survey import Survey
from bodycopy.traits import Traits
from bodycopy.words import breaks_off

_SECOND_PERSON = frozenset("you your yours you're you'll".split())
_PITCH_WORDS = 70
# The lines of a box have so many words at the most, stand so far from its pitch, and a pitch's copies from each other.
_BOX_WORDS = 30
_BOX_LINES = 6
_COPIES_APART = 3
_PITCH_LEAST = 6
# A line with this share of words that the article uses elsewhere is the article's own.
_OWN_WORDS = 0.45
_FIRST_PERSON = frozenset("we our us we're".split())
_QUOTES = "\"“„«‘'"
_NO_VERBS = frozenset(
    "in on for and but to is of at by from with this that nobody everybody he she it they we i".split()
)
_PARTICLES = frozenset("up off out on with to for into from".split())


@rule(Label.SIGNUP)
def offer(survey: Survey) -> Iterator[Firing]:
    """Offers something by e-mail: "sign up for our newsletter", "delivered to your inbox".

    Left alone: long paragraphs, where such words are told about rather than said to the reader, and what a sentence quotes.
    """
    for index, phrase in survey.with_phrase("signup-offer"):
        traits = survey.traits[index]
        if traits.count <= _PITCH_WORDS:
            hits = sum(hit.group == "signup-offer" for hit in traits.hits)
            yield index, min(2.0, 0.6 + 0.4 * hits) * survey.brevity(index), phrase


@rule(Label.SIGNUP)
def offer_line(survey: Survey) -> Iterator[Firing]:
    """An offer in one line: it speaks to the reader, or has no full stop, and is no longer than thirty words."""
    for index, phrase in survey.with_phrase("signup-offer"):
        traits = survey.traits[index]
        addressed = any(word in _SECOND_PERSON for word in traits.words)
        if traits.count <= 30 and (addressed or not traits.terminal) and survey.blocks[index].text[:1] not in _QUOTES:
            yield index, 1.0, phrase


@rule(Label.SIGNUP)
def call_and_object(survey: Survey) -> Iterator[Firing]:
    """A call and its object in one short block: "Subscribe" and "newsletter", "Get" and "alerts", in any order between."""
    for index, phrase in survey.with_phrase("signup-call"):
        traits = survey.traits[index]
        named = traits.phrase("signup-object")
        if named and traits.count <= _PITCH_WORDS:
            yield index, survey.brevity(index), f"{phrase} … {named}"


@rule(Label.SIGNUP)
def pitch(survey: Survey) -> Iterator[Firing]:
    """Words of a pitch in a short block: how often, for free, what it is, said to the reader."""
    for index, phrase in survey.with_phrase("signup-object"):
        traits = survey.traits[index]
        said = sum(hit.group == "pitch" for hit in traits.hits) + any(w in _SECOND_PERSON for w in traits.words)
        if said and traits.count <= _PITCH_WORDS:
            yield index, min(1.0, said / 3) * survey.brevity(index), f"{phrase}, {traits.phrase('pitch') or 'you'}"


@rule(Label.SIGNUP)
def small_print(survey: Survey) -> Iterator[Firing]:
    """The small print of a form: "by signing up you agree", "unsubscribe at any time"."""
    for index, phrase in survey.with_phrase("signup-terms"):
        if survey.traits[index].count <= 2 * _PITCH_WORDS:
            yield index, survey.brevity(index), phrase


@rule(Label.SIGNUP)
def address_field(survey: Survey) -> Column:
    """Stands in a small form, or beside one, that has a field for an e-mail address."""
    distance = survey.holdings.form_distances
    near = (distance >= 0) & (distance < 5)
    return Column.where(near, 3.0 / (3.0 + np.maximum(0.0, distance)), "a field for an e-mail address")


@rule(Label.SIGNUP)
def invitation(survey: Survey) -> Iterator[Firing]:
    """A short line that tells the reader what to do with what is theirs ("Escape your …", "Start your day with …").

    Weak alone; it names lines of a pitch that say nothing of e-mail.
    """
    for index, traits in enumerate(survey.traits):
        words = traits.words
        if 3 <= traits.count <= 30 and "your" in words[1:3] and (words[1] == "your" or words[1] in _PARTICLES):
            if words[0] in _NO_VERBS:
                continue
            yield index, 1.0, " ".join(words[:3])


@rule(Label.SIGNUP)
def beside_offer(survey: Survey) -> Iterator[Firing]:
    """Stands right beside an offer of a newsletter, with words of its own: heading, pitch, field and small print go together.

    A paragraph of prose ends the reach, and so does a line that talks about what the article talks about.
    """
    yield from _beside_offers(survey)


@rule(Label.SIGNUP)
def pitch_beside_offer(survey: Survey) -> Iterator[Firing]:
    """Stands beside an offer of a newsletter and speaks to the reader, or for the publisher, or has no full stop.

    Left alone: what the article says there, which speaks of others and in sentences.
    """
    for firing in _beside_offers(survey):
        if _speaks(survey.traits[firing[0]]) and survey.blocks[firing[0]].text[:1] not in _QUOTES:
            yield firing


def _speaks(traits: Traits) -> bool:
    """Whether a line speaks to the reader, or for the publisher, or is no sentence."""
    return not traits.terminal or any(w in _SECOND_PERSON or w in _FIRST_PERSON for w in traits.words)


def _beside_offers(survey: Survey) -> Iterator[Firing]:
    """The blocks within four of an offer that may belong to it, weaker with the distance."""
    certain = {i for i, _ in survey.with_phrase("signup-offer", "signup-terms") if survey.traits[i].count <= 45}
    certain = {i for i in certain if survey.traits[i].prose < 0.6 or survey.shared[i] < 0.35}
    for step in (-1, 1):
        for offer_index in certain:
            for distance in range(1, 5):
                index = offer_index + step * distance
                if not 0 <= index < len(survey.blocks) or not _may_belong(survey, index):
                    break
                if index not in certain:
                    yield index, 1.2 - 0.2 * distance, f"beside “{survey.blocks[offer_index].text[:40]}”"


def _may_belong(survey: Survey, index: int) -> bool:
    """Whether a block can be a line of a pitch: short, and not about what the article is about."""
    traits = survey.traits[index]
    if traits.count > 40 or survey.blocks[index].gap > 2 or index == survey.headline:
        return False
    if traits.prose > 0.6 and traits.count > 25:
        return False
    # A full sentence about others is the article's own: of a short article hardly a word stands in it twice.
    if traits.prose > 0.4 and traits.count >= 12 and not _speaks(traits):
        return False
    return traits.count < 4 or survey.shared[index] < _OWN_WORDS


@rule(Label.SIGNUP)
def box_shown_twice(survey: Survey) -> Iterator[Firing]:
    """Stands in a box with an offer of a newsletter and a line that is there twice, as it is shown to phones and to others.

    The box is all that stands between two paragraphs: the publisher's name, a motto, the heading, the call. Left alone: boxes
    without an offer, and lines that no paragraph or blank line divides from the article's own.
    """
    offers = {i for i, _ in survey.with_phrase("signup-offer") if survey.traits[i].count <= _PITCH_WORDS}
    boxed: dict[int, str] = {}
    for indices in survey.repeats if offers else ():
        for first, second in pairwise(indices):
            if second - first <= _COPIES_APART and survey.traits[first].count >= _PITCH_LEAST:
                inner = survey.blocks[second].gap
                start, end = _box_edge(survey, first, -1, inner), _box_edge(survey, second, 1, inner) + 1
                if not offers.isdisjoint(range(start, end)):
                    boxed |= dict.fromkeys(range(start, end), f"“{survey.blocks[first].text[:40]}” stands twice")
    for index, saw in sorted(boxed.items()):
        yield index, 1.0, saw


def _box_edge(survey: Survey, pitch: int, step: int, inner: int) -> int:
    """The last block of the box around a pitch in one direction; the pitch's own place where nothing divides it.

    A longer paragraph divides, and so do more blank lines than there are ``inner`` ones.
    """
    for distance in range(_BOX_LINES + 1):
        index = pitch + step * distance
        following = index + step
        if not 0 <= following < len(survey.blocks):
            return pitch
        gap = survey.blocks[max(index, following)].gap
        if gap > inner or survey.traits[following].count > _BOX_WORDS:
            return index
        if following == survey.headline or survey.shared[following] >= _OWN_WORDS:
            return pitch
    return pitch


@rule(Label.SIGNUP)
def button(survey: Survey) -> Iterator[Firing]:
    """A button or a line of one to four words that is nothing but the call: "Subscribe", "Sign me up".

    It leaves alone what goes on in the next line, as verse does.
    """
    for index, phrase in survey.with_phrase("signup-call", "signup-offer"):
        traits = survey.traits[index]
        if traits.count <= 4 and not traits.terminal and not breaks_off(survey.blocks[index].text):
            yield index, 1.0, phrase


@rule(Label.PAYWALL)
def subscription_offer(survey: Survey) -> Iterator[Firing]:
    """Asks to pay, to register or to support: "to continue reading", "already a subscriber", "make a donation"."""
    for index, phrase in survey.with_phrase("paywall"):
        traits = survey.traits[index]
        if traits.count <= _PITCH_WORDS:
            hits = len({hit.phrase for hit in traits.hits if hit.group == "paywall"})
            addressed = any(w in _SECOND_PERSON or w in ("us", "our", "we") for w in traits.words)
            if not addressed and traits.count > 6 and hits < 2:
                continue
            strength = min(2.0, hits / 2)
            yield index, strength * survey.brevity(index), phrase
