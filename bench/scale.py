"""A run of many records beside one of few: the same texts from every format, and no more memory: part of ``make soak``.

Invented pages go through JSON lines, Parquet and WARC; the cleaned texts must be equal record by record, and the peak memory of
parent and workers at most 1.3 times that of a tenth of the records. Exit status 1 where that is not so. Linux only: memory is
read from ``/proc``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 1.3
_POLL = 0.2
_WORDS = (
    "harbour ferry council bread winter captain island window letter garden bridge market river stone lamp ticket teacher doctor "
    "engine school morning evening paper number question answer village mountain road church kitchen summer answer"
).split()
_LINKS = (
    "the",
    "a",
    "of",
    "and",
    "in",
    "to",
    "was",
    "for",
    "on",
    "with",
    "that",
    "had",
    "by",
    "not",
    "were",
    "from",
    "at",
)


def sentence(rng: random.Random) -> str:
    """Words as a sentence."""
    words = [rng.choice(_WORDS if number % 2 else _LINKS) for number in range(rng.randint(8, 20))]
    return " ".join(words).capitalize() + "."


def page(number: int) -> str:
    """One invented page: a headline, paragraphs, a sign-up and links to other stories."""
    rng = random.Random(number)
    paragraphs = "".join(
        f"<p>{' '.join(sentence(rng) for _ in range(rng.randint(2, 4)))}</p>" for _ in range(rng.randint(3, 6))
    )
    title = " ".join(rng.choice(_WORDS) for _ in range(5)).capitalize()
    links = "".join(f'<li><a href="/{i}">{" ".join(rng.choice(_WORDS) for _ in range(6))}</a></li>' for i in range(4))
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}"
        "<div class='newsletter'><p>Sign up for our newsletter</p><form><input type='email'></form></div>"
        f"</article><aside><h2>Most read</h2><ul>{links}</ul></aside></body></html>"
    )


def rows(count: int) -> Iterator[dict[str, str]]:
    """So many records."""
    for number in range(count):
        yield {"id": str(number), "url": f"https://example.org/{number}", "html": page(number)}


def write_inputs(folder: Path, count: int) -> list[Path]:
    """The same records as JSON lines, Parquet and WARC."""
    import pyarrow as pa
    from pyarrow import parquet

    lines, table, archive = folder / "in.jsonl.gz", folder / "in.parquet", folder / "in.warc.gz"
    schema = pa.schema([(name, pa.string()) for name in ("id", "url", "html")])
    with (
        gzip.open(lines, "wb", compresslevel=1) as as_lines,
        parquet.ParquetWriter(table, schema) as as_table,
        archive.open("wb") as as_archive,
    ):
        held = []
        for row in rows(count):
            as_lines.write(json.dumps(row).encode() + b"\n")
            as_archive.write(gzip.compress(response(row), 1, mtime=0))
            held.append(row)
            if len(held) == 1000:
                as_table.write_table(pa.Table.from_pylist(held, schema))
                held = []
        if held:
            as_table.write_table(pa.Table.from_pylist(held, schema))
    return [lines, table, archive]


def response(row: dict[str, str]) -> bytes:
    """One record of a WARC file."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + row["html"].encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{row['id']:0>8}-0000-0000-0000-000000000000>\r\n"
        f"WARC-Target-URI: {row['url']}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


class Peak(NamedTuple):
    """The most memory that the parent and any of its processes had, in MiB, and the seconds of the run."""

    parent: float
    worker: float
    seconds: float


def run(source: Path, output: Path, jobs: int) -> Peak:
    """Run, and watch the memory of all processes."""
    return watched(["run", str(source), "-o", str(output), "-j", str(jobs), "--force"])


def watched(
    arguments: Sequence[str], folder: Path | None = None, fine: Sequence[int] = (0,), poll: float = _POLL
) -> Peak:
    """One command of bodycopy, with what it and its processes took; ends the program where its exit status is not ``fine``.

    Memory is looked at, and the end noticed, every ``poll`` seconds.
    """
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "bodycopy", *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    parent = worker = 0.0
    while process.poll() is None:
        parent = max(parent, memory(process.pid))
        worker = max([worker, *map(memory, below(process.pid))])
        time.sleep(poll)
    if process.returncode not in fine:
        raise SystemExit(f"{' '.join(arguments)}: exit status {process.returncode}")
    return Peak(parent, worker, time.monotonic() - begun)


def memory(pid: int) -> float:
    """The most memory that a process has had so far, in MiB; 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def below(pid: int) -> list[int]:
    """All processes that a process has started, and those have."""
    parents: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path(f"/proc/{name}/stat").read_text()
        except OSError:
            continue
        parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(name))
    found: list[int] = []
    due = [pid]
    while due:
        children = parents.get(due.pop(), [])
        found += children
        due += children
    return found


def texts(path: Path) -> Iterator[str]:
    """The cleaned texts of an output, in order."""
    if path.suffix == ".parquet":
        from pyarrow import parquet

        for batch in parquet.ParquetFile(path).iter_batches(1000, columns=["text"]):
            yield from batch.column(0).to_pylist()
    else:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run few and many records of every format, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000, metavar="N", help="how many (50000)")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes (2)")
    args = parser.parse_args(argv)
    good = True
    with tempfile.TemporaryDirectory() as name:
        peaks: dict[str, list[Peak]] = {}
        for count in (args.records // 10, args.records):
            outputs = []
            for source in write_inputs(Path(name), count):
                outputs.append(
                    Path(name) / ("out.parquet" if source.suffix == ".parquet" else f"{source.name}.out.jsonl.gz")
                )
                peak = run(source, outputs[-1], args.jobs)
                peaks.setdefault(source.name, []).append(peak)
                print(f"{count:>7} records, {source.name:<12} parent {peak.parent:6.0f} MiB  worker {peak.worker:6.0f} MiB  "
                      f"{peak.seconds:7.1f} s  {count / peak.seconds:6.0f} records/s", flush=True)  # fmt: skip
            alike = all(len(set(found)) == 1 for found in zip(*map(texts, outputs), strict=True))
            print(f"{count:>7} records: the texts are {'the same' if alike else 'NOT THE SAME'}")
            good &= alike
    for source, (few, many) in peaks.items():
        ratios = many.parent / few.parent, many.worker / few.worker
        print(f"{source}: parent {ratios[0]:.2f}, worker {ratios[1]:.2f} times the memory of a tenth (most: {MOST})")
        good &= max(ratios) <= MOST
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
