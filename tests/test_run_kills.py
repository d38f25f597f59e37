"""`bodycopy run` killed at random: whoever is killed, the same command with --resume ends with the bytes of an undisturbed run.

Twenty kills, or as many as BODYCOPY_KILLS says (`make soak`). Seeds are fixed; a failure names its own.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import corpora
from cli_tools import put

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

KILLS = int(os.environ.get("BODYCOPY_KILLS") or 20)
RECORDS = 110
FORMS = {
    "jsonl": ("in.jsonl", "out.jsonl"),
    "jsonl.gz": ("in.jsonl", "out.jsonl.gz"),
    "parquet": ("in.parquet", "out.parquet"),
    "folder": ("in", "out"),
} | (
    {
        # These in the soak alone.
        "table-of-lines": ("in.jsonl", "out.parquet"),
        "lines-of-a-table": ("in.parquet", "out.jsonl.zst"),
    }
    if KILLS > 20
    else {}
)


def prepare(folder: Path, source: str) -> None:
    """The corpus of a test, with records in it that are rejected."""
    rows = corpora.rows(RECORDS)
    for number in range(0, RECORDS, 9):  # of very unlike sizes, so that chunks are too
        rows[number]["html"] = rows[number]["html"].replace(
            "</article>", "<p>And so on, as before.</p>" * 400 + "</article>"
        )
    if source == "in":
        for number, row in enumerate(rows):
            put(
                folder / "in" / str(number % 5) / f"{number}.html",
                row["html"] if number % 50 else b"%PDF-1.7\n\0\1\2" * 99,
            )
    elif source == "in.parquet":
        pages = [b"%PDF-1.7\n\0\1\2" * 99 if n in (40, 41, 90) else row["html"].encode() for n, row in enumerate(rows)]
        rows = [row | {"html": page} for row, page in zip(rows, pages, strict=True)]
        corpora.put_parquet(folder / source, rows, row_group_size=100)
    else:
        corpora.put_lines(folder / source, [*rows[:50], "no JSON", *rows[50:], '{"id": "x"}'])


def command(source: str, output: str, *more: str) -> list[str]:
    return [source, "-o", output, "-j", "2", "--every", "20", *more]


def victims(draw: random.Random, process: int) -> Iterator[int]:
    """Whom to kill: the command itself, the server that forks its workers, a worker, or several at once."""
    below = corpora.descendants(process)
    kind = draw.random()
    if kind < 0.5 or not below:
        yield process
    elif kind < 0.6:
        yield below[0]
        yield from below[1:2]
    else:
        yield draw.choice(below)


def disturbed(folder: Path, seed: int, kills: int, form: str) -> int:
    """A run that is killed so many times and resumed until it ends; how many kills there were."""
    draw = random.Random(seed)
    done = 0
    while True:
        running = corpora.start(folder, *command(*FORMS[form], "--resume"))
        deadline = time.monotonic() + 90
        while done < kills and running.poll() is None:
            time.sleep(draw.choice((0.05, 0.3, 0.8, 1.2)) * draw.uniform(0.5, 1.5))
            for victim in victims(draw, running.pid) if running.poll() is None else ():
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                done += 1
        status, shown, said = corpora.end(running, max(10, deadline - time.monotonic()))
        if status != -signal.SIGKILL:
            assert status == 1, (shown, said)
            return done


@pytest.mark.parametrize("form", FORMS)
def test_killed_at_random_the_bytes_are_those_of_an_undisturbed_run(tmp_path: Path, form: str) -> None:
    source, output = FORMS[form]
    prepare(tmp_path, source)
    status, shown, said = corpora.end(corpora.start(tmp_path, *command(source, output)))
    assert (status, len(said)) == (1, 1)
    assert re.match(r"11[02] records in, 1[01]\d out, [23] rejected", shown), shown
    due = corpora.contents(tmp_path, "out")
    share, rounds, seed = -(-KILLS // len(FORMS)), 0, 0
    while share > 0:
        for path in tmp_path.glob("out*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        seed = 1000 * rounds + list(FORMS).index(form)
        done = disturbed(tmp_path, seed, min(share, 8), form)
        assert corpora.contents(tmp_path, "out").keys() == due.keys(), f"seed {seed}"
        assert corpora.contents(tmp_path, "out") == due, f"seed {seed}"
        share -= max(1, done)
        rounds += 1


def test_all_processes_but_the_command_killed_at_once_cost_their_retry(tmp_path: Path) -> None:
    """Twice: Python's own helper, the server that forks, and the workers."""
    corpora.put_lines(tmp_path / "in.jsonl", corpora.rows(RECORDS))
    running = corpora.start(tmp_path, *command("in.jsonl", "out.jsonl"))
    for count in (2, 3):  # lines of the journal
        journal = tmp_path / "out.jsonl.journal"
        corpora.wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= count, running)  # noqa: B023
        for victim in corpora.descendants(running.pid):
            os.kill(victim, signal.SIGKILL)
    status, _, said = corpora.end(running)
    assert (status, said) == (0, [])
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == [f"r-{n}" for n in range(RECORDS)]
