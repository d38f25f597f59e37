"""Big and deep input: no hang, and memory within 20 times the input and 1.5 KB a block."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import hostile
from cli_tools import PAGE, PARAGRAPHS, PITCH, TEXT

DEPTH = 100_000
MILLION = 1_000_000
SENTENCE = "The ferry between Port Lennick and Orrin Island sailed again on Monday, after eleven weeks. "


def article(size: int) -> str:
    """A page of ``size`` characters: paragraphs, headings, links, boxes, some pictures."""
    draw = random.Random(size)
    words = sorted({word for paragraph in PARAGRAPHS for word in paragraph.split()})

    def pieces() -> Iterator[str]:
        left = size
        while left > 0:
            prose = " ".join(draw.choices(words, k=60))
            kind = draw.randrange(8)
            made = (
                f"<h2>{prose[:40]}</h2>\n" if kind == 0
                else f'<aside class="promo"><a href="/s"><img src="/i.jpg"><h3>{prose[:50]}</h3></a></aside>\n' if kind == 1
                else f'<p>{prose[:200]} <a href="/x">{prose[200:230]}</a> {prose[230:]}</p>\n'
            )  # fmt: skip
            left -= len(made)
            yield made

    return (
        "<!doctype html><html><head><title>T</title></head><body><article>"
        + "".join(pieces())
        + "</article></body></html>"
    )


def deep(opening: str, inner: str = f"<p>{SENTENCE * 2}") -> Callable[[], str]:
    return lambda: opening * DEPTH + inner


def embedded(size: int) -> str:
    """An article with ``size`` characters of pictures inside."""
    picture = '<img src="data:image/png;base64,' + "QUJD" * (size // 16) + '">'
    return PAGE.format(charset="utf-8").replace("</p>", picture + "</p>", 4)


EMPTY_DEEP = {
    "div": deep("<div>"),
    "bold": deep("<p><b>"[3:]),
    "links": deep("<a href=x>"),
    "table": deep("<table><tr><td>"),
    "font": deep("<font size=1>x"),
    "svg": deep("<svg><g>"),
    "spans": deep('<span class="a b">'),
}
FULL_DEEP = {
    "list": deep("<ul><li>x"),
    "quote": deep('<blockquote class="a b">x y'),
    "form": deep("<form><div>x"),
    "definitions": deep("<dl><dd>x y z"),
}
BIG: dict[str, Callable[[], str]] = {
    "page of 20 MB.html": lambda: article(20 * MILLION),
    "20 MB of pictures.html": lambda: embedded(20 * MILLION),
    "100,000 tiny blocks.html": lambda: "<p>a</p>" * 100_000,
    "100,000 tiny blocks.txt": lambda: "a\n\n" * 100_000,
    "one line of 10 MB.txt": lambda: SENTENCE * (10 * MILLION // len(SENTENCE)),
    "one line of 10 MB.html": lambda: "<p>" + SENTENCE * (10 * MILLION // len(SENTENCE)),
    "one word of 10 MB.txt": lambda: "x" * 10 * MILLION,
    "two million words.txt": lambda: "word " * 2 * MILLION,
}
SLOW: dict[str, Callable[[], str]] = {
    "page of 100 MB.html": lambda: article(100 * MILLION),
    "100 MB of pictures.html": lambda: embedded(100 * MILLION),
    "a million tiny blocks.html": lambda: "<p>a</p>" * MILLION,
    "a million tiny items.html": lambda: "<ul>" + "<li>a" * MILLION,
    "a million tiny blocks.txt": lambda: "a\n\n" * MILLION,
    "a million pitches.txt": lambda: "Sign up for our newsletter\n" * MILLION,
}
slow = [
    pytest.mark.slow,
    pytest.mark.skipif(not hostile.SLOW, reason="takes minutes and gigabytes: set BODYCOPY_SLOW=1"),
]
linux = pytest.mark.skipif(sys.platform == "win32", reason="measured with the resource module")


def measured(folder: Path, name: str, build: Callable[[], str]) -> hostile.Figures:
    path = folder / name
    path.write_text(build(), encoding="utf-8")
    try:
        figures = hostile.measure(path)
    finally:
        path.unlink()
    print(f"{name}: {figures}")
    return figures


def assert_within(figures: hostile.Figures) -> None:
    assert figures.error is None
    assert figures.peak <= figures.allowed, f"takes too much memory: {figures}"


@linux
@pytest.mark.parametrize("name", [*BIG, *(pytest.param(name, marks=slow) for name in SLOW)])
def test_big_input_ends_within_its_memory(tmp_path: Path, name: str) -> None:
    figures = measured(tmp_path, name, BIG.get(name) or SLOW[name])
    assert figures.blocks
    assert_within(figures)


@linux
@pytest.mark.parametrize("name", FULL_DEEP)
def test_tags_nested_100_000_deep_with_a_block_in_each(tmp_path: Path, name: str) -> None:
    figures = measured(tmp_path, f"{name}.html", FULL_DEEP[name])
    assert figures.blocks >= DEPTH
    assert_within(figures)


# An element costs its parser a few hundred bytes, block or not: three bytes of tag give more than 60 of memory.
PER_ELEMENT = 1024


@linux
@pytest.mark.parametrize("name", EMPTY_DEEP)
def test_tags_nested_100_000_deep_around_one_block(tmp_path: Path, name: str) -> None:
    """Here the bound is by the element: what is nested without a block of its own is what takes the memory."""
    figures = measured(tmp_path, f"{name}.html", EMPTY_DEEP[name])
    assert figures.error is None
    elements = EMPTY_DEEP[name]().count("<")
    assert figures.peak <= figures.allowed + PER_ELEMENT * elements, f"takes too much memory: {figures}"


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
@pytest.mark.parametrize("opening", ["<div>", "<ul><li>x", "<b>", "<blockquote>x"])
def test_the_command_puts_out_what_is_nested_deep(form: str, opening: str) -> None:
    """The format is given, since tags with a letter between any two look as much like a text about tags."""
    page = opening * DEPTH + PAGE.format(charset="utf-8")
    arguments = ("clean", "-", "--format", "html", "--to", form)
    answer = hostile.bodycopy(*arguments, input=page.encode(), timeout=10 * hostile.LIMIT)
    assert answer.returncode == 0
    assert len(hostile.said(answer)) <= 1
    assert PARAGRAPHS[1][:40] in answer.stdout.decode()


@pytest.mark.parametrize("arguments", [("clean", "-", "--diff"), ("clean", "-", "--summary"), ("explain", "-")])
def test_the_command_ends_on_many_blocks(arguments: tuple[str, ...]) -> None:
    answer = hostile.bodycopy(*arguments, input=(TEXT * 2000).encode(), timeout=10 * hostile.LIMIT)
    assert answer.returncode == 0
    assert b"Traceback" not in answer.stderr
    assert PITCH.encode() in answer.stdout or "--summary" in arguments
