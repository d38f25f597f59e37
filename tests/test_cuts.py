"""Removals: which characters are cut, of text and of HTML, and what is said about them."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bodycopy.cuts import pruned, removals
from bodycopy.document import Document, Label
from bodycopy.evidence import Evidence
from bodycopy.read.html import read_html
from bodycopy.read.text import read_text
from bodycopy.result import LabelledBlock, Removal
from page_grammar import Grammar

DROPPED = [label for label in Label if label is not Label.BODY]


def labelled(document: Document, drop: dict[str, Label] | None = None) -> list[LabelledBlock]:
    """Every block whose text starts with a key of ``drop`` is dropped, under its label; the others are kept."""
    found = []
    for block in document.blocks:
        label = next((label for start, label in (drop or {}).items() if block.text.startswith(start)), None)
        kept = label is None
        evidence = () if kept else (Evidence(block.index, f"{label}/test", label, -2.0, 1.0, "the test"),)
        found.append(LabelledBlock(block, label or Label.BODY, 3.0 if kept else -3.0, kept, evidence))
    return found


def at_random(document: Document, seed: int) -> list[LabelledBlock]:
    """Kept and dropped runs of all lengths, under any label."""
    draw = random.Random(seed)
    often = draw.choice([0.05, 0.2, 0.5])
    kept, label = draw.random() < 0.5, draw.choice(DROPPED)
    found = []
    for block in document.blocks:
        if draw.random() < often:
            kept = draw.random() < 0.5
        if draw.random() < often:
            label = draw.choice(DROPPED)
        found.append(LabelledBlock(block, Label.BODY if kept else label, 1.0 if kept else -1.0, kept, ()))
    return found


def hold(document: Document, blocks: list[LabelledBlock]) -> tuple[Removal, ...]:
    """Assert the laws of removals, and hand them back."""
    removed = removals(document, blocks)
    spans = sorted(span for removal in removed for span in removal.spans)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(document.source)
        at = end
    for kept in (b.block.span for b in blocks if b.kept):
        assert all(end <= kept.start or start >= kept.end for start, end in spans if kept.start < kept.end)
    assert [i for r in removed for i in r.blocks] == [b.block.index for b in blocks if not b.kept]
    for removal in removed:
        assert list(removal.spans) == sorted(removal.spans)
        assert {blocks[i].label for i in removal.blocks} == {removal.label}
        assert removal.text == "\n".join(blocks[i].block.text for i in removal.blocks)
        if removal.spans:
            assert (removal.start, removal.end) == (removal.spans[0].start, removal.spans[-1].end)
    return removed


def cut_text(source: str, *junk: str, markdown: bool = False) -> str:
    document = read_text(source, markdown=markdown)
    blocks = labelled(document, dict.fromkeys(junk or ("JUNK",), Label.SIGNUP))
    return pruned(source, hold(document, blocks))


def cut_html(source: str, label: Label = Label.SIGNUP) -> str:
    document = read_html(source)
    return pruned(source, hold(document, labelled(document, {"JUNK": label})))


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("a\n\nJUNK\n\nb\n", "a\n\nb\n"),
        ("a\nJUNK\nb\n", "a\nb\n"),
        ("a\r\n\r\nJUNK\r\nJUNK 2\r\n\r\n\r\nb", "a\r\n\r\nb"),
        ("a\r\rJUNK\r\rb", "a\r\rb"),
        ("a\n  \t JUNK\n \n b\n", "a\n \n b\n"),  # else one paragraph would come of two
        ("a\n\nJUNK\n", "a\n"),
        ("a\n\nJUNK", "a\n"),
        ("a\n\n\nJUNK\n\n \n", "a\n"),
        ("JUNK\n\na", "a"),
        ("\n\nJUNK\n", ""),
        ("JUNK", ""),
        ("", ""),
        ("> a\n- JUNK\n> b\n", "> a\n> b\n"),
    ],
)
def test_a_line_goes_with_its_end_and_the_blank_lines_after_it_where_one_stands_before_it(
    source: str, left: str
) -> None:
    assert cut_text(source, "JUNK") == left


def test_a_part_of_a_line_goes_and_leaves_the_rest_of_it() -> None:
    end = "He said so.  READ MORE: Ten films\nNext.\n"
    assert cut_text(end, "READ MORE") == "He said so.\nNext.\n"
    several = "He said so. READ MORE: Ten films. READ MORE: Six more\n\nREAD MORE: Again\n\nNext.\n"
    assert cut_text(several, "READ MORE") == "He said so.\n\nNext.\n"


def test_sentences_of_one_long_line_are_cut_inside_it() -> None:
    words = " ".join(f"Sentence number {n} stays." for n in range(80))
    assert cut_text(f"  JUNK one here. {words} JUNK two. {words}\tJUNK end.", "JUNK") == f"  {words} {words}"


def test_a_run_that_ends_inside_a_line_leaves_the_rest_of_that_line() -> None:
    source = "a\n\n JUNK\n\n  JUNK too. READ MORE: stays\n"
    assert cut_text(source, "JUNK") == "a\n\n  READ MORE: stays\n"


def test_runs_that_follow_each_other_share_the_cut() -> None:
    source = "a\n\nJUNK\n\nMORE\n\nb\n"
    document = read_text(source)
    removed = hold(document, labelled(document, {"JUNK": Label.SIGNUP, "MORE": Label.RELATED}))
    assert [(source[r.start : r.end], r.label, r.line) for r in removed] == [
        ("JUNK\n\n", Label.SIGNUP, 3),
        ("MORE\n\n", Label.RELATED, 5),
    ]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["word", "Two words.", "  - item", "JUNK", "# h", "a. READ MORE: b", "", " ", "\f", "*"])),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(0, 10**6),
)
def test_lines_without_a_cut_are_identical(lines: list[str], end: str, closed: bool, seed: int) -> None:
    source = end.join(lines) + (end if closed else "")
    document = read_text(source)
    blocks = at_random(document, seed)
    left = pruned(source, hold(document, blocks))
    assert [b.text for b in read_text(left).blocks] == [b.block.text for b in blocks if b.kept] or "READ" in source
    assert re.sub(r"\s", "", left) == "".join(re.sub(r"\s", "", source[slice(*b.block.span)]) for b in blocks if b.kept)
    whole = re.findall(r"[^\r\n\f]*(?:\r\n|[\r\n\f])|[^\r\n\f]+$", source)
    assert set(re.findall(r"[^\r\n\f]*(?:\r\n|[\r\n\f])|[^\r\n\f]+$", left)) <= set(whole) or "READ" in source


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<p>a</p><p>JUNK</p><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>a<p>JUNK<p>b", "<p>a<p>b"),
        ("<ul><li>a<li>JUNK<li>JUNK 2</ul><p>b", "<ul><li>a</ul><p>b"),
        ("<p>a</p><ul><li>JUNK<li>JUNK</ul>b", "<p>a</p>b"),
        ("<p>a<br>JUNK</p>", "<p>a<br></p>"),
        ("<div>JUNK <b>x</b><p>a</p></div>", "<div><p>a</p></div>"),
        ("<div><p>JUNK</p><!-- c --><p>JUNK</p><p>a</p></div>", "<div><p>a</p></div>"),
        ("<p>a<form><p>JUNK<input><button>JUNK</button></form>", "<p>a"),
        ("<p>a</p><p>JUNK</p><form><input type=email></form><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>a</p><a href='/x'><div>JUNK</div></a><p>b</p>", "<p>a</p><p>b</p>"),
        ("<title>JUNK</title><p>JUNK</p><svg><title>JUNK</title></svg><p>JUNK</p>", "<title>JUNK</title>"),
        (
            "<head></head><title>T</title>JUNK <svg><title>t</title></svg><p>a</p>",
            "<head></head><title>T</title><p>a</p>",
        ),
        ("<p>a</p><title>JUNK</title><p>b</p>", "<p>a</p><p>b</p>"),
        ("<main><p>JUNK</p></main><p>a</p>", "<main></main><p>a</p>"),
        (
            "<p>JUNK</p><script>'</p>'</script><style>p{}</style><p>JUNK</p>",
            "<script>'</p>'</script><style>p{}</style>",
        ),
        ("<div><p>JUNK</p><div><img><p>a</p></div></div>", "<div><div><img><p>a</p></div></div>"),
        ("<table><tr><td>a<td>b<tr><td>JUNK<td>c</table>", "<table><tr><td>a<td>b</table>"),
        ("<p>a</p>\r\n<aside>\r\n<h2>JUNK</h2>\r\n</aside>\r\n<p>b</p>", "<p>a</p>\r\n\r\n<p>b</p>"),
    ],
)
def test_html_is_cut_at_the_bounds_of_elements(source: str, left: str) -> None:
    assert cut_html(source) == left


def test_what_stays_is_still_parted_where_only_the_cut_parted_it() -> None:
    assert cut_html("<div>a<p>JUNK</p>b</div>") == "<div>a<p></p>b</div>"
    assert cut_html("<p>a<div class=x>JUNK</div>b") == "<p>a<div class=x></div>b"
    assert cut_html("<div>a<br>JUNK<br>b</div>") == "<div>a<br><br>b</div>"


def test_pictures_stay_unless_they_are_in_a_cut() -> None:
    figure = "<p>a</p><figure><img><figcaption>JUNK</figcaption></figure><p>b</p>"
    assert cut_html(figure, Label.CAPTION) == "<p>a</p><p>b</p>"
    byline = "<div><img src=x>JUNK by <a href=y>her</a></div><p>a</p>"
    assert cut_html(byline, Label.BYLINE) == "<div><img src=x></div><p>a</p>"
    card = "<div><img src=x><p>JUNK</p></div><p>a</p>"
    assert cut_html(card, Label.TEASER) == "<p>a</p>"
    assert cut_html(card, Label.CAPTION) == "<div><img src=x></div><p>a</p>"
    between = "<div><p>JUNK</p><iframe src=x></iframe><p>JUNK</p><p>a</p></div>"
    assert cut_html(between, Label.NAV) == "<div><iframe src=x></iframe><p>a</p></div>"


def test_text_that_the_parser_moved_is_not_lost() -> None:
    assert "foster" in cut_html("<b>foster <table>ed text<tr><td>JUNK</td></tr></table></b>")
    assert "ed text" in cut_html("<b>foster <table>ed text<tr><td>JUNK</td></tr></table></b>")


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**9), st.booleans())
def test_a_pruned_page_reads_as_its_kept_blocks(seed: int, optional: bool) -> None:
    source = Grammar(seed).page(omit_end_tags=optional)
    document = read_html(source)
    blocks = at_random(document, seed)
    left = pruned(source, hold(document, blocks))
    assert [b.text for b in read_html(left).blocks] == [b.block.text for b in blocks if b.kept]


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10**9))
def test_no_kept_word_of_a_malformed_page_is_cut(seed: int) -> None:
    source = Grammar(seed).soup()
    document = read_html(source)
    blocks = at_random(document, seed)
    left = set(re.findall(r"w\d+", pruned(source, hold(document, blocks))))
    assert left.issuperset(word for b in blocks if b.kept for word in re.findall(r"w\d+", b.block.text))


@settings(deadline=None)
@given(st.text(st.sampled_from("<>/=\"'!-pdivbtrl \r\n\0\ud800é&;x")), st.integers(0, 10**6))
def test_any_characters_can_be_cut(source: str, seed: int) -> None:
    document = read_html(source)
    hold(document, at_random(document, seed))
    document = read_text(source)
    hold(document, at_random(document, seed))


def test_rules_and_reasons_are_the_weightiest_and_few() -> None:
    document = read_text("JUNK one\nJUNK two\nbody\n")
    first, second, body = labelled(document, {"JUNK": Label.SIGNUP})
    spoke = [Evidence(0, f"signup/{n}", Label.SIGNUP, -n / 10, 1.0, "x" * 200) for n in range(1, 11)]
    spoke += [
        Evidence(0, "nav/other", Label.NAV, -9.0, 9.0, "not asked"),
        Evidence(0, "signup/1", Label.SIGNUP, -1, 1, ""),
    ]
    blocks = [first._replace(evidence=tuple(spoke), score=-4.0), second._replace(evidence=(), score=-2.0), body]
    (removal,) = removals(document, blocks)
    assert removal.rules == tuple(f"signup/{n}" for n in (1, 10, 9, 8, 7, 6, 5, 4))
    assert removal.reasons[0] == "signup/1"
    assert removal.reasons[1].startswith("signup/10: saw xxx") and len(removal.reasons[1]) < 100
    assert removal.confidence == pytest.approx(0.9525741268)
    assert removal.blocks == (0, 1) and removal.line == 1


def test_where_nothing_spoke_for_the_label_the_others_are_named() -> None:
    document = read_text("JUNK\n")
    (block,) = labelled(document, {"JUNK": Label.SIGNUP})
    (removal,) = removals(document, [block._replace(label=Label.TEASER, score=float("-inf"))])
    assert removal.rules == ("signup/test",)
    assert removal.confidence == 1.0


def test_every_block_must_be_labelled() -> None:
    with pytest.raises(ValueError, match="every block"):
        removals(read_text("a\nb\n"), [])
