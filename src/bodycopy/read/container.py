"""Web archives (MHTML) and e-mails to the one part that is the page.

Only that part is decoded. The others, megabytes of pictures in most archives, are passed over by looking for the
boundary between them, so the time taken grows with the size of the file and with nothing else, whatever its nesting.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bodycopy.errors import SourceError

if TYPE_CHECKING:
    from email.message import Message

# Real files stay far below all of these; what lies beyond is not read.
_MOST_PARTS = 20_000
_MOST_DEPTH = 10
_MOST_HEADER = 1 << 16
_MOST_FIELD = 4096
_FIELDS = frozenset({
    "content-type", "content-transfer-encoding", "content-disposition", "content-location", "content-id",
    "snapshot-content-location", "mime-version", "message-id", "received", "return-path", "from", "date", "subject",
})  # fmt: skip
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_FIRST_FIELD = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,20}(?:From [^\n]{0,200}\n)?(?=[!-9;-~]{1,80}:)")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ADDRESS = re.compile(r"(?!cid:)[A-Za-z][A-Za-z0-9+.-]{0,30}:\S+")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a container that is the page, its transfer encoding undone.

    ``html`` says that it is HTML, else it is plain text. ``charset`` is the label its header gives, ``url`` the address
    the page was saved from. ``ascii_safe`` says that the transfer encoding kept its bytes as they were even where the
    container itself has been decoded and encoded again.
    """

    data: bytes = field(repr=False)
    html: bool
    charset: str | None = None
    url: str | None = None
    ascii_safe: bool = False


class _Leaf(NamedTuple):
    """A part without parts of its own: its header, where its body lies, and whether it is in an attached message."""

    header: Message
    start: int
    end: int
    attached: bool

    @property
    def is_html(self) -> bool:
        return self.header.get_content_type() in _HTML_TYPES

    def rank(self) -> int:
        """How fit it is to be the page, 0 for best; 4 where it is none."""
        readable = self.is_html or self.header.get_content_type() == "text/plain"
        disposition = self.header.get("content-disposition", "").lower()
        if not readable or self.start >= self.end or "attachment" in disposition[:20] or "filename" in disposition:
            return 4
        return 2 * self.attached + (not self.is_html)


def open_container(data: bytes, *, forced: bool = False) -> Part | None:
    """The page in an MHTML file or an e-mail; ``None`` where the bytes are neither.

    In an archive it is the part that the header's ``start`` names, or the first HTML part; in an e-mail the HTML part
    before the text, attachments aside; a message attached to it is looked into only where it has no text of its own.
    ``forced`` takes any file that starts with a header field for a container. Raises :class:`SourceError` where a
    container holds neither HTML nor text.
    """
    first = _FIRST_FIELD.match(data)
    if first is None:
        return None
    header, start = _header(data, first.end(), len(data))
    if not (forced or _is_container(header)):
        return None
    leaf = _choose(data, header, start)
    if leaf is None:
        raise SourceError("no HTML or text in this e-mail or web archive")
    body, ascii_safe = _undo_transfer(data[leaf.start : leaf.end], leaf.header)
    charset = leaf.header.get_content_charset()
    if charset in ("us-ascii", "ascii") and not body.isascii():
        charset = None  # The default of mail programs that were never told better.
    return Part(body, leaf.is_html, charset, _address(leaf.header, header), ascii_safe)


def _is_container(header: Message) -> bool:
    """Whether a header is one that programs write: a memo with From, To and Date lines is text."""
    if "snapshot-content-location" in header or (
        header.get_content_maintype() == "multipart" and header.get_boundary()
    ):
        return True
    technical = sum(name in header for name in ("mime-version", "message-id", "received", "return-path"))
    named = sum(name in header for name in ("content-type", "from", "date", "subject"))
    return bool(technical and named)


def _header(data: bytes, start: int, end: int) -> tuple[Message, int]:
    """The fields of interest of a header and the place where its body starts. Of a field met twice the first counts."""
    from email.message import Message  # Here, since it takes longer to import than all of this package's reading

    message = Message()
    for opening in (b"\r\n", b"\n"):
        if data.startswith(opening, start, end):
            return message, start + len(opening)
    blank = _BLANK_LINE.search(data, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    text = data[start : min(stop, start + _MOST_HEADER)].decode("latin-1")
    for line in _FOLD.sub(" ", text).split("\n"):
        name, colon, value = line[: _MOST_FIELD + 100].partition(":")
        name = name.strip().lower()
        if colon and name in _FIELDS and name not in message:
            message[name] = value[:_MOST_FIELD].strip().replace("\r", " ")
    return message, body


def _choose(data: bytes, header: Message, start: int) -> _Leaf | None:
    wanted = _identity(header.get_param("start"))
    best: _Leaf | None = None
    for leaf in _leaves(data, header, start):
        rank = leaf.rank()
        if rank < 4 and wanted and _identity(leaf.header.get("content-id")) == wanted:
            return leaf
        if best is None or rank < best.rank():
            best = leaf
        if rank == 0 and not wanted:
            break
    return best if best is not None and best.rank() < 4 else None


def _identity(value: object) -> str:
    return value.strip().strip("<>") if isinstance(value, str) else ""


def _leaves(data: bytes, header: Message, start: int) -> Iterator[_Leaf]:
    """All parts without parts of their own, in order, down to a depth and up to a number that no real file has."""
    stack: list[tuple[Iterator[tuple[int, int]], bool]] = []
    place: tuple[Message, int, int] | None = (header, start, len(data))
    attached = False
    for _ in range(_MOST_PARTS):
        if place is not None:
            message, begin, end = place
            boundary = message.get_boundary() if message.get_content_maintype() == "multipart" else None
            if boundary:
                if len(stack) < _MOST_DEPTH:
                    parts = _parts(data, begin, end, b"--" + boundary[:200].encode("latin-1", "replace"))
                    stack.append((parts, attached))
            elif message.get_content_type() != "message/rfc822":
                yield _Leaf(message, begin, end, attached)
            elif not attached:
                stack.append((iter([(begin, end)]), True))
        place = None
        while stack and place is None:
            parts, attached = stack[-1]
            region = next(parts, None)
            if region is None:
                stack.pop()
            else:
                place = (*_header(data, *region), region[1])
        if place is None:
            return


def _parts(data: bytes, start: int, end: int, delimiter: bytes) -> Iterator[tuple[int, int]]:
    """The regions between boundary lines; the last one ends with the file where the closing boundary is missing."""
    opened = -1
    place = start
    while (place := data.find(delimiter, place, end)) >= 0:
        line = place
        place += len(delimiter)
        after = _AFTER_BOUNDARY.match(data, place, end)
        if after is None or (line > start and data[line - 1] != 0x0A):
            continue
        if opened >= 0:
            stop = line - 1 - (data[line - 2] == 0x0D)
            yield opened, max(opened, stop)
        if after[1]:
            return
        opened = place = after.end()
    if opened >= 0:
        yield opened, end


def _undo_transfer(body: bytes, header: Message) -> tuple[bytes, bool]:
    """The body's own bytes, as far as they can be read, and whether its transfer encoding writes ASCII only."""
    encoding = header.get("content-transfer-encoding", "").strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), True
    if encoding == "base64":
        letters = body.translate(None, _NOT_BASE64)
        letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)), True
    return body, False


def _address(part: Message, header: Message) -> str | None:
    """The address the page was saved from. Long ones are folded by some programs, which leaves white space in them."""
    for holder, name in (
        (part, "content-location"),
        (header, "snapshot-content-location"),
        (header, "content-location"),
    ):
        joined = "".join(holder.get(name, "").split())
        if _ADDRESS.fullmatch(joined):
            return joined
    return None
