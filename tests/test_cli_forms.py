"""What the command line shows: forms of output, diff, summary, explain, rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bodycopy import cli_examples
from bodycopy.document import Label
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT, cli_bytes, do_fixture, put  # noqa: F401 - a fixture


def test_html_keeps_the_encoding_that_the_page_declares(tmp_path: Path) -> None:
    put(tmp_path / "p.html", PAGE.format(charset="windows-1252").encode("cp1252"))
    assert b"Caf\xe9" in cli_bytes(tmp_path, "clean", "p.html", "--to", "html")
    assert "Café" in cli_bytes(tmp_path, "clean", "p.html", "--to", "html", "--fragment").decode()
    assert "Café" in cli_bytes(tmp_path, "clean", "p.html").decode()


def test_html_of_a_container_is_read_right_again(tmp_path: Path) -> None:
    head = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html; charset=windows-1252\n\n"
    put(tmp_path / "p.eml", (head + PAGE.format(charset="koi8-r")).encode("cp1252"))
    page = cli_bytes(tmp_path, "clean", "p.eml", "--to", "html")
    assert page.startswith(b"\xef\xbb\xbf<!doctype html>")
    assert "Café" in page.decode("utf-8-sig")


def test_json_names_what_went(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    result = json.loads(do("clean", "a.txt", "--to", "json", "--lang", "en", "--url", "http://example.org/a").out)
    assert result["url"] == "http://example.org/a"
    assert [r["label"] for r in result["removed"]] == ["signup"]
    assert TEXT[result["removed"][0]["start"] :].startswith(PITCH)


def test_keep_and_drop(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    assert do("clean", "a.txt", "--keep", "signup").out == TEXT
    assert PARAGRAPHS[0] not in do("clean", "a.txt", "--drop", "title").out


def test_a_diff_takes_the_place_of_the_result(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.txt")
    put(tmp_path / "in" / "b.txt")
    one = do("clean", "in/a.txt", "--diff")
    assert one.status == 0
    assert re.search(rf"^-{PITCH}", one.out, re.M)
    both = do("clean", "in", "--diff").out
    assert both.startswith(one.out)
    assert both.count(f"\n-{PITCH}") == 2
    assert (tmp_path / "in" / "a.txt").read_text() == TEXT


def test_a_summary_counts_by_label(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.txt")
    put(tmp_path / "in" / "b.txt")
    answer = do("clean", "in", "-o", "out", "--summary")
    rows = {line.split()[0]: line.split()[1:] for line in answer.lines}
    words = str(2 * len(PARAGRAPHS[3].split()))
    assert rows["signup"] == rows["cut"] == ["2", words]
    assert answer.out == ""


def test_explain_tells_kept_from_dropped_in_words(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    answer = do("explain", "a.txt")
    lines = [line for line in answer.out.splitlines() if line[0] != " "]
    assert [line.split()[0] for line in lines] == ["keep"] * 3 + ["drop"] + ["keep"] * 4
    assert [line.partition("  ")[2].split()[0] for line in lines][3] == "signup"
    assert all(line.endswith(text) for line, text in zip(lines, PARAGRAPHS, strict=True)), "full text off a terminal"
    result = json.loads(do("explain", "-", "--to", "json", stdin=TEXT.encode()).out)
    assert [block["kept"] for block in result["blocks"]] == [True] * 3 + [False] + [True] * 4
    assert result["blocks"][3]["evidence"][0].keys() == {"rule", "label", "weight", "score", "saw"}


def reasons(out: str, block: str) -> list[tuple[float, str]]:
    """Weights and rules below the block whose line ends so."""
    _, _, below = out.partition(f"{block}\n")
    rows = re.finditer(
        r"^ {10,}([-+]\d+\.\d\d)  ([a-z]+/[a-z-]+)", re.split(r"^(?=keep|drop)", below, flags=re.M)[0], re.M
    )
    return [(float(row[1]), row[2]) for row in rows]


def test_explain_shows_the_strongest_reasons_and_all_where_asked(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt")
    short, long = do("explain", "a.txt").out, do("explain", "a.txt", "--all").out
    cut, every = reasons(short, PARAGRAPHS[3]), reasons(long, PARAGRAPHS[3])
    assert 3 <= len(cut) <= 4
    assert set(cut) < set(every)
    assert cut[0][0] == min(weight for weight, _ in every), "the strongest for the cut comes first"
    assert any(rule.startswith("signup/") for _, rule in cut), "the label is accounted for"
    assert f"and {len(every) - len(cut)} more\n" in short
    assert "more" not in re.sub(r".*line \d.*", "", long)
    kept = reasons(short, PARAGRAPHS[1])
    assert kept
    assert all(weight > 0 for weight, _ in kept)
    assert long.startswith("keep  title ")
    told = json.loads(do("explain", "a.txt", "--to", "json").out)["blocks"][3]["evidence"]
    assert [(round(e["weight"], 2), e["rule"]) for e in told] == every


def test_explain_says_what_cannot_be_read(do: Any) -> None:
    answer = do("explain", "missing.html")
    assert (answer.status, answer.lines) == (1, ["bodycopy: missing.html: No such file or directory"])


def test_control_characters_of_a_page_do_not_reach_the_terminal(do: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.txt", TEXT.replace("Monday", "Mon\x1b[31mday\x07"))
    answer = do("explain", "a.txt")
    assert "Mon\\x1b[31mday\\x07" in answer.out


def test_rules(do: Any) -> None:
    table = do("rules").out.splitlines()
    assert table[0].split(maxsplit=1) == ["rule", "what it looks for"]
    ids = [line.split()[0] for line in table[1:]]
    assert len(ids) == len(set(ids)) > 5
    page = do("rules", ids[0]).out
    assert page.startswith(ids[0])
    assert "\n## Fires\n" in page
    assert "▶ marks" in page
    near = do("rules", ids[0][:-1])
    assert near.status == 2
    assert ids[0] in near.err


def test_every_rule_has_a_page(do: Any) -> None:
    from bodycopy.evidence import RULES

    do("rules")
    for name in RULES:
        assert do("rules", name).status == 0


def test_examples_are_shown_where_they_are_packaged(do: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    do("rules")
    from bodycopy.evidence import RULES

    monkeypatch.setattr(cli_examples, "examples_of", lambda identifier: f"removes:\n{identifier} here")
    name = next(iter(RULES))
    assert do("rules", name).out.endswith(f"\nremoves:\n{name} here\n")


def test_version(do: Any) -> None:
    assert re.fullmatch(r"bodycopy \d+\.\d+\S*\n", do("--version").out)


def test_help_lists_the_commands(do: Any) -> None:
    answer = do("--help")
    assert answer.status == 0
    for name in ("clean", "explain", "rules"):
        assert name in answer.out
        page = do(name, "--help")
        assert page.status == 0
        assert "[[" not in page.out
    assert "..." not in answer.out.partition("Commands:")[2], "no command's line is cut short"
    assert all(label.value in do("clean", "--help").out for label in Label)
