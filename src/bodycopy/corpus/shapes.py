"""The columns of a table that is made of lines, and whether a row or a batch fits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bodycopy.corpus.tables import need_arrow

if TYPE_CHECKING:
    import pyarrow as pa

UNFIT = (ValueError, TypeError, OverflowError, NotImplementedError)
"""What Arrow raises for values that it cannot take, its own errors being among these."""


def schema_of(rows: Sequence[Mapping[str, Any]]) -> pa.Schema:
    """The columns of all these rows, each of the type that its values have; of the first of them, where they differ."""
    pa = need_arrow()
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.schema([(name, _type([row[name] for row in rows if row.get(name) is not None])) for name in names])


def _type(values: Sequence[Any]) -> pa.DataType:
    pa = need_arrow()
    for some in (values, values[:1]):
        try:
            return _settled(pa.array(some).type)
        except UNFIT:
            continue
    return pa.string()


def _settled(kind: pa.DataType) -> pa.DataType:
    """A type in which what is nothing but null or empty so far can be text."""
    pa = need_arrow()
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_settled(kind.value_type))
    if pa.types.is_struct(kind):  # Parquet has none without columns
        return pa.struct([(field.name, _settled(field.type)) for field in kind] or [("_", pa.string())])
    return kind


def check_row(row: Mapping[str, Any], schema: pa.Schema) -> None:
    """Raise one of ``UNFIT`` where a row would not come out of the table as it went in."""
    pa = need_arrow()
    known = set(schema.names)
    for name, value in row.items():
        if name not in known and value is not None:
            raise ValueError(f"the first records have no column {name}")
    (stored,) = pa.RecordBatch.from_pylist([row], schema=schema).to_pylist()
    for name, value in row.items():
        if not _same(value, stored.get(name)):
            raise ValueError(f"column {name} is not what it is in the first records")


def _same(given: Any, stored: Any) -> bool:
    """Whether a value was stored whole; columns that others have are null in it."""
    if given is None or stored is None:
        return given is stored
    if isinstance(given, Mapping) and isinstance(stored, Mapping):
        return all(_same(value, stored.get(key)) for key, value in given.items())
    if isinstance(given, list) and isinstance(stored, list):
        return len(given) == len(stored) and all(map(_same, given, stored))
    return bool(given == stored) or (given != given and stored != stored)


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch in these columns. Raises one of ``UNFIT`` where it has others, or values that are none of theirs."""
    pa = need_arrow()
    if batch.schema.equals(schema):
        return batch
    strange = set(batch.schema.names) ^ set(schema.names)
    if strange:
        raise ValueError(f"column {min(strange)} is not in all files")
    columns = [batch.column(field.name).cast(field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
