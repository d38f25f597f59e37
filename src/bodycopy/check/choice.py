"""Which findings count: what is selected, ignored by label, rule or path, allowed by wording, or of a record that is spared."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pathspec import GitIgnoreSpec

from bodycopy.check.findings import Finding
from bodycopy.check.patterns import patterns

# Of a whole page nobody asks why it has menus.
_OF_PAGES = frozenset({"nav", "other", "legal", "consent", "comment", "byline", "caption", "share"})


@dataclass(frozen=True)
class Choice:
    """What counts as a finding. Names are labels or rules, or beginnings of rules.

    ``select`` are the only ones that do (all where it is empty), ``ignore`` those that do not, ``by_path`` the same by pattern of
    path, as Git has them, below ``root``. What holds a phrase of ``allow`` does not count, nor anything in the records whose
    ids are ``records``. ``page`` says that HTML is whole pages.
    """

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    by_path: Mapping[str, Sequence[str]] = field(default_factory=dict)
    allow: Sequence[str] = ()
    records: Sequence[str] = ()
    page: bool = False
    root: Path = Path()

    def takes(self, found: Finding) -> bool:
        """Whether a finding counts."""
        if self.page and found.label in _OF_PAGES:
            return False
        if found.record_id is not None and found.record_id in self._records:
            return False
        if self.select and not _is_named(found, self.select):
            return False
        if _is_named(found, self.ignore) or (self._paths and _is_named(found, self._ignored(found.path))):
            return False
        text = _folded(found.text) if self._allowed else ""
        return not any(phrase in text for phrase in self._allowed)

    @cached_property
    def _records(self) -> frozenset[str]:
        return frozenset(self.records)

    @cached_property
    def _allowed(self) -> list[str]:
        return [_folded(phrase) for phrase in self.allow]

    @cached_property
    def _paths(self) -> list[tuple[GitIgnoreSpec, Sequence[str]]]:
        return [(patterns([pattern], "per-path-ignores"), names) for pattern, names in self.by_path.items()]

    def _ignored(self, path: str) -> list[str]:
        below = Path(os.path.relpath(path, self.root)).as_posix()
        return [name for spec, names in self._paths if spec.match_file(below) for name in names]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_named(found: Finding, names: Sequence[str]) -> bool:
    """Whether a finding's label is one of these names, or its rule begins as one."""
    return any(found.label == name or found.rule.startswith(name) for name in names)
