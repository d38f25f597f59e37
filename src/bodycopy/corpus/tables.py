"""Rows of tables (Arrow): what Parquet files are read into and written from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bodycopy.corpus import remote
from bodycopy.corpus.columns import HTML, REMOVED, TEXT, looks_like_page, value, with_text
from bodycopy.corpus.jsonl import MOST
from bodycopy.corpus.records import ENDED, Item, Place, Result, Rows, Tally
from bodycopy.corpus.rows import (
    Form,
    Known,
    Refused,
    RefusedError,
    Watch,
    counted,
    line_of,
    make_row,
    no_source,
    reason_of,
)  # fmt: skip
from bodycopy.corpus.streams import need
from bodycopy.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

    from bodycopy.corpus.recipe import Made, Recipe

Batch = TypeVar("Batch", "pa.RecordBatch", "pa.Table")
"""A record batch or a table: what goes in comes out as the same."""

_ROWS = 16
_BYTES = 1 << 18
# Rows that are unpacked at a time: no more than go into a piece, and fewer of those that are large on the average.
_READ_BYTES = 1 << 26
# A value takes so much at least when it is a plain one.
_VALUE = 16


def need_arrow(package: str = "pyarrow") -> Any:
    """The package pyarrow, or a part of it."""
    return need(package, "corpus", "Parquet")


def removed_type() -> pa.DataType:
    """The Arrow type of the removals of one record: as the JSON of results has them, spans as lists of two numbers."""
    pa = need_arrow()
    text, place = pa.string(), pa.int64()
    return pa.list_(
        pa.struct(
            [
                ("label", text), ("rules", pa.list_(text)), ("reasons", pa.list_(text)), ("confidence", pa.float64()),
                ("text", text), ("start", place), ("end", place), ("line", place),
                ("spans", pa.list_(pa.list_(place))),
            ]
        )
    )  # fmt: skip


def rows(path: Path | str, name: str, at: list[int]) -> Iterator[tuple[Rows | Item, list[int]]]:
    """The rows of a Parquet file from a mark on (rows), a few at a time, each with the mark after them.

    A file that cannot be read on ends in an item with that fault.
    """
    pa = need_arrow()
    done = at[0] if at else 0
    start = 0
    try:
        with remote.table(path) as file:
            for group in range(file.num_row_groups):
                about = file.metadata.row_group(group)
                if start + about.num_rows <= done:
                    start += about.num_rows
                    continue
                most = max(1, min(_ROWS, _READ_BYTES * about.num_rows // max(1, about.total_byte_size)))
                for batch in file.iter_batches(most, row_groups=[group]):
                    for part in _pieces(batch):  # of the whole batch: the parts of a run that goes on are the same
                        start += len(part)
                        if start <= done:
                            continue
                        done = start
                        yield _piece(part, Place(name, "row", done - len(part) + 1)), [done]
    except (OSError, MemoryError, pa.ArrowException) as error:
        yield Item(Place(name, "row", done + 1), None, f"cannot be read on: {_reason(error)}"), ENDED


def _reason(error: BaseException) -> str:
    """What is wrong with a file, in one line and without its path."""
    if isinstance(error, MemoryError):
        return reason_of(error)
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return next(iter(str(error).splitlines()), type(error).__name__)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A batch in parts of a few rows and not many bytes."""
    size = max(1, min(_ROWS, _BYTES * max(1, len(batch)) // max(1, sum(map(_weight, batch.columns)))))
    for start in range(0, len(batch), size):
        yield batch.slice(start, size)


def _piece(part: pa.RecordBatch, place: Place) -> Rows | Item:
    """A part to be cleaned, or the fault that it is a row that nobody can hold."""
    if len(part) == 1 and sum(map(_weight, part.columns)) > MOST:
        return Item(place, None, f"a row of more than {MOST >> 20} MiB")
    return Rows(place, to_bytes(part), len(part))


def _weight(column: pa.Array) -> int:
    """About how many bytes the values of a column are, and those inside them: a list of nothing but nulls has none in Arrow."""
    types = need_arrow().types
    weight: int = column.nbytes
    if types.is_nested(column.type):
        inner = column.flatten()
        weight += sum(map(_weight, inner)) if types.is_struct(column.type) else _VALUE * len(inner) + _weight(inner)
    return weight


def to_bytes(batch: pa.RecordBatch) -> bytes:
    """One batch as an Arrow stream."""
    pa = need_arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def from_bytes(data: bytes) -> pa.RecordBatch:
    """The one batch of an Arrow stream."""
    pa = need_arrow()
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()


def work_rows(chunk: Rows, form: Form, refused: Refused, watch: Watch) -> Result:
    """Clean some rows. The outcome is lines of JSON, or, for a table, one batch of the rows that came through."""
    batch = from_bytes(chunk.data)
    result = Result([], [], Tally(), [])
    mades: list[Made | None] = []
    passed: list[int] = []
    for number, (row, faults) in enumerate(rows_of(batch)):
        watch(-1)
        place = chunk.place._replace(number=chunk.place.number + number)
        known = Known(form.recipe.columns.id_of(row), dict(row) if form.keeps else None)
        with counted(result, place, known):
            if number in refused:
                raise RefusedError(refused[number])
            # What cannot be told as a plain value still passes from table to table, unless it is the source.
            if faults and (form.output != "table" or form.recipe.columns.source in faults):
                raise RefusedError(next(iter(faults.values())))
            watch(number)
            made = make_row(row, form.recipe, result.tally)
            if form.output == "table":
                mades.append(made)
                passed.append(number)
            else:
                result.outputs.append(line_of(row, made, form))
            result.origins.append((place, known.id))
    watch(-1)
    if passed:
        kept = batch if len(passed) == len(batch) else batch.take(passed)
        result.outputs.append(to_bytes(with_columns(kept, mades, form.recipe)))
    return result


def rows_of(batch: pa.RecordBatch | pa.Table) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """The rows of a batch or a table as plain values, each with what is wrong with it, by column.

    Arrow holds what Python has no form for, and does not see to it that its text is UTF-8: such a column of one row shall cost
    no more than that row.
    """
    pa = need_arrow()
    try:
        return [(row, {}) for row in batch.to_pylist()]
    except (ValueError, OverflowError, LookupError, pa.ArrowException):
        return [row_of(batch, number) for number in range(len(batch))]


def row_of(batch: pa.RecordBatch | pa.Table, number: int) -> tuple[dict[str, Any], dict[str, str]]:
    """One row, and which of its columns cannot be told as they are, each with the reason.

    A time that Python has no form for (nanoseconds, years after 9999) becomes text. Text that is not UTF-8 is given as bytes;
    inside other columns it cannot be told.
    """
    pa = need_arrow()
    row: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            row[name] = column[number].as_py()
        except UnicodeDecodeError:
            as_buffer = getattr(column[number], "as_buffer", None)
            row[name] = as_buffer().to_pybytes() if as_buffer is not None else None
            faults[name] = f"not UTF-8: column {name}"
        except (ValueError, OverflowError, LookupError, pa.ArrowException):
            try:
                row[name] = column[number].cast(pa.string()).as_py()
            except (ValueError, LookupError, pa.ArrowException) as error:
                faults[name] = f"column {name} cannot be read: {str(error).splitlines()[0]}"
    return row, faults


def with_columns(batch: Batch, mades: Sequence[Made | None], recipe: Recipe) -> Batch:
    """A batch or a table with what was made of each row; the column of the source goes where the recipe says so.

    The text stands where a column of its name stood, else where the source stood, else at the end.
    """
    pa = need_arrow()
    made = {TEXT: pa.array([made and made.text for made in mades], pa.string())}
    if recipe.with_removed:
        made[REMOVED] = pa.array([made and made.removed for made in mades], removed_type())
    columns = with_text(dict(zip(batch.schema.names, batch.columns, strict=True)), recipe.drop or None, made)
    fields = [
        batch.schema.field(name) if columns[name] is not made.get(name) else pa.field(name, columns[name].type)
        for name in columns
    ]
    return type(batch).from_arrays(list(columns.values()), schema=pa.schema(fields, batch.schema.metadata))


def settled(recipe: Recipe, path: Path | str) -> Recipe:
    """A recipe that names the column of the source, and whether it goes, by the first rows of a Parquet file.

    Raises :class:`BodycopyError` where no column can be the source, and ``OSError`` for a file that cannot be read.
    """
    pa = need_arrow()
    try:
        with remote.table(path) as file:
            first = next(file.iter_batches(1), None)
            row: Mapping[str, Any] = dict.fromkeys(file.schema_arrow.names)
    except pa.ArrowException as error:
        raise SourceError(f"not a Parquet file: {str(error).splitlines()[0]}") from error
    if first is not None and len(first):
        row, _ = row_of(first, 0)
    return settled_by(recipe, row)


def settled_by(recipe: Recipe, row: Mapping[str, Any]) -> Recipe:
    """The same by a row, or by names of columns without values. A column that is named already to go does so."""
    column = recipe.columns.source_of(row)
    if column is None:
        raise no_source(row, recipe)
    content = value(row, column)
    is_page = column.rpartition(".")[2] in HTML or (isinstance(content, str | bytes) and looks_like_page(content))
    goes = is_page and column != TEXT and not recipe.keep_source and column in row
    drop = recipe.drop if recipe.drop is not None else column if goes else ""
    return replace(recipe, columns=replace(recipe.columns, source=column), drop=drop)
