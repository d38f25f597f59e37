"""One run: inputs in chunks to the workers, results in order to the outlet, a commit now and then, names in the end."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bodycopy.corpus.journal import Commit, Journal, committed
from bodycopy.corpus.outlets import Outlet, PartFile
from bodycopy.corpus.pool import Limits, Pool
from bodycopy.corpus.records import Chunk, Rejected, Result, Tally
from bodycopy.corpus.rows import Form
from bodycopy.corpus.sources import Position, Reading, size_of
from bodycopy.corpus.work import original
from bodycopy.errors import BodycopyError
from bodycopy.inputs import shown

# A worker always finds chunks that wait for it, however unlike they are; and so many bytes may be under way at most.
_AHEAD = 8
_AHEAD_BYTES = 1 << 28
_SEGMENT_BYTES = 1 << 24


class OutputError(BodycopyError):
    """The output takes no more; what is done so far is safe."""


@dataclass(frozen=True)
class Plan:
    """What a run is to do, apart from its inputs.

    ``output`` is the file or folder; ``asked`` all settings that a run must share with the one it goes on from; ``every`` is
    how many records make a segment, which is committed whole.
    """

    output: Path
    form: Form
    asked: Mapping[str, Any]
    limits: Limits = Limits()  # noqa: RUF009 - it never changes
    jobs: int = 1
    every: int = 1000

    @property
    def journal(self) -> Path:
        """Where it is written down how far the run is."""
        return _beside(self.output, ".journal")

    @property
    def rejects(self) -> Path:
        """Where the rejected records go."""
        return _beside(self.output, ".rejected.jsonl")


Made = tuple[Result, Chunk | None, Position]
"""A result, the chunk that it is of, where that may be asked for (:attr:`Form.refusable`), and the position after it."""
Engine = Callable[[Plan, Reading, Position], Generator[Made, None, None]]
"""Makes the chunks of the inputs from a position on: the results in order."""


def in_processes(plan: Plan, reading: Reading, position: Position) -> Generator[Made, None, None]:
    """The engine of this machine: as many processes as the plan says. Raises :class:`PoolError` where none lives."""
    waiting: deque[tuple[Future[Result], Chunk, Position, int]] = deque()
    under_way = 0
    with Pool(plan.jobs, plan.form, plan.limits) as pool:
        for chunk, after in reading.chunks(position):
            size = size_of(chunk)
            while waiting and (len(waiting) >= _AHEAD * plan.jobs or under_way + size > _AHEAD_BYTES):
                future, due, until, done = waiting.popleft()
                yield future.result(), due, until
                under_way -= done
            waiting.append((pool.submit(chunk), chunk, after, size))
            under_way += size
        while waiting:
            future, due, until, _ = waiting.popleft()
            yield future.result(), due, until


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def unfinished(plan: Plan) -> bool:
    """Whether a run for this output was begun and not ended."""
    return plan.journal.exists()


def run(
    plan: Plan, reading: Reading, outlet: Outlet, told: Callable[[Tally], None], engine: Engine = in_processes
) -> Tally:
    """Run to the end, from where the journal says; ``told`` hears the figures after each chunk.

    Raises :class:`OutputError` where the output takes no more and :class:`PoolError` where no worker lives. The journal stays,
    whatever happens, until one asks to :func:`forget` it: of one that is done it has the figures.
    """
    try:
        plan.output.parent.mkdir(parents=True, exist_ok=True)
        journal = Journal(plan.journal, dict(plan.asked))
    except OSError as error:
        raise _not_written(plan, error) from error
    try:
        return _Run(plan, journal, outlet, told).run(reading, engine)
    except OSError as error:
        raise _not_written(plan, error) from error
    finally:
        journal.close()
        outlet.close()


def _not_written(plan: Plan, error: OSError) -> OutputError:
    name = shown(error.filename if isinstance(error.filename, str) else plan.output)
    return OutputError(f"{name}: not written: {error.strerror or error}")


class _Run:
    """The state of a run between two chunks."""

    def __init__(self, plan: Plan, journal: Journal, outlet: Outlet, told: Callable[[Tally], None]) -> None:
        self._plan, self._journal, self._outlet, self._told = plan, journal, outlet, told
        self._rejects = PartFile(plan.rejects)
        self._held: list[Rejected] = []
        self._records = self._bytes = 0
        self._tally = Tally()

    def run(self, reading: Reading, engine: Engine) -> Tally:
        last = self._journal.last
        if last is not None:
            self._tally = Tally(**last.tally)
            self._tally.slowest = [(seconds, place) for seconds, place in self._tally.slowest]
        if last is None or not last.finished:
            self._outlet.start(last.output if last else 0)
            self._rejects.start(last.rejects if last else 0)
            try:
                end = last.position if last else []
                with contextlib.closing(engine(self._plan, reading, end)) as results:
                    for result, chunk, end in results:
                        self._settle(result, chunk, end)
                self._commit(end, finished=True)
            finally:
                self._rejects.close()
        self._outlet.finish()
        self._rejects.finish(empty=False)
        return self._tally

    def _settle(self, result: Result, chunk: Chunk | None, position: Position) -> None:
        """Take the result of the chunk that is due."""
        self._tally.add(result.tally)
        self._held += result.rejects
        for unfit in self._outlet.add(result):
            self._held.append(unfit._replace(record=original(chunk, unfit.place) if chunk is not None else None))
            self._tally.written -= 1
            self._tally.reject(unfit.reason.partition(":")[0])
        self._records += result.tally.read
        self._bytes += sum(map(len, result.outputs))
        if self._records >= self._plan.every or self._bytes >= _SEGMENT_BYTES:
            self._commit(position)
        self._told(self._tally)

    def _commit(self, position: Position, *, finished: bool = False) -> None:
        tally = self._tally
        if tally.read != tally.written + tally.rejected:
            raise AssertionError(f"{tally.read} records in, {tally.written} out and {tally.rejected} rejected")
        output = self._outlet.commit()
        rejects = self._rejects.append(b"".join(rejected.line() for rejected in self._held))
        self._journal.commit(Commit(position, output, rejects, asdict(tally), finished))
        self._held, self._records, self._bytes = [], 0, 0


def forget(plan: Plan) -> None:
    """Leave nothing of a run that is done but its output. Raises :class:`OutputError`."""
    try:
        plan.journal.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(plan, error) from error


def is_gone(plan: Plan) -> bool:
    """Whether a run was done whose output has been taken away since."""
    last = committed(plan.journal)
    names = (plan.output, *_parts(plan))
    return last is not None and last.finished and not any(path.exists() for path in names)


def _parts(plan: Plan) -> tuple[Path, Path]:
    return _beside(plan.output, ".part"), _beside(plan.output, ".rows.part")


def begin_anew(plan: Plan) -> None:
    """Forget what a run before has left; an output that is there stays until the new one takes its place."""
    for path in (plan.journal, *_parts(plan), plan.rejects):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def done_before(plan: Plan) -> int:
    """How many records a run for this output has done already."""
    last = committed(plan.journal)
    return int(last.tally["read"]) if last is not None else 0


__all__ = [
    "Engine", "OutputError", "Plan", "begin_anew", "done_before", "forget", "in_processes", "is_gone", "run", "unfinished",
]  # fmt: skip
