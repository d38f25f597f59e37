"""Lines of JSON, plain or compressed, one record each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from bodycopy.corpus.records import ENDED, Item, Place
from bodycopy.corpus.streams import broken, decompressed, skip

MOST = 1 << 28
"""A record of more bytes is rejected without being held: a bomb, or a file that is no JSON lines."""
_PIECE = 1 << 20


def items(file: IO[bytes], name: str, at: list[int]) -> Iterator[tuple[Item, list[int]]]:
    """The records from a mark on (bytes, lines), each with the mark after it. Blank lines are none.

    A file that cannot be read on ends in an item with that fault.
    """
    offset, number = at or (0, 0)
    try:
        stream = decompressed(file)
        skip(stream, offset)
        while line := stream.readline(MOST + 1):
            number += 1
            offset += len(line)
            place = Place(name, "line", number)
            if len(line) > MOST and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = stream.readline(_PIECE)
                    offset += len(line)
                yield Item(place, None, f"a line of more than {MOST >> 20} MiB"), [offset, number]
            elif not line.isspace():
                yield Item(place, line), [offset, number]
    except broken() as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield Item(Place(name, "line", number + 1), None, f"cannot be read on: {reason}"), ENDED
