"""Files and disks that refuse: one clear line, exit status 1 or 2, everything else as it was, and no network."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import bodycopy
import hostile
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT, leftovers, put

LONG = TEXT * 20

# Root reads and writes all; without these two capabilities it does so no more. The set is narrowed at the next exec.
WITHOUT_PRIVILEGES = """
import ctypes, os, sys
if os.geteuid() == 0:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # DAC_OVERRIDE, DAC_READ_SEARCH
        if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            sys.exit(99)
os.execv(sys.argv[1], sys.argv[1:])
"""


def run_in(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    answer = hostile.bodycopy(*arguments, cwd=folder)
    assert answer.stdout == b""
    return answer.returncode, hostile.said(answer)


def unprivileged(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """The command as a user to whom permissions apply; skips where there is no such user to be had."""
    probe = put(folder / ".probe")
    probe.chmod(0)
    launch = [sys.executable, "-c", WITHOUT_PRIVILEGES, sys.executable]
    look = "import os, sys; sys.exit(98 if os.access('.probe', os.R_OK) else 0)"
    if os.name != "posix" or hostile.run([*launch, "-c", look], cwd=folder).returncode:
        pytest.skip("permissions do not apply to this user, and it cannot lay down its privileges")
    probe.unlink()
    answer = hostile.run([*launch, "-m", "bodycopy", *arguments], cwd=folder)
    return answer.returncode, hostile.said(answer)


@cache
def mounts() -> bool:
    """Whether a disk of its own can be had: Linux, and namespaces are allowed."""
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"]
    return bool(shutil.which("unshare")) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def on_small_disk(folder: Path, prepare: str, *arguments: str, then: str = "true") -> tuple[int, list[str], str]:
    """The command with a disk of 64 KB at ``disk``, ``prepare`` run there first, ``then`` after; then what is on that disk."""
    if not mounts():
        pytest.skip("no disk of its own can be mounted here (needs Linux, unshare and user namespaces)")
    (folder / "disk").mkdir()
    script = (
        f"mount -t tmpfs -o size=64k tmpfs disk && (cd disk; {prepare}) && "
        f'"$@"; status=$?; cd disk; {then}; '
        'for file in $(ls -A); do echo "$file"; cat "$file"; done; exit $status'
    )
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "bodycopy"]
    answer = hostile.run([*command, *arguments], cwd=folder)
    return answer.returncode, hostile.said(answer), answer.stdout.decode()


FULL = "No space left on device"
READ_ONLY = "Read-only file system"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", LONG)
    fill = "echo before > out.txt; head -c 200000 /dev/zero > filler 2>/dev/null; truncate -s 0 filler; head -c 57344 /dev/zero > filler"
    status, lines, disk = on_small_disk(tmp_path, fill, "clean", "a.txt", "-o", "disk/out.txt")
    assert (status, lines) == (1, [f"disk/out.txt: not written: {FULL}"])
    assert disk.startswith("filler\n")
    assert disk.endswith("out.txt\nbefore\n")


def test_a_full_disk_in_place_leaves_the_input(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", LONG)
    fill = "cp ../a.txt a.txt; cp a.txt b.txt; cat /dev/zero > filler 2>/dev/null; true"
    status, lines, disk = on_small_disk(tmp_path, fill, "clean", "disk", "--in-place")
    assert (status, lines) == (1, [f"disk/{name}: not written: {FULL}" for name in ("a.txt", "b.txt")])
    assert disk.rstrip("\0") == f"a.txt\n{LONG}b.txt\n{LONG}filler\n"


def test_a_read_only_disk_is_told(tmp_path: Path) -> None:
    put(tmp_path / "b.txt")
    prepare = "cp ../b.txt a.txt; mount -o remount,bind,ro ."
    for number, arguments in enumerate((["disk/a.txt", "--in-place"], ["b.txt", "-o", "disk/new.txt"])):
        where = tmp_path / str(number)
        put(where / "b.txt")
        status, lines, disk = on_small_disk(where, prepare, "clean", *arguments)
        named = "disk/a.txt" if number == 0 else "disk/new.txt"
        assert (status, lines) == (1, [f"{named}: not written: {READ_ONLY}"])
        assert disk == f"a.txt\n{TEXT}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no limit on the size of files here")
@pytest.mark.parametrize("how", [["--in-place"], ["-o", "out.txt"]])
def test_a_file_that_may_not_grow_leaves_what_was_there(tmp_path: Path, how: list[str]) -> None:
    put(tmp_path / "a.txt", LONG)
    put(tmp_path / "out.txt", "before")
    limit = (
        "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); runpy.run_module('bodycopy')"
    )
    limit = limit.replace("run_module('bodycopy')", "run_module('bodycopy', run_name='__main__')")
    answer = hostile.run([sys.executable, "-c", limit, "clean", "a.txt", *how], cwd=tmp_path)
    named = "a.txt" if how == ["--in-place"] else "out.txt"
    assert (answer.returncode, hostile.said(answer)) == (1, [f"{named}: not written: File too large"])
    assert ((tmp_path / "a.txt").read_text(), (tmp_path / "out.txt").read_text()) == (LONG, "before")
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize(
    "arguments", [("explain", "a.txt"), ("rules",), ("clean", "a.txt", "--to", "json"), ("--version",)]
)
def test_a_full_standard_output_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    put(tmp_path / "a.txt")
    with open("/dev/full", "wb") as full:
        answer = hostile.bodycopy(*arguments, cwd=tmp_path, stdout=full)
    assert (answer.returncode, hostile.said(answer)) == (1, [f"standard output: {FULL}"])


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_device_that_is_full_and_errors_that_nobody_hears(tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    assert run_in(tmp_path, "clean", "a.txt", "-o", "/dev/full") == (1, [f"/dev/full: not written: {FULL}"])
    with open("/dev/full", "wb") as full:
        for arguments, status in ((["clean", "none.txt"], 1), (["clean"], 0), (["clean", "a.txt", "--summary"], 0)):
            assert hostile.bodycopy(*arguments, cwd=tmp_path, stderr=full).returncode == status, arguments


def test_files_and_folders_without_permission(tmp_path: Path) -> None:
    for name in ("in/a.txt", "in/shut.txt", "in/closed/b.txt", "out/x", "c.txt"):
        put(tmp_path / name)
    (tmp_path / "in" / "shut.txt").chmod(0)
    (tmp_path / "in" / "closed").chmod(0)
    (tmp_path / "out").chmod(0o500)
    try:
        assert unprivileged(tmp_path, "clean", "in", "-o", "new") == (
            1, ["in/closed: Permission denied", "in/shut.txt: Permission denied"],
        )  # fmt: skip
        assert (tmp_path / "new" / "a.txt").read_text() != ""
        assert unprivileged(tmp_path, "clean", "in/closed", "-o", "new") == (1, ["in/closed: Permission denied"])
        assert unprivileged(tmp_path, "explain", "in/closed/b.txt") == (1, ["in/closed/b.txt: Permission denied"])
        assert unprivileged(tmp_path, "explain", "in/shut.txt") == (1, ["in/shut.txt: Permission denied"])
        refused = "not written: Permission denied"
        assert unprivileged(tmp_path, "clean", "c.txt", "-o", "out") == (1, [f"out/c.txt: {refused}"])
        assert unprivileged(tmp_path, "clean", "c.txt", "-o", "in/closed/new.txt") == (
            1,
            [f"in/closed/new.txt: {refused}"],
        )
        (tmp_path / "c.txt").chmod(0o400)
        status, lines = unprivileged(tmp_path, "clean", "c.txt", "--in-place")
        assert (status, lines) == (1, [f"c.txt: {refused}: the file is read-only"])
    finally:
        for folder in ("in/closed", "out"):
            (tmp_path / folder).chmod(0o700)
    assert (tmp_path / "c.txt").read_text() == TEXT
    assert leftovers(tmp_path) == []


REFUSED = [
    (["clean", "none.html"], 1, "none.html: No such file or directory"),
    (["clean", "none/none.html"], 1, "none/none.html: No such file or directory"),
    (["clean", "a.txt/b.txt"], 1, "a.txt/b.txt: Not a directory"),
    (["clean", "loop.txt"], 1, "loop.txt: Too many levels of symbolic links"),
    (["clean", "dangling.txt"], 1, "dangling.txt: No such file or directory"),
    (["clean", "x" * 300], 1, "x" * 300 + ": File name too long"),
    (["clean", "a.txt", "-o", "a.txt/out.txt"], 1, "a.txt/out.txt: not written: Not a directory"),
    (["clean", "a.txt", "-o", "loop.txt"], 1, "loop.txt: not written: "),
    (["clean", "a.txt", "-o", "x" * 300], 1, "x" * 300 + ": not written: File name too long"),
    (["clean", "a.txt", "-o", "hard.txt"], 2, "hard.txt is also an input: use --in-place to write over it"),
    (["clean", "folder/a.txt", "-o", "linked/"], 2, "linked/a.txt is also an input: use --in-place to write over it"),
    (["clean", "folder", "-o", "linked"], 2, "linked/a.txt is also an input: use --in-place to write over it"),
    (["clean", "folder", "-o", "folder/../folder"], 2, "is also an input: use --in-place to write over it"),
    (["clean", "a.txt", "folder", "-o", "b.txt"], 2, "-o: b.txt is not a folder, and several inputs need one"),
    (["explain", "folder"], 2, "folder is a folder: explain takes one page"),
    (["clean", "a.txt", "--phrases", "folder"], 2, "--phrases: folder: Is a directory"),
    (["clean", "a.txt", "--phrases", "loop.txt"], 2, "--phrases: loop.txt: Too many levels of symbolic links"),
    (["clean", "socket.txt"], 1, "socket.txt: No such device or address"),
]  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything in it that a file can be but one."""
    root = tmp_path_factory.mktemp("tree")
    for name in ("a.txt", "b.txt", "folder/a.txt"):
        put(root / name)
    os.link(root / "a.txt", root / "hard.txt")
    for link, target in (("loop.txt", "loop.txt"), ("dangling.txt", "nowhere"), ("linked", "folder")):
        (root / link).symlink_to(target)
    with socket.socket(socket.AF_UNIX) as opened:
        before = os.getcwd()
        os.chdir(root)  # the name of a socket may not be long
        opened.bind("socket.txt")
        os.chdir(before)
    return root


@pytest.mark.skipif(sys.platform != "linux", reason="the messages are those of Linux")
@pytest.mark.parametrize(("arguments", "status", "says"), REFUSED, ids=[" ".join(a)[:60] for a, _, _ in REFUSED])
def test_what_is_no_file_is_one_line_and_nothing_is_touched(
    tree: Path, arguments: list[str], status: int, says: str
) -> None:
    before = {p: p.read_bytes() for p in tree.rglob("*") if p.is_file()}
    found, lines = run_in(tree, *arguments)
    assert found == status, lines
    assert len(lines) == 1
    assert says in lines[0]
    assert {p: p.read_bytes() for p in tree.rglob("*") if p.is_file()} == before


def test_names_that_are_no_text(tmp_path: Path) -> None:
    for name in (b"half\xff\xed\xa0\x80.txt", b"page\xff\x1b[31m.html"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(TEXT.encode() if name.endswith(b"txt") else PAGE.format(charset="utf-8").encode())
    answer = hostile.bodycopy("clean", ".", "-o", "out", "--summary", cwd=tmp_path)
    assert (answer.returncode, b"Traceback" in answer.stderr) == (0, False)
    assert sorted(os.listdir(os.fsencode(tmp_path / "out"))) == [b"half\xff\xed\xa0\x80.txt", b"page\xff\x1b[31m.txt"]
    for name in sorted(os.listdir(tmp_path)):
        if name != "out":
            assert PARAGRAPHS[4] in bodycopy.clean(tmp_path / name).text
            answer = hostile.bodycopy("clean", name, "--diff", cwd=tmp_path)
            assert (answer.returncode, answer.stderr) == (0, b"")
            assert b"\x1b" not in answer.stdout
            assert "half\\xff\\xed" in answer.stdout.decode() or "page\\xff\\x1b[31m" in answer.stdout.decode()


def test_standard_input_over_its_own_file_is_read_whole_first(tmp_path: Path) -> None:
    file = put(tmp_path / "a.txt", LONG)
    with file.open("rb") as stdin:
        answer = hostile.bodycopy("clean", "-", "-o", "a.txt", cwd=tmp_path, stdin=stdin)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert PARAGRAPHS[4] in file.read_text()
    assert PITCH not in file.read_text()
