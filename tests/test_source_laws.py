"""Any bytes end in a text or one clear line, in time that grows with their size only."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bodycopy.document import Format
from bodycopy.errors import SourceError
from bodycopy.read.source import load

PIECES = st.sampled_from([
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\x1f\x8b\x08\0",
    b"<meta charset=", b"utf-16>", b"big5>", b"<?xml version='1.0' encoding='", b"'?>", b"<html>", b"<p>",
    b"</p>", b"\x1b$B", b"\xe3\x81", b"\x81\x30\x81\x30", b"\0a\0b", b"a\0b\0", b"# x\n", b"```\n", b"[a](b)",
    b"From: a\n", b"MIME-Version: 1.0\n", b"Content-Type: multipart/related; boundary=b\n\n", b"--b\n",
    b"Content-Type: text/html\n\n", b"%PDF-", b"<!--", b"-->", b"\xd8\x00", b"replacement>", b"x-user-defined>",
])  # fmt: skip
LABELS = (
    st.none()
    | st.sampled_from(["utf-8", "utf-16", "utf-32", "latin1", "big5", "gb18030", "iso-2022-jp", "nope", ""])
    | st.text(max_size=8)
)
FORMATS = st.none() | st.sampled_from(["html", "text", "markdown", "mhtml", "eml", "x", *Format])


@given(st.lists(PIECES | st.binary(max_size=12), max_size=30).map(b"".join), FORMATS, LABELS)
@example(b"\xff\xfe\0\0\xff", None, None)
@example(b"\0", "html", "utf-16be")
def test_any_bytes_end_in_a_text_or_one_clear_line(data: bytes, format: str | None, label: str | None) -> None:
    try:
        loaded = load(data, format=format, encoding=label)
    except SourceError as error:
        assert str(error).startswith("<bytes>: ")
        assert len(str(error).splitlines()) == 1
    else:
        assert loaded.undecodable <= loaded.text.count("\ufffd")
        assert loaded.encoding


@given(st.text(alphabet=st.characters() | st.sampled_from("<>p/\ud800\0\n:-"), max_size=200), FORMATS)
def test_any_text_ends_in_a_text_or_one_clear_line(text: str, format: str | None) -> None:
    try:
        load(text, format=format)
    except SourceError as error:
        assert len(str(error).splitlines()) == 1


BIG = 20_000_000
HOSTILE = {
    "tags without end": b"<div " * (BIG // 5),
    "deep": b"<div>" * (BIG // 5),
    "comments": b"<!---->" * (BIG // 7),
    "brackets": b"[" * BIG,
    "stars": b"**a" * (BIG // 3),
    "fences": b"```\n" * (BIG // 4),
    "dashes": b"-" * BIG,
    "blanks": b" " * BIG,
    "blank lines": b"\r\n" * (BIG // 2),
    "high bytes": b"\xff" * BIG,
    "halved characters": b"\xe3\x81" * (BIG // 2),
    "lone surrogates": b"\xff\xfe" + b"\x00\xd8" * (BIG // 2),
    "late latin": b"a" * BIG + b"\xe9",
    "escapes": b"\x1b" * BIG,
    "declaration": b"<?xml " + b"encoding=" * (BIG // 9),
    "charset": b"<html>" + b"<meta charset=" * (BIG // 14),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_time_grows_with_size_only(case: str) -> None:
    start = time.process_time()
    with contextlib.suppress(SourceError):
        load(HOSTILE[case])
    assert time.process_time() - start < 5
