"""The command as a process: pipes, terminals, signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli_tools import ANSI, TEXT, environment, on_terminal, put


def test_a_pipe_closed_early_is_no_error(tmp_path: Path) -> None:
    days = (f"On day {n} the ferry left with {n + 7} passengers, and the fog came up behind it." for n in range(1, 800))
    put(tmp_path / "big.txt", TEXT + "\n\n".join(days))
    for arguments in (["clean", "big.txt"], ["explain", "big.txt"], ["rules"], ["--version"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        command = [sys.executable, "-m", "bodycopy", *arguments]
        answer = subprocess.run(
            command, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, env=environment(), timeout=120
        )
        os.close(writer)
        assert (answer.returncode, answer.stderr) == (0, b""), arguments


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_standard_output(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "bodycopy", "clean", "a.txt"]
        answer = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, env=environment(), timeout=120
        )
    assert answer.returncode == 1
    assert answer.stderr.decode().splitlines() == ["bodycopy: standard output: No space left on device"]


def test_closed_standard_streams(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    line = f'"{sys.executable}" -m bodycopy clean a.txt >&-; echo $?; "{sys.executable}" -m bodycopy clean <&-; echo $?'
    answer = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, env=environment(), timeout=120)
    assert answer.stdout.split() == [b"1", b"2"]
    assert b"Traceback" not in answer.stderr
    assert len(answer.stderr.splitlines()) == 2


def test_control_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bodycopy", "clean"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), **pipes) as running:  # type: ignore[call-overload]
        time.sleep(3)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, b"")


def test_a_terminal_gets_colour_and_its_own_width(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    status, shown = on_terminal("explain", "a.txt", cwd=tmp_path, columns=60)
    assert status == 0
    assert ANSI in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode())
    assert max(map(len, plain.splitlines())) <= 60
    assert "…" in plain
    _, bare = on_terminal("explain", "a.txt", cwd=tmp_path, NO_COLOR="1")
    assert ANSI not in bare
    assert bare.decode().splitlines()[0].startswith("keep  title")


def test_a_page_of_a_rule_is_wrapped_not_cut(tmp_path: Path) -> None:
    status, shown = on_terminal("rules", "signup/offer", cwd=tmp_path, columns=60)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode())
    assert status == 0
    assert max(map(len, plain.splitlines())) <= 60
    assert "where such words are told about rather than said to the reader" in " ".join(plain.split())


def test_explain_does_not_wait_for_a_typist(tmp_path: Path) -> None:
    status, shown = on_terminal("explain", cwd=tmp_path)
    assert (status, b"no input: name a file" in shown) == (2, True)
