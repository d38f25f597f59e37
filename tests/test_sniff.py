"""Formats and binary data told by content."""

from __future__ import annotations

import pytest

from bodycopy.document import Format
from bodycopy.errors import SourceError
from bodycopy.read.source import load

PAGE = "<!DOCTYPE html><html><head><title>T</title></head><body><p>Café, naïve</p></body></html>"


HTML = [
    PAGE,
    "\ufeff \n<!-- saved from url=(0022)https://example.org/ -->\n<html lang=en>\n<p>x",
    '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y"><html/>',
    "<p>Hello</p>",
    '<div class="post"><p>One.<p>Two.</div>',
    "<h1>Title</h1>\n\nText under it.\n<p>More of it.",
    "HTTP/1.1 200 OK\nServer: x\n\n<!DOCTYPE html>\n<html>\n<body>\n<div>\n<p>Text.</p>\n</div>\n</body></html>",
    "<head><title>x</title>",
    "First line<br>second <b>line</b><br><br>" * 10,
]
TEXT = [
    "",
    "The <p> tag opens a paragraph, and <div> a part of a page.",
    "<html> is the root element of a page.",
    "See <https://example.org/> or write to <a@example.org>.",
    "H<sub>2</sub>O is water.<br>CO<sub>2</sub> is not. " + "Plain words follow here. " * 20,
    "if a < b and c > d then <x>",
    "List<String> items; Map<a, b> other",
    "A headline\n\nA paragraph of text.\n\n- one\n- two\n\n> quoted\n",
    "#food #travel\n1. One\n2. Two",
    "A long text. " * 200 + "\n<h1>Source</h1>\n<p>For you to copy.</p>\n<p>More.</p>\n<p>End.</p>",
    "&lt;p&gt;Hello&lt;/p&gt;",
]
MARKDOWN = [
    "# Title\n\nText.\n\n## Part\n\n[a](b) and [c](d)\n",
    "---\ntitle: x\n---\n\n# Heading\n\nText with <br> and <sub>x</sub>.",
    '<p align="center"><img src="x.png"></p>\n\n# Title\n\n## Install\n\nText [link](x)\n\n## Use\n',
    "# HTML for all\n\nA page:\n\n```html\n<html>\n<body>\n<p>x</p>\n<p>y</p>\n</body>\n</html>\n```\n\n## More\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n**bold** and **more**",
]


@pytest.mark.parametrize(
    ("text", "format"),
    [*((t, Format.HTML) for t in HTML), *((t, Format.TEXT) for t in TEXT), *((t, Format.MARKDOWN) for t in MARKDOWN)],
)
def test_formats_are_told_by_content(text: str, format: Format) -> None:
    assert load(text).format is format
    assert load(text.encode()).format is format


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("a.html", "Just words.", Format.HTML),
        ("a.XHTML", "", Format.HTML),
        ("a.md", "Just words.", Format.MARKDOWN),
        ("a.txt", PAGE, Format.HTML),
        ("a.md", PAGE, Format.HTML),
        ("a.txt", "One<br>two<br>" * 6, Format.TEXT),
        ("a.html.txt", "Just words.", Format.TEXT),
    ],
)
def test_names_decide_where_content_does_not(name: str, text: str, format: Format) -> None:
    assert load(text, name=name).format is format


def test_the_callers_format_overrules() -> None:
    assert load(PAGE, format="text").format is Format.TEXT
    assert load("words", format=Format.HTML).format is Format.HTML
    assert load("From: a\nMIME-Version: 1.0\n\nx", format="text").text.startswith("From: a")
    assert load("From: a\nSubject: b\n\nThe text.", format="eml").text == "The text."
    with pytest.raises(SourceError, match="not a web archive or e-mail"):
        load("<p>x", format="mhtml")
    with pytest.raises(SourceError, match="unknown format: 'docx'"):
        load("x", format="docx")
