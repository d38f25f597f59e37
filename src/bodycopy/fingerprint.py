"""What results were made by, as a few digits: the code that decides, its data, the model in use."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from typing import Any

SHIPPED, NO_MODEL = "shipped", "none"
"""How the learnt labeller is called that ships with bodycopy, and how none is."""

_DECIDING = (
    "articles.py", "balance.py", "claims.py", "company.py", "evidence.py", "holdings.py", "keep.py", "label.py", "looks.py",
    "model", "naming.py", "pipeline.py", "remains.py", "runs.py", "survey.py", "traits.py", "wording.py", "words.py",
    "rules", "read", "data",
)  # fmt: skip


@lru_cache(maxsize=16)
def fingerprint(judge: str = SHIPPED) -> str:
    """Twelve hexadecimal digits that change whenever rules, phrases, class words, weights or the model in use change.

    ``judge`` is the learnt labeller, as :attr:`bodycopy.Options.judge` names it.
    """
    if judge != SHIPPED:
        return hashlib.sha256(f"{fingerprint()} {judge}".encode()).hexdigest()[:12]
    digest = hashlib.sha256()
    for name in _DECIDING:
        _digest(resources.files("bodycopy") / name, digest)
    return digest.hexdigest()[:12]


def _digest(part: Any, digest: Any) -> None:
    if part.is_dir():
        for inner in sorted(part.iterdir(), key=lambda p: p.name):
            if inner.name != "__pycache__":
                _digest(inner, digest)
    else:
        digest.update(part.name.encode() + b"\0" + part.read_bytes())
