"""A finding: something in a text that `clean` would remove, with its place, its rule and its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from bodycopy.corpus.records import Place
from bodycopy.words import tokens


class Finding(NamedTuple):
    """One removal that is still due.

    ``path`` is the file, ``line`` and ``column`` the place where it starts in it, ``end_line`` and ``end_column`` the place after
    its last character; all count from 1, columns in characters. Of a record in a file of records, ``line`` is that of the
    record (of Parquet its row), ``column`` 1, ``record_id`` and ``field`` say which and where, and ``text_line``,
    ``text_column``, ``text_end_line`` and ``text_end_column`` are the places in its text; they are ``None`` of files. ``rule``
    is the weightiest of the removal's, ``label`` what it is, ``confidence`` how sure, 0 to 1, ``text`` what would go, one block
    a line, ``message`` the reason in one line.

    ``excerpt`` is the line of text in which it starts, ``spans`` the exact characters, as pairs of start and end, ``digest`` what
    stands for the whole text that they are in.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    record_id: str | None
    field: str | None
    rule: str
    label: str
    confidence: float
    text: str
    message: str
    text_line: int | None = None
    text_column: int | None = None
    text_end_line: int | None = None
    text_end_column: int | None = None
    excerpt: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    digest: str = ""

    @property
    def inside(self) -> tuple[int, int, int, int]:
        """Line and column of start and end in its text: of a record in that, of a file in the file."""
        if self.text_line is None:
            return self.line, self.column, self.end_line, self.end_column
        return self.text_line, self.text_column or 1, self.text_end_line or self.text_line, self.text_end_column or 1

    @property
    def fingerprint(self) -> str:
        """What stands for its text: see :func:`fingerprint_of`."""
        return fingerprint_of(self.text)

    def as_dict(self) -> dict[str, Any]:
        """The finding as the JSON has it: all but ``excerpt``, ``spans`` and ``digest``; places in a text only of records."""
        values = self._asdict()
        left_out = {"excerpt", "spans", "digest"} | (
            {name for name in values if name.startswith("text_")} if self.text_line is None else set()
        )
        return {name: value for name, value in values.items() if name not in left_out}


def fingerprint_of(text: str) -> str:
    """Sixteen hexadecimal digits of a normalised text: the same wherever it stands, in whatever case and spacing."""
    return hashlib.sha256(" ".join(tokens(text)).encode("utf-8", "replace")).hexdigest()[:16]


def finding(place: Place, told: Mapping[str, Any], found: Mapping[str, Any]) -> Finding:
    """A finding of what a worker found in the record at a place, of which it ``told`` all this."""
    rules, reasons = found["rules"], found["reasons"]
    rule = rules[0] if rules else f"{found['label']}/unknown"
    reason = reasons[0] if reasons else found["label"]
    message = " ".join(reason.removeprefix(f"{rule}: ").split())
    start_line, start_column, end_line, end_column = found["places"]
    what = (rule, found["label"], round(found["confidence"], 4), found["text"], message)
    spans = tuple((start, end) for start, end in found["spans"])
    if not place.unit:
        places = start_line, start_column, end_line, end_column
        return Finding(
            place.file, *places, None, None, *what, excerpt=found["excerpt"], spans=spans, digest=told["digest"]
        )
    return Finding(
        place.file, place.number, 1, place.number, 1, told["id"], told["column"], *what,
        start_line, start_column, end_line, end_column, found["excerpt"], spans, told["digest"],
    )  # fmt: skip
