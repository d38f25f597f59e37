"""`bodycopy run` with shards that are cut off, damaged, bombs or no records at all: what can be read is, the rest is told."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy.corpus.journal import Journal
from cli_tools import do_fixture, put  # noqa: F401 - a fixture
from test_hostile_files import unprivileged

ROWS = corpora.rows(40)
NOISE = random.Random(7)
for _row in ROWS:  # so that a file is large enough, packed, to be cut off between records
    _row["noise"] = NOISE.randbytes(3000).hex()


def put_shard(path: Path) -> Path:
    """The rows as the name says."""
    if ".warc" in path.name:
        return corpora.put_warc(path, [corpora.response(row) for row in ROWS])
    if path.suffix == ".parquet":
        return corpora.put_parquet(path, ROWS, row_group_size=10, compression="gzip", write_page_checksum=True)
    return corpora.put_lines(path, ROWS)


CUT = ["a.jsonl.gz", "a.jsonl.zst", "a.jsonl", "a.warc", "a.warc.gz", "a.warc.zst"]


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("name", CUT)
def test_a_shard_that_is_cut_off_gives_what_is_there_and_one_reject(
    do: Any, tmp_path: Path, name: str, share: float
) -> None:
    pytest.importorskip("fastwarc"), pytest.importorskip("zstandard")
    path = put_shard(tmp_path / name)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    corpora.put_lines(tmp_path / "b.jsonl", corpora.rows(3))
    answer = do("run", name, "b.jsonl", "-o", "out.jsonl")
    assert answer.status == 1
    found = corpora.read(tmp_path / "out.jsonl")
    assert len(found) > 3 + (40 * share / 2 if "zst" not in name else 0)
    ids = [f"<urn:x:{row['id']}>" if "warc" in name else row["id"] for row in ROWS]
    assert [row["id"] for row in found] == [*ids[: len(found) - 3], *(row["id"] for row in ROWS[:3])]
    assert all(corpora.is_cut(row["text"]) for row in found)
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert 1 <= len(rejected) <= (2 if "warc." in name else 1)  # the record that is cut off, and the file
    assert {row["file"] for row in rejected} == {name}
    assert answer.out.startswith(f"{len(found) + len(rejected)} records in, {len(found)} out, {len(rejected)} rejected")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.warc.gz", "a.parquet"])
def test_a_damaged_shard_gives_what_can_be_read_before(do: Any, tmp_path: Path, name: str) -> None:
    pytest.importorskip("fastwarc"), pytest.importorskip("zstandard"), pytest.importorskip("pyarrow")
    data = bytearray(put_shard(tmp_path / name).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    (tmp_path / name).write_bytes(data)
    corpora.put_lines(tmp_path / "b.jsonl", corpora.rows(3))
    assert do("run", name, "b.jsonl", "-o", "out.jsonl").status == 1
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")][-3:] == [row["id"] for row in ROWS[:3]]
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert rejected
    assert {row["file"] for row in rejected} == {name}


@pytest.mark.parametrize("output", ["out.parquet", "out.jsonl", "out"])
@pytest.mark.parametrize("order", [["cut", "good"], ["good", "cut"], ["cut"]], ids="-".join)
def test_a_parquet_file_without_its_end(do: Any, tmp_path: Path, output: str, order: list[str]) -> None:
    data = put_shard(tmp_path / "good.parquet").read_bytes()
    put(tmp_path / "cut.parquet", data[: len(data) // 2])
    answer = do("run", *(f"{name}.parquet" for name in order), "-o", output)
    good = len(ROWS) * ("good" in order)
    assert (answer.status, answer.out.partition(" rejected")[0]) == (1, f"{good + 1} records in, {good} out, 1")
    texts = [row["text"] for path in (tmp_path / "out").rglob("good.parquet") for row in corpora.read(path)]
    if output != "out":
        texts = [row["text"] for row in corpora.read(tmp_path / output)]
    assert len(texts) == good
    assert all(map(corpora.is_cut, texts))


def test_a_line_without_end_is_passed_over_without_being_held(do: Any, tmp_path: Path) -> None:
    """300 MB in 300 KB: it is counted, and the records around it are cleaned."""
    blank = gzip.compress(b"x" * (1 << 20), mtime=0) * 300
    good = [gzip.compress(corpora.lines([row]), mtime=0) for row in ROWS[:2]]
    put(tmp_path / "bomb.jsonl.gz", good[0] + blank + gzip.compress(b"\n", mtime=0) + good[1])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = do("run", "bomb.jsonl.gz", "-o", "out.jsonl")
    assert (answer.status, len(corpora.read(tmp_path / "out.jsonl"))) == (1, 2)
    (rejected,) = corpora.rejects(tmp_path / "out.jsonl")
    assert (rejected["line"], rejected["reason"], rejected["record"]) == (2, "a line of more than 256 MiB", None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700 * 1024
    again = do("run", "out.jsonl.rejected.jsonl", "-o", "again.jsonl")
    assert (again.status, again.out.partition(" rejected")[0]) == (1, "1 records in, 0 out, 1")


@pytest.mark.parametrize("piece", ["<div>", "<table><tr><td>"])
def test_a_page_of_a_million_nested_tags_costs_itself_at_most(do: Any, tmp_path: Path, piece: str) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [ROWS[0], {"id": "deep", "html": piece * 1_000_000}, ROWS[1]])
    assert do("run", "a.jsonl", "-o", "out.jsonl", "--timeout", "2", "--memory", "1").status in (0, 1)
    ids = {row["id"] for row in corpora.read(tmp_path / "out.jsonl")}
    assert ids >= {"r-0", "r-1"}
    assert ids | {row["id"] for row in corpora.rejects(tmp_path / "out.jsonl")} == {"r-0", "deep", "r-1"}


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 64, b"\x00" * 4096, b"%PDF-1.7\n" + NOISE.randbytes(9000), b"[" * 100_000, b"\x1f\x8b", b"PAR1"],
    ids=["all-bytes", "zeros", "pdf", "brackets", "gzip-magic", "parquet-magic"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.jsonl", "a.warc", "a.parquet"])
def test_what_is_only_called_a_shard_is_rejected(do: Any, tmp_path: Path, name: str, data: bytes) -> None:
    pytest.importorskip("fastwarc"), pytest.importorskip("pyarrow")
    put(tmp_path / name, data)
    corpora.put_lines(tmp_path / "b.jsonl", ROWS[:2])
    answer = do("run", name, "b.jsonl", "-o", "out.jsonl")
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == ["r-0", "r-1"]
    assert answer.status == 1
    assert answer.out.startswith(f"{len(rejected) + 2} records in, 2 out, {len(rejected)} rejected")


def test_files_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        corpora.put_lines(tmp_path / name, ROWS[:2])
    put(tmp_path / "pages" / "p.html", ROWS[0]["html"]).chmod(0)
    (tmp_path / "a.jsonl").chmod(0)
    status, said = unprivileged(tmp_path, "run", "a.jsonl", "b.jsonl", "pages", "-o", "out.jsonl")
    assert (status, len(said)) == (1, 1)
    found = [(row["file"], row["reason"]) for row in corpora.rejects(tmp_path / "out.jsonl")]
    assert found == [("a.jsonl", "cannot be read: Permission denied"), ("pages/p.html", "Permission denied")]
    assert len(corpora.read(tmp_path / "out.jsonl")) == 2


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.parquet", "missing"])
def test_a_fault_is_rejected_once_when_the_run_goes_on_behind_it(
    do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """31 records and the fault make one chunk, and the run ends when that is committed."""
    if name == "missing":
        corpora.put_lines(tmp_path / "in" / "a.jsonl", ROWS[:31])
        (tmp_path / "in" / "b.jsonl").symlink_to("gone")
        names = ["in", "c.jsonl"]
    elif name == "a.parquet":
        data = put_shard(tmp_path / name).read_bytes()
        put(tmp_path / name, data[:-50])
        names = [name, "c.jsonl"]
    else:
        put(tmp_path / name, gzip.compress(corpora.lines(ROWS[:31]))[:-4])
        names = [name, "c.jsonl"]
    corpora.put_lines(tmp_path / "c.jsonl", ROWS[31:])
    command = ["run", *names, "-o", "out.jsonl", "--every", "1"]
    assert do(*command).status == 1
    undisturbed = corpora.contents(tmp_path, "out")
    really, commits = Journal.commit, 0

    def commit(journal: Journal, what: Any) -> None:
        nonlocal commits
        really(journal, what)
        commits += 1
        if commits == 1:
            raise KeyboardInterrupt

    for path in tmp_path.glob("out*"):
        os.unlink(path)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "commit", commit)
        assert do(*command).status == 130
    assert do(*command, "--resume").status == 1
    assert corpora.contents(tmp_path, "out") == undisturbed
    assert len(json.loads(undisturbed["out.jsonl.rejected.jsonl"].splitlines()[0])) > 3
    assert undisturbed["out.jsonl.rejected.jsonl"].count(b"\n") == 1
