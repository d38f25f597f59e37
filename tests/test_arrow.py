"""Arrow batches: same rows, same order, one schema, and no row that ends a job."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import bodycopy
from arrow_tools import are_cleaned, docs_code, needed, page, rows
from cli_tools import PITCH, do_fixture  # noqa: F401 - a fixture

pa = needed("pyarrow", "corpus")

from bodycopy.corpus import rows as of_rows  # noqa: E402
from bodycopy.integrations.arrow import Columns, Recipe, clean_batch, clean_schema  # noqa: E402

BATCHES = [pa.RecordBatch, pa.Table]
every_kind = pytest.mark.parametrize("kind", BATCHES, ids=["batch", "table"])


@every_kind
def test_the_same_rows_come_out_cleaned(kind: Any) -> None:
    given = rows(20)
    batch = kind.from_pylist(given)
    cleaned = clean_batch(batch)
    assert isinstance(cleaned, kind)
    assert batch == kind.from_pylist(given)
    are_cleaned(cleaned.to_pylist(), given)


def test_a_table_of_many_chunks_is_one() -> None:
    table = pa.concat_tables([pa.Table.from_pylist(rows(3)), pa.Table.from_pylist(rows(4, 3))])
    are_cleaned(clean_batch(table).to_pylist(), rows(7))


def test_text_is_that_of_clean() -> None:
    (row,) = clean_batch(pa.Table.from_pylist([{"html": page(1)}])).to_pylist()
    assert row["text"] == bodycopy.clean(page(1), format="html").text


@every_kind
@pytest.mark.parametrize("recipe", [None, Recipe(with_removed=True), Recipe(keep_source=True, to="markdown")])
def test_every_batch_of_a_corpus_has_the_schema_that_was_told(kind: Any, recipe: Recipe | None) -> None:
    schema = pa.schema(
        [("content", pa.large_string()), ("text", pa.string()), ("meta", pa.struct([("url", pa.string())]))],
        metadata={"made": "by hand"},
    )
    told = clean_schema(schema, recipe)
    assert told.metadata == {b"made": b"by hand"}
    contents = [
        [],
        [{"content": page(1), "text": "x", "meta": {"url": "https://ferry.example/"}}],
        [{"content": None, "text": None, "meta": None}],
        [{"content": "A text.", "text": None, "meta": {"url": None}}, {"content": "", "text": "t", "meta": None}],
    ]
    for content in contents:
        cleaned = clean_batch(kind.from_pylist(content, schema=schema), recipe)
        assert cleaned.schema.equals(told, check_metadata=True)
        assert len(cleaned) == len(content)


def test_columns_can_be_named() -> None:
    table = pa.table({"page": [page(1)], "text": ["summary"], "meta": [{"html": page(3), "n": 1}]})
    assert clean_batch(table, Recipe(columns=Columns("page"))).column_names == ["page", "text", "meta", "error"]
    gone = clean_batch(table, Recipe(columns=Columns("page"), drop="page", with_removed=True))
    assert gone.column_names == ["removed", "text", "meta", "error"]
    assert PITCH in gone.to_pylist()[0]["removed"][0]["text"]
    inner = clean_batch(table, Recipe(columns=Columns("meta.html")))
    assert inner.schema == clean_schema(table.schema, Recipe(columns=Columns("meta.html")))
    assert "Ferry 3" in inner.to_pylist()[0]["text"]


def undecodable() -> Any:
    """A column of text of which the second is not UTF-8, which Arrow lets pass."""
    good = "The ferry sailed on Monday, and the shop had flour again."
    data = pa.array([good.encode(), b"\xff\xfeferry", good.encode()])
    return pa.Array.from_buffers(pa.string(), 3, data.buffers())


@every_kind
def test_a_row_that_cannot_be_cleaned_ends_no_job(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = kind.from_arrays([pa.array([1, 2, 3]), undecodable()], names=["id", "text"])
    cleaned = clean_batch(batch)
    assert cleaned.column("error").to_pylist() == [None, "not UTF-8: column text", None]
    assert [text is None for text in cleaned.column("text").to_pylist()] == [False, True, False]
    with pytest.raises(bodycopy.BodycopyError, match="row 2 of the batch: not UTF-8: column text"):
        clean_batch(batch, error=None)

    def fail(*_: object) -> None:
        raise KeyError("a fault\nof ours")

    monkeypatch.setattr("bodycopy.integrations.arrow.make_row", fail)
    reasons = clean_batch(kind.from_pylist(rows(2)), error="why").column("why").to_pylist()
    assert reasons == ["could not be cleaned: KeyError: 'a fault\\nof ours'"] * 2


def test_numbers_are_no_text() -> None:
    cleaned = clean_batch(pa.table({"text": [1, 2]}))
    assert cleaned.column("error").to_pylist() == ["column text is no text: int"] * 2
    assert cleaned.schema == clean_schema(pa.schema([("text", pa.int64())]))


def test_what_no_batch_of_the_corpus_can_do_raises() -> None:
    with pytest.raises(of_rows.RefusedError, match="no column html, raw_html"):
        clean_batch(pa.table({"words": [1]}))
    with pytest.raises(bodycopy.BodycopyError, match="a column error is there already"):
        clean_schema(pa.schema([("text", pa.string()), ("error", pa.string())]))


def test_it_can_be_sent_to_other_processes() -> None:
    sent = pickle.loads(pickle.dumps(partial(clean_batch, recipe=Recipe(with_removed=True))))
    assert "removed" in sent(pa.Table.from_pylist(rows(1))).column_names


def test_the_code_of_the_page_runs() -> None:
    spoken: dict[str, Any] = {}
    for code in docs_code("arrow.md"):
        exec(compile(code, "docs/arrow.md", "exec"), spoken)


@pytest.mark.parametrize("output", ["out.jsonl", "out.parquet"])
def test_a_run_rejects_parquet_rows_that_are_not_utf8(do: Any, tmp_path: Path, output: str) -> None:
    table = pa.table({"id": ["a", "b", "c"], "text": undecodable()})
    needed("pyarrow.parquet", "corpus").write_table(table, tmp_path / "in.parquet")
    answer = do("run", "in.parquet", "-o", output, "-j", "1")
    assert answer.status == 1
    assert "3 records in, 2 out, 1 rejected" in answer.out
    assert '"reason": "not UTF-8: column text"' in (tmp_path / f"{output}.rejected.jsonl").read_text()
