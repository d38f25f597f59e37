"""What the tests of Ray, Spark, datasets and Arrow share: invented pages, the code of docs, packages that may be missing."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from cli_tools import PARAGRAPHS, PITCH
from frameworks import framework

DOCS = Path(__file__).resolve().parent.parent / "docs"


def needed(package: str, extra: str) -> Any:
    """A package, imported; skip the module that calls this without it, or fail, as :func:`framework` does."""
    framework(package, extra)
    return importlib.import_module(package)


def page(number: int) -> str:
    """A page with a body of its own; the odd ones have a pitch in it."""
    pitch = f"<p>{PARAGRAPHS[3]}</p>" if number % 2 else ""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[4:])
    return f"<html><body><article><h1>Ferry {number} sails again</h1><p>{PARAGRAPHS[1]}</p>{pitch}{body}</article></body></html>"


def rows(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Rows with a page each, one in ten of them null."""
    return [
        {"id": f"r{n}", "html": None if n % 10 == 9 else page(n), "url": f"https://ferry.example/{n}", "words": n}
        for n in range(start, start + count)
    ]


def are_cleaned(cleaned: list[dict[str, Any]], given: list[dict[str, Any]]) -> None:
    """Assert that these rows are those, in order, cleaned, without error."""
    assert [row["id"] for row in cleaned] == [row["id"] for row in given]
    for row, before in zip(cleaned, given, strict=True):
        assert list(row) == ["id", "text", "url", "words", "error"]
        assert (row["url"], row["words"], row["error"]) == (before["url"], before["words"], None)
        assert (row["text"] is None) == (before["html"] is None)
        assert row["text"] is None or (PARAGRAPHS[4] in row["text"] and PITCH not in row["text"])


def docs_code(name: str) -> list[str]:
    """The Python in a page of docs."""
    return re.findall(r"^```python\n(.*?)^```$", (DOCS / name).read_text(encoding="utf-8"), re.M | re.S)
