"""Recorded sessions of the command line, in ``fixtures/cli/*.session``.

A session is a run of ``$ command`` lines, each with all it shows (standard output and error as they come) and a line
``[exit N]``. Commands run in a shell, in a fresh copy of ``fixtures/cli/files``. Fingerprint, version, scores and
weights are blanked, and so are rates,, since they change with every rule and every fit. ``accept_sessions.py`` records anew; a command
without a recorded end fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from cli_tools import python_path

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "cli"
SESSIONS = sorted(FOLDER.glob("*.session"))
_PROMPT = "$ "
_END = re.compile(r"\[exit (\d+)\]")
_BLANKED = (
    (re.compile(r'("fingerprint": ")[^"]*'), r"\1..."),
    (re.compile(r'("version": ")[^"]*'), r"\1..."),
    (re.compile(r'("(?:confidence|score|weight)": )[-+.\de]+'), r"\g<1>0.0"),
    (re.compile(r"(?<=  )([-+] {0,3})\d+\.\d\d(?=  |$)", re.M), r"\g<1>0.00"),
    (re.compile(r"(, )[\d,]+( a second)$", re.M), r"\1...\2"),
    (re.compile(r"(\^ \w+, )\d\.\d\d"), r"\g<1>0.00"),
    (re.compile(r"^(bodycopy )\d+\.\d\S*$", re.M), r"\1..."),
)


class Step(NamedTuple):
    """One command and all it shows, its end included."""

    command: str
    shown: str


def steps(text: str) -> list[Step]:
    """The steps of a session file, its remarks (lines above the first command) left out."""
    found: list[Step] = []
    open_step = False
    for line in text.splitlines(keepends=True):
        if line.startswith(_PROMPT) and not open_step:
            found.append(Step(line[len(_PROMPT) :].rstrip("\n"), ""))
            open_step = True
        elif open_step:
            found[-1] = Step(found[-1].command, found[-1].shown + line)
            open_step = not _END.fullmatch(line.rstrip("\n"))
    return found


def ended(step: Step) -> bool:
    """Whether the end of a step is recorded."""
    return bool(_END.fullmatch(step.shown.rstrip("\n").rpartition("\n")[2]))


def remarks(text: str) -> str:
    """What stands above the first command."""
    return text[: text.index(_PROMPT)] if _PROMPT in text else text


def play(command: str, folder: Path, tools: Path) -> str:
    """Run one command and give back all it shows, as recorded."""
    environment = {
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "LC_ALL": "C.UTF-8", "HOME": str(folder),
        "PYTHONPATH": python_path(), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    answer = subprocess.run(
        command, shell=True, cwd=folder, env=environment, timeout=120,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    shown = answer.stdout.decode("utf-8", "backslashreplace")
    for pattern, blank in _BLANKED:
        shown = pattern.sub(blank, shown)
    if shown and not shown.endswith("\n"):
        shown += "\n(no line end)\n"
    return f"{shown}[exit {answer.returncode}]\n"


def set_up(folder: Path) -> tuple[Path, Path]:
    """A copy of the input files to play in, and a folder with the installed command, whatever its real place."""
    files, tools = folder / "files", folder / "tools"
    shutil.copytree(FOLDER / "files", files)
    tools.mkdir()
    installed = Path(sys.executable).parent / "bodycopy"
    script = f'"{installed}"' if installed.exists() else f'"{sys.executable}" -m bodycopy'
    (tools / "bodycopy").write_text(f'#!/bin/sh\nexec {script} "$@"\n', encoding="utf-8")
    (tools / "bodycopy").chmod(0o755)
    return files, tools


def needs_trafilatura(text: str) -> bool:
    """Whether a session can only be played where trafilatura is installed."""
    return "needs: trafilatura" in remarks(text)


@pytest.mark.skipif(os.name == "nt", reason="sessions are written for a POSIX shell")
@pytest.mark.parametrize("session", SESSIONS, ids=lambda path: path.stem)
def test_session(session: Path, tmp_path: Path) -> None:
    text = session.read_text(encoding="utf-8")
    if needs_trafilatura(text):
        pytest.importorskip("trafilatura", exc_type=ImportError)
    recorded = steps(text)
    assert recorded, f"{session.name} has no command"
    files, tools = set_up(tmp_path)
    for step in recorded:
        assert ended(step), f"not recorded: {step.command}"
        assert play(step.command, files, tools) == step.shown, step.command


@pytest.mark.parametrize(
    ("command", "truth"),
    [("letter.txt", "letter.txt"), ("note.md", "note.md"), ("page.html --to markdown", "page.md")],
)
def test_recordings_may_not_record_a_loss(command: str, truth: str, tmp_path: Path) -> None:
    """``truth/`` is written by hand: no new recording makes a lost paragraph, or one left over, what is expected."""
    files, tools = set_up(tmp_path)
    shown = play(f"bodycopy clean {command}", files, tools)
    assert shown == (FOLDER / "truth" / truth).read_text(encoding="utf-8") + "[exit 0]\n"


def test_there_are_sessions() -> None:
    assert len(SESSIONS) >= 15
