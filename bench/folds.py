"""The folds: which open page is judged by weights that have not seen its site, and whether they still fit the code.

``make train`` writes ``folds.json``; ``make eval`` reads it. Pages of one site are always in one fold, as HTML or text.
"""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bodycopy
from bodycopy.label import Weights
from bodycopy.model.labeller import Model
from bodycopy.model.labeller import read as read_model
from samples import FILES, KINDS
from shared_pages import HERE, Shared

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDS = 5
PATH = HERE / "folds.json"
MODELS = HERE / "models"
PACKAGE = Path(bodycopy.__file__).parent
TRAIN = PACKAGE / "train"
WEIGHTS = PACKAGE / "data" / "weights.toml"

Part = dict[str, Any]
"""Fitted weights for one kind of source, as a part of weights.toml: ``bias``, ``alone``, ``company``, ``context``, ``names``."""

# What has no say in which rule fires where and how strongly. All else in the package has, new modules too.
_ELSEWHERE = (
    "__init__.py", "__main__.py", "balance.py", "check", "cli*.py", "company.py", "corpus", "cuts", "errors.py",
    "fingerprint.py", "inputs.py", "integrations", "keep.py", "label.py", "looks.py", "naming.py", "options.py",
    "own_model.py", "pipeline.py", "reasons.py", "remains.py", "result.py", "settings.py", "strictness.toml", "terminal.py",
    "train", "version.py", "via.py", "weights.toml", "write",
)  # fmt: skip
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


# -- fingerprints ------------------------------------------------------------------------------------------------------


def meaning(source: str) -> str:
    """A Python file without blank lines, lines of comment and docstrings: wording may change without a new fit."""
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            dropped.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    kept = (line for number, line in enumerate(source.splitlines(), 1) if number not in dropped)
    return "\n".join(line for line in kept if line.strip() and not line.lstrip().startswith("#"))


def _digest(files: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for file in files:
        text = file.read_text(encoding="utf-8")
        digest.update(f"\0{file.name}\0{meaning(text) if file.suffix == '.py' else text}".encode())
    return digest.hexdigest()


def features_fingerprint(shared: Shared) -> str:
    """Changes with the bench data and with all code and phrases that make a page's features."""
    files = (p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".toml"))
    has_a_say = [p for p in sorted(files) if not any(_names(part) for part in p.relative_to(PACKAGE).parts)]
    aligned = [TRAIN / "align.py", TRAIN / "sites.py", HERE / "samples.py", HERE / "folds.py"]
    return _digest([*has_a_say, *aligned], shared.fingerprint(FILES))


def _names(part: str) -> bool:
    return any(fnmatch(part, pattern) for pattern in _ELSEWHERE)


def fingerprint(shared: Shared) -> str:
    """Changes with the features, the company's features and the fit: with what fitted weights depend on."""
    return _digest(
        [PACKAGE / "company.py", HERE / "stack.py", HERE / "names.py", TRAIN / "forest.py"],
        features_fingerprint(shared),
    )


def model_path(kind: str, fold: int | None) -> Path:
    """Where the model of all pages lies (``None``), or that trained without a fold."""
    return PACKAGE / "data" / f"model-{kind}.npz" if fold is None else MODELS / f"{kind}-{fold}.npz"


def models_digest(folds: int) -> str:
    """Of all models, shipped and by fold; empty where one is missing."""
    paths = [model_path(kind, fold) for kind in KINDS for fold in (None, *range(folds))]
    if not all(path.exists() for path in paths):
        return ""
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


def shipped_digest(weights: str) -> str:
    """Of what a weights file's text says."""
    return hashlib.sha256(json.dumps(tomllib.loads(weights)).encode()).hexdigest()


# -- folds.json --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folds:
    """The fold of each open page, and for each fold the weights fitted without it, for ``html`` and ``text``.

    ``fit`` is the fingerprint of what was fitted, ``shipped`` that of the weights that came of all folds together, ``models``
    that of all models.
    """

    fit: str
    shipped: str
    models: str
    pages: dict[str, int]
    weights: list[dict[str, Part]]

    def write(self, path: Path) -> None:
        """Write everything, always in the same order."""
        text = json.dumps(self.__dict__, indent=0, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    def for_page(self, page: str, *, html: bool, learnt: bool = True) -> Weights:
        """What has not seen the site of an open page; the rules alone where not ``learnt``."""
        kind, fold = "html" if html else "text", self.pages[page]
        rules = Weights.of(self.weights[fold][kind])
        return rules.with_model(_fold_model(kind, fold)) if learnt else rules


def read_folds(path: Path, shared: Shared) -> Folds:
    """The folds in a file. ``ValueError``, one line, where it is missing or of other code, data or weights."""
    if not path.exists():
        raise ValueError(f"{path.name} is missing: run make train")
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    folds = Folds(data["fit"], data["shipped"], data["models"], data["pages"], data["weights"])
    if folds.fit != fingerprint(shared):
        raise ValueError(
            f"the weights were fitted with other rules, phrases or bench data ({path.name}): run make train"
        )
    if folds.shipped != shipped_digest(WEIGHTS.read_text(encoding="utf-8")):
        raise ValueError(f"{WEIGHTS.name} is of another fit than {path.name}: run make train")
    if folds.models != models_digest(len(folds.weights)):
        raise ValueError(f"the models are of another fit than {path.name}, or one is missing: run make train")
    return folds


@cache
def _fold_model(kind: str, fold: int) -> Model:
    return read_model(model_path(kind, fold))
