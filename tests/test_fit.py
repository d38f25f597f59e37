"""Fitting the weights, on pages made here: folds by site, no chance in it, nothing seen of what is left out."""

from __future__ import annotations

import gzip
import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluate
import folds
import samples
from bodycopy.company import company
from bodycopy.evidence import Tally, gather
from bodycopy.label import Weights, first_impressions, weights_for
from bodycopy.pipeline import read
from bodycopy.survey import Survey
from bodycopy.train.sites import assign
from bodycopy.words import library
from invented_bench import make_bench
from shared_pages import Shared


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return make_bench(tmp_path)


# -- folds and their file ----------------------------------------------------------------------------------------------


def test_folds_never_split_a_site() -> None:
    sites = {f"p{n:03}": f"site{n % 37 if n % 3 else 0}" for n in range(300)}
    found = assign(sites, 5)
    assert found == assign(dict(reversed(sites.items())), 5)
    assert found.keys() == sites.keys()
    assert len({(sites[p], f) for p, f in found.items()}) == len(set(sites.values()))
    rest = [f for p, f in found.items() if f != found["p000"]]
    assert max(map(rest.count, set(rest))) - min(map(rest.count, set(rest))) <= 10
    assert set(found.values()) == set(range(5))


def test_wording_does_not_change_the_meaning_of_code() -> None:
    code = 'def f(x):\n    """One."""\n    # why\n    return x  # as it is\n'
    same = '"""More."""\n\ndef f(x):\n    """Two\n    lines."""\n\n    return x  # as it is\n'
    assert folds.meaning(code) == folds.meaning(same)
    assert folds.meaning(code) != folds.meaning(code.replace("return x", "return -x"))


def test_the_fingerprint_changes_with_the_data(shared: Shared) -> None:
    before = folds.fingerprint(shared)
    assert before == folds.fingerprint(Shared(shared.root))
    with gzip.open(shared.root / "bench" / "gold_dev.jsonl.gz", "at", encoding="utf-8") as stream:
        stream.write(json.dumps({"id": "new", "lang": "en", "text": ""}) + "\n")
    assert folds.fingerprint(shared) != before


def test_folds_come_back_as_they_were_written(shared: Shared, tmp_path: Path) -> None:
    text = folds.WEIGHTS.read_text(encoding="utf-8")
    shipped = {kind: tomllib.loads(text)[kind] for kind in samples.KINDS}
    other = json.loads(json.dumps(shipped))
    other["html"]["bias"]["company"] = 7.0
    marks = folds.fingerprint(shared), folds.shipped_digest(text), folds.models_digest(2)
    written = folds.Folds(*marks, {"p0": 0, "p1": 1}, [shipped, other])
    written.write(tmp_path / "folds.json")
    found = folds.read_folds(tmp_path / "folds.json", shared)
    assert found == written
    rules = {html: weights_for(html, learnt=False) for html in (True, False)}
    assert found.for_page("p0", html=True, learnt=False) == rules[True]
    assert found.for_page("p1", html=True, learnt=False) == rules[True]._replace(bias=7.0)
    assert found.for_page("p1", html=False, learnt=False) == rules[False]
    learnt = [found.for_page(page, html=True).model for page in ("p0", "p1")]
    assert learnt[0] is not None
    assert learnt[1] is not None
    assert learnt[0].names == learnt[1].names
    assert not np.array_equal(learnt[0].trees.leaves, learnt[1].trees.leaves)


@pytest.mark.parametrize("field", ["fit", "shipped", None])
def test_evaluation_refuses_what_does_not_fit(
    shared: Shared,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    field: str | None,
) -> None:
    path = tmp_path / "folds.json"
    monkeypatch.setattr(evaluate, "FOLDS", path)
    if field:
        shipped = folds.shipped_digest(folds.WEIGHTS.read_text(encoding="utf-8"))
        good = {"fit": folds.fingerprint(shared), "shipped": shipped, "models": folds.models_digest(0), "pages": {}}
        good["weights"] = []
        path.write_text(json.dumps(good | {field: "other"}))
    assert evaluate.main(["--shared", str(shared.root)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "run make train" in said


# -- the fit itself ----------------------------------------------------------------------------------------------------


@pytest.fixture
def numbers() -> Any:
    """The module that needs scipy."""
    pytest.importorskip("scipy", reason="scipy is not installed: pip install 'bodycopy[bench]'")
    import fit

    return fit


def fitted(fit: Any, shared: Shared, build: Path, jobs: int) -> tuple[str, str]:
    with ThreadPoolExecutor(jobs) as pool:
        paths, of_page = fit.prepare(shared, pool, build, 3)
        result = fit.fit_all(paths, pool, 3)
    text = fit.weights_text(result.shipped)
    folds.Folds("", "", "", of_page, result.without).write(build / "folds.json")
    return text, (build / "folds.json").read_text(encoding="utf-8")


def test_the_same_pages_give_the_same_files(numbers: Any, shared: Shared, tmp_path: Path) -> None:
    first = fitted(numbers, shared, tmp_path / "one", 1)
    assert fitted(numbers, shared, tmp_path / "two", 2) == first
    assert fitted(numbers, shared, tmp_path / "one", 2) == first  # the samples of the first time
    data = tomllib.loads(first[0])
    for kind in samples.KINDS:
        alone = data[kind]["alone"]
        assert all(w >= 0 if rule.startswith(("body/", "title/")) else w <= 0 for rule, w in alone.items())
        assert any(alone.values())
    of_page = json.loads(first[1])["pages"]
    assert sorted(of_page) == sorted(f"p{n}" for n in range(11))
    assert all(of_page[f"p{n}"] == of_page[f"p{n + 7}"] for n in range(4))  # one site


def test_samples_are_what_the_labelling_sees(numbers: Any, shared: Shared) -> None:
    """First impressions and company from a sample's numbers are those of the page itself."""
    stack = numbers.stack
    for job in samples.jobs(shared)[:2] + samples.jobs(shared)[-2:]:
        weights = weights_for(job.kind == "html", learnt=False)
        survey = Survey(read(job.source, url=job.url, format=job.kind), library())
        first = first_impressions(Tally(gather(survey), len(survey.blocks)), (), weights)
        due = company(survey, first)
        sample = samples.sample(job)
        assert np.array_equal(stack.context_of(sample, stack.Alone(weights.alone, weights.alone_bias)), due)
        rules = stack.Data([sample], [0]).rules
        known = [weights.alone.get(rule, 0.0) for rule in stack.RULES]
        assert np.allclose(rules @ np.array(known) + weights.alone_bias, first)


def test_a_page_without_a_block_does_no_harm(numbers: Any, shared: Shared) -> None:
    job = samples.jobs(shared)[0]
    found = [samples.sample(job._replace(source="<html></html>")), samples.sample(job)]
    data = numbers.stack.Data(found, [0, 1])
    assert len(data.weight) == len(data.body) == data.rules.shape[0] == len(found[1].body)
    assert numbers.stack.context_of(found[0], numbers.stack.Alone({}, 0.0)).shape[0] == 0


def test_the_weights_file_comes_back(numbers: Any) -> None:
    data = tomllib.loads(folds.WEIGHTS.read_text(encoding="utf-8"))
    text = numbers.weights_text({kind: data[kind] for kind in samples.KINDS})
    again = tomllib.loads(text)
    assert again == data
    for kind in samples.KINDS:
        assert Weights.of(again[kind]) == weights_for(kind == "html", learnt=False)


def test_weights_know_nothing_of_what_they_leave_out(numbers: Any, shared: Shared) -> None:
    """Were the labels of a fold turned round, all that is fitted without it would stay the same."""
    stack = numbers.stack
    found = [samples.sample(job) for job in samples.jobs(shared) if job.kind == "text"]
    numbered = [n % 3 for n in range(len(found))]
    turned = [
        s._replace(body=[1.0 - share for share in s.body]) if fold == 1 else s
        for s, fold in zip(found, numbered, strict=True)
    ]
    without, also = frozenset({1}), (frozenset({1, 0}), frozenset({1, 2}))
    results = []
    for data in (stack.Data(found, numbered), stack.Data(turned, numbered)):
        alone = {key: stack.fit_alone(data, key) for key in (without, *also)}
        results.append((alone, stack.fit_in_company(data, without, alone)._replace(loss=0.0)))
        assert stack.fit_alone(data, frozenset()) != alone[without]
    assert results[0] == results[1]


def test_without_a_list_of_sealed_pages_nothing_is_fitted(
    numbers: Any, shared: Shared, capsys: pytest.CaptureFixture[str]
) -> None:
    (shared.root / "bench" / "sealed_ids.txt").write_text("")
    assert numbers.main(["--shared", str(shared.root)]) == 2
    assert "sealed" in capsys.readouterr().err
