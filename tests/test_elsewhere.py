"""Pages whose article is not where it seems: in JSON-LD, in a template, for readers without scripts."""

from __future__ import annotations

import json
import random
import re

import pytest

import bodycopy
from bodycopy import cuts, write
from bodycopy.document import Document, Kind, Label
from bodycopy.pipeline import read
from bodycopy.read.elsewhere import read_elsewhere
from bodycopy.result import LabelledBlock
from laws import LAWS

TITLE = "Ferry sails again"
ARTICLE = (
    "The ferry between Port Lennick and Orrin Island sailed again on Monday, after eleven weeks in which nobody crossed.",
    "Marit Oll, who keeps the only shop on the island, said that she had been down to her last four sacks of flour.",
    "The harbour board had said in March that the pier needed timbers, and that it would take until summer to find any.",
    "“We were told a week, and then another week, and after the third we stopped asking,” said Oll, who opened at six.",
    "The first boat brought two vans of groceries, a piano tuner and the mail of two months, which was sorted on the quay.",
    "A second crossing each day is planned from June on, if the board finds a crew that is willing to live on the island.",
)
MARKUP = f"<h1>{TITLE}</h1>" + "".join(f"<p>{paragraph}</p>\n" for paragraph in ARTICLE)
NOTE = "Please enable JavaScript to read this page."


def page(body: str, *, head: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>{TITLE} | Lennick Post</title>{head}</head><body>"
        '<header><a href="/">Lennick Post</a><nav><a href="/n">News</a> <a href="/s">Sport</a></nav></header>'
        f"{body}<footer><p>© 2024 Lennick Post. All rights reserved.</p></footer></body></html>"
    )


def declared(article: str, *, ascii: bool = True) -> str:
    """A script element that declares an article, as sites write it."""
    data = {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": TITLE, "articleBody": article}]}
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=ascii)}</script>'.replace("</p", "<\\/p")


PAGES = {
    "JSON-LD": page('<div id="app"></div>', head=declared("\n\n".join(ARTICLE))),
    "JSON-LD at the end": page('<div id="app"></div>' + declared("\r\n".join(ARTICLE), ascii=False)),
    "JSON-LD of HTML": page("", head=declared("".join(f'<p class="x">{text}</p>\n' for text in ARTICLE))),
    "JSON-LD of entities": page("", head=declared("\n".join(ARTICLE).replace("“", "&ldquo;"))),
    "template": page(f'<main></main><template id="story">{MARKUP}</template>'),
    "shadow root": page(f'<x-story><template shadowrootmode="open">{MARKUP}</template></x-story>'),
    "noscript": page(f"<main></main><noscript>{MARKUP}</noscript>"),
}
every_page = pytest.mark.parametrize("name", PAGES)


@every_page
@pytest.mark.parametrize("model", [True, False])
def test_the_article_is_found_and_a_warning_says_where(name: str, model: bool) -> None:
    cleaned = bodycopy.clean(PAGES[name], options=bodycopy.Options(model=model))
    assert cleaned.text.splitlines() == [TITLE, *ARTICLE]
    (warning,) = cleaned.warnings
    where = "<template>" if name == "shadow root" else f"<{name}>" if name in ("template", "noscript") else "JSON-LD"
    assert where in warning


@every_page
def test_the_laws_hold(name: str) -> None:
    cleaned = bodycopy.clean(PAGES[name].replace("\n", "\r\n"))
    for law in LAWS:
        law(cleaned)


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"noscript"}))
def test_what_is_shown_comes_first(name: str) -> None:
    """Whatever else a page declares or has in store: where it shows an article, that is its article."""
    other = tuple(text.replace("ferry", "bus").replace("Oll", "Pask") for text in ARTICLE)
    shown = "".join(f"<p>{text}</p>\n" for text in other)
    cleaned = bodycopy.clean(PAGES[name].replace("<footer>", f"<article><h1>{TITLE}</h1>{shown}</article><footer>"))
    assert cleaned.text.splitlines() == [TITLE, *other]
    assert not cleaned.warnings


@pytest.mark.parametrize(
    "around", ["<!doctype html><title>App</title>{}<div id=app></div>", "{}", "<title>App</title><p></p>{}"]
)
def test_a_page_of_a_note_for_readers_without_scripts_has_no_text(around: str) -> None:
    cleaned = bodycopy.clean(around.format(f"<noscript>{NOTE}</noscript>"))
    assert cleaned.text == ""
    assert cleaned.warnings == ("there is no text here",)


def test_a_note_for_readers_without_scripts_goes_from_a_shell() -> None:
    assert NOTE not in bodycopy.clean(page(f"<main></main><noscript>{NOTE}</noscript>")).text


def test_a_template_without_an_article_is_left_alone() -> None:
    dialog = "<template><h2>Your cookies</h2><p>We use cookies. You can change your mind.</p></template>"
    assert not bodycopy.clean(page(dialog)).warnings
    assert "cookies" not in bodycopy.clean(page(dialog)).text


def linked_data(source: str) -> Document:
    return next(read_elsewhere(read(source)))


def test_pieces_of_a_string_know_their_places() -> None:
    source = PAGES["JSON-LD"]
    headline, *paragraphs = linked_data(source).blocks[: 1 + len(ARTICLE)]
    assert (headline.kind, headline.text) == (Kind.HEADING, TITLE)
    for block, text in zip(paragraphs, ARTICLE, strict=True):
        assert block.text == text
        assert json.loads(f'"{source[block.span.start : block.span.end]}"') == text


def test_an_escaped_backslash_ends_no_paragraph() -> None:
    article = "\n".join((r"It was saved in C:\new on Monday.", *ARTICLE))
    assert linked_data(page("", head=declared(article))).blocks[1].text == r"It was saved in C:\new on Monday."


@pytest.mark.parametrize("seed", range(30))
def test_json_stays_json_whatever_is_cut(seed: int) -> None:
    draw = random.Random(seed)
    document = linked_data(PAGES["JSON-LD"])
    labelled = []
    for block in document.blocks:
        kept = draw.random() < 0.5
        label = Label.BODY if kept else draw.choice((Label.SIGNUP, Label.NAV))
        labelled.append(LabelledBlock(block, label, 0.0, kept, ()))
    left = write.to_html(document, labelled, cuts.removals(document, labelled))
    script = re.search(r"<script[^>]*>(.*?)</script>", left)
    stays = [text for text in ARTICLE if any(b.kept and b.block.text == text for b in labelled)]
    if script is None:  # all of it went
        assert not stays
    else:
        article = json.loads(script[1])["@graph"][1]["articleBody"]
        assert [text for text in article.split("\n") if text] == stays


def test_a_fragment_has_the_text_not_the_json() -> None:
    fragment = bodycopy.clean(PAGES["JSON-LD"]).to_html(fragment=True)
    assert fragment.splitlines() == [f"<h1>{TITLE}</h1>", *(f"<p>{text}</p>" for text in ARTICLE)]
