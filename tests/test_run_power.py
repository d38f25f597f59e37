"""`bodycopy run` where the power fails, the disk is full, or somebody stops it: --resume ends as if nothing had been."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

import corpora
import hostile
from bodycopy import cli, cli_signals
from cli_tools import do_fixture, put  # noqa: F401 - a fixture
from test_hostile_files import mounts

FORMS = {"packed": "out.jsonl.gz", "table": "out.parquet", "folder": "out"}
STEP = 1 if os.environ.get("BODYCOPY_KILLS") else 2
"""Every second step is tried, each in the soak."""
SAFE = "bodycopy: what is done is safe: the same command with --resume goes on from there"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")


class PowerCut(BaseException):
    """The machine is off: nothing runs any more, whatever waits for an exception."""


class Disk:
    """Counts what is asked of the disk (to put a file on it, to rename, to remove) and fails at one of these, once or for good.

    A power cut leaves of what was not yet on the disk as much as chance wills.
    """

    def __init__(self, folder: Path, at: int = -1, fails: OSError | None = None) -> None:
        self.count, self._folder, self._at, self._fails = 0, str(folder), at, fails
        self._draw = random.Random(at)
        self._safe: dict[int, int] = {}
        self._off = False

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("fsync", "replace", "unlink"):
            patch.setattr(os, name, self._failing(name, getattr(os, name)))

    def _failing(self, name: str, really: Any) -> Any:
        def call(first: Any, *more: Any, **named: Any) -> Any:
            if name != "fsync" and self._folder not in os.path.abspath(first):
                return really(first, *more, **named)
            if self._off:
                raise PowerCut
            self.count += 1
            if self.count == self._at:
                if self._fails is not None:
                    raise self._fails
                self._off = True
                if name == "fsync":
                    self._tear(first)
                raise PowerCut
            if name == "fsync":
                self._safe[os.fstat(first).st_ino] = os.fstat(first).st_size
            return really(first, *more, **named)

        return call

    def _tear(self, file: int) -> None:
        status = os.fstat(file)
        safe = self._safe.get(status.st_ino, 0)
        if stat.S_ISREG(status.st_mode) and status.st_size > safe:
            os.ftruncate(file, self._draw.randint(safe, status.st_size))


def prepare(folder: Path, form: str) -> list[str]:
    """A small corpus; the command that cleans it."""
    draw = random.Random(3)
    rows = [row | {"noise": draw.randbytes(400).hex()} for row in corpora.rows(34)]
    if form == "folder":
        for number, row in enumerate(rows[:5]):
            put(folder / "in" / f"{number}.html", row["html"] if number != 2 else b"%PDF-1.7\n\0\1\2" * 99)
        return ["run", "in", "-o", "out", "-j", "1", "--every", "1"]
    corpora.put_lines(folder / "in.jsonl", [*rows[:10], "no JSON", *rows[10:]])
    return ["run", "in.jsonl", "-o", FORMS[form], "-j", "1", "--every", "20"]


def clear(folder: Path) -> None:
    for path in (*folder.glob("out*"), *folder.glob(".bodycopy*")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("form", FORMS)
def test_a_power_cut_at_any_moment_costs_nothing(do: Any, tmp_path: Path, form: str) -> None:
    """Off at each single step in turn; what was being written is torn."""
    command = prepare(tmp_path, form)
    whole = Disk(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        whole.install(patch)
        assert do(*command).status == 1
    due = corpora.contents(tmp_path, "out")
    assert whole.count > 8
    for at in range(1, whole.count + 1, STEP):
        clear(tmp_path)
        with pytest.MonkeyPatch.context() as patch, pytest.raises(PowerCut):
            Disk(tmp_path, at).install(patch)
            cli.run(command)
        for name in due.keys() & corpora.contents(tmp_path, "out").keys():
            assert (tmp_path / name).read_bytes() == due[name], f"half-written at step {at}"
        assert do(*command, "--resume").status in (0, 1)
        assert {n: b for n, b in corpora.contents(tmp_path).items() if not n.startswith("in")} == due, f"step {at}"


@pytest.mark.parametrize("form", FORMS)
def test_a_disk_that_fails_at_any_moment_is_told_and_costs_nothing(do: Any, tmp_path: Path, form: str) -> None:
    command = prepare(tmp_path, form)
    whole = Disk(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        whole.install(patch)
        assert do(*command).status == 1
    due = corpora.contents(tmp_path, "out")
    for at in range(STEP, whole.count + 1, 2 * STEP):
        clear(tmp_path)
        with pytest.MonkeyPatch.context() as patch:
            Disk(tmp_path, at, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))).install(patch)
            answer = do(*command)
        if "No space" in answer.err:  # that the name of a folder's file is not on the disk yet is no failure
            assert (answer.status, answer.out) == (1, "")
            assert answer.lines[0].startswith("bodycopy: out")
            assert answer.lines[0].endswith(": not written: No space left on device")
            assert answer.lines[1:] == [SAFE]
        assert do(*command, "--resume").status in (0, 1)
        assert {n: b for n, b in corpora.contents(tmp_path).items() if not n.startswith("in")} == due, f"step {at}"


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_told_and_with_room_the_run_goes_on(do: Any, tmp_path: Path, form: str) -> None:
    if not mounts():
        pytest.skip("no disk of its own can be mounted here (needs Linux, unshare and user namespaces)")
    command = prepare(tmp_path, form)
    assert do(*command).status == 1
    (tmp_path / "due").mkdir()
    for path in tmp_path.glob("out*"):
        path.rename(tmp_path / "due" / path.name)
    (tmp_path / "disk").mkdir()
    size = "12k" if form == "folder" else "20k"
    script = (
        f"mount -t tmpfs -o size={size} tmpfs disk && head -c 4000 /dev/zero > disk/filler && "
        '"$@"; echo "status $?"; ls disk >&2; echo 64M; mount -o remount,size=64M disk && "$@" --resume; echo "status $?"; '
        "rm disk/filler; diff -r disk due && echo same"
    )
    place = command.index("-o") + 1
    command[place] = f"disk/{command[place]}"
    launch = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "bodycopy"]
    answer = hostile.run([*launch, *command], cwd=tmp_path)
    first, _, second = answer.stdout.decode().partition("64M\n")
    said = answer.stderr.decode()
    assert first == "status 1\n", said
    assert said.splitlines()[0].endswith(": not written: No space left on device"), said
    assert said.splitlines()[1] == SAFE
    assert "Traceback" not in said
    assert second.endswith("status 1\nsame\n"), second


@posix
@pytest.mark.parametrize("early", [True, False], ids=["while-loading", "at-work"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_so_in_one_line_and_goes_on(
    do: Any, tmp_path: Path, number: int, early: bool
) -> None:
    corpora.put_lines(tmp_path / "in.jsonl", corpora.rows(130))
    command = ["in.jsonl", "-o", "out.jsonl.gz", "-j", "2", "--every", "20"]
    journal = tmp_path / "out.jsonl.gz.journal"
    running = corpora.start(tmp_path, *command)
    corpora.wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= (1 if early else 3), running)
    if number == signal.SIGINT:  # as Ctrl-C on a terminal: to all of them
        os.killpg(running.pid, number)
    else:
        running.send_signal(number)
    status, shown, said = corpora.end(running, 20)
    assert (status, shown) == (128 + number, "")
    assert said == ["stopped; the same command with --resume goes on (out.jsonl.gz.journal says from where)"]
    assert not (tmp_path / "out.jsonl.gz").exists()
    assert corpora.end(corpora.start(tmp_path, *command, "--resume"))[0] == 0
    resumed = corpora.contents(tmp_path, "out")
    assert do("run", *command, "--force").status == 0
    assert corpora.contents(tmp_path, "out") == resumed


@posix
def test_who_is_asked_to_end_says_so_whatever_a_library_makes_of_it() -> None:
    """Ray makes a plain interrupt of one that it has seen."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(cli_signals.Terminated), cli_signals.terminable():
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise KeyboardInterrupt from None
    with pytest.raises(KeyboardInterrupt) as raised, cli_signals.terminable():
        raise KeyboardInterrupt
    assert not isinstance(raised.value, cli_signals.Terminated)
    assert signal.getsignal(signal.SIGTERM) is before
