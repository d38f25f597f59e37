"""`bodycopy run` with WARC files that are damaged in the middle: each byte is in a record that is cleaned or in a reject."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import corpora
from bodycopy.corpus import frames
from cli_tools import do_fixture, put  # noqa: F401 - a fixture

pytest.importorskip("fastwarc")

ROWS = corpora.rows(6)
RECORDS = [corpora.response(row) for row in ROWS]
AT = 2
"""The record that is damaged."""

DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "version": (lambda record: record.replace(b"WARC/1.0", b"WARX/1.0"), "no record"),
    "head": (lambda record: b"WARC/1.0\r\n" + bytes(60) + record[70:], "a record of no known type"),
    "no-length": (lambda record: re.sub(rb"Content-Length: \d+\r\n\r\n", b"\r\n", record, count=1), "a damaged head"),
    "too-short": (
        lambda record: re.sub(rb"Content-Length: \d+\r\n\r\n", b"Content-Length: 300\r\n\r\n", record, count=1),
        "a record does not end where it says",
    ),
    "too-long": (
        lambda record: re.sub(rb"Content-Length: \d+\r\n\r\n", b"Content-Length: 4000\r\n\r\n", record, count=1),
        "a record does not end where it says",
    ),
    "longer-than-the-file": (
        lambda record: re.sub(rb"Content-Length: \d+\r\n\r\n", b"Content-Length: 99999\r\n\r\n", record, count=1),
        "cut off, ",
    ),
    "torn": (lambda record: record[:-500], "a record does not end where it says"),
    "begun-twice": (lambda record: record[: record.index(b"WARC-Target")] + record, "a damaged head"),
    "garbage-between": (lambda record: b"\x00\xff" * 999 + record, "no record"),
    "all-of-it": (lambda record: bytes(len(record)), "no record"),
}


def kept(rejected: corpora.Row) -> bytes:
    """The bytes that a reject has of a damaged file."""
    return base64.b64decode(rejected["base64"]) if "base64" in rejected else str(rejected["record"]).encode()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.zst"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_rejected_as_it_was_and_the_next_record_found(
    do: Any, tmp_path: Path, name: str, damage: str
) -> None:
    make, reason = DAMAGE[damage]
    records = [*RECORDS[:AT], make(RECORDS[AT]), *RECORDS[AT + 1 :]]
    corpora.put_warc(tmp_path / name, records)
    answer = do("run", name, "-o", "out.jsonl")
    found = [row["id"] for row in corpora.read(tmp_path / "out.jsonl")]
    others = [f"<urn:x:{row['id']}>" for number, row in enumerate(ROWS) if number != AT]
    whole = damage in ("begun-twice", "garbage-between")
    assert [identity for identity in found if identity != "<urn:x:r-2>"] == others
    assert found == ([*others[:2], "<urn:x:r-2>", *others[2:]] if whole else others)
    assert answer.status == 1
    (rejected,) = corpora.rejects(tmp_path / "out.jsonl")
    assert (rejected["file"], rejected["number"]) == (name, AT + 1)
    size, start, why = re.fullmatch(r"damaged: (\d+) bytes from byte (\d+) on: (.*)", rejected["reason"]).groups()  # type: ignore[union-attr]
    assert why.startswith(reason)
    data = b"".join(records)
    assert kept(rejected) == data[int(start) - 1 :][: int(size)]
    rest = len(data) - int(size) - sum(len(r) for n, r in enumerate(RECORDS) if whole or n != AT)
    assert rest == (4 if damage == "head" else 0)  # the ends of lines after a record that is in its place


def test_a_record_that_cannot_be_unpacked_costs_itself(do: Any, tmp_path: Path) -> None:
    """Its head says so, and its page is not packed, or is cut off."""
    lies = [
        record.replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n" + head).replace(
            b"Content-Length: ", b"Content-Length: %d\r\nX-Was: " % (length + len(head)), 1
        )
        for head, record, length in (
            (b"Content-Encoding: gzip\r\n", RECORDS[1], 0),
            (b"Transfer-Encoding: chunked\r\n", RECORDS[2], 0),
        )
        for length in [int(re.search(rb"Content-Length: (\d+)", record)[1])]  # type: ignore[index]
    ]
    corpora.put_warc(tmp_path / "a.warc", [RECORDS[0], *lies, *RECORDS[3:]])
    assert do("run", "a.warc", "-o", "out.jsonl").status == 1
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == [f"<urn:x:r-{n}>" for n in (0, 3, 4, 5)]
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert [row["reason"].partition(":")[0] for row in rejected] == ["cannot be read"] * 2
    assert all(len(row["reason"]) < 150 for row in rejected)
    assert [kept(row) + b"\r\n\r\n" for row in rejected] == lies


@pytest.mark.parametrize("form", ["base32", "hex"])
def test_a_record_of_another_digest_is_rejected_and_can_be_read_again(do: Any, tmp_path: Path, form: str) -> None:
    def told(record: bytes) -> bytes:
        head, _, block = record.removesuffix(b"\r\n\r\n").partition(b"\r\n\r\n")
        digest = hashlib.sha1(block).digest()
        text = digest.hex().encode() if form == "hex" else base64.b32encode(digest)
        return head + b"\r\nWARC-Block-Digest: sha1:" + text + b"\r\n\r\n" + block + b"\r\n\r\n"

    records = [told(record) for record in RECORDS]
    records[AT] = records[AT].replace(b"islanders", b"isla\x00ders")
    corpora.put_warc(tmp_path / "a.warc", records)
    assert do("run", "a.warc", "-o", "out.jsonl").status == 1
    assert len(corpora.read(tmp_path / "out.jsonl")) == 5
    (rejected,) = corpora.rejects(tmp_path / "out.jsonl")
    assert (rejected["id"], rejected["reason"]) == ("<urn:x:r-2>", "damaged: another digest than it says")
    assert do("run", "out.jsonl.rejected.jsonl", "-o", "again.jsonl").status == 0
    assert [row["id"] for row in corpora.read(tmp_path / "again.jsonl")] == ["<urn:x:r-2>"]


def test_a_page_whose_packing_has_another_checksum_is_no_good_record(do: Any, tmp_path: Path) -> None:
    """What unpacks to something else is known when it is over; the page before is whole."""
    members = [bytearray(gzip.compress(record, 0)) for record in RECORDS]  # stored: any byte may be another
    at = members[AT].index(b"islanders")
    members[AT][at : at + 9] = b"highlands"
    put(tmp_path / "a.warc.gz", b"".join(members))
    assert do("run", "a.warc.gz", "-o", "out.jsonl").status == 1
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == ["<urn:x:r-0>", "<urn:x:r-1>"]
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert rejected[0]["reason"].endswith("another checksum")
    assert b"highlands" in kept(rejected[0])
    assert rejected[1]["reason"].startswith("cannot be read on: CRC check failed")


def test_long_stretches_are_told_and_not_kept(do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of more than 256 MiB is held, whether it says that it is a record or not; here it is less."""
    monkeypatch.setattr(frames, "MOST", 100_000)
    long = corpora.response(ROWS[1] | {"html": "<p>" + "So on. " * 300_000})
    garbage = bytes(400_000)
    records = [RECORDS[0], long, RECORDS[2], garbage, RECORDS[3], long[:-900], RECORDS[4]]
    corpora.put_warc(tmp_path / "a.warc.gz", records)
    assert do("run", "a.warc.gz", "-o", "out.jsonl").status == 1
    assert [row["id"] for row in corpora.read(tmp_path / "out.jsonl")] == ["<urn:x:r-0>", "<urn:x:r-2>", "<urn:x:r-3>"]
    rejected = corpora.rejects(tmp_path / "out.jsonl")
    assert [number for number, row in enumerate(rejected) if row["record"] is None] == [0, 1, 2, 3, 5]
    assert rejected[0]["reason"] == "a record of more than 256 MiB"
    told = [re.match(r"damaged: (\d+) bytes from byte \d+ on: (.*)", row["reason"]) for row in rejected[1:]]
    sizes, reasons = zip(*(match.groups() for match in told if match), strict=True)
    assert sum(map(int, sizes[:4])) == len(garbage)
    assert int(sizes[4]) == len(long) - 4
    assert reasons == ("no record",) * 4 + ("a record does not end where it says", "no record")


def test_heads_without_end_and_records_in_records_take_linear_time(tmp_path: Path) -> None:
    import io
    import time

    for piece in (b"WARC/1.0\n", b"xWARC/1.0\n", b"WARC/1.0\r\nContent-Length: 90000000\r\n\r\n", b"\nWARC/1.0\n\n"):
        begun = time.monotonic()
        window = frames.Window(io.BufferedReader(io.BytesIO(piece * (4_000_000 // len(piece)))), 0)  # type: ignore[arg-type]
        with pytest.raises(frames.SourceError):
            list(frames.frames(window))
        assert time.monotonic() - begun < 10
