"""Processes that may die: each worker has a pipe of its own, and a death costs no more than doing its chunk again.

A worker sets the system's alarm before each record. When it rings, the system ends the process, also inside a parser that
never returns to Python; the parent sees the pipe close and how the process ended, and the record is refused. A process that
dies of anything else gets its chunk back; a record under which three processes died is refused too.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from bodycopy.corpus.work import work
from bodycopy.errors import BodycopyError
from bodycopy.pipeline import clean

if TYPE_CHECKING:
    from bodycopy.corpus.records import Chunk, Result
    from bodycopy.corpus.rows import Form, Refused
    from bodycopy.options import Options

DEATHS = 3
"""Who dies so often at the same place is not started again."""
# A worker that dies so often before it has begun a record will never begin one.
_STILLBORN = 5
# How long to wait (seconds) before a worker that could not be started is started again.
_PAUSES = (0.0, 0.1, 0.5, 2.0)
_GIB = 1 << 30
# What a limit may be: more cannot be told to the system, and is none.
_LONGEST, _LARGEST = 1e8, 1 << 62
# Libraries of linear algebra would start a thread a core in each process.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


Started = TypeVar("Started")


class Limits(NamedTuple):
    """What a worker may take for one record: seconds, and memory in GiB beyond what it starts with."""

    seconds: float = 10.0
    memory: float = 4.0


class PoolError(BodycopyError):
    """Workers cannot be started, or do not live."""


class _DeathError(Exception):
    """A worker's process has ended; ``at`` is the number of the record it was at in its chunk, -1 for none."""

    def __init__(self, at: int, code: int | None) -> None:
        super().__init__(at, code)
        self.at, self.code = at, code


def patiently(start: Callable[[], Started]) -> Started:
    """A process, started. The server that forks them may have died too; it is started again with the next one."""
    for pause in _PAUSES:
        try:
            return start()
        except (OSError, EOFError):
            time.sleep(pause)
    try:
        return start()
    except (OSError, EOFError) as error:
        raise PoolError(f"no worker can be started: {error}") from error


class Pool:
    """So many workers, each driven by a thread of its own. Use it as a context: leaving it ends the processes at once."""

    def __init__(self, size: int, form: Form, limits: Limits) -> None:
        self._form, self._limits = form, limits
        self._context = context()
        self._own = threading.local()
        self._workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._ended = False
        self._threads = ThreadPoolExecutor(size, "bodycopy-run", _deaf)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._ended = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def submit(self, chunk: Chunk) -> Future[Result]:
        """Have a chunk done; the future's result, or :class:`PoolError`."""
        return self._threads.submit(self._do, chunk)

    def _do(self, chunk: Chunk) -> Result:
        refused: dict[int, str] = {}
        deaths: Counter[int] = Counter()
        while True:
            worker = self._worker()
            try:
                return worker.do(chunk, refused)
            except _DeathError as death:
                self._bury(worker)
                if death.code == -signal.SIGALRM and death.at >= 0:
                    refused[death.at] = f"took longer than {self._limits.seconds:g} s"
                    continue
                deaths[death.at] += 1
                if death.at < 0 and deaths[-1] >= _STILLBORN:
                    raise PoolError(f"workers die before they begin ({told(death.code)})") from death
                if death.at >= 0 and deaths[death.at] >= DEATHS:
                    refused[death.at] = f"{DEATHS} processes died cleaning it: {told(death.code)}"

    def _worker(self) -> _Worker:
        """The worker of the thread that asks, started where there is none."""
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            worker = patiently(partial(_Worker, self._context, self._form, self._limits))
            with self._lock:
                if self._ended:
                    worker.kill()
                    raise PoolError("the run has ended")
                self._workers.add(worker)
            self._own.worker = worker
        return worker

    def _bury(self, worker: _Worker) -> None:
        with self._lock:
            self._workers.discard(worker)
            ended = self._ended
        self._own.worker = None
        if ended:
            raise PoolError("the run has ended")


class _Worker:
    """One process and its pipe, seen from the parent."""

    def __init__(self, context: Any, form: Form, limits: Limits) -> None:
        self._at = context.RawValue("i", -1)
        self._pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, self._at, form, limits), daemon=True)
        self.process.start()
        theirs.close()

    def do(self, chunk: Chunk, refused: Refused) -> Result:
        """Have a chunk done. Raises :class:`_DeathError` where the process ends."""
        self._at.value = -1
        try:
            self._pipe.send((chunk, dict(refused)))
            result: Result = self._pipe.recv()
        except (OSError, EOFError):
            at = self._at.value
            self.process.join(10)
            self.kill()
            raise _DeathError(at, self.process.exitcode) from None
        return result

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self.process.kill()
        with contextlib.suppress(OSError):
            self._pipe.close()


def _deaf() -> None:
    """Keep Ctrl-C from what this thread starts, also while that is still loading: only the parent answers it."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def context() -> Any:
    """Processes forked from a small server that has loaded the package, where the system has that; else fresh ones.

    A fork of the parent itself would take over its threads' locks.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(["bodycopy.corpus.preloaded"])
        # Python's own helper is started again as all are, without a word.
        warnings.filterwarnings("ignore", "resource_tracker: process died unexpectedly", UserWarning)
        resource_tracker.ensure_running()  # which sets the signals of the thread that starts it back
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    return context


def told(code: int | None) -> str:
    """How a process ended."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit status {code}"


def _serve(pipe: Connection, at: Any, form: Form, limits: Limits) -> None:
    """The life of a worker: chunk after chunk, until the parent closes the pipe, or is no more."""
    bounded = settle(limits)
    with contextlib.suppress(BodycopyError):
        warm(form.recipe.options)

    def watch(number: int) -> None:
        at.value = number
        bounded(number >= 0)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, min(limits.seconds, _LONGEST) if number >= 0 else 0.0)

    with contextlib.suppress(EOFError, OSError):
        while True:
            chunk, refused = pipe.recv()
            pipe.send(work(chunk, form, refused, watch))


def warm(options: Options) -> None:
    """Load what cleaning needs, so that no record pays for it with its time."""
    for source in ("<p>A page.</p>", "A text."):
        clean(source, options=options)


def settle(limits: Limits) -> Callable[[bool], None]:
    """Leave the terminal's signals to the parent, die of the alarm, say nothing, and go first where memory runs out.

    What is returned sets the bound of memory, or lifts it: it is for records, not for what comes and goes through the pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    quiet()
    # Where memory runs out, the system shall end a worker, which costs a retry, and not the parent.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("500")
    return _bound(limits.memory)


def quiet() -> None:
    """Let what libraries print as they fail go nowhere: what happened to a record is told by the parent."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def _bound(memory: float) -> Callable[[bool], None]:
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    except (ImportError, ValueError, OSError):  # no such limits on this system
        return lambda _: None
    most = int(min(used + memory * _GIB, _LARGEST))

    def bound(on: bool) -> None:
        with contextlib.suppress(ValueError, OSError):  # a lower limit of the system's own
            resource.setrlimit(resource.RLIMIT_DATA, (most if on else before, hard))

    return bound
