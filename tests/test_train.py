"""Training on pages of one's own: the command, its model and its figures, and what it says of records out of order.

What trains is skipped where CatBoost is not installed; the gate installs it.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import bodycopy
from bodycopy.model.labeller import Model, model_for, read, to_bytes
from bodycopy.train import check, run
from bodycopy.train.align import words
from bodycopy.train.records import Record, read_records
from cli_tools import do_fixture, leftovers, on_terminal, put  # noqa: F401 - a fixture
from invented_pages import (  # noqa: F401 - a fixture
    PAGES,
    SITES,
    UNSEEN,
    Models,
    headline,
    html_page,
    models_fixture,
    needs_trainer,
    paragraphs,
    records,
    text_page,
    write_records,
)

# -- a model of one's own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_model_of_ones_own_cleans_pages_of_its_sites(models: Models, kind: str) -> None:
    path, trained = models[kind]
    page = html_page(UNSEEN) if kind == "html" else text_page(UNSEEN)
    cleaned = bodycopy.clean(page, format=kind, options=bodycopy.Options(model=path))
    # Text does not mark its headline, and the golds have none.
    due = [headline(UNSEEN)] if kind == "html" else []
    assert [line for line in cleaned.text.splitlines() if line] == [*due, *paragraphs(UNSEEN)]
    assert any(e.rule.endswith("/model") for block in cleaned.blocks for e in block.evidence)
    score = trained.scores[check.NEW]
    assert 0.9 < score.f1 <= 1.0
    assert score.loss < trained.scores[check.RULES].loss
    assert score.worse == 0
    assert not trained.notes


def test_a_model_says_where_it_comes_from(models: Models) -> None:
    for kind, (path, trained) in models.items():
        found = read(path)
        assert found == trained.model
        assert (found.about.kind, found.about.version) == (kind, bodycopy.__version__)
        settings = found.about.settings
        assert (settings["pages"], settings["sites"], settings["folds"], settings["seed"]) == (PAGES, SITES, 3, 1)
        assert settings["catboost"].startswith("1.")
        assert path.stat().st_size < 3_000_000


def test_the_same_records_give_the_same_bytes(models: Models, do: Any, tmp_path: Path) -> None:
    path, trained = models["html"]
    rows = records("html")
    write_records(tmp_path / "one.jsonl", rows[:25])
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(write_records(tmp_path / "rest", rows[25:]).read_bytes()))
    answer = do("train", "one.jsonl", "two.jsonl.gz", "-o", "new/model.npz", "--folds", "3")
    assert (answer.status, answer.err) == (0, "")
    assert (tmp_path / "new" / "model.npz").read_bytes() == path.read_bytes() == to_bytes(trained.model)
    assert f"{PAGES} records of html from {SITES} sites" in answer.out
    for judge, score in trained.scores.items():
        (line,) = [line for line in answer.out.splitlines() if line.startswith(judge)]
        assert line.removeprefix(judge).split()[:4] == [f"{score.loss:.4f}", *(f"{f:.3f}" for f in score[1:4])]
    assert "new/model.npz written" in answer.out
    assert not leftovers(tmp_path)


def test_another_seed_gives_another_model(models: Models, tmp_path: Path) -> None:
    found = read_records([write_records(tmp_path / "p.jsonl", records("text"))])
    other = run.train(found, folds=3, seed=2).model
    assert other != models["text"][1].model
    assert other.lexicon == models["text"][1].model.lexicon


def test_nothing_of_a_fold_is_seen_by_what_judges_it(models: Models, tmp_path: Path) -> None:
    """Were gold turned round on one site, what judges its pages would stay the same: it has never seen them."""
    from bodycopy.train import forest

    found = read_records([write_records(tmp_path / "p.jsonl", records("text"))])
    read = [run.read_page(record) for record in found.pages]
    turned = [truth._replace(body=1.0 - truth.body) if truth.site == "site0.example" else truth for _, truth in read]
    of_page = run.assign({record.id: record.site for record in found.pages}, 3)
    fold = of_page["a0"]
    learnt = []
    for truths in ([truth for _, truth in read], turned):
        # Whole texts alone: which lines a snippet has depends on gold, also in a fold left out.
        pages = [forest.pages_of(document, truth)[0] for (document, _), truth in zip(read, truths, strict=True)]
        learnt.append(forest.Forest("text", pages, of_page).train(frozenset({fold}))[0])
    assert learnt[0] == learnt[1]


def test_progress_is_told_on_a_terminal_alone(tmp_path: Path) -> None:
    needs_trainer()
    write_records(tmp_path / "p.jsonl", records("text")[:24])
    status, shown = on_terminal("train", "p.jsonl", "-o", "m.npz", "--folds", "3", cwd=tmp_path, columns=100)
    assert status == 0, shown
    for step in (b"reading page 24 of 24", b"training on all pages", b"judging part 3 of 3"):
        assert step in shown
    assert (tmp_path / "m.npz").exists()


# -- records out of order ----------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"text": "A line.", "gold": "A line.", "url": "https://a.example/"}
WRONG = [
    (["{"], "p.jsonl:1: not JSON in UTF-8: "),
    ([json.dumps(GOOD), "[1]"], "p.jsonl:2: not an object but list"),
    (["", json.dumps({"gold": "A line."})], "p.jsonl:2: neither html nor text"),
    ([json.dumps({"text": "A line."})], "p.jsonl:1: gold is missing"),
    ([json.dumps({**GOOD, "gold": ["A line."]})], "p.jsonl:1: gold is not text"),
    ([json.dumps({**GOOD, "gold": " – "})], "p.jsonl:1: gold has no word"),
    ([json.dumps({**GOOD, "text": 3})], "p.jsonl:1: text is not text"),
    ([json.dumps({**GOOD, "url": 3})], "p.jsonl:1: url is not text"),
    ([json.dumps({**GOOD, "url": "http://[1/"})], "p.jsonl:1: url is no address: "),
    ([json.dumps({**GOOD, "id": [3]})], "p.jsonl:1: id is neither text nor a whole number"),
    ([json.dumps({**GOOD, "html": "<p>A line."})], "p.jsonl:1: both html and text: choose with --format html or --format text"),
    (
        [json.dumps(GOOD), json.dumps({"html": "<p>A line.", "gold": "A line."})],
        "p.jsonl:2: a record with html, where p.jsonl:1 has text: the two need a model each; choose with --format html or",
    ),
    (
        [json.dumps({**GOOD, "id": 1}), json.dumps({**GOOD, "id": 1, "url": "https://b.example/"})],
        "p.jsonl:2: the id '1' stands at p.jsonl:1 too, with another site",
    ),
    ([], "p.jsonl: no record"),
    ([json.dumps(GOOD)], "too few pages to learn from: 1, of 20 at least"),
    ([json.dumps(GOOD)] * 20, "too few sites to learn from: 1, of 5 at least for any word to be learnt"),
    (
        [json.dumps({"text": f"Line {n} of five words.", "gold": f"Line {n} of five words."}) for n in range(20)],
        "every block of these pages is body: there is nothing to tell it from",
    ),
    (
        [json.dumps({"text": f"Line {n} of it.", "gold": "The body of another page altogether."}) for n in range(20)],
        "gold is not that of these pages: of 20 of 20 less than half of it stands on the page, as at p.jsonl:1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "message"), WRONG, ids=[message for _, message in WRONG])
def test_records_out_of_order_are_one_line(do: Any, tmp_path: Path, lines: list[str], message: str) -> None:
    needs_trainer()
    put(tmp_path / "p.jsonl", "".join(f"{line}\n" for line in lines))
    answer = do("train", "p.jsonl", "-o", "m.npz")
    assert (answer.status, answer.out) == (1, "")
    (line,) = answer.lines
    assert line.startswith(f"bodycopy: {message}")
    assert not (tmp_path / "m.npz").exists()


def test_what_is_learnt_does_not_hang_on_where_the_records_lie(tmp_path: Path) -> None:
    needs_trainer()
    rows = [{key: row[key] for key in ("text", "gold")} for row in records("text")]
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        path = write_records(tmp_path / name / f"{name}.jsonl", rows)
        found.append(run.train(read_records([path]), folds=3))
    assert to_bytes(found[0].model) == to_bytes(found[1].model)
    assert found[0].scores == found[1].scores


def test_of_both_kinds_one_can_be_chosen(tmp_path: Path) -> None:
    both = [{"html": "<p>A line.", **GOOD}, {"html": "<p>Another.", "gold": "Another."}, GOOD]
    path = write_records(tmp_path / "p.jsonl", both)
    html, text = read_records([path], "html"), read_records([path], "text")
    assert [record.source for record in html.pages] == ["<p>A line.", "<p>Another."]
    assert [record.site for record in html.pages] == ["a.example", "#2"]
    assert [record.source for record in text.pages] == ["A line.", "A line."]
    assert (html.passed, text.passed) == (1, 1)


def test_unreadable_files_are_one_line(do: Any, tmp_path: Path) -> None:
    needs_trainer()
    put(tmp_path / "p.jsonl.gz", b"no gzip at all")
    for name, reason in (("none.jsonl", "No such file or directory"), ("p.jsonl.gz", "Not a gzipped file")):
        answer = do("train", name, "-o", "m.npz")
        assert answer.status == 1
        assert answer.lines[0].startswith(f"bodycopy: {name}: {reason}")
        assert len(answer.lines) == 1


def test_a_gold_of_another_page_is_told(tmp_path: Path) -> None:
    needs_trainer()
    rows = records("text")[:24]
    rows[3] |= {"gold": "The body of quite another page, whose words stand nowhere on this one.", "url": None}
    notes = run.train(read_records([write_records(tmp_path / "p.jsonl", rows)]), folds=3).notes
    assert notes == (
        f"of 1 pages less than half of gold stands on the page, as at {tmp_path / 'p.jsonl'}:4",
        "1 records have no url: each counts as a site of its own",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "missing option '--output' / '-o'."),
        (["-o", ""], "-o: the name of the model is empty"),
        (["-o", "."], "-o: . is a folder"),
        (["-o", "p.jsonl"], "p.jsonl is also an input"),
        (["-o", "m.npz", "--folds", "2"], "--folds: 3 at least, not 2"),
        (["-o", "m.npz", "--seed", "-1"], "--seed: a whole number from 0 to 2147483647"),
        (["-o", "m.npz", "--format", "pdf"], "--format: unknown value 'pdf'; known: html, text"),
    ],
)
def test_wrong_usage_is_one_line(do: Any, tmp_path: Path, arguments: list[str], message: str) -> None:
    before = put(tmp_path / "p.jsonl", "").read_bytes()
    answer = do("train", "p.jsonl", *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.lines[0].startswith(f"bodycopy: {message}")
    assert (tmp_path / "p.jsonl").read_bytes() == before


def test_a_missing_trainer_is_one_line(do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "catboost", None)
    write_records(tmp_path / "p.jsonl", records("text"))
    answer = do("train", "p.jsonl", "-o", "m.npz")
    assert (answer.status, answer.lines) == (2, ["bodycopy: training needs catboost: pip install 'bodycopy[train]'"])


# -- alignment and figures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It's the Ferry’s bell", ["it", "s", "the", "ferry", "s", "bell"]),
        ("co\u00adoperate, cafe\u0301_1", ["cooperate", "café_1"]),
        ("東京 is ไทย", ["東", "京", "is", "ไ", "ท", "ย"]),
        ("STRAẞE", ["straße"]),
        (" – ", []),
    ],
)
def test_words_that_are_compared(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_figures_are_those_of_bags_of_words_and_the_headline_counts_for_neither(models: Models) -> None:
    model: Model = models["html"][1].model
    gold = "\n".join(paragraphs(5))
    document, truth = run.read_page(Record("x", "x.example", None, "html", html_page(5), gold, "p.jsonl:1"))
    plain, headed = (check.judged(document, truth, text, model) for text in (gold, f"{headline(5)}\n{gold}"))
    assert plain == headed
    half = check.judged(document, truth, "\n".join(paragraphs(5)[:-1]), model)[check.NEW]
    assert half.recall == 1.0
    assert 0.5 < half.precision < 1.0
    assert half.f1 == pytest.approx(2 * half.precision / (1 + half.precision))
    score = check.scores([plain, dict.fromkeys(plain, half)])[check.NEW]
    assert score.precision == pytest.approx((1.0 + half.precision) / 2)
    assert (score.better, score.worse) == (int(plain[check.NEW].f1 > plain[check.RULES].f1 + 0.005), 0)


def test_a_page_that_shows_no_article_is_judged_by_what_it_shows() -> None:
    """`clean` finds this one in the JSON-LD, in blocks that are not those of the truth."""
    body = "\n\n".join(paragraphs(0))
    data = json.dumps({"@type": "NewsArticle", "headline": headline(0), "articleBody": body})
    source = f'<script type="application/ld+json">{data}</script><p>Menu</p><p>Loading</p>'
    record = Record("1", "a.example", None, "html", source, body, "pages.jsonl:1")
    document, truth = run.read_page(record)
    assert bodycopy.clean(source).warnings
    pages = check.judged(document, truth, body, model_for(True))
    assert {page.recall for page in pages.values()} == {0.0}
