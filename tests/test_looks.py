"""The look again: what remains of a document is what reading the output would give, and what further looks may do."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

import bodycopy
from bodycopy.evidence import Evidence
from bodycopy.options import DEFAULT_KEEP, Options
from bodycopy.pipeline import read
from bodycopy.remains import remains
from fixture_files import Fixture, output, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bodycopy.document import Block, Document, Node
    from bodycopy.survey import Survey

PAGES = pages()
TITLE, OTHER, SIGNUP = bodycopy.Label.TITLE, bodycopy.Label.OTHER, bodycopy.Label.SIGNUP

# Each with lines that a cleaning takes: glued to a line, first, last, between blank lines, next to each other.
TEXTS = {
    "glued": "Bells of Tresk\n\nThe bell is back, she said. READ MORE: Ten towers to see\n\n\nNobody asked the ringers.\n",
    "around": "SIGN UP\n\nThe bell came down.\nREAD MORE: a\n\nREAD MORE: b\n\n\nIt is back.\r\n\r\n\r\nSIGN UP\n",
    "tail": "SIGN UP\nIt came down. SEE ALSO: Ten towers\nSIGN UP\n\n\nIt is back.\nNobody asked.\n\nSIGN UP",
}
CUT = ("SIGN UP", "READ MORE", "SEE ALSO", "Your address")

PAGE = """<body><main><h1>Bells of Tresk</h1>
<section class="news"><p>The bell is back.</p><form class="box"><p>Your address</p><input type=email></form></section>
<form class="search"><p>Find a tower</p><input name="email"></form>
<ul><li>SIGN UP</li><li>One rope</li></ul><div><div>SIGN UP</div></div>
<p>Nobody asked the ringers.</p></main></body>"""


def labelled(document: Document, options: Options | None = None) -> bodycopy.Cleaned:
    return bodycopy.clean(document.source, format=document.format, options=options)


def marked_cut(survey: Survey) -> Iterable[Evidence]:
    """A labeller that knows what goes of the texts and the page here; all else stays whatever the rules say."""
    for block in survey.blocks:
        goes = block.text.startswith(CUT)
        yield Evidence(block.index, "test/marked", SIGNUP, -500.0 if goes else 500.0, 50.0, block.text)


def shape(blocks: Iterable[Block], *, html: bool) -> list[tuple[object, ...]]:
    """What must be as if read again. Of HTML, line breaks that stand beside a cut may stay, so gaps may be larger."""
    return [
        (b.index, b.text, b.kind, b.level, b.glued, b.hidden, b.node, b.tokens, b.emphasis, 0 if html else b.gap)
        for b in blocks
    ]


def elements(nodes: Iterable[Node]) -> list[tuple[object, ...]]:
    """The same of elements. Images and other form fields beside a cut may go or stay with it, and are not counted anew."""
    return [(n.number, n.parent, n.tag, n.tokens, n.depth, n.first, n.last, n.hidden, n.email) for n in nodes]


def assert_as_if_read_again(cleaned: bodycopy.Cleaned) -> Document:
    document = cleaned.document
    found = remains(document, [i for i, item in enumerate(cleaned.blocks) if item.kept])
    # Not only read: the article of some pages stands where only a second reading finds it.
    again = bodycopy.clean(output(cleaned), format=document.format).document
    assert shape(found.blocks, html=document.is_html) == shape(again.blocks, html=document.is_html)
    assert elements(found.nodes) == elements(again.nodes)
    return found


@pytest.mark.parametrize("fixture", PAGES, ids=lambda fixture: fixture.name)
def test_what_remains_of_a_fixture_is_what_its_output_reads_as(fixture: Fixture) -> None:
    assert_as_if_read_again(fixture.cleaned)


@pytest.mark.parametrize("name", TEXTS)
def test_what_remains_of_a_text_has_the_gaps_of_the_output(name: str) -> None:
    cleaned = labelled(read(TEXTS[name], format="text"), Options(labellers=(marked_cut,)))
    gone = [item.block.text for item in cleaned.blocks if not item.kept]
    assert gone and all(text.startswith(CUT) for text in gone)
    found = assert_as_if_read_again(cleaned)
    assert [found.source[b.span.start : b.span.end] for b in found.blocks] == [b.text for b in found.blocks]


def test_what_remains_of_elements_is_numbered_anew_and_loses_the_address_that_was_cut() -> None:
    cleaned = labelled(read(PAGE, format="html"), Options(labellers=(marked_cut,)))
    found = assert_as_if_read_again(cleaned)
    asks = {node.tokens: node.email for node in found.nodes if node.tokens}
    assert asks == {("news",): False, ("search",): True}
    before = {node.tokens: node.email for node in cleaned.document.nodes if node.tokens}
    assert before == {("news",): True, ("box",): True, ("search",): True}
    assert [node.number for node in found.nodes] == list(range(len(found.nodes)))
    assert all(found.nodes[b.node].first <= b.index < found.nodes[b.node].last for b in found.blocks)


def test_all_that_remains_is_the_document_itself() -> None:
    for source, form in ((PAGE, "html"), (TEXTS["glued"], "text")):
        document = read(source, format=form)
        assert remains(document, range(len(document.blocks))) == document


# -- further looks -----------------------------------------------------------------------------------------------------

KEEP = Options(keep=DEFAULT_KEEP | {OTHER})


def step(number: int) -> str:
    return f"Step {number}"


class OneByOne:
    """A labeller that cuts, each time it is asked, the first step that it sees; ``seen`` is what it was shown, look by look.

    One line it names *other*, which is kept and scored low: so there is a reason to look again every time.
    """

    def __init__(self, cut: Callable[[int, Block], bool] = lambda look, block: block.text.startswith("Step")) -> None:
        self.seen: list[list[str]] = []
        self.cut = cut

    def __call__(self, survey: Survey) -> Iterable[Evidence]:
        blocks = survey.blocks
        assert [block.index for block in blocks] == list(range(len(blocks)))
        self.seen.append([block.text for block in blocks])
        going = next((block for block in blocks if self.cut(len(self.seen), block)), None)
        for block in blocks:
            if block.text == "Colophon":
                yield Evidence(block.index, "test/colophon", OTHER, -50.0, 50.0, block.text)
            elif block is going:
                yield Evidence(block.index, "test/going", SIGNUP, -50.0, 50.0, block.text)
            else:
                yield Evidence(block.index, "test/staying", bodycopy.Label.BODY, 50.0, 0.0, block.text)


def stepped(steps: int, labeller: OneByOne) -> bodycopy.Cleaned:
    source = "\n\n".join(
        ["Colophon", *(step(n) for n in range(steps)), "The bell is back, and nobody asked the ringers."]
    )
    return bodycopy.clean(source, format="text", options=Options(KEEP.keep, labellers=(labeller,)))


def test_a_further_look_takes_more_and_shows_labellers_what_stays() -> None:
    labeller = OneByOne()
    cleaned = stepped(2, labeller)
    first, second, third = labeller.seen
    assert second == [text for text in first if text != step(0)]
    assert third == [text for text in second if text != step(1)]
    assert [item.block.text for item in cleaned.blocks if not item.kept] == [step(0), step(1)]
    assert [removal.text for removal in cleaned.removed] == [f"{step(0)}\n{step(1)}"]


def test_evidence_of_a_further_look_has_the_numbers_of_the_whole_page() -> None:
    cleaned = stepped(3, OneByOne())
    for item in cleaned.blocks:
        assert {reason.block for reason in item.evidence} == {item.block.index}
        (own,) = (reason for reason in item.evidence if reason.rule.startswith("test/"))
        assert own.saw == item.block.text
    assert pickle.loads(pickle.dumps(cleaned)) == cleaned


@pytest.mark.parametrize("fixture", PAGES, ids=lambda fixture: fixture.name)
def test_evidence_of_a_fixture_is_about_its_block(fixture: Fixture) -> None:
    for index, item in enumerate(fixture.cleaned.blocks):
        assert item.block.index == index
        assert {reason.block for reason in item.evidence} <= {index}


def test_looks_come_to_an_end() -> None:
    """A text that would take one look a line gets a handful; what no look has taken stays."""
    labeller = OneByOne()
    cleaned = stepped(30, labeller)
    assert 2 < len(labeller.seen) < 10
    assert [item.kept for item in cleaned.blocks[1:31]] == [False] * len(labeller.seen) + [True] * (
        30 - len(labeller.seen)
    )


def test_a_page_of_very_many_blocks_gets_one_look() -> None:
    labeller = OneByOne()
    stepped(20_000, labeller)
    assert len(labeller.seen) == 1


def test_the_first_look_stands_where_further_ones_would_take_much() -> None:
    long = "A long last line. " * 20
    source = f"Colophon\n\n{step(0)}\n\nThe bell is back.\n\n{long}"
    labeller = OneByOne(lambda look, block: block.text.startswith("Step" if look == 1 else "A long"))
    cleaned = bodycopy.clean(source, format="text", options=Options(KEEP.keep, labellers=(labeller,)))
    assert len(labeller.seen) == 2
    assert [item.block.text for item in cleaned.blocks if not item.kept] == [step(0)]


def test_there_is_a_fixture_of_which_a_second_look_takes_more() -> None:
    """So that the tests of all fixtures here and the law of cleaning twice hold for further looks too."""

    def looks(fixture: Fixture) -> int:
        sizes: list[int] = []
        options = Options(labellers=(lambda survey: sizes.append(len(survey.blocks)) or (),))
        bodycopy.clean(fixture.source.read_bytes(), options=options)
        return len(sizes)

    assert any(looks(fixture) > 2 for fixture in PAGES)
