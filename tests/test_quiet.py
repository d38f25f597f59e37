"""Clean texts that look like furniture, in twenty languages: the linter leaves them in peace.

The texts were written before anything was measured on them, and none is changed because something is found in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli_tools import do_fixture  # noqa: F401 - a fixture

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "quiet"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
MOST = 0.03
KINDS = frozenset(
    "about-newsletters changelog-or-legal faq minutes newsletter-issue play-script poem privacy-law recipe sermon".split()
)


def test_there_are_ten_kinds_in_twenty_languages() -> None:
    languages = {path.parent.name for path in FILES}
    assert len(languages) == 20
    for language in languages:
        assert {path.stem for path in FILES if path.parent.name == language} == KINDS


@pytest.mark.parametrize(("arguments", "most"), [((), MOST), (("--strictness", "careful"), 2 * MOST)])
def test_hardly_any_has_a_finding(do: Any, arguments: tuple[str, ...], most: float) -> None:
    out = do("check", str(FOLDER), "--isolated", "--no-cache", "--format", "jsonl", *arguments).out
    found = [json.loads(line) for line in out.splitlines()]
    told = sorted({f"{Path(one['path']).relative_to(FOLDER)}:{one['line']} {one['rule']}" for one in found})
    assert len({one["path"] for one in found}) <= most * len(FILES), told
