"""What stays, written as text, Markdown, HTML, a record and a diff."""

from __future__ import annotations

import difflib
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bodycopy.cuts import pruned, removals
from bodycopy.document import Document, Label
from bodycopy.read.html import read_html
from bodycopy.read.text import read_text
from bodycopy.write import headline, to_dict, to_html, to_json, to_markdown, to_text, unified_diff
from page_grammar import Grammar
from test_cuts import at_random, labelled

MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")
# Text in which most characters mean something to Markdown.
MARKED = st.text(st.sampled_from("ab1 #>-+*_`~[]()<>&;!|\\.:=/x$\"'"), min_size=1, max_size=30)


def kept(html: str, *, markdown: bool = True) -> str:
    document = read_html(html)
    blocks = labelled(document, {"JUNK": Label.NAV})
    return to_markdown(document, blocks) if markdown else to_text(document, blocks)


def escaped(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def shown(markdown: str) -> list[tuple[str, str]]:
    """The block tags that a Markdown parser finds, with their text."""
    tokens = MARKDOWN.parse(markdown)
    found = []
    for before, token in pairwise(tokens):
        if token.type == "inline":
            plain = all(
                child.type in ("text", "text_special", "strong_open", "strong_close") for child in token.children or []
            )
            found.append((before.tag if plain else "markup", "".join(c.content for c in token.children or [])))
    return found


def test_text_has_one_block_a_line() -> None:
    html = "<h1>A</h1><p>b\n c</p><p>JUNK</p><ul><li>d</ul><pre>e\n  f</pre>"
    assert kept(html, markdown=False) == "A\nb c\nd\ne\n  f\n"
    assert kept("<p>JUNK</p>", markdown=False) == kept("<p>JUNK</p>") == kept("", markdown=False) == ""


def test_text_in_is_the_source_less_the_cuts() -> None:
    source = "# A\r\n\r\nJUNK\r\n\r\n* b*\r\n"
    document = read_text(source, markdown=True)
    blocks = labelled(document, {"JUNK": Label.NAV})
    for form in (to_text, to_markdown):
        assert form(document, blocks) == form(document, blocks, removals(document, blocks)) == "# A\r\n\r\n* b*\r\n"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h1>A</h1><h3>C # #</h3><p>b</p>", "# A\n\n### C # \\#\n\nb\n"),
        ("<ul><li>a<li>b<ul><li>c<ol><li>d<li>e</ol></ul><li>f</ul>", "- a\n- b\n  - c\n    1. d\n    2. e\n- f\n"),
        ("<ol><li>a<li>JUNK<li>b<ul><li>c</ul></ol><ol><li>d</ol>", "1. a\n2. b\n   - c\n\n1. d\n"),
        ("<ol>" + "<li>x" * 10 + "<ul><li>y</ul></ol>", "".join(f"{n}. x\n" for n in range(1, 11)) + "    - y\n"),
        ("<ol><li><p>a</p><p>b</p><li><p>c</p></ol>", "1. a\n\n   b\n\n2. c\n"),
        ("<ul><li><p>JUNK</p><p>b</p></ul>", "- b\n"),
        ("<ul><li><h3>A</h3><p>b</p></ul>", "### A\n\nb\n"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n\n> b\n"),
        ("<pre>a\n```\n  b</pre>", "````\na\n```\n  b\n````\n"),
        ("<table><tr><th>A<th>B<th>C<tr><td>c|d<td>*e*<tr><td>f</table>", None),
        ("<dl><dt>a*<dt>b<dd>c</dl>", "**a\\***\n**b**\n\nc\n"),
        ("<p>* * *</p><p>---</p><p>*</p>", "* * *\n\n---\n\n\\*\n"),
        ("<p>1. a</p><p>- b</p><p># c</p><p>&gt; d</p><p>+</p>", "1\\. a\n\n\\- b\n\n\\# c\n\n\\> d\n\n\\+\n"),
        ("<p>snake_case 2 * 3 a[1] C# -5 1.5 & so</p>", "snake_case 2 * 3 a[1] C# -5 1.5 & so\n"),
        ("<p>[a](b) &lt;i> &amp;lt; `c` *d* _e_ \\*</p>", "[a\\](b) \\<i> \\&lt; \\`c\\` \\*d\\* \\_e\\_ \\\\\\*\n"),
    ],
)
def test_markdown_keeps_the_structure_and_escapes_the_text(html: str, markdown: str | None) -> None:
    made = kept(html)
    assert made == (markdown or "| A | B | C |\n| --- | --- | --- |\n| c\\|d | \\*e\\* |  |\n| f |  |  |\n")


@settings(deadline=None, max_examples=400)
@given(MARKED, st.sampled_from(["p", "li", "h2", "blockquote", "dt", "td"]))
def test_text_never_becomes_markdown(text: str, tag: str) -> None:
    around = {"li": "<ul>{}</ul>", "dt": "<dl>{}</dl>", "td": "<table><tr><td>x</td>{}</tr></table>"}.get(tag, "{}")
    document = read_html(around.format(f"<{tag}>{escaped(text)}</{tag}>"))
    blocks = labelled(document)
    if not blocks or blocks[-1].block.text in ("", "x") or re.fullmatch(r"([-*_])(?:\s?\1){2,}", blocks[0].block.text):
        return
    read = blocks[0].block.text
    due = [re.sub(r"^x \| ?", "", read)] if tag == "td" else [read]
    found = [content for name, content in shown(to_markdown(document, blocks))]
    assert "markup" not in [name for name, _ in shown(to_markdown(document, blocks))]
    assert re.sub(r"[\s|]", "", "".join(found)) == re.sub(r"[\s|]", "", ("x" if tag == "td" else "") + due[0])


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_a_page_in_markdown_has_the_words_in_order(seed: int) -> None:
    document = read_html(Grammar(seed).page())
    blocks = at_random(document, seed)
    words = [word for b in blocks if b.kept for word in re.findall(r"w\d+", b.block.text)]
    assert re.findall(r"w\d+", to_markdown(document, blocks)) == words


def test_a_page_is_pruned_and_otherwise_as_it_was() -> None:
    source = "<!DOCTYPE html>\r\n<head><script>1</script></head><body CLASS=x><nav><p>JUNK</nav>\r\n<p>a</p>"
    document = read_html(source)
    blocks = labelled(document, {"JUNK": Label.NAV})
    due = source.replace("<nav><p>JUNK</nav>", "")
    assert to_html(document, blocks) == to_html(document, blocks, removals(document, blocks)) == due


@pytest.mark.parametrize(
    ("html", "fragment"),
    [
        ("<body><div>a <b>b<p>c</p></b></div>", "<p>a <b>b</b></p>\n<p>c</p>\n"),
        ("<p>a<p>b", "<p>a</p>\n<p>b</p>\n"),
        ("<p>JUNK</p>", ""),
        ("<p>a<script>'</p>'</script><b>b</b></p>", "<p>a<b>b</b></p>\n"),
        (
            '<ol start="3"><li>a<li>JUNK<li><p>b</p><ul><li>c</ul></ol><p>d',
            '<ol start="3">\n<li>a</li>\n<li><p>b</p></li>\n<ul>\n<li>c</li>\n</ul>\n</ol>\n<p>d</p>\n',
        ),
        ("<table><tr><td>a<td>b<tr><td>JUNK<td>x</table>", "<table>\n<tr><td>a<td>b</tr>\n</table>\n"),
        ("<dl><dt>a<dd>b</dl>", "<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>\n"),
        ("<blockquote><p>a</p></blockquote>", "<blockquote><p>a</p></blockquote>\n"),
        ("<table role=none><tr><td>a</td></tr></table>", "<p>a</p>\n"),
    ],
)
def test_a_fragment_has_only_the_kept_elements(html: str, fragment: str) -> None:
    document = read_html(html)
    assert to_html(document, labelled(document, {"JUNK": Label.NAV}), fragment=True) == fragment


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**9), st.booleans())
def test_a_fragment_reads_as_the_kept_blocks(seed: int, optional: bool) -> None:
    document = read_html(Grammar(seed).page(omit_end_tags=optional))
    blocks = at_random(document, seed)
    again = read_html(to_html(document, blocks, fragment=True)).blocks
    assert [(b.text, b.kind) for b in again] == [(b.block.text, b.block.kind) for b in blocks if b.kept]


def test_no_html_is_made_of_text() -> None:
    document = read_text("a\n")
    with pytest.raises(ValueError, match="only be made of HTML"):
        to_html(document, labelled(document))


def record(document: Document, drop: str = "JUNK") -> dict[str, object]:
    blocks = labelled(document, {drop: Label.SIGNUP})
    return to_dict(document, blocks, removals(document, blocks), version="1.2", fingerprint="f")


def test_the_record_has_the_keys_of_the_schema() -> None:
    found = record(read_text("a\n\nJUNK\n", url="u"))
    assert found == {
        "schema": 1,
        "version": "1.2",
        "fingerprint": "f",
        "format": "text",
        "encoding": None,
        "undecodable": 0,
        "url": "u",
        "lang": None,
        "title": "",
        "text": "a\n",
        "removed": [
            {
                "label": "signup",
                "rules": ["signup/test"],
                "reasons": ["signup/test: saw the test"],
                "confidence": pytest.approx(0.9525741268),
                "text": "JUNK",
                "start": 2,
                "end": 8,
                "line": 3,
                "spans": [[2, 8]],
            }
        ],
        "warnings": [],
    }
    assert json.loads(to_json(found)) == found


@given(st.text(st.sampled_from("a\ud800\udc00\n <p>\0\u2028é"), max_size=20))
def test_json_takes_any_text(text: str) -> None:
    for document in (read_text(text), read_html(text)):
        made = to_json(record(document, "a"))
        assert made.isascii()
        assert json.loads(made)["schema"] == 1
        made.encode("utf-8")


def test_the_headline_is_the_shown_or_the_declared_one() -> None:
    document = read_html("<title>Declared</title><h1>Shown</h1><p>a</p>")
    assert headline(document, labelled(document)) == "Declared"
    assert headline(document, labelled(document, {"Shown": Label.TITLE})) == "Shown"


def patched(source: str, diff: str) -> str:
    """Apply a unified diff, strictly: every line of context and every removed line must be where it says."""
    lines, made, at = (
        source.splitlines(keepends=True) if "\r" not in source else re.findall(r"[^\n]*\n|[^\n]+", source),
        [],
        0,
    )
    body = re.sub(r"\n\\ No newline at end of file\n", "\0", diff)
    for row in re.findall(r"[^\n\0]*[\n\0]", body)[2:]:
        text = row[1:].replace("\0", "")
        if row.startswith("@@"):
            first, count = map(int, re.match(r"@@ -(\d+),(\d+) ", row).groups())
            start = first - 1 if count else first
            made += lines[at:start]
            at = start
        elif row[0] in " -":
            assert lines[at] == text
            at += 1
        if row[0] in " +":
            made.append(text)
    return "".join(made + lines[at:])


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["word", "JUNK", "a. READ MORE: b", "", " ", "x y"]), max_size=40),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(0, 10**6),
)
def test_the_diff_of_text_applies_to_the_source(lines: list[str], end: str, closed: bool, seed: int) -> None:
    source = end.join(lines) + (end if closed else "")
    document = read_text(source)
    removed = removals(document, at_random(document, seed))
    assert patched(source, unified_diff(document, removed, "x.txt")) == pruned(source, removed)


def test_the_diff_looks_as_diffs_do() -> None:
    source = "".join(f"line {n}\n" for n in range(12)) + "JUNK\n\nend"
    document = read_text(source)
    removed = removals(document, labelled(document, {"line 5": Label.NAV, "JUNK": Label.NAV}))
    due = difflib.unified_diff(source.splitlines(True), pruned(source, removed).splitlines(True), "a.txt", "a.txt")
    assert unified_diff(document, removed, "a.txt") == "".join(due) + "\n\\ No newline at end of file\n"
    assert unified_diff(document, [], "a.txt") == ""


def test_the_diff_of_a_page_is_that_of_its_text() -> None:
    document = read_html("<h1>A</h1><p>JUNK 1</p><p hidden>JUNK 2</p><p>JUNK 3</p><p>b</p>")
    diff = unified_diff(document, removals(document, labelled(document, {"JUNK": Label.AD})), "p.html")
    assert diff == "--- p.html\n+++ p.html\n@@ -1,4 +1,2 @@\n A\n-JUNK 1\n-JUNK 3\n b\n"
