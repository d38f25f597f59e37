"""`bodycopy run` and the columns of its records: found, named, kept, dropped, added; tables that records fit into or not."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy import clean
from cli_tools import PITCH, TEXT, do_fixture  # noqa: F401 - a fixture

ROWS = corpora.rows(4)
HTML = ROWS[0]["html"]
CUT = clean(HTML).text
CUT_TEXT = clean(TEXT).text


def one(do: Any, folder: Path, row: corpora.Row, *arguments: str, status: int = 0) -> corpora.Row:
    """The only record of a run of one record, its output or its reject."""
    corpora.put_lines(folder / "a.jsonl", [row])
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--force", "-j", "1", *arguments)
    assert answer.status == status, answer.err
    (found,) = corpora.rejects(folder / "out.jsonl") if status else corpora.read(folder / "out.jsonl")
    return found


@pytest.mark.parametrize(
    ("row", "due"),
    [
        ({"html": HTML, "text": "old", "n": 1}, {"text": CUT, "n": 1}),
        ({"n": 1, "raw_html": HTML, "m": 2}, {"n": 1, "text": CUT, "m": 2}),
        ({"content": HTML, "n": 1}, {"text": CUT, "n": 1}),
        ({"raw_content": TEXT, "n": 1}, {"raw_content": TEXT, "n": 1, "text": CUT_TEXT}),
        ({"id": 7, "text": TEXT, "n": 1}, {"id": 7, "text": CUT_TEXT, "n": 1}),
        ({"html": None, "content": "", "text": TEXT}, {"html": None, "content": "", "text": CUT_TEXT}),
        ({"html": None, "n": 1}, {"text": None, "n": 1}),
        ({"text": None, "n": 1}, {"text": None, "n": 1}),
        ({"text": "", "n": 1}, {"text": "", "n": 1}),
        ({"text": TEXT, "big": 2**70, "odd": "\ud800", "list": [[1], {}]},
         {"text": CUT_TEXT, "big": 2**70, "odd": "\ud800", "list": [[1], {}]}),
    ],
    ids=["html", "raw_html", "content-page", "raw_content-text", "text", "first-that-holds", "null-page", "null-text",
         "empty", "odd-values"],
)  # fmt: skip
def test_the_source_is_found_and_all_else_stays(do: Any, tmp_path: Path, row: corpora.Row, due: corpora.Row) -> None:
    found = one(do, tmp_path, row)
    assert list(found.items()) == list(due.items())


def test_columns_are_named_into_the_depth(do: Any, tmp_path: Path) -> None:
    row = {"meta": {"page": HTML, "address": "https://example.org/a", "key": "k1"}, "text": "not this"}
    named = ["--field", "meta.page", "--url-field", "meta.address", "--id-field", "meta.key"]
    found = one(do, tmp_path, row, *named)
    assert found == {"meta": {"address": "https://example.org/a", "key": "k1"}, "text": CUT}
    assert one(do, tmp_path, row, *named, "--keep-source")["meta"]["page"] == HTML
    dotted = {"meta.page": HTML, "n": 1}
    assert one(do, tmp_path, dotted, "--field", "meta.page") == {"text": CUT, "n": 1}
    missing = one(do, tmp_path, row, "--field", "meta.none", "--id-field", "meta.key", status=1)
    assert (missing["id"], missing["reason"]) == ("k1", "no column meta.none: there are meta, text")


def test_keep_source_and_with_removed(do: Any, tmp_path: Path) -> None:
    found = one(do, tmp_path, {"html": HTML, "n": 1}, "--keep-source", "--with-removed")
    assert list(found) == ["html", "n", "text", "removed"]
    assert (found["html"], found["text"]) == (HTML, CUT)
    (removal,) = found["removed"]
    assert removal["label"] == "signup"
    assert PITCH in removal["text"]
    start, end = removal["spans"][0]
    assert HTML[start:end].strip().startswith("<")


def test_the_options_of_clean_apply(do: Any, tmp_path: Path) -> None:
    row = {"html": HTML}
    assert PITCH in one(do, tmp_path, row, "--keep", "signup")["text"]
    assert one(do, tmp_path, row, "--to", "markdown")["text"].startswith("# ")
    assert one(do, tmp_path, row, "--no-model")["text"] == CUT
    assert "Ferry to Orrin" not in one(do, tmp_path, row, "--drop", "title")["text"]
    pytest.importorskip("trafilatura", exc_type=ImportError)
    assert PITCH not in one(do, tmp_path, row, "--via", "trafilatura")["text"]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.parquet"])
def test_attributes_tell_the_spans_beside_the_corpus(do: Any, tmp_path: Path, name: str) -> None:
    pytest.importorskip("pyarrow")
    rows = [{"id": f"d{n}", "text": TEXT.replace("Monday", f"day {n}")} for n in range(3)]
    (corpora.put_parquet if name.endswith("t") else corpora.put_lines)(tmp_path / "docs" / name, rows)
    assert do("run", "docs", "--attributes", "attributes").status == 0
    made = name if name.endswith(".gz") else f"{name}.jsonl.gz"
    found = corpora.read(tmp_path / "attributes" / made)
    assert [row["id"] for row in found] == ["d0", "d1", "d2"]
    for row, told in zip(rows, found, strict=True):
        ((start, end, score),) = told["attributes"]["bodycopy__signup"]
        assert PITCH in row["text"][start:end]
        assert 0.5 < score <= 1


def test_parquet_holds_pages_as_bytes_and_nulls(do: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    japanese = HTML.replace('charset="utf-8"', 'charset="shift_jis"').replace("Café", "港の船").encode("shift_jis")
    rows = [{"html": HTML.encode(), "n": 1}, {"html": None, "n": 2}, {"html": japanese, "n": 3}]
    corpora.put_parquet(tmp_path / "a.parquet", rows, types={"html": pa.binary()})
    for output in ("out.parquet", "out.jsonl"):
        assert do("run", "a.parquet", "-o", output).status == 0
        found = corpora.read(tmp_path / output)
        assert [list(row) for row in found] == [["text", "n"]] * 3
        assert [row["text"] for row in found][:2] == [CUT, None]
        assert "港の船" in found[2]["text"]


def test_times_that_python_has_no_form_for_pass_through(do: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    types = {"at": pa.timestamp("ns"), "far": pa.timestamp("s"), "day": pa.date32()}
    day = datetime.date(2024, 5, 1)
    rows = [{"id": f"r{n}", "text": TEXT, "at": 10**18 + n, "far": 10**15, "day": day} for n in range(3)]
    path = corpora.put_parquet(tmp_path / "a.parquet", rows, types=types)
    assert do("run", "a.parquet", "-o", "out.parquet").status == 0
    assert do("run", "a.parquet", "-o", "out.jsonl").status == 0
    read = pytest.importorskip("pyarrow.parquet").read_table
    assert read(tmp_path / "out.parquet").drop_columns("text") == read(path).drop_columns("text")
    assert [row["at"] for row in corpora.read(tmp_path / "out.jsonl")][1].endswith("40.000000001")
    assert corpora.read(tmp_path / "out.jsonl")[0]["day"] == "2024-05-01"


def test_files_of_a_corpus_may_have_their_columns_in_another_order(do: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    rows = [{"id": row["id"], "html": row["html"], "n": 1} for row in ROWS]
    corpora.put_parquet(tmp_path / "a.parquet", rows)
    corpora.put_parquet(tmp_path / "b.parquet", [dict(reversed(row.items())) for row in rows], types={"n": pa.int8()})
    corpora.put_parquet(tmp_path / "c.parquet", [row | {"more": "x"} for row in rows])
    answer = do("run", "a.parquet", "b.parquet", "c.parquet", "-o", "out.parquet")
    assert (answer.status, answer.out.partition(" rejected")[0]) == (1, "12 records in, 8 out, 4")
    assert [row["id"] for row in corpora.read(tmp_path / "out.parquet")] == [row["id"] for row in rows] * 2
    rejected = corpora.rejects(tmp_path / "out.parquet")
    assert {row["reason"] for row in rejected} == {"does not fit the table: column more is not in all files"}
    assert [row["record"] for row in rejected] == [row | {"more": "x"} for row in rows]


FIRST = [
    {"id": f"f{n}", "html": HTML, "n": n, "meta": {"a": n, "b": None, "c": []}, "void": None, "e": {}}
    for n in range(32)
]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"n": None, "meta": None}, ""),
        ({"n": 5.0, "void": "filled", "meta": {"a": 1, "b": "filled", "c": ["x"]}}, ""),
        ({"html": None}, ""),
        ({"fresh": None}, ""),
        ({"late": 3}, ""),
        ({"n": "five"}, "n"),
        ({"n": 2**80}, "int"),
        ({"fresh": 1}, "the first records have no column fresh"),
        ({"meta": {"a": 1, "z": 9}}, "column meta is not what it is in the first records"),
        ({"void": 7}, "int"),
    ],
)
def test_records_go_into_a_table_whole_or_are_rejected_whole(
    do: Any, tmp_path: Path, change: corpora.Row, reason: str
) -> None:
    pytest.importorskip("pyarrow")
    last = FIRST[0] | {"id": "last"} | change
    corpora.put_lines(tmp_path / "a.jsonl", [*FIRST[:31], FIRST[31] | {"late": 1}, last])
    answer = do("run", "a.jsonl", "-o", "out.parquet")
    found = corpora.read(tmp_path / "out.parquet")
    if not reason:
        assert (answer.status, len(found)) == (0, 33), corpora.rejects(tmp_path / "out.parquet")
        assert found[-1]["text"] == (None if "html" in change else CUT)
        kept = {name: value for name, value in last.items() if name not in ("html", "fresh", "e")}
        assert {name: found[-1][name] for name in kept} == kept
        return
    assert (answer.status, len(found)) == (1, 32)
    (rejected,) = corpora.rejects(tmp_path / "out.parquet")
    assert rejected["reason"].startswith("does not fit the table: ")
    assert reason in rejected["reason"]
    assert json.loads(rejected["record"]) == last


def test_columns_of_mixed_types_have_that_of_the_first_record(do: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    corpora.put_lines(tmp_path / "a.jsonl", [{"id": 1, "text": TEXT}, {"id": "two", "text": TEXT}])
    assert do("run", "a.jsonl", "-o", "out.parquet").status == 1
    assert [row["id"] for row in corpora.read(tmp_path / "out.parquet")] == [1]
    assert [row["id"] for row in corpora.rejects(tmp_path / "out.parquet")] == ["two"]
