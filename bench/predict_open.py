"""Clean open pages by the code and the folds of one version: what ``compare.py`` runs twice.

It is started with that version's ``src`` and ``bench`` on the path, so all it imports is of that version: it asks for
nothing that has not long been there. Exit status 1, one line, where the version has no folds of its own code and this data.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import folds
from bodycopy.pipeline import clean_document, read
from predict import BODY_ONLY, Task
from shared_pages import Shared

FILES = {"html": ("html_dev", "html"), "lines": ("lines_text_dev", "text")}
"""The bench's file of each kind of input and the format that it is in; all other kinds are sources of text."""


def rows(shared: Shared, on: str) -> list[dict[str, str]]:
    """The open pages of one kind of input."""
    name = FILES[on][0] if on in FILES else "text_dev"
    found = [row for row in shared.rows(name) if row["id"] not in shared.sealed]
    return found if on in FILES else [row for row in found if row["source"] == on]


def clean(task: Task) -> dict[str, object]:
    """The record of one page, as the scorer reads it; of a page that crashes an empty one."""
    try:
        document = read(task.source, url=task.url, format=task.format)
        cleaned = clean_document(document, BODY_ONLY, task.weights)
    except Exception as error:  # noqa: BLE001 - a crash is a change like others
        return {"id": task.id, "text": "", "removed": [], "error": f"{type(error).__name__}: {error}"}
    removed = [{"label": str(removal.label), "text": removal.text} for removal in cleaned.removed]
    return {"id": task.id, "text": cleaned.text, "removed": removed}


def main() -> int:
    """Write the records of all pages asked for, as JSON, by kind of input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="the folder with bench/")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--on", action="append", required=True, help="kind of input (may be repeated)")
    parser.add_argument("--page", help="only this one")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    args = parser.parse_args()
    shared = Shared(args.shared)
    try:
        fitted = folds.read_folds(folds.PATH, shared)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    records = {}
    with ProcessPoolExecutor(args.jobs) as pool:
        for on in args.on:
            form = FILES[on][1] if on in FILES else "text"
            tasks = [
                Task(row["id"], row[form], form, row.get("url"), fitted.for_page(row["id"], html=form == "html"))
                for row in rows(shared, on)
                if args.page in (None, row["id"])
            ]
            records[on] = list(pool.map(clean, tasks, chunksize=8))
    args.out.write_text(json.dumps(records), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
