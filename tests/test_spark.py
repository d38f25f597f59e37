"""Spark, a real session on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from arrow_tools import are_cleaned, docs_code, needed, rows

needed("pyspark", "spark")
if not shutil.which("java") and not os.environ.get("BODYCOPY_ALL_INTEGRATIONS"):
    pytest.skip("Spark needs Java", allow_module_level=True)

from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema  # noqa: E402

from bodycopy.integrations.arrow import Recipe, clean_batch, clean_schema  # noqa: E402


@pytest.fixture(name="spark", scope="module")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "4",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def frame(spark: Any, count: int) -> Any:
    kind = "id string, html string, url string, words long"
    return (
        spark.createDataFrame([tuple(row.values()) for row in rows(count)], kind)
        .repartition(3)
        .sortWithinPartitions("id")
    )


@pytest.mark.parametrize("recipe", [None, Recipe(with_removed=True)], ids=["bare", "removed"])
def test_a_frame_is_cleaned(spark: Any, recipe: Recipe | None) -> None:
    def clean(batches: Any) -> Any:
        for batch in batches:
            yield clean_batch(batch, recipe)

    pages = frame(spark, 23)
    schema = from_arrow_schema(clean_schema(to_arrow_schema(pages.schema), recipe))
    cleaned = [row.asDict(recursive=True) for row in pages.mapInArrow(clean, schema).collect()]
    removed = [row.pop("removed") for row in cleaned] if recipe else []
    before = {row["id"]: row for row in rows(23)}
    assert len(cleaned) == len(before)
    are_cleaned(cleaned, [before[row["id"]] for row in cleaned])
    for row, removals in zip(cleaned, removed, strict=bool(recipe)):
        labels = None if removals is None else [removal["label"] for removal in removals]
        assert labels == (None if row["text"] is None else ["signup"] if row["words"] % 2 else [])


def test_the_code_of_the_page_runs(spark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = docs_code("spark.md")
    exec(compile(code, "docs/spark.md", "exec"), {})
    assert "1 A bell for Tresk" in capsys.readouterr().out
    assert spark.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch") == "500"
