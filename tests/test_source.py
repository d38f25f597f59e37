"""All kinds of sources, one clear line for what is none, and containers from end to end."""

from __future__ import annotations

import bz2
import contextlib
import dataclasses
import gzip
import io
import os
import pickle
import random
import subprocess
import sys
import zlib
from pathlib import Path

import bs4
import pytest
from lxml import etree
from lxml import html as lxml_html

from bodycopy.document import Format
from bodycopy.errors import SourceError
from bodycopy.read.source import Loaded, load

PAGE = "<!DOCTYPE html><html><head><title>T</title></head><body><p>Café, naïve</p></body></html>"


def test_text_is_text_even_where_a_file_has_that_name(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(PAGE)
    loaded = load(str(path))
    assert dataclasses.replace(loaded, warnings=()) == Loaded(str(path), Format.TEXT)
    (warning,) = loaded.warnings
    assert "pathlib.Path" in warning
    (tmp_path / "a").write_text(PAGE)
    assert load(str(tmp_path / "a")).warnings == (warning,)
    assert not load(path).warnings


@pytest.mark.parametrize("text", ["page.html", "saved/My page.HTM", r"C:\saved\notes.txt", "../mail.eml"])
def test_a_text_that_is_a_name_is_warned_of(text: str) -> None:
    assert load(text).warnings
    assert load(text, name="x").text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Read all of it in notes.txt",
        "See the folder saved/page.html",
        "page.html\n",
        "One\ntwo.html",
        "<p>page.html",
        "x" * 300 + ".html",
        "a\0.html",
        "Yes.",
    ],
)
def test_other_texts_are_not(text: str) -> None:
    assert not load(text).warnings
    assert not load(io.StringIO("page.html")).warnings


def test_path_bytes_and_files_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    data = PAGE.encode()
    path.write_bytes(data)
    loads = [load(path), load(data), load(bytearray(data)), load(memoryview(data)), load(io.BytesIO(data))]
    assert {(x.text, x.format, x.encoding, x.undecodable) for x in loads} == {(PAGE, Format.HTML, "UTF-8", 0)}
    assert [x.name for x in loads] == [str(path), "<bytes>", "<bytes>", "<bytes>", "<file>"]
    with path.open("rb") as file:
        assert load(file).name == str(path)
    with path.open(encoding="utf-8") as file:
        assert load(file) == Loaded(PAGE, Format.HTML, name=str(path))
    assert load(io.StringIO(PAGE)).encoding is None


def test_a_name_of_the_callers_own_replaces_the_file_name() -> None:
    assert load(b"x", name="row 7").name == "row 7"
    with pytest.raises(SourceError, match=r"^row 7: not text or HTML: looks like a PDF$"):
        load(b"%PDF-1.7 ...", name="row 7")


def test_subclasses_of_str_come_back_as_plain_str() -> None:
    soup = bs4.BeautifulSoup("<p>Hello</p>", "html.parser")
    assert soup.p is not None
    assert type(load(soup.p.string).text) is str


def test_results_are_frozen_and_picklable() -> None:
    loaded = load(PAGE.encode())
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.text = ""  # type: ignore[misc]


def test_lxml_trees_bring_their_doctype_and_elements_leave_their_tail() -> None:
    tree = lxml_html.document_fromstring(PAGE).getroottree()
    loaded = load(tree)
    assert loaded.text.startswith("<!DOCTYPE html>")
    assert "<p>Café, naïve</p>" in loaded.text
    assert (loaded.format, loaded.encoding, loaded.name) == (Format.HTML, None, "<tree>")
    fragment = lxml_html.fragment_fromstring("<div><p>one<br>two</p>tail</div>")
    assert load(fragment[0]).text == "<p>one<br>two</p>"


def test_empty_elements_of_xhtml_trees_stay_single() -> None:
    root = etree.fromstring('<html xmlns="http://www.w3.org/1999/xhtml"><script src="x"/><p>a<br/>b</p></html>')
    assert "<p>a<br>b</p>" in load(root).text
    assert "</script>" in load(root).text


def test_soups_and_tags() -> None:
    soup = bs4.BeautifulSoup(PAGE, "html.parser")
    assert load(soup) == Loaded(PAGE.replace("html><html", "html>\n<html"), Format.HTML, name="<soup>")
    assert load(soup.p).text == "<p>Café, naïve</p>"


def test_trees_of_any_depth_end_in_a_result_or_an_error() -> None:
    top = bottom = etree.Element("div")
    for _ in range(500):  # In pieces, since lxml looks for namespaces all the way up.
        piece = etree.fromstring("<div>" * 200 + "</div>" * 200)
        bottom.append(piece)
        bottom = next(iter(piece.xpath("//div[not(*)]")))
    assert load(top).text.count("<div>") == 100_001
    soup = bs4.BeautifulSoup("<body></body>", "html.parser")
    last = soup.body
    assert last is not None
    for _ in range(100_000):  # By hand, since append() walks the whole tree each time.
        tag = soup.new_tag("div")
        tag.parent = tag.previous_element = last
        last.contents.append(tag)
        last.next_element = last = tag
    with contextlib.suppress(SourceError):  # Old versions of BeautifulSoup recurse, and then it is an error.
        assert load(soup).text.count("<div>") == 100_000


def test_a_tree_that_cannot_be_written_is_an_error() -> None:
    class Broken(bs4.Tag):
        def __str__(self) -> str:
            raise RecursionError

    with pytest.raises(SourceError, match="<soup>: cannot be read: .*nested too deep"):
        load(Broken(name="p"))
    with pytest.raises(SourceError, match="<tree>: cannot be read"):
        load(etree.ElementTree())


def test_neither_lxml_nor_soup_nor_email_is_imported() -> None:
    code = (
        "import sys; from bodycopy.read.source import load; load(b'<p>x</p>'); load('x'); "
        "print([m for m in ('lxml', 'bs4', 'email.message') if m in sys.modules])"
    )
    path = os.pathsep.join(filter(None, sys.path))
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert result.stdout.strip() == "[]"


def test_missing_file_folder_and_no_permission(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.html: No such file or directory$"):
        load(tmp_path / "none.html")
    with pytest.raises(SourceError, match="Is a directory"):
        load(tmp_path)
    with pytest.raises(SourceError, match="not a file name"):
        load(Path("a\0b"))
    shut = tmp_path / "shut.html"
    shut.write_text("x")
    shut.chmod(0)
    if not os.access(shut, os.R_OK):
        with pytest.raises(SourceError, match=r"shut\.html: Permission denied$"):
            load(shut)


def test_no_permission_is_told_as_the_system_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "x")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(SourceError, match=r"^x\.html: Permission denied$"):
        load(Path("x.html"))


def test_messages_are_one_line_whatever_the_name() -> None:
    with pytest.raises(SourceError) as caught:
        load(Path("a\nb\udc80.html"))
    assert str(caught.value) == "a?b?.html: No such file or directory"


class _Reader:
    def __init__(self, answer: object) -> None:
        self.answer = answer

    def read(self) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "source", [None, 7, [b"x"], _Reader(None), _Reader(OSError(5, "Input/output error")), _Reader(ValueError("closed"))]
)
def test_what_is_no_source(source: object) -> None:
    with pytest.raises(SourceError, match="cannot be read|Input/output error"):
        load(source)


def test_closed_and_misread_files(tmp_path: Path) -> None:
    closed = io.BytesIO(b"x")
    closed.close()
    with pytest.raises(SourceError, match="closed"):
        load(closed)
    path = tmp_path / "latin.txt"
    path.write_bytes("Café".encode("latin-1"))
    with path.open(encoding="utf-8") as file, pytest.raises(SourceError, match=r"latin\.txt: cannot be read: .*utf-8"):
        load(file)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n%\xe2\xe3", "a PDF"),
        (b"\r\n%PDF-1.4\n", "a PDF"),
        (b"PK\x03\x04\x14\x00", "a zip archive"),
        (gzip.compress(PAGE.encode(), mtime=0), "a gzip-compressed HTML page; unpack it first"),
        (gzip.compress(b"plain", mtime=0), "gzip-compressed data; unpack it first"),
        (b"\x1f\x8bgarbage", "gzip-compressed data"),
        (bz2.compress(b"plain"), "bzip2"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"GIF89a\x01\0", "a GIF image"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP image"),
        (b"\0\0\0\x18ftypmp42", "a video or an image in an MP4"),
        (b"\x7fELF\x02\x01\x01", "an ELF program"),
        (b"bplist00\xd1", "a Safari web archive"),
        (b"a/b".ljust(257, b"\0") + b"ustar\x0000", "a tar archive"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "a WARC file"),
        (bytes(range(256)) * 4, "binary data"),
        (b"\0", "binary data"),
        (zlib.compress(random.Random(7).randbytes(4000)), "binary data"),
        (random.Random(8).randbytes(4000), "binary data"),
    ],
)
def test_binary_data_is_refused_by_kind(data: bytes, kind: str) -> None:
    with pytest.raises(SourceError, match=rf"^<bytes>: not text or HTML: looks like {kind}"):
        load(data)


def test_a_few_nuls_and_control_characters_are_text() -> None:
    assert load(b"One \x00 or two \x07 of them do no harm to a text.").text.count("\0") == 1
    assert load("\x00\x01\x02").text == "\x00\x01\x02"


@pytest.mark.parametrize("blank", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_and_blank_are_fine(blank: bytes) -> None:
    loaded = load(blank)
    assert loaded.text.strip() == ""
    assert loaded.undecodable == 0
    assert loaded.format is Format.TEXT


MAIL = b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=%s\r\n\r\n<p>Caf\xe9"
ARCHIVE = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/a\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; boundary="b"\r\n\r\n\r\n--b\r\nContent-Type: text/html\r\n'
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<!DOCTYPE html><p>Caf=C3=A9 <=\r\n/p>\r\n--b--\r\n"
)


def test_archives_bring_their_page_and_address_as_bytes_and_as_text() -> None:
    for source in (ARCHIVE, ARCHIVE.decode(), ARCHIVE.replace(b"\r\n", b"\n"), io.BytesIO(ARCHIVE)):
        loaded = load(source)
        assert loaded.text == "<!DOCTYPE html><p>Café </p>"
        assert (loaded.format, loaded.url, loaded.undecodable) == (Format.HTML, "https://example.org/a", 0)


def test_the_charset_of_a_header_goes_before_meta_and_after_the_caller() -> None:
    mail = MAIL.replace(b"<p>", b"<meta charset=koi8-r><p>")
    assert load(mail % b"iso-8859-1").text.endswith("Café")
    assert load(mail % b"koi8-r", encoding="latin1").text.endswith("Café")
    assert load(mail % b"no-such").encoding == "KOI8-R"


def test_a_mail_that_was_read_as_text_keeps_its_characters() -> None:
    assert load((MAIL % b"iso-8859-1").decode("latin-1")).text == "<p>Café"


def test_a_container_with_a_pdf_in_place_of_a_page() -> None:
    with pytest.raises(SourceError, match="looks like a PDF"):
        load(b"From: a\nMIME-Version: 1.0\nContent-Type: text/html\n\n%PDF-1.4")
    with pytest.raises(SourceError, match="<bytes>: no HTML or text"):
        load(b"From: a\nMIME-Version: 1.0\nContent-Type: image/png\n\nxx")
