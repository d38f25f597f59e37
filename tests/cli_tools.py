"""What the tests of the command line share: a text with a pitch in it, and ways to run a command."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bodycopy import cli

TEXT = """Ferry to Orrin Island sails again

The ferry between Port Lennick and Orrin Island sailed again on Monday, after eleven weeks in which islanders had to ask fishermen for a passage.

"We counted the days," said Marit Holle, who runs the only shop on the island. "People bought flour as if winter were coming."

Sign up for our newsletter and get the best stories delivered to your inbox every morning

The company that owns the ship said that a cracked shaft had been replaced and that the summer timetable would begin on the first of May, two weeks late.

On the island nobody quite believes it. The ship is older than the harbour it sails from, and the last cracked shaft, in 2016, was also said to be the last.

Holle has ordered her stock for May all the same, and the school has asked the three children who board on the mainland to come home by ferry, as they used to.

"If it does not sail we will row out and fetch them," she said. "We have done that before, and they were rather proud of us for it."
"""
PITCH = "Sign up for our newsletter"
PARAGRAPHS = [line for line in TEXT.splitlines() if line]
PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="{charset}"><title>Ferry sails again</title></head><body>'
    f"<main><article><h1>{PARAGRAPHS[0]}</h1>\n<p>{PARAGRAPHS[1]} Café.</p>\n<p>{PARAGRAPHS[2]}</p>\n"
    f'<form class="newsletter-signup"><p>{PARAGRAPHS[3]}</p><input type="email"><button>Sign up</button></form>\n'
    + "".join(f"<p>{paragraph}</p>\n" for paragraph in PARAGRAPHS[4:])
    + "</article></main></body></html>\n"
)
ANSI = b"\x1b["


class Answer:
    """What one command line did."""

    def __init__(self, status: int, out: bytes, err: bytes) -> None:
        self.status, self.raw, self.out, self.err = status, out, out.decode(), err.decode()

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


@pytest.fixture(name="do")
def do_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    """Run a command line in this process, in a folder of its own; every message is one line and no traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = cli.run(list(arguments))
        captured = capfdbinary.readouterr()
        answer = Answer(status, captured.out, captured.err)
        assert "Traceback" not in answer.err
        assert ANSI not in captured.out + captured.err
        return answer

    return run


def python_path() -> str:
    """PYTHONPATH for a command in another folder."""
    return os.pathsep.join(os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p)


def environment(**more: str) -> dict[str, str]:
    dropped = ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_COMPATIBLE")
    return {k: v for k, v in os.environ.items() if k not in dropped} | {"PYTHONPATH": python_path()} | more


def process(*arguments: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bodycopy", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=environment(), timeout=120, **more)


def on_terminal(*arguments: str, cwd: Path, columns: int = 60, **env: str) -> tuple[int, bytes]:
    """Run with a terminal for input and output; its status and all it showed."""
    pty = pytest.importorskip("pty")
    variables = environment(TERM="xterm-256color", COLUMNS=str(columns), **env)
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the other process
        os.chdir(cwd)
        command = [sys.executable, "-m", "bodycopy", *arguments]
        os.execve(sys.executable, command, variables)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def put(path: Path, content: str | bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def leftovers(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.name.startswith(".bodycopy-")]


def cli_bytes(folder: Path, *arguments: str) -> bytes:
    answer = process(*arguments, cwd=folder)
    assert (answer.returncode, answer.stderr) == (0, b"")
    return answer.stdout
