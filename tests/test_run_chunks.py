"""The reader of `bodycopy run`: from any place on it gives the chunks that it gave before, faults once, and nothing twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import corpora
from bodycopy.corpus.sources import Reading, find

DRAW = random.Random(5)
ROWS = [row | {"html": row["html"] + "<p>So on.</p>" * DRAW.choice((0, 9, 90, 900, 4000))} for row in corpora.rows(90)]
WARC = [corpora.response(row) for row in ROWS]
PAGES = [corpora.warc_record("request", ROWS[0], b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request"), *WARC]


def put_all(folder: Path) -> list[str]:
    """A corpus in every form, some of it broken; the names to read it by."""
    corpora.put_lines(folder / "a.jsonl", [*ROWS[:40], "", "no JSON", *ROWS[40:]])
    corpora.put_lines(folder / "b.jsonl.gz", ROWS[:30])
    corpora.put_parquet(folder / "c.parquet", ROWS, row_group_size=50)
    corpora.put_warc(folder / "d.warc", PAGES)
    for name in ("b.jsonl.gz", "c.parquet", "d.warc"):
        data = (folder / name).read_bytes()
        (folder / f"cut-{name}").write_bytes(data[: len(data) * 2 // 3])
    corpora.put_warc(folder / "torn.warc", [*PAGES[:20], PAGES[20][:-900], *PAGES[21:40], b"\0" * 99, *PAGES[40:]])
    for number, row in enumerate(ROWS[:50]):
        (folder / f"p{number}.html").write_text(row["html"])
    (folder / "broken.jsonl").symlink_to("nowhere")
    return [str(folder)]


def test_from_any_place_on_the_chunks_are_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow"), pytest.importorskip("fastwarc")
    sources = find(put_all(tmp_path))
    assert len(sources) == 59
    chunks = list(Reading(sources).chunks([]))
    assert len(chunks) > 20
    assert list(Reading(sources).chunks([])) == chunks
    for number in range(len(chunks)):
        _, after = chunks[number]
        rest = Reading(sources).chunks(list(after))
        assert [next(rest, None), next(rest, None)] == [*chunks[number + 1 : number + 3], None, None][:2]
    assert list(Reading(sources).chunks(chunks[-1][1])) == []


def test_how_much_is_read_is_known_by_bytes(tmp_path: Path) -> None:
    corpora.put_lines(tmp_path / "a.jsonl", ROWS)
    reading = Reading(find([str(tmp_path)]))
    shares = [reading.share for _ in reading.chunks([])]
    assert shares == sorted(shares)
    assert reading.share == 1.0
    assert Reading(find(["-"])).share is None
