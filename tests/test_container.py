"""Web archives and e-mails: the right part comes out, and no bomb takes longer than its size allows."""

from __future__ import annotations

import base64
import contextlib
import quopri
import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bodycopy.errors import SourceError
from bodycopy.read.container import open_container

PAGE = "<!DOCTYPE html><html><body><p>Café on the corner = open</p></body></html>"


def archive(*parts: tuple[str, bytes], top: str = "", kind: str = "multipart/related") -> bytes:
    """A web archive as Chrome writes it, with CRLF lines."""
    head = f"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n{top}Content-Type: {kind};\r\n"
    head += '\ttype="text/html";\r\n\tboundary="--b--"\r\n'
    body = b"".join(b"----b--\r\n" + fields.encode() + b"\r\n\r\n" + data + b"\r\n" for fields, data in parts)
    return head.encode() + b"\r\n\r\n" + body + b"----b----\r\n"


def quoted(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")


HTML_QP = (
    "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://example.org/a"
)
IMAGE = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: https://example.org/i.png"


def test_archive_as_chrome_saves_it() -> None:
    data = archive(
        (HTML_QP, quoted(PAGE)), (IMAGE, b"AAAA"), top="Snapshot-Content-Location: https://example.org/top\r\n"
    )
    part = open_container(data)
    assert part is not None
    assert part.data.decode() == PAGE
    assert (part.html, part.charset, part.url, part.ascii_safe) == (True, None, "https://example.org/a", True)


def test_address_of_a_frame_gives_way_to_that_of_the_snapshot() -> None:
    fields = "Content-Type: text/html\r\nContent-Location: cid:frame-1@mhtml.blink"
    part = open_container(archive((fields, b"<p>x"), top="Snapshot-Content-Location: https://example.org/top\r\n"))
    assert part is not None
    assert part.url == "https://example.org/top"


def test_base64_root_with_a_charset_and_a_folded_address_as_internet_explorer_saves_it() -> None:
    fields = (
        'Content-Type: text/html;\r\n\tcharset="windows-1252"\r\nContent-Transfer-Encoding: base64\r\n'
        "Content-Location:\r\n http://example.org/a-long-\r\n address"
    )
    part = open_container(archive((fields, base64.encodebytes(PAGE.encode("cp1252")))))
    assert part is not None
    assert part.data == PAGE.encode("cp1252")
    assert (part.charset, part.url) == ("windows-1252", "http://example.org/a-long-address")


def test_start_names_the_root() -> None:
    data = archive(
        ("Content-Type: text/html\r\nContent-ID: <frame>", b"<p>frame"),
        ("Content-Type: text/html\r\nContent-ID: <root>", b"<p>root"),
        kind='multipart/related; start="<root>"',
    )
    part = open_container(data)
    assert part is not None
    assert part.data == b"<p>root"


def test_a_start_that_names_nothing_leaves_the_first_html_part() -> None:
    data = archive((HTML_QP, quoted(PAGE)), (IMAGE, b"AAAA"), kind='multipart/related; start="<nowhere>"')
    part = open_container(data)
    assert part is not None
    assert part.data.decode() == PAGE


def test_an_archive_cut_short_is_read_as_far_as_it_goes() -> None:
    data = archive((HTML_QP, quoted(PAGE)))
    part = open_container(data[: data.index(b"corner")])
    assert part is not None
    assert part.data.decode().endswith("Café on the ")
    fields = "Content-Type: text/html\r\nContent-Transfer-Encoding: base64"
    part = open_container(archive((fields, base64.b64encode(PAGE.encode())[:41])))
    assert part is not None
    assert PAGE.encode().startswith(part.data)
    assert len(part.data) >= 29


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "News"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("Plain café text")
    return message


def test_html_of_an_email_goes_before_its_text_and_attachments_are_left_out() -> None:
    message = mail()
    message.add_alternative(PAGE, subtype="html", charset="utf-8")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment("<p>attached", subtype="html", filename="a.html")
    part = open_container(message.as_bytes())
    assert part is not None
    assert part.html
    assert part.data.decode().strip() == PAGE
    assert part.charset == "utf-8"
    assert part.url is None


def test_text_of_an_email_without_html() -> None:
    part = open_container(mail().as_bytes())
    assert part is not None
    assert not part.html
    assert part.data.decode().strip() == "Plain café text"


def test_an_attached_message_is_opened_only_where_there_is_no_text_of_its_own() -> None:
    inner = mail()
    inner.add_alternative("<p>forwarded</p>", subtype="html")
    outer = mail()
    outer.add_attachment(inner)
    part = open_container(outer.as_bytes())
    assert part is not None
    assert part.data.decode().strip() == "Plain café text"
    head = b'From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n'
    data = head + b"--x\nContent-Type: message/rfc822\n\n" + inner.as_bytes() + b"\n--x--\n"
    part = open_container(data)
    assert part is not None
    assert part.data.decode().strip() == "<p>forwarded</p>"


def test_ascii_as_the_charset_of_bytes_that_are_not_says_nothing() -> None:
    data = b"From: a\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\ncaf\xc3\xa9"
    part = open_container(data)
    assert part is not None
    assert part.charset is None


def test_nothing_readable_inside_is_an_error() -> None:
    with pytest.raises(SourceError, match="no HTML or text"):
        open_container(archive((IMAGE, b"AAAA")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Plain text.",
        b"<html><p>x",
        b"From: Press office\nTo: All editors\nDate: 4 May\nSubject: A bridge\n\nThe bridge opens on Monday.",
        b"Note: this is prose.\n\nMIME-Version: 1.0 is a header field.",
        b"Content-Type: a header that this text is about\n\nText.",
        b"From here on: a tale\n\nMessage-ID: x",
    ],
)
def test_what_is_no_container(data: bytes) -> None:
    assert open_container(data) is None


def test_forced_takes_any_header() -> None:
    part = open_container(b"From: a\nSubject: b\n\nThe text.", forced=True)
    assert part is not None
    assert part.data == b"The text."
    assert open_container(b"No header here", forced=True) is None


def test_a_mailbox_line_and_a_byte_order_mark_before_the_header() -> None:
    data = b"\xef\xbb\xbfFrom a@example.org Mon Jan 1 00:00:00 2024\nFrom: a\nMIME-Version: 1.0\n\nThe text."
    part = open_container(data)
    assert part is not None
    assert part.data == b"The text."


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(10_000))
SAME = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 100_000
MESSAGES = b"Content-Type: message/rfc822\n\n" * 100_000
BOMBS = {
    "nested": b"MIME-Version: 1.0\n" + NESTED + b"\n<p>deep",
    "nested, one boundary": b"MIME-Version: 1.0\n" + SAME,
    "messages in messages": b"MIME-Version: 1.0\n" + MESSAGES + b"\ntext",
    "many parts": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\nContent-Type: a/b\n\nx\n" * 100_000,
    "empty parts": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 1_000_000,
    "many fields": b"MIME-Version: 1.0\nFrom: a\n" + b"X: y\n" * 2_000_000 + b"\ntext",
    "long field": b"MIME-Version: 1.0\nFrom: a\nSubject: " + b"x" * 10_000_000 + b"\n\ntext",
    "folded field": b"MIME-Version: 1.0\nFrom: a\nSubject: a\n" + b" x\n" * 3_000_000 + b"\ntext",
    "header without end": b"MIME-Version: 1.0\nFrom: a\n" + b"\n " * 5_000_000,
    "parameters": b"MIME-Version: 1.0\nFrom: a\nContent-Type: text/html" + b';a="' * 2_000_000 + b"\n\ntext",
    "boundary in one line": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=-\n\n" + b"-" * 10_000_000,
    "blanks after the boundary": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    + b"\n--b  " * 2_000_000,
    "soft line ends": b"MIME-Version: 1.0\nFrom: a\nContent-Transfer-Encoding: quoted-printable\n\n"
    + b"=\n" * 5_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_take_no_longer_than_their_size_allows(bomb: str) -> None:
    start = time.process_time()
    with contextlib.suppress(SourceError):
        open_container(BOMBS[bomb])
    assert time.process_time() - start < 5


def test_embedded_pictures_are_passed_over_at_full_speed() -> None:
    pictures = [(IMAGE, (b"QUJD" * 19 + b"\r\n") * 100_000) for _ in range(8)]
    data = archive((HTML_QP, quoted(PAGE)), *pictures, kind='multipart/related; start="<nowhere>"')
    assert len(data) > 60_000_000
    start = time.process_time()
    part = open_container(data)
    assert time.process_time() - start < 1
    assert part is not None
    assert part.data.decode() == PAGE


PIECES = st.sampled_from([
    b"MIME-Version: 1.0\n", b"Content-Type: multipart/related; boundary=b\n",
    b"Content-Type: text/html; charset*=x'y'%E9\n", b"Content-Type: message/rfc822\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Disposition: attachment\n", b'Content-Type: text/plain; charset="\xff\n', b"--b\n", b"--b--\n",
    b"\n", b"\r\n", b"=", b"=4", b"Content-Type: multipart/mixed; boundary*0=b; boundary*1*=\xe9''c\n", b"QUJD",
    b"Content-Location: https://x\n", b"From: a\n",
])  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=8), max_size=40).map(b"".join), st.booleans())
def test_never_anything_but_a_part_or_a_source_error(data: bytes, forced: bool) -> None:
    for source in (b"MIME-Version: 1.0\nFrom: a\n" + data, data):
        with contextlib.suppress(SourceError):
            open_container(source, forced=forced)
