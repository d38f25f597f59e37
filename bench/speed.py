"""Time bodycopy beside trafilatura on the same pages, in one process: ``make bench``.

Only ratios within one run hold, so every page is cleaned by both in turn, and which of the two goes first alternates.
CPU time of the process, not the clock. Exit status 1 where bodycopy needs more than a third of trafilatura's time.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import trafilatura

import bodycopy
from shared_pages import default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 1 / 3
WARM = 5  # pages cleaned before the clock runs: imports, phrase packs, caches
RESAMPLES = 2000
TOOLS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("bodycopy", lambda html: bodycopy.clean(html).text),
    ("trafilatura", trafilatura.extract),
)


def timed(tool: Callable[[str], object], html: str) -> float:
    """Seconds of CPU for one page."""
    started = time.process_time()
    tool(html)
    return time.process_time() - started


def measure(pages: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Mean seconds of CPU by tool, page by page, over the rounds."""
    totals = {name: [0.0] * len(pages) for name, _ in TOOLS}
    for html in pages[:WARM]:
        for _, tool in TOOLS:
            tool(html)
    for turn in range(rounds):
        for number, html in enumerate(pages):
            for name, tool in TOOLS if (turn + number) % 2 else TOOLS[::-1]:
                gc.collect()  # so that neither pays for what the other left
                totals[name][number] += timed(tool, html)
    return {name: [seconds / rounds for seconds in times] for name, times in totals.items()}


def interval(ours: Sequence[float], theirs: Sequence[float], rng: random.Random) -> tuple[float, float]:
    """A 95 % bootstrap interval, over pages, of the ratio of the two means."""
    pages, ratios = range(len(ours)), []
    for _ in range(RESAMPLES):
        drawn = rng.choices(pages, k=len(ours))
        ratios.append(sum(ours[i] for i in drawn) / sum(theirs[i] for i in drawn))
    ratios.sort()
    return ratios[int(0.025 * RESAMPLES)], ratios[int(0.975 * RESAMPLES)]


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the pages, measure, print, and compare with the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=default_shared(), help="the folder with bench/")
    parser.add_argument("--pages", type=int, default=150, metavar="N", help="how many open pages (150)")
    parser.add_argument("--rounds", type=int, default=2, metavar="N", help="how often each (2)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the draw (1)")
    args = parser.parse_args(argv)
    shared, rng = open_shared(args.shared), random.Random(args.seed)
    rows = [row for row in shared.rows("html_dev") if row["id"] not in shared.sealed]
    pages = [row["html"] for row in rng.sample(rows, min(args.pages, len(rows)))]
    times = measure(pages, args.rounds)
    print(f"{len(pages)} open pages, {statistics.mean(map(len, pages)) / 1000:.0f} thousand characters on average, "
          f"{args.rounds} rounds, CPU time")  # fmt: skip
    for name, seconds in times.items():
        millis = sorted(1000 * second for second in seconds)
        print(f"{name:<12} mean {statistics.mean(millis):7.2f} ms   median {statistics.median(millis):7.2f} ms   "
              f"slowest {millis[-1]:7.2f} ms")  # fmt: skip
    ours, theirs = times["bodycopy"], times["trafilatura"]
    ratio, (low, high) = sum(ours) / sum(theirs), interval(ours, theirs, rng)
    verdict = "within" if ratio <= MOST else "ABOVE"
    print(f"ratio of the means {ratio:.3f} (95 % interval {low:.3f} to {high:.3f}): {verdict} the limit of {MOST:.3f}")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
