"""`bodycopy run` as it is asked for: wrong usage, outputs that are there, unfinished runs, the summary and the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy.corpus.journal import Journal
from cli_tools import PARAGRAPHS, do_fixture, on_terminal, put  # noqa: F401 - a fixture

ROWS = corpora.rows(5)

REFUSED = [
    (["a.jsonl"], "no output: name one with -o"),
    ([], "no input: name files or folders, or - for JSON lines on standard input"),
    (["", "-o", "x.jsonl"], "the name of an input is empty"),
    (["none.jsonl", "-o", "x.jsonl"], "none.jsonl: no such file or folder"),
    (["none-*.jsonl", "-o", "x.jsonl"], "none-*.jsonl: no such file or folder"),
    (["empty", "-o", "x.jsonl"], "empty: no records in this folder"),
    (["notes", "-o", "x.jsonl"],
     "notes: no records by its name or its content: JSON lines, Parquet, WARC or pages"),
    (["-", "-", "-o", "x.jsonl"], "standard input can only be read once"),
    (["-", "-o", "-"], "-o: run writes files, and nothing of a corpus to standard output"),
    (["a.jsonl", "-o", "x.jsonl", "-j", "0"], "--jobs: 1 at least"),
    (["a.jsonl", "-o", "x.jsonl", "--every", "0"], "--every: 1 at least"),
    (["a.jsonl", "-o", "x.jsonl", "--timeout", "0"], "--timeout: more than 0 seconds"),
    (["a.jsonl", "-o", "x.jsonl", "--timeout", "nan"], "--timeout: more than 0 seconds"),
    (["a.jsonl", "-o", "x.jsonl", "--memory", "-1"], "--memory: more than 0 GiB"),
    (["a.jsonl", "-o", "x.jsonl", "--dry-run", "0"], "--dry-run: 1 at least"),
    (["a.jsonl", "-o", "x.jsonl", "--attributes", "y"], "--attributes and -o cannot be given together"),
    (["a.jsonl", "-o", "x.jsonl", "--resume", "--force"], "--resume and --force cannot be given together"),
    (["a.jsonl", "-o", "x.jsonl", "--to", "json"],
     "--to: unknown value 'json'; known: text, markdown, html"),
    (["a.jsonl", "-o", "x.jsonl", "--strictness", "2"],
     "--strictness: unknown value '2'; known: sure, careful, balanced, strict, or a number from 0 to 1"),
    (["a.jsonl", "-o", "x.jsonl", "--keep", "bio", "--drop", "bio"], "bio is given to both --keep and --drop"),
    (["a.jsonl", "-o", "a.jsonl", "--force"], "a.jsonl is also an input: write to another name with -o"),
    (["a.jsonl", "-o", ".", "--force"], "a.jsonl is also an input: write to another name with -o"),
    (["b.jsonl.rejected.jsonl", "-o", "b.jsonl", "--force"],
     "b.jsonl.rejected.jsonl is also an input: write to another name with -o"),
    (["a.jsonl", "in/a.jsonl", "-o", "out"], "two inputs would both be written to out/a.jsonl"),
    (["pages", "in/b.html", "-o", "out"], "pages/b.html and in/b.html would both be written to out/b.txt"),
    (["a.jsonl", "-o", "notes"], "-o: notes is not a folder, nor a name that ends in .jsonl, .gz, .zst or .parquet"),
    (["a.jsonl", "--attributes", "notes"],
     "--attributes: notes must be a folder"),
    (["a.jsonl", "--attributes", "x.jsonl"], "--attributes: x.jsonl must be a folder"),
    (["pages", "--attributes", "x"], "pages/b.html: attributes are made for JSON lines, Parquet and WARC"),
    (["a.jsonl", "-o", "there.jsonl"], "there.jsonl is there already: --force writes over it"),
    (["a.jsonl", "-o", "b.jsonl"], "b.jsonl.rejected.jsonl is there already: --force writes over it"),
    (["a.jsonl", "-o", "b.jsonl", "--resume"], "b.jsonl.rejected.jsonl is there already: --force writes over it"),
    (["pages", "-o", "in"], "in is there already: --force writes over it"),
    (["a.jsonl", "-o", "begun.jsonl"],
     "begun.jsonl: a run was begun and not ended: --resume goes on, --force starts anew"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=[" ".join(a) or "nothing" for a, _ in REFUSED])
def test_wrong_usage_is_one_line_and_touches_nothing(
    do: Any, tmp_path: Path, arguments: list[str], message: str
) -> None:
    for name in ("a.jsonl", "in/a.jsonl", "b.jsonl.rejected.jsonl", "there.jsonl"):
        corpora.put_lines(tmp_path / name, ROWS)
    for name in ("pages/b.html", "in/b.html"):
        put(tmp_path / name, ROWS[0]["html"])
    put(tmp_path / "notes", "Some notes.\n")
    put(tmp_path / "begun.jsonl.journal", "{}\n")
    (tmp_path / "empty").mkdir()
    before = corpora.contents(tmp_path)
    answer = do("run", *arguments)
    assert (answer.status, answer.out, answer.lines) == (2, "", [f"bodycopy: {message}"])
    assert corpora.contents(tmp_path) == before


@pytest.mark.parametrize("output", ["out.jsonl", "out.parquet", "out"])
def test_an_output_that_is_there_is_written_over_with_force_alone(do: Any, tmp_path: Path, output: str) -> None:
    pytest.importorskip("pyarrow")
    corpora.put_lines(tmp_path / "a.jsonl", [*ROWS, "no JSON"])
    assert do("run", "a.jsonl", "-o", output).status == 1
    before = corpora.contents(tmp_path)
    corpora.put_lines(tmp_path / "a.jsonl", ROWS[:2])
    assert do("run", "a.jsonl", "-o", output).status == 2
    assert corpora.contents(tmp_path, "out") == {n: b for n, b in before.items() if n.startswith("out")}
    assert do("run", "a.jsonl", "-o", output, "--force").status == 0
    (made,) = corpora.contents(tmp_path, "out")
    assert len(corpora.read(tmp_path / made)) == 2


def test_a_finished_run_that_is_to_be_resumed_has_nothing_to_do(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    assert do("run", "a.jsonl", "-o", "out.jsonl", "--resume").status == 0
    before = corpora.contents(tmp_path)
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--resume")
    assert (answer.status, answer.err) == (0, "")
    assert corpora.contents(tmp_path) == before


def shards(folder: Path, first: int) -> list[str]:
    """Three shards, with a record in each that is rejected; the command that cleans them into a folder."""
    for number in range(3):
        corpora.put_lines(folder / "in" / f"{number}.jsonl", [*corpora.rows(2, first + 2 * number), "no JSON"])
    return ["run", "in", "-o", "out", "-j", "1"]


@pytest.mark.parametrize("fresh", [True, False], ids=["new", "over-what-was-there"])
def test_shards_that_are_resumed_end_as_if_nothing_had_been(do: Any, tmp_path: Path, fresh: bool) -> None:
    """Of what is done already the rejects are told too; what was there before is not done."""
    if not fresh:
        assert do(*shards(tmp_path, 90)).status == 1
    command = shards(tmp_path, 0)
    really, commits = Journal.commit, 0

    def commit(journal: Journal, what: Any) -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise KeyboardInterrupt
        really(journal, what)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "commit", commit)
        assert do(*command, *([] if fresh else ["--force"])).status == 130
    assert min(corpora.unended(tmp_path)) == "out/0.jsonl.journal"  # which has the figures
    answer = do(*command, "--resume", "--report", "report.json")
    assert answer.status == 1
    assert answer.lines == [
        "bodycopy: out/0.jsonl.rejected.jsonl and 2 more such files: the rejected records, each with its reason"
    ]
    assert [row["id"] for n in range(3) for row in corpora.read(tmp_path / "out" / f"{n}.jsonl")] == [
        f"r-{n}" for n in range(6)
    ]
    assert corpora.unended(tmp_path) == []
    assert answer.out.startswith("9 records in, 6 out, 3 rejected")
    assert "not counted" not in answer.out
    resumed = json.loads((tmp_path / "report.json").read_text())
    assert do(*command, "--force", "--report", "report.json").status == 1
    figures = json.loads((tmp_path / "report.json").read_text())
    timed = ("seconds", "slowest")
    assert {k: v for k, v in resumed.items() if k not in timed} == {k: v for k, v in figures.items() if k not in timed}
    again = do(*command, "--resume")
    assert (again.status, again.lines, again.out.splitlines()[:2]) == (
        1,
        answer.lines,
        ["0 records in, 0 out, 0 rejected", "not counted: what was done before (3 outputs)"],
    )


def test_shards_that_are_done_and_taken_away_are_done_again(do: Any, tmp_path: Path) -> None:
    """Of one that is still there the figures are counted, once."""
    command = shards(tmp_path, 0)
    really = Journal.commit

    def commit(journal: Journal, what: Any) -> None:
        if journal.path.name.startswith("2"):
            raise KeyboardInterrupt
        really(journal, what)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "commit", commit)
        assert do(*command).status == 130
    (tmp_path / "out" / "1.jsonl").unlink()
    answer = do(*command, "--resume")
    assert (answer.status, answer.out.partition(",")[0]) == (1, "9 records in")
    assert len(corpora.read(tmp_path / "out" / "1.jsonl")) == 2
    assert corpora.unended(tmp_path) == []


@pytest.mark.parametrize("how", ["--force", "--resume", "--timeout=5"])
def test_an_output_that_another_run_writes_is_left_to_it(do: Any, tmp_path: Path, how: str) -> None:
    pytest.importorskip("fcntl")
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    other = Journal(tmp_path / "out.jsonl.journal", {})
    try:
        before = corpora.contents(tmp_path)
        answer = do("run", "a.jsonl", "-o", "out.jsonl", how)
        assert (answer.status, answer.lines) == (2, ["bodycopy: out.jsonl: another run writes this output"])
        assert corpora.contents(tmp_path) == before
    finally:
        other.close()


@pytest.mark.parametrize(
    "changed",
    [["--to", "markdown"], ["--strictness", "strict"], ["--keep", "signup"], ["--every", "7"], ["--field", "url"]],
)
def test_a_run_goes_on_only_with_the_same_settings_and_inputs(do: Any, tmp_path: Path, changed: list[str]) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    unfinished(do, tmp_path)
    before = corpora.contents(tmp_path)
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--resume", *changed)
    assert answer.status == 1
    assert answer.lines[0].startswith("bodycopy: the run that --resume would go on with had another ")
    assert corpora.contents(tmp_path) == before
    corpora.put_lines(tmp_path / "a.jsonl", ROWS[1:])
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--resume")
    assert "had another inputs" in answer.lines[0]


def unfinished(do: Any, folder: Path) -> None:
    """A run that has begun and done nothing."""
    from bodycopy.corpus import journal

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal.Journal, "commit", interrupted)
        assert do("run", "a.jsonl", "-o", "out.jsonl").status == 130
    assert "out.jsonl.journal" in corpora.contents(folder)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_report_has_the_figures_of_the_summary(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [*ROWS, "no JSON", "[1]"])
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--report", "report.json")
    assert answer.status == 1
    assert answer.out.startswith("7 records in, 5 out, 2 rejected, ")
    assert answer.lines == ["bodycopy: out.jsonl.rejected.jsonl: the rejected records, each with its reason"]
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["read"], report["written"], report["rejected"]) == (7, 5, 2)
    assert report["reasons"] == {"not JSON": 1, "not a JSON object": 1}
    assert report["labels"] == {"signup": 5}
    assert report["rules"] == {"signup/offer": 5}
    assert report["words_in"] - report["words_out"] == 5 * len(PARAGRAPHS[3].split()) + 5 * 2  # the button's words
    assert len(report["slowest"]) == 5
    assert report["seconds"] > 0


def test_a_report_that_cannot_be_written_is_told_and_the_output_stays(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    answer = do("run", "a.jsonl", "-o", "out.jsonl", "--report", "a.jsonl/report.json")
    assert (answer.status, answer.lines) == (1, ["bodycopy: a.jsonl/report.json: not written: Not a directory"])
    assert len(corpora.read(tmp_path / "out.jsonl")) == 5


def test_a_dry_run_shows_cuts_and_writes_nothing(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [ROWS[0], "no JSON", *ROWS[1:]])
    before = corpora.contents(tmp_path)
    answer = do("run", "a.jsonl", "--dry-run", "3")
    assert (answer.status, answer.err) == (0, "")
    shown = answer.out.splitlines()
    assert [line for line in shown if not line.startswith(" ")] == [f"a.jsonl: line {n}" for n in (1, 2, 3)]
    assert shown[1].split()[0] == "signup"
    assert PARAGRAPHS[3][:40] in shown[1]
    assert shown[shown.index("a.jsonl: line 2") + 1].startswith("  rejected: not JSON")
    assert corpora.contents(tmp_path) == before


def test_a_terminal_gets_a_bar_and_a_summary(tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [*corpora.rows(60), "no JSON"])
    status, shown = on_terminal("run", "a.jsonl", "-o", "out.jsonl", cwd=tmp_path, columns=150)
    assert status == 1
    assert "out.jsonl" in shown.decode()
    assert "records, " in shown.decode()
    assert "61 records in, 60 out, 1 rejected" in shown.decode()
