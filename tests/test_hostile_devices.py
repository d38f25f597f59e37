"""What is no file and no folder, and what is called a page and is none: pipes, devices, archives under a page's name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
import zlib
from pathlib import Path

import pytest

import hostile
from cli_tools import PAGE, PARAGRAPHS, TEXT, put

HTML = PAGE.format(charset="utf-8")
ENDLESS = "a device that has no end"
posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
zero = pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero")
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")


def run_in(folder: Path, *arguments: str) -> tuple[int, list[str], str]:
    answer = hostile.bodycopy(*arguments, cwd=folder)
    return answer.returncode, hostile.said(answer), answer.stdout.decode()


def zipped(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.html", data)
    return held.getvalue()


def tarred(data: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("page.html")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


RENAMED = {
    "a zip archive or an office document": zipped(HTML.encode()),
    "a tar archive": tarred(HTML.encode()),
    "a gzip-compressed HTML page; unpack it first": gzip.compress(HTML.encode(), mtime=0),
    "bzip2-compressed data": bz2.compress(HTML.encode()),
    "xz-compressed data": lzma.compress(HTML.encode()),
    "binary data": zlib.compress(HTML.encode() * 3),
    "a PNG image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8,
    "a JPEG image": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256)) * 8,
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + bytes(range(256)) * 8,
}


@pytest.mark.parametrize("how", [[], ["-o", "out.txt"], ["--in-place"], ["--format", "html"]], ids=" ".join)
@pytest.mark.parametrize("kind", RENAMED)
def test_what_is_only_called_a_page_is_told(tmp_path: Path, kind: str, how: list[str]) -> None:
    file = put(tmp_path / "page.html", RENAMED[kind])
    assert run_in(tmp_path, "clean", "page.html", *how) == (1, [f"page.html: not text or HTML: looks like {kind}"], "")
    assert file.read_bytes() == RENAMED[kind]
    assert os.listdir(tmp_path) == ["page.html"]


@posix
@pytest.mark.parametrize("command", ["clean", "explain"])
def test_a_pipe_with_a_name_is_read(tmp_path: Path, command: str) -> None:
    os.mkfifo(tmp_path / "page.html")
    writer = threading.Thread(target=(tmp_path / "page.html").write_bytes, args=(HTML.encode(),), daemon=True)
    writer.start()
    status, lines, shown = run_in(tmp_path, command, "page.html")
    assert (status, lines) == (0, [])
    assert PARAGRAPHS[1][:40] in shown


@posix
def test_a_pipe_with_a_name_is_written_to_and_stays_one(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "out.txt")
    with subprocess.Popen(["cat", str(tmp_path / "out.txt")], stdout=subprocess.PIPE) as reader:
        assert run_in(tmp_path, "clean", "a.txt", "-o", "out.txt") == (0, [], "")
        assert PARAGRAPHS[4] in reader.communicate(timeout=hostile.LIMIT)[0].decode()
    assert (tmp_path / "out.txt").is_fifo()


@posix
def test_a_pipe_is_neither_waited_for_nor_written_over(tmp_path: Path) -> None:
    """In a folder a pipe is passed over; in place it is refused, and what else was named is done."""
    put(tmp_path / "in" / "a.txt")
    os.mkfifo(tmp_path / "in" / "page.html")
    assert run_in(tmp_path, "clean", "in", "-o", "out") == (0, [], "")
    assert os.listdir(tmp_path / "out") == ["a.txt"]
    refused = ["in/page.html: not a file that can be written over"]
    assert run_in(tmp_path, "clean", "in/page.html", "in/a.txt", "--in-place") == (1, refused, "")
    assert (tmp_path / "in" / "a.txt").read_text() != TEXT


@zero
@pytest.mark.parametrize("arguments", [("clean", "DEVICE"), ("explain", "DEVICE"), ("clean", "DEVICE", "--to", "json")])
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_a_device_without_end_is_left(tmp_path: Path, device: str, arguments: tuple[str, ...]) -> None:
    found = run_in(tmp_path, *(device if word == "DEVICE" else word for word in arguments))
    assert found == (1, [f"{device}: {ENDLESS}"], "")


@zero
def test_standard_input_without_end_is_left() -> None:
    with open("/dev/zero", "rb") as stdin:
        answer = hostile.bodycopy("clean", "-", stdin=stdin)
    assert (answer.returncode, hostile.said(answer), answer.stdout) == (1, [f"standard input: {ENDLESS}"], b"")


def test_a_device_that_holds_nothing_is_empty(tmp_path: Path) -> None:
    assert run_in(tmp_path, "clean", os.devnull) == (0, [f"{os.devnull}: warning: there is no text here"], "")


@full
@pytest.mark.parametrize("arguments", [("--help",), ("clean", "--help"), ("rules", "--help")])
def test_help_that_cannot_be_shown_is_one_line(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as device:
        answer = hostile.bodycopy(*arguments, stdout=device)
    assert (answer.returncode, hostile.said(answer)) == (1, ["standard output: No space left on device"])


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX is needed")
@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_lost_pipe_is_silent(tmp_path: Path, form: str) -> None:
    put(tmp_path / "page.html", HTML.replace(PARAGRAPHS[1], f"{PARAGRAPHS[1]} " * 5000))
    script = '{ "$@"; echo status $? >&2; } | head -c 10 > /dev/null'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "bodycopy", "clean", "page.html", "--to", form]
    answer = hostile.run(command, cwd=tmp_path)
    assert answer.stderr == b"status 0\n"


@pytest.mark.parametrize(
    ("arguments", "status", "ends"),
    [
        (("clean", "x" * 5000), 1, ": File name too long"),
        (("clean", "a.txt", "-o", "x/" * 3000), 1, ": not written: File name too long"),
        (("clean", "a.txt", "--keep", "x" * 5000), 2, ", consent, nav, other"),
        (("clean", "a.txt", "--" + "x" * 5000), 2, "x"),
        (("rules", "x" * 5000), 2, "; see them all with: bodycopy rules"),
    ],
    ids=["input", "output", "label", "option", "rule"],
)
def test_a_message_is_no_longer_than_can_be_read(
    tmp_path: Path, arguments: tuple[str, ...], status: int, ends: str
) -> None:
    put(tmp_path / "a.txt")
    found, (line,), shown = run_in(tmp_path, *arguments)
    assert (found, shown) == (status, "")
    assert " … " in line
    assert len(line) < 700
    assert line.endswith(ends)
