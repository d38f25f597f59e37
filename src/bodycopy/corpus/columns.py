"""Which column of a record is what: the source, the url, the id, the language; and what the output's columns are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

HTML = ("html", "raw_html")
"""Columns that hold pages by their name."""
SOURCES = (*HTML, "content", "raw_content", "text")
"""The columns that a record's source is sought in, in this order; the first that holds something counts."""
_URLS = ("url", "metadata.url", "meta.url", "source_url", "link")
_IDS = ("id", "metadata.id", "doc_id", "record_id", "warc_record_id")
_LANGUAGES = ("lang", "language", "metadata.lang", "metadata.language")
TEXT = "text"
"""The column of the cleaned text."""
REMOVED = "removed"
"""The column of the removals."""
_DOCTYPE = ("<!doctype", "<html", "<?xml", "<head", "<body")


@dataclass(frozen=True)
class Columns:
    """The names of the columns, ``None`` for those that are to be found. Dots go into columns inside columns."""

    source: str | None = None
    url: str | None = None
    id: str | None = None
    lang: str | None = None

    def source_of(self, row: Mapping[str, Any]) -> str | None:
        """The name of the column that a row's source stands in, ``None`` where there is none.

        The first that holds text or bytes; where all that are there are null or empty, the first of these.
        """
        names = SOURCES if self.source is None else (self.source,)
        there = [name for name in names if has(row, name)]
        return next((name for name in there if value(row, name)), there[0] if there else None)

    def url_of(self, row: Mapping[str, Any]) -> str | None:
        """The page's address, where a row tells it."""
        return _first(row, self.url, _URLS)

    def id_of(self, row: Mapping[str, Any]) -> str | None:
        """The record's id, where a row tells it."""
        return _first(row, self.id, _IDS)

    def lang_of(self, row: Mapping[str, Any]) -> str | None:
        """The language, where a row tells it."""
        return _first(row, self.lang, _LANGUAGES)


def _first(row: Mapping[str, Any], named: str | None, usual: Iterable[str]) -> str | None:
    for name in usual if named is None else (named,):
        found = value(row, name)
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
            return str(found)
    return None


def has(row: Mapping[str, Any], name: str) -> bool:
    """Whether a row has a column of this name, null or not."""
    if name in row:
        return True
    outer, dot, inner = name.partition(".")
    held = row.get(outer) if dot else None
    return isinstance(held, Mapping) and has(held, inner)


def value(row: Mapping[str, Any], name: str) -> Any:
    """What a column holds, ``None`` where it is not there."""
    if name in row:
        return row[name]
    outer, dot, inner = name.partition(".")
    held = row.get(outer) if dot else None
    return value(held, inner) if isinstance(held, Mapping) else None


def looks_like_page(source: str | bytes) -> bool:
    """Whether a source begins as an HTML document does."""
    start = source[:1024].decode("latin-1") if isinstance(source, bytes) else source[:1024]
    return start.lstrip("\ufeff \t\r\n").lower().startswith(_DOCTYPE)


def with_text(row: Mapping[str, Any], source: str | None, made: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what was ``made`` of it; the column ``source`` goes, ``None`` for none.

    What was made stands where columns of the same name stood, else where the source stood, else at the end.
    """
    fresh = {name: content for name, content in made.items() if name not in row}
    out: dict[str, Any] = {}
    for name, content in row.items():
        if name == source:
            out |= fresh
            fresh = {}
        else:
            out[name] = made.get(name, content)
    if source is not None and source not in row:
        _drop(out, source)
    return out | fresh


def _drop(row: dict[str, Any], name: str) -> None:
    outer, dot, inner = name.partition(".")
    held = row.get(outer)
    if dot and isinstance(held, Mapping):
        row[outer] = copy = dict(held)
        if inner in copy:
            del copy[inner]
        else:
            _drop(copy, inner)
