"""One check: documents in chunks to the workers, or out of the cache, and their findings in order."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from bodycopy.check.cache import Cache, key_of
from bodycopy.check.findings import Finding, finding
from bodycopy.corpus.pool import Limits, Pool
from bodycopy.corpus.records import Chunk, File, Item, Page, Place, Rejected, Result, Rows
from bodycopy.corpus.rows import Form

_AHEAD = 8


class Checked(NamedTuple):
    """One document: its place, its language where that is known, what was found, or why it could not be read."""

    place: Place
    lang: str | None
    findings: tuple[Finding, ...]
    fault: str = ""


class _Due(NamedTuple):
    """A chunk under way: its items, the keys of their contents, what is known of them, and what is still to come."""

    items: Sequence[Item]
    keys: Sequence[bytes | None]
    known: Mapping[bytes, bytes]
    future: Future[Result] | None


def check(chunks: Iterator[Chunk], form: Form, jobs: int, limits: Limits, cache: Cache | None) -> Iterator[Checked]:
    """The documents in order. Raises :class:`PoolError` where no worker lives."""
    waiting: deque[_Due | Future[Result]] = deque()
    with Pool(jobs, form, limits) as pool:
        for chunk in chunks:
            while len(waiting) >= _AHEAD * jobs:
                yield from _done(waiting.popleft(), cache)
            waiting.append(pool.submit(chunk) if isinstance(chunk, Rows) else _begun(chunk, pool, cache))
        while waiting:
            yield from _done(waiting.popleft(), cache)


def _begun(chunk: Sequence[Item], pool: Pool, cache: Cache | None) -> _Due:
    """A chunk of which only what is not known goes to a worker."""
    keys = [_key(item) if cache is not None else None for item in chunk]
    known = cache.get([key for key in keys if key is not None]) if cache is not None else {}
    unknown = [item for item, key in zip(chunk, keys, strict=True) if key not in known]
    return _Due(chunk, keys, known, pool.submit(unknown) if unknown else None)


def _key(item: Item) -> bytes | None:
    """What stands for the content of an item, ``None`` for one that cannot be read."""
    raw = item.raw
    if isinstance(raw, File):
        try:
            with open(raw.path, "rb") as file:
                return key_of(b"page", file.read())
        except OSError:
            return None
    if isinstance(raw, Page):
        return key_of(b"page", raw.data)
    return None if raw is None or item.fault else key_of(b"line", raw)


def _done(due: _Due | Future[Result], cache: Cache | None) -> Iterator[Checked]:
    if isinstance(due, Future):
        result = due.result()
        told = [(place, _checked(place, json.loads(line))) for (place, _), line in _outputs(result)]
        told += [(one.place, _failed(one)) for one in result.rejects]
        yield from (checked for _, checked in sorted(told, key=lambda pair: pair[0].number))
        return
    fresh: dict[Place, bytes | Rejected] = {}
    if due.future is not None:
        result = due.future.result()
        fresh |= {place: line for (place, _), line in _outputs(result)}
        fresh |= {rejected.place: rejected for rejected in result.rejects}
    learnt: dict[bytes, bytes] = {}
    for item, key in zip(due.items, due.keys, strict=True):
        found = fresh.get(item.place) if key not in due.known or key is None else due.known[key]
        if isinstance(found, bytes):
            yield _checked(item.place, json.loads(found))
            if key is not None and key not in due.known:
                learnt[key] = found
        elif found is not None:
            yield _failed(found)
    if cache is not None and learnt:
        cache.put(learnt)


def _outputs(result: Result) -> Iterator[tuple[tuple[Place, str | None], bytes]]:
    return zip(result.origins, result.outputs, strict=True)


def _checked(place: Place, told: Mapping[str, Any]) -> Checked:
    found = tuple(finding(place, told, one) for one in told["found"])
    return Checked(place, told["lang"], found)


def _failed(rejected: Rejected) -> Checked:
    return Checked(rejected.place, None, (), rejected.reason)
