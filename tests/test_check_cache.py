"""The cache of `bodycopy check`: what did not change is not judged again, and nothing in it is ever believed blindly."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy.check import job
from bodycopy.corpus.records import Rows
from cli_tools import PARAGRAPHS, TEXT, do_fixture, environment, put  # noqa: F401 - a fixture

CLEAN = TEXT.replace(f"{PARAGRAPHS[3]}\n\n", "")
WHERE = Path(".bodycopy_cache", "check.sqlite")


@pytest.fixture(name="judged")
def judged_fixture(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents went to workers, a number for each chunk."""
    counts: list[int] = []
    submit = job.Pool.submit

    def counting(pool: Any, chunk: Any) -> Any:
        counts.append(chunk.count if isinstance(chunk, Rows) else len(chunk))
        return submit(pool, chunk)

    monkeypatch.setattr(job.Pool, "submit", counting)
    return counts


@pytest.fixture(name="first")
def first_fixture(do: Any, tmp_path: Path, judged: list[int]) -> str:
    """What a first check says of a small corpus."""
    put(tmp_path / "a.txt")
    corpora.put_lines(tmp_path / "b.jsonl", [{"id": n, "text": text} for n, text in enumerate((CLEAN, TEXT))])
    answer = do("check", "--drop", "byline")
    assert answer.status == 1
    assert sum(judged) == 3
    judged.clear()
    out: str = answer.out
    return out


def test_an_unchanged_corpus_is_answered_from_it(do: Any, tmp_path: Path, judged: list[int], first: str) -> None:
    answer = do("check", "--drop", "byline")
    assert (answer.status, answer.out, judged) == (1, first, [])
    (tmp_path / "a.txt").rename(tmp_path / "c.txt")
    assert do("check", "c.txt", "--drop", "byline").out == first.splitlines()[0].replace("a.txt", "c.txt") + "\n"
    assert judged == []


def test_what_changed_is_judged(do: Any, tmp_path: Path, judged: list[int], first: str) -> None:
    put(tmp_path / "a.txt", CLEAN)
    assert do("check", "--drop", "byline").out == first.partition("\n")[2]
    assert judged == [1]


def test_other_settings_are_not_trusted(do: Any, judged: list[int], first: str) -> None:
    assert do("check", "--drop", "byline", "--strictness", "strict").status == 1
    assert sum(judged) == 3


def test_a_choice_of_findings_needs_no_new_judgement(do: Any, judged: list[int], first: str) -> None:
    assert do("check", "--drop", "byline", "--ignore", "signup").status == 0
    assert judged == []


def test_rows_of_parquet_are_answered_from_it_some_at_a_time(do: Any, tmp_path: Path, judged: list[int]) -> None:
    texts = [f"{TEXT if number % 3 else CLEAN}{number}" for number in range(40)]
    corpora.put_parquet(tmp_path / "a.parquet", [{"id": n, "text": text} for n, text in enumerate(texts)])
    answer = do("check")
    assert (answer.status, len(answer.out.splitlines()), len(judged)) == (1, 26, 3)
    judged.clear()
    (tmp_path / "a.parquet").rename(tmp_path / "b.parquet")
    assert do("check").out == answer.out.replace("a.parquet", "b.parquet")
    assert judged == []
    texts[39] = CLEAN
    corpora.put_parquet(tmp_path / "b.parquet", [{"id": n, "text": text} for n, text in enumerate(texts)])
    assert do("check").status == 1
    assert len(judged) == 1


def test_rows_that_could_not_be_read_are_read_again(do: Any, tmp_path: Path, judged: list[int]) -> None:
    pa = pytest.importorskip("pyarrow")
    bad = pa.array([b"\xff", TEXT.encode()]).cast(pa.binary()).view(pa.string())
    from pyarrow import parquet

    parquet.write_table(pa.table({"text": bad}), tmp_path / "a.parquet")
    answers = [do("check") for _ in range(2)]
    assert [answer.status for answer in answers] == [2, 2]
    assert answers[0].err == answers[1].err == "bodycopy: a.parquet: row 1: not UTF-8: column text\n"
    assert answers[0].out == answers[1].out == "a.parquet:2:1: [text:7:1] signup/offer saw sign up for our\n"
    assert len(judged) == 2


def test_a_file_is_no_line(do: Any, tmp_path: Path, judged: list[int], first: str) -> None:
    put(tmp_path / "line.txt", (tmp_path / "b.jsonl").read_bytes().splitlines(keepends=True)[1])
    assert do("check", "line.txt", "--drop", "byline").status == 0
    assert judged == [1]


BREAKS = {
    "nothing": b"",
    "no database": b"SQLite format 3\0" + b"x" * 5000,
    "text": b"not a cache",
}


@pytest.mark.parametrize("content", BREAKS.values(), ids=BREAKS)
def test_a_broken_one_is_thrown_away(do: Any, tmp_path: Path, judged: list[int], first: str, content: bytes) -> None:
    for beside in WHERE.parent.glob("check.sqlite-*"):
        beside.unlink()
    put(WHERE, content)
    answer = do("check", "--drop", "byline")
    assert (answer.status, answer.out, answer.err, sum(judged)) == (1, first, "", 3)
    judged.clear()
    assert do("check", "--drop", "byline").out == first
    assert judged == []


@pytest.mark.parametrize("value", [b"", b"no JSON", b"[]", b'{"found": [{}]}', b"\xff", "text", None, b'{"found": 3}'])
def test_a_broken_entry_is_judged_again(do: Any, judged: list[int], first: str, value: object) -> None:
    with sqlite3.connect(WHERE) as database:
        database.execute("UPDATE found SET value = ?", (value,))
    database.close()
    answer = do("check", "--drop", "byline")
    assert (answer.status, answer.out, answer.err) == (1, first, "")
    assert sum(judged) == 3


def test_where_it_cannot_be_written_there_is_none(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    put(tmp_path / "file", b"")
    answer = do("check", "a.txt", "--cache-dir", "file")
    assert (answer.status, answer.err) == (1, "")
    assert do("check", "a.txt", "--no-cache").out == answer.out
    assert not WHERE.parent.exists()


def test_git_does_not_see_it(first: str) -> None:
    assert (WHERE.parent / ".gitignore").read_text() == "*\n"


@pytest.mark.skipif(os.name == "nt", reason="slow to start there")
def test_two_at_once(tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [{"id": n, "text": f"{TEXT}{n}"} for n in range(150)])
    command = [sys.executable, "-m", "bodycopy", "check", "a.jsonl", "-j", "1"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(command, cwd=tmp_path, env=environment(), **pipes) for _ in range(2)]
    answers = [one.communicate(timeout=100) for one in running]
    assert [one.returncode for one in running] == [1, 1]
    assert answers[0] == answers[1]
    assert answers[0][1] == b""
    assert len(answers[0][0].splitlines()) == 150
