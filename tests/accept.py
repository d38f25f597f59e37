"""Record what the package does now as what the tests expect, for review in the diff.

Run by ``make accept``, or ``make accept TRUTH='NAME ...'``.

Writes ``expected.json`` of every page fixture and the lists of known failures, says what became of these, and adds new
rules to ``rule_ids.txt``. The truth of a fixture (``expected.md``, ``labels.json``) is written by hand and left alone;
for the fixtures named, it is drafted from the present result, to be corrected by hand.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import known_failures
from bodycopy.evidence import RULES
from fixture_files import Fixture, dumped, folded, pages, recordable, untouched, what_stays
from known_failures import BROKEN_LAWS, FOLDER, UNTOUCHED, compact, file_of, listed
from test_rules import RULE_IDS, recorded_ids
from truths import TruthError

if TYPE_CHECKING:
    from pathlib import Path

    from known_failures import Failures


def put(path: Path, text: str) -> None:
    """Write a file where its text changes, and say so."""
    data = text.encode("utf-8")
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        print(f"wrote {path}")


def draft(fixture: Fixture) -> None:
    """The truth of a fixture as far as the package knows it."""
    put(fixture.folder / "expected.md", what_stays(fixture.cleaned))
    gone = [b for b in fixture.cleaned.blocks if not b.kept and not b.block.hidden and b.block.text.strip()]
    rows = [{"label": str(b.label), "text": folded(b.block.text)} for b in gone]
    put(fixture.folder / "labels.json", dumped(rows))


def put_failures(path: Path, failures: Failures, before: Counter[str], after: Counter[str]) -> None:
    """Write one list of known failures, or remove it where nothing fails; count what was and what is."""
    before.update({kind: len(rows) for kind, rows in listed(path).items()})
    after.update({kind: len(rows) for kind, rows in failures.items()})
    if failures:
        put(path, compact(failures))
    elif path.exists():
        path.unlink()
        print(f"removed {path}: nothing fails any more")


def record_failures(fixtures: list[Fixture], bodies: list[Fixture]) -> list[str]:
    """Write all lists of known failures and print their totals, before and after; the fixtures of broken truth."""
    before, after, wrong = Counter[str](), Counter[str](), []
    clean = 0
    for fixture in fixtures:
        try:
            failures = known_failures.of_page(fixture)
        except TruthError as error:
            wrong.append(str(error))
        else:
            clean += not failures
            put_failures(file_of(fixture), failures, before, after)
    for path in set(FOLDER.glob("*.json")) - {file_of(f) for f in fixtures} - {UNTOUCHED, BROKEN_LAWS}:
        put_failures(path, {}, before, after)
    print("known failures on the pages, before -> after:")
    for kind in ("lost", "left", "named"):
        print(f"  {kind:<10} {before[kind]:>4} -> {after[kind]:>4}")
    print(f"  pages without any: {clean} of {len(fixtures)}")
    for path, failures in (
        (UNTOUCHED, known_failures.of_untouched(bodies)),
        (BROKEN_LAWS, known_failures.of_laws(fixtures + bodies)),
    ):
        before, after = Counter(), Counter()
        put_failures(path, failures, before, after)
        print(f"{path.stem}: {before.total()} -> {after.total()} in {dict(after) or 'none'}")
    return wrong


def record_rules() -> None:
    """Add the ids of new rules; an id is never taken out."""
    new = sorted(set(RULES) - set(recorded_ids()))
    if new:
        head = [line for line in RULE_IDS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        put(RULE_IDS, "\n".join(head + sorted([*recorded_ids(), *new])) + "\n")


def main(named: list[str]) -> int:
    """Record all fixtures; draft the truth of those named by their folder's name."""
    fixtures = pages()
    unknown = set(named) - {fixture.folder.name for fixture in fixtures}
    if unknown:
        print(f"no such fixture: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    for fixture in fixtures:
        if fixture.folder.name in named:
            draft(fixture)
        put(fixture.recorded, dumped(recordable(fixture.cleaned)))
    record_rules()
    wrong = record_failures(fixtures, untouched())
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
