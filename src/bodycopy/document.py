"""What a page is once it has been read: a flat, frozen list of blocks.

A :class:`Document` owns the decoded source and the blocks found in it, in page order. A :class:`Block` is one
paragraph-like piece with its span in that source. Blocks of HTML also name a :class:`Node`, one of the document's
element records; blocks of plain text have no node, and everything downstream lives with that. Nothing here holds a tree
object of a parser, so documents can be pickled, hashed by identity and shared between threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Label(StrEnum):
    """What a block is. The order is the order in which summaries list them."""

    # That of an enumeration is written in Python, and not that of the string that a label equals.
    __hash__ = str.__hash__

    TITLE = "title"
    BODY = "body"
    BYLINE = "byline"
    CAPTION = "caption"
    SIGNUP = "signup"
    TEASER = "teaser"
    RELATED = "related"
    SHARE = "share"
    COMMENT = "comment"
    PAYWALL = "paywall"
    AD = "ad"
    BIO = "bio"
    LEGAL = "legal"
    CONSENT = "consent"
    NAV = "nav"
    OTHER = "other"


class Kind(StrEnum):
    """What a block looks like on the page, as far as its markup or its marks in plain text tell."""

    __hash__ = str.__hash__

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    TERM = "term"
    ROW = "row"
    QUOTE = "quote"
    CODE = "code"
    CAPTION = "caption"
    BUTTON = "button"
    FIELD = "field"
    SEPARATOR = "separator"


class Format(StrEnum):
    """How a source was read."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


class Span(NamedTuple):
    """A half-open range of characters (code points) in the decoded source: ``source[start:end]``."""

    start: int
    end: int


class Node(NamedTuple):
    """One element of an HTML page that holds blocks or form fields.

    ``number`` is its place in :attr:`Document.nodes`, ``parent`` the number of the element around it (``-1`` at the
    root), ``tokens`` the words of its class, id, role, itemprop and data attributes, lower-cased, ``span`` its place in the
    source with its tags. ``first`` and ``last`` bound its blocks: ``document.blocks[first:last]`` are all inside it.
    ``hidden`` says that the element or one around it is not shown until a script or a style says so. ``media`` counts
    the images, videos and embeds inside, ``fields`` the form fields, ``email`` says that one of them takes an address.
    """

    number: int
    parent: int
    tag: str
    tokens: tuple[str, ...]
    span: Span
    depth: int
    first: int
    last: int
    hidden: bool = False
    media: int = 0
    fields: int = 0
    email: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph-like piece of a document.

    ``text`` is what a reader sees, white space collapsed in HTML; ``span`` its range in the decoded source, ``line``
    the 1-based line on which it starts. ``level`` is the level of a heading (1 to 6) or the nesting of a list item
    (from 1), else 0. ``gap`` is the number of blank lines before it (text only). ``glued`` says that it continues the
    line of the block before it (sentences of a long line, a pitch at the end of a paragraph).

    The markup half is empty for text: ``node`` is the number of the innermost element record around it (``-1`` for
    none), ``link_chars`` how many characters of ``text`` are inside links, ``links`` how many links there are,
    ``media`` how many images, videos or embeds stand inside, ``emphasis`` how many characters are bold or italic,
    ``tokens`` the class words of inline elements that wrap the block.
    """

    index: int
    kind: Kind
    text: str
    span: Span
    line: int
    level: int = 0
    gap: int = 0
    glued: bool = False
    node: int = -1
    links: int = 0
    link_chars: int = 0
    emphasis: int = 0
    media: int = 0
    hidden: bool = False
    tokens: tuple[str, ...] = ()

    @property
    def link_share(self) -> float:
        """The share of the block's characters that are inside links, 0 to 1."""
        return min(1.0, self.link_chars / max(1, len(self.text)))


@dataclass(frozen=True, slots=True)
class Meta:
    """What a page says about itself in its head: none of it is shown, all of it is evidence.

    ``titles`` are the wordings of the headline (title element, og:title, JSON-LD headline), ``description`` the summary,
    ``article`` the JSON-LD ``articleBody``, ``author`` and ``site`` as declared. Empty strings where a page says nothing.
    """

    titles: tuple[str, ...] = ()
    description: str = ""
    article: str = ""
    author: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One page or text, read into blocks.

    ``source`` is the decoded input to which all spans refer; ``encoding`` is the WHATWG name of the encoding it was
    decoded with (``None`` where the input was a ``str``), ``undecodable`` the number of U+FFFD that decoding put in.
    """

    source: str = field(repr=False)
    format: Format
    blocks: tuple[Block, ...] = field(repr=False)
    nodes: tuple[Node, ...] = field(default=(), repr=False)
    meta: Meta = field(default=Meta(), repr=False)
    url: str | None = None
    lang: str | None = None
    encoding: str | None = None
    undecodable: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def is_html(self) -> bool:
        """Whether the blocks have a markup half."""
        return self.format is Format.HTML

    def ancestors(self, block: Block) -> Iterator[Node]:
        """The element records around a block, innermost first; nothing for text."""
        number = block.node
        while number >= 0:
            node = self.nodes[number]
            yield node
            number = node.parent
