"""Every fixture: what stays, what goes, what is recorded, and the laws. How they are laid out: fixture_files.py.

What the package gets wrong is listed block by block and strictly: known_failures.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import bodycopy
import known_failures
from fixture_files import Fixture, difference, dumped, pages, recordable, untouched, what_stays
from known_failures import BREAKABLE, BROKEN_LAWS, FOLDER, UNTOUCHED, compact, file_of, listed
from laws import LAWS
from truths import golds, rightly_cleaned

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES, BODIES = pages(), untouched()
ACCEPT = "\n`make accept` records it, for review"


def each(fixtures: list[Fixture]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fixture", fixtures, ids=lambda fixture: fixture.name)


def same(due: object, got: object, due_text: str, got_text: str, name: str) -> None:
    """Two records are the same, or the difference is shown."""
    if due != got:
        raise AssertionError(difference(due_text, got_text, name) + ACCEPT)


@each(PAGES)
def test_truth_is_of_the_page(fixture: Fixture) -> None:
    """Each block is of one truth file; were every decision right, the output would be ``expected.md`` to the byte."""
    got = what_stays(rightly_cleaned(fixture, golds(fixture)))
    assert got == fixture.truth, difference(fixture.truth, got, "expected.md")


@each(PAGES)
def test_failures_are_those_known(fixture: Fixture) -> None:
    """No block is lost, left or misnamed but those listed, and all those listed are."""
    due, got = listed(file_of(fixture)), known_failures.of_page(fixture)
    same(due, got, compact(due), compact(got), file_of(fixture).name)


@each(PAGES)
def test_the_rest_is_right_to_the_byte(fixture: Fixture) -> None:
    """Where no block is listed as lost or left, what is written is ``expected.md``."""
    if not {"lost", "left"} & set(listed(file_of(fixture))):
        got = what_stays(fixture.cleaned)
        assert got == fixture.truth, difference(fixture.truth, got, "expected.md")


@each(PAGES)
def test_result_is_as_recorded(fixture: Fixture) -> None:
    assert fixture.recorded.exists(), "no expected.json; look at the result, then run `make accept`"
    due = json.loads(fixture.recorded.read_text(encoding="utf-8"))
    got = recordable(fixture.cleaned)
    same(due, got, dumped(due), dumped(got), "expected.json")


@each(PAGES)
def test_truth_is_complete(fixture: Fixture) -> None:
    """Both truth files are there and name known labels, so that no fixture passes for want of a comparison."""
    assert fixture.truth.strip() or fixture.goes
    assert {row["label"] for row in fixture.goes} <= {str(label) for label in bodycopy.Label}
    assert (fixture.folder / "about.txt").read_text(encoding="utf-8").strip()


@each(BODIES)
def test_untouched(fixture: Fixture) -> None:
    """Nothing is cut but what is listed, and all that is listed is."""
    due = listed(UNTOUCHED).get(fixture.source.name, [])
    got = known_failures.of_untouched([fixture]).get(fixture.source.name, [])
    same(due, got, "\n".join(due), "\n".join(got), f"{UNTOUCHED.name}, {fixture.source.name}")
    assert known_failures.comes_through(fixture) == (not due)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@each(PAGES + BODIES)
def test_law(fixture: Fixture, law: Callable[[bodycopy.Cleaned], None]) -> None:
    """The laws hold; those listed as broken are broken, or `make accept` is to take them off the list."""
    name = next((name for name, breakable in BREAKABLE.items() if breakable is law), None)
    if name is not None and fixture.name in listed(BROKEN_LAWS).get(name, []):
        assert known_failures.breaks(fixture, name), f"{fixture.name} now holds to {law.__name__}{ACCEPT}"
    else:
        law(fixture.cleaned)


def test_known_failures_are_of_fixtures_that_there_are() -> None:
    there = {file_of(fixture) for fixture in PAGES} | {UNTOUCHED, BROKEN_LAWS}
    assert not set(FOLDER.iterdir()) - there
    assert not set(listed(UNTOUCHED)) - {fixture.source.name for fixture in BODIES}
    broken = listed(BROKEN_LAWS)
    assert not set(broken) - set(BREAKABLE)
    assert not {name for names in broken.values() for name in names} - {f.name for f in PAGES + BODIES}


def test_there_are_fixtures() -> None:
    """An empty folder must not pass for a passing one."""
    assert len(PAGES) >= 40
    assert len(BODIES) >= 20
