"""The engine that is a Ray cluster: Ray Data reads, cleans and hands back, in order, the same chunks that processes here do.

Inputs go out as portions, come in as chunks, and are cleaned by actors; the results are written where the command runs. One
stream serves all outputs, so that a cluster is not idle between two of them. Each actor has a process of its own to clean in,
as the engine of this machine has them: the time and the memory that a record may take, and the death of its process, reject
it here as they do there.
"""

from __future__ import annotations

import logging
import os
import pickle
import re
import signal
import socket
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bodycopy.corpus.pool import Limits, Pool, PoolError
from bodycopy.corpus.sources import Position, Reading, portions
from bodycopy.corpus.streams import need
from bodycopy.inputs import UsageError
from bodycopy.via import MissingPackageError

if TYPE_CHECKING:
    from types import FrameType

    from bodycopy.corpus.job import Engine, Made, Plan
    from bodycopy.corpus.plans import Work
    from bodycopy.corpus.rows import Form

# What one task takes at a time: some seconds of cleaning.
_BLOCK_BYTES = 1 << 23
# Reading takes a small share of the time of cleaning: both go into as many cores as there are.
_CLEANING, _READING = 0.9, 0.1
_PATIENCE = 10
_RAISED = re.compile(r"[\w.]*(Error|Exception): ")


@contextmanager
def engine(works: Sequence[Work], address: str | None) -> Iterator[Engine]:
    """The cluster of this address, asked for all outputs; ``None`` for the one that Ray finds itself, or starts here.

    To be used for the works in their order. Raises :class:`UsageError` where Ray is not installed or no cluster answers; the
    engine itself raises :class:`PoolError` for a cluster that fails.
    """
    try:
        ray, data = (need(name, "ray", "--engine ray") for name in ("ray", "ray.data"))
        mine = not ray.is_initialized()
        if mine:
            _answers(address)
            with _own_signals():
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        stream = _stream(ray, data, works) if works else iter(())
    except MissingPackageError as error:
        raise UsageError(str(error)) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"no Ray cluster at {address or 'this machine'}: {_line(error)}") from error

    def results(_: Plan, reading: Reading, position: Position) -> Generator[Made, None, None]:
        assert not position, "a run on Ray starts anew"
        try:
            for row in stream:
                result, chunk, after = pickle.loads(row["made"])
                if result is None:  # the end of this output
                    return
                reading.reached(after)
                yield result, chunk, after
        except ray.exceptions.RayError as error:
            raise PoolError(f"the Ray cluster failed: {_line(error)}") from error

    try:
        yield results
    finally:
        if mine:
            ray.shutdown()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what the command does when it is asked to end, and let it do that once Ray has begun, or when it is asked again.

    Ray would have it otherwise: it leaves without a word, or, while it connects, aborts.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def end(number: int, frame: FrameType | None = None) -> None:
        does = before[signal.Signals(number)]
        if callable(does):
            does(number, frame)

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            end(number, frame)

    utils = sys.modules.get("ray._private.utils")
    theirs = getattr(utils, "set_sigterm_handler", None)
    for number in before:
        signal.signal(number, note)
    try:
        if theirs is not None:
            setattr(utils, theirs.__name__, lambda _: None)
        yield
    except SystemExit:  # Ray's way, where it has another name for that
        asked.append(signal.SIGTERM)
    finally:
        for number, does in before.items():
            signal.signal(number, does)
        if theirs is not None:
            setattr(utils, theirs.__name__, theirs)
    if asked:
        end(asked[0])


def _answers(address: str | None) -> None:
    """Raise ``OSError`` where nobody listens at an address with a port: Ray itself would wait for many minutes."""
    host, _, port = (address or "").rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()


def _stream(ray: Any, data: Any, works: Sequence[Work]) -> Iterator[dict[str, bytes]]:
    """What becomes of all chunks of all works, in order, each work with an end; nothing is done before it is asked for."""
    context = data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.target_max_block_size = _BLOCK_BYTES
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    plan = works[0].plan
    most = plan.jobs or max(1, int(ray.cluster_resources().get("CPU", 1)))
    parts = list(_parts(works))
    forms = [work.plan.form for work in works]
    made = (
        data.from_items(parts, override_num_blocks=len(parts))
        .flat_map(_read, num_cpus=_READING, concurrency=min(most, len(parts)))
        .map(_Cleaner, fn_constructor_args=(forms, plan.limits), num_cpus=_CLEANING, concurrency=(1, most))
    )
    return iter(made.iter_rows())


def _parts(works: Sequence[Work]) -> Iterator[dict[str, bytes]]:
    """What can be read apart, in order: the number of the work, that of the first source, their reading, whether it is the last.

    Paths are whole ones, because a task runs anywhere.
    """
    for number, work in enumerate(works):
        sources = [
            source._replace(path=Path(os.path.abspath(source.path))) if isinstance(source.path, Path) else source
            for source in work.sources
        ]
        for first, some in portions(sources):
            reading = Reading(some, work.plan.limits.memory)
            yield {"part": pickle.dumps((number, first, reading, first + len(some) == len(sources)))}


def _read(row: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    """The chunks of a part, each with its work and the position after it; after the last of a work an end."""
    number, first, reading, is_last = pickle.loads(row["part"])
    for chunk, (at, *mark) in reading.chunks([]):
        yield {"chunk": pickle.dumps((number, chunk, [first + at, *mark]))}
    if is_last:
        yield {"chunk": pickle.dumps((number, None, []))}


class _Cleaner:
    """An actor: cleans chunks in a process of its own, for one work after the other."""

    def __init__(self, forms: Sequence[Form], limits: Limits) -> None:
        self._forms, self._limits = forms, limits
        self._form: Form | None = None
        self._pool: Pool | None = None

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        """What becomes of a chunk, with the position after it; an end stays one."""
        number, chunk, after = pickle.loads(row["chunk"])
        form = self._forms[number]
        result = None if chunk is None else self._pool_for(form).submit(chunk).result()
        return {"made": pickle.dumps((result, chunk if form.refusable else None, after))}

    def _pool_for(self, form: Form) -> Pool:
        if self._pool is None or form != self._form:
            if self._pool is not None:
                self._pool.__exit__()
            self._form, self._pool = form, Pool(1, form, self._limits).__enter__()
        return self._pool


def _line(error: BaseException) -> str:
    """What an error was, in one line: what it says was raised first, of those that led to it, else its last line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    raised = [line for line in lines if _RAISED.match(line)]
    return [*raised[:1], *lines[-1:], type(error).__name__][0]
