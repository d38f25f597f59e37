"""``bodycopy check`` beside ``bodycopy run`` on the same short texts, and once more out of its cache: part of ``make bench``.

One invented text in ten has a sign-up in it. A check shall be at least half as fast as a run in as many processes, and twenty
times as fast as that when nothing has changed; exit status 1 where that is not so. Linux only: memory is read from ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scale import sentence, watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST, LEAST_CACHED = 0.5, 20.0
_POLL = 0.05
_PITCH = "Sign up for our newsletter and get the best stories delivered to your inbox every morning"
_ONE_IN = 10


def text(number: int) -> str:
    """One invented text of a few paragraphs."""
    rng = random.Random(number)
    paragraphs = [" ".join(sentence(rng) for _ in range(rng.randint(2, 4))) for _ in range(rng.randint(3, 6))]
    if number % _ONE_IN == 0:
        paragraphs.insert(2, _PITCH)
    return "\n\n".join(paragraphs) + "\n"


def lines(count: int) -> Iterator[bytes]:
    """So many records."""
    for number in range(count):
        yield json.dumps({"id": str(number), "text": text(number)}).encode() + b"\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the records, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, metavar="N", help="how many (20000)")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes (2)")
    args = parser.parse_args(argv)
    check = ["check", "in.jsonl", "-j", str(args.jobs)]
    ways = {
        "run": ["run", "in.jsonl", "-o", "out.jsonl", "-j", str(args.jobs)],
        "check": check,
        "check again": check,
    }
    with tempfile.TemporaryDirectory() as name:
        with (Path(name) / "in.jsonl").open("wb") as file:
            file.writelines(lines(args.records))
        took = {way: watched(arguments, Path(name), (0, 1), _POLL) for way, arguments in ways.items()}
    print(f"\n{args.records:,} records in {args.jobs} processes")
    for way, peak in took.items():
        print(f"{way:<12} {args.records / peak.seconds:8.0f} records/s {peak.seconds:8.1f} s  "
              f"parent {peak.parent:6.0f} MiB  worker {peak.worker:6.0f} MiB")  # fmt: skip
    speed = took["run"].seconds / took["check"].seconds
    cached = took["check"].seconds / took["check again"].seconds
    print(f"check has {speed:.2f} of run's speed (least: {LEAST}), its cache {cached:.1f} times that ({LEAST_CACHED})")
    return 0 if speed >= LEAST and cached >= LEAST_CACHED else 1


if __name__ == "__main__":
    sys.exit(main())
