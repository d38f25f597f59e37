"""Baselines of `bodycopy check`: what is known is not told again, wherever it stands, and what is gone is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import corpora
from cli_tools import PARAGRAPHS, TEXT, do_fixture, put  # noqa: F401 - a fixture

CLEAN = TEXT.replace(f"{PARAGRAPHS[3]}\n\n", "")
OTHER = TEXT.replace(PARAGRAPHS[3], "Subscribe to our newsletter to have the harbour news in your inbox each Sunday")
TEXTS = [TEXT, CLEAN, OTHER, TEXT]


def put_lines(path: Path, texts: list[str]) -> None:
    corpora.put_lines(path, [{"id": f"{path.stem}-{n}", "text": text} for n, text in enumerate(texts)])


@pytest.fixture(name="known")
def known_fixture(do: Any, tmp_path: Path) -> dict[str, Any]:
    put_lines(tmp_path / "a.jsonl", TEXTS)
    answer = do("check", "--write-baseline", "known.json")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == "bodycopy: known.json: 3 findings newly known\n"
    held: dict[str, Any] = json.loads((tmp_path / "known.json").read_text())
    return held


def test_its_form(known: dict[str, Any]) -> None:
    assert known["version"] == 1
    assert [entry["count"] for entry in known["findings"]] in ([1, 2], [2, 1])
    for entry in known["findings"]:
        assert list(entry) == ["rule", "fingerprint", "count", "text"]
        assert len(entry["fingerprint"]) == 16


def test_order_shards_case_and_spacing_do_not_matter(do: Any, tmp_path: Path, known: dict[str, Any]) -> None:
    assert do("check", "--baseline", "known.json").status == 0
    (tmp_path / "a.jsonl").unlink()
    put_lines(tmp_path / "x" / "2.jsonl", [OTHER.replace("our newsletter", "our  NEWSLETTER"), CLEAN])
    put(tmp_path / "y.txt", TEXT)
    corpora.put_parquet(tmp_path / "z.parquet", [{"text": TEXT, "id": 1}])
    answer = do("check", "--baseline", "known.json")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


def test_one_more_than_is_known_is_told(do: Any, tmp_path: Path, known: dict[str, Any]) -> None:
    put_lines(tmp_path / "a.jsonl", [*TEXTS, TEXT])
    answer = do("check", "--baseline", "known.json")
    assert answer.status == 1
    assert answer.out.startswith("a.jsonl:5:1:")
    assert len(answer.out.splitlines()) == 1


def test_what_is_gone_is_said_and_taken_out_where_that_is_wanted(
    do: Any, tmp_path: Path, known: dict[str, Any]
) -> None:
    put_lines(tmp_path / "a.jsonl", [CLEAN, TEXT])
    answer = do("check", "--baseline", "known.json")
    assert answer.status == 0
    assert answer.err == "bodycopy: known.json: 2 findings no longer there (--prune-baseline)\n"
    assert json.loads((tmp_path / "known.json").read_text()) == known
    answer = do("check", "--baseline", "known.json", "--prune-baseline")
    assert answer.err == "bodycopy: known.json: 2 findings no longer there, taken out\n"
    (entry,) = json.loads((tmp_path / "known.json").read_text())["findings"]
    assert entry["count"] == 1
    assert do("check", "--baseline", "known.json").err == ""


def test_nothing_is_taken_out_where_something_could_not_be_read(do: Any, tmp_path: Path, known: dict[str, Any]) -> None:
    put_lines(tmp_path / "a.jsonl", [CLEAN])
    assert do("check", "a.jsonl", "gone.txt", "--baseline", "known.json", "--prune-baseline").status == 2
    assert json.loads((tmp_path / "known.json").read_text()) == known


@pytest.mark.parametrize(
    ("arguments", "other"),
    [
        (["b.jsonl"], "paths"), (["b.jsonl", "--select", "signup"], "paths and select"), ([".", "--strictness", "strict"], "strictness"),
        ([".", "--exclude", "a.*"], "exclude"), ([".", "--drop", "byline"], "drop"),
    ],
)  # fmt: skip
def test_nothing_is_taken_out_that_was_not_looked_at(
    do: Any, tmp_path: Path, known: dict[str, Any], arguments: list[str], other: str
) -> None:
    put_lines(tmp_path / "a.jsonl", [CLEAN])
    put_lines(tmp_path / "b.jsonl", [CLEAN])
    command = ["check", *arguments, "--baseline", "known.json"]
    assert (do(*command).err, do(*command).status) == ("", 0)
    answer = do(*command, "--prune-baseline")
    assert (answer.status, answer.err) == (
        2, f"bodycopy: known.json: not pruned: it was written with other {other}\n",
    )  # fmt: skip
    assert json.loads((tmp_path / "known.json").read_text()) == known


def test_paths_are_the_same_however_they_are_said(
    do: Any, tmp_path: Path, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_lines(tmp_path / "a.jsonl", [CLEAN])
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    answer = do("check", f"{tmp_path}/", "--baseline", "../known.json", "--prune-baseline")
    assert (answer.status, answer.err) == (0, "bodycopy: ../known.json: 3 findings no longer there, taken out\n")
    assert json.loads((tmp_path / "known.json").read_text()) == known | {"findings": []}


def test_one_that_does_not_say_what_it_was_written_with_is_pruned(
    do: Any, tmp_path: Path, known: dict[str, Any]
) -> None:
    del known["scope"]
    put(tmp_path / "known.json", json.dumps(known))
    put_lines(tmp_path / "b.jsonl", [CLEAN])
    assert do("check", "b.jsonl", "--baseline", "known.json", "--prune-baseline").status == 0
    assert json.loads((tmp_path / "known.json").read_text())["findings"] == []


def test_what_is_known_is_not_mended(do: Any, tmp_path: Path, known: dict[str, Any]) -> None:
    put(tmp_path / "a.jsonl", b"")
    put(tmp_path / "b.txt", TEXT)
    assert do("check", "--fix", "--baseline", "known.json").status == 0
    assert (tmp_path / "b.txt").read_text() == TEXT


def test_writing_is_repeatable_and_settings_may_name_it(do: Any, tmp_path: Path, known: dict[str, Any]) -> None:
    before = (tmp_path / "known.json").read_bytes()
    put(tmp_path / "bodycopy.toml", 'baseline = "known.json"\n')
    assert do("check").status == 0
    assert do("check", "--write-baseline", "known.json").status == 0
    assert (tmp_path / "known.json").read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"version": 1, "scope": 3, "findings": []}',
        '{"version": 2, "findings": []}',
        '{"version": 1, "findings": [{}]}',
        None,
    ],
)
def test_a_broken_one_is_wrong_usage(do: Any, tmp_path: Path, content: str | None) -> None:
    put(tmp_path / "a.txt")
    if content is not None:
        put(tmp_path / "known.json", content)
    answer = do("check", "--baseline", "known.json")
    assert (answer.status, answer.out) == (2, "")
    assert len(answer.lines) == 1
    assert answer.err.startswith("bodycopy: known.json: ")
