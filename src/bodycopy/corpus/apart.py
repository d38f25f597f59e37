"""Parquet files read in a process of its own, whose memory is bounded: a small file may be a bomb, and the parent must live.

What Arrow makes of a file cannot be told before it is made: a text that is stored once may stand in a million rows. The process
is kept for the next file, and started again where it dies; what it had read by then is not read twice.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bodycopy.corpus import tables
from bodycopy.corpus.pool import DEATHS, Limits, context, patiently, settle, told
from bodycopy.corpus.records import ENDED, Item, Place, Rows
from bodycopy.corpus.rows import reason_of
from bodycopy.errors import SourceError
from bodycopy.via import MissingPackageError

if TYPE_CHECKING:
    from bodycopy.corpus.recipe import Recipe


class _DeathError(Exception):
    """The process has ended; how, in a few words."""


def rows(path: Path | str, name: str, at: list[int], memory: float) -> Iterator[tuple[Rows | Item, list[int]]]:
    """What :func:`tables.rows` gives, made in a process that may take so much memory (GiB)."""
    mark, deaths = at, 0
    while mark != ENDED:
        try:
            for piece, after in _made(memory, tables.rows, _whole(path), name, mark):
                mark, deaths = after, 0
                yield piece, after
            return
        except _DeathError as death:
            deaths += 1
            if deaths >= DEATHS:
                fault = f"cannot be read on: {DEATHS} processes died reading it: {death}"
                yield Item(Place(name, "row", (mark[0] if mark else 0) + 1), None, fault), ENDED
                return


def settled(recipe: Recipe, path: Path | str, memory: float) -> Recipe:
    """What :func:`tables.settled` gives, made so. Raises what it raises, and :class:`SourceError` where it cannot be had."""
    for _ in range(DEATHS):
        with contextlib.suppress(_DeathError):
            (found,) = _made(memory, _settled, recipe, _whole(path))
            return cast("Recipe", found)
    raise SourceError(f"{DEATHS} processes died reading it")


def _settled(recipe: Recipe, path: Path | str) -> Iterator[Recipe]:
    yield tables.settled(recipe, path)


def _whole(path: Path | str) -> Path | str:
    """A path that is the same wherever the process was started."""
    return Path(os.path.abspath(path)) if isinstance(path, Path) else path


_idle: list[_Reader] = []


class _Reader:
    """The process and its pipe, seen from the parent."""

    def __init__(self, memory: float) -> None:
        self.memory = memory
        started = context()
        self._pipe, theirs = started.Pipe()
        self._process = started.Process(target=_serve, args=(theirs, memory), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, make: Callable[..., Iterator[Any]], arguments: tuple[Any, ...]) -> Iterator[Any]:
        """What a generator gives. Raises what it raises, and :class:`_DeathError`."""
        try:
            self._pipe.send((make, arguments))
            goes_on, got = self._pipe.recv()
            while goes_on:
                yield got
                goes_on, got = self._pipe.recv()
        except (OSError, EOFError):
            self._process.join(10)
            raise _DeathError(told(self._process.exitcode)) from None
        if got is not None:
            raise got

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._process.kill()
        self._pipe.close()


def _made(memory: float, make: Callable[..., Iterator[Any]], *arguments: Any) -> Iterator[Any]:
    """What a generator gives in a process that may take so much memory. One that is left in the middle ends its process."""
    reader = _idle.pop() if _idle and _idle[-1].memory == memory else patiently(partial(_Reader, memory))
    try:
        yield from reader.ask(make, arguments)
    except BaseException as error:
        if not isinstance(error, Exception) or isinstance(error, _DeathError):
            reader.kill()
        else:
            _idle.append(reader)
        raise
    _idle.append(reader)


def _serve(pipe: Connection, memory: float) -> None:
    """The life of the process: one generator after the other, until the parent closes the pipe, or is no more."""
    with contextlib.suppress(MissingPackageError):
        tables.need_arrow("pyarrow.parquet")  # is no part of what reading takes
    settle(Limits(memory=memory))(True)
    with contextlib.suppress(EOFError, OSError):
        while True:
            for answer in _answers(*pipe.recv()):
                pipe.send(answer)


def _answers(make: Callable[..., Iterator[Any]], arguments: tuple[Any, ...]) -> Iterator[tuple[bool, Any]]:
    """What a generator gives, and in the end what it raises, or nothing."""
    try:
        for piece in make(*arguments):
            yield True, piece
    except MemoryError as error:
        yield False, SourceError(reason_of(error))
    except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
        yield False, error
    else:
        yield False, None
