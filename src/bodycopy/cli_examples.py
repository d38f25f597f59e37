"""The examples of rules, as `bodycopy rules ID` shows them."""

from __future__ import annotations

import contextlib
from importlib import resources
from pathlib import Path


def examples_of(identifier: str) -> str | None:
    """The examples of a rule, without their title (``data/rules/<label>/<rule>.md``); ``None`` where there are none.

    A wheel has them packaged; an editable install reads them where they are written, in the checkout's ``fixtures``.
    """
    package = resources.files("bodycopy")
    for folder in (package / "data", Path(__file__).resolve().parents[2] / "fixtures"):
        with contextlib.suppress(OSError):
            text = (folder / "rules" / f"{identifier}.md").read_text(encoding="utf-8")
            return text.partition("\n")[2].strip("\n")
    return None
