"""What `bodycopy run --engine` and inputs by URI need no cluster for."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bodycopy.corpus import sources
from cli_tools import TEXT, do_fixture, put  # noqa: F401 - a fixture


def lines(count: int, start: int = 0) -> str:
    return "".join(json.dumps({"id": n, "text": TEXT}) + "\n" for n in range(start, start + count))


@pytest.fixture(name="corpus")
def corpus_fixture(tmp_path: Path) -> Path:
    """Folders with lines and pages, in an order that mixes them."""
    for name, count in {"a": 3, "b": 40, "d": 1, "z": 70}.items():
        put(tmp_path / "in" / f"{name}.jsonl", lines(count))
    for number in range(70):
        put(tmp_path / "in" / f"c{number:02}.txt", f"Page {number}\n\n{TEXT}")
    put(tmp_path / "in" / "deeper" / "e.txt", TEXT)
    put(tmp_path / "in" / "settings.json", "{}")
    put(tmp_path / "in" / ".hidden.jsonl", lines(1))
    return tmp_path / "in"


def test_portions_make_the_chunks_of_the_whole(corpus: Path) -> None:
    found = sources.find([str(corpus)])
    portions = list(sources.portions(found))
    assert list(itertools.chain.from_iterable(some for _, some in portions)) == found
    assert len(portions) < len(found)
    whole = [chunk for chunk, _ in sources.Reading(found).chunks([])]
    apart = [chunk for _, some in portions for chunk, _ in sources.Reading(some).chunks([])]
    assert apart == whole
    assert max(map(len, whole)) == 32


def test_an_input_may_be_a_uri(do: Any, corpus: Path) -> None:
    pytest.importorskip("pyarrow", reason="URIs need the extra corpus")
    uri = f"file://{corpus}"
    assert do("run", "in/a.jsonl", "in/c00.txt", "in/d.jsonl", "-o", "paths.jsonl").status == 0
    given = [f"{uri}/{name}" for name in ("a.jsonl", "c00.txt", "d.jsonl")]
    assert do("run", *given, "-o", "uris.jsonl").status == 0
    assert Path("uris.jsonl").read_bytes() == Path("paths.jsonl").read_bytes()
    assert do("run", uri, "-o", "folder").status == 0
    assert sum(1 for _ in Path("folder").rglob("*")) == 4 + 70 + 2
    assert Path("folder/deeper/e.txt").exists()
    missing = do("run", f"{uri}/none.jsonl", "-o", "none.jsonl")
    assert (missing.status, missing.err) == (2, f"bodycopy: {uri}/none.jsonl: no such file or folder\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "ray", "--resume"], "--resume is for --engine local: a run on Ray starts anew with --force"),
        (["--address", "auto"], "--address is for --engine ray"),
        (["--engine", "ray", "-"], "--engine ray reads files, not standard input"),
        (["--engine", "rya"], "--engine: unknown value 'rya' (did you mean ray?); known: local, ray"),
    ],
)
def test_what_engines_cannot_do(do: Any, corpus: Path, arguments: list[str], message: str) -> None:
    answer = do("run", "in/a.jsonl", "-o", "out.jsonl", *arguments)
    assert (answer.status, answer.err) == (2, f"bodycopy: {message}\n")


def test_outputs_are_here(do: Any, corpus: Path) -> None:
    answer = do("run", "in/a.jsonl", "-o", "s3://bucket/out.jsonl")
    assert (answer.status, answer.err) == (2, "bodycopy: outputs are files or folders here, not URIs\n")


def test_a_missing_ray_is_one_line(do: Any, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    answer = do("run", "in/a.jsonl", "-o", "out.jsonl", "--engine", "ray")
    assert (answer.status, answer.err) == (2, "bodycopy: --engine ray needs ray: pip install 'bodycopy[ray]'\n")
    assert not list(Path().glob("out.jsonl*"))
