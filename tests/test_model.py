"""The learnt labeller: its trees, its words, its file, its reasons, and what it is not asked about."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bodycopy
from bodycopy.evidence import gather
from bodycopy.model.labeller import About, Model, model_for, read, write
from bodycopy.model.lexicon import Lexicon, class_entries, lexicon_columns, word_entries
from bodycopy.model.trees import DEPTH, Trees
from bodycopy.options import Options
from bodycopy.pipeline import read as read_document
from bodycopy.survey import Survey
from bodycopy.words import library

PAGE = """<html><body><nav class="menu"><a href="/">Home</a></nav><article class="post-body">
<h1>A bell for Tresk</h1>
<p>The bell came down from the roof of the school on a Thursday, and nobody in Tresk asked where it was going.</p>
<div class="newsletter-box"><p><b class="kicker">Sign up for our newsletter</b></p><button>Subscribe</button></div>
<p>It turned up four weeks later in the yard of a scrap dealer in the next valley, with a crack down one side.</p>
</article><footer>All rights reserved</footer></body></html>"""


def surveyed(source: str) -> Survey:
    return Survey(read_document(source), library())


def some_trees(trees: int = 7, features: int = 9) -> Trees:
    rng = np.random.default_rng(5)
    columns = rng.integers(0, features, (trees, DEPTH)).astype(np.int16)
    borders = rng.normal(size=(trees, DEPTH)).astype(np.float32)
    borders[0, 3:] = np.inf  # a tree that asks less often
    return Trees(columns, borders, rng.normal(size=(trees, 2**DEPTH)).astype(np.float32), 0.25)


def asked_one_by_one(trees: Trees, row: np.ndarray) -> float:
    total = trees.bias
    for columns, borders, leaves in zip(trees.columns, trees.borders, trees.leaves, strict=True):
        leaf = sum((row[c] > b) << bit for bit, (c, b) in enumerate(zip(columns, borders, strict=True)))
        total += float(leaves[leaf])
    return total


@pytest.mark.parametrize("rows", [0, 1, 5, 1300])
def test_trees_answer_as_asked_one_by_one(rows: int) -> None:
    trees = some_trees()
    table = np.random.default_rng(rows).normal(size=(rows, 9)).astype(np.float32)
    assert np.allclose(trees.sums(table), [asked_one_by_one(trees, row) for row in table], atol=1e-5)


def test_what_weighed_is_what_the_trees_say_without_it() -> None:
    trees = some_trees()
    row, usual = np.random.default_rng(3).normal(size=(2, 9)).astype(np.float32)
    features, falls = trees.without(row, usual)
    assert features.tolist() == np.unique(trees.columns).tolist()
    for feature, fall in zip(features.tolist(), falls.tolist(), strict=True):
        other = row.copy()
        other[feature] = usual[feature]
        assert fall == pytest.approx(asked_one_by_one(trees, row) - asked_one_by_one(trees, other), abs=1e-5)


def test_class_words_are_summed_as_their_entries_are() -> None:
    survey = surveyed(PAGE)
    entries = [*class_entries(survey), *word_entries(survey)]
    known = sorted({entry for found in entries for entry in found})
    weights = {entry: (number % 13) / 7 - 0.8 for number, entry in enumerate(known)}
    columns = dict(lexicon_columns(survey, Lexicon(weights)))
    for name, found in (("class words", class_entries(survey)), ("its words", word_entries(survey))):
        assert np.allclose(columns[name], [sum(weights[entry] for entry in block) for block in found])
    assert any(entry.startswith("on .kicker") for entry in known)
    assert {"at .post", "near .post"} & set(known)


def test_a_model_comes_back_from_its_file_and_is_never_pickled(tmp_path: Path) -> None:
    about = About("html", "0.1.0", {"pages": 3})
    model = Model(
        about, Lexicon({"sign": -0.5, "at .menu": -1.25}), ("a", "b"), np.zeros(2, np.float32), some_trees(2, 2)
    )
    for name in ("one.npz", "two.npz"):
        write(model, tmp_path / name)
    found = read(tmp_path / "one.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert found == model
    assert (found.about, found.lexicon, found.names) == (about, model.lexicon, model.names)
    assert np.array_equal(found.trees.leaves, model.trees.leaves)
    with zipfile.ZipFile(tmp_path / "one.npz") as archive:
        assert not any(b"pickle" in archive.read(name)[:200] for name in archive.namelist())


@pytest.mark.parametrize("html", [True, False])
def test_the_models_that_ship_know_the_features_of_this_version(html: bool) -> None:
    survey = surveyed(PAGE if html else "One line of a text that is no page.\n\nAnother line of it stands here.")
    model = model_for(html)
    table = model.features(survey, gather(survey))
    assert table.shape == (len(survey.blocks), len(model.names))
    assert np.isfinite(table).all()
    with pytest.raises(ValueError, match="train it again"):
        replace(model, names=model.names[1:]).features(survey, gather(survey))


def test_the_model_gives_its_reasons() -> None:
    cleaned = bodycopy.clean(PAGE)
    seen = [e for block in cleaned.blocks for e in block.evidence if e.rule.endswith("/model")]
    assert len(seen) >= len(cleaned.blocks) - 2
    assert all(e.saw and "(" in e.saw for e in seen)
    assert all((e.weight > 0) == (e.rule == "body/model") for e in seen)
    assert json.loads(cleaned.to_json())["removed"]


def test_without_the_model_the_rules_judge_alone() -> None:
    alone, both = bodycopy.clean(PAGE, options=Options(model=False)), bodycopy.clean(PAGE)
    assert [b.score for b in alone.blocks] != [b.score for b in both.blocks]
    assert not any(e.rule.endswith("/model") for block in alone.blocks for e in block.evidence)
    assert "crack down one side" in alone.text
    assert "crack down one side" in both.text


def test_a_page_of_too_many_blocks_is_the_rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bodycopy.looks._MOST_LOOKED_AT", 3)
    cleaned = bodycopy.clean(PAGE)
    assert not any(e.rule.endswith("/model") for block in cleaned.blocks for e in block.evidence)


def test_documents_without_a_block_do_no_harm() -> None:
    for source in ("", "<html></html>", "\n \n"):
        assert bodycopy.clean(source).text.strip() == ""
