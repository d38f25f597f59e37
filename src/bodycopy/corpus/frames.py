"""Where the records of a WARC file begin and end: as their heads say, and where these are damaged, found again by looking.

A reader of WARC looks for the next record without a word. Here every byte of a file is in a record or in a stretch that is told.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from typing import IO, NamedTuple, cast

from bodycopy.corpus.jsonl import MOST
from bodycopy.corpus.streams import broken
from bodycopy.errors import SourceError

_PIECE = 1 << 16
_VERSION = re.compile(rb"WARC/\d\.\d{1,2}[ \t]{0,8}\r?\n")
_LONGEST_VERSION = 32
# A head ends with a blank line; where the next record begins before that, it has no end.
_HEAD_END = re.compile(rb"\r?\n\r?\n|\n(?=WARC/\d\.\d)")
_MOST_HEAD = 1 << 20
_LENGTH = re.compile(rb"^Content-Length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.I | re.M)
# What follows a record that is as long as it says: two ends of lines, or, as some write it, fewer and the next one.
_ORDER = re.compile(rb"\r?\n\r?\n|[\r\n]*(?:WARC/\d|\Z)")
_AFTER = 16


class Frame(NamedTuple):
    """A record, or a stretch that is none, and ``fault`` says why: its place in the file, unpacked, and its bytes.

    ``data`` is no more than the beginning where that is too much to be held.
    """

    start: int
    end: int
    data: bytes
    fault: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all its bytes are here."""
        return len(self.data) == self.end - self.start


class Window:
    """What is held of a file: ``data`` begins ``start`` bytes into it. ``fault`` is what kept it from being read on.

    It grows by pieces that are the same wherever reading began, since how much is had of a damaged file depends on them.
    """

    def __init__(self, file: IO[bytes], start: int) -> None:
        """Begin so many bytes into a file that may be unpacked as it is read."""
        self._file = cast("io.BufferedReader", file)
        self.data = bytearray()
        self.start = 0
        self.fault: BaseException | None = None
        if isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO) and file.seekable():
            self.start = file.seek(start)
        self.skip(start - self.start)

    def more(self) -> bool:
        """Hold a piece more; ``False`` at the end, and where there is a fault."""
        try:
            piece = b"" if self.fault else self._file.read1(_PIECE)
        except broken() as error:
            self.fault, piece = error, b""
        self.data += piece
        return bool(piece)

    def reach(self, length: int) -> bool:
        """Hold so many bytes, if there are."""
        while len(self.data) < length and self.more():
            pass
        return len(self.data) >= length

    def skip(self, length: int) -> int:
        """Let go of so many bytes, however many that are; how many were there."""
        left = length
        while left > 0 and (self.data or self.more()):
            count = min(left, len(self.data))
            del self.data[:count]
            self.start += count
            left -= count
        return length - left

    def take(self, length: int, fault: str = "", keep: int = 2 * MOST) -> Frame:
        """Let go of so many bytes as a frame, which keeps no more of them than the beginning."""
        start = self.start
        with memoryview(self.data) as view:
            data = bytes(view[: min(length, keep)])
        self.skip(length)
        return Frame(start, self.start, data, fault)


def frames(window: Window) -> Iterator[Frame]:
    """All that a file holds from a place on, in order. Raises :class:`SourceError` where there is not one record."""
    none, fault = 0, ""  # so many bytes at the beginning of the window are no record
    while True:
        found = _VERSION.search(window.data, none)
        if found is None:
            none = max(none, len(window.data) - _LONGEST_VERSION)
            if none > MOST:
                yield _stretch(window, none, fault)
                none = 0
            if window.more():
                continue
            break
        at = found.start()
        size, why = _measured(window, at)
        if why:
            none, fault = at + size, fault or why
            continue
        if window.data[:at].strip():
            yield _stretch(window, at, fault)
        else:
            window.skip(at)
        yield window.take(size) if size <= MOST + _MOST_HEAD else _long(window, size)
        none, fault = 0, ""
    if window.data.strip():
        if not window.start and window.fault is None:
            raise SourceError("no WARC records")
        yield _stretch(window, len(window.data), fault)


def beginning(record: bytes) -> int:
    """Where the content of a record begins, after its head."""
    head = _HEAD_END.search(record)
    return head.end() if head else len(record)


def _stretch(window: Window, length: int, fault: str) -> Frame:
    """A stretch that is no record, without the ends of lines that belong to the record before."""
    length -= window.skip(len(window.data[:length]) - len(window.data[:length].lstrip(b"\r\n")))
    return window.take(length, fault or "no record", keep=0 if length > MOST else length)


def _measured(window: Window, at: int) -> tuple[int, str]:
    """How long the record is that begins there in the window; where it is none, how far on to look, and why."""
    data = window.data
    while not (head := _HEAD_END.search(data, at, at + _MOST_HEAD)):
        if len(data) >= at + _MOST_HEAD or not window.more():
            return max(1, min(len(data) - at, _MOST_HEAD) - _LONGEST_VERSION), "a head without an end"
    length = _LENGTH.search(data, at, head.end())
    if length is None or head[0] == b"\n":
        return head.end() - at, "a damaged head"
    end = head.end() + int(length[1])
    if int(length[1]) > MOST:
        return end - at, ""
    if not window.reach(end + _AFTER) and len(data) < end:
        return head.end() - at, f"cut off, {len(data) - head.end()} of {int(length[1])} bytes are there"
    if not _ORDER.match(data, end, end + _AFTER):
        return head.end() - at, "a record does not end where it says"
    if isinstance(window.fault, gzip.BadGzipFile) and "CRC" in str(window.fault) and not data[end:].strip():
        return head.end() - at, "another checksum"
    return end - at, ""


def _long(window: Window, size: int) -> Frame:
    """A record that is too long to be held, with what it begins with; whether it is in order shows when it is over."""
    window.reach(_MOST_HEAD)
    frame = window.take(size, keep=_MOST_HEAD)
    there = frame.end - frame.start
    window.reach(_AFTER)
    if there < size:
        return frame._replace(fault=f"cut off, {there} of {size} bytes are there")
    in_order = _ORDER.match(window.data, 0, _AFTER)
    return frame if in_order else frame._replace(fault="a record does not end where it says")
