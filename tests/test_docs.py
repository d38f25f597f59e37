"""What the README and docs/json.md say is so: their code runs, their keys, labels, commands and targets exist."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import bodycopy
import rules
from bodycopy import terminal
from bodycopy.document import Label
from bodycopy.evidence import RULES
from bodycopy.train.records import read_records
from cli_tools import PAGE, cli_bytes, do_fixture, put  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parent.parent
README, JSON, CONTRIBUTING, TRAINING = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/json.md", "CONTRIBUTING.md", "docs/training.md")
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def test_the_page_of_rules_is_what_make_rules_makes() -> None:
    made = rules.page()
    assert rules.PAGE.read_text(encoding="utf-8") == made
    assert re.findall(r"^### (.*)$", made, re.M) == sorted(
        RULES, key=lambda name: [*map(str, Label)].index(RULES[name].label)
    )


def tables(text: str) -> list[list[str]]:
    """For each table of a page, the names in backticks in its first column."""
    rows = [re.match(r"\| (`[^|]*`) \|", line) for line in text.splitlines()]
    found: list[list[str]] = [[]]
    for row in rows:
        if row:
            found[-1] += re.findall(r"`(\w+)`", row[1])
        elif found[-1]:
            found.append([])
    return [names for names in found if names]


def test_the_code_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(README, "python")
    exec(compile(code, "README.md", "exec"), {})
    kept, _, gone = capsys.readouterr().out.partition("signup 5 Sign up")
    assert kept.startswith("A bell for Tresk\nThe bell came down")
    assert "Ines Harrow" in kept
    assert "Sign up" not in kept
    assert "signup/" in gone


def test_the_commands_of_the_readme_are_understood(do: Any, tmp_path: Path) -> None:
    commands = [line.partition("#")[0] for line in README.splitlines() if line.startswith("bodycopy ")]
    assert len(commands) >= 7
    for command in commands:
        put(tmp_path / "page.html", PAGE.format(charset="utf-8"))
        put(tmp_path / "saved" / "page.html", PAGE.format(charset="utf-8"))
        put(tmp_path / "notes.txt")
        assert do(*shlex.split(command)[1:]).status == 0, command
    for rule in re.findall(r"`bodycopy rules ([a-z/-]+)`", README):
        assert do("rules", rule).status == 0


def test_the_labels_of_the_readme_are_all() -> None:
    named = re.search(r"Every block gets one label: `([^`]*)`", README)
    assert named
    assert named[1].split() == list(bodycopy.Label)


def test_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README + CONTRIBUTING + TRAINING, re.M))
    assert named
    assert named <= targets


def test_the_page_about_training_speaks_of_what_there_is(tmp_path: Path) -> None:
    known = {
        option
        for name in ("clean", "train")
        for option in re.findall(rb"--[a-z][a-z-]+", cli_bytes(tmp_path, name, "--help"))
    }
    assert set(re.findall(r"--[a-z][a-z-]+", TRAINING)) <= {option.decode() for option in known}
    (example,) = blocks(TRAINING, "json")
    put(tmp_path / "pages.jsonl", example)
    (record,) = read_records([tmp_path / "pages.jsonl"]).pages
    assert (record.id, record.site, record.kind) == ("1947", "example.org", "html")
    assert set(json.loads(example)) | {"text"} == set(tables(TRAINING)[0])


def test_the_keys_of_the_json_are_all_described(tmp_path: Path) -> None:
    put(tmp_path / "page.html", PAGE.format(charset="utf-8"))
    cleaned = bodycopy.clean(tmp_path / "page.html")
    result, explained = json.loads(cleaned.to_json()), terminal.explain_dict(cleaned)
    of_result, of_removal, of_block = tables(JSON)
    assert [*result, "metadata"] == of_result
    assert set(result["removed"][0]) == set(of_removal)
    assert set(explained["blocks"][0]) == set(of_block)
    (example,) = map(json.loads, blocks(JSON, "json"))
    assert list(example) == list(result)
    assert list(example["removed"][0]) == list(result["removed"][0])
    assert set(bodycopy.Kind) == set(re.findall(r"how it looks: `([^`]*)`", JSON)[0].split())
    head = re.search(r"explain --to json` writes (.*?) and `warnings`", JSON, re.S)
    assert head
    assert [*re.findall(r"`(\w+)`", head[1]), "blocks", "warnings"] == list(explained)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order-mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_cuts_are_replayed_as_the_docs_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mark: bytes, end: str
) -> None:
    page = PAGE.format(charset="utf-8").replace("Thursday", "🐟").replace("\n", end)
    put(tmp_path / "page.html", mark + page.encode())
    put(tmp_path / "page.json", cli_bytes(tmp_path, "clean", "page.html", "--to", "json"))
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(JSON, "python")
    exec(compile(code, "docs/json.md", "exec"), {})
    pruned = bodycopy.clean(tmp_path / "page.html").to_html()
    assert "Sign up" not in pruned
    assert capsys.readouterr().out == pruned + "\n"
