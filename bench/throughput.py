"""Records a second of ``bodycopy run`` beside trafilatura in a process pool, on the same records: part of ``make bench``.

The clock, not CPU time: what counts is how soon a corpus is done. Also what a run costs over a plain loop that reads, cleans and
writes, and what a second process brings. Each is timed several times in turn, and the fastest counts.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import trafilatura

import bodycopy
from shared_pages import default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared_pages import Shared

_TEXTS = ("html_text", "trafilatura")


def records(shared: Shared, kind: str, count: int, seed: int) -> list[dict[str, str]]:
    """So many records of open pages, drawn with replacement where there are fewer: ``html``, or ``text``."""
    name = "html_dev" if kind == "html" else "text_dev"
    rows = [row for row in shared.rows(name) if row["id"] not in shared.sealed]
    if kind == "text":
        rows = [row for row in rows if row["source"] in _TEXTS]
    drawn = random.Random(seed).choices(rows, k=count)
    return [{"id": str(number), kind: row[kind]} for number, row in enumerate(drawn)]


def loop(source: Path, output: Path) -> None:
    """What a user would write without `run`."""
    with source.open(encoding="utf-8") as lines, output.open("w", encoding="utf-8") as out:
        for line in lines:
            record = json.loads(line)
            html = record.pop("html", None)
            record["text"] = bodycopy.clean(html or record["text"], format="html" if html else None).text
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def loop_apart(source: Path, output: Path) -> None:
    """The same in a process of its own, so that it starts as cold as a run does."""
    code = f"from pathlib import Path; from throughput import loop; loop(Path({str(source)!r}), Path({str(output)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent)


def run(source: Path, output: Path, jobs: int) -> None:
    """``bodycopy run``; status 1 means that records were rejected, which happens to pages."""
    command = [sys.executable, "-m", "bodycopy", "run", str(source), "-o", str(output), "-j", str(jobs), "--force"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def extracted(line: str) -> str:
    """One record as trafilatura has it."""
    record = json.loads(line)
    record["text"] = trafilatura.extract(record.pop("html"))
    return json.dumps(record, ensure_ascii=False)


def pooled(source: Path, output: Path, jobs: int) -> None:
    """The pages as trafilatura has them, in a process pool."""
    with ProcessPoolExecutor(jobs) as pool, source.open(encoding="utf-8") as lines, output.open("w") as out:
        for line in pool.map(extracted, lines, chunksize=16):
            out.write(line + "\n")


def fastest(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Seconds of each way, the fewest of some rounds in turn."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


def measure(kind: str, found: Sequence[dict[str, str]], jobs: int, rounds: int) -> None:
    """Time all ways on the same records and print what came of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        source.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in found), encoding="utf-8")
        ways: dict[str, Callable[[], None]] = {
            "plain loop": lambda: loop_apart(source, folder / "loop.jsonl"),
            "run -j 1": lambda: run(source, folder / "one.jsonl", 1),
            f"run -j {jobs}": lambda: run(source, folder / "many.jsonl", jobs),
        }
        if kind == "html":
            ways[f"trafilatura, pool of {jobs}"] = lambda: pooled(source, folder / "theirs.jsonl", jobs)
        took = fastest(ways, rounds)
        size = source.stat().st_size / 1e6
    print(f"\n{len(found)} records of {kind}, {size:.1f} MB, the fastest of {rounds} rounds")
    for way, seconds in took.items():
        print(f"{way:<24} {len(found) / seconds:8.1f} records/s {size / seconds:8.2f} MB/s {seconds:8.2f} s")
    one, many = took["run -j 1"], took[f"run -j {jobs}"]
    print(
        f"run -j 1 takes {one / took['plain loop']:.2f} of the loop's time, -j {jobs} brings {one / many:.2f} times its rate"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the records, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=default_shared(), help="the folder with bench/")
    parser.add_argument("--records", type=int, default=1000, metavar="N", help="how many of each kind (1000)")
    parser.add_argument("--rounds", type=int, default=2, metavar="N", help="how often each way (2)")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes (2)")
    args = parser.parse_args(argv)
    shared = open_shared(args.shared)
    for kind in ("html", "text"):
        measure(kind, records(shared, kind, args.records, 1), args.jobs, args.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
