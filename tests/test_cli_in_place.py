"""Writing files: in place byte by byte as they were, and never half."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from bodycopy import inputs
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT, do_fixture, leftovers, put  # noqa: F401 - a fixture


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "shift_jis", "koi8-r"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_in_place_takes_bytes_out_and_changes_none(do: Any, tmp_path: Path, charset: str, ends: str) -> None:
    word = {"utf-8": "Café – ☕", "windows-1252": "Café – \x81", "shift_jis": "港の船", "koi8-r": "Паром"}[charset]
    page = PAGE.format(charset=charset).replace("Café", word).replace("\n", ends)
    codec = {"windows-1252": "latin-1", "shift_jis": "cp932"}.get(charset, charset)
    before = page.replace("–", "\x96").encode(codec) if charset == "windows-1252" else page.encode(codec)
    file = put(tmp_path / "p.html", before)
    file.chmod(0o640)
    answer = do("clean", "p.html", "--in-place")
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    after = file.read_bytes()
    same = next(n for n in range(len(before)) if before[n] != after[n])
    assert PITCH.encode() not in after
    assert PARAGRAPHS[2].encode() in after
    assert before.endswith(after[same:])
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_in_place_keeps_the_byte_order_mark(do: Any, tmp_path: Path, encoding: str) -> None:
    file = put(tmp_path / "a.txt", TEXT.replace("\n", "\r\n").encode(encoding))
    assert do("clean", "a.txt", "--in-place").status == 0
    after = file.read_bytes()
    assert PITCH not in after.decode(encoding)
    assert after == after.decode(encoding).encode(encoding)
    assert after.decode(encoding).count("\r\n") == after.decode(encoding).count("\n") > 3


def test_in_place_leaves_unchanged_files_alone(do: Any, tmp_path: Path) -> None:
    file = put(tmp_path / "a.txt", TEXT.replace(PARAGRAPHS[3] + "\n\n", ""))
    before = file.stat()
    assert do("clean", "a.txt", "--in-place").status == 0
    after = file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_in_place_follows_a_link(do: Any, tmp_path: Path) -> None:
    file = put(tmp_path / "deep" / "a.txt")
    link = tmp_path / "link.txt"
    link.symlink_to(file)
    assert do("clean", "link.txt", "deep/a.txt", "--in-place").status == 0
    assert link.is_symlink()
    assert PITCH not in file.read_text()


def test_in_place_refuses_what_it_cannot_give_back(do: Any, tmp_path: Path) -> None:
    broken = TEXT.encode() + b"caf\xff\n"
    put(tmp_path / "a.txt", broken)
    mail = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + TEXT.encode()
    put(tmp_path / "m.eml", mail)
    put(tmp_path / "z.txt")
    answer = do("clean", ".", "--in-place", "--encoding", "utf-8")
    errors = [line for line in answer.lines if "warning" not in line]
    assert answer.status == 1
    assert errors == [
        "bodycopy: a.txt: not written over: 1 of its characters could not be decoded as UTF-8",
        "bodycopy: m.eml: its bytes cannot be kept as they are in place: write to another file with -o",
    ]
    assert (tmp_path / "a.txt").read_bytes() == broken
    assert (tmp_path / "m.eml").read_bytes() == mail
    assert PITCH not in (tmp_path / "z.txt").read_text()


def test_in_place_refuses_a_read_only_file(do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path / "a.txt")
    file.chmod(0o444)
    really = os.open

    def refuse(path: Any, flags: int, *more: Any) -> int:  # root may write to all
        if flags & (os.O_WRONLY | os.O_RDWR) and Path(path).name == "a.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return really(path, flags, *more)

    with monkeypatch.context() as patch:
        patch.setattr(inputs.os, "open", refuse)
        answer = do("clean", "a.txt", "--in-place")
    assert (answer.status, answer.lines) == (
        1,
        ["bodycopy: a.txt: not written: Permission denied: the file is read-only"],
    )
    assert file.read_text() == TEXT


@pytest.mark.parametrize(
    ("call", "number"),
    [("open", errno.EROFS), ("fsync", errno.ENOSPC), ("replace", errno.EACCES), ("open", errno.EACCES)],
)
@pytest.mark.parametrize("how", [["--in-place"], ["-o", "out.txt"]])
def test_a_failing_disk_leaves_everything_as_it_was(
    do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, how: list[str]
) -> None:
    file, other = put(tmp_path / "a.txt"), put(tmp_path / "out.txt", "what was there")

    really = os.open

    def fail(first: Any, *arguments: Any, **named: Any) -> Any:
        if call == "open" and Path(first) in (file, other):  # whether they may be written to is asked before
            return really(first, *arguments, **named)
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(inputs.os, call, fail)
        answer = do("clean", "a.txt", *how)
    target = "a.txt" if how == ["--in-place"] else "out.txt"
    assert (answer.status, answer.lines) == (1, [f"bodycopy: {target}: not written: {os.strerror(number)}"])
    assert (file.read_text(), other.read_text()) == (TEXT, "what was there")
    assert leftovers(tmp_path) == []


def test_an_interruption_leaves_everything_as_it_was(do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path / "a.txt")

    def interrupt(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inputs.os, "replace", interrupt)
    answer = do("clean", "a.txt", "--in-place")
    assert (answer.status, answer.lines) == (130, [])
    assert file.read_text() == TEXT
    assert leftovers(tmp_path) == []


def test_the_new_file_is_open_to_whom_the_umask_lets(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    mask = os.umask(0o027)
    try:
        assert do("clean", "a.txt", "-o", "b.txt").status == 0
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "b.txt").stat().st_mode) == 0o640
