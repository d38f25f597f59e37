"""The shape of the code, read from its text: sizes, directions of imports, where printing is allowed.

Limits are on the tail, not the average. Nothing of the package is imported here.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "bodycopy"

MOST_FUNCTION_LINES = 60
MOST_FILE_LINES = 300
MOST_PARAMETERS = 6

# Who may import whom: a module may import what stands above it, and a folder's own modules each other (never in a
# circle). `bodycopy` is __init__, the public names.
ORDER = (
    "version",
    "document",
    "errors",
    "words",
    "traits",
    "wording",
    "runs",
    "claims",
    "holdings",
    "articles",
    "survey",
    "evidence",
    "rules",
    "model",
    "company",
    "balance",
    "reasons",
    "naming",
    "result",
    "label",
    "remains",
    "keep",
    "read",
    "cuts",
    "write",
    "own_model",
    "fingerprint",
    "options",
    "looks",
    "pipeline",
    "bodycopy",
    "via",
    "inputs",
    "settings",
    "train",
    "corpus",
    "integrations",
    "check",
    "terminal",
    "cli",
    "__main__",
)
# Modules that may see less than what stands above them.
ONLY = {"read": {"document", "words", "errors"}}
# What an integration imports at its top level, since its classes derive from it: its own framework, and none else does.
FRAMEWORKS = {
    "scrapy": {"scrapy", "itemadapter", "parsel"},
    "datatrove": {"datatrove"},
    "langchain": {"langchain_core"},
}
OPTIONAL = {
    "trafilatura",
    "lxml",
    "bs4",
    "scipy",
    "catboost",
    "pyarrow",
    "fastwarc",
    "zstandard",
    "ray",
    "pyspark",
    "datasets",
}.union(*FRAMEWORKS.values())

SOURCES = sorted(PACKAGE.rglob("*.py"))
ALL_CODE = sorted(p for folder in ("src", "tests", "bench", "docs") for p in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


every_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)
every_file = pytest.mark.parametrize("path", ALL_CODE, ids=name_of)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """All names that a caller fills, ``*args`` and ``**kwargs`` as one each, without ``self`` or ``cls``."""
    spec = function.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    names += [a.arg for a in (spec.vararg, spec.kwarg) if a is not None]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def module_of(path: Path) -> tuple[str, ...]:
    """``src/bodycopy/read/html.py`` is ``("read", "html")``; a package is its folder; the top package is ``()``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = {module_of(path): path for path in SOURCES}


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """The modules of this package that a file imports, wherever in the file, for types too."""
    for node in ast.walk(tree_of(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = tuple(name.split("."))
            if parts[0] == "bodycopy":
                inside = parts[1:]
                while inside not in MODULES:  # a name in a module, not a module
                    inside = inside[:-1]
                yield inside


def layer(module: tuple[str, ...]) -> str:
    top = module[0] if module else "bodycopy"
    return "cli" if top.startswith("cli") else top


def top_level_imports(path: Path) -> Iterator[tuple[str, int]]:
    """Names of the packages imported when the file is imported, with their lines: not those inside a function, nor
    those for types alone."""

    def walk(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
        for node in body:
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield (node.module or "").partition(".")[0], node.lineno
            elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield from walk(node.orelse)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for field in ("body", "orelse", "finalbody", "handlers"):
                    inner = getattr(node, field, [])
                    yield from walk([s for h in inner for s in (h.body if isinstance(h, ast.ExceptHandler) else [h])])

    yield from walk(tree_of(path).body)


@every_file
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    sizes = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions(path)}
    long = {name: lines for name, lines in sizes.items() if lines > MOST_FUNCTION_LINES}
    assert not long, f"{name_of(path)}: functions of more than {MOST_FUNCTION_LINES} lines: {long}"


@every_file
def test_no_file_is_too_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_FILE_LINES, f"{name_of(path)} has {lines} lines, of {MOST_FILE_LINES} at most"


@every_file
def test_no_function_takes_too_many_parameters(path: Path) -> None:
    wide = {f.name: p for f in functions(path) if len(p := parameters(f)) > MOST_PARAMETERS}
    assert not wide, f"{name_of(path)}: more than {MOST_PARAMETERS} parameters: {wide}"


@every_source
def test_imports_run_one_way(path: Path) -> None:
    module = module_of(path)
    own = layer(module)
    assert own in ORDER, f"{name_of(path)}: give this module its place in ORDER, tests/test_shape.py"
    for target in imported(path):
        other = layer(target)
        if other == own:
            continue
        assert ORDER.index(other) < ORDER.index(own), f"{name_of(path)} imports {other}, which stands below it"
        may = ONLY.get(own, set(ORDER))
        assert other in may, f"{name_of(path)} may import only {sorted(may)}, not {other}"


def test_no_import_runs_in_a_circle() -> None:
    graph = {module: set(imported(path)) - {module} for module, path in MODULES.items()}
    done: set[tuple[str, ...]] = set()

    def visit(module: tuple[str, ...], way: tuple[tuple[str, ...], ...]) -> None:
        circle = " > ".join(".".join(m) or "bodycopy" for m in (*way, module))
        assert module not in way, f"imports in a circle: {circle}"
        if module not in done:
            for other in sorted(graph[module]):
                visit(other, (*way, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@every_source
def test_nothing_imports_the_integrations(path: Path) -> None:
    if layer(module_of(path)) != "integrations":
        assert "integrations" not in {layer(target) for target in imported(path)}, name_of(path)


@every_source
def test_optional_packages_are_imported_where_they_are_used(path: Path) -> None:
    module = module_of(path)
    own = FRAMEWORKS.get(module[1], set()) if module[:1] == ("integrations",) and len(module) == 2 else set()
    early = [(name, line) for name, line in top_level_imports(path) if name in OPTIONAL - own]
    assert not early, f"{name_of(path)} imports at its top level {early}"


@every_source
def test_only_the_command_line_prints(path: Path) -> None:
    if path.name.startswith("cli"):
        return
    prints = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not prints, f"{name_of(path)} prints on lines {prints}"
