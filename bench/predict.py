"""Cleaning many pages in a few processes, and keeping the open results for a look."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import bodycopy
from bodycopy.label import Weights
from bodycopy.pipeline import clean_document, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

DEFAULT = bodycopy.Options()
BODY_ONLY = bodycopy.Options(keep=frozenset({bodycopy.Label.BODY}))


class Task(NamedTuple):
    """One page or text to clean, with the weights to judge it by where they are not those that ship."""

    id: str
    source: str
    format: str
    url: str | None
    weights: Weights | None = None


class Prediction(NamedTuple):
    """What came of it: the text and the removals, whether cleaning once more changes nothing, or what was raised."""

    id: str
    text: str
    removed: tuple[dict[str, str], ...]
    stable: bool
    error: str = ""

    def record(self) -> dict[str, Any]:
        """The form that the scorer reads."""
        return {"id": self.id, "text": self.text, "removed": list(self.removed)}


def predict(task: Task) -> Prediction:
    """Clean one page with only ``body`` kept, and clean the result once more."""
    try:
        cleaned = clean(task, task.source)
        output = _output(task, clean(task, task.source, DEFAULT))
        stable = _output(task, clean(task, output, DEFAULT)) == output
    except Exception as error:  # noqa: BLE001 - a crash on one page is a finding to report, not the end of the run
        return Prediction(task.id, "", (), False, f"{type(error).__name__}: {error}")
    removed = tuple({"label": str(removal.label), "text": removal.text} for removal in cleaned.removed)
    return Prediction(task.id, cleaned.text, removed, stable)


def clean(task: Task, source: str, options: bodycopy.Options = BODY_ONLY) -> bodycopy.Cleaned:
    """A source judged as that of a task is."""
    return clean_document(read(source, url=task.url, format=task.format), options, task.weights)


def _output(task: Task, cleaned: bodycopy.Cleaned) -> str:
    return cleaned.to_html() if task.format == "html" else cleaned.text


def predict_all(name: str, tasks: Sequence[Task], jobs: int) -> list[Prediction]:
    """Clean all pages in ``jobs`` processes, in order; progress goes to standard error where that is a terminal."""
    started = time.monotonic()
    done: list[Prediction] = []
    shown = sys.stderr.isatty()
    with ProcessPoolExecutor(jobs) as pool:
        for prediction in pool.map(predict, tasks, chunksize=8):
            done.append(prediction)
            if shown and len(done) % 20 == 0:
                print(f"\r{name}: {len(done)} of {len(tasks)}", end="", file=sys.stderr, flush=True)
    if shown:
        print(f"\r{name}: {len(tasks)} in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return done


def keep_open(path: Path, predictions: Iterable[Prediction], sealed: frozenset[str]) -> None:
    """Write the predictions of open pages as JSON lines: the sealed ones are not for looking at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        for prediction in predictions:
            if prediction.id not in sealed:
                stream.write(json.dumps(prediction.record(), ensure_ascii=False) + "\n")
