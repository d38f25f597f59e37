"""How the bench judges the linter: quiet on clean texts, right on texts whose lines were read."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import linter
from linter import Found, Lines

SCORER = SimpleNamespace(RELATED={"related", "teaser"}, words=lambda text: text.lower().split())
LINES = [
    ("The ferry left at nine with forty sheep on board", "body"), ("Sign up for our letter", "signup"),
    ("Your address", "signup"), ("Ten more harbours", "teaser"), ("Share", "share"), ("A doubtful line", "body?"),
]  # fmt: skip


def found(label: str, text: str) -> Found:
    return Found(label, linter.fingerprint_of(text), text)


def test_a_finding_is_right_where_most_of_it_is_no_body() -> None:
    text = "\n".join(line for line, _ in LINES)
    both = found("signup", "Sign up for our letter\nYour address")
    wrong = found("signup", f"{LINES[0][0]}\nShare")
    other_name = found("signup", "Ten more harbours")
    figures = linter.right_figures([(Lines(SCORER, LINES), text, [both, wrong, other_name])])
    assert figures["signup"] == pytest.approx(
        {"findings": 3, "lines": 2, "precision": 2 / 3, "named": 1 / 3, "recall": 1.0}
    )
    # Whatever it was called, it was found.
    assert figures["related"] == {"findings": 0, "lines": 1, "recall": 1.0}
    assert figures["share"] == {"findings": 0, "lines": 1, "recall": 1.0}
    assert figures["paywall"] == {"findings": 0, "lines": 0}


def test_what_nobody_judged_counts_neither_way() -> None:
    text = "\n".join(line for line, _ in LINES[:5])
    doubtful = [found("share", "A doubtful line"), found("share", "A line from elsewhere on the page")]
    figures = linter.right_figures([(Lines(SCORER, LINES), text, doubtful)])
    assert figures["share"] == {"findings": 0, "lines": 1, "recall": 0.0}


def test_what_is_not_in_the_text_need_not_be_found() -> None:
    figures = linter.right_figures([(Lines(SCORER, LINES), LINES[0][0], [])])
    assert all("recall" not in figures[label] for label in linter.LABELS)


def test_what_nobody_has_read_counts_as_a_false_alarm(tmp_path: Path) -> None:
    real, false, unread = found("signup", "Sign up!"), found("related", "Tea"), found("share", "X marks it")
    path = tmp_path / "adjudicated.jsonl"
    rows = [("a", real, linter.LEFTOVER), ("b", false, linter.FALSE_ALARM)]
    path.write_text(
        "".join(json.dumps({"id": i, "fingerprint": f.fingerprint, "verdict": v}) + "\n" for i, f, v in rows)
    )
    verdicts = linter.adjudicated(path)
    texts = {"a": [real], "b": [real, false], "c": [unread], "d": []}
    figures = linter.quiet_figures(texts, verdicts)
    # The verdict is of the page: on `b` nobody has read that sign-up.
    assert figures == {"texts": 4, "with_finding": 0.75, "false_alarm": 0.5, "not_read": 2}
    assert linter.adjudicated(tmp_path / "none.jsonl") == {}


def test_the_verdicts_are_of_open_pages_and_hold_no_text() -> None:
    rows = [json.loads(line) for line in linter.ADJUDICATED.read_text(encoding="utf-8").splitlines()]
    assert rows
    for row in rows:
        assert set(row) == {"id", "fingerprint", "verdict"}
        assert row["verdict"] in (linter.LEFTOVER, linter.FALSE_ALARM)
    assert len({(row["id"], row["fingerprint"]) for row in rows}) == len(rows)
