"""Trafilatura on the same pages, scored by the same scorer: what bodycopy's figures are told beside.

Comments are left out, as the golds have none. It is run once for each version and each state of the data; kept are
scores alone, in the order of the gold, without a page's name or text: some of the pages are sealed.
"""

from __future__ import annotations

import hashlib
import json
import logging
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from shared_pages import Row, Shared

MODES: dict[str, dict[str, bool]] = {"trafilatura": {}, "recall": {"favor_recall": True}}
FILES = ("html_dev", "gold_dev", "lines_dev")


class Rival(NamedTuple):
    """The scores of one mode: of each page by id, and the lines report of each part."""

    body: dict[str, Row]
    lines: dict[str, dict[str, Any]]


def extract(page: tuple[str, str | None], mode: str) -> str:
    """What trafilatura makes of a page and its address."""
    import trafilatura

    logging.disable(logging.ERROR)  # it complains of pages that it finds nothing in
    return trafilatura.extract(page[0], url=page[1], include_comments=False, **MODES[mode]) or ""


def rivals(shared: Shared, cache: Path, processes: int) -> dict[str, Rival]:
    """The scores of both modes, from the cache where it is of this version, this scorer and these data."""
    gold = shared.rows("gold_dev")
    scorer = (shared.root / "bench" / "score.py").read_bytes()
    mark = hashlib.sha256(scorer + f"{trafilatura_version()} {MODES} {shared.fingerprint(FILES)}".encode()).hexdigest()
    kept = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    if kept.get("mark") != mark:
        kept = {"mark": mark, **{mode: _scored(shared, gold, mode, processes) for mode in MODES}}
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(kept), encoding="utf-8")
    ids = [row["id"] for row in gold]
    return {mode: Rival(dict(zip(ids, kept[mode]["body"], strict=True)), kept[mode]["lines"]) for mode in MODES}


def trafilatura_version() -> str:
    """The version that is installed."""
    return version("trafilatura")


def _scored(shared: Shared, gold: list[Row], mode: str, processes: int) -> dict[str, Any]:
    html = shared.rows("html_dev")
    with ProcessPoolExecutor(processes) as pool:
        texts = list(pool.map(partial(extract, mode=mode), [(r["html"], r.get("url")) for r in html], chunksize=8))
    predicted = {row["id"]: {"text": text} for row, text in zip(html, texts, strict=True)}
    pages = shared.scorer.score_body(gold, predicted)
    body = [{name: page[name] for name in ("f1", "sp", "sr")} for page in pages]
    parts = shared.parts(shared.rows("lines_dev"))
    return {
        "body": body,
        "lines": {part: shared.scorer.report_lines(rows, predicted, 0) for part, rows in parts.items()},
    }
