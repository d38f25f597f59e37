"""Whatever is thrown at ``clean``, it gives a result that keeps the laws, or an error of its own in one line."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import bodycopy
import laws
from cli_tools import PAGE, PARAGRAPHS, TEXT
from page_grammar import Grammar

LAWS = (
    laws.blocks_are_those_of_the_source,
    laws.dropped_blocks_have_evidence,
    laws.removals_replay,
    laws.survives_pickling,
    laws.json_is_valid,
)
FORMATS = st.none() | st.sampled_from(["html", "text", "markdown", "mhtml", "eml"])
OPTIONS = st.builds(
    bodycopy.Options,
    keep=st.sets(st.sampled_from(list(bodycopy.Label))).map(frozenset),
    strictness=st.sampled_from(["sure", "careful", "balanced", "strict"]) | st.floats(0, 1),
)
HTML = PAGE.format(charset="utf-8")
TAGS = [
    "<p>", "</p>", "<div>", "</div>", "<div class='newsletter'>", "<a href='/x'>", "</a>", "<br>", "<br><br>", "<table>", "<tr>",
    "<td>", "</table>", "<ul>", "<li>", "</ul>", "<h2>", "</h2>", "<form>", "</form>", "<input type=email>", "<button>", "<b>", "</b>",
    "<pre>", "</pre>", "<script>", "</script>", "<style>", "<textarea>", "<title>", "<svg>", "</svg>", "<math>", "<template>",
    "<select>", "<option>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml ?>", "<!DOCTYPE html [", "]>", "<p hidden>", "<noscript>",
    "<frameset>", "<plaintext>", "<html>", "<body>", "</body>", "<head>", "<base href=x>", "<img alt='", "<", "</", ">", "&", "&amp",
    "&#", "&#xD800;", "<p class='", "'", '"', "\0", "\r\n", "\r", "\n\n", "\t", "\f", "\x0b", "\u2028", "\u00a0", "\u00ad", "\u200b",
    "\ud800", "\udc00", "\ufffd", "\ufeff", "é", "船", "\U0001f600", "e\u0301", "ß", "İ",
]  # fmt: skip
LINES = [
    "- ", "* ", "# ", "> ", "| a | b |", "|---|---|", "```", "~~~", "1. ", "-", "---", "***", "READ MORE: Ten films to see",
    "Sign up for our newsletter", "Read more", "Advertisement", "Share this", "[a](b)", "  ", "“", "…", "? ", ". ", "\r\n", "\n\n", "\n",
]  # fmt: skip
PROSE = st.sampled_from([*PARAGRAPHS, *(p[:30] for p in PARAGRAPHS)])
MARKUP = st.lists(st.sampled_from(TAGS) | PROSE | st.text(max_size=6), max_size=40).map("".join)
WRITING = st.lists(st.sampled_from(LINES) | PROSE | st.text(max_size=6), max_size=40).map("".join)
slowly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def clean_by_law(source: str | bytes, format: str | None, options: bodycopy.Options | None = None) -> None:
    try:
        cleaned = bodycopy.clean(source, format=format, options=options)
    except bodycopy.BodycopyError as error:
        assert len(str(error).splitlines()) == 1
        assert str(error).isprintable()
        return
    for law in LAWS:
        law(cleaned)
    assert isinstance(cleaned.to_markdown(), str)
    assert isinstance(cleaned.title, str)
    if cleaned.document.is_html:
        assert isinstance(cleaned.to_html(fragment=True), str)
    for warning in cleaned.warnings:
        assert len(warning.splitlines()) == 1


@slowly
@given(st.binary(max_size=300), FORMATS)
@example(b"", None)
@example(b"\0", "html")
@example(b"\xff\xfe\x00", "text")
def test_any_bytes(data: bytes, format: str | None) -> None:
    clean_by_law(data, format)


@slowly
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300), FORMATS)
@example("\ud800", "html")
@example("\ud800", "text")
def test_any_text(text: str, format: str | None) -> None:
    clean_by_law(text, format)


@slowly
@given(MARKUP, st.sampled_from(["html", "text", None]), OPTIONS)
def test_any_markup(page: str, format: str | None, options: bodycopy.Options) -> None:
    clean_by_law(page, format, options)


@slowly
@given(WRITING, st.sampled_from(["text", "markdown", None]), OPTIONS)
def test_any_writing(text: str, format: str | None, options: bodycopy.Options) -> None:
    clean_by_law(text, format, options)


@slowly
@given(st.integers(0, 2**32), st.booleans(), OPTIONS)
def test_pages_and_soups_made_up(seed: int, soup: bool, options: bodycopy.Options) -> None:
    grammar = Grammar(seed)
    clean_by_law(grammar.soup() if soup else grammar.page(omit_end_tags=bool(seed % 2)), "html", options)


@pytest.mark.parametrize("source", [HTML, TEXT], ids=["page", "text"])
@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_article(source: str, seed: int) -> None:
    """A piece lost, doubled, shuffled or overwritten with noise, somewhere."""
    draw = random.Random(seed)
    data = bytearray(source.encode())
    for _ in range(draw.randrange(1, 6)):
        start = draw.randrange(len(data))
        end = min(len(data), start + draw.randrange(1, 200))
        match draw.randrange(4):
            case 0:
                del data[start:end]
            case 1:
                data[start:start] = data[start:end]
            case 2:
                data[start:end] = data[start:end][::-1]
            case 3:
                data[start : start + 5] = draw.randbytes(5)
    clean_by_law(bytes(data), None)


@pytest.mark.parametrize("place", range(0, len(HTML), 37))
def test_a_page_cut_short_anywhere(place: int) -> None:
    clean_by_law(HTML[:place], "html")
