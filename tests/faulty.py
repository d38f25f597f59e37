"""A recipe that does harm: what a record's text says happens to the worker's process. Imported in workers; no test of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bodycopy.corpus.recipe import Made, Recipe, Source

if TYPE_CHECKING:
    from bodycopy.corpus.records import Tally

STUCK, STUCK_IN_PYTHON, SEGFAULT, KILLED, EATS, ENDS, FAULT, ONCE = (
    f"here it {what}"
    for what in ("sticks in C", "sticks in Python", "segfaults", "is killed", "eats memory", "leaves", "fails", "once ")
)


@dataclass(frozen=True)
class Faulty(Recipe):
    """Cleans as any recipe does, where a text has none of the words above."""

    def make(self, source: Source, tally: Tally) -> Made:
        text = source.data if isinstance(source.data, str) else source.data.decode()
        if ONCE in text:
            self._once(text)
        elif STUCK in text:
            ctypes.PyDLL(None).sleep(100)  # holds the lock of the interpreter: no thread and no handler runs
        elif STUCK_IN_PYTHON in text:
            while True:
                time.sleep(0.01)
        elif SEGFAULT in text:
            _no_core()
            ctypes.string_at(0)
        elif KILLED in text:
            os.kill(os.getpid(), signal.SIGKILL)
        elif ENDS in text:
            os._exit(3)
        elif EATS in text:
            held = []
            while True:
                held.append(bytes(1 << 25))
        elif FAULT in text:
            raise ZeroDivisionError("a fault of ours,\nin two lines")
        return super().make(source, tally)

    def _once(self, text: str) -> None:
        """Die the first time; the marker's name stands after the word."""
        marker = Path(text.partition(ONCE)[2].split()[0])
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


def _no_core() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def dying_rows(*_: object) -> Iterator[object]:
    """A reader of rows that dies."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield
