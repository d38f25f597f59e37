"""`bodycopy run` with odd inputs, names and limits: nothing is waited for, written over, or told as an error of its own."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import corpora
from cli_tools import do_fixture, process, put  # noqa: F401 - a fixture
from test_hostile_files import unprivileged

ROWS = corpora.rows(3)
LINES = corpora.lines(ROWS)
MARK = b"\xef\xbb\xbf"

ODD: dict[str, tuple[str, bytes, str, list[str]]] = {
    "empty": ("a.jsonl", b"", "0 records in, 0 out, 0", []),
    "empty-gz": ("a.jsonl.gz", b"", "0 records in, 0 out, 0", []),
    "empty-member": ("a.jsonl.gz", gzip.compress(b""), "0 records in, 0 out, 0", []),
    "blank-lines": ("a.jsonl", b"\n\r\n  \n", "0 records in, 0 out, 0", []),
    "mark": ("a.jsonl", MARK + LINES, "3 records in, 3 out, 0", []),
    "mark-in-the-middle": ("a.jsonl", LINES + MARK + LINES, "6 records in, 6 out, 0", []),
    "crlf": ("a.jsonl", LINES.replace(b"\n", b"\r\n"), "3 records in, 3 out, 0", []),
    "nul": ("a.jsonl", LINES[:20] + b"\0" + LINES[20:], "3 records in, 2 out, 1", ["not JSON: "]),
    "nuls": ("a.jsonl", bytes(5000) + b"\n" + LINES, "4 records in, 3 out, 1", ["not JSON: "]),
    "utf-16": ("a.jsonl", LINES[:-1].decode().encode("utf-16"), "3 records in, 0 out, 3", ["not UTF-8: byte 1 of"]),
    "cut-off-gz": ("a.jsonl.gz", gzip.compress(LINES)[:-9], "4 records in, 3 out, 1", ["cannot be read on: "]),
    "cut-off-head": ("a.jsonl.gz", gzip.compress(LINES)[:5], "1 records in, 0 out, 1", ["cannot be read on: "]),
    "more-behind-gz": ("a.jsonl.gz", gzip.compress(LINES) + b"more", "4 records in, 3 out, 1", ["cannot be read on: "]),
    "zeros-behind-gz": ("a.jsonl.gz", gzip.compress(LINES) + bytes(99), "3 records in, 3 out, 0", []),
    "no-gz": ("a.jsonl.gz", LINES, "3 records in, 3 out, 0", []),
    "a-list": (
        "a.json",
        b"[" + LINES.replace(b"\n", b",")[:-1] + b"]",
        "1 records in, 0 out, 1",
        ["not a JSON object"],
    ),
    "name-of-two-lines": ("a\nb.jsonl", LINES + b"no JSON\n", "4 records in, 3 out, 1", ["not JSON: "]),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_file_is_read_or_told(do: Any, tmp_path: Path, odd: str) -> None:
    name, data, figures, reasons = ODD[odd]
    put(tmp_path / name, data)
    answer = do("run", name, "-o", "out.jsonl")
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert answer.out.startswith(f"{figures} rejected")
    assert answer.status == (1 if reasons else 0)
    assert len(answer.lines) == (1 if reasons else 0)
    assert rejected[0]["reason"].startswith(reasons[0]) if reasons else not rejected
    assert {row["file"] for row in rejected} <= {name.replace("\n", "\\n")}


REFUSED = [
    (["--report", "a.jsonl"], "a.jsonl is also an input: write to another name with --report"),
    (["--report", "in/../a.jsonl"], "in/../a.jsonl is also an input: write to another name with --report"),
    (["--report", "out.jsonl"], "out.jsonl is also an output: write to another name with --report"),
    (["--report", "./out.jsonl.rejected.jsonl"],
     "out.jsonl.rejected.jsonl is also an output: write to another name with --report"),
    (["--report", ""], "--report: the name of the file is empty"),
    (["-o", "in.jsonl"], "in.jsonl is a folder, and its name that of a file"),
    (["-o", "in.parquet", "--force"], "in.parquet is a folder, and its name that of a file"),
    (["-o", "in"], "in/a.jsonl is a folder, and its name that of a file"),
    (["-o", "x" * 300 + ".jsonl"], "x" * 300 + ".jsonl.journal: File name too long"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=[" ".join(a)[:40] for a, _ in REFUSED])
def test_what_would_be_written_over_or_cannot_be_a_name_is_refused(
    do: Any, tmp_path: Path, arguments: list[str], message: str
) -> None:
    put(tmp_path / "a.jsonl", LINES)
    for name in ("in", "in.jsonl", "in.parquet", "in/a.jsonl"):
        (tmp_path / name).mkdir()
    before = corpora.contents(tmp_path)
    answer = do("run", "a.jsonl", *([] if "-o" in arguments else ["-o", "out.jsonl"]), *arguments)
    assert (answer.status, answer.out, answer.lines) == (2, "", [f"bodycopy: {message}"])
    assert corpora.contents(tmp_path) == before


@pytest.mark.parametrize(
    "limit", [["--timeout", "inf"], ["--timeout", "1e12"], ["--memory", "inf"], ["--memory", "1e12"]]
)
def test_a_limit_beyond_all_bounds_is_none(do: Any, tmp_path: Path, limit: list[str]) -> None:
    put(tmp_path / "a.jsonl", LINES)
    assert do("run", "a.jsonl", "-o", "out.jsonl", *limit).status == 0
    assert len(corpora.read(tmp_path / "out.jsonl")) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes with names")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.jsonl", LINES)
    os.mkfifo(tmp_path / "in" / "b.jsonl")
    answer = process("run", "in", "-o", "out.jsonl", cwd=tmp_path)
    assert (answer.returncode, answer.stdout.partition(b" rejected")[0]) == (0, b"3 records in, 3 out, 0")


@pytest.mark.parametrize("output", ["locked/out.jsonl", "locked", "locked/deep/out"])
def test_a_folder_that_may_not_be_written_is_one_line(tmp_path: Path, output: str) -> None:
    put(tmp_path / "a.jsonl", LINES)
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked").chmod(0)
    try:
        status, said = unprivileged(tmp_path, "run", "a.jsonl", "-o", output)
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert (status, len(said)) == (2, 1)
    assert said[0].endswith("Permission denied")
    assert "internal error" not in said[0]
