"""The label and the rule of each removal, counted without its reasons."""

from __future__ import annotations

import pytest

from bodycopy.cuts import told_by
from fixture_files import Fixture, pages


@pytest.mark.parametrize("fixture", pages(), ids=lambda fixture: fixture.name)
def test_what_is_counted_is_what_removals_tell(fixture: Fixture) -> None:
    cleaned = fixture.cleaned
    assert told_by(cleaned.blocks) == [(one.label, one.rules[0] if one.rules else "") for one in cleaned.removed]
