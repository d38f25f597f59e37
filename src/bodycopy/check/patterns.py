"""Patterns of paths, as Git has them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from bodycopy.inputs import UsageError, shown


def patterns(lines: Iterable[str], whose: str) -> GitIgnoreSpec:
    """Patterns that the user gave. Raises :class:`UsageError` for what is none, which names ``whose`` it is."""
    good: list[str] = []
    for line in lines:
        if not _is_pattern(line):
            raise UsageError(f"{whose}: not a pattern: {shown(line)}")
        good.append(line)
    return GitIgnoreSpec.from_lines(good)


def ignored(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns of a file; what is none is passed over, as Git does."""
    return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):  # it says the second of a range that runs backwards
        return False
    return True
