"""Wrong usage: refused in one line before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli_tools import PAGE, TEXT, do_fixture, put  # noqa: F401 - a fixture

REFUSED = [
    (["clean", "a.txt", "b.txt"], "several inputs need -o DIR or --in-place"),
    (["clean", "in"], "several inputs need -o DIR or --in-place"),
    (["clean", "a.txt", "b.txt", "-o", "p.html"], "-o: p.html is not a folder, and several inputs need one"),
    (["clean", "a.txt", "in/a.txt", "-o", "out"], "a.txt and in/a.txt would both be written to out/a.txt"),
    (["clean", "in", "-o", "out"], "in/a.html and in/a.txt would both be written to out/a.txt"),
    (["clean", "a.txt", "-o", "a.txt"], "a.txt is also an input: use --in-place to write over it"),
    (["clean", "a.txt", "-o", "link.txt"], "link.txt is also an input: use --in-place to write over it"),
    (["clean", "a.txt", "-o", "."], "a.txt is also an input: use --in-place to write over it"),
    (["clean", "a.txt", "-o", ""], "-o: the name of the output is empty"),
    (["clean", ""], "the name of an input is empty"),
    (["clean", "-", "-"], "standard input (-) can only be read once"),
    (["clean", "a.txt", "--in-place", "-o", "x"], "--in-place and -o cannot be given together"),
    (["clean", "a.txt", "--in-place", "--to", "json"],
     "--in-place keeps each file's own format: leave out --to json"),
    (["clean", "a.txt", "--in-place", "--to", "html"],
     "a.txt: --in-place keeps a file's own format: this is text, not html"),
    (["clean", "p.html", "--in-place", "--to", "text"],
     "p.html: --in-place keeps a file's own format: this is html, not text"),
    (["clean", "-", "--in-place"], "--in-place cannot write over standard input"),
    (["clean", "--in-place"], "--in-place cannot write over standard input"),
    (["clean", "a.txt", "--to", "html"], "a.txt: --to html can only be made of HTML, and this is text"),
    (["clean", "p.html", "--to", "html", "--format", "text"],
     "--to html can only be made of HTML, not of --format text"),
    (["clean", "p.html", "--to", "markdwn"],
     "--to: unknown value 'markdwn' (did you mean markdown?); known: text, markdown, html, json"),
    (["clean", "p.html", "--fragment"], "--fragment is for --to html"),
    (["clean", "p.html", "--metadata"], "--metadata is for --to json"),
    (["clean", "p.html", "--diff", "--to", "json"], "--diff takes the place of the result: leave out --to"),
    (["clean", "p.html", "--keep", "bio", "--drop", "bio"], "bio is given to both --keep and --drop"),
    (["clean", "p.html", "--via", "readability"], "--via: unknown value 'readability'; known: trafilatura"),
    (["clean", "p.html", "--format", "pdf"],
     "--format: unknown value 'pdf'; known: html, text, markdown, mhtml, eml"),
    (["clean", "p.html", "--encoding", "klingon"], "--encoding: unknown encoding: 'klingon'"),
    (["clean", "p.html", "--phrases", "none.toml"], "--phrases: none.toml: No such file or directory"),
    (["clean", "p.html", "--strictness", "1.5"],
     "--strictness: unknown value '1.5'; known: sure, careful, balanced, strict, or a number from 0 to 1"),
    (["clean", "p.html", "--strictness", "nan"],
     "--strictness: unknown value 'nan'; known: sure, careful, balanced, strict, or a number from 0 to 1"),
    (["clean", "a.txt", "b.txt", "--url", "http://example.org/"],
     "--url is the address of one page: give one input with it"),
    (["explain", "in"], "in is a folder: explain takes one page"),
    (["explain", "p.html", "--to", "html"], "--to: unknown value 'html'; known: text, json"),
    ([], "no command: one of clean, run, check, explain, train, rules (see bodycopy --help)"),
    (["clean", "--xyzzy"], "no such option: --xyzzy"),
    (["clean", "p.html", "--strictness"], "option '--strictness' requires an argument."),
    (["wash"], "no such command 'wash'."),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=[" ".join(a) for a, _ in REFUSED])
def test_wrong_usage_is_one_line_and_touches_nothing(
    do: Any, tmp_path: Path, arguments: list[str], message: str
) -> None:
    for name in ("a.txt", "b.txt", "in/a.txt"):
        put(tmp_path / name)
    for name in ("p.html", "in/a.html"):
        put(tmp_path / name, PAGE.format(charset="utf-8"))
    (tmp_path / "link.txt").symlink_to("a.txt")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    answer = do(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.lines == [f"bodycopy: {message}"]
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_an_unknown_label_names_the_known_ones(do: Any) -> None:
    answer = do("clean", "--keep", "captions", stdin=TEXT.encode())
    assert answer.status == 2
    assert "did you mean caption?" in answer.err
    assert "title, body, byline" in answer.err


def test_a_phrase_pack_out_of_order_is_wrong_usage(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "bad.toml", "[signup\n")
    answer = do("clean", "--phrases", "bad.toml", stdin=TEXT.encode())
    assert answer.status == 2
    assert len(answer.lines) == 1
    assert answer.err.startswith("bodycopy: --phrases: bad.toml: ")
