"""What the tests of the integrations share: the framework or a skip, the code of docs/integrations.md, pages to clean."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path

import pytest

from fixture_files import FIXTURES, ROOT

GUIDE = ROOT / "docs" / "integrations.md"


def framework(package: str, extra: str) -> None:
    """Skip the module that calls this where a package is missing; where BODYCOPY_ALL_INTEGRATIONS is 1, fail instead."""
    if os.environ.get("BODYCOPY_ALL_INTEGRATIONS") == "1":
        importlib.import_module(package)
    pytest.importorskip(
        package, reason=f"{package} is not installed: it is the extra {extra!r}, see `make integrations`"
    )


def documented(heading: str) -> str:
    """The Python of the section of docs/integrations.md with this heading, of all its blocks."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert section, heading
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", section[1], re.M | re.S))


def page_files() -> list[Path]:
    """The pages among the fixtures."""
    return sorted((FIXTURES / "pages").glob("*/source.html"))
