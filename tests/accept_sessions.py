"""Record the sessions of the command line anew, for review in the diff.

``python tests/accept_sessions.py [NAME ...]`` plays every ``fixtures/cli/*.session`` (or those named) and writes what
its commands show. A new session needs only its remarks and its ``$ command`` lines.
"""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
from pathlib import Path

from test_sessions import SESSIONS, ended, needs_trafilatura, play, remarks, set_up, steps


def commands(text: str) -> list[str]:
    """The commands of a session, those below its last recorded step too."""
    found: list[str] = []
    for step in steps(text):
        found.append(step.command)
        if not ended(step):
            found.extend(re.findall(r"^\$ (.+)$", step.shown, re.M))
    return found


def record(session: Path) -> None:
    """Play one session and write what it shows, where that is new."""
    text = session.read_text(encoding="utf-8")
    if needs_trafilatura(text):
        try:
            importlib.import_module("trafilatura")
        except ImportError as error:
            print(f"{session.name} is left as it is: {error}".splitlines()[0])
            return
    with tempfile.TemporaryDirectory() as folder:
        files, tools = set_up(Path(folder))
        played = "".join(f"$ {command}\n{play(command, files, tools)}" for command in commands(text))
    fresh = remarks(text) + played
    if fresh != text:
        session.write_text(fresh, encoding="utf-8")
        print(f"wrote {session}")


def main(named: list[str]) -> int:
    """Record the sessions named, or all."""
    unknown = set(named) - {session.stem for session in SESSIONS}
    if unknown:
        print(f"no such session: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    for session in SESSIONS:
        if not named or session.stem in named:
            record(session)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
