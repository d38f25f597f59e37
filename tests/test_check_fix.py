"""`bodycopy check --fix` and `--diff`: only what was found goes, every other byte stays, and nothing is left to find."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy.check.fix import places_of, string_at, without
from bodycopy.errors import SourceError
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT, do_fixture, leftovers, put  # noqa: F401 - a fixture

CLEAN = TEXT.replace(f"{PARAGRAPHS[3]}\n\n", "")
LINES = [
    '{"n": 1.50, "text" :' + json.dumps(TEXT) + ', "text2": "\\u00e9"}',
    '{"id":"x","a":{"text":"no","b":[1, {"text": 2}]},"text":'
    + json.dumps(f"\U0001f6a2 {TEXT}".replace(PITCH, f"\U0001f4ec {PITCH}"))
    + "}",
    '{"text":' + json.dumps(f"\u00e9 \U0001f6a2 {TEXT}", ensure_ascii=False).replace("Café", "Caf\\u00e9") + "}\r",
    "",
    '  {"text":' + json.dumps(CLEAN) + " } ",
]
FILES: dict[str, bytes] = {
    "a.txt": TEXT.encode(),
    "crlf.txt": TEXT.replace("\n", "\r\n").encode(),
    "bom.txt": b"\xef\xbb\xbf" + TEXT.encode(),
    "latin.txt": TEXT.replace("Orrin", "Ørrin").encode("latin-1"),
    "no-end.txt": f"{CLEAN}\n{PARAGRAPHS[3]}".encode(),
    "note.md": f"# {TEXT}".encode(),
    "page.html": PAGE.format(charset="utf-8").encode(),
    "cafe.html": PAGE.format(charset="iso-8859-1").encode("latin-1"),
    "a.jsonl": "\n".join(LINES).encode() + b"\n",
    "bom.jsonl": b"\xef\xbb\xbf" + "\n".join(LINES).encode(),
    "li\nne.txt": TEXT.encode(),
    "with space.txt": TEXT.encode(),
}


def put_all(folder: Path) -> None:
    for name, data in FILES.items():
        put(folder / name, data)


def is_kept(before: bytes, after: bytes) -> bool:
    """Whether what is left is what there was without one piece a line at most, which holds the pitch."""
    kept = [line for line in before.split(b"\n") if PITCH.encode() not in line and line.strip()]
    left = [line for line in after.split(b"\n") if line.strip()]
    return [line for line in left if line in kept] == [line for line in kept if line in left] and len(left) >= len(kept)


def test_what_is_found_goes_and_nothing_else(do: Any, tmp_path: Path) -> None:
    put_all(tmp_path)
    os.chmod(tmp_path / "a.txt", 0o640)
    answer = do("check", "--fix", "--no-cache")
    assert (answer.status, answer.out) == (0, "")
    assert answer.lines == ["bodycopy: 16 cut out of 12 files"]
    assert corpora.contents(tmp_path, "a.txt")["a.txt"] == CLEAN.encode()
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "crlf.txt").read_bytes() == CLEAN.replace("\n", "\r\n").encode()
    assert (tmp_path / "bom.txt").read_bytes() == b"\xef\xbb\xbf" + CLEAN.encode()
    assert (tmp_path / "latin.txt").read_bytes() == CLEAN.replace("Orrin", "Ørrin").encode("latin-1")
    for name, data in FILES.items():
        left = (tmp_path / name).read_bytes()
        assert PITCH.encode() not in left
        if not name.endswith("jsonl"):
            assert is_kept(data, left), name
    assert leftovers(tmp_path) == []
    before = corpora.contents(tmp_path)
    again = do("check", "--fix", "--no-cache")
    assert (again.status, again.out, again.err) == (0, "", "")
    assert corpora.contents(tmp_path) == before


def test_records_keep_their_spelling(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.jsonl", FILES["a.jsonl"])
    assert do("check", "--fix").status == 0
    after = (tmp_path / "a.jsonl").read_bytes().decode().split("\n")
    pitch = json.dumps(PARAGRAPHS[3])[1:-1]
    mails = [f"{pitch}\\n\\n", f"\\ud83d\\udcec {pitch}\\n\\n", f"{pitch}\\n\\n", "nothing", "nothing"]
    assert after[:5] == [line.replace(mail, "") for line, mail in zip(LINES, mails, strict=True)]
    assert after[5:] == [""]


def test_what_cannot_be_mended_is_a_line_and_stays(do: Any, tmp_path: Path) -> None:
    rows = [{"id": "r", "text": TEXT}]
    corpora.put_lines(tmp_path / "a.jsonl.gz", rows)
    corpora.put_parquet(tmp_path / "b.parquet", rows)
    put(tmp_path / "c.txt")
    before = corpora.contents(tmp_path)
    answer = do("check", "--fix", "--no-cache")
    assert answer.status == 1
    assert len(answer.out.splitlines()) == 2
    reason = "not mended: only plain JSON lines can be mended in place; bodycopy run makes a cleaned copy"
    assert answer.lines == [
        f"bodycopy: a.jsonl.gz: {reason}",
        f"bodycopy: b.parquet: {reason}",
        "bodycopy: 1 cut out of 1 file",
    ]
    assert corpora.contents(tmp_path) == before | {"c.txt": CLEAN.encode()}


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "gone.txt"])
def test_what_changed_since_it_was_checked_is_left_alone(
    do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from bodycopy.check import fix

    path = put(tmp_path / name, FILES["a.jsonl" if name == "a.jsonl" else "a.txt"])
    mend = fix.mend

    def late(*arguments: Any, **more: Any) -> Any:
        if name == "gone.txt":
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(path.read_bytes().replace(b"Ferry to", b"A ferry to"))
        return mend(*arguments, **more)

    monkeypatch.setattr(fix, "mend", late)
    answer = do("check", "--fix", "--no-cache")
    assert answer.status == (2 if name == "gone.txt" else 1)
    assert f"{name}: not mended: " in answer.err
    assert name == "gone.txt" or PITCH in path.read_text()


def test_only_what_counts_is_cut(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    assert do("check", "--fix", "--ignore", "signup").status == 0
    assert (tmp_path / "a.txt").read_text() == TEXT


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
def test_a_diff_is_one_that_patch_applies(do: Any, tmp_path: Path) -> None:
    put_all(tmp_path / "left")
    put_all(tmp_path / "right")
    os.chdir(tmp_path / "left")
    before = corpora.contents(tmp_path / "left")
    answer = do_bytes = do("check", "--diff", "--no-cache", "--exclude", "latin.txt", "--exclude", "cafe.html")
    assert (answer.status, answer.err) == (1, "")
    assert corpora.contents(tmp_path / "left") == before
    subprocess.run(["patch", "-s", "--binary", "-p0"], input=do_bytes.raw, cwd=tmp_path / "right", check=True)
    assert do("check", "--fix", "--no-cache", "--exclude", "latin.txt", "--exclude", "cafe.html").status == 0
    assert corpora.contents(tmp_path / "right") == corpora.contents(tmp_path / "left")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ('{"a": {"b.c": 1, "text": "x"}, "text": "y"}', "text", '"y"'),
        ('{"a": {"b": {"text": "x"}}}', "a.b.text", '"x"'),
        ('{"a.b": "q", "a": {"b": "x"}}', "a.b", '"q"'),
        ('{"text": "one", "text": "two"}', "text", '"two"'),
        ('\ufeff {"t\\u0065xt" : "\\ud83d\\ude00"}', "text", '"\\ud83d\\ude00"'),
    ],
)
def test_the_string_of_a_field(line: str, field: str, value: str) -> None:
    start, end = string_at(line, field)
    assert line[start:end] == value


@pytest.mark.parametrize(
    ("line", "field"), [('{"a": 1}', "a"), ('{"a": 1}', "b"), ("{}", "a.b"), ('{"a": "x"}', "a.b")]
)
def test_a_field_without_a_string_is_refused(line: str, field: str) -> None:
    with pytest.raises(SourceError):
        string_at(line, field)


@pytest.mark.parametrize(
    "text", ['a\tb\\"c/\u00e9\U0001f600\ud83d x \ude00\U0001f600', "", "\U0001f600\ud83d", "\ud83d\\ude00"]
)
def test_each_character_of_a_string_is_found(text: str) -> None:
    token = json.dumps(text)
    places = places_of(token)
    assert "".join(json.loads(f'"{token[a:b]}"') for a, b in itertools.pairwise(places)) == text


def test_pieces_may_overlap() -> None:
    assert without("0123456789", [(5, 8), (1, 3), (2, 6)]) == "089"
