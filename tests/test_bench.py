"""The bench's own parts, on data made here: floors only rise, other data are refused, sealed pages leave no trace."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from pathlib import Path

import pytest

import calibrate
import evaluate
import floors
import folds
import shared_pages
from predict import Prediction, Task, keep_open, predict_all
from rivals import Rival

BODY = "A long paragraph of an article that nobody would take for anything else than what it is, twice over."

SCORER = """
import pathlib, statistics
def sealed_ids():
    return set(pathlib.Path(__file__).with_name("sealed_ids.txt").read_text().split())
def score_body(gold, pred):
    right = [float(pred.get(g["id"], {}).get("text", "").strip() == g["text"]) for g in gold]
    return [{"id": g["id"], "lang": "en", "f1": x, "sp": x, "sr": x} for g, x in zip(gold, right)]
def body_summary(pages):
    return {"pages": len(pages)}
"""


def make_shared(root: Path) -> Path:
    """A bench of four saved pages, one of them sealed."""
    bench = root / "bench"
    bench.mkdir(parents=True)
    (root / "pages").mkdir()
    (bench / "score.py").write_text(SCORER)
    (bench / "sealed_ids.txt").write_text("page_3\n")
    html = [
        {"id": f"page_{n}", "html": f"<html><body><article><p>{BODY} {n}</p></article></body></html>"} for n in range(4)
    ]
    gold = [{"id": f"page_{n}", "lang": "en", "text": f"{BODY} {n}"} for n in range(4)]
    for name, rows in (("html_dev", html), ("gold_dev", gold)):
        with gzip.open(bench / f"{name}.jsonl.gz", "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in rows)
    return root


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bench in a folder of its own, with its floors and predictions there too, on which every prediction is right."""

    def right(_name: str, tasks: list[Task], _jobs: int) -> list[Prediction]:
        return [Prediction(task.id, f"{BODY} {task.id[-1]}", (), True) for task in tasks]

    def wrong(shared: shared_pages.Shared, _cache: Path, _jobs: int) -> dict[str, Rival]:
        nothing = {row["id"]: {"f1": 0.0, "sp": 0.0, "sr": 0.0} for row in shared.rows("gold_dev")}
        return {"trafilatura": Rival(nothing, {})}

    shipped = tomllib.loads(folds.WEIGHTS.read_text(encoding="utf-8"))
    fitted = folds.Folds("", "", "", {f"page_{n}": 0 for n in (0, 1, 2, 4)}, [shipped])
    monkeypatch.setattr(evaluate, "read_folds", lambda *_: fitted)
    monkeypatch.setattr(evaluate, "predict_all", right)
    monkeypatch.setattr(evaluate, "rivals", wrong)
    monkeypatch.setattr(calibrate, "is_current", lambda _: True)
    monkeypatch.setattr(evaluate, "BUILD", tmp_path / "build")
    monkeypatch.setattr(evaluate, "FLOORS", tmp_path / "floors.toml")
    return make_shared(tmp_path / "shared")


def run(bench: Path, *args: str) -> int:
    return evaluate.main(["--shared", str(bench), "--only", "html", "--jobs", "1", *args])


def test_floors_are_written_kept_and_missed(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bench) == 0  # no floors yet
    assert run(bench, "--write-floors") == 0
    assert floors.read(evaluate.FLOORS)["html"].figures["all"]["word_f1"] == 1.0
    assert run(bench) == 0
    text = evaluate.FLOORS.read_text().replace("all.word_f1 = 1.0", "all.word_f1 = 1.5")
    evaluate.FLOORS.write_text(text)
    capsys.readouterr()
    assert run(bench) == 1
    assert "html all.word_f1: 1.0000 is below its floor of 1.5" in capsys.readouterr().out


def test_writing_does_not_lower_a_floor_unasked(bench: Path) -> None:
    run(bench, "--write-floors")
    high = evaluate.FLOORS.read_text().replace("all.word_f1 = 1.0", "all.word_f1 = 1.5")
    evaluate.FLOORS.write_text(high)
    assert run(bench, "--write-floors") == 1
    assert evaluate.FLOORS.read_text() == high
    assert run(bench, "--write-floors", "--lower") == 0
    assert evaluate.FLOORS.read_text() != high


def test_floors_of_other_data_are_refused(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(bench, "--write-floors")
    with gzip.open(bench / "bench" / "gold_dev.jsonl.gz", "at", encoding="utf-8") as stream:
        stream.write(json.dumps({"id": "page_4", "lang": "en", "text": ""}) + "\n")
    assert run(bench) == 1
    assert "measured on other data" in capsys.readouterr().out
    assert run(bench, "--write-floors") == 1
    assert "--lower replaces them" in capsys.readouterr().out


def test_sealed_pages_are_named_nowhere(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(bench, "--worst", "9")
    printed = capsys.readouterr()
    assert "page_2" in printed.out
    assert "page_3" not in printed.out + printed.err
    assert "page_3" not in (evaluate.BUILD / "html.jsonl").read_text()


def test_figures_stand_beside_those_of_trafilatura(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(bench, "--write-floors")
    assert re.search(r"above trafilatura( +\+1\.0000 ±0\.0000){3}\n", capsys.readouterr().out)
    assert floors.read(evaluate.FLOORS)["html"].figures["all"]["over_trafilatura"] == 1.0


def test_a_dial_of_other_weights_is_a_fault(bench: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "is_current", lambda _: False)
    assert run(bench) == 1
    assert "run make calibrate" in capsys.readouterr().out


def test_a_crash_on_a_page_is_a_fault(bench: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    crashed = [Prediction(f"page_{n}", "", (), False, "ValueError: no") for n in range(4)]
    monkeypatch.setattr(evaluate, "predict_all", lambda *_: crashed)
    assert run(bench) == 1
    printed = capsys.readouterr().out
    assert "html: page_0: ValueError: no" in printed
    assert "a sealed page crashed" in printed
    assert "page_3" not in printed


def test_without_data_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path / "nowhere")
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_of_some_figures_less_is_better() -> None:
    entry = floors.Floors("x", {"all": {"signup_left": 0.2, "word_f1": 0.9}})
    assert not list(floors.failures("lines", {"all": {"signup_left": 0.1, "word_f1": 0.95}}, entry))
    assert len(list(floors.failures("lines", {"all": {"signup_left": 0.3, "word_f1": 0.85}}, entry))) == 2
    assert len(list(floors.failures("lines", {"all": {"word_f1": 0.95}}, entry))) == 1  # not measured


def test_a_floor_is_passed_by_the_figure_it_was_made_of() -> None:
    measured: floors.Figures = {"all": {"signup_left": 1 / 7, "related_left": 0.17, "pages_cut": 2 / 3, "naming": 0.7}}
    entry = floors.raised("lines_html", measured, "x", None, lower=False)
    assert not list(floors.failures("lines_html", measured, entry))
    assert entry.figures["all"]["related_left"] == 0.17


def test_open_predictions_are_kept_in_the_scorers_form(tmp_path: Path) -> None:
    rows = [Prediction("a", "text", ({"label": "nav", "text": "Home"},), True), Prediction("b", "x", (), True)]
    keep_open(tmp_path / "new" / "p.jsonl", rows, frozenset({"b"}))
    written = [json.loads(line) for line in (tmp_path / "new" / "p.jsonl").read_text().splitlines()]
    assert written == [{"id": "a", "text": "text", "removed": [{"label": "nav", "text": "Home"}]}]


def test_the_folder_of_the_data_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BODYCOPY_SHARED", str(tmp_path))
    assert shared_pages.default_shared() == tmp_path
    monkeypatch.delenv("BODYCOPY_SHARED")
    assert shared_pages.default_shared().name == "shared"


def test_pages_are_predicted_in_processes_of_their_own() -> None:
    tasks = [
        Task(str(n), f"<html><body><article><p>{BODY}</p></article></body></html>", "html", None) for n in range(3)
    ]
    predictions = predict_all("three", [*tasks, Task("bad", "text", "no such format", None)], 2)
    assert [p.id for p in predictions] == ["0", "1", "2", "bad"]
    assert predictions[-1].error
    assert not any(p.error for p in predictions[:-1])
