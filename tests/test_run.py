"""`bodycopy run`: every form of a corpus in and out, with the same texts and all other columns as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy import clean
from cli_tools import PARAGRAPHS, PITCH, TEXT, do_fixture, put  # noqa: F401 - a fixture

ROWS = corpora.rows(7)
TEXTS = [clean(row["html"], url=row["url"]).text for row in ROWS]
SOURCES = ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.warc", "a.warc.gz", "a.warc.zst", "pages"]
PAIRS = [
    ("a.jsonl", "out.jsonl.gz"), ("a.jsonl.gz", "out.jsonl.zst"), ("a.jsonl.zst", "out.parquet"), ("a.parquet", "out.parquet"),
    ("a.parquet", "out.jsonl.zst"), ("a.warc.gz", "out.parquet"), ("pages", "out.parquet"),
]  # fmt: skip
OUTPUTS = ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst", "out.parquet"]


def put_corpus(folder: Path, name: str) -> Path:
    """The rows in the form that a name says."""
    path = folder / name
    if ".warc" in name:
        return corpora.put_warc(path, [corpora.response(row) for row in ROWS])
    if ".wet" in name:
        plain = [TEXT.replace("Monday", f"day {number}").encode() for number in range(len(ROWS))]
        made = [corpora.warc_record("conversion", *pair, "text/plain") for pair in zip(ROWS, plain, strict=True)]
        return corpora.put_warc(path, made)
    if name.endswith(".parquet"):
        return corpora.put_parquet(path, ROWS, row_group_size=3)
    if name == "pages":
        for number, row in enumerate(ROWS):
            put(path / f"{number}.html", row["html"])
        return path
    return corpora.put_lines(path, ROWS)


@pytest.mark.parametrize(("source", "output"), [*((source, "out.jsonl") for source in SOURCES), *PAIRS])
def test_every_form_gives_the_same_texts_in_the_same_order(do: Any, tmp_path: Path, source: str, output: str) -> None:
    pytest.importorskip("pyarrow"), pytest.importorskip("fastwarc"), pytest.importorskip("zstandard")
    put_corpus(tmp_path, source)
    answer = do("run", source, "-o", output, "-j", "1")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("7 records in, 7 out, 0 rejected")
    found = corpora.read(tmp_path / output)
    assert [row["text"] for row in found] == TEXTS
    assert all(map(corpora.is_cut, TEXTS))
    assert not any("html" in row for row in found)
    assert corpora.unended(tmp_path) == []


@pytest.mark.parametrize("source", ["a.wet", "a.wet.gz", "a.warc.wet.zst"])
def test_texts_of_a_wet_file(do: Any, tmp_path: Path, source: str) -> None:
    pytest.importorskip("fastwarc"), pytest.importorskip("zstandard")
    put_corpus(tmp_path, source)
    assert do("run", source, "-o", "out.jsonl", "-j", "1").status == 0
    for number, row in enumerate(corpora.read(tmp_path / "out.jsonl")):
        assert list(row) == ["id", "url", "date", "text"]
        assert f"day {number}" in row["text"]
        assert PITCH not in row["text"]


def test_a_warc_file_tells_the_charset_and_only_pages_count(do: Any, tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    undeclared = [row | {"html": row["html"].replace('<meta charset="utf-8">', "")} for row in ROWS]
    records = [
        corpora.warc_record("warcinfo", ROWS[0], b"software: none\r\n", "application/warc-fields"),
        corpora.response(undeclared[0] | {"html": undeclared[0]["html"].replace("Café", "Žižek")}, "windows-1250"),
        corpora.response(ROWS[1], kind="image/svg+xml"),
        corpora.response(undeclared[2] | {"html": undeclared[2]["html"].replace("Café", "港の船")}, "shift_jis"),
    ]
    corpora.put_warc(tmp_path / "a.warc.gz", records)
    assert do("run", "a.warc.gz", "-o", "out.jsonl").status == 0
    first, second = corpora.read(tmp_path / "out.jsonl")
    assert "Žižek" in first["text"]
    assert "港の船" in second["text"]
    assert first["id"] == "<urn:x:r-0>"
    assert (first["url"], first["date"][:10]) == (ROWS[0]["url"], "2024-05-01")


def test_other_columns_pass_through_with_type_and_order(do: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    types = {"score": pa.float32(), "html": pa.binary(), "tags": pa.list_(pa.dictionary(pa.int32(), pa.string()))}
    binary = [row | {"html": row["html"].encode()} for row in ROWS]
    corpora.put_parquet(tmp_path / "a.parquet", binary, types=types)
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    assert do("run", "a.parquet", "-o", "out.parquet").status == 0
    assert do("run", "a.jsonl", "-o", "out.jsonl").status == 0
    due = [{**row, "html": text} for row, text in zip(ROWS, TEXTS, strict=True)]
    names = ["id", "url", "text", "score", "tags", "meta"]
    for output in ("out.parquet", "out.jsonl"):
        found = corpora.read(tmp_path / output)
        assert [list(row) for row in found] == [names] * len(ROWS)
        assert [list(row.values()) for row in found] == [list(row.values()) for row in due]
    before, after = (
        pytest.importorskip("pyarrow.parquet").read_schema(tmp_path / f"{name}.parquet") for name in ("a", "out")
    )
    assert [after.field(name) for name in names if name != "text"] == [
        before.field(name) for name in names if name != "text"
    ]
    assert after.field("text").type == pa.string()


def test_lines_in_a_table_come_out_as_they_came_in(do: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    assert do("run", "a.jsonl", "-o", "out.parquet").status == 0
    due = [{**row, "html": text} for row, text in zip(ROWS, TEXTS, strict=True)]
    assert [list(row.values()) for row in corpora.read(tmp_path / "out.parquet")] == [list(r.values()) for r in due]


@pytest.mark.parametrize(
    ("source", "output"),
    [
        *(("a.jsonl", output) for output in (*OUTPUTS, "out")), ("a.parquet", "out.parquet"), ("a.parquet", "out.jsonl.gz"),
    ],
)  # fmt: skip
def test_the_number_of_processes_changes_no_byte(do: Any, tmp_path: Path, source: str, output: str) -> None:
    pytest.importorskip("pyarrow"), pytest.importorskip("zstandard")
    records = [row | {"text": None} for row in corpora.rows(70)]
    records[10]["html"] = records[50]["html"] = 5 if source == "a.jsonl" else ""
    put = corpora.put_lines if source == "a.jsonl" else corpora.put_parquet
    put(tmp_path / source, records)
    found = []
    for jobs in ("1", "3"):
        answer = do("run", source, "-o", output, "-j", jobs, "--every", "20", "--force")
        assert answer.status == (1 if source == "a.jsonl" else 0)
        found.append(corpora.contents(tmp_path, "out"))
    assert found[0] == found[1]
    assert len(found[0]) == (2 if source == "a.jsonl" else 1)


def test_folders_are_mirrored(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "in" / "b" / "page.html", ROWS[0]["html"])
    put(tmp_path / "in" / "b" / "deep" / "letter.txt")
    put(tmp_path / "in" / "note.md", f"# Ferry\n\n{PARAGRAPHS[1]}\n\n{PARAGRAPHS[4]}\n")
    put(tmp_path / "in" / ".hidden.html", ROWS[0]["html"])
    put(tmp_path / "in" / "settings.json", "{}")
    corpora.put_lines(tmp_path / "in" / "shards" / "a.jsonl.gz", ROWS[:2])
    answer = do("run", "in", "-o", "out")
    assert (answer.status, answer.out.partition(",")[0]) == (0, "5 records in")
    names = ["b/deep/letter.txt", "b/page.txt", "note.txt", "shards/a.jsonl.gz"]
    assert sorted(corpora.contents(tmp_path / "out")) == names
    assert (tmp_path / "out" / "b" / "page.txt").read_text() == TEXTS[0]
    assert [row["text"] for row in corpora.read(tmp_path / "out" / "shards" / "a.jsonl.gz")] == TEXTS[:2]


@pytest.mark.parametrize(("to", "ending", "begins"), [("markdown", "md", "# Ferry"), ("html", "html", "<!doctype")])
def test_folders_in_other_forms(do: Any, tmp_path: Path, to: str, ending: str, begins: str) -> None:
    put(tmp_path / "in" / "page.html", ROWS[0]["html"])
    assert do("run", "in", "-o", "out", "--to", to).status == 0
    made = (tmp_path / "out" / f"page.{ending}").read_text()
    assert made.startswith(begins)
    assert PITCH not in made


def test_patterns_are_expanded_in_order_and_each_file_is_read_once(do: Any, tmp_path: Path) -> None:
    for number, row in enumerate(ROWS):
        corpora.put_lines(tmp_path / "in" / f"part-{number % 2}" / f"{number}.jsonl", [row])
    answer = do("run", "in/part-*/*.jsonl", "in/part-0/0.jsonl", "-o", "out.jsonl")
    assert answer.status == 0
    order = [f"r-{number}" for number in (0, 2, 4, 6, 1, 3, 5)]
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == order


def test_what_only_begins_like_the_output_is_an_input(do: Any, tmp_path: Path) -> None:
    for name in ("out/old.html", "outline.html", "out.jsonl.d/page.html", "page.html"):
        put(tmp_path / name, ROWS[0]["html"])
    assert do("run", ".", "-o", "out", "--force").out.startswith("3 records in, 3 out")
    assert do("run", ".", "-o", "out.jsonl").out.startswith("7 records in, 7 out")


def test_standard_input_is_lines_of_json(do: Any, tmp_path: Path) -> None:
    for data in (corpora.lines(ROWS), corpora.packed(corpora.lines(ROWS), ".gz")):
        answer = do("run", "-", "-o", "out.jsonl", "--force", stdin=data)
        assert (answer.status, answer.err) == (0, "")
        assert [row["text"] for row in corpora.read(tmp_path / "out.jsonl")] == TEXTS


def test_nothing_in_is_an_output_without_records(do: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for output in OUTPUTS:
        answer = do("run", "-", "-o", output)
        assert (answer.status, answer.out.splitlines()[0]) == (0, "0 records in, 0 out, 0 rejected")
        assert corpora.read(tmp_path / output) == []
