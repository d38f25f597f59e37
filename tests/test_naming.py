"""What is no body gets its name: by weights, in runs, among the labels that some rule speaks for."""

from __future__ import annotations

import numpy as np
import pytest

from bodycopy.document import Label
from bodycopy.evidence import RULES, Column, Evidence, Tally
from bodycopy.label import weights_for
from bodycopy.naming import NAMES, Naming, family, name_blocks

WEIGHTS = Naming(
    {
        "nav": {"bias": 1.0, "nav/menu-words": 1.0},
        "signup": {"bias": -1.0, "signup/offer": 3.0},
        "related": {"bias": 0.0, "related/announcement": 2.0, "teaser/card": 2.0, "signup/offer": -1.0},
        "consent": {"bias": -4.0},
    }
)


def tally(count: int, **blocks: list[int]) -> Tally:
    """Rules, with a low line for the slash and for hyphens, and the blocks for which each gives a plain case."""
    columns = {}
    for name, places in blocks.items():
        rule = name.replace("_", "/", 1).replace("_", "-")
        assert rule in RULES
        columns[rule] = Column(np.array(places), np.ones(len(places)), "")
    return Tally(columns, count)


def named(found: Tally, outside: list[int], *extra: Evidence) -> list[str]:
    count = len(outside)
    labels = name_blocks(np.array(outside, np.bool_), WEIGHTS.scores(found, extra))
    assert len(labels) == count
    return [str(label) for label in labels]


def test_a_name_goes_to_what_speaks_most_for_it_and_to_its_neighbours() -> None:
    found = tally(6, signup_offer=[1], related_announcement=[4], nav_menu_words=[0])
    assert named(found, [0, 1, 1, 0, 1, 1]) == ["body", "signup", "signup", "body", "related", "related"]


def test_a_body_between_them_parts_two_runs() -> None:
    found = tally(3, signup_offer=[0])
    assert named(found, [1, 0, 1]) == ["signup", "body", "other"]


def test_no_name_is_given_that_no_rule_speaks_for() -> None:
    """However frequent menus are: where nothing looks like one, none is there."""
    assert named(tally(2), [1, 1]) == ["other", "other"]
    assert named(tally(2, nav_menu_words=[1]), [1, 1]) == ["nav", "nav"]


def test_a_rule_of_one_label_may_speak_against_another() -> None:
    both = tally(1, related_announcement=[0], signup_offer=[0])
    assert named(both, [1]) == ["signup"]
    scores = WEIGHTS.scores(both, ())
    assert scores.names[NAMES.index(Label.RELATED), 0] == pytest.approx(2.0 - 1.0)


def test_a_teaser_is_told_from_other_related_lines() -> None:
    found = tally(5, teaser_card=[0, 1], related_announcement=[4])
    assert named(found, [1, 1, 0, 1, 1]) == ["teaser", "teaser", "body", "related", "related"]
    assert family(Label.TEASER) is Label.RELATED
    assert Label.TEASER not in NAMES


def test_what_a_labeller_of_a_user_says_makes_up_for_how_rare_it_is() -> None:
    consent = Evidence(0, "own/cookies", Label.CONSENT, -3.0, 1.0, "a note")
    assert named(tally(2, nav_menu_words=[1]), [1, 1]) == ["nav", "nav"]
    assert named(tally(1), [1], consent) == ["consent"]
    teaser = Evidence(0, "own/teaser", Label.TEASER, -3.0, 2.0, "a card")
    assert named(tally(1), [1], teaser) == ["teaser"]


@pytest.mark.parametrize("html", [True, False])
def test_the_weights_that_ship_name_each_label_for_what_its_own_rules_say(html: bool) -> None:
    naming = weights_for(html, learnt=False).naming
    assert list(naming.weights) == [str(name) for name in NAMES]
    assert {rule for row in naming.weights.values() for rule in row} <= {*RULES, "bias"}
    for label in (Label.SIGNUP, Label.RELATED, Label.SHARE, Label.NAV, Label.CAPTION, Label.BYLINE, Label.COMMENT):
        own = [
            weight for rule, weight in naming.of(label).items() if rule != "bias" and family(RULES[rule].label) is label
        ]
        assert sum(own) > 0
