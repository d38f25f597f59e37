"""The check of ``../shared/pages``: texts whose every line was judged by hand, to be cleaned without a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import bodycopy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RELATED = "related"
_FAMILY = {"teaser": _RELATED}  # a page's own wording seldom tells a teaser from a related story

Line = tuple[str, str]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _first_difference(name: str, what: str, got: list[object], due: list[object]) -> Iterator[str]:
    for number, (one, other) in enumerate(zip(got, due, strict=False), 1):
        if one != other:
            yield f"{name}: {what} line {number} is {one!r}, not {other!r}"
            return
    if len(got) != len(due):
        rest = (got if len(got) > len(due) else due)[min(len(got), len(due))]
        yield f"{name}: {len(got)} {what} lines, not {len(due)}; the first without a partner is {rest!r}"


def check_page(path: Path) -> Iterator[str]:
    """One line for each way in which ``NAME.txt`` is not cleaned as the files beside it say.

    ``NAME.kept_lines.txt`` has the lines that stay (blank lines aside), ``NAME.lines.jsonl`` the label of every line.
    """
    cleaned = bodycopy.clean(path.read_text(encoding="utf-8"), format="text")
    kept = _lines(path.with_name(f"{path.stem}.kept_lines.txt").read_text(encoding="utf-8"))
    yield from _first_difference(path.name, "kept", list(_lines(cleaned.text)), list(kept))
    row = json.loads(path.with_name(f"{path.stem}.lines.jsonl").read_text(encoding="utf-8").splitlines()[0])
    due: list[Line] = [
        (text.strip(), _FAMILY.get(label, label)) for text, label in row["lines"] if label not in ("title", "body")
    ]
    got: list[Line] = [
        (line, _FAMILY.get(str(removal.label), str(removal.label)))
        for removal in cleaned.removed
        for line in _lines(removal.text)
    ]
    yield from _first_difference(path.name, "removed", list(got), list(due))


def check_pages(folder: Path) -> tuple[int, list[str]]:
    """How many pages there are, and every fault found."""
    pages = [path for path in sorted(folder.glob("*.txt")) if path.with_name(f"{path.stem}.lines.jsonl").exists()]
    return len(pages), [fault for path in pages for fault in check_page(path)]
