"""The command line: where input comes from, where results go, what cannot be read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT, do_fixture, on_terminal, process, put  # noqa: F401 - a fixture


def test_one_file_goes_to_standard_output(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    answer = do("clean", "a.txt")
    assert (answer.status, answer.err) == (0, "")
    assert [line for line in answer.out.splitlines() if line] == [p for p in PARAGRAPHS if PITCH not in p]


@pytest.mark.parametrize("arguments", [("clean",), ("clean", "-")])
def test_standard_input_is_read(do: Any, arguments: tuple[str, ...]) -> None:
    answer = do(*arguments, stdin=TEXT.encode())
    assert answer.status == 0
    assert PARAGRAPHS[4] in answer.out
    assert PITCH not in answer.out


def test_no_input_on_a_terminal_is_wrong_usage(tmp_path: Path) -> None:
    status, shown = on_terminal("clean", cwd=tmp_path)
    assert status == 2
    assert shown.decode().splitlines() == ["bodycopy: no input: name a file or a folder, or - for standard input"]


@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md"), ("html", "html"), ("json", "json")])
def test_a_folder_is_mirrored(do: Any, tmp_path: Path, form: str, suffix: str) -> None:
    put(tmp_path / "in" / "a.html", PAGE.format(charset="utf-8"))
    put(tmp_path / "in" / "deep" / "er" / "b.HTM", PAGE.format(charset="utf-8"))
    put(tmp_path / "in" / "picture.png", b"\x89PNG")
    put(tmp_path / "in" / ".hidden" / "c.html", PAGE.format(charset="utf-8"))
    answer = do("clean", "in", "-o", "out", "--to", form)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    made = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert made == [f"a.{suffix}", f"deep/er/b.{suffix}"]
    assert PITCH not in (tmp_path / "out" / made[0]).read_text() or form == "json"


def test_one_file_into_a_file_a_folder_and_a_device(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    assert do("clean", "a.txt", "-o", "new/").status == 0
    (tmp_path / "old").mkdir()
    assert do("clean", "a.txt", "-o", "old").status == 0
    assert do("clean", "a.txt", "-o", "deep/named.out").status == 0
    assert do("clean", "a.txt", "-o", os.devnull).status == 0
    assert not Path(os.devnull).is_file()
    results = [tmp_path / name for name in ("new/a.txt", "old/a.txt", "deep/named.out")]
    assert len({p.read_bytes() for p in results}) == 1


def test_a_name_without_a_known_ending_keeps_its_own(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "notes.v1")
    put(tmp_path / "notes.v2")
    assert do("clean", "notes.v1", "notes.v2", "-o", "out").status == 0
    assert sorted(os.listdir(tmp_path / "out")) == ["notes.v1.txt", "notes.v2.txt"]


def test_outputs_inside_a_folder_of_inputs_are_no_inputs(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.html", PAGE.format(charset="utf-8"))
    for _ in range(2):
        assert do("clean", "in", "-o", "in/clean").status == 0
    assert os.listdir(tmp_path / "in" / "clean") == ["a.txt"]


def test_a_loop_of_links_ends(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in")
    assert do("clean", "in", "-o", "out").status == 0
    assert os.listdir(tmp_path / "out") == ["a.txt"]


def test_a_pipe_as_a_file(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    reader, writer = os.pipe()
    os.write(writer, TEXT.encode())
    os.close(writer)
    answer = do("clean", f"/dev/fd/{reader}")
    os.close(reader)
    assert answer.raw == do("clean", "a.txt").raw


def test_what_cannot_be_read_is_told_and_the_others_are_cleaned(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    put(tmp_path / "b.txt", b"%PDF-1.7\n\x00\x01\x02\x03")
    answer = do("clean", "missing.html", "a.txt", "b.txt", "-o", "out")
    assert answer.status == 1
    assert answer.lines[0] == "bodycopy: missing.html: No such file or directory"
    assert answer.lines[1].startswith("bodycopy: b.txt: not text or HTML")
    assert len(answer.lines) == 2
    assert os.listdir(tmp_path / "out") == ["a.txt"]


def test_an_empty_folder_is_told(do: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    answer = do("clean", "in", "-o", "out")
    assert (answer.status, answer.lines) == (1, ["bodycopy: in: no page or text file in this folder"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything may be read by root")
def test_no_permission(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt").chmod(0)
    answer = do("clean", "a.txt")
    assert (answer.status, answer.lines) == (1, ["bodycopy: a.txt: Permission denied"])


def test_a_fault_of_the_engine_does_not_end_the_batch(do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import bodycopy

    put(tmp_path / "a.txt")
    put(tmp_path / "b.txt")
    real = bodycopy.clean

    def faulty(source: Any, **options: Any) -> Any:
        if source.name == "a.txt":
            raise FileNotFoundError("a table\nof its own")
        return real(source, **options)

    monkeypatch.setattr(bodycopy, "clean", faulty)
    answer = do("clean", "a.txt", "b.txt", "-o", "out")
    assert answer.status == 1
    assert answer.lines == ["bodycopy: a.txt: could not be cleaned: FileNotFoundError: a table\\nof its own"]
    assert os.listdir(tmp_path / "out") == ["b.txt"]


def test_strange_names_are_shown_on_one_line(tmp_path: Path) -> None:
    answer = process("clean", "new\nline\x1b[31m.txt", b"byte\xff.txt", "-o", "out", cwd=tmp_path)  # type: ignore[arg-type]
    assert answer.returncode == 1
    assert answer.stderr.decode().splitlines() == [
        "bodycopy: new\\nline\\x1b[31m.txt: No such file or directory",
        "bodycopy: byte\\xff.txt: No such file or directory",
    ]
    for name in (b"byte\xff.txt", b"new\nline.txt"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(TEXT.encode())
    answer = process("clean", b"byte\xff.txt", "new\nline.txt", "-o", "out", cwd=tmp_path)  # type: ignore[arg-type]
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert sorted(os.listdir(os.fsencode(tmp_path / "out"))) == [b"byte\xff.txt", b"new\nline.txt"]


def test_warnings_name_the_file(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt", b"One caf\xe9 and a line.\n" + TEXT.encode() + "ééééé äääää ééééé\n".encode() * 5)
    answer = do("clean", "a.txt", "--encoding", "utf-8")
    assert answer.status == 0
    assert answer.err.startswith("bodycopy: a.txt: warning: 1 character could not be decoded as UTF-8")
