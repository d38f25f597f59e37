"""The kept blocks of a page as Markdown: structure, no inline markup, and text that stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from bodycopy.document import Block, Document, Kind, Node
from bodycopy.result import LabelledBlock
from bodycopy.write.nesting import LISTS, nearest

# What Markdown would read as markup: emphasis, code, links, tags, entities, escapes. A lone star or an underscore
# inside a word is none of these.
_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|`|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|~~|\](?=[(\[])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)"
)
# The same at the start of a line: headings, quotes, lists, rules, link definitions, task boxes.
_LINE = re.compile(
    r"#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|-(?=[-\s]*$)|\[(?=[^\]]{0,999}\]:|[ xX]\])|(?P<number>\d{1,9})[.)](?=\s|$)"
)
# A line of nothing but stars or dashes parts what is around it, as text and as Markdown.
_RULE = re.compile(r"([-*_])(?:\s?\1){2,}$")
_CLOSING = re.compile(r"(?:^|(?<=\s))#+$")
_BACKTICKS = re.compile("`+")
_CELL = re.compile(r"(?:^|(?<=\s))\|(?=\s|$)")
# Deeper lists are indented no further, or hostile nesting would make the output quadratic.
_DEEPEST = 60
# A table is not filled up to more than so many times its cells, for the same reason.
_EMPTIEST = 20


def inline(text: str) -> str:
    """Text escaped so that nothing in it becomes inline markup."""
    return _INLINE.sub(lambda m: "".join("\\" + char for char in m[0]), text)


def line(text: str) -> str:
    """Text escaped so that it stays a paragraph's text at the start of a line."""
    match = _LINE.match(text)
    if match is None:
        return inline(text)
    number = match["number"] or ""
    return f"{number}\\{text[len(number)]}{inline(text[len(number) + 1 :])}"


def heading(block: Block) -> str:
    """A heading with its marks."""
    text = _CLOSING.sub(lambda m: "\\" + m[0], inline(block.text))
    return f"{'#' * min(6, max(1, block.level))} {text}"


def term(text: str) -> str:
    """A term, in bold."""
    # A backslash at its end would escape the mark that closes it.
    return f"**{inline(text)}\\**" if text.endswith("\\") else f"**{inline(text)}**"


def code(text: str) -> str:
    """Preformatted text between fences longer than any run of backticks in it."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def table(rows: Sequence[str]) -> str:
    """Rows, their cells joined by `` | ``, as a table; short ones are filled up, as long as that is not most of it."""
    cells = [[cell.strip() for cell in _CELL.split(row)] for row in rows]
    width = max(map(len, cells))
    filled = width * len(cells) <= _EMPTIEST * sum(map(len, cells))
    escaped = [[inline(cell).replace("|", "\\|") for cell in row] for row in cells]
    for number, row in enumerate(escaped):
        row.extend([""] * (width - len(row) if filled or not number else 0))
    lines = [f"| {' | '.join(row)} |" for row in escaped]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])


class _Lists:
    """The lists a page's items are in: their marks, numbers and indentation."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._list = nearest(nodes, LISTS)
        self._item = nearest(nodes, frozenset({"li"}))
        self._numbers: dict[int, int] = {}
        self._indents: dict[int, int] = {}
        self._widths: dict[int, int] = {}
        self._latest: dict[int, int] = {}
        self._roots: dict[int, int] = {}
        self._begun: set[int] = set()

    def continues(self, block: Block) -> bool:
        """Whether a paragraph belongs to the list item that was written last in its list."""
        if block.kind is not Kind.PARAGRAPH or not block.level or block.node < 0 or self._list[block.node] < 0:
            return False
        return self._latest.get(self._list[block.node], -1) == self._item[block.node] >= 0

    def starts(self, block: Block) -> bool:
        """Whether a block is to be written as a list item: also the first kept paragraph of an item."""
        if block.kind is Kind.ITEM:
            return True
        if block.kind is not Kind.PARAGRAPH or not block.level or block.node < 0:
            return False
        item = self._item[block.node]
        return item > self._list[block.node] >= 0 and item not in self._begun

    def note(self, block: Block) -> None:
        """A block of whatever kind was written."""
        if block.node >= 0:
            self._begun.add(self._item[block.node])

    def rest(self, block: Block) -> str:
        """A further paragraph of an item."""
        number = self._list[block.node]
        return " " * (self._indents[number] + self._widths[number]) + line(block.text)

    def item(self, block: Block) -> str:
        """An item with its mark."""
        number = self._list[block.node] if block.node >= 0 else -1
        above = self._above(number)
        if number not in self._indents:
            self._indents[number] = min(_DEEPEST, self._indents.get(above, 0) + self._widths.get(above, 0))
        self._numbers[number] = self._numbers.get(number, 0) + 1
        ordered = number >= 0 and self._nodes[number].tag == "ol"
        mark = f"{self._numbers[number]}. " if ordered else "- "
        self._widths[number] = len(mark)
        self._latest[number] = self._item[block.node] if block.node >= 0 else -1
        return " " * self._indents[number] + mark + line(block.text)

    def root(self, block: Block) -> int:
        """The outermost of the lists that were written one inside the other."""
        number = self._list[block.node] if block.node >= 0 else -1
        if number not in self._roots:
            self._roots[number] = self._roots.get(self._above(number), number)
        return self._roots[number]

    def _above(self, number: int) -> int:
        """The list around a list, ``-2`` for none."""
        parent = self._nodes[number].parent if number >= 0 else -1
        above = self._list[parent] if parent >= 0 else -1
        return above if above >= 0 else -2


def markdown(document: Document, labelled: Sequence[LabelledBlock]) -> str:
    """The kept blocks of a page as Markdown, with a final newline; empty where nothing is kept."""
    parts: list[str] = []
    before: tuple[Kind, int] | None = None
    for text, tight in _written(document, [b.block for b in labelled if b.kept]):
        if parts:
            parts.append("\n" if tight is not None and tight == before else "\n\n")
        parts.append(text)
        before = tight
    return "".join(parts) + "\n" if parts else ""


def _written(document: Document, blocks: Sequence[Block]) -> Iterator[tuple[str, tuple[Kind, int] | None]]:
    """Every block or table as Markdown, with what it shares with a neighbour that no blank line parts it from."""
    lists = _Lists(document.nodes)
    tables = nearest(document.nodes, frozenset({"table"}))
    # Rows of one table are written together; every other block by itself.
    for key, group in groupby(blocks, key=lambda b: tables[b.node] if b.kind is Kind.ROW and b.node >= 0 else ~b.index):
        block = next(group)
        if key >= 0:
            yield table([block.text, *(b.text for b in group)]), None
        elif lists.continues(block):
            yield lists.rest(block), None
        elif lists.starts(block):
            yield lists.item(block), (Kind.ITEM, lists.root(block))
        elif block.kind is Kind.TERM:
            yield term(block.text), (Kind.TERM, 0)
        elif block.kind is Kind.HEADING:
            yield heading(block), None
        elif block.kind is Kind.CODE:
            yield code(block.text), None
        elif block.kind is Kind.QUOTE:
            yield f"> {line(block.text)}", None
        else:
            yield block.text if _RULE.match(block.text) else line(block.text), None
        lists.note(block)
