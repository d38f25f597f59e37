"""Hugging Face datasets, a real one, without the network."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # read when datasets is imported

from arrow_tools import are_cleaned, docs_code, needed, rows
from cli_tools import environment

datasets = needed("datasets", "datasets")

from bodycopy.integrations.arrow import Recipe, clean_batch  # noqa: E402


@pytest.mark.parametrize("processes", [None, 2])
def test_a_dataset_is_cleaned(processes: int | None) -> None:
    given = rows(23)
    pages = datasets.Dataset.from_list(given).with_format("arrow")
    cleaned = pages.map(clean_batch, batched=True, batch_size=5, num_proc=processes).with_format(None)
    are_cleaned(list(cleaned), given)


def test_settings_are_keywords() -> None:
    pages = datasets.Dataset.from_list(rows(3)).with_format("arrow")
    recipe = Recipe(with_removed=True)
    cleaned = pages.map(clean_batch, batched=True, fn_kwargs={"recipe": recipe}).with_format(None)
    assert cleaned.column_names == ["id", "text", "removed", "url", "words", "error"]
    assert [removal["label"] for removal in cleaned[1]["removed"]] == ["signup"]


def test_equal_settings_have_equal_fingerprints_in_every_process() -> None:
    code = (
        "from datasets.fingerprint import Hasher\nfrom functools import partial\n"
        "from bodycopy.integrations.arrow import Recipe, clean_batch\n"
        "print(Hasher.hash(partial(clean_batch, recipe=Recipe(with_removed=True))))"
    )
    seen = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment(PYTHONHASHSEED=seed), capture_output=True, check=True
        )
        for seed in ("1", "2")
    ]
    assert seen[0].stdout == seen[1].stdout != b""


def test_the_code_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = docs_code("datasets.md")
    exec(compile(code, "docs/datasets.md", "exec"), spoken := dict[str, Any]())
    assert spoken["cleaned"].column_names == ["id", "text", "error"]
    assert "1 A bell for Tresk" in capsys.readouterr().out
