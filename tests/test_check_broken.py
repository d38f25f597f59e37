"""`bodycopy check` on a corpus and a machine that misbehave: a line each, the rest is checked, nothing is waited for."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import corpora
import hostile
from bodycopy.check import job, targets
from cli_tools import PARAGRAPHS, TEXT, do_fixture, environment, leftovers, put  # noqa: F401 - a fixture
from test_hostile_files import FULL, on_small_disk, unprivileged

CLEAN = TEXT.replace(f"{PARAGRAPHS[3]}\n\n", "")
FOUND = "a.txt:7:1: signup/offer saw sign up for our\n"
ROWS = [{"id": f"r-{number}", "text": TEXT, "noise": os.urandom(900).hex()} for number in range(40)]
GONE = "No such file or directory"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files and signals of POSIX")


def run_in(folder: Path, *arguments: str, **more: Any) -> tuple[int, list[str], str]:
    answer = hostile.bodycopy("check", *arguments, cwd=folder, **more)
    return answer.returncode, hostile.said(answer), (answer.stdout or b"").decode()


@pytest.fixture(name="late")
def late_fixture(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something happen after all files were found, before any is read."""

    def late(happens: Callable[[], object]) -> None:
        really = targets.find

        def find(*arguments: Any, **more: Any) -> Iterator[Any]:
            yield from really(*arguments, **more)
            happens()

        monkeypatch.setattr(targets, "find", find)

    return late


def test_what_vanishes_or_becomes_something_else_before_it_is_read(do: Any, tmp_path: Path, late: Any) -> None:
    for name in ("a.txt", "folder.txt", "gone.txt", "pipe.txt"):
        put(tmp_path / name)
    corpora.put_lines(tmp_path / "gone.jsonl", ROWS[:2])
    corpora.put_lines(tmp_path / "short.jsonl", ROWS[:2])
    corpora.put_parquet(tmp_path / "gone.parquet", ROWS[:2])

    def happens() -> None:
        for name in ("folder.txt", "gone.txt", "pipe.txt", "gone.jsonl", "gone.parquet"):
            (tmp_path / name).unlink()
        (tmp_path / "folder.txt").mkdir()
        os.mkfifo(tmp_path / "pipe.txt")
        os.truncate(tmp_path / "short.jsonl", (tmp_path / "short.jsonl").stat().st_size - 9)

    late(happens)
    answer = do("check", "--no-cache")
    assert answer.status == 2
    assert answer.out == f"{FOUND}short.jsonl:1:1: [r-0 text:7:1] signup/offer saw sign up for our\n"
    starts = ["folder.txt: Is a directory", f"gone.jsonl: cannot be read: {GONE}", "gone.parquet: ", f"gone.txt: {GONE}",
              "pipe.txt: a pipe or a device", "short.jsonl: line 2: not JSON"]  # fmt: skip
    assert len(answer.lines) == len(starts)
    assert all(line.startswith(f"bodycopy: {start}") for line, start in zip(answer.lines, starts, strict=True))


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_what_changes_while_it_is_judged_is_never_remembered_as_what_it_was(
    do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    dirty, clean = ([text.encode(), corpora.lines([{"text": text}])][name == "a.jsonl"] for text in (TEXT, CLEAN))
    submit = job.Pool.submit

    def changing(pool: Any, chunk: Any) -> Any:
        put(tmp_path / name, clean)
        return submit(pool, chunk)

    put(tmp_path / name, dirty)
    with monkeypatch.context() as patch:
        patch.setattr(job.Pool, "submit", changing)
        assert do("check", name).status == 1
    assert do("check", name).status == 0
    put(tmp_path / name, dirty)
    assert do("check", name).status == 1


@pytest.mark.parametrize("name", ["b.jsonl.gz", "b.jsonl.zst", "b.jsonl", "b.parquet"])
def test_a_shard_that_is_cut_off_gives_what_is_there_and_one_line(tmp_path: Path, name: str) -> None:
    pytest.importorskip("zstandard"), pytest.importorskip("pyarrow")
    path = tmp_path / name
    corpora.put_parquet(path, ROWS) if name.endswith("parquet") else corpora.put_lines(path, ROWS)
    os.truncate(path, path.stat().st_size // 2)
    put(tmp_path / "a.txt")
    status, said, out = run_in(tmp_path)
    assert status == 2
    (line,) = said
    assert line.startswith(f"{name}: ")
    assert out.startswith(FOUND)
    assert 15 <= out.count("b.jsonl") <= 25 or name in ("b.jsonl.zst", "b.parquet")


def test_texts_that_are_odd_are_texts_and_binaries_are_a_line(tmp_path: Path) -> None:
    odd = {"nul": TEXT.replace("Ferry", "Fe\0rry").encode(), "latin": TEXT.replace("Orrin", "Ørrin").encode("latin-1"),
           "wide": TEXT.encode("utf-16"), "cut": TEXT.encode() + b"caf\xc3"}  # fmt: skip
    for name, data in odd.items():
        put(tmp_path / f"{name}.txt", data)
    put(tmp_path / "z.txt", b"%PDF-1.7\n" + bytes(range(256)) * 9)
    rows = [{"id": "\ud800\n", "text": TEXT}, {"id": 1, "text": f"\0{TEXT}"}, {"id": 2, "text": f"\ud800{TEXT}"}]
    corpora.put_lines(tmp_path / "b.jsonl", [b'{"id":' + b"9" * 5000 + b"}", b"\0" * 9, *map(json.dumps, rows)])
    status, said, out = run_in(tmp_path, "--format", "jsonl")
    assert (status, [line.partition(": not ")[0] for line in said]) == (
        2, ["b.jsonl: line 1", "b.jsonl: line 2", "z.txt"],
    )  # fmt: skip
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["b.jsonl"] * 3 + [
        f"{n}.txt" for n in sorted(odd)
    ]


def test_a_file_that_is_no_corpus_is_not_told_line_by_line(tmp_path: Path) -> None:
    put(tmp_path / "b.jsonl", b"\xff\n" * 500 + corpora.lines(ROWS[:1]))
    put(tmp_path / "a.txt")
    status, said, out = run_in(tmp_path)
    assert (status, len(said), said[-1]) == (2, 21, "b.jsonl: 480 more that cannot be read")
    assert out.splitlines()[1].startswith("b.jsonl:501:1: ")


@pytest.mark.parametrize("name", ["b.txt", "b.jsonl", "b.jsonl.gz", "-"])
def test_a_line_of_a_gigabyte(tmp_path: Path, name: str) -> None:
    """It is a hole in a file, so that it takes no disk; memory is bounded to less than three times its worth."""
    path = put(tmp_path / name, gzip.compress(bytes(1 << 20), mtime=0) * 1024 if name.endswith("gz") else b"{")
    if not name.endswith("gz"):
        os.truncate(path, 1 << 30)
    put(tmp_path / "a.txt")
    command = ["sh", "-c", 'ulimit -v 3000000; exec "$@"', "sh", sys.executable, "-m", "bodycopy", "check"]
    with path.open("rb") as stdin:
        answer = hostile.run([*command, *(["-"] if name == "-" else [])], cwd=tmp_path, stdin=stdin)
    path.unlink()
    line = ": line 1: a line of more" if "jsonl" in name else ": more"
    assert (answer.returncode, hostile.said(answer)) == (2, [f"{name}{line} than 256 MiB"])
    assert answer.stdout.decode() == ("" if name == "-" else FOUND)


@pytest.mark.parametrize("made", ["pipe", "zeros", "binary", "patterns", "folder", "loop"])
def test_ignore_files_that_are_none(tmp_path: Path, made: str) -> None:
    put(tmp_path / "a.txt")
    put(tmp_path / "b.txt")
    rules = tmp_path / ".gitignore"
    if made == "pipe":
        os.mkfifo(rules)
    elif made in ("zeros", "loop"):
        rules.symlink_to("/dev/zero" if made == "zeros" else ".gitignore")
    elif made == "folder":
        rules.mkdir()
    else:
        put(rules, bytes(range(14, 256)) * 900 if made == "binary" else b"!\n[z-a]\n\\\n///\nb.txt\n")
    status, said, out = run_in(tmp_path)
    assert (status, said) == (1, [])
    assert out == (FOUND if made == "patterns" else FOUND + FOUND.replace("a.txt", "b.txt"))


@pytest.mark.parametrize("pattern", ["!", "[z-a]", "\\"])
def test_patterns_of_the_user_that_are_none(do: Any, tmp_path: Path, pattern: str) -> None:
    put(tmp_path / "a.txt")
    for option in ("--include", "--exclude"):
        answer = do("check", option, pattern)
        assert (answer.status, answer.err) == (2, f"bodycopy: {option}: not a pattern: {pattern}\n")
    put(tmp_path / "bodycopy.toml", f"[per-path-ignores]\n'{pattern}' = ['signup']\n")
    answer = do("check")
    assert (answer.status, answer.err) == (2, f"bodycopy: per-path-ignores: not a pattern: {pattern}\n")


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    (tmp_path / "gone").mkdir()
    script = 'rmdir ../gone; exec "$@"'
    for arguments in ([], [str(tmp_path / "a.txt")], ["-"]):
        command = ["sh", "-c", script, "sh", sys.executable, "-m", "bodycopy", "check", *arguments]
        (tmp_path / "gone").mkdir(exist_ok=True)
        answer = hostile.run(command, cwd=tmp_path / "gone")
        assert (answer.returncode, hostile.said(answer)) == (2, [f"the working folder: {GONE}"])


def test_what_may_not_be_read_or_written(tmp_path: Path) -> None:
    for name in ("a.txt", "shut.txt", "closed/b.txt", "fixed.txt"):
        put(tmp_path / name)
    corpora.put_lines(tmp_path / "shut.jsonl", ROWS[:1])
    for name, mode in (("shut.txt", 0), ("shut.jsonl", 0), ("closed", 0), ("fixed.txt", 0o444)):
        (tmp_path / name).chmod(mode)
    put(tmp_path / "cache" / "x").parent.chmod(0o500)
    try:
        status, said = unprivileged(tmp_path, "check", "--fix", "--cache-dir", "cache")
    finally:
        (tmp_path / "closed").chmod(0o700)
    denied = "Permission denied"
    assert (status, said) == (2, [
        f"closed: {denied}", f"shut.jsonl: cannot be read: {denied}", f"shut.txt: {denied}",
        f"fixed.txt: not mended: {denied}: the file is read-only", "1 cut out of 1 file",
    ])  # fmt: skip
    assert [(tmp_path / name).read_text() for name in ("a.txt", "fixed.txt")] == [CLEAN, TEXT]
    assert os.listdir(tmp_path / "cache") == ["x"]


FILL = "cat /dev/zero > filler 2>/dev/null; true"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["disk", "--fix", "--no-cache"], f"disk/a.txt: not mended: {FULL}"),
        (["a.txt", "--no-cache", "-o", "disk/new"], f"disk/new: not written: {FULL}"),
        (["a.txt", "--no-cache", "--write-baseline", "disk/new"], f"disk/new: not written: {FULL}"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, arguments: list[str], said: str) -> None:
    put(tmp_path / "a.txt")
    status, lines, disk = on_small_disk(tmp_path, f"cp ../a.txt a.txt; {FILL}", "check", *arguments)
    assert (status, lines) == (2, [said])
    assert disk.replace("\0", "").removeprefix(f"disk/{FOUND}") == f"a.txt\n{TEXT}filler\n"


@pytest.mark.parametrize("fill", [FILL, "true"], ids=["full", "full once it has begun"])
def test_a_cache_on_a_full_disk_is_none(tmp_path: Path, fill: str) -> None:
    corpora.put_lines(tmp_path / "b.jsonl", ROWS)
    status, said, out = on_small_disk(
        tmp_path, fill, "check", "b.jsonl", "--cache-dir", "disk/cache", then="rm -r cache"
    )
    assert (status, said) == (1, [])
    assert out.count("b.jsonl:") == len(ROWS)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("form", ["concise", "jsonl", "json", "full"])
def test_standard_output_that_takes_no_more_is_no_finding(tmp_path: Path, form: str) -> None:
    put(tmp_path / "a.txt")
    with open("/dev/full", "wb") as full:
        status, said, _ = run_in(tmp_path, "--format", form, stdout=full)
    assert (status, said) == (2, [f"standard output: {FULL}"])


def test_standard_input_that_is_closed(tmp_path: Path) -> None:
    for name, said in (
        ("a.txt", "a.txt: standard input is closed"),
        ("a.jsonl", "a.jsonl: cannot be read: it is closed"),
    ):
        command = [
            "sh",
            "-c",
            'exec "$@" <&-',
            "sh",
            sys.executable,
            "-m",
            "bodycopy",
            "check",
            "-",
            "--stdin-filename",
        ]
        answer = hostile.run([*command, name], cwd=tmp_path)
        assert (answer.returncode, hostile.said(answer)) == (2, [said])


@pytest.mark.parametrize("form", ["concise", "github", "json"])
def test_a_lost_pipe_is_silent_and_ends_the_check(tmp_path: Path, form: str) -> None:
    corpora.put_lines(tmp_path / "b.jsonl", ROWS * 50)
    script = '{ "$@"; echo status $? >&2; } | head -c 10 > /dev/null'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "bodycopy", "check", "--format", form]
    assert hostile.run(command, cwd=tmp_path).stderr == b"status 0\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_leaves_files_whole(tmp_path: Path, number: int, status: int) -> None:
    corpora.put_lines(tmp_path / "b.jsonl", ROWS * 200)
    before = (tmp_path / "b.jsonl").read_bytes()
    command = [sys.executable, "-m", "bodycopy", "check", "--fix"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE) as process:
        while not (tmp_path / ".bodycopy_cache").exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(number)
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (status, b"")
    assert (tmp_path / "b.jsonl").read_bytes() == before
    assert leftovers(tmp_path) == []
