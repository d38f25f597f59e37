"""The bench's pages, gold and scorer: where they lie and how they are read.

They are no part of this repository. They lie beside it in ``../shared`` or where ``BODYCOPY_SHARED`` or ``--shared``
points. Some pages are sealed: their figures are printed, but nothing here names them or writes their text to a file.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

HERE = Path(__file__).resolve().parent
PARTS = ("all", "open", "sealed")

Row = dict[str, Any]


def default_shared() -> Path:
    """The folder of the bench data: ``BODYCOPY_SHARED``, else the one beside the repository."""
    return Path(os.environ.get("BODYCOPY_SHARED") or HERE.parent.parent / "shared")


@dataclass(frozen=True)
class Shared:
    """One folder of bench data, with ``bench/`` and ``pages/`` in it."""

    root: Path

    def rows(self, name: str) -> list[Row]:
        """The objects of one ``.jsonl.gz`` file of the bench."""
        with gzip.open(self._file(name), "rt", encoding="utf-8") as stream:
            return [json.loads(line) for line in stream if line.strip()]

    def fingerprint(self, names: Iterable[str]) -> str:
        """SHA-256 over the bytes of these files and the list of sealed pages."""
        digest = hashlib.sha256()
        for name in sorted(names):
            digest.update(self._file(name).read_bytes())
        digest.update("\n".join(sorted(self.sealed)).encode())
        return digest.hexdigest()

    @cached_property
    def scorer(self) -> ModuleType:
        """The scorer that lies beside the data, imported by its path so that there is one scorer only."""
        spec = importlib.util.spec_from_file_location("bench_scorer", self.root / "bench" / "score.py")
        if spec is None or spec.loader is None:
            sys.exit(f"bench: {self.root / 'bench' / 'score.py'} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @cached_property
    def sealed(self) -> frozenset[str]:
        """The ids that are for scoring only."""
        return frozenset(self.scorer.sealed_ids())

    def parts(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Rows with an ``id``, as all of them, the open and the sealed ones; parts without a row are left out."""
        rows = list(rows)
        split = {
            "all": rows,
            "open": [row for row in rows if row["id"] not in self.sealed],
            "sealed": [row for row in rows if row["id"] in self.sealed],
        }
        return {part: members for part, members in split.items() if members}

    def _file(self, name: str) -> Path:
        return self.root / "bench" / f"{name}.jsonl.gz"


def open_shared(root: Path) -> Shared:
    """The bench data under ``root``; ends the program with exit status 2 and one line where there is none."""
    if not (root / "bench" / "score.py").is_file():
        print(f"bench: no bench data in {root}; name its folder with --shared or BODYCOPY_SHARED", file=sys.stderr)
        raise SystemExit(2)
    return Shared(root)
