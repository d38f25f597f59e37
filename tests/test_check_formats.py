"""The formats of `bodycopy check`: what people see, and what machines are promised."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

import corpora
from bodycopy.check.findings import Finding
from bodycopy.check.formats import LINES, STREAMS, WHOLE, junit
from bodycopy.cli_check_options import FORMATS
from cli_tools import ANSI, PARAGRAPHS, TEXT, do_fixture, on_terminal, put  # noqa: F401 - a fixture

SARIF = Path(__file__).resolve().parent / "sarif_parts.json"
FIELDS = [
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "record_id",
    "field",
    "rule",
    "label",
    "confidence",
    "text",
    "message",
]
IN_TEXT = ["text_line", "text_column", "text_end_line", "text_end_column"]
ODD = 'a,b:%\n"<é\udcff.txt'


def finding(**more: Any) -> Finding:
    values: dict[str, Any] = {
        "path": "a.txt", "line": 3, "column": 1, "end_line": 3, "end_column": 8, "record_id": None, "field": None,
        "rule": "signup/offer", "label": "signup", "confidence": 0.9876, "text": "Sign up", "message": "saw 50%, \x1b: sign up",
        "excerpt": "Sign up now",
    }  # fmt: skip
    return Finding(**(values | more))


RECORD = finding(
    path="b.jsonl", record_id="r\n1", field="text", text_line=2, text_column=5, text_end_line=4, text_end_column=2
)
ALL = [
    finding(),
    RECORD,
    finding(path=ODD, end_line=5, rule="other/model"),
    finding(text="\ud83d \x00", message="\ud83d"),
]


def lines(name: str, *findings: Finding) -> list[str]:
    return [line.plain for line in LINES[name](findings)]


def test_each_format_is_made_in_one_way() -> None:
    assert sorted([*LINES, *STREAMS, *WHOLE, "junit"]) == sorted(FORMATS)


def test_concise() -> None:
    assert lines("concise", *ALL[:3]) == [
        "a.txt:3:1: signup/offer saw 50%, \\x1b: sign up",
        "b.jsonl:3:1: [r\\n1 text:2:5] signup/offer saw 50%, \\x1b: sign up",
        'a,b:%\\n"<é\\xff.txt:3:1: other/model saw 50%, \\x1b: sign up',
    ]


@pytest.mark.parametrize(
    ("more", "shows", "mark"),
    [
        ({}, "3 | Sign up now", "  | ^^^^^^^ signup, 0.99"),
        ({"column": 6, "end_column": 8}, "3 | Sign up now", "  |      ^^ signup, 0.99"),
        (
            {"excerpt": "\U0001f6a2船 Sign up", "column": 4, "end_column": 11},
            "3 | \U0001f6a2船 Sign up",
            "  |      ^^^^^^^ signup, 0.99",
        ),
        ({"excerpt": "\tSign up", "column": 2, "end_column": 9}, "3 | \\tSign up", "  |   ^^^^^^^ signup, 0.99"),
        ({"end_line": 4, "end_column": 2}, "3 | Sign up now", "  | ^^^^^^^^^^^ signup, 0.99 and 1 line more"),
        ({"end_line": 6}, "3 | Sign up now", "  | ^^^^^^^^^^^ signup, 0.99 and 3 lines more"),
        (
            {"excerpt": "x" * 100 + "Sign up" + "y" * 100, "column": 101, "end_column": 108},
            "3 | " + "x" * 40 + "Sign up" + "y" * 73,
            "  | " + " " * 40 + "^^^^^^^ signup, 0.99",
        ),
    ],
)
def test_full_marks_the_very_characters(more: dict[str, Any], shows: str, mark: str) -> None:
    head, line, below, blank = lines("full", finding(**more))
    assert head.startswith("a.txt:3:")
    assert (line, below, blank) == (shows, mark, "")


def test_full_of_a_record_counts_in_its_text() -> None:
    assert lines("full", RECORD)[1:3] == ["2 | Sign up now", "  |     ^^^^^^^ signup, 0.99 and 2 lines more"]


def test_json_and_jsonl_have_the_fields_that_are_promised() -> None:
    whole = json.loads(WHOLE["json"](ALL))
    assert list(whole) == ["findings"]
    each = [json.loads(line) for line in STREAMS["jsonl"](ALL)]
    assert whole["findings"] == each
    assert [list(one) for one in each] == [FIELDS, FIELDS + IN_TEXT, FIELDS, FIELDS]
    assert each[0] == {name: getattr(ALL[0], name) for name in FIELDS}
    assert json.loads(WHOLE["json"]([])) == {"findings": []}
    assert list(STREAMS["jsonl"]([])) == []


@pytest.mark.parametrize("findings", [[], ALL])
def test_sarif(findings: list[Finding]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    told = json.loads(WHOLE["sarif"](findings))
    jsonschema.validate(told, json.loads(SARIF.read_text(encoding="utf-8")))
    (run,) = told["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({one.rule for one in findings})
    for one, result in zip(findings, run["results"], strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == one.rule
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert unquote(physical["artifactLocation"]["uri"], errors="surrogateescape") == one.path
        assert physical["region"]["startLine"] == one.line
        assert ("startColumn" in physical["region"]) == (one.text_line is None) != ("logicalLocations" in location)


def test_github() -> None:
    out = list(STREAMS["github"](ALL))
    assert out[0] == (
        "::warning file=a.txt,line=3,endLine=3,col=1,endColumn=8,title=signup/offer::saw 50%25, \x1b: sign up\n"
    )
    assert out[1].startswith("::warning file=b.jsonl,line=3,endLine=3,title=signup/offer::[r\\n1 text:2:5] saw")
    assert out[2].startswith('::warning file=a%2Cb%3A%25%0A"<é')
    assert len(out) == len(ALL)


def test_junit() -> None:
    files = {found.path: "" for found in ALL} | {"clean.txt": "", "gone.txt": "no \x1b such", "b.jsonl": "line 7"}
    (suite,) = ElementTree.fromstring(junit(ALL, files).encode("utf-8", "strict"))
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["5", "3", "2"]
    cases = {case.get("name"): {inner.tag: inner for inner in case} for case in suite}
    assert cases["clean.txt"] == {}
    assert list(cases["b.jsonl"]) == ["failure", "error"]
    assert cases["gone.txt"]["error"].get("message") == "no \ufffd such"
    assert (cases["a.txt"]["failure"].text or "").count("signup/offer") == 2
    assert len(ElementTree.fromstring(junit([], {}))[0]) == 0


def test_junit_has_all_files_that_were_checked(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    put(tmp_path / "clean.txt", PARAGRAPHS[4])
    corpora.put_lines(tmp_path / "b.jsonl", ["{", {"text": PARAGRAPHS[4]}])
    put(tmp_path / "empty.jsonl", b"")
    answer = do("check", ".", "gone.txt", "--format", "junit")
    assert answer.status == 2
    (suite,) = ElementTree.fromstring(answer.out)
    assert {case.get("name"): [inner.tag for inner in case] for case in suite} == {
        "a.txt": ["failure"], "b.jsonl": ["error"], "clean.txt": [], "empty.jsonl": [], "gone.txt": ["error"],
    }  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_goes_to_standard_output_or_a_file(do: Any, tmp_path: Path, name: str) -> None:
    put(tmp_path / "a.txt")
    corpora.put_lines(tmp_path / "b.jsonl", [{"id": 1, "text": TEXT}])
    put(tmp_path / "clean.txt", PARAGRAPHS[4])
    shown = do("check", "--format", name)
    assert (shown.status, shown.err) == (1, "")
    assert "signup/offer" in shown.out
    answer = do("check", "--format", name, "-o", "out/report")
    assert (answer.status, answer.out, answer.err) == (1, "", "")
    assert (tmp_path / "out" / "report").read_text() == shown.out


def test_a_terminal_sees_full_in_colour_and_a_pipe_concise(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    assert do("check").out == "a.txt:7:1: signup/offer saw sign up for our\n"
    status, shown = on_terminal("check", cwd=tmp_path, columns=100)
    assert status == 1
    assert ANSI in shown
    plain = re.sub(rb"\x1b\[[\d;]*m", b"", shown).decode().splitlines()
    assert plain[:2] == ["a.txt:7:1: signup/offer saw sign up for our", f"7 | {PARAGRAPHS[3]}"]
    assert plain[2].startswith("  | ^^^^")


def test_an_output_that_cannot_be_written(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    answer = do("check", "-o", "a.txt/out")
    assert answer.status == 2
    assert answer.err == "bodycopy: a.txt/out: not written: Not a directory\n"
