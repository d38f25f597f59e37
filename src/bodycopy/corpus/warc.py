"""WARC and WET files: the responses, resources and conversions in them that are pages or texts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, cast

from bodycopy.corpus.jsonl import MOST
from bodycopy.corpus.records import ENDED, Item, Page, Place
from bodycopy.corpus.streams import broken, decompressed, need
from bodycopy.errors import SourceError

_PAGES = ("text/html", "application/xhtml+xml")
_TEXTS = ("text/plain", "text/markdown")


def items(file: IO[bytes], name: str, at: list[int]) -> Iterator[tuple[Item, list[int]]]:
    """The records from a mark on (records passed, pages found), each with the mark after it.

    Requests, images and the like are no records of a corpus. A file that cannot be read on ends in an item with that fault.
    """
    fastwarc = need("fastwarc.warc", "corpus", "WARC")
    kinds = fastwarc.WarcRecordType
    before, number = at or (0, 0)
    passed = 0
    try:
        stream = _Stream(decompressed(file))
        found = fastwarc.ArchiveIterator(
            stream,
            record_types=kinds.any_type,
            parse_http=False,
            quirks_mode=True,
            stream_detect=False,
        )
        for record in found:
            passed += 1
            if passed <= before:
                continue
            item = _item(record, Place(name, "record", number + 1), kinds)
            if item is not None:
                number += 1
                yield item, [passed, number]
        stream.check(passed)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a damaged file makes its reader raise, it ends there
        place = Place(name, "record", number + 1)
        yield Item(place, None, f"cannot be read on: {str(error) or type(error).__name__}"), ENDED


class _Stream:
    """What the reader of WARC asks of a file. A fault in it is an end, and told then: what was read before is not lost."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = cast("io.BufferedReader", file)
        self._count = 0
        self._fault: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            data = b"" if self._fault else self._file.read1(size)
        except broken() as error:
            self._fault, data = error, b""
        self._count += len(data)
        return data

    def tell(self) -> int:
        return self._count

    def check(self, records: int) -> None:
        """Raise the fault, if there was one, or that there were no records."""
        if self._fault is not None:
            raise self._fault
        if self._count and not records:
            raise SourceError("no WARC records")


def _item(record: Any, place: Place, kinds: Any) -> Item | None:
    length = record.headers.get("Content-Length", "").strip()
    if not length.isdigit():
        return Item(place, None, "a record without an end: its head is damaged or cut off")
    if record.record_type not in (kinds.response, kinds.resource, kinds.conversion):
        return None
    if int(length) <= MOST:  # a reader says nothing of a record that is cut off
        record.freeze()
        if record.content_length < int(length):
            return Item(place, None, f"cut off: {record.content_length} of {length} bytes are there")
    if record.headers.get("Content-Type", "").startswith("application/http"):
        record.parse_http(auto_decode="all")
    kind = record.http_content_type if record.is_http else record.headers.get("Content-Type")
    kind = (kind or "").partition(";")[0].strip().lower()
    is_text = record.record_type == kinds.conversion or kind in _TEXTS
    # A server that says nothing of the kind may have sent a page.
    if not is_text and kind not in _PAGES and (kind or record.record_type != kinds.response):
        return None
    if not record.content_length:
        return None
    data = record.reader.read(MOST + 1)
    if len(data) > MOST:
        return Item(place, None, f"a record of more than {MOST >> 20} MiB")
    charset = record.http_charset if record.is_http else None
    date = record.record_date
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
    )
