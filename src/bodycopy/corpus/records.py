"""What a run is made of: items as they were read, what became of them, and what was refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MARK = "bodycopy-rejected"
"""The key that tells a rejected record from others; its value is the version of the form, 1."""

_BYTES = "bodycopy-base64"

ENDED = [-1]
"""The mark of a reader that cannot read on: what comes after is the next input."""


class Place(NamedTuple):
    """Where a record stands: its file, as messages name it, the unit it is counted in (``line``, ``record``, ``row``; empty
    where the file is the record), and its number there, from 1.
    """

    file: str
    unit: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}: {self.unit} {self.number}" if self.unit else self.file


class Page(NamedTuple):
    """A record that is a page or a text by itself: a response of a WARC file, the record of a WET file.

    ``data`` are its bytes; ``charset`` is what the server said, ``format`` what is known of it, both ``None`` for unknown.
    """

    id: str
    data: bytes
    url: str | None = None
    date: str | None = None
    charset: str | None = None
    format: str | None = None


class File(NamedTuple):
    """A record that is a file of a folder, read by who cleans it; ``id`` is its path inside the folder, ``path`` its
    path or URI.
    """

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it was read: a line of JSON, a page, a file, or the fault that kept it from being read.

    With a fault ``raw`` are the bytes that have it, ``None`` where they are not kept.
    """

    place: Place
    raw: bytes | Page | File | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table in a row: an Arrow stream with one batch; ``place`` is that of the first."""

    place: Place
    data: bytes
    count: int


Chunk = Sequence[Item] | Rows
"""What a worker gets at a time."""


class Rejected(NamedTuple):
    """A record that could not be cleaned: where it stands, its id where that is known, why, and the record as it was.

    ``record`` is text, bytes that are none, a mapping of columns, or ``None`` where it is too large to be kept twice.
    """

    place: Place
    id: str | None
    reason: str
    record: str | bytes | Mapping[str, Any] | None

    def line(self) -> bytes:
        """The rejected record as a line of JSON, from which a run can read it again."""
        unit = "number" if self.place.unit == "record" else self.place.unit  # the record itself has that name
        place = {"file": self.place.file} | ({unit: self.place.number} if unit else {})
        record = self.record
        kept: dict[str, Any] = {"record": _packed(record)}
        if isinstance(record, bytes):
            kept = {"base64": base64.b64encode(record).decode("ascii")}
        known = {MARK: 1, **place, "id": self.id, "reason": self.reason, **kept}
        return json.dumps(known, default=plain).encode("ascii") + b"\n"


def _packed(value: object) -> Any:
    """A value with all bytes in it as they can be had back, by :func:`_unpacked`."""
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        return {key: _packed(inner) for key, inner in value.items()}
    return [_packed(inner) for inner in value] if isinstance(value, list) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_BYTES}:
            return base64.b64decode(value[_BYTES])
        return {key: _unpacked(inner) for key, inner in value.items()}
    return [_unpacked(inner) for inner in value] if isinstance(value, list) else value


def plain(value: object) -> Any:
    """A value that JSON has no form for, as one that it has: bytes as text or base64, dates by ISO 8601, others as text."""
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(data).decode("ascii")
    form = getattr(value, "isoformat", None)
    return form() if callable(form) else str(value)


def unrejected(record: Mapping[str, Any]) -> bytes | Mapping[str, Any] | None:
    """What a rejected record was: the bytes of its line, its columns, or ``None`` where it was not kept."""
    if "base64" in record:
        return base64.b64decode(record["base64"])
    kept = record.get("record")
    return kept.encode("utf-8", "surrogatepass") if isinstance(kept, str) else _unpacked(kept)


@dataclass(slots=True)
class Tally:
    """What came of records: how many went in, came out and were rejected, their words before and after, the cuts.

    ``labels`` and ``rules`` count removals, each by its weightiest rule; ``slowest`` are seconds and places, the longest
    first; ``reasons`` count rejects.
    """

    read: int = 0
    written: int = 0
    rejected: int = 0
    words_in: int = 0
    words_out: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def reject(self, reason: str) -> None:
        """Count one record that was rejected."""
        self.rejected += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def add(self, other: Tally) -> None:
        """Count what another tally has counted."""
        for name in ("read", "written", "rejected", "words_in", "words_out"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.labels, other.labels), (self.rules, other.rules), (self.reasons, other.reasons)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
        if other.slowest:
            self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:SLOWEST]

    def took(self, seconds: float, place: Place) -> None:
        """Remember how long a record took, where that was long."""
        if len(self.slowest) < SLOWEST or seconds > self.slowest[-1][0]:
            self.slowest = sorted([*self.slowest, (round(seconds, 3), str(place))], reverse=True)[:SLOWEST]


SLOWEST = 5
"""So many of the slowest records are told."""


class Result(NamedTuple):
    """What became of one chunk: the outputs in order (lines of JSON, texts of files, or one Arrow batch), the rejects.

    ``origins`` run beside the outputs, and beside the rows of a batch, each with the place and the id of its record.
    """

    outputs: list[bytes]
    rejects: list[Rejected]
    tally: Tally
    origins: list[tuple[Place, str | None]]
