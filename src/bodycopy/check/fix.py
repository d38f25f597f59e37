"""Cutting findings out of files: whole pages and texts, and the strings of JSON lines; every other byte stays as it is."""

from __future__ import annotations

import difflib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bodycopy.check.findings import Finding
from bodycopy.check.job import Checked
from bodycopy.corpus.streams import compression
from bodycopy.errors import BodycopyError, SourceError
from bodycopy.inputs import encode_as, shown, write_file
from bodycopy.pipeline import read

_SPACE = " \t\n\r"
_DECODER = json.JSONDecoder(strict=False)

Span = tuple[int, int]


class Mended(NamedTuple):
    """Which files were mended, by the paths of their findings, and the difference as a unified diff."""

    paths: frozenset[str]
    diff: str


def mend(documents: Iterable[Checked], *, write: bool, say: Callable[[str], None]) -> Mended:
    """Cut the findings out of their files, or only tell the difference. ``say`` hears of each file that cannot be mended."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for one in documents:
        for found in one.findings:
            by_path[found.path].append(found)
    mended: set[str] = set()
    diffs: list[str] = []
    for name, findings in by_path.items():
        try:
            raw = Path(name).read_bytes()
            fresh, before, after = _cut(name, raw, findings)
            if write:
                write_file(Path(name), fresh)
        except OSError as error:
            say(f"{shown(name)}: not mended: {error.strerror or error}")
        except BodycopyError as error:
            say(f"{shown(name)}: not mended: {error}")
        else:
            mended.add(name)
            diffs += [] if write else _diff(name, before, after)
    return Mended(frozenset(mended), "".join(diffs))


def _diff(name: str, before: str, after: str) -> Iterator[str]:
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="")
    return (f"{line}\n" for line in told)


def _cut(name: str, raw: bytes, findings: Sequence[Finding]) -> tuple[bytes, str, str]:
    """The bytes of a file without its findings, and its text before and after. Raises :class:`BodycopyError`."""
    if findings[0].text_line is None:
        document = read(raw)
        after = without(document.source, [span for found in findings for span in found.spans])
        return encode_as(raw, document.source, after, document.encoding), document.source, after
    if compression(Path(name)) or name.lower().endswith((".parquet", ".pq")):
        raise SourceError("only plain JSON lines can be mended in place; bodycopy run makes a cleaned copy")
    before = raw.decode("utf-8")
    lines = before.split("\n")
    by_line: dict[int, list[Finding]] = defaultdict(list)
    for found in findings:
        by_line[found.line - 1].append(found)
    for number, held in by_line.items():
        lines[number] = _cut_string(lines[number], held)
    after = "\n".join(lines)
    return after.encode("utf-8"), before, after


def _cut_string(line: str, findings: Sequence[Finding]) -> str:
    """A line of JSON without the findings in the string of its field."""
    start, end = string_at(line, findings[0].field or "text")
    places = places_of(line[start:end])
    spans = [span for found in findings for span in found.spans]
    return without(line, [(start + places[first], start + places[last]) for first, last in spans])


def without(text: str, spans: Iterable[Span]) -> str:
    """A text without some pieces of it."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at : max(at, start)])
        at = max(at, end)
    return "".join([*kept, text[at:]])


def string_at(line: str, field: str) -> Span:
    """The place of the string of a field in a line of JSON, its quotes included; dots go into objects inside objects.

    Raises :class:`SourceError` where there is none.
    """
    at = _skip(line, 0)
    start, end = _member(line, at, field)
    if start < 0:
        outer, dot, inner = field.partition(".")
        start, _ = _member(line, at, outer) if dot else (-1, -1)
        if start < 0 or line[start] != "{":
            raise SourceError(f"no field {field} in the line")
        inside = string_at(line[start:], inner)
        return start + inside[0], start + inside[1]
    if line[start] != '"':
        raise SourceError(f"field {field} is no text")
    return start, end


def _member(line: str, at: int, name: str) -> Span:
    """The place of the value of a member of the object that begins at a place; the last one of that name, as parsers have it."""
    found = (-1, -1)
    at = _skip(line, at + 1)
    while line[at : at + 1] == '"':
        key, at = _DECODER.raw_decode(line, at)
        start = _skip(line, _skip(line, at) + 1)
        _, end = _DECODER.raw_decode(line, start)
        if key == name:
            found = start, end
        at = _skip(line, end)
        at = _skip(line, at + 1) if line[at : at + 1] == "," else at
    return found


def _skip(line: str, at: int) -> int:
    while at < len(line) and line[at] in _SPACE:
        at += 1
    return at


def places_of(token: str) -> list[int]:
    """Where each character of a JSON string stands in its token, and where the last one ends."""
    places: list[int] = []
    at, end = 1, len(token) - 1
    while at < end:
        places.append(at)
        if token[at] != "\\":
            at += 1
        elif token[at + 1] != "u":
            at += 2
        else:
            at += 6
            # Two escapes of a surrogate pair are one character.
            if (
                "d800" <= token[at - 4 : at].lower() <= "dbff"
                and token[at : at + 2] == "\\u"
                and "dc00" <= token[at + 2 : at + 6].lower() <= "dfff"
            ):
                at += 6
    return [*places, end]
