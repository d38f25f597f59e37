"""What a worker does to a chunk: decode, clean, encode. The same chunk always gives the same result."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Mapping
from typing import Any

from bodycopy.corpus import tables
from bodycopy.corpus.recipe import Source
from bodycopy.corpus.records import MARK, Chunk, File, Item, Page, Place, Result, Rows, Tally, unrejected
from bodycopy.corpus.remote import opened
from bodycopy.corpus.rows import (
    SOURCE,
    Form,
    Known,
    Refused,
    RefusedError,
    Watch,
    as_text,
    counted,
    line_of,
    make_row,
    parsed,
    text_or_bytes,
)  # fmt: skip

# An id that can be had without parsing a line, which may be what cannot be done.
_ID = re.compile(rb'"id"\s{0,9}:\s{0,9}(?!null\b)"?([^"\\,}\s]{1,200})')
_ID_WITHIN = 1 << 12


def work(chunk: Chunk, form: Form, refused: Refused, watch: Watch) -> Result:
    """Clean the records of a chunk, in order."""
    if isinstance(chunk, Rows):
        return tables.work_rows(chunk, form, refused, watch)
    result = Result([], [], Tally(), [])
    for number, item in enumerate(chunk):
        watch(-1)
        known = _known(item, kept=number in refused) if form.keeps else Known()
        with counted(result, item.place, known):
            if number in refused:
                raise RefusedError(refused[number])
            watch(number)
            result.outputs.append(_made(item, known, form, result.tally))
            result.origins.append((item.place, known.id))
    watch(-1)
    return result


def _known(item: Item, *, kept: bool) -> Known:
    """What is known of an item before it is worked on. A file is read only where it is to be ``kept`` unread otherwise."""
    raw = item.raw
    if isinstance(raw, bytes) and item.fault:
        return Known(None, text_or_bytes(raw))
    if isinstance(raw, bytes):
        told = _ID.search(raw, 0, _ID_WITHIN)
        return Known(told and told[1].decode("utf-8", "replace"), as_text(raw))
    if isinstance(raw, Page):
        return Known(raw.id, _page_row(raw))
    if isinstance(raw, File) and kept:
        with contextlib.suppress(OSError), open(raw.path, "rb") as file:
            return Known(raw.id, {"id": raw.id} | _kept(file.read()))
    return Known(raw.id if raw is not None else None)


def _page_row(page: Page) -> dict[str, Any]:
    """A page as the row that a rejected one is read again from."""
    row = {"id": page.id, "url": page.url, "date": page.date}
    if page.format == "text":
        try:
            return row | {"text": page.data.decode(page.charset or "utf-8")}
        except (UnicodeDecodeError, LookupError):
            pass
    return row | _kept(page.data) | {"charset": page.charset, "format": page.format}


def _kept(data: bytes) -> dict[str, Any]:
    return {SOURCE: base64.b64encode(data).decode("ascii")}


def original(chunk: Chunk, place: Place) -> str | bytes | Mapping[str, Any] | None:
    """A record of a chunk as it was, for one that was worked on and cannot be taken."""
    if isinstance(chunk, Rows):
        return tables.row_of(tables.from_bytes(chunk.data), place.number - chunk.place.number)[0]
    return next((_known(item, kept=True).record for item in chunk if item.place == place), None)


def _made(item: Item, known: Known, form: Form, tally: Tally) -> bytes:
    """The output of one record."""
    raw, recipe = item.raw, form.recipe
    if raw is None or item.fault:
        raise RefusedError(item.fault)
    if isinstance(raw, bytes):
        row = parsed(raw)
        while MARK in row:  # more than once, where it was rejected unread
            known.id = row.get("id")
            record = unrejected(row)
            known.record = as_text(record) if isinstance(record, bytes) else record
            row = _once_more(record)
        known.id = recipe.columns.id_of(row) or known.id
        return line_of(row, make_row(row, recipe, tally), form)
    row, source = _opened(raw)
    if isinstance(raw, File) and isinstance(source.data, bytes) and form.keeps:
        known.record = {"id": raw.id} | _kept(source.data)
    return line_of(row, recipe.make(source, tally), form)


def _once_more(record: bytes | Mapping[str, Any] | None) -> dict[str, Any]:
    """The row of a record that was rejected in a run before."""
    if record is None:
        raise RefusedError("the rejected record was too large to be kept: take it from its file")
    return parsed(record) if isinstance(record, bytes) else dict(record)


def _opened(raw: Page | File) -> tuple[dict[str, Any], Source]:
    """The row that a page or a file becomes, and its source."""
    if isinstance(raw, Page):
        row = {"id": raw.id, "url": raw.url, "date": raw.date}
        return row, Source(raw.data, None, raw.url, None, raw.charset, raw.format)
    try:
        with opened(raw.path) as file:
            data = file.read()
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error
    return {"id": raw.id}, Source(data, None)
