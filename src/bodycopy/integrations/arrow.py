"""Arrow batches in, the same rows cleaned out: what runs under Ray Data, Spark and datasets alike.

Which column is the source and which one goes is settled by the names of the columns alone, never by what a batch happens to
hold, so that all batches of a corpus come out with one schema: the first of ``html``, ``raw_html``, ``content``, ``raw_content``
and ``text`` that is there is the source, and of these ``html`` and ``raw_html`` go. A recipe may say otherwise:
``Recipe(columns=Columns("page"), drop="page")``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bodycopy.corpus.columns import Columns
from bodycopy.corpus.recipe import Recipe
from bodycopy.corpus.records import Tally
from bodycopy.corpus.rows import RefusedError, make_row, reason_of
from bodycopy.corpus.tables import Batch, need_arrow, rows_of, settled_by, with_columns
from bodycopy.errors import BodycopyError

if TYPE_CHECKING:
    import pyarrow as pa

    from bodycopy.corpus.recipe import Made

ERROR = "error"
"""The column that says why a row could not be cleaned."""


def clean_batch(batch: Batch, recipe: Recipe | None = None, *, error: str | None = ERROR) -> Batch:
    """A record batch or table with the cleaned text of each row in the column ``text``: the same rows in the same order.

    A row that cannot be cleaned ends no job and is not lost: its text is null, and the column ``error``, null for all other
    rows, says why in one line. With ``error=None`` there is no such column, and the first such row raises. A row whose source
    is null has neither text nor error. ``recipe`` is what to do, ``None`` for what ``bodycopy run`` does without options.

    Raises :class:`BodycopyError` for a batch without a column for the source, or with one that is called as ``error`` says.
    """
    pa = need_arrow()
    if error is not None and error in batch.schema.names:
        raise BodycopyError(f"a column {error} is there already: call the one for errors otherwise, with error=")
    recipe = settled_by(recipe or Recipe(), _nothing(batch.schema))
    mades: list[Made | None] = []
    reasons: list[str | None] = []
    for number, (row, faults) in enumerate(rows_of(batch), 1):
        made, reason = None, None
        try:
            if recipe.columns.source in faults:
                raise RefusedError(faults[recipe.columns.source])
            made = make_row(row, recipe, Tally())
        except Exception as failure:
            reason = reason_of(failure)
            if error is None:
                raise BodycopyError(f"row {number} of the batch: {reason}") from failure
        mades.append(made)
        reasons.append(reason)
    cleaned = with_columns(batch, mades, recipe)
    return cleaned if error is None else cleaned.append_column(error, pa.array(reasons, pa.string()))


def clean_schema(schema: pa.Schema, recipe: Recipe | None = None, *, error: str | None = ERROR) -> pa.Schema:
    """The schema of what :func:`clean_batch` makes of batches of a schema; raises as it does."""
    return clean_batch(schema.empty_table(), recipe, error=error).schema


def _nothing(fields: Iterable[pa.Field]) -> dict[str, Any]:
    """The names of columns, and of the columns inside them, as a row without values."""
    is_struct = need_arrow("pyarrow.types").is_struct
    return {field.name: _nothing(field.type) if is_struct(field.type) else None for field in fields}


__all__ = ["ERROR", "Columns", "Recipe", "clean_batch", "clean_schema"]
