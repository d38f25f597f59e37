"""What docs/check.md says of `bodycopy check` is so."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy.cli_check_options import FORMATS
from bodycopy.settings import load, schema
from cli_tools import TEXT, cli_bytes, do_fixture, put  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


def test_its_commands_run(do: Any, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    commands = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
    (recipe,) = blocks("make")
    commands += [line.strip() for line in recipe.splitlines() if line.startswith("\t")]
    commands += re.findall(r"run: (bodycopy .*)", PAGE)
    assert len(commands) >= 9
    for command in commands:
        put(tmp_path / "texts" / "a.txt", TEXT)
        corpora.put_lines(tmp_path / "corpus.jsonl", [{"text": TEXT}])
        corpora.put_parquet(tmp_path / "shards" / "a.parquet", [{"text": TEXT}])
        words = shlex.split(command.partition(" < ")[0], comments=True)
        words[1:] = [word.replace("*", "a") for word in words[1:]]
        quiet = {"--fix", "--baseline", "--write-baseline"} & set(words)
        answer = do(*words[1:], stdin=TEXT.encode())
        assert answer.status == (0 if quiet else 1), command


def test_its_fields_are_those_of_the_json(do: Any, tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", [{"text": TEXT}])
    (one,) = json.loads(do("check", "--format", "json").out)["findings"]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, re.M)
    assert [name for row in rows for name in re.findall(r"\w+", row) if name in one] == [
        name for row in rows for name in re.findall(r"\w+", row)
    ]
    assert {name for row in rows for name in re.findall(r"\w+", row)} == set(one)


def test_its_options_settings_and_formats_are_all_there_are(tmp_path: Path) -> None:
    shown = {option.decode() for option in re.findall(rb"--[a-z][a-z-]+", cli_bytes(tmp_path, "check", "--help"))}
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= shown
    formats = re.search(r"`--format` is (.*?);", PAGE, re.S)
    assert formats
    assert tuple(re.findall(r"`(\w+)`", formats[1])) == FORMATS
    (settings,) = blocks("toml")
    put(tmp_path / "bodycopy.toml", settings)
    assert load(tmp_path).allow_records == ["r-17"]
    further = re.search(r"Further keys: (.*?)\.", PAGE, re.S)
    assert further
    assert {*tomllib.loads(settings), *re.findall(r"`([\w-]+)`", further[1])} == set(schema()["properties"])


def test_the_hooks_call_commands_that_there_are(do: Any, tmp_path: Path) -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    ids = re.findall(r"^- id: (.*)$", hooks, re.M)
    assert ids == ["bodycopy-check", "bodycopy-fix"]
    assert all(f"`{name}`" in PAGE for name in ids)
    put(tmp_path / "a.txt")
    for entry, status in zip(re.findall(r"entry: bodycopy (.*)$", hooks, re.M), (1, 0), strict=True):
        assert do(*entry.split(), "a.txt").status == status
    for pattern in re.findall(r"files: '(.*)'$", hooks, re.M):
        assert all(re.search(pattern, name) for name in ("a.txt", "b/c.jsonl", "d.html", "e.md"))
        assert not any(re.search(pattern, name) for name in ("a.py", "b.txt.orig", "c.json"))
