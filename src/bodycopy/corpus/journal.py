"""How far a run is: what is on the disk for certain, so that a run that was ended goes on from there.

A file of lines of JSON beside the output. The first says what was asked for, each further one what was committed: the
position in the inputs, the lengths of the files, the figures. A line counts when it is whole; it is written after what it
speaks of is on the disk. It stays until all outputs of a command are done, so that they are counted together.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import IO, Any, NamedTuple

from bodycopy.errors import BodycopyError


class JournalError(BodycopyError):
    """A journal of another run, or one that cannot be used."""


class Commit(NamedTuple):
    """What is certain: the position in the inputs, the lengths of the output and of the rejects, the tally as a mapping.

    ``finished`` says that nothing is left but to give the files their names.
    """

    position: list[Any]
    output: int
    rejects: int
    tally: dict[str, Any]
    finished: bool = False


def held(path: Path) -> bool:
    """Whether a process is at work that has the journal of this name."""
    try:
        with open(path, "rb") as file:
            return not _locked(file)
    except OSError:
        return False


def committed(path: Path) -> Commit | None:
    """What the journal of this name says last, ``None`` where it says nothing or is none."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
        whole = [line for line in lines[1:] if line.endswith(b"\n")]
        return Commit(**json.loads(whole[-1])) if whole else None
    except (OSError, ValueError, TypeError):
        return None


def _locked(file: IO[bytes]) -> bool:
    """Whether the lock on an open file could be had; it is let go of when the file is closed."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Journal:
    """The journal of one run, held by one process at a time."""

    def __init__(self, path: Path, asked: dict[str, Any]) -> None:
        """Open or begin a journal. Raises :class:`JournalError` where another process has it, and ``OSError``."""
        self.path = path
        self._file: IO[bytes] = open(path, "a+b")  # noqa: SIM115 - held as long as the run
        try:
            self._hold()
            self.last = self._read(asked)
        except BaseException:
            self._file.close()
            raise

    def _hold(self) -> None:
        if not _locked(self._file):
            raise JournalError("another run writes this output")

    def _read(self, asked: dict[str, Any]) -> Commit | None:
        """The last commit, ``None`` where there is none; what was cut off in the middle is cut off whole."""
        self._file.seek(0)
        lines: list[dict[str, Any]] = []
        end = 0
        for line in self._file:
            try:
                lines.append(json.loads(line))
            except ValueError:
                break
            if not line.endswith(b"\n"):
                lines.pop()
                break
            end += len(line)
        self._file.truncate(end)
        if not lines:
            self._write(asked)
            return None
        before = lines[0]
        for key in asked.keys() | before.keys():
            if asked.get(key) != before.get(key):
                raise JournalError(f"the run that --resume would go on with had another {key}; start anew with --force")
        return Commit(**lines[-1]) if len(lines) > 1 else None

    def commit(self, commit: Commit) -> None:
        """Say that this is certain. Raises ``OSError`` where that cannot be written."""
        self._write(commit._asdict())
        self.last = commit

    def _write(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record).encode("ascii") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the journal."""
        with contextlib.suppress(OSError):  # what could not be written was told
            self._file.close()
