"""Settings from files: which file, what it may say, and how what is wrong in it is told."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from bodycopy.cli_check_options import STRICTNESS
from bodycopy.settings import Settings, SettingsError, load, schema
from cli_tools import TEXT, do_fixture, put  # noqa: F401 - a fixture

FULL = """
keep = ["byline"]
drop = ["title"]
strictness = 0.1
phrases = ["own.toml"]
model = "own.npz"
no-model = false
lang = "en"
select = ["signup"]
ignore = ["nav/"]
include = ["*.log"]
exclude = ["drafts/"]
allow = ["the harbour letter"]
allow-records = ["r-1"]
baseline = "known.json"
max-findings = 3
max-rate = 0.5
page = true
field = "body"
[per-path-ignores]
"a/*.txt" = ["related"]
"""


def test_all_there_is(tmp_path: Path) -> None:
    path = put(tmp_path / "bodycopy.toml", FULL)
    found = load(tmp_path)
    told = found.told()
    assert found.path == path
    assert (told["strictness"], told["max-rate"], told["per-path-ignores"]) == (0.1, 0.5, {"a/*.txt": ["related"]})
    assert told["baseline"] == str(tmp_path / "known.json")
    assert told["phrases"] == [str(tmp_path / "own.toml")]
    unset = Settings().told()
    assert [name for name in told if told[name] == unset[name]] == ["no-model"]


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", '[tool.bodycopy]\nlang = "de"\n')
    put(tmp_path / "a" / "pyproject.toml", '[tool.other]\nlang = "fr"\n')
    put(tmp_path / "a" / "b" / "pyproject.toml", '[tool.bodycopy]\nlang = "it"\n')
    put(tmp_path / "a" / "b" / "bodycopy.toml", 'lang = "es"\n')
    (tmp_path / "a" / "b" / "c").mkdir()
    assert load(tmp_path / "a").lang == "de"
    assert load(tmp_path / "a" / "b" / "c").lang == "es"
    assert load(tmp_path / "a" / "b", isolated=True) == Settings()
    assert load(tmp_path, str(tmp_path / "a" / "b" / "pyproject.toml")).lang == "it"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('selct = ["a"]', "unknown setting selct: did you mean select?"),
        ("max_rate = 3", "unknown setting max_rate: did you mean max-rate?"),
        ("zzz = 1", "unknown setting zzz; known: keep, drop, "),
        ('select = "signup"', "select: a list of texts is wanted, not 'signup'"),
        ("select = [1]", "select: a list of texts is wanted, not [1]"),
        ("max-findings = true", "max-findings: a whole number is wanted, not True"),
        ("max-findings = 1.5", "max-findings: a whole number is wanted, not 1.5"),
        ('page = "yes"', "page: true or false is wanted, not 'yes'"),
        ("strictness = []", "strictness: text or a number is wanted, not []"),
        ("per-path-ignores = 1", "per-path-ignores: a table is wanted, not 1"),
        ("= 1", "not TOML: "),
    ],
)
def test_what_is_wrong_is_one_line(do: Any, tmp_path: Path, text: str, says: str) -> None:
    put(tmp_path / "bodycopy.toml", text)
    with pytest.raises(SettingsError) as raised:
        load(tmp_path)
    assert str(raised.value).startswith(f"bodycopy.toml: {says}")
    answer = do("check")
    assert answer.status == 2
    assert len(answer.lines) == 1
    assert do("check", "--isolated").status == 0


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nbodycopy = 1", "[tool.bodycopy]\nselect = ['sign up']"])
def test_odd_projects(do: Any, tmp_path: Path, text: str) -> None:
    put(tmp_path / "pyproject.toml", text)
    assert do("check").status == (0 if text == "tool = 1" else 2)


def test_options_come_before_settings_and_lists_add_up(do: Any, tmp_path: Path) -> None:
    put(
        tmp_path / "sub" / "bodycopy.toml",
        'strictness = "strict"\nignore = ["nav"]\nselect = ["signup"]\nmax-rate = 3\n',
    )
    answer = do("check", "sub", "--show-settings", "--strictness", "0.2", "--ignore", "legal", "--select", "ad")
    assert (answer.status, answer.err) == (0, "")
    told = json.loads(answer.out)
    assert told["file"].endswith("bodycopy.toml")
    assert (told["strictness"], told["ignore"], told["select"], told["max-rate"]) == (
        "0.2",
        ["legal", "nav"],
        ["ad"],
        3,
    )
    assert json.loads(do("check", "sub", "--show-settings", "--isolated").out)["strictness"] == STRICTNESS


@pytest.mark.parametrize("name", ["sginup", "", "x/y", "signups"])
def test_a_name_that_nothing_has_is_refused(do: Any, tmp_path: Path, name: str) -> None:
    answer = do("check", "--select", name)
    assert (answer.status, len(answer.lines)) == (2, 1)
    put(tmp_path / "bodycopy.toml", f'[per-path-ignores]\n"*" = ["{name}"]\n')
    assert do("check").status == 2


def test_a_missing_file_of_settings_is_wrong_usage(do: Any) -> None:
    assert do("check", "--config", "none.toml").err == "bodycopy: none.toml: No such file or directory\n"


def test_the_schema_that_is_shipped_is_the_present_one() -> None:
    shipped = json.loads((resources.files("bodycopy") / "data" / "settings.schema.json").read_text(encoding="utf-8"))
    assert shipped == schema(), "python tests/accept_settings.py writes it anew"


def test_the_schema_takes_what_is_taken_and_refuses_what_is_refused(tmp_path: Path) -> None:
    import tomllib

    jsonschema = pytest.importorskip("jsonschema")
    judge = jsonschema.Draft202012Validator(schema())
    judge.check_schema(schema())
    assert judge.is_valid(tomllib.loads(FULL))
    for wrong in ({"selct": []}, {"select": "x"}, {"max-findings": 1.5}, {"page": 1}, {"per-path-ignores": {"a": 1}}):
        assert not judge.is_valid(wrong), wrong


def test_the_settings_of_a_whole_project_at_work(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", '[tool.bodycopy]\nignore = ["signup"]\n')
    put(tmp_path / "texts" / "a.txt", TEXT)
    assert do("check", "texts").status == 0
    assert do("check", "texts", "--isolated").status == 1


@pytest.mark.parametrize("command", ["clean", "run", "explain"])
def test_what_judges_is_the_same_for_all_commands(do: Any, tmp_path: Path, command: str) -> None:
    put(tmp_path / "a.txt", TEXT)
    put(tmp_path / "own.toml", 'keep = ["signup"]\nstrictness = "careful"\n')
    put(tmp_path / "bodycopy.toml", 'keep = ["signup"]\nno-model = true\n')
    more = {"clean": (), "run": ("-o", "out", "--force"), "explain": ("--to", "json")}[command]

    def kept(*arguments: str) -> bool:
        answer = do(command, "a.txt", *more, *arguments)
        assert (answer.status, answer.err) == (0, "")
        if command == "explain":
            return any(one["label"] == "signup" and one["kept"] for one in json.loads(answer.out)["blocks"])
        text: str = (tmp_path / "out" / "a.txt").read_text() if command == "run" else answer.out
        return "Sign up for our newsletter" in text

    assert kept()
    assert kept("--config", "own.toml")
    assert not kept("--isolated")
    assert not kept("--drop", "signup")
    answer = do(command, "a.txt", *more, "--isolated", "--config", "own.toml")
    assert (answer.status, len(answer.lines)) == (2, 1)
