"""What a worker does to a chunk: decode, clean, encode. The same chunk always gives the same result."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bodycopy.corpus.columns import REMOVED, SOURCES, TEXT, value, with_text
from bodycopy.corpus.recipe import Made, Recipe, Source
from bodycopy.corpus.records import MARK, Chunk, File, Item, Page, Rejected, Result, Rows, Tally, plain, unrejected
from bodycopy.errors import BodycopyError

if TYPE_CHECKING:
    from bodycopy.corpus.records import Place

# An id that can be had without parsing a line, which may be what cannot be done.
_ID = re.compile(rb'"id"\s{0,9}:\s{0,9}"?([^"\\,}\s]{1,200})')
_ID_WITHIN = 1 << 12

Refused = Mapping[int, str]
"""Records of a chunk that are not to be touched, by their number in it from 0, each with the reason."""
Watch = Callable[[int], None]
"""Told the number of each record before it is begun, and -1 when all are done."""


class Form(NamedTuple):
    """What a record becomes: a line of JSON (``rows``), the bytes of a file (``files``) or a line of dolma attributes."""

    recipe: Recipe
    output: str = "rows"


class RefusedError(BodycopyError):
    """A record that is not in order, told in one line."""


def work(chunk: Chunk, form: Form, refused: Refused, watch: Watch) -> Result:
    """Clean the records of a chunk, in order."""
    if isinstance(chunk, Rows):
        from bodycopy.corpus.tables import work_rows

        return work_rows(chunk, form, refused, watch)
    result = Result([], [], Tally(), [])
    for number, item in enumerate(chunk):
        watch(number)
        known = Known.of(item)
        with counted(result, item.place, known):
            if number in refused:
                raise RefusedError(refused[number])
            result.outputs.append(_made(item, known, form, result.tally))
            result.origins.append((item.place, known.id))
    watch(-1)
    return result


@contextmanager
def counted(result: Result, place: Place, known: Known) -> Iterator[None]:
    """Count a record that is worked on inside; what is raised there rejects it."""
    result.tally.read += 1
    begun = time.monotonic()
    try:
        yield
        result.tally.written += 1
    except (BodycopyError, MemoryError, RecursionError) as error:
        rejected = Rejected(place, known.id, _reason(error, place), known.record)
        result.rejects.append(rejected)
        result.tally.reject(rejected.reason.partition(":")[0])
    result.tally.took(time.monotonic() - begun, place)


def _reason(error: BaseException, place: Place) -> str:
    """Why a record is rejected, in one line."""
    if isinstance(error, MemoryError):
        return "needs more memory than a worker may have"
    if isinstance(error, BodycopyError):
        return str(error).removeprefix(f"{place.file}: ").removeprefix("<bytes>: ").removeprefix("<text>: ")
    return f"could not be cleaned: {type(error).__name__}: {error}"


@dataclass
class Known:
    """What is known of a record while it is worked on, for the case that it is rejected: its id, and the record itself."""

    id: str | None = None
    record: str | bytes | Mapping[str, Any] | None = None

    @classmethod
    def of(cls, item: Item) -> Known:
        """What is known of an item before it is worked on."""
        raw = item.raw
        if isinstance(raw, bytes):
            told = _ID.search(raw, 0, _ID_WITHIN)
            return cls(told and told[1].decode("utf-8", "replace"), _as_text(raw))
        if isinstance(raw, Page):
            return cls(raw.id, _page_row(raw))
        return cls(raw.id if raw is not None else None)


def _as_text(data: bytes) -> str | bytes:
    """Bytes as text where they are UTF-8, without the end of their line."""
    line = data.rstrip(b"\r\n")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line


def _page_row(page: Page) -> dict[str, Any]:
    """A page as the row that a rejected one is read again from."""
    row = {"id": page.id, "url": page.url, "date": page.date}
    try:
        source: Any = page.data.decode((page.charset or "utf-8") if page.format == "text" else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return row | {_BASE64: base64.b64encode(page.data).decode("ascii"), "charset": page.charset}
    return row | {"text" if page.format == "text" else "html": source}


_BASE64 = "html_base64"


def _made(item: Item, known: Known, form: Form, tally: Tally) -> bytes:
    """The output of one record."""
    raw, recipe = item.raw, form.recipe
    if raw is None:
        raise RefusedError(item.fault)
    if isinstance(raw, bytes):
        row = parsed(raw)
        if MARK in row:
            record = unrejected(row)
            known.record = _as_text(record) if isinstance(record, bytes) else record
            row = _once_more(record)
        known.id = recipe.columns.id_of(row) or known.id
        return line_of(row, make_row(row, recipe, tally), form)
    row, source = _opened(raw)
    if isinstance(raw, File):
        known.record = source.data
    return line_of(row, recipe.make(source, tally), form)


def make_row(row: dict[str, Any], recipe: Recipe, tally: Tally) -> Made | None:
    """What becomes of the source of a row, ``None`` where that is null. Raises :class:`RefusedError` where it has none."""
    if _BASE64 in row:
        data = base64.b64decode(row.pop(_BASE64))
        return recipe.make(Source(data, "html", row.get("url"), None, row.pop("charset", None), "html"), tally)
    column = recipe.columns.source_of(row)
    if column is None:
        raise no_source(row, recipe)
    content = value(row, column)
    if content is None:
        return None
    if not isinstance(content, str | bytes):
        raise RefusedError(f"column {column} is no text: {type(content).__name__}")
    return recipe.make(recipe.source(row, column, content), tally)


def no_source(row: Mapping[str, Any], recipe: Recipe) -> RefusedError:
    """That a row has no column for the source."""
    return RefusedError(
        f"no column {recipe.columns.source or ', '.join(SOURCES)}: there are {', '.join(row) or 'none'}"
    )


def line_of(row: Mapping[str, Any], made: Made | None, form: Form) -> bytes:
    """The output of a row of which this was made, ``None`` for a row without text: it has none afterwards either."""
    if form.output == "files":
        return (made.text if made else "").encode("utf-8", "replace")
    if form.output == "attributes":
        return _encoded(_attributes(form.recipe.columns.id_of(row), made))
    columns: dict[str, Any] = {TEXT: made.text if made else None}
    if form.recipe.with_removed:
        columns[REMOVED] = made.removed if made else None
    return _encoded(with_text(row, made and form.recipe.goes(made), columns))


def parsed(line: bytes) -> dict[str, Any]:
    """The object of a line of JSON. Raises :class:`BodycopyError` for anything else."""
    try:
        row = json.loads(line.strip())
    except UnicodeDecodeError as error:
        raise RefusedError(f"not UTF-8: byte {error.start + 1} of the line") from error
    except RecursionError as error:
        raise RefusedError("not JSON that can be read: nested too deep") from error
    except ValueError as error:
        place = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise RefusedError(f"not JSON: {getattr(error, 'msg', error)}{place}") from error
    if not isinstance(row, dict):
        raise RefusedError(f"not a JSON object: {type(row).__name__}")
    return row


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
        with open(raw.path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error
    return {"id": raw.id}, Source(data, None)


def _attributes(identity: str | None, made: Made | None) -> dict[str, Any]:
    """A record's line of a dolma attribute file: for each label the spans [start, end, score], in characters."""
    spans: dict[str, list[list[float]]] = {}
    for removal in made.removed if made else ():
        places = spans.setdefault(f"bodycopy__{removal['label']}", [])
        places += [[start, end, round(removal["confidence"], 4)] for start, end in removal["spans"]]
    return {"id": identity, "attributes": spans}


def _encoded(row: Mapping[str, Any]) -> bytes:
    """A row as a line of JSON in UTF-8; in ASCII where it holds what UTF-8 cannot."""
    try:
        return json.dumps(row, ensure_ascii=False, default=plain).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, default=plain).encode("ascii") + b"\n"
