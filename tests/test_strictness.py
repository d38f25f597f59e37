"""The dial: presets and numbers, and what a number asks for."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

import bodycopy
from bodycopy.keep import PRESETS, strictness, threshold

KINDS = pytest.mark.parametrize("html", [True, False], ids=["html", "text"])
PAGE = """<html><body><article><p>{}</p></article><aside><a href="/1">Read more</a></aside></body></html>""".format(
    "The bell came down from the roof of the school on a Thursday, and nobody had asked the ringers about it. " * 3
)


def test_a_preset_stays_a_name_and_a_number_may_come_in_words() -> None:
    assert [strictness(name) for name in PRESETS] == list(PRESETS)
    assert strictness("0.25") == strictness(0.25) == 0.25


@pytest.mark.parametrize("value", ["bold", 1.5, -0.1, math.nan, None])
def test_anything_else_is_refused(value: str | float) -> None:
    with pytest.raises(bodycopy.BodycopyError, match="sure, careful, balanced, strict or a number"):
        strictness(value)


@KINDS
def test_more_may_go_the_further_the_dial_is_turned(html: bool) -> None:
    dials = [0.0, *(n / 1000 for n in range(1, 1000)), 1.0]
    nats = [threshold(dial, html=html) for dial in dials]
    assert nats[0] == -math.inf
    assert nats[-1] == math.inf
    assert all(one < other for one, other in pairwise(nats))
    assert all(step < 1 for step in (b - a for a, b in pairwise(nats[10:-10])))  # no leaps where people turn it


@KINDS
def test_presets_are_in_their_order(html: bool) -> None:
    nats = [threshold(name, html=html) for name in ("sure", "careful", "balanced", "strict")]
    assert nats == sorted(nats)
    assert nats[2] == 0.0  # the labels of a result are those of the usual strictness: body from even odds on


def test_the_ends_of_the_dial() -> None:
    assert bodycopy.clean(PAGE, options=bodycopy.Options(strictness=0)).removed == ()
    assert bodycopy.clean(PAGE, options=bodycopy.Options(strictness=1)).text == ""
