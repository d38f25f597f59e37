"""A page without an article read again, as a browser reads it that runs scripts.

Such pages are a shell that a script fills. What they have for readers without scripts is a note, then, and no text. The
article may be in them all the same: as the ``articleBody`` of their JSON-LD, which they have for search engines, or in a
``<template>`` (a declarative shadow root is one too).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape
from itertools import chain

from turbohtml import Element as Tag

from bodycopy.document import Document, Kind
from bodycopy.read.html import parsable, parse
from bodycopy.read.offsets import Offsets
from bodycopy.read.pieces import Element, freeze
from bodycopy.read.walk import Open, Walk

IN_LINKED_DATA = "the article stands only in the page's JSON-LD (articleBody)"
IN_TEMPLATE = "the article stands only in a <template> of the page"
_TEMPLATE = re.compile(r"<template[\s/>]", re.IGNORECASE)
_NO_SCRIPT = re.compile(r"<noscript[\s/>]", re.IGNORECASE)
_STRING = r'"{}"\s*+:\s*+"((?:[^"\\]++|\\.)*+)"'
_HEADLINE = re.compile(_STRING.format("headline"), re.DOTALL)
_BODY = re.compile(_STRING.format("articleBody"), re.DOTALL)
# What ends a paragraph in the source of a JSON string: a line break, or a tag where the text is HTML, itself escaped or not.
# What is escaped otherwise is passed in one piece, so that the second half of `\\` opens nothing.
_PARAGRAPH_END = re.compile(
    r"(\\[nr]|[\n\r]|(?:<|\\u003c)(?:\\?/)?(?:p|br|div|li|ul|ol|h[1-6]|blockquote)\b(?:(?!\\u003)[^<>])*+(?:>|\\u003e))|\\.",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*+>")


def read_elsewhere(document: Document) -> Iterator[Document]:
    """The page with what it does not show among its blocks: first what it declares for its article, then its templates.

    Each is read when it is asked for, and warns that the article is nothing that the page shows. Spans count in the same
    source.
    """
    if document.meta.article:
        yield _again(document, _LinkedData, IN_LINKED_DATA)
    if _TEMPLATE.search(document.source):
        yield _again(document, _Templates, IN_TEMPLATE)


def without_notes(document: Document) -> Document:
    """The page without what it has for readers without scripts; the document itself where there is nothing of the kind."""
    return _again(document, _Scripted) if _NO_SCRIPT.search(document.source) else document


def _again(document: Document, sort: type[_Scripted], *warnings: str) -> Document:
    offsets = Offsets(parsable(document.source))
    walk = sort(offsets.normalised, document.meta.article)
    walk.run(parse(offsets.normalised, scripting=True))
    blocks, nodes = freeze(walk.runs, walk.elements, offsets)
    return replace(document, blocks=blocks, nodes=nodes, warnings=(*document.warnings, *warnings))


class _Scripted(Walk):
    """The walk where scripts run; ``article`` is what the page declares for its article."""

    def __init__(self, text: str, article: str) -> None:
        super().__init__(text)
        self._article = article

    def _enter(self, node: Tag, element: Element) -> Open | None:
        if node.tag == "noscript":
            self._skip(node)
            return None
        return super()._enter(node, element)


class _Templates(_Scripted):
    """The walk that also enters templates."""

    def _enter(self, node: Tag, element: Element) -> Open | None:
        if node.tag != "template" or element.in_row:
            return super()._enter(node, element)
        fragments, inner, tag, inline = self._open_block(node, node.tag, element, node.position)
        return chain.from_iterable(fragments), inner, tag, inline


class _LinkedData(_Scripted):
    """The walk that also reads the article in the script element that declares it: its headline and its paragraphs.

    Their spans lie inside the strings of the JSON, so that it is still JSON when one of them is cut.
    """

    def __init__(self, text: str, article: str) -> None:
        super().__init__(text, article)
        self._found = False

    def _enter(self, node: Tag, element: Element) -> Open | None:
        tag = node.tag
        if tag == "head":
            return self._holding(node, element, node.find_all("script"))[1]
        body = self._body(node) if tag == "script" and not self._found else None
        if body is None:
            return super()._enter(node, element)
        self._found = True
        inner, opened = self._holding(node, element)
        for headline in [*_HEADLINE.finditer(self._source, self._here, body.start())][-1:]:
            if self._add_string(inner, *headline.span(1)):
                self.runs[-1].kind, self.runs[-1].level = Kind.HEADING, 1
        for start, end in _paragraphs(self._source, *body.span(1)):
            self._add_string(inner, start, end)
        return opened

    def _holding(self, node: Tag, around: Element, inside: Iterable[Tag] = ()) -> tuple[Element, Open]:
        """Enter a block-like element of which only so much is to be visited."""
        _, element, tag, inline = self._open_block(node, node.tag, around, node.position)
        return element, (iter(inside), element, tag, inline)

    def _body(self, node: Tag) -> re.Match[str] | None:
        """The article in a script element that declares it."""
        place = node.source_location
        if place is None or place.end_tag is None or (node.attr("type") or "").strip().lower() != "application/ld+json":
            return None
        strings = _BODY.finditer(self._source, place.start_tag.end_offset, place.end_tag.start_offset)
        return next((found for found in strings if _decoded(found[1]) == self._article), None)

    def _add_string(self, element: Element, start: int, end: int) -> bool:
        """Make a piece of a JSON string a block, if there is text in it."""
        text = _shown(self._source[start:end])
        if text:
            self._start = start
            self._add_run(element, text, end)
        return bool(text)


def _paragraphs(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The paragraphs of a JSON string as ranges of the source."""
    for found in _PARAGRAPH_END.finditer(source, start, end):
        if found[1]:
            yield start, found.start()
            start = found.end()
    yield start, end


def _shown(string: str) -> str:
    """The text of a piece of a JSON string: no tags, entities as characters, white space collapsed."""
    return " ".join(unescape(_TAG.sub(" ", unescape(_decoded(string)))).split())


def _decoded(string: str) -> str:
    """What the inside of a JSON string stands for, empty where it is none."""
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except ValueError:
        return ""
