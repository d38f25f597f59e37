"""What the tests of `bodycopy run` share: invented records, every form that a corpus comes in, and readers of what came out."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli_tools import PAGE, PARAGRAPHS, PITCH, environment

Row = dict[str, Any]

KNOWN = ("journal", "part", "tmp")
"""Endings of what a run leaves only where it was ended."""


def page(number: int) -> str:
    """A page with a pitch in it, unlike its neighbours in words and length."""
    html = PAGE.format(charset="utf-8").replace("Monday", f"day {number}")
    for extra in range(number % 3):
        html = html.replace(
            "</article>", f"<p>{PARAGRAPHS[4 + extra]} That was the year of ship {number}.</p></article>"
        )
    return html


def rows(count: int, first: int = 0) -> list[Row]:
    """So many records, with columns of several kinds around the page."""
    return [
        {
            "id": f"r-{number}",
            "url": f"https://example.org/ferry/{number}",
            "html": page(number),
            "score": number / 4,
            "tags": ["ferry", f"n{number}"],
            "meta": {"year": 2000 + number, "good": number % 2 == 0, "note": None},
        }
        for number in range(first, first + count)
    ]


def lines(records: Iterable[Row | str | bytes]) -> bytes:
    """Records as lines of JSON; text and bytes stay as they are."""

    def line(record: Row | str | bytes) -> bytes:
        if isinstance(record, bytes):
            return record
        text = record if isinstance(record, str) else json.dumps(record, ensure_ascii="odd" in record)
        return text.encode()

    return b"".join(line(record) + b"\n" for record in records)


def zstd(data: bytes) -> bytes:
    packed: bytes = pytest.importorskip("zstandard").ZstdCompressor().compress(data)
    return packed


def packed(data: bytes, name: str) -> bytes:
    """Bytes as a file of this name has them."""
    return gzip.compress(data, mtime=0) if name.endswith(".gz") else zstd(data) if name.endswith(".zst") else data


def put_lines(path: Path, records: Iterable[Row | str | bytes]) -> Path:
    """Write lines of JSON, compressed as the name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(lines(records), path.name))
    return path


def put_parquet(path: Path, records: Sequence[Row], **more: Any) -> Path:
    """Write a Parquet file, of Arrow's own types; ``types`` are those of single columns."""
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    types: Mapping[str, Any] = more.pop("types", {})
    table = pa.table({name: pa.array([row[name] for row in records], types.get(name)) for name in records[0]})
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path, **more)
    return path


def response(row: Row, charset: str = "utf-8", kind: str = "text/html") -> bytes:
    """A record as a response in a WARC file."""
    body = row["html"].encode(charset)
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset={charset}\r\nContent-Length: {len(body)}\r\n\r\n"
    return warc_record("response", row, http.encode() + body, "application/http; msgtype=response")


def warc_record(kind: str, row: Row, body: bytes, content_type: str) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:x:{row['id']}>\r\nWARC-Target-URI: {row['url']}\r\n"
        f"WARC-Date: 2024-05-01T10:00:00Z\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def put_warc(path: Path, records: Iterable[bytes]) -> Path:
    """Write records of WARC, each a member of its own where the name says gzip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(packed(record, path.name) for record in records))
    return path


def read(path: Path) -> list[Row]:
    """The records of an output, whatever its form."""
    if path.suffix == ".parquet":
        table: list[Row] = pytest.importorskip("pyarrow.parquet").read_table(path).to_pylist()
        return table
    return [json.loads(line) for line in raw_lines(path)]


def raw_lines(path: Path) -> list[bytes]:
    """The lines of an output, unpacked."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        with pytest.importorskip("zstandard").ZstdDecompressor().stream_reader(data, read_across_frames=True) as file:
            data = file.read()
    assert not data or data.endswith(b"\n")
    return data.splitlines()


def rejects(output: Path) -> list[Row]:
    """The rejected records beside an output."""
    path = rejects_of(output)
    return read(path) if path.exists() else []


def rejects_of(output: Path) -> Path:
    return output.with_name(f"{output.name}.rejected.jsonl")


def contents(folder: Path, stem: str = "") -> dict[str, bytes]:
    """All files below a folder whose path begins so, with their bytes."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name.startswith(stem)}


def unended(folder: Path) -> list[str]:
    """What a run that was not ended in order has left."""
    return [name for name in contents(folder) if name.rpartition(".")[2] in KNOWN]


def is_cut(text: str) -> bool:
    """Whether a text is that of :func:`page` without its pitch."""
    return PITCH not in text and PARAGRAPHS[4] in text and text.startswith(PARAGRAPHS[0])


def start(folder: Path, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    """`bodycopy run` begun as a process, with all that it starts in a group of its own."""
    command = [sys.executable, "-m", "bodycopy", "run", *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen(command, cwd=folder, env=environment(), start_new_session=True, **pipes)


def end(running: subprocess.Popen[bytes], seconds: float = 100) -> tuple[int, str, list[str]]:
    """Wait for a run; its status, what it showed and what it said, each line its own and none of a traceback."""
    out, err = running.communicate(timeout=seconds)
    said = err.decode().splitlines()
    assert all(line.startswith("bodycopy: ") for line in said), err.decode()
    return running.returncode, out.decode(), [line.removeprefix("bodycopy: ") for line in said]


def wait_for(met: Callable[[], object], running: subprocess.Popen[bytes]) -> None:
    """Wait until something is so, or the run has ended."""
    import time

    for _ in range(6000):
        if met() or running.poll() is not None:
            return
        time.sleep(0.01)
    raise AssertionError("waited a minute for nothing")


def descendants(process: int) -> list[int]:
    """The processes below one, its children first: the server that forks, then the workers. Linux only."""
    below: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            status = Path("/proc", name, "stat").read_text(encoding="latin-1")
        except OSError:
            continue
        below.setdefault(int(status.rpartition(")")[2].split()[1]), []).append(int(name))
    found: list[int] = []
    due = [process]
    while due:
        here = sorted(below.get(due.pop(0), []))
        found += here
        due += here
    return found
