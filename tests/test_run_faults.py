"""`bodycopy run` with records that break the process they are cleaned in: they are rejected, and nothing else is lost."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

import corpora
import faulty
from bodycopy.corpus import job, outlets, pool, sources
from bodycopy.corpus.records import Tally
from bodycopy.corpus.rows import Form
from cli_tools import do_fixture, put  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")

SECONDS = 1.0
LIMITS = pool.Limits(SECONDS, 0.25)
TEXT = "The ferry sailed again on day {}, and nobody on the island quite believed it."


def records(count: int, **faults: str) -> list[corpora.Row]:
    """So many records; those named (``r3="..."``) have a fault's words in their text."""
    return [{"id": f"r{n}", "text": f"{TEXT.format(n)} {faults.get(f'r{n}', '')}".strip()} for n in range(count)]


def run(folder: Path, given: list[corpora.Row], limits: pool.Limits = LIMITS, jobs: int = 2) -> Tally:
    """A run of records with the faulty recipe; it goes to ``out.jsonl``."""
    path = corpora.put_lines(folder / "in.jsonl", given)
    plan = job.Plan(folder / "out.jsonl", Form(faulty.Faulty()), {}, limits, jobs, 20)
    reading = sources.Reading(sources.find([str(path)]))
    tally = job.run(plan, reading, outlets.Lines(plan.output), lambda _: None)
    job.forget(plan)
    return tally


def outcome(folder: Path, given: list[corpora.Row]) -> dict[str, str]:
    """The reasons of the rejects by id, once it is sure that all other records came out, in order, and each reject whole."""
    out, rejected = corpora.read(folder / "out.jsonl"), corpora.rejects(folder / "out.jsonl")
    reasons = {row["id"]: row["reason"] for row in rejected}
    assert [row["id"] for row in out] == [row["id"] for row in given if row["id"] not in reasons]
    assert [row["id"] for row in rejected] == [row["id"] for row in given if row["id"] in reasons]
    by_id = {row["id"]: row for row in given}
    places = {row["id"]: number for number, row in enumerate(given, 1)}
    for row in rejected:
        assert row["line"] == places[row["id"]]
        assert row["file"] == str(folder / "in.jsonl")
        assert row["record"].encode() + b"\n" == corpora.lines([by_id[row["id"]]])
    assert corpora.unended(folder) == []
    return reasons


FAULTS = {
    faulty.STUCK: f"took longer than {SECONDS:g} s",
    faulty.STUCK_IN_PYTHON: f"took longer than {SECONDS:g} s",
    faulty.SEGFAULT: "3 processes died cleaning it: signal SIGSEGV",
    faulty.KILLED: "3 processes died cleaning it: signal SIGKILL",
    faulty.ENDS: "3 processes died cleaning it: exit status 3",
    faulty.EATS: "needs more memory than a worker may have",
    faulty.FAULT: "could not be cleaned: ZeroDivisionError: a fault of ours, in two lines",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.removeprefix("here it ").replace(" ", "-"))
def test_a_record_that_breaks_its_process_is_rejected_as_it_was(tmp_path: Path, fault: str) -> None:
    given = records(70, r40=fault)
    tally = run(tmp_path, given)
    assert outcome(tmp_path, given) == {"r40": FAULTS[fault]}
    assert (tally.read, tally.written, tally.rejected) == (70, 69, 1)


def test_faults_side_by_side(tmp_path: Path) -> None:
    faults = dict(zip((f"r{n}" for n in (0, 1, 31, 32, 33, 64, 69)), FAULTS, strict=True))
    given = records(70, **faults)
    assert run(tmp_path, given, jobs=3).rejected == 7
    assert outcome(tmp_path, given) == {name: FAULTS[fault] for name, fault in faults.items()}


def test_a_process_that_dies_once_costs_its_retry_alone(tmp_path: Path) -> None:
    given = records(70, **{f"r{n}": f"{faulty.ONCE}{tmp_path}/mark-{n}" for n in (5, 6, 40)})
    assert run(tmp_path, given).written == 70
    assert outcome(tmp_path, given) == {}
    assert len(list(tmp_path.glob("mark-*"))) == 3


def test_the_time_limit_is_kept(tmp_path: Path) -> None:
    given = records(3, r1=faulty.STUCK)
    begun = time.monotonic()
    run(tmp_path, given)
    assert SECONDS <= time.monotonic() - begun < SECONDS + 15


def test_rejects_of_faults_are_read_again_until_they_are_cleaned(do: Any, tmp_path: Path) -> None:
    """A record that is rejected unread, and again, is the same record in the end."""
    given = records(4, r1=faulty.STUCK, r2=faulty.KILLED)
    run(tmp_path, given, limits=pool.Limits(0.3))
    (tmp_path / "out.jsonl").rename(tmp_path / "first.jsonl")
    again = corpora.rejects_of(tmp_path / "out.jsonl").rename(tmp_path / "again.jsonl")
    plan = job.Plan(tmp_path / "out.jsonl", Form(faulty.Faulty()), {}, pool.Limits(0.3), 1, 20)
    job.run(plan, sources.Reading(sources.find([str(again)])), outlets.Lines(plan.output), lambda _: None)
    assert corpora.read(tmp_path / "out.jsonl") == []
    assert do("run", "out.jsonl.rejected.jsonl", "-o", "last.jsonl").status == 0
    assert [(row["id"], row["text"].strip()) for row in corpora.read(tmp_path / "last.jsonl")] == [
        (row["id"], row["text"]) for row in given[1:3]
    ]


@pytest.mark.parametrize("seconds", ["0.0001", "0.001"])
def test_a_time_limit_that_nothing_meets_rejects_everything_and_ends(do: Any, tmp_path: Path, seconds: str) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", corpora.rows(4))
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--timeout", seconds)
    assert (answer.status, answer.out.partition(" rejected")[0]) == (1, "4 records in, 0 out, 4")
    assert len(corpora.rejects(tmp_path / "out.jsonl")) == 4


def test_a_record_larger_than_the_memory_of_a_worker_costs_only_itself(do: Any, tmp_path: Path) -> None:
    big = {"id": "big", "text": "Some words that go on. " * 1_500_000}
    corpora.put_lines(tmp_path / "a.jsonl", [corpora.rows(1)[0], big, corpora.rows(2)[1]])
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--memory", "0.05")
    assert answer.status == 1
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == ["r-0", "r-1"]
    (rejected,) = corpora.rejects(tmp_path / "out.jsonl")
    assert (rejected["id"], rejected["reason"]) == ("big", FAULTS[faulty.EATS])
    assert rejected["record"].encode() + b"\n" == corpora.lines([big])


def test_a_file_that_breaks_its_process_is_kept(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path / "in" / f"{number}.txt", TEXT.format(number) + (faulty.KILLED if number == 1 else ""))
    plan = job.Plan(tmp_path / "out.jsonl", Form(faulty.Faulty()), {}, LIMITS, 1, 20)
    job.run(plan, sources.Reading(sources.find([str(tmp_path / "in")])), outlets.Lines(plan.output), lambda _: None)
    (rejected,) = corpora.rejects(plan.output)
    assert (rejected["id"], rejected["file"]) == ("1.txt", str(tmp_path / "in" / "1.txt"))
    assert "source_base64" in rejected["record"]
