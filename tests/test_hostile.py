"""Bad content, as bytes and through the command: one clear line, the right status, and what can be read is cleaned."""

from __future__ import annotations

import base64
import gzip
import json
import random
from typing import NamedTuple

import pytest

import bodycopy
import hostile
import laws
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT

HTML = PAGE.format(charset="utf-8")
BARE = HTML.replace('<meta charset="utf-8">', "")
EMPTY = "warning: there is no text here"
NO_BODY = "warning: nothing here reads like the body of an article"
BINARY = "not text or HTML: looks like binary data"
LEFT = PARAGRAPHS[5][:60]
WITHIN = HTML.index(LEFT) + len(LEFT)
"""A place in the page in the middle of its fourth paragraph, of whose second sentence some words are left."""


class Case(NamedTuple):
    """Some bytes, the line they give on standard error, and the exit status; ``stays`` is in what is put out."""

    data: bytes
    says: str = ""
    status: int = 0
    stays: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def article(data: str | bytes, says: str = "", *, gone: tuple[str, ...] = (PITCH,)) -> Case:
    """A page or text that is damaged somewhere: all of it before the damage stays, its pitch goes."""
    data = data.encode() if isinstance(data, str) else data
    return Case(data, says, stays=(PARAGRAPHS[2], LEFT), gone=gone)


def mail(*header: str, body: bytes) -> bytes:
    return "\r\n".join(("From: a@example.org", "MIME-Version: 1.0", *header, "", "")).encode() + body


def nested(depth: int, inner: bytes) -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth))
    return b"From: a@example.org\nMIME-Version: 1.0\n" + opened + inner


def bomb(entities: str, use: str) -> str:
    """A page in XHTML with entities of its own, used in its second paragraph."""
    page = HTML.replace("<!doctype html>", f'<?xml version="1.0"?>\n<!DOCTYPE html [{entities}]>')
    return page.replace("<html ", '<html xmlns="http://www.w3.org/1999/xhtml" ').replace("Café", f"Café {use}")


LAUGHS = '<!ENTITY a "lol lol">' + "".join(
    f'<!ENTITY {chr(code)} "{f"&{chr(code - 1)};" * 10}">' for code in range(ord("b"), ord("l"))
)
CUT_SHORT = {
    "in a paragraph": "", "in a tag": "</p><div", "in an attribute": '<a href="/some', "in a comment": "<!-- to be",
    "in a script": "<script>if (a < b) '</p>", "in a style": "<style>p {", "in an entity": "&am", "in a title": "<title>x",
    "in a textarea": "<textarea>x", "in CDATA": "<svg><![CDATA[x", "in a table": "<table><tr><td>x", "after <": "<",
}  # fmt: skip
CASES = {
    "empty": Case(b"", EMPTY),
    "a byte-order mark alone": Case(b"\xff\xfe", EMPTY),
    "white space": Case(b" \n\t\r\n  \f", EMPTY),
    "a page of white space": Case(b"<!doctype html><html><body> \n <p> </p>&nbsp;</body></html>", EMPTY),
    "what cannot be seen": Case("\u00a0\u200b\u00ad\u2060\n".encode()),
    "a page of boilerplate": Case(
        b'<!doctype html><nav><a href="/">Home</a> <a href="/a">World</a></nav><form class="newsletter"><p>Sign up for '
        b'our newsletter</p><input type="email"><button>Sign up</button></form><footer>All rights reserved. '
        b'<a href="/p">Privacy policy</a></footer>', NO_BODY, gone=("Home", "newsletter", "rights")),
    "a text of boilerplate": Case(
        b"Sign up for our newsletter\n\nRead more\n\nAll rights reserved\n\nShare on Facebook\n", NO_BODY,
        gone=("newsletter", "rights", "Share")),
    "binary data": Case(random.Random(3).randbytes(5000), BINARY, 1),
    "binary data after a page": Case(HTML.encode()[:200] + random.Random(4).randbytes(5000), BINARY, 1),
    "a PNG": Case(b"\x89PNG\r\n\x1a\n\0\0", "not text or HTML: looks like a PNG image", 1),
    "a page in gzip": Case(
        gzip.compress(HTML.encode(), mtime=0),
        "not text or HTML: looks like a gzip-compressed HTML page; unpack it first", 1),
    **{f"cut short {where}": article(HTML[:WITHIN] + end) for where, end in CUT_SHORT.items()},
    "cut short in a character": article(
        HTML[:WITHIN].encode() + "é".encode()[:1], "warning: 1 character could not be decoded as UTF-8"),
    "NUL and controls in a page": article(
        HTML.replace("cracked", "\0\x01\x07\x1b[31mcracked").replace("summer", "sum\0mer").replace("</p>", "\0</p>")),
    "NUL and controls in a text": article(TEXT.replace("summer", "sum\0mer\x1b]0;x\x07").replace("\n\n", "\n\x0b\n")),
    "C1 controls and marks of direction": article(TEXT.replace("summer", "\x9b31m\u202esum\ufeffmer\u2066")),
    "numbers of no character": article(HTML.replace("summer", "&#0;&#xD800;&#x110000;&#99999999999;&#x1b;summer")),
    "a charset that lies: UTF-16": article(BARE.replace("<title>", "<meta charset=utf-16><title>")),
    "a charset that lies: UTF-8": article(
        HTML.encode("latin-1"), "warning: 1 character could not be decoded as UTF-8 (as the page declares)"),
    "a charset that lies: Shift_JIS": article(HTML.replace("utf-8", "shift_jis")),
    "a charset that does not exist": article(BARE.replace("<title>", "<meta charset=klingon-8><title>")),
    "a charset that does not exist, in XML": article('<?xml version="1.0" encoding="klingon"?>' + BARE),
    "a charset of a million letters": article(BARE.replace("<title>", f"<meta charset={'x' * 1_000_000}><title>")),
    "a charset of controls": article(BARE.replace("<title>", "<meta charset='\x1b[31m\0'><title>")),
    "an undefined entity": article(HTML.replace("summer", "&undefined; summer &;&#;&#x; &notanentityatall")),
    "half a million entities": article(HTML.replace("summer", "&undefined;" * 500_000 + "summer")),
    "an entity bomb": article(bomb(LAUGHS, "&k;"), gone=("lol lol lol", PITCH)),
    "recursive entities": article(bomb('<!ENTITY a "&b;lol"><!ENTITY b "&a;lol">', "&a;"), gone=("lollol", PITCH)),
    "an entity of a file": article(bomb('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"), gone=("root:", PITCH)),
    "parameter entities": article(
        bomb('<!ENTITY % d SYSTEM "http://localhost:9/x.dtd"> %d; <!ENTITY % e "%d;%d;"> %e;', "&d;")),
    "a mail in 10,000 parts in parts": Case(
        nested(10_000, b"\n<p>deep"), "no HTML or text in this e-mail or web archive", 1),
    "a mail of 100,000 parts": Case(
        b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b\n\nx\n" * 100_000,
        "no HTML or text in this e-mail or web archive", 1),
    "a mail of gzip in base64": Case(
        mail("Content-Type: text/html", "Content-Transfer-Encoding: base64",
             body=base64.encodebytes(gzip.compress(b"a" * 10_000_000, mtime=0))),
        "not text or HTML: looks like gzip-compressed data; unpack it first", 1),
    "a mail cut short": article(
        mail("Content-Type: multipart/mixed; boundary=b", body=b"--b\r\nContent-Type: text/html\r\n\r\n" + HTML[:WITHIN].encode())),
    "a mail whose charset lies": article(
        mail("Content-Type: text/html; charset=klingon", body=HTML.encode())),
}  # fmt: skip
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_the_command_ends_in_one_clear_line_at_most(name: str) -> None:
    case = CASES[name]
    answer = hostile.bodycopy("clean", "-", input=case.data)
    shown = answer.stdout.decode("utf-8")
    lines = hostile.said(answer)
    assert answer.returncode == case.status, lines
    assert len(lines) <= 1
    if case.says:
        assert lines
        assert lines[0].startswith(f"standard input: {case.says}")
    for text in case.stays:
        assert text in shown, text
    for text in case.gone:
        assert text not in shown, text
    if case.status:
        assert shown == ""


@every_case
def test_the_laws_hold_or_it_is_an_error_of_ours(name: str) -> None:
    case = CASES[name]
    try:
        cleaned = bodycopy.clean(case.data)
    except bodycopy.SourceError as error:
        assert case.status == 1
        assert str(error).startswith(f"<bytes>: {case.says}")
        return
    assert case.status == 0
    assert not case.says or f"warning: {cleaned.warnings[0]}".startswith(case.says)
    for law in laws.LAWS[:5]:
        law(cleaned)


@pytest.mark.parametrize("end", ["", "</p", "</p><div", "<!--", "<b>"])
def test_the_last_words_of_a_page_cut_short_stay(end: str) -> None:
    """Wherever a page is cut in its fourth or fifth paragraph: they are few, have no full stop, and nothing follows."""
    for paragraph in PARAGRAPHS[5:7]:
        start = HTML.index(paragraph)
        for length in (*range(1, 40, 3), *range(40, len(paragraph), 20)):
            cleaned = bodycopy.clean(HTML[: start + length] + end)
            assert cleaned.blocks[-1].kept, cleaned.blocks[-1]
            assert cleaned.text.endswith(paragraph[:length].rstrip() + "\n")
            assert PITCH not in cleaned.text


@pytest.mark.parametrize(
    "last", ["Sign up for our newsletter", "Read more: The harbour of Port Lennick", "Share on Facebook"]
)
@pytest.mark.parametrize("tags", ["<p>", '<div class="box">', "<form>", "<p><b>"])
def test_furniture_that_stands_last_on_a_page_cut_short_goes(last: str, tags: str) -> None:
    page = HTML[: HTML.index(PARAGRAPHS[6])] + PARAGRAPHS[6] + "</p>" + tags + last
    assert last not in bodycopy.clean(page).text


def test_a_page_that_leaves_end_tags_out_is_not_cut_short() -> None:
    """HTML lets ``</p>`` and ``</body>`` be left out, and a page that is closed is whole, whatever in it is not."""
    page, closing = HTML[: HTML.index("</article>")], "</body></html>"
    last = "<p>A short last line"
    scores = {
        end: bodycopy.clean(start + last + end).blocks[-1].score
        for start, end in ((page, ""), (page, closing), (page.replace("<article>", "").replace("<main>", ""), "\n"))
    }
    assert scores[""] > scores[closing]
    assert scores[""] > scores["\n"]


SURROGATES = "One \ud800 half, another \udfff half, and two in the wrong order: \udc00\ud800."


@pytest.mark.parametrize("source", [TEXT + "\n" + SURROGATES + "\n", HTML.replace("Café", SURROGATES)])
@pytest.mark.parametrize("format", [None, "text", "html", "markdown"])
def test_lone_surrogates_pass_through_as_they_are(source: str, format: str | None) -> None:
    cleaned = bodycopy.clean(source, format=format, url="http://example.org/\ud800", lang="\udfff")
    for law in laws.LAWS[:5]:
        law(cleaned)
    assert cleaned.document.source == source
    blocks = "".join(b.block.text for b in cleaned.blocks)
    mark, times = ("\ufffd", 4) if cleaned.document.is_html else ("\ud800", 2)
    assert blocks.count(mark) == times
    assert cleaned.to_json().isascii()
    assert json.loads(cleaned.to_json())["url"] == "http://example.org/\ud800"
    assert not cleaned.document.is_html or isinstance(cleaned.to_html(fragment=True), str)


def test_lone_surrogates_in_utf_16_are_counted() -> None:
    data = b"\xff\xfe" + TEXT.replace("summer", "sum\ud800mer\udfff").encode("utf-16-le", "surrogatepass")
    answer = hostile.bodycopy("clean", "-", input=data)
    assert (answer.returncode, "sum\ufffdmer\ufffd" in answer.stdout.decode()) == (0, True)
    (line,) = hostile.said(answer)
    assert line.startswith("standard input: warning: 2 characters could not be decoded as UTF-16LE")


@pytest.mark.parametrize("arguments", [("explain", "-"), ("clean", "-", "--summary")])
def test_what_a_page_says_does_not_reach_the_terminal_raw(arguments: tuple[str, ...]) -> None:
    page = HTML.replace("</p>", " \x1b]0;owned\x07\x9b31m\u202e</p>").replace(
        "newsletter-signup", "newsletter-\x1b[31m"
    )
    answer = hostile.bodycopy(*arguments, input=page.encode())
    shown = answer.stderr if "clean" in arguments else answer.stdout + answer.stderr
    assert answer.returncode == 0
    for bad in ("\x1b", "\x07", "\x9b", "\u202e"):
        assert bad not in shown.decode()


@pytest.mark.parametrize("encoding", ["klingon", "", "utf-8\0", "\ud800", "x" * 100_000, "idna", "zlib", "rot13", "hz"])
def test_an_encoding_that_is_none_is_one_line(encoding: str) -> None:
    with pytest.raises(bodycopy.BodycopyError, match=r"^\S[^\n]{0,300}$"):
        bodycopy.clean(HTML.encode(), encoding=encoding)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
@pytest.mark.parametrize("name", ["empty", "a page of boilerplate", "a page of white space"])
def test_nothing_is_put_out_as_nothing_in_every_form(name: str, form: str) -> None:
    answer = hostile.bodycopy("clean", "-", "--format", "html", "--to", form, input=CASES[name].data)
    assert answer.returncode == 0
    assert len(hostile.said(answer)) == 1
    if form == "json":
        assert json.loads(answer.stdout)["text"] == ""
    elif form == "html":
        assert answer.stdout.decode().startswith(CASES[name].data.decode()[:15])
    else:
        assert answer.stdout == b""
