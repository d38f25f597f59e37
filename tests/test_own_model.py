"""A user's own model: used by file or loaded, by the commands and by Python; refused in one line where it does not do."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bodycopy
from bodycopy.model.labeller import model_for, to_bytes, write
from cli_tools import do_fixture, put  # noqa: F401 - a fixture
from invented_pages import UNSEEN, Models, headline, html_page, models_fixture, paragraphs, text_page  # noqa: F401


def test_the_commands_take_a_model(models: Models, do: Any, tmp_path: Path) -> None:
    put(tmp_path / "page.html", html_page(UNSEEN))
    own = str(models["html"][0])
    cleaned = do("clean", "--model", own, "page.html")
    assert (cleaned.status, cleaned.err) == (0, "")
    assert cleaned.out.splitlines() == [headline(UNSEEN), *paragraphs(UNSEEN)]
    marks = {
        json.loads(do(command, "page.html", "--to", "json", *how).out)["fingerprint"]
        for command in ("clean", "explain")
        for how in ((), ("--no-model",), ("--model", own))
    }
    assert len(marks) == 3  # one each, the same for both commands


def test_a_loaded_model_is_as_good_as_its_file(models: Models) -> None:
    path, trained = models["html"]
    by_file, loaded = bodycopy.Options(model=str(path)), bodycopy.Options(model=trained.model)
    assert by_file == loaded == pickle.loads(pickle.dumps(loaded))
    assert len({by_file, loaded, bodycopy.Options()}) == 2
    pages = [html_page(number) for number in range(60, 76)]
    due = [bodycopy.clean(page, options=by_file).to_json() for page in pages]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda page: bodycopy.clean(page, options=loaded), pages))
    assert [cleaned.to_json() for cleaned in found] == due
    again = pickle.dumps(found[0])
    assert pickle.loads(again).to_json() == due[0]
    assert len(again) < len(pickle.dumps(loaded))  # a result has no model in it


def test_a_model_of_the_other_kind_is_refused(models: Models, do: Any, tmp_path: Path) -> None:
    put(tmp_path / "page.html", html_page(UNSEEN))
    put(tmp_path / "notes.txt", text_page(UNSEEN))
    for kind, name, other in (("html", "notes.txt", "text"), ("text", "page.html", "html")):
        message = f"the model given judges {kind}, and this is {other}"
        with pytest.raises(bodycopy.ModelError, match=message):
            bodycopy.clean(tmp_path / name, options=bodycopy.Options(model=models[kind][0]))
        for command in ("clean", "explain"):
            answer = do(command, "--model", str(models[kind][0]), name)
            assert (answer.status, answer.out, answer.lines) == (2, "", [f"bodycopy: {name}: {message}"])


def broken(path: Path, what: str) -> None:
    """A file that is no model for this version."""
    model = model_for(True)
    trees = model.trees
    if what == "text":
        path.write_text("no model\n")
    elif what == "empty":
        path.write_bytes(b"")
    elif what == "cut short":
        path.write_bytes(to_bytes(model)[:5000])
    elif what == "other arrays":
        np.savez_compressed(path, numbers=np.arange(3))
    elif what == "pickled":
        np.savez_compressed(path, about=np.array([{"kind": "html"}], object))
    elif what == "other features":
        write(replace(model, names=(*model.names[:-1], "something else")), path)
    else:
        wrong = {"a column too far": trees._replace(columns=trees.columns + len(model.names)),
                 "leaves cut": trees._replace(leaves=trees.leaves[:, :7]),
                 "no number": trees._replace(leaves=trees.leaves * np.nan)}[what]  # fmt: skip
        write(replace(model, trees=wrong), path)


@pytest.mark.parametrize(
    "what",
    ["text", "empty", "cut short", "other arrays", "pickled", "a column too far", "leaves cut", "no number",
     "other features"],
)  # fmt: skip
def test_what_is_no_model_is_refused_in_one_line(do: Any, tmp_path: Path, what: str) -> None:
    broken(tmp_path / "m.npz", what)
    put(tmp_path / "page.html", html_page(UNSEEN))
    answer = do("clean", "--model", "m.npz", "page.html")
    assert (answer.status, answer.out) == (2, "")
    reason = "trained on other features" if what == "other features" else "not a model of bodycopy, or a damaged one"
    (line,) = answer.lines
    assert line.startswith(f"bodycopy: --model: m.npz: {'the model was ' if what == 'other features' else ''}{reason}")
    with pytest.raises(bodycopy.ModelError, match=reason):
        bodycopy.Options(model=tmp_path / "m.npz")


def test_what_cannot_be_meant_by_model(do: Any) -> None:
    answer = do("clean", "--model", "none.npz", stdin=b"text")
    assert (answer.status, answer.lines) == (2, ["bodycopy: --model: none.npz: No such file or directory"])
    answer = do("clean", "--model", "none.npz", "--no-model", stdin=b"text")
    assert (answer.status, answer.lines) == (2, ["bodycopy: --model and --no-model cannot be given together"])
    for wrong in (None, 3):
        with pytest.raises(bodycopy.BodycopyError, match="True, False, a file or a Model"):
            bodycopy.Options(model=wrong)  # type: ignore[arg-type]
