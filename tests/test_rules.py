"""Every rule's fixture, ``fixtures/rules/<label>/<rule>.md``: prose for readers and a test at once.

A fixture has its rule's id as its title, some words, and two sections of fenced blocks (``html`` or ``text``). Under
*Fires* the rule speaks of the blocks whose visible text begins with the marker ``▶ ``, and of no other; under *Leaves
alone* it speaks of none. The rule is run by itself, on the fence's content without the markers.
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest

import bodycopy.rules  # noqa: F401 - this fills the table
from bodycopy.cli_examples import examples_of
from bodycopy.document import Block, Document
from bodycopy.evidence import RULES, Column
from bodycopy.read.html import read_html
from bodycopy.read.text import read_text
from bodycopy.survey import Survey
from bodycopy.words import library
from fixture_files import FIXTURES, ROOT

FOLDER = FIXTURES / "rules"
RULE_IDS = ROOT / "tests" / "rule_ids.txt"
MARK = "▶ "
FIRES, LEAVES = "Fires", "Leaves alone"
_SECTION = re.compile(rf"^## ({FIRES}|{LEAVES})\n", re.M)
_FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1\n", re.M | re.S)


class Example(NamedTuple):
    """One fenced block: the rule, the section and number it has there, its tag and its content."""

    rule: str
    section: str
    number: int
    format: str
    content: str

    @property
    def name(self) -> str:
        return f"{self.rule}-{self.section.lower().replace(' ', '-')}-{self.number}"


class Fixture(NamedTuple):
    """A fixture file in its parts."""

    rule: str
    opening: str
    sections: dict[str, str]

    @property
    def examples(self) -> list[Example]:
        return [
            Example(self.rule, section, number, tag, content)
            for section, text in self.sections.items()
            for number, (_, tag, content) in enumerate(_FENCE.findall(text), 1)
        ]


def read_fixture(path: Path) -> Fixture:
    text = path.read_text(encoding="utf-8")
    opening, *rest = _SECTION.split(text)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    return Fixture(path.relative_to(FOLDER).with_suffix("").as_posix(), opening, sections)


FIXTURE_FILES = [read_fixture(path) for path in sorted(FOLDER.rglob("*.md"))]
EXAMPLES = [example for fixture in FIXTURE_FILES for example in fixture.examples if fixture.rule in RULES]


def unmarked(content: str) -> tuple[str, list[int]]:
    """The content without its markers, and the places in it where they stood."""
    first, *others = content.split(MARK)
    places, source = [], first
    for part in others:
        places.append(len(source))
        source += part
    return source, places


def block_at(document: Document, place: int) -> Block:
    found = [block for block in document.blocks if block.span.start <= place < block.span.end]
    assert found, f"no block begins at the marker before {document.source[place : place + 40]!r}"
    return min(found, key=lambda block: block.span.end - block.span.start)


def named(survey: Survey, indices: set[int]) -> str:
    return "\n".join(f"  {index}: {survey.blocks[index].text[:90]}" for index in sorted(indices)) or "  (none)"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_rule_fires_where_marked(example: Example) -> None:
    source, places = unmarked(example.content)
    document = read_html(source) if example.format == "html" else read_text(source)
    survey = Survey(document, library())
    marked = {block_at(document, place).index for place in places}
    assert len(marked) == len(places), "two markers stand in one block"
    assert MARK.strip() not in source, "a marker is not followed by a space"
    said = RULES[example.rule].find(survey)
    firings = list((said if isinstance(said, Column) else Column.of(said)).firings())
    assert all(saw for _, _, saw in firings), "a firing does not say what it saw"
    fired = {index for index, strength, _ in firings if strength > 0}
    missed, wrong = named(survey, marked - fired), named(survey, fired - marked)
    assert fired == marked, f"does not fire on\n{missed}\nfires wrongly on\n{wrong}\n(core {survey.core})"


@pytest.mark.parametrize("fixture", FIXTURE_FILES, ids=lambda fixture: fixture.rule)
def test_a_fixture_is_complete(fixture: Fixture) -> None:
    """A title, some words, both sections; every fence closed and tagged, with markers only where the rule fires."""
    title, _, words = fixture.opening.partition("\n")
    assert title == f"# {fixture.rule}"
    assert len(words.split()) >= 8, "say in a sentence or two what the rule goes by and why"
    assert list(fixture.sections) == [FIRES, LEAVES]
    for section, text in fixture.sections.items():
        examples = [example for example in fixture.examples if example.section == section]
        assert examples, f"no example under {section}"
        assert "```" not in _FENCE.sub("", text), "a fence is not closed"
        for example in examples:
            assert example.format in ("html", "text"), f"{example.name} is neither html nor text"
            assert (MARK in example.content) == (section == FIRES), f"{example.name}: markers belong under {FIRES}"


def test_each_rule_has_a_fixture_and_each_fixture_a_rule() -> None:
    there = {fixture.rule for fixture in FIXTURE_FILES}
    assert not set(RULES) - there, "rules without a fixture"
    assert not there - set(RULES), "fixtures without a rule"


def recorded_ids() -> list[str]:
    lines = RULE_IDS.read_text(encoding="utf-8").splitlines() if RULE_IDS.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def test_rule_ids_neither_change_nor_vanish() -> None:
    gone = sorted(set(recorded_ids()) - set(RULES))
    assert not gone, f"rule ids are kept for ever, these are gone: {gone}"
    new = sorted(set(RULES) - set(recorded_ids()))
    assert not new, f"new rules are recorded by `make accept`: {new}"


def test_the_examples_are_shown() -> None:
    """``bodycopy rules ID`` has them, whole, but for the title, which it has already."""
    for fixture in FIXTURE_FILES:
        shown = examples_of(fixture.rule)
        assert shown is not None, f"{fixture.rule}: no examples"
        assert all(example.content in shown for example in fixture.examples)
        assert not shown.startswith("#")


def test_the_examples_are_packaged() -> None:
    installed = Path(str(resources.files("bodycopy")))
    if installed == ROOT / "src" / "bodycopy":
        pytest.skip("not an installed wheel")
    for path in sorted(FOLDER.rglob("*.md")):
        other = installed / "data" / "rules" / path.relative_to(FOLDER)
        assert other.is_file(), f"{path.relative_to(FOLDER)} is not in the wheel"
        assert other.read_bytes() == path.read_bytes(), f"{path.relative_to(FOLDER)}: the wheel's is another"
