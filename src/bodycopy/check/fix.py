"""Cutting findings out of files: whole pages and texts, and the strings of JSON lines; every other byte stays as it is."""

from __future__ import annotations

import difflib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bodycopy.check.findings import Finding
from bodycopy.check.job import Checked
from bodycopy.corpus.rows import digest_of
from bodycopy.corpus.streams import compression
from bodycopy.errors import BodycopyError, SourceError
from bodycopy.inputs import encode_as, shown, write_file
from bodycopy.pipeline import read

_SPACE = " \t\n\r\ufeff"
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1")
_CHANGED = "it is not what was checked: it has changed since"
_DECODER = json.JSONDecoder(strict=False)

Span = tuple[int, int]


class Mended(NamedTuple):
    """Which files were mended, by the paths of their findings, the difference as a unified diff, and whether a file failed."""

    paths: frozenset[str]
    diff: bytes
    failed: bool


def mend(documents: Iterable[Checked], *, write: bool, say: Callable[[str], None]) -> Mended:
    """Cut the findings out of their files, or only tell the difference. ``say`` hears of each file that cannot be mended."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for one in documents:
        for found in one.findings:
            by_path[found.path].append(found)
    mended: set[str] = set()
    diffs: list[bytes] = []
    failed = False
    for name, findings in by_path.items():
        try:
            raw = Path(name).read_bytes()
            fresh = _cut(name, raw, findings)
            if write:
                write_file(Path(name), fresh)
        except OSError as error:
            failed = True
            say(f"{shown(name)}: not mended: {error.strerror or error}")
        except BodycopyError as error:
            say(f"{shown(name)}: not mended: {error}")
        else:
            mended.add(name)
            diffs += [] if write else _diff(name, raw, fresh)
    return Mended(frozenset(mended), b"".join(diffs), failed)


def _diff(name: str, before: bytes, after: bytes) -> Iterator[bytes]:
    """A unified diff of bytes, which `patch -p0` applies whatever their encoding and line ends."""
    path = _quoted(os.fsencode(name))
    old, new = before.split(b"\n"), after.split(b"\n")
    told = difflib.diff_bytes(difflib.unified_diff, _ended(old), _ended(new), path, path)
    return (line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in told)


def _quoted(path: bytes) -> bytes:
    """A path as the head of a diff has it: quoted with controls in it, its end marked with blanks in it."""
    if any(byte < 32 or byte in b'"\\\x7f' for byte in path):
        return b'"%b"' % b"".join(
            b"%c" % byte if 32 <= byte < 127 and byte not in b'"\\' else b"\\%03o" % byte for byte in path
        )
    return path + b"\t" if b" " in path else path


def _ended(lines: list[bytes]) -> list[bytes]:
    """Lines with their ends; the last has none."""
    return [*(line + b"\n" for line in lines[:-1]), *filter(None, lines[-1:])]


def _cut(name: str, raw: bytes, findings: Sequence[Finding]) -> bytes:
    """The bytes of a file without its findings. Raises :class:`BodycopyError`."""
    if findings[0].text_line is None:
        document = read(raw)
        _refuse_changed(document.source, findings)
        after = without(document.source, [span for found in findings for span in found.spans])
        return encode_as(raw, document.source, after, document.encoding)
    if compression(Path(name)) or raw.startswith(_PACKED) or name.lower().endswith((".parquet", ".pq")):
        raise SourceError("only plain JSON lines can be mended in place; bodycopy run makes a cleaned copy")
    lines = raw.split(b"\n")
    by_line: dict[int, list[Finding]] = defaultdict(list)
    for found in findings:
        by_line[found.line - 1].append(found)
    for number, held in by_line.items():
        try:
            lines[number] = _cut_string(lines[number].decode("utf-8"), held).encode("utf-8")
        except (IndexError, ValueError, RecursionError) as error:
            raise error if isinstance(error, BodycopyError) else SourceError(_CHANGED) from error
    return b"\n".join(lines)


def _refuse_changed(source: str, findings: Sequence[Finding]) -> None:
    """Raise :class:`SourceError` where a text is not the one that was checked, so that nothing else is cut."""
    if any(found.digest != digest_of(source) for found in findings):
        raise SourceError(_CHANGED)


def _cut_string(line: str, findings: Sequence[Finding]) -> str:
    """A line of JSON without the findings in the string of its field."""
    start, end = string_at(line, findings[0].field or "text")
    _refuse_changed(_DECODER.raw_decode(line, start)[0], findings)
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
