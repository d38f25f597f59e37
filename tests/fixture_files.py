"""The fixtures on disk: where they lie, what each file in them means, how a result is compared with them.

A page fixture is a folder: ``source.*``, ``expected.md`` (what stays; written by hand), ``labels.json`` (what goes,
block by block; written by hand), ``expected.json`` (the whole result as recorded by ``make accept``). An untouched body
is one file. What the package gets wrong of them is listed in ``known-failures``. Nothing here writes a file;
:mod:`accept` does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import unified_diff
from functools import cached_property
from pathlib import Path
from typing import Any

import bodycopy

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"

# A page's own wording seldom tells a teaser from a related story.
FAMILY = {"teaser": "related"}
# Of a recorded result these change with every version and every weight, and say nothing about the page.
UNRECORDED = ("version", "fingerprint")


@dataclass(frozen=True)
class Fixture:
    """One source and the files beside it."""

    name: str
    source: Path

    @property
    def folder(self) -> Path:
        return self.source.parent

    @cached_property
    def cleaned(self) -> bodycopy.Cleaned:
        """The source cleaned as a user would: from its bytes, told nothing about it."""
        return bodycopy.clean(self.source.read_bytes())

    @property
    def truth(self) -> str:
        return read_exact(self.folder / "expected.md")

    @property
    def goes(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads((self.folder / "labels.json").read_text(encoding="utf-8"))
        return rows

    @property
    def recorded(self) -> Path:
        return self.folder / "expected.json"


def pages() -> list[Fixture]:
    """The fixtures of ``fixtures/pages``, one folder each."""
    found = sorted((FIXTURES / "pages").glob("*/source.*"))
    return [Fixture(f"pages/{path.parent.name}", path) for path in found]


def untouched() -> list[Fixture]:
    """The bodies of ``fixtures/untouched``, one file each."""
    found = sorted(p for p in (FIXTURES / "untouched").glob("*") if p.is_file() and not p.name.startswith("."))
    return [Fixture(f"untouched/{path.name}", path) for path in found]


def read_exact(path: Path) -> str:
    """A file's text with its line ends as they are."""
    return path.read_bytes().decode("utf-8")


def family(label: str) -> str:
    return FAMILY.get(label, label)


def folded(text: str) -> str:
    return " ".join(text.split())


def output(cleaned: bodycopy.Cleaned) -> str:
    """What is written in the source's own format: pruned HTML for HTML, text for text."""
    return cleaned.to_html() if cleaned.document.is_html else cleaned.text


def again(cleaned: bodycopy.Cleaned, source: str) -> bodycopy.Cleaned:
    """Clean another source of the same format."""
    return bodycopy.clean(source, format="html" if cleaned.document.is_html else "text")


def what_stays(cleaned: bodycopy.Cleaned) -> str:
    """The form in which ``expected.md`` is written: Markdown for HTML, the text itself for text."""
    return cleaned.to_markdown() if cleaned.document.is_html else cleaned.text


def recordable(cleaned: bodycopy.Cleaned) -> dict[str, Any]:
    """The result as ``expected.json`` has it; scores are rounded, so that a last digit is no difference."""
    result: dict[str, Any] = json.loads(cleaned.to_json())
    for key in UNRECORDED:
        result.pop(key, None)
    for removal in result["removed"]:
        removal["confidence"] = round(removal["confidence"], 2)
    return result


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def difference(due: str, got: str, name: str) -> str:
    """What a failed comparison shows: a unified diff, from what is due to what came."""
    lines = unified_diff(due.splitlines(), got.splitlines(), f"{name} (due)", "what came", lineterm="", n=1)
    return "\n" + "\n".join(lines)
