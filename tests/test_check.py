"""`bodycopy check`: what is checked, where a finding is, what counts, what the exit status says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import corpora
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT, do_fixture, environment, process, put  # noqa: F401 - a fixture

FILES = Path(__file__).resolve().parent.parent / "fixtures" / "cli" / "files"
PITCH_LINE = PARAGRAPHS[3]
CLEAN = TEXT.replace(f"{PITCH_LINE}\n\n", "")
ROWS = [{"id": f"r-{n}", "text": TEXT if n % 2 else CLEAN} for n in range(4)]


def found(do: Any, *arguments: str, **more: Any) -> list[dict[str, Any]]:
    """The findings as JSON; the status says whether there are any."""
    answer = do("check", *arguments, "--format", "json", **more)
    assert answer.err == ""
    findings: list[dict[str, Any]] = json.loads(answer.out)["findings"]
    assert answer.status == (1 if findings else 0)
    return findings


def spot(text: str) -> tuple[int, int, int, int]:
    """Line and column of the pitch in a text, as an editor counts them."""
    lines = text.replace("\r\n", "\n").split("\n")
    line = next(number for number, held in enumerate(lines) if PITCH in held)
    column = len(lines[line]) - len(lines[line].lstrip())
    return line + 1, column + 1, line + 1, len(lines[line]) + 1


def places(finding: dict[str, Any], prefix: str = "") -> tuple[int, ...]:
    names = ("line", "column", "end_line", "end_column")
    return tuple(finding[prefix + name] for name in names)


TEXTS = {
    "plain": TEXT,
    "crlf": TEXT.replace("\n", "\r\n"),
    "non-bmp": f"\U0001f6a2 {TEXT}".replace(PITCH, f"\U0001f4ec {PITCH}"),
    "late": f"{CLEAN}\n{PITCH_LINE}\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_places_in_texts_and_records(do: Any, tmp_path: Path, text: str) -> None:
    put(tmp_path / "a.txt", text)
    corpora.put_lines(tmp_path / "b.jsonl", [{"id": 7, "text": CLEAN}, {"id": 8, "text": text}])
    corpora.put_lines(tmp_path / "c.jsonl.gz", [{"id": 7, "text": CLEAN}, "", {"id": 8, "odd": 1, "text": text}])
    (one,) = found(do, "a.txt")
    assert (one["path"], one["record_id"], one["field"]) == ("a.txt", None, None)
    assert places(one) == spot(text)
    assert (one["label"], one["rule"].partition("/")[0]) == ("signup", "signup")
    assert PITCH in one["text"]
    assert 0 < one["confidence"] <= 1
    for name, line in (("b.jsonl", 2), ("c.jsonl.gz", 3)):
        (record,) = found(do, name)
        assert places(record) == (line, 1, line, 1)
        assert places(record, "text_") == places(one)
        assert (record["record_id"], record["field"], record["text"]) == ("8", "text", one["text"])


def test_rows_of_parquet(do: Any, tmp_path: Path) -> None:
    corpora.put_parquet(tmp_path / "a.parquet", ROWS, row_group_size=3)
    assert [(one["line"], one["record_id"], one["text_line"]) for one in found(do, "a.parquet")] == [
        (2, "r-1", 7),
        (4, "r-3", 7),
    ]


def test_pages_and_fragments(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.html", PAGE.format(charset="utf-8"))
    (one,) = found(do, "a.html")
    lines = PAGE.format(charset="utf-8").splitlines()
    assert lines[one["line"] - 1][one["column"] - 1 :].startswith('<form class="newsletter-signup">')
    put(tmp_path / "b.html", (FILES / "page.html").read_bytes())
    whole, fragment = ({one["label"] for one in found(do, "b.html", *more)} for more in (("--page",), ()))
    assert {"signup", "related"} <= whole < fragment
    assert "nav" in fragment - whole


def test_a_folder_is_walked_as_git_sees_it(do: Any, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    put(tmp_path / ".gitignore", "drafts/\n*.old.txt\n!kept.old.txt\n")
    for name in (
        "a.txt",
        "drafts/b.txt",
        "c.old.txt",
        "kept.old.txt",
        ".hidden/d.txt",
        "sub/e.md",
        "sub/f.log",
        "n.json",
    ):
        put(tmp_path / name, TEXT)
    put(tmp_path / "sub" / ".gitignore", "e.md\n")
    assert [one["path"] for one in found(do)] == ["a.txt", "kept.old.txt"]
    assert [one["path"] for one in found(do, "sub", "--include", "*.log")] == ["sub/f.log"]
    assert [one["path"] for one in found(do, "--exclude", "kept*")] == ["a.txt"]
    assert [one["path"] for one in found(do, "drafts/b.txt", "--exclude", "b.txt")] == ["drafts/b.txt"]


def test_standard_input_and_its_name(do: Any) -> None:
    assert found(do, "-", stdin=TEXT.encode())[0]["path"] == "-"
    lines = corpora.lines(ROWS)
    told = found(do, "-", "--stdin-filename", "x.jsonl", stdin=lines)
    assert [(one["path"], one["line"]) for one in told] == [("x.jsonl", 2), ("x.jsonl", 4)]


def test_the_dial_decides_as_it_does_for_clean(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    assert found(do, "a.txt", "--drop", "title", "--strictness", "strict") != found(do, "a.txt")
    assert found(do, "a.txt", "--keep", "signup") == []


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--select", "signup"), 2), (("--select", "signup/o"), 2), (("--select", "teaser"), 0), (("--ignore", "signup"), 0),
        (("--ignore", "signup/offer"), 0), (("--ignore", "related"), 2), (("--select", "signup", "--ignore", "signup/"), 0),
    ],
)  # fmt: skip
def test_what_is_selected_and_ignored(do: Any, tmp_path: Path, arguments: tuple[str, ...], count: int) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    assert len(found(do, "a.jsonl", *arguments)) == count


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ('allow = ["GET THE  BEST\\nstories"]', []),
        ('allow-records = ["r-1"]', ["sub/b.jsonl:4"]),
        ('[per-path-ignores]\n"sub/*.jsonl" = ["signup"]', []),
        ('[per-path-ignores]\n"/b.jsonl" = ["signup"]', ["sub/b.jsonl:2", "sub/b.jsonl:4"]),
        ('[per-path-ignores]\n"sub/" = ["signup/offer"]', []),
    ],
)
def test_what_settings_spare(do: Any, tmp_path: Path, settings: str, left: list[str]) -> None:
    corpora.put_lines(tmp_path / "sub" / "b.jsonl", ROWS)
    put(tmp_path / "bodycopy.toml", settings)
    assert [f"{one['path']}:{one['line']}" for one in found(do)] == left


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--max-findings", "2"), 0), (("--max-findings", "1"), 1), (("--max-rate", "50"), 0), (("--max-rate", "49.9"), 1),
        (("--max-findings", "2", "--max-rate", "1"), 1), ((), 1), (("--max-rate", "101"), 2), (("--max-findings", "-1"), 2),
        (("--format", "ful"), 2), (("--fix", "--diff"), 2), (("--prune-baseline",), 2), (("--isolated", "--config", "a"), 2),
    ],
)  # fmt: skip
def test_exit_status(do: Any, tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    answer = do("check", "a.jsonl", *arguments)
    assert answer.status == status
    assert len(answer.lines) == (status == 2)


def test_statistics(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [ROWS[0] | {"lang": "en"}, ROWS[1] | {"lang": "en"}])
    put(tmp_path / "sub" / "b.txt")
    answer = do("check", "--statistics")
    assert answer.status == 1
    assert answer.out.startswith("2 findings in 66.67 % of 3 documents\n\nby rule\nsignup/offer")
    for line in ("signup  2", ".    1", "sub  1", "en        1", "not told  1"):
        assert line in answer.out.splitlines()


def test_what_cannot_be_read_is_a_line_each_and_the_rest_is_checked(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ["{", "[1]", '{"text": 3}', b"\xff", "[" * 100000, *ROWS])
    put(tmp_path / "b.txt", os.urandom(3000))
    put(tmp_path / "c.parquet", b"PAR1 not at all")
    put(tmp_path / "d.jsonl.gz", b"\x1f\x8b cut off")
    os.symlink(".", tmp_path / "loop")
    os.symlink("self", tmp_path / "self")
    os.symlink("nowhere", tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    answer = do("check", ".", "nope.txt", "pipe.txt")
    assert answer.status == 2
    assert answer.out.splitlines() == [
        f"a.jsonl:{line}:1: [{name} text:7:1] signup/offer saw sign up for our"
        for line, name in ((7, "r-1"), (9, "r-3"))
    ]
    begins = ["a.jsonl: line 1: not JSON", "a.jsonl: line 2: not a JSON object", "a.jsonl: line 3: column text is no text",
              "a.jsonl: line 4: not UTF-8", "a.jsonl: line 5: not JSON that can be read", "b.txt: ", "c.parquet: ",
              "d.jsonl.gz: line 1: cannot be read on", "gone.txt: ", "nope.txt: No such file", "pipe.txt: a pipe"]  # fmt: skip
    assert len(answer.lines) == len(begins)
    for start in begins:
        assert sum(line.startswith(f"bodycopy: {start}") for line in answer.lines) == 1, start


@pytest.mark.skipif(sys.platform == "win32", reason="names of POSIX")
def test_odd_names(do: Any, tmp_path: Path) -> None:
    for name in ("with space.txt", "li\nne.txt", os.fsdecode(b"\xff.txt")):
        put(tmp_path / name)
    answer = do("check")
    assert (answer.status, answer.err) == (1, "")
    assert [line.partition(":7:1")[0] for line in answer.out.splitlines()] == [
        "li\\nne.txt",
        "with space.txt",
        "\\xff.txt",
    ]


def test_a_line_without_end(do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bodycopy.corpus.jsonl.MOST", 1 << 20)
    corpora.put_lines(tmp_path / "a.jsonl", [{"id": 1, "text": "x" * (1 << 21)}, ROWS[1]])
    answer = do("check", "a.jsonl")
    assert answer.status == 2
    assert len(answer.lines) == len(answer.out.splitlines()) == 1


@pytest.mark.parametrize("form", ["concise", "full", "jsonl", "github"])
def test_findings_are_told_before_all_is_checked(tmp_path: Path, form: str) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [{"id": n, "text": f"{TEXT}{n}"} for n in range(2000)])
    command = [sys.executable, "-m", "bodycopy", "check", "--no-cache", "-j", "1", "--format", form]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert b"signup/offer" in running.stdout.readline()
        assert running.poll() is None
        running.kill()


def test_as_a_process_in_an_empty_folder(tmp_path: Path) -> None:
    answer = process("check", cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, b"", b"")
