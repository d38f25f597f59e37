"""The step for datatrove: real pipelines of the local executor, JSON lines and Parquet in and out, two tasks."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import bodycopy
from fixture_files import FIXTURES
from frameworks import documented, framework, page_files

framework("datatrove", "datatrove")

import dill  # noqa: E402
from datatrove.data import Document  # noqa: E402
from datatrove.executor import LocalPipelineExecutor  # noqa: E402
from datatrove.pipeline.base import PipelineStep  # noqa: E402
from datatrove.pipeline.readers import JsonlReader, ParquetReader  # noqa: E402
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter  # noqa: E402

from bodycopy.integrations.datatrove import BodycopyCleaner  # noqa: E402
from bodycopy.write import removal_dict  # noqa: E402

TEXTS = sorted((FIXTURES / "pages").glob("*/source.txt"))
SOURCES = [path.read_text(encoding="utf-8") for path in (*page_files()[:12], *TEXTS[:6])]
# The first document has no removals: of what it has, a Parquet file takes the types of its columns.
SOURCES.insert(0, "The bell came down from the roof of the school on a Thursday, and nobody had asked the ringers.")


def rows() -> list[dict[str, Any]]:
    return [{"text": text, "id": f"doc-{n:02}", "url": f"https://example.org/{n}"} for n, text in enumerate(SOURCES)]


def halves() -> dict[str, list[dict[str, Any]]]:
    """The rows in two files, one for each task."""
    return {"0": rows()[::2], "1": rows()[1::2]}


def write_jsonl(folder: Path) -> Path:
    folder.mkdir()
    for name, half in halves().items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in half), encoding="utf-8")
    return folder


def read_jsonl(folder: Path) -> list[dict[str, Any]]:
    files = [gzip.decompress(path.read_bytes()) for path in folder.glob("*.jsonl.gz")]
    found = [json.loads(line) for data in files for line in data.splitlines()]
    return sorted(found, key=lambda row: row["id"])


def run(tmp_path: Path, *pipeline: PipelineStep) -> dict[str, Any]:
    """Run a pipeline in two processes and give the stats of its second step."""
    stats = LocalPipelineExecutor(list(pipeline), tasks=2, logging_dir=str(tmp_path / "logs")).run()
    (found,) = [step.stats for step in stats.stats if step.name.endswith("bodycopy")]
    return {name: stat.total for name, stat in found.items()}


def due(sources: list[str], options: bodycopy.Options | None = None) -> dict[str, bodycopy.Cleaned]:
    """What the documents become, by their ids; those of which nothing stays are dropped."""
    cleaned = {f"doc-{n:02}": bodycopy.clean(text, options=options) for n, text in enumerate(sources)}
    return {name: result for name, result in cleaned.items() if result.text.strip()}


def texts(made: list[dict[str, Any]]) -> dict[str, str]:
    return {row["id"]: row["text"] for row in made}


def told(results: dict[str, bodycopy.Cleaned]) -> list[list[dict[str, Any]]]:
    return [[removal_dict(removal) for removal in cleaned.removed] for cleaned in results.values()]


def test_json_lines_in_and_out(tmp_path: Path) -> None:
    reader = JsonlReader(str(write_jsonl(tmp_path / "in")))
    stats = run(tmp_path, reader, BodycopyCleaner(), JsonlWriter(str(tmp_path / "out")))
    made, results = read_jsonl(tmp_path / "out"), due(SOURCES)
    assert texts(made) == {name: cleaned.text for name, cleaned in results.items()}
    assert [row["metadata"]["bodycopy"] for row in made] == told(results)
    assert [row["metadata"]["url"] for row in made] == [row["url"] for row in rows() if row["id"] in results]
    assert {row["metadata"]["bodycopy_error"] for row in made} == {""}

    cleaned = [bodycopy.clean(text) for text in SOURCES]
    labels = Counter(f"removed-{removal.label}" for result in cleaned for removal in result.removed)
    assert {name: count for name, count in stats.items() if name.startswith("removed-")} == labels
    assert stats["total"] == stats["cleaned"] == len(SOURCES)
    assert stats["dropped"] == len(SOURCES) - len(results) > 0
    assert stats["words_in"] == sum(len(item.block.text.split()) for result in cleaned for item in result.blocks)
    assert stats["words_out"] == sum(len(result.text.split()) for result in cleaned)
    assert not stats.get("failed")


@pytest.mark.parametrize("removals", ["json", None])
def test_parquet_in_and_out(tmp_path: Path, removals: Any) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    (tmp_path / "in").mkdir()
    for name, half in halves().items():
        parquet.write_table(pa.Table.from_pylist(half), tmp_path / "in" / f"{name}.parquet")
    reader = ParquetReader(str(tmp_path / "in"))
    run(tmp_path, reader, BodycopyCleaner(removals=removals), ParquetWriter(str(tmp_path / "out")))
    made = [row for path in (tmp_path / "out").glob("*.parquet") for row in parquet.read_table(path).to_pylist()]
    made.sort(key=lambda row: row["id"])
    results = due(SOURCES)
    assert not results["doc-00"].removed
    assert texts(made) == {name: cleaned.text for name, cleaned in results.items()}
    if removals:
        assert [json.loads(row["metadata"]["bodycopy"]) for row in made] == told(results)
    else:
        assert all("bodycopy" not in row["metadata"] for row in made)


def step_on(documents: list[Document], step: BodycopyCleaner) -> list[Document]:
    """What a step makes of documents once it has been to another process and back."""
    return list(dill.loads(dill.dumps(step)).run(iter(documents)))


def test_options_and_format_go_with_the_step() -> None:
    page = SOURCES[1]
    everything = bodycopy.Options(keep=frozenset(bodycopy.Label), model=False)
    (doc,) = step_on([Document(text=page, id="0")], BodycopyCleaner(everything, format="text", removals=None))
    assert doc.text == bodycopy.clean(page, options=everything, format="text").text
    assert doc.metadata == {"bodycopy_error": ""}


def test_what_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="htm"):
        BodycopyCleaner(format="htm")
    with pytest.raises(ValueError, match="removals"):
        BodycopyCleaner(removals="yes")  # type: ignore[arg-type]


def test_a_model_of_ones_own_goes_to_the_tasks(tmp_path: Path) -> None:
    """The executor also writes all that a step holds into a JSON file."""
    options = bodycopy.Options(model=Path(bodycopy.__file__).parent / "data" / "model-html.npz")
    reader = JsonlReader(str(write_jsonl(tmp_path / "in")))
    stats = run(tmp_path, reader, BodycopyCleaner(options, format="html"), JsonlWriter(str(tmp_path / "out")))
    assert stats["cleaned"] == len(SOURCES)
    made = texts(read_jsonl(tmp_path / "out"))
    assert made["doc-01"] == bodycopy.clean(SOURCES[1], options=options).text


def test_a_document_that_cannot_be_read_goes_on_as_it_was() -> None:
    step = BodycopyCleaner()
    given: Any = [7, SOURCES[1], b"\x00\x01\x02"]
    made = list(step.run(iter([Document(text=text, id=str(n)) for n, text in enumerate(given)])))
    assert [doc.text for doc in made] == [7, bodycopy.clean(SOURCES[1]).text, b"\x00\x01\x02"]
    assert [bool(doc.metadata["bodycopy_error"]) for doc in made] == [True, False, True]
    assert made[2].metadata == {"bodycopy": [], "bodycopy_error": "<bytes>: not text or HTML: looks like binary data"}
    assert {name: step.stats[name].total for name in ("total", "failed", "cleaned")} == {
        "total": 3,
        "failed": 2,
        "cleaned": 1,
    }


@pytest.mark.parametrize("keep_empty", [False, True])
def test_a_document_of_which_nothing_stays(keep_empty: bool) -> None:
    text = (FIXTURES / "pages" / "boilerplate-only--login-page" / "source.html").read_text(encoding="utf-8")
    step = BodycopyCleaner(bodycopy.Options(keep=frozenset()), keep_empty=keep_empty)
    made = list(step.run(iter([Document(text=text, id="0")])))
    assert [doc.text for doc in made] == ([""] if keep_empty else [])
    assert step.stats["dropped"].total == (not keep_empty)


def test_the_address_is_that_of_the_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        "bodycopy.integrations.datatrove.clean", lambda *_, url, **more: seen.append(url) or bodycopy.clean("One.")
    )
    documents = [
        Document(text="One.", id="0", metadata=metadata) for metadata in ({"url": "https://a.example/"}, {"url": 7}, {})
    ]
    list(BodycopyCleaner().run(iter(documents)))
    assert seen == ["https://a.example/", None, None]


def test_the_code_of_the_page_about_it_runs(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "pages")
    (tmp_path / "run.py").write_text(documented("datatrove"), encoding="utf-8")
    subprocess.run([sys.executable, "run.py"], cwd=tmp_path, check=True, timeout=300, capture_output=True)
    results = due(SOURCES, bodycopy.Options(strictness="careful"))
    assert texts(read_jsonl(tmp_path / "cleaned")) == {name: cleaned.text for name, cleaned in results.items()}
