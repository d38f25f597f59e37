"""How much was found, by rule, label, folder and language."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bodycopy.check.job import Checked


class Counts(NamedTuple):
    """Findings by one thing, the most first."""

    by: str
    counts: Sequence[tuple[str, int]]


@dataclass
class Tally:
    """How many documents were read, in how many something was found, and how much."""

    read: int = 0
    found_in: int = 0
    findings: int = 0

    def add(self, one: Checked) -> None:
        """Count a document."""
        self.read += 1
        self.found_in += bool(one.findings)
        self.findings += len(one.findings)

    @property
    def rate(self) -> float:
        """The share of documents with findings, in percent."""
        return 100.0 * self.found_in / max(1, self.read)


def statistics(documents: Sequence[Checked]) -> Iterator[Counts]:
    """The counts of what was found in documents."""
    pairs = [(one, found) for one in documents for found in one.findings]
    yield Counts("rule", Counter(found.rule for _, found in pairs).most_common())
    yield Counts("label", Counter(found.label for _, found in pairs).most_common())
    yield Counts("folder", Counter(os.path.dirname(found.path) or "." for _, found in pairs).most_common())
    yield Counts("language", Counter(one.lang or "not told" for one, _ in pairs).most_common())
