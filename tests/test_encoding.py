"""Encodings as browsers read them, with every character that could not be decoded counted."""

from __future__ import annotations

import pytest

from bodycopy.document import Format
from bodycopy.errors import SourceError
from bodycopy.read.source import load

PAGE = "<!DOCTYPE html><html><head><title>T</title></head><body><p>Café, naïve</p></body></html>"
RUSSIAN = "Сегодня в городе открыли новый мост через реку, и жители пришли посмотреть на него. " * 5
JAPANESE = "今日は新しい橋が開通しました。多くの人が見に来ました。" * 8


def declared(charset: str, words: str = "Café") -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body><p>{words}</p></body></html>'.encode("latin-1")


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16LE"),
        ("utf-32", "UTF-32LE"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
    ],
)
@pytest.mark.parametrize("text", [PAGE, "Plain text, with a café in it.\n"])
def test_marks_and_nuls_tell_utf16_and_utf32(codec: str, name: str, text: str) -> None:
    loaded = load(text.encode(codec))
    assert (loaded.text, loaded.encoding, loaded.undecodable) == (text, name, 0)
    assert loaded.format is (Format.HTML if text is PAGE else Format.TEXT)
    assert bool(loaded.warnings) == (codec[-3:] in ("-le", "-be"))


def test_big_endian_marks() -> None:
    assert load(b"\xfe\xff" + PAGE.encode("utf-16-be")).encoding == "UTF-16BE"
    assert load(b"\x00\x00\xfe\xff" + PAGE.encode("utf-32-be")).text == PAGE


def test_a_byte_order_mark_goes_before_what_the_caller_says() -> None:
    loaded = load(PAGE.encode("utf-8-sig"), encoding="latin1")
    assert loaded.text == PAGE
    assert loaded.warnings == ("read as UTF-8 by its byte-order mark, not as windows-1252",)
    assert load(PAGE.encode("utf-16"), encoding="utf-16").warnings == ()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("latin-1", "windows-1252"),
        ("ISO-8859-1", "windows-1252"),
        ("ascii", "windows-1252"),
        (" UTF8 ", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb2312", "GBK"),
        ("cp932", "Shift_JIS"),
        ("sjis", "Shift_JIS"),
        ("mac-roman", "macintosh"),
        ("utf_16_le", "UTF-16LE"),
    ],
)
def test_labels_are_those_of_the_standard_and_of_python(label: str, name: str) -> None:
    assert load(b"ab", encoding=label).encoding == name


@pytest.mark.parametrize("label", ["", "nope", "utf-7", "hex", "rot13", "a\0b", "\udc80", "é", "x" * 10_000])
def test_an_unknown_label_of_the_callers_is_named(label: str) -> None:
    with pytest.raises(SourceError, match=r"^<bytes>: unknown encoding: '"):
        load(b"ab", encoding=label)


def test_what_the_caller_says_goes_before_meta() -> None:
    assert load(declared("koi8-r"), encoding="latin1").text.count("Café") == 1


def test_meta_decides_and_latin1_means_windows_1252() -> None:
    loaded = load(declared("iso-8859-1", "x").replace(b"x", b"\x93Caf\xe9\x94"))
    assert "“Café”" in loaded.text
    assert (loaded.encoding, loaded.undecodable, loaded.warnings) == ("windows-1252", 0, ())
    http = b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>' + RUSSIAN.encode("cp1251")
    assert RUSSIAN in load(http).text


def test_meta_of_utf16_means_utf8_and_an_unknown_label_is_passed_over() -> None:
    assert load(declared("utf-16", "x").replace(b"x", "Café".encode())).encoding == "UTF-8"
    assert load(declared("no-such", "x").replace(b"x", "Café".encode())).encoding == "UTF-8"


def test_meta_far_down_the_page_counts_but_not_one_in_a_script_or_comment() -> None:
    filler = b"<!DOCTYPE html><html><head>" + b"<link rel=x href=y>" * 200
    body = b"</head><body><p>" + RUSSIAN.encode("koi8-r")
    assert RUSSIAN in load(filler + b"<meta charset=koi8-r>" + body).text
    noise = b"<script>'<meta charset=big5>'</script><!-- <meta charset=big5> -->"
    assert RUSSIAN in load(filler + noise + b"<meta charset=koi8-r>" + body).text
    assert load(filler + noise + b"</head><p>Caf\xc3\xa9").encoding == "UTF-8"


def test_the_xml_declaration_counts_like_meta() -> None:
    page = b'<?xml version="1.0" encoding="iso-8859-2"?><!DOCTYPE html><html><body><p>\xb3\xf3d\xbc</p></body></html>'
    assert "łódź" in load(page).text
    assert load(page.replace(b"iso-8859-2", b"no-such")).format is Format.HTML


def test_a_declaration_that_lies_is_followed_and_said() -> None:
    loaded = load(declared("utf-8", "Café, naïve"))
    assert loaded.text.count("\ufffd") == 2
    assert loaded.undecodable == 2
    assert loaded.warnings == ("2 characters could not be decoded as UTF-8 (as the page declares)",)


def test_an_encoding_that_browsers_refuse() -> None:
    loaded = load(b"<meta charset=iso-2022-kr><p>x")
    assert (loaded.text, loaded.undecodable) == ("\ufffd", 1)
    assert "browsers refuse" in loaded.warnings[0]
    with pytest.raises(SourceError, match="no browser reads: 'hz-gb-2312'"):
        load(b"x", encoding="hz-gb-2312")


@pytest.mark.parametrize(
    ("data", "label", "bad"),
    [
        ("a\ufffdb".encode() + b"\xff", "utf-8", 1),
        ("a\ufffdb".encode("utf-16") + b"\x00", None, 1),
        ("a\ufffdb".encode("utf-16-le") + b"\x00\xd8a\x00", "utf-16le", 1),
        ("a\ufffdb".encode("gb18030") + b"\xff", "gb18030", 1),
        (b"a\xff\xfe", "utf-8", 2),
        (b"a\xd2", "windows-1253", 1),
    ],
)
def test_only_what_decoding_put_in_is_counted(data: bytes, label: str | None, bad: int) -> None:
    loaded = load(data, encoding=label)
    assert loaded.undecodable == bad


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (RUSSIAN, "cp1251", "windows-1251"),
        (JAPANESE, "shift_jis", "Shift_JIS"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (JAPANESE, "utf-8", "UTF-8"),
        ("Le café était fermé, mais l’été arrivait déjà. " * 5, "cp1252", "windows-1252"),
        ("Only plain ASCII here.", "ascii", "UTF-8"),
    ],
)
def test_detection(text: str, codec: str, name: str) -> None:
    loaded = load(text.encode(codec))
    assert (loaded.text, loaded.encoding) == (text, name)
    assert text in load(f"<html><body><p>{text}</p></body></html>".encode(codec)).text


def test_a_text_that_mentions_a_meta_tag_is_not_bound_by_it() -> None:
    text = "Write <meta charset=koi8-r> into the head of the page. Café, naïve, déjà vu."
    loaded = load(text.encode())
    assert (loaded.text, loaded.encoding, loaded.format) == (text, "UTF-8", Format.TEXT)


def test_utf8_with_a_broken_place_or_a_cut_end_stays_utf8() -> None:
    data = ("Café naïve déjà vu. " * 20).encode()
    assert load(data[:300] + b"\xff" + data[300:]).undecodable == 1
    cut = load("Süßes im Café".encode()[:-1])
    assert (cut.text, cut.encoding, cut.undecodable) == ("Süßes im Caf\ufffd", "UTF-8", 1)
    assert load("Ein Café".encode("latin-1")).text == "Ein Café"
