"""What the bench makes of the scorer's page scores, and how it tells two versions apart."""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

import calibrate
import compare
import measures
import report
import rivals
from invented_bench import make_bench

SCORER = SimpleNamespace(
    RELATED={"related", "teaser"},
    UNSCORED={"body?"},
    words=lambda text: text.lower().split(),
    f1=lambda p, r: 2 * p * r / (p + r) if p + r else 0.0,
    body_summary=lambda rows: {"pages": len(rows)},
)


def rows(*f1: float) -> list[dict[str, float]]:
    return [{"f1": x, "sp": x, "sr": 1.0} for x in f1]


def test_an_interval_is_the_same_each_time_and_holds_the_figure() -> None:
    few, many = (measures.body_figures(SCORER, rows(*(0.2, 0.9, 1.0, 0.7) * n), {}) for n in (2, 50))
    assert few == measures.body_figures(SCORER, rows(*(0.2, 0.9, 1.0, 0.7) * 2), {})
    assert few["word_f1"] == pytest.approx(0.7)
    assert few["word_f1_low"] < 0.7 < few["word_f1_high"]
    assert many["word_f1_high"] - many["word_f1_low"] < few["word_f1_high"] - few["word_f1_low"]
    assert few["below_half"] == 0.25
    assert few["shingle_f1"] == pytest.approx(SCORER.f1(0.7, 1.0))


def test_a_difference_is_paired() -> None:
    ours, theirs = rows(0.3, 0.6, 1.0), rows(0.2, 0.5, 0.9)
    figures = measures.body_figures(SCORER, ours, {"over_other": theirs})
    # On every page the same: however far the pages are apart, the difference is sure.
    assert figures["over_other"] == figures["over_other_low"] == figures["over_other_high"] == pytest.approx(0.1)
    assert figures["word_f1_high"] - figures["word_f1_low"] > 0.2
    with pytest.raises(ValueError, match="shorter"):
        measures.body_figures(SCORER, ours, {"over_other": theirs[:2]})


def test_names_are_judged_by_both_who_gave_and_who_bears_them() -> None:
    lines = [["Sign up", "signup"], ["Read more", "teaser"], ["Home", "nav"], ["A paragraph", "body"]]
    removed = [{"label": "signup", "text": "Sign up\nHome\nA paragraph"}, {"label": "related", "text": "Read more"}]
    gold, predicted = [{"id": "p", "lines": lines}], {"p": {"removed": removed}}
    assert measures.naming_precision(SCORER, gold, predicted) == {"signup": 0.5, "related": 1.0}
    found = {"labels": {"signup": {"naming": 1.0}, "nav": {"naming": 0.0}, "ad": {"naming": None}}}
    labels = measures.label_figures(SCORER, gold, predicted, found)
    assert labels["signup"]["naming_f1"] == pytest.approx(2 / 3)
    assert labels["nav"]["naming_precision"] is labels["ad"]["naming_f1"] is None


def test_line_figures() -> None:
    labels = {
        "signup": {"lines": 10, "residue": 0.5, "pages": 4, "pages_left": 0.25, "naming": 1.0},
        "nav": {"lines": 10, "residue": 0.0, "pages": 4, "pages_left": 0.0, "naming": 0.4},
        "ad": {"lines": 3, "residue": 1.0, "pages": 1, "pages_left": 1.0, "naming": None},
    }
    found = {"body_loss": 0.1, "lines_lost": 0.2, "short_lost": 0.2, "pages_cut": 0.3, "labels": labels}
    figures = measures.line_figures(found)
    assert figures["signup_left"] == 0.25
    assert figures["naming"] == pytest.approx((5 * 1.0 + 10 * 0.4) / 15)
    assert "related_left" not in figures


def test_columns_are_aligned() -> None:
    parts = {"all": {"word_f1": 0.5, "gain": 0.25, "gain_low": 0.2, "gain_high": 0.3}, "open": {"word_f1": 0.125}}
    assert list(report.by_part(parts, {"word_f1": "word F1", "gain": "gain", "pages_cut": "cut"})) == [
        "                     all    open",
        "word F1           0.5000  0.1250",
        "gain     +0.2500 ±0.0500       -",
    ]


def test_trafilatura_is_scored_once_and_no_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, cache, runs = make_bench(tmp_path), tmp_path / "build" / "cache.json", []

    def scored(_shared: object, gold: list[object], mode: str, _jobs: int) -> dict[str, object]:
        runs.append(mode)
        return {"body": [{"f1": n / 20} for n in range(len(gold))], "lines": {}}

    monkeypatch.setattr(rivals, "_scored", scored)
    found = rivals.rivals(shared, cache, 1)
    assert found == rivals.rivals(shared, cache, 1)
    assert found["recall"].body["p11"] == {"f1": 11 / 20}
    assert runs == ["trafilatura", "recall"]
    assert "p11" not in cache.read_text()
    monkeypatch.setattr(rivals, "trafilatura_version", lambda: "another")
    rivals.rivals(shared, cache, 1)
    assert len(runs) == 4


# -- the dial ----------------------------------------------------------------------------------------------------------


def test_the_scale_of_the_dial_rises() -> None:
    points = [{"share": s, "nats": n} for s, n in ((0.0, -5.0), (0.02, -3.0), (0.01, -2.0), (0.02, -1.0), (0.3, 0.0))]
    assert calibrate.scale(points) == ([0.02, 0.3], [-3.0, 0.0])
    text = calibrate.scale_text({"html": points})
    assert "[html]\nshare = [0.02, 0.3]\nnats = [-3.0, 0.0]\n" in text


def test_every_preset_is_a_point_of_the_curve() -> None:
    kept = json.loads(calibrate.CURVE.read_text(encoding="utf-8"))
    for kind in ("html", "text"):
        points = {point["nats"]: point for point in kept[kind]}
        assert set(calibrate.PRESETS.values()) <= set(points)
        shares, nats = calibrate.scale(kept[kind])
        assert calibrate.SCALE.read_text(encoding="utf-8").count(f"share = {shares}\nnats = {nats}\n") == 1
        assert all(0.0 <= point[name] <= 1.0 for point in kept[kind] for name in point if name != "nats")
    assert not math.isnan(sum(point["share"] for point in kept["text"]))


# -- two versions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    (root / "file").write_text("one\n")
    git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "file"], ["commit", "--quiet", "-m", "one"], ["tag", "first"]):
        subprocess.run([*git, *words], check=True)
    return root


def test_the_other_version_is_gone_afterwards(repository: Path) -> None:
    with pytest.raises(ZeroDivisionError), compare.checked_out("first", repository) as tree:
        assert (tree / "file").read_text() == "one\n"
        raise ZeroDivisionError
    assert not tree.exists()
    listed = subprocess.run(["git", "-C", repository, "worktree", "list"], capture_output=True, text=True, check=True)
    assert listed.stdout.count("\n") == 1
    with pytest.raises(compare.NotRunError, match="no-such"), compare.checked_out("no-such", repository):
        pass


def test_lines_are_told_apart_however_often_they_stand_there() -> None:
    what = compare.change("p", ("a\nb\nb\n\nc", "b\na\nd\n"), (0.5, 0.25))
    assert (what.cut, what.kept, what.gain) == (["b", "c"], ["d"], -0.25)
    before = {"text": "a\nb", "removed": [{"label": "nav", "text": "x\nd"}]}
    after = {"text": "a\nd", "removed": [{"label": "ad", "text": "b"}]}
    assert list(compare.shown("p", before, after)) == ["- ad       b", "+ nav      d"]


@pytest.mark.parametrize(
    ("page", "on", "why"),
    [
        ("p11", "html", "sealed"),
        ("p99", "html", "no page 'p99'"),
        ("p1", "moss", "no input 'moss'"),
        ("p1", "dump", ""),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, page: str, on: str, why: str) -> None:
    refused = compare.refusal(make_bench(tmp_path), argparse.Namespace(show=page, on=[on]))
    assert why in refused
    assert bool(why) == bool(refused)
