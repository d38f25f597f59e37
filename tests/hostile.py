"""What the tests of bad input share: a command that may not hang, and a probe of what cleaning a file costs.

Run as a script (``python hostile.py FILE``) it is the probe: it cleans the file in every form and prints its figures.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

LIMIT = 60
"""Seconds for one command: of wall time for small input; for big input of processor time, as tests run side by side."""

SLOW = bool(os.environ.get("BODYCOPY_SLOW"))
PER_BYTE = 20
PER_BLOCK = 1536


class Figures(NamedTuple):
    """What cleaning a file came to: ``peak`` bytes above what cleaning nothing takes, ``seconds`` of processor time."""

    size: int
    blocks: int
    peak: int
    seconds: float
    kept: int
    warnings: list[str]
    error: str | None

    @property
    def allowed(self) -> int:
        """The bytes that the issue allows."""
        return PER_BYTE * self.size + PER_BLOCK * self.blocks

    def __str__(self) -> str:
        share = self.peak / max(1, self.allowed)
        return (
            f"{self.size / 1e6:.1f} MB, {self.blocks} blocks: {self.seconds:.1f} s, {self.peak / 1e6:.0f} MB "
            f"of {self.allowed / 1e6:.0f} allowed ({share:.2f})"
        )


def environment() -> dict[str, str]:
    """This process's environment, PYTHONPATH made absolute, without what turns colours on."""
    path = os.pathsep.join(os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p)
    dropped = ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_COMPATIBLE")
    return {k: v for k, v in os.environ.items() if k not in dropped} | {"PYTHONPATH": path}


def run(command: list[str], *, timeout: float = LIMIT, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Any command, within a time; nothing to read on standard input unless given."""
    if "input" not in more:
        more.setdefault("stdin", subprocess.DEVNULL)
    streams = {name: more.pop(name, subprocess.PIPE) for name in ("stdout", "stderr")}
    return subprocess.run(command, env=environment(), timeout=timeout, check=False, **streams, **more)


def bodycopy(*arguments: str | bytes, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """The console command as a process of its own, within :data:`LIMIT` seconds."""
    return run([sys.executable, "-m", "bodycopy", *arguments], **more)  # type: ignore[list-item]


def said(answer: subprocess.CompletedProcess[bytes]) -> list[str]:
    """The lines on standard error, each of them bodycopy's own; a traceback is none."""
    lines = answer.stderr.decode("utf-8").splitlines()
    assert all(line.startswith("bodycopy: ") for line in lines), answer.stderr.decode()
    return [line.removeprefix("bodycopy: ") for line in lines]


def measure(path: Path) -> Figures:
    """What cleaning a file costs, by the probe in a process of its own."""
    answer = run([sys.executable, __file__, str(path)], timeout=10 * LIMIT)
    assert answer.returncode == 0, f"{path.name}: status {answer.returncode}: {answer.stderr.decode()[-500:]}"
    assert answer.stderr == b""
    return Figures(**json.loads(answer.stdout))


def _peak() -> int:
    """The most memory this process ever held. ``ru_maxrss`` would count the process that it was forked from."""
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _probe(path: Path) -> Figures:
    import resource

    import bodycopy

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, hard))
    for nothing in ("", "<p></p>"):
        bodycopy.clean(nothing).to_json()
    before, size, start = _peak(), path.stat().st_size, time.process_time()
    try:
        cleaned = bodycopy.clean(path)
    except bodycopy.BodycopyError as error:
        return Figures(size, 0, _peak() - before, time.process_time() - start, 0, [], str(error))
    result = cleaned.to_dict()
    seconds = time.process_time() - start
    return Figures(
        size, len(cleaned.blocks), _peak() - before, seconds, len(result["text"]), list(cleaned.warnings), None
    )


if __name__ == "__main__":
    print(json.dumps(_probe(Path(sys.argv[1]))._asdict()))
