"""`bodycopy run` and the records that it rejects: told with place, id and reason, kept as they were, and read again."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import corpora
from cli_tools import PITCH, do_fixture, put  # noqa: F401 - a fixture

ROWS = corpora.rows(3)
DEEP = '{"id": "deep", "text": ' + "[" * 200_000 + "]" * 200_000 + "}"

BROKEN: list[tuple[str | bytes, str | None, str]] = [
    ('{"id": "cut", "html": "<p>', "cut", "not JSON: Unterminated string starting at column 23"),
    ('{"id": "tab", "text": "a\tb"}', "tab", "not JSON: Invalid control character at column 25"),
    ("plain words", None, "not JSON: Expecting value at column 1"),
    ('["a list"]', None, "not a JSON object: list"),
    ("null", None, "not a JSON object: NoneType"),
    ('{"id": "number", "html": 5}', "number", "column html is no text: int"),
    ('{"id": "object", "html": {"a": "b"}}', "object", "column html is no text: dict"),
    ('{"id": "none", "n": 1}', "none", "no column html, raw_html, content, raw_content, text: there are id, n"),
    ("{}", None, "no column html, raw_html, content, raw_content, text: there are none"),
    (b'{"id": "bytes", "text": "caf\xe9"}', "bytes", "not UTF-8: byte 29 of the line"),
    (b"\xff\x9d\x00binary\x9d", None, "not UTF-8: byte 1 of the line"),
    (DEEP, "deep", "not JSON that can be read: nested too deep"),
    ('{"id": "digits", "text": ' + "9" * 5000 + "}", "digits", "not JSON: Exceeds the limit"),
]


def mixed() -> list[str | bytes | corpora.Row]:
    """Good records with a broken one behind each."""
    good = corpora.rows(len(BROKEN))
    return [part for row, (line, _, _) in zip(good, BROKEN, strict=True) for part in (row, line)]


def test_broken_lines_are_rejected_as_they_were_and_the_run_goes_on(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl.gz", mixed())
    answer = do("run", "a.jsonl.gz", "-o", "out.jsonl")
    count = len(BROKEN)
    assert answer.status == 1
    assert answer.out.startswith(f"{2 * count} records in, {count} out, {count} rejected")
    assert answer.lines == ["bodycopy: out.jsonl.rejected.jsonl: the rejected records, each with its reason"]
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == [f"r-{number}" for number in range(count)]
    for number, (row, (line, identity, reason)) in enumerate(
        zip(corpora.rejects(tmp_path / "out.jsonl"), BROKEN, strict=True)
    ):
        assert (row["file"], row["line"], row["id"]) == ("a.jsonl.gz", 2 * number + 2, identity)
        assert row["reason"].startswith(reason)
        kept = base64.b64decode(row["base64"]) if isinstance(line, bytes) else row["record"]
        assert kept == line


def test_rejects_are_read_again_and_are_rejected_alike(do: Any, tmp_path: Path) -> None:
    """Again and again: what is kept of a record does not change."""
    corpora.put_lines(tmp_path / "0.jsonl", mixed())
    assert do("run", "0.jsonl", "-o", "1.jsonl").status == 1
    for number in (1, 2):
        again = do("run", f"{number}.jsonl.rejected.jsonl", "-o", f"{number + 1}.jsonl")
        assert (again.status, corpora.read(tmp_path / f"{number + 1}.jsonl")) == (1, [])
    first, last = (corpora.rejects(tmp_path / name) for name in ("1.jsonl", "3.jsonl"))
    places = ("file", "line")
    assert [{k: v for k, v in row.items() if k not in places} for row in first] == [
        {k: v for k, v in row.items() if k not in places} for row in last
    ]


def unlike(rejected: Path, first: Path, folder: Path, do: Any) -> list[corpora.Row]:
    """What comes of rejects read again with time enough, and of the corpus at once."""
    assert do("run", rejected.name, "-o", "again.jsonl", "--force").status == 0
    assert do("run", first.name, "-o", "due.jsonl", "--force").status == 0
    return [corpora.read(folder / name) for name in ("again.jsonl", "due.jsonl")]  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.warc.gz", "pages"])
def test_rejects_of_every_form_become_what_they_would_have_become(do: Any, tmp_path: Path, name: str) -> None:
    """Every record is rejected for its time; pages are in charsets of their own, told by the page or by HTTP."""
    pa = pytest.importorskip("pyarrow")
    pytest.importorskip("fastwarc")
    path = tmp_path / name
    charsets = ["utf-8", "shift_jis", "iso-2022-jp"]
    rows = [
        row | {"html": row["html"].replace("Café", "港の船").replace("utf-8", c)}
        for row, c in zip(ROWS, charsets, strict=True)
    ]
    binary = [row["html"].encode(charset) for row, charset in zip(rows, charsets, strict=True)]
    if name == "a.parquet":
        corpora.put_parquet(
            path, [r | {"html": b} for r, b in zip(rows, binary, strict=True)], types={"html": pa.binary()}
        )
    elif name == "a.warc.gz":
        bare = [row | {"html": row["html"].replace("<meta charset=", "<meta name=")} for row in rows]
        corpora.put_warc(path, [corpora.response(row, charset) for row, charset in zip(bare, charsets, strict=True)])
    elif name == "pages":
        for number, data in enumerate(binary):
            put(path / f"{number}.html", data)
    else:
        corpora.put_lines(path, rows)
    assert do("run", name, "-o", "out.jsonl", "--timeout", "0.0001").status == 1
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert len(rejected) == 3
    assert {row["reason"] for row in rejected} == {"took longer than 0.0001 s"}
    again, due = unlike(corpora.rejects_of(tmp_path / "out.jsonl"), path, tmp_path, do)
    assert again == due
    assert all("港の船" in row["text"] and PITCH not in row["text"] for row in due)


def test_rejects_of_a_parquet_file_have_all_columns(do: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    rows = [
        {"id": "pdf", "html": b"%PDF-1.7\n\0\1\2" * 99, "raw": b"\x00\xff", "n": 1},
        {"id": "ok", "html": b"<p>Words.", "raw": b"", "n": 2},
    ]
    corpora.put_parquet(tmp_path / "a.parquet", rows, types={"html": pa.binary(), "raw": pa.binary()})
    assert do("run", "a.parquet", "-o", "out.parquet").status == 1
    (rejected,) = corpora.rejects(tmp_path / "out.parquet")
    assert (rejected["file"], rejected["row"], rejected["id"]) == ("a.parquet", 1, "pdf")
    assert "looks like a PDF" in rejected["reason"]
    assert base64.b64decode(rejected["record"]["html"]["bodycopy-base64"]) == rows[0]["html"]
    assert [row["id"] for row in corpora.read(tmp_path / "out.parquet")] == ["ok"]


def test_a_folder_has_its_rejects_beside_it(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "in" / "deep" / "scan.html", b"%PDF-1.7\n\0\1\2" * 99)
    put(tmp_path / "in" / "page.html", ROWS[0]["html"])
    answer = do("run", "in", "-o", "out")
    assert (answer.status, list(corpora.contents(tmp_path / "out"))) == (1, ["page.txt"])
    (rejected,) = corpora.rejects(tmp_path / "out")
    assert (rejected["file"], rejected["id"]) == ("in/deep/scan.html", "deep/scan.html")
    assert base64.b64decode(rejected["record"]["source_base64"]).startswith(b"%PDF")


def test_a_page_that_is_rejected_now_leaves_no_text_of_a_run_before(do: Any, tmp_path: Path) -> None:
    """Nor do pages that are gone or may not be read; what is no output of this run stays."""
    for name in ("a.html", "deep/b.html", "c.html"):
        put(tmp_path / "in" / name, ROWS[0]["html"])
    assert do("run", "in", "-o", "out").status == 0
    put(tmp_path / "out" / "notes.txt", "Mine.\n")
    put(tmp_path / "in" / "deep" / "b.html", b"%PDF-1.7\n\0\1\2" * 99)
    (tmp_path / "in" / "c.html").unlink()
    (tmp_path / "in" / "c.html").symlink_to("nowhere")
    answer = do("run", "in", "-o", "out", "--force")
    assert (answer.status, list(corpora.contents(tmp_path / "out"))) == (1, ["a.txt", "notes.txt"])
    assert [row["id"] for row in corpora.rejects(tmp_path / "out")] == ["c.html", "deep/b.html"]


def test_a_rejects_file_that_is_damaged_is_rejected_too(do: Any, tmp_path: Path) -> None:
    marked = {"bodycopy-rejected": 1, "file": "a.jsonl", "line": 1, "id": None, "reason": "x"}
    bad: list[corpora.Row] = [marked, marked | {"base64": "&&&"}, marked | {"base64": 5}, marked | {"record": 7}]
    corpora.put_lines(tmp_path / "a.jsonl", bad)
    answer = do("run", "a.jsonl", "-o", "out.jsonl")
    assert (answer.status, answer.out.partition(" rejected")[0]) == (1, "4 records in, 0 out, 4")


def test_rejects_are_in_order_and_the_same_for_any_number_of_processes(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", mixed() * 12)
    found = []
    for jobs in ("1", "3"):
        assert do("run", "a.jsonl", "-o", "out.jsonl", "-j", jobs, "--every", "30", "--force").status == 1
        found.append(corpora.contents(tmp_path, "out"))
    assert found[0] == found[1]
    numbers = [json.loads(line)["line"] for line in found[0]["out.jsonl.rejected.jsonl"].splitlines()]
    assert numbers == list(range(2, 2 * len(BROKEN) * 12 + 1, 2))
