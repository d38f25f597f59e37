"""`bodycopy run` with Parquet files that are small and become more than there is memory: they are told, and nothing else dies."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import corpora
import faulty
from bodycopy.corpus import apart, tables
from bodycopy.corpus.records import ENDED, Item, Rows
from cli_tools import do_fixture  # noqa: F401 - a fixture

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a limit of memory")

GOOD = [{"id": f"r-{n}", "text": "Some words, and no more than that."} for n in range(3)]


def put_bomb(path: Path) -> Path:
    """A text of 24 MB that is stored once and stands in 64 rows, 1.5 GB in 5 kB; behind some good rows."""
    texts = pa.array([GOOD[0]["text"], "So on. " * 3_500_000])
    tables_ = [
        pa.table({"id": ids, "text": pa.DictionaryArray.from_arrays(pa.array([which] * len(ids), pa.int32()), texts)})
        for which, ids in enumerate([[row["id"] for row in GOOD], [f"b-{n}" for n in range(64)]])
    ]
    options = {"compression": "zstd", "dictionary_pagesize_limit": 1 << 30, "store_schema": False}
    with parquet.ParquetWriter(path, tables_[0].schema, **options) as writer:
        for table in tables_:
            writer.write_table(table)
    assert path.stat().st_size < 20_000
    return path


def pieces(path: Path, at: list[int] | None = None) -> list[tuple[Rows | Item, list[int]]]:
    return list(apart.rows(path, path.name, at or [], 4.0))


@pytest.mark.parametrize("output", ["out.jsonl", "out.parquet"])
def test_a_bomb_is_rejected_where_it_begins_and_the_parent_holds_nothing_of_it(
    do: Any, tmp_path: Path, output: str
) -> None:
    put_bomb(tmp_path / "a.parquet")
    corpora.put_parquet(tmp_path / "b.parquet", GOOD)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = do("run", "a.parquet", "b.parquet", "-o", output, "--memory", "0.25")
    assert (answer.status, answer.out.partition(" rejected")[0]) == (1, "7 records in, 6 out, 1")
    assert [row["id"] for row in corpora.read(tmp_path / output)] == [row["id"] for row in GOOD] * 2
    (rejected,) = corpora.rejects(tmp_path / output)
    assert (rejected["file"], rejected["row"]) == ("a.parquet", 4)
    assert rejected["reason"] == "cannot be read on: needs more memory than a worker may have"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_table_whose_first_row_is_a_bomb(do: Any, tmp_path: Path) -> None:
    """What its columns are is asked before anything is read."""
    text = pa.array(["So on. " * 12_000_000])
    parquet.write_table(pa.table({"id": ["b"], "text": text}), tmp_path / "a.parquet", compression="zstd")
    answer = do("run", "a.parquet", "-o", "out.parquet", "--memory", "0.05")
    assert (answer.status, answer.out.partition(" rejected")[0]) == (1, "1 records in, 0 out, 1")
    assert "needs more memory" in corpora.rejects(tmp_path / "out.parquet")[0]["reason"]


def test_a_row_that_is_too_large_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does one of a list of nulls, which are nothing in Arrow. The limit is 256 MiB, here it is less."""
    monkeypatch.setattr(tables, "MOST", 100_000)
    monkeypatch.setattr(tables, "_BYTES", 10_000)
    rows = [{"id": str(n), "text": "Words.", "list": [[]], "inner": [{"x": 1.5}]} for n in range(40)]
    rows[5]["text"] = "Words. " * 20_000
    rows[20]["list"] = [[None] * 9000]
    rows[21]["inner"] = [{"x": 1.5}] * 9000
    corpora.put_parquet(tmp_path / "a.parquet", rows, types={"list": pa.list_(pa.list_(pa.null()))}, row_group_size=16)
    found = list(tables.rows(tmp_path / "a.parquet", "a.parquet", []))
    large = [piece.place.number for piece, _ in found if isinstance(piece, Item)]
    assert large == [6, 21, 22]
    assert all(piece.fault.startswith("a row of more than ") for piece, _ in found if isinstance(piece, Item))
    assert sum(piece.count for piece, _ in found if isinstance(piece, Rows)) == 37
    assert [mark for _, mark in found][-1] == [40]
    for number, (_, mark) in enumerate(found):
        assert list(tables.rows(tmp_path / "a.parquet", "a.parquet", mark)) == found[number + 1 :]


def test_a_reader_that_is_killed_is_started_again_where_it_was(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": f"Words of {n}. " * 9000} for n in range(40)]
    path = corpora.put_parquet(tmp_path / "a.parquet", rows)
    due = pieces(path)
    assert due == list(tables.rows(path, path.name, []))
    found = []
    for piece in apart.rows(path, path.name, [], 4.0):
        found.append(piece)
        if len(found) in (1, 2, 9):
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)
    assert found == due


def test_a_file_under_which_readers_die_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpora.put_parquet(tmp_path / "a.parquet", GOOD)
    monkeypatch.setattr(tables, "rows", faulty.dying_rows)
    ((piece, mark),) = pieces(path, [1])
    assert isinstance(piece, Item)
    assert (piece.place.number, mark) == (2, ENDED)
    assert piece.fault == "cannot be read on: 3 processes died reading it: signal SIGKILL"


def test_what_a_reader_raises_is_raised_and_a_run_that_stops_reading_leaves_nobody(tmp_path: Path) -> None:
    missing = tmp_path / "missing.parquet"
    ((piece, _),) = pieces(missing)
    assert isinstance(piece, Item)
    assert piece.fault == "cannot be read on: No such file or directory"
    with pytest.raises(FileNotFoundError):
        apart.settled(faulty.Faulty(), missing, 4.0)
    before = set(multiprocessing.active_children())
    reading = apart.rows(corpora.put_parquet(tmp_path / "a.parquet", corpora.rows(90)), "a.parquet", [], 4.0)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    for child in set(multiprocessing.active_children()) - before:
        child.join(10)
    assert set(multiprocessing.active_children()) <= before
