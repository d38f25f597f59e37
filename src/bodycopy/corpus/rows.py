"""One row of a corpus: what becomes of its source, and the row that goes out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bodycopy.corpus.columns import REMOVED, SOURCES, TEXT, value, with_text
from bodycopy.corpus.recipe import Made, Recipe, Source
from bodycopy.corpus.records import Rejected, Result, Tally, plain
from bodycopy.errors import BodycopyError

if TYPE_CHECKING:
    from bodycopy.corpus.records import Place

_LINE_END = re.compile(r"\r\n|[\r\n]")
SOURCE = "source_base64"
"""The key of a rejected source that is no text, with those of its ``charset`` and ``format``."""

Refused = Mapping[int, str]
"""Records of a chunk that are not to be touched, by their number in it from 0, each with the reason."""
Watch = Callable[[int], None]
"""Told the number of each record before it is worked on, and -1 when it is done."""


class Form(NamedTuple):
    """What a record becomes: a line of JSON (``rows``), the bytes of a file (``files``), a row of a table (``table``), a line of
    dolma attributes (``attributes``) or one that tells what would be removed (``findings``).

    ``refusable`` says that the output may refuse it, as tables do, so that the record itself may be asked for again.
    """

    recipe: Recipe
    output: str = "rows"
    refusable: bool = False

    @property
    def keeps(self) -> bool:
        """Whether a record that is rejected is to be kept as it was; who asks for findings has it and only wants the reason."""
        return self.output != "findings"


class RefusedError(BodycopyError):
    """A record that is not in order, told in one line."""


@contextmanager
def counted(result: Result, place: Place, known: Known) -> Iterator[None]:
    """Count a record that is worked on inside; what is raised there rejects it."""
    result.tally.read += 1
    begun = time.monotonic()
    try:
        yield
        result.tally.written += 1
    except Exception as error:  # noqa: BLE001 - a fault of ours must not cost a record either
        rejected = Rejected(place, known.id, reason_of(error, place.file), known.record)
        result.rejects.append(rejected)
        result.tally.reject(rejected.reason.partition(":")[0])
    result.tally.took(time.monotonic() - begun, place)


def reason_of(error: BaseException, file: str = "") -> str:
    """Why a record is rejected, in one line; the name of its ``file`` is told beside it."""
    if isinstance(error, MemoryError):
        return "needs more memory than a worker may have"
    if isinstance(error, BodycopyError):
        return str(error).removeprefix(f"{file}: ").removeprefix("<bytes>: ").removeprefix("<text>: ")
    return f"could not be cleaned: {type(error).__name__}: {' '.join(str(error).split())}"


@dataclass
class Known:
    """What is known of a record while it is worked on, for the case that it is rejected: its id, and the record itself."""

    id: str | None = None
    record: str | bytes | Mapping[str, Any] | None = None


def as_text(data: bytes) -> str | bytes:
    """A line as text where it is UTF-8, without its end."""
    return text_or_bytes(data.rstrip(b"\r\n"))


def text_or_bytes(data: bytes) -> str | bytes:
    """Bytes as text where they are UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def make_row(row: dict[str, Any], recipe: Recipe, tally: Tally) -> Made | None:
    """What becomes of the source of a row, ``None`` where that is null. Raises :class:`RefusedError` where it has none."""
    if SOURCE in row:
        data = base64.b64decode(row.pop(SOURCE))
        charset, form = row.pop("charset", None), row.pop("format", None)
        return recipe.make(Source(data, None, recipe.columns.url_of(row), None, charset, form), tally)
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
    if form.output == "findings":
        return _encoded(_findings(form.recipe.columns.id_of(row), made))
    if form.output == "attributes":
        return _encoded(_attributes(form.recipe.columns.id_of(row), made))
    columns: dict[str, Any] = {TEXT: made.text if made else None}
    if form.recipe.with_removed:
        columns[REMOVED] = made.removed if made else None
    goes = form.recipe.goes(made) if made else form.recipe.goes_unmade(row)
    return _encoded(with_text(row, goes, columns))


def parsed(line: bytes) -> dict[str, Any]:
    """The object of a line of JSON. Raises :class:`BodycopyError` for anything else."""
    try:
        row = json.loads(line.strip().decode("utf-8-sig", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise RefusedError(f"not UTF-8: byte {error.start + 1} of the line") from error
    except RecursionError as error:
        raise RefusedError("not JSON that can be read: nested too deep") from error
    except ValueError as error:
        told = str(error)
        if isinstance(error, json.JSONDecodeError):  # some of what it says ends in "at" already
            told = f"{error.msg.removesuffix(' at')} at column {error.colno}"
        raise RefusedError(f"not JSON: {told}") from error
    if not isinstance(row, dict):
        raise RefusedError(f"not a JSON object: {type(row).__name__}")
    return row


def _findings(identity: str | None, made: Made | None) -> dict[str, Any]:
    """What would be removed from a record, each removal with its ``places``: line and column of its start and of its end.

    Both count from 1, columns in characters; the end is the place after the last character. ``excerpt`` is the line it starts in.
    """
    found = []
    lines = Lines(made.source if made and made.removed else "")
    for removal in made.removed if made else ():
        start, end = removal["spans"][0][0], removal["spans"][-1][1]
        # A cut takes blank lines with it, which are nothing to point at.
        cut = made.source[start:end] if made else ""
        start, end = start + len(cut) - len(cut.lstrip()), start + len(cut.rstrip())
        told = {key: removal[key] for key in ("label", "rules", "reasons", "confidence", "text", "spans")}
        found.append(told | {"places": [*lines.place(start), *lines.place(end)], "excerpt": lines.line_at(start)})
    column, lang = (made.column, made.lang) if made else (None, None)
    digest = digest_of(made.source) if made and found else ""
    return {"id": identity, "column": column, "lang": lang, "digest": digest, "found": found}


def digest_of(source: str) -> str:
    """What stands for a text: only the very same one has the same."""
    return hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Lines:
    """The lines of a text, found once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._starts, offset) - 1
        return line + 1, offset - self._starts[line] + 1

    def line_at(self, offset: int) -> str:
        """The line that a character stands in, without its end."""
        line = bisect_right(self._starts, offset) - 1
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        return self._text[self._starts[line] : end].rstrip("\r\n")


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
