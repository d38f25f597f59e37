"""The pages that a user has: records in files of lines of JSON, with the source of a page and the text of its body."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bodycopy.errors import SourceError
from bodycopy.inputs import shown
from bodycopy.train.align import words
from bodycopy.train.sites import site

KINDS = ("html", "text")
"""The kinds of source, and the keys of a record that hold it."""


class Record(NamedTuple):
    """One page to learn from.

    ``kind`` is ``html`` or ``text``, ``source`` the page, ``gold`` the text of its body. ``id`` is the address where none is
    given, else the number of the record, whatever its file is called: what is drawn by chance for a page hangs on it.
    ``site`` is that of the address, the ``id`` where there is none. ``place`` is where it was read, for messages
    (``pages.jsonl:7``).
    """

    id: str
    site: str
    url: str | None
    kind: str
    source: str
    gold: str
    place: str


class Records(NamedTuple):
    """The records of one kind, in the order of their files; ``passed`` is how many were of the other kind."""

    kind: str
    pages: list[Record]
    passed: int


def read_records(paths: Sequence[Path], kind: str | None = None) -> Records:
    """The records of these files, one JSON object a line; files that end in ``.gz`` are compressed.

    A record has ``html`` or ``text``, ``gold``, and may have ``id`` (text or a number) and ``url``. With ``kind``, what is
    of the other kind is passed over; without, records of both kinds are refused. Raises :class:`SourceError`, one line with file
    and line number, for what cannot be read.
    """
    pages: list[Record] = []
    passed = 0
    known: dict[str, Record] = {}
    for place, data in (found for path in paths for found in _objects(path)):
        record = _record(data, kind, place, f"#{len(pages) + 1}")
        if record is None:
            passed += 1
            continue
        if pages and record.kind != pages[0].kind:
            raise SourceError(
                f"{place}: a record with {record.kind}, where {pages[0].place} has {pages[0].kind}: the two need a model"
                " each; choose with --format html or --format text"
            )
        other = known.setdefault(record.id, record)
        if other.site != record.site:
            raise SourceError(f"{place}: the id {record.id!r:.60} stands at {other.place} too, with another site")
        pages.append(record)
    if not pages:
        what = f"record with {kind}" if kind else "record"
        raise SourceError(f"{', '.join(shown(path) for path in paths)}: no {what}")
    return Records(pages[0].kind, pages, passed)


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file with their places. Blank lines are passed over."""
    name = shown(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                place = f"{name}:{number}"
                try:
                    data = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
                except (ValueError, RecursionError) as error:
                    raise SourceError(f"{place}: not JSON in UTF-8: {error}") from error
                if not isinstance(data, dict):
                    raise SourceError(f"{place}: not an object but {type(data).__name__}")
                yield place, data
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{name}: {getattr(error, 'strerror', None) or error}") from error


def _record(data: dict[str, Any], kind: str | None, place: str, number: str) -> Record | None:
    """A checked record; ``None`` where it is of the other kind than ``kind``. ``number`` names it where nothing else does."""
    present = [key for key in KINDS if data.get(key) is not None]
    if not present:
        raise SourceError(f"{place}: neither html nor text")
    if kind is None and len(present) > 1:
        raise SourceError(f"{place}: both html and text: choose with --format html or --format text")
    own = kind or present[0]
    if own not in present:
        return None
    for key in (own, "gold", "url"):
        if not isinstance(data.get(key), str) and not (key == "url" and data.get(key) is None):
            raise SourceError(f"{place}: {key} is {'missing' if data.get(key) is None else 'not text'}")
    if not words(data["gold"]):
        raise SourceError(f"{place}: gold has no word")
    identifier = data.get("id")
    if identifier is not None and (not isinstance(identifier, str | int) or isinstance(identifier, bool)):
        raise SourceError(f"{place}: id is neither text nor a whole number")
    url = data.get("url") or None
    name = shown(str(identifier)) if identifier is not None else shown(url or number)
    return Record(name, _site(url, place) or name, url, own, data[own], data["gold"], place)


def _site(url: str | None, place: str) -> str:
    try:
        return site(url)
    except ValueError as error:
        raise SourceError(f"{place}: url is no address: {error}") from error
