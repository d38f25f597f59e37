"""One check: documents in chunks to the workers, or out of the cache, and their findings in order."""

from __future__ import annotations

import json
import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from bodycopy.check.cache import Cache, key_of
from bodycopy.check.findings import Finding, finding
from bodycopy.check.targets import SPECIAL
from bodycopy.corpus import jsonl
from bodycopy.corpus.pool import Limits, Pool
from bodycopy.corpus.records import Chunk, File, Item, Page, Place, Rejected, Result, Rows
from bodycopy.corpus.rows import Form
from bodycopy.corpus.sources import size_of

_AHEAD = 8
_MOST_BYTES = 1 << 18


class Checked(NamedTuple):
    """One document: its place, its language where that is known, what was found, or why it could not be read."""

    place: Place
    lang: str | None
    findings: tuple[Finding, ...]
    fault: str = ""


class _Due(NamedTuple):
    """A chunk under way: the places of its items, the keys of their contents, what is known, and what is still to come."""

    places: Sequence[Place]
    keys: Sequence[bytes | None]
    known: Mapping[bytes, bytes]
    future: Future[Result] | None


class _DueRows(NamedTuple):
    """The same of some rows of a table, which are known together or not at all."""

    first: Place
    key: bytes
    known: bytes | None
    future: Future[Result] | None


def check(chunks: Iterator[Chunk], form: Form, jobs: int, limits: Limits, cache: Cache | None) -> Iterator[Checked]:
    """The documents in order. Raises :class:`PoolError` where no worker lives."""
    waiting: deque[_Due | _DueRows] = deque()
    with Pool(jobs, form, limits) as pool:
        for chunk in chunks:
            for part in [chunk] if isinstance(chunk, Rows) else _read(chunk):
                while len(waiting) >= _AHEAD * jobs:
                    yield from _done(waiting.popleft(), cache)
                waiting.append(_begun(part, pool, cache))
        while waiting:
            yield from _done(waiting.popleft(), cache)


def _read(chunk: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """A chunk with its files read, in parts that are not large.

    They are read once: what is judged must be what is remembered, and a file may change at any time.
    """
    part: list[Item] = []
    size = 0
    for item in chunk:
        part.append(_page(item.place, item.raw) if isinstance(item.raw, File) else item)
        size += size_of(part[-1])
        if size >= _MOST_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _page(place: Place, file: File) -> Item:
    """A file as a page by itself, or why it cannot be read."""
    try:
        with open(file.path, "rb", opener=_at_once) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                return Item(place, None, SPECIAL)
            data = opened.read(jsonl.MOST + 1)
    except OSError as error:
        return Item(place, None, error.strerror or str(error))
    return page(place, data)


def page(place: Place, data: bytes) -> Item:
    """A document that is a page by itself; one that is too large is refused, as a line is."""
    if len(data) > jsonl.MOST:
        return Item(place, None, f"more than {jsonl.MOST >> 20} MiB")
    return Item(place, Page(place.file, data))


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting: where a pipe has taken its place, nobody may ever write to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _begun(chunk: Chunk, pool: Pool, cache: Cache | None) -> _Due | _DueRows:
    """A chunk of which only what is not known goes to a worker."""
    if isinstance(chunk, Rows):
        key = key_of(b"rows", chunk.data) if cache is not None else b""
        answer = cache.get([key]).get(key) if cache is not None else None
        return _DueRows(chunk.place, key, answer, pool.submit(chunk) if answer is None else None)
    keys = [_key(item) if cache is not None else None for item in chunk]
    known = cache.get([key for key in keys if key is not None]) if cache is not None else {}
    unknown = [item for item, key in zip(chunk, keys, strict=True) if key not in known]
    return _Due([item.place for item in chunk], keys, known, pool.submit(unknown) if unknown else None)


def _key(item: Item) -> bytes | None:
    """What stands for the content of an item, ``None`` for one that cannot be read."""
    if isinstance(item.raw, Page):
        return key_of(b"page", item.raw.data)
    return key_of(b"line", item.raw) if isinstance(item.raw, bytes) and not item.fault else None


def _done(due: _Due | _DueRows, cache: Cache | None) -> Iterator[Checked]:
    if isinstance(due, _DueRows):
        yield from _done_rows(due, cache)
        return
    fresh = _told(due.future.result()) if due.future is not None else {}
    learnt: dict[bytes, bytes] = {}
    for place, key in zip(due.places, due.keys, strict=True):
        if key is not None and key in due.known:
            yield _checked(place, due.known[key])
            continue
        found = fresh[place]
        yield _checked(place, found)
        if key is not None and isinstance(found, bytes):
            learnt[key] = found
    if cache is not None and learnt:
        cache.put(learnt)


def _done_rows(due: _DueRows, cache: Cache | None) -> Iterator[Checked]:
    if due.future is None:
        for number, line in enumerate((due.known or b"").splitlines(), due.first.number):
            yield _checked(due.first._replace(number=number), line)
        return
    result = due.future.result()
    for place, found in sorted(_told(result).items()):
        yield _checked(place, found)
    if cache is not None and not result.rejects:
        cache.put({due.key: b"".join(result.outputs)})


def _told(result: Result) -> dict[Place, bytes | Rejected]:
    """What came of each record: a line that tells its findings, or why there is none."""
    told: dict[Place, bytes | Rejected] = {rejected.place: rejected for rejected in result.rejects}
    return told | {place: line for (place, _), line in zip(result.origins, result.outputs, strict=True)}


def _checked(place: Place, told: bytes | Rejected) -> Checked:
    if isinstance(told, Rejected):
        return Checked(place, None, (), told.reason)
    about = json.loads(told)
    return Checked(place, about["lang"], tuple(finding(place, about, one) for one in about["found"]))
