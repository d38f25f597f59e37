"""The package as installed: the built wheel has its data, imports fast, and leaves optional packages alone."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import bodycopy

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "bodycopy"
MOST_IMPORT_SECONDS = 0.150
OPTIONAL = ("trafilatura", "lxml", "bs4", "scipy", "catboost")


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_version_is_one() -> None:
    assert bodycopy.__version__ == metadata.version("bodycopy")


def test_all_data_files_are_installed() -> None:
    """Each file of src/bodycopy that is no bytecode is in the installed package, byte for byte."""
    installed = Path(str(resources.files("bodycopy")))
    for path in SOURCE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            other = installed / path.relative_to(SOURCE)
            assert other.is_file(), f"{path.relative_to(SOURCE)} is not in the installed package"
            assert other.read_bytes() == path.read_bytes(), f"{path.relative_to(SOURCE)}: the installed one is another"
    assert (installed / "py.typed").exists()


def test_import_is_fast() -> None:
    """CPU time and the best of five, so that a busy machine does not fail it."""
    code = "import time; t = time.process_time(); import bodycopy; print(time.process_time() - t)"
    best = min(float(run(code)) for _ in range(5))
    assert best < MOST_IMPORT_SECONDS, f"import bodycopy takes {1000 * best:.0f} ms"


def test_optional_packages_are_not_imported_unasked() -> None:
    """Neither by the import nor by cleaning a string."""
    code = (
        "import sys, bodycopy; bodycopy.clean('<p>One paragraph of text, and no more.</p>').text;"
        f"print([m for m in {OPTIONAL} if m in sys.modules])"
    )
    assert run(code).strip() == "[]"
