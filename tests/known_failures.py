"""What the package is known to get wrong on the fixtures, block by block: ``fixtures/known-failures``.

Every list is strict: what fails and is not listed fails its test, and so does what is listed and no longer fails, until
``make accept`` writes the lists anew.

- ``<page>.json``: ``lost``, the blocks of ``expected.md`` that are cut; ``left``, the blocks that stay although they
  are in ``labels.json``; ``named``, the blocks that rightly go under the wrong label: text, right label, ours.
  A page without such a file is got right to the byte.
- ``untouched.json``: of bodies that must come through as they are, the blocks that are cut.
- ``laws.json``: of those laws that may be broken at all, the fixtures that break them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fixture_files import FIXTURES, Fixture, folded, output
from laws import cleaning_twice_changes_nothing, html_and_text_agree
from truths import golds, text_of

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = FIXTURES / "known-failures"
UNTOUCHED, BROKEN_LAWS = FOLDER / "untouched.json", FOLDER / "laws.json"
# The laws that a fixture may be recorded as breaking, by their names in `laws.json`. The others hold everywhere.
BREAKABLE = {"idempotent": cleaning_twice_changes_nothing, "agree": html_and_text_agree}

Failures = dict[str, list[Any]]


def file_of(fixture: Fixture) -> Path:
    """Where a page's known failures are listed."""
    return FOLDER / f"{fixture.folder.name}.json"


def listed(path: Path) -> Failures:
    """A list as recorded; empty where there is no file."""
    found: Failures = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def of_page(fixture: Fixture) -> Failures:
    """What goes wrong on a page now, each list in page order; no list is empty."""
    found = golds(fixture)
    failures: Failures = {
        "lost": [text_of(gold) for gold in found if gold.wrong and gold.label is None],
        "left": [text_of(gold) for gold in found if gold.wrong and gold.label is not None],
        "named": [[text_of(gold), gold.label, str(gold.labelled.label)] for gold in found if gold.misnamed],
    }
    return {kind: rows for kind, rows in failures.items() if rows}


def of_untouched(fixtures: list[Fixture]) -> Failures:
    """The blocks cut of bodies that must come through as they are."""
    cut = {f.source.name: [folded(b.block.text) for b in f.cleaned.blocks if not b.kept] for f in fixtures}
    return {name: texts for name, texts in cut.items() if texts}


def comes_through(fixture: Fixture) -> bool:
    """Whether nothing of a body was cut, not even a byte."""
    return not fixture.cleaned.removed and output(fixture.cleaned).encode() == fixture.source.read_bytes()


def breaks(fixture: Fixture, law: str) -> bool:
    """Whether a fixture breaks one of the laws that may be broken."""
    try:
        BREAKABLE[law](fixture.cleaned)
    except AssertionError:
        return True
    return False


def of_laws(fixtures: list[Fixture]) -> Failures:
    """The fixtures that break a law that may be broken, by law."""
    broken = {law: [fixture.name for fixture in fixtures if breaks(fixture, law)] for law in BREAKABLE}
    return {law: names for law, names in broken.items() if names}


def compact(failures: Failures) -> str:
    """A list as it is written: one case a line."""
    parts = []
    for kind, rows in failures.items():
        lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
        parts.append(f" {json.dumps(kind, ensure_ascii=False)}: [\n{lines}\n ]")
    return "{\n" + ",\n".join(parts) + "\n}\n"
