"""WARC and WET files: the responses, resources and conversions in them that are pages or texts."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from typing import IO, Any

from bodycopy.corpus.frames import Frame, Window, beginning, frames
from bodycopy.corpus.jsonl import MOST
from bodycopy.corpus.records import ENDED, Item, Page, Place
from bodycopy.corpus.streams import decompressed, need
from bodycopy.errors import BodycopyError, SourceError

_PAGES = ("text/html", "application/xhtml+xml")
_HTTP = "application/http"
_TEXTS = ("text/plain", "text/markdown")
# What went wrong may be told with the whole page.
_MOST_TOLD = 100
_BLANK = re.compile(rb"\n\r?\n")
_SHA1 = re.compile("sha1:([A-Z2-7]{32}|[0-9A-F]{40})", re.I)


def items(file: IO[bytes], name: str, at: list[int]) -> Iterator[tuple[Item, list[int]]]:
    """The records from a mark on (bytes, pages found), each with the mark after it.

    Requests, images and the like are no records of a corpus. A stretch that is damaged is an item with that fault, and with its
    bytes; so is the end of a file that cannot be read on.
    """
    fastwarc = need("fastwarc.warc", "corpus", "WARC")
    offset, number = at or (0, 0)
    fault: BaseException | None
    try:
        window = Window(decompressed(file), offset)
        for frame in frames(window):
            place = Place(name, "record", number + 1)
            item = _damaged(frame, place) if frame.fault else _read(frame, place, fastwarc)
            if item is not None:
                number += 1
                yield item, [frame.end, number]
        fault = window.fault
    except (BodycopyError, OSError) as error:
        fault = error
    if fault is not None:
        reason = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
        yield Item(Place(name, "record", number + 1), None, f"cannot be read on: {reason}"), ENDED


def _damaged(frame: Frame, place: Place) -> Item:
    """A stretch of a file, told by its place in what the file is unpacked."""
    size, raw = frame.end - frame.start, frame.data if frame.is_whole else None
    return Item(place, raw, f"damaged: {size} bytes from byte {frame.start + 1} on: {frame.fault}")


def _read(frame: Frame, place: Place, fastwarc: Any) -> Item | None:
    """A record as an item, ``None`` for one that is no record of a corpus."""
    try:
        found = fastwarc.ArchiveIterator(
            io.BytesIO(frame.data),
            record_types=fastwarc.WarcRecordType.any_type,
            parse_http=False,
            quirks_mode=True,
            stream_detect=False,
        )
        return _item(next(found), place, fastwarc.WarcRecordType, frame)
    except SourceError as error:
        return _damaged(frame._replace(fault=str(error)), place)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a damaged record makes its reader raise, it costs itself
        told = " ".join(str(error).split())[:_MOST_TOLD] or type(error).__name__
        return Item(place, frame.data if frame.is_whole else None, f"cannot be read: {told}")


def _is_another(told: str, content: memoryview) -> bool:
    """Whether a record's content is certainly not what it was. Only what every crawler writes can be compared."""
    digest = _SHA1.fullmatch(told.strip())
    if digest is None:
        return False
    found = hashlib.sha1(content, usedforsecurity=False).digest()
    return digest[1].upper() not in (base64.b32encode(found).decode(), found.hex().upper())


def _item(record: Any, place: Place, kinds: Any, frame: Frame) -> Item | None:
    content = memoryview(frame.data)[beginning(frame.data) :]
    if record.content_length != len(content) and frame.is_whole:
        raise SourceError("a head that can be read in two ways")
    kind = record.headers.get("Content-Type", "")
    # Others may have types of their own, and keep pages in none of them.
    strange = record.record_type in (kinds.unknown, kinds.no_type)
    if strange and (kind.startswith(_HTTP) or not record.headers.get("WARC-Type")):
        raise SourceError("a record of no known type")
    if record.record_type not in (kinds.response, kinds.resource, kinds.conversion):
        return None
    if kind.startswith(_HTTP):
        record.parse_http(auto_decode="all")
    kind = record.http_content_type if record.is_http else kind
    kind = (kind or "").partition(";")[0].strip().lower()
    is_text = record.record_type == kinds.conversion or kind in _TEXTS
    # A server that says nothing of the kind may have sent a page.
    if not is_text and kind not in _PAGES and (kind or record.record_type != kinds.response):
        return None
    if not record.content_length:
        blank = _BLANK.search(content)
        if content and (blank is None or blank.end() < len(content)):
            raise SourceError("a page's head without an end")
        return None
    data = record.reader.read(MOST + 1)
    if len(data) > MOST or not frame.is_whole:
        return Item(place, None, f"a record of more than {MOST >> 20} MiB")
    charset = record.http_charset if record.is_http else None
    date = record.record_date
    another = _is_another(record.headers.get("WARC-Block-Digest", ""), content)
    return Item(
        place,
        Page(
            id=str(record.record_id or record.headers.get("WARC-Record-ID") or ""),
            data=data,
            url=record.headers.get("WARC-Target-URI"),
            date=date.isoformat() if date is not None else None,
            charset=charset or ("utf-8" if record.record_type == kinds.conversion else None),
            format="text" if is_text else "html",
        ),
        "damaged: another digest than it says" if another else "",
    )
