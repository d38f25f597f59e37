"""The sentence: read, let the labellers speak, label, keep, look again, write."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from bodycopy import cuts, write
from bodycopy.document import Document, Format, Label
from bodycopy.errors import BodycopyError
from bodycopy.fingerprint import SHIPPED, fingerprint
from bodycopy.keep import strictness, threshold
from bodycopy.label import Weights
from bodycopy.looks import judged, kept_characters, weights_of
from bodycopy.options import Options
from bodycopy.read.elsewhere import read_elsewhere, without_notes
from bodycopy.read.html import read_html
from bodycopy.read.source import load
from bodycopy.read.text import read_text
from bodycopy.result import LabelledBlock, Removal
from bodycopy.version import VERSION

# A page with fewer characters of body than this shows no article, and so many elsewhere are one.
_LITTLE = 300
_ARTICLE = 600
# From this share of links on, a block is no text of an article's.
_MOST_LINKED = 0.5


@dataclass(frozen=True)
class Cleaned:
    """A document with every block labelled and the cuts made. Frozen and picklable.

    ``blocks`` are all blocks in page order, kept or not, ``removed`` the removals, ``warnings`` what a user must know.
    ``judge`` is the learnt labeller of the options, as :attr:`Options.judge` names it.
    """

    document: Document = field(repr=False)
    blocks: tuple[LabelledBlock, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()
    judge: str = SHIPPED

    @cached_property
    def removed(self) -> tuple[Removal, ...]:
        """The dropped runs of blocks of one label, in page order."""
        return cuts.removals(self.document, self.blocks)

    @cached_property
    def text(self) -> str:
        """What stays as plain text: of HTML one block a line, of text the source less the cuts."""
        return write.to_text(self.document, self.blocks, self.removed if not self.document.is_html else ())

    @property
    def title(self) -> str:
        """The headline, kept or not; else what the page declares as its title; else empty."""
        return write.headline(self.document, self.blocks)

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits; results with the same were made by the same rules, phrases, weights and model."""
        return fingerprint(self.judge)

    @property
    def encoding(self) -> str | None:
        """The WHATWG name of the encoding the source was decoded with, ``None`` where it was text already."""
        return self.document.encoding

    def to_markdown(self) -> str:
        """What stays as Markdown."""
        return write.to_markdown(self.document, self.blocks, self.removed if not self.document.is_html else ())

    def to_html(self, *, fragment: bool = False) -> str:
        """The page less the cuts, or as a ``fragment`` only the kept elements. ``ValueError`` where the source was text."""
        return write.to_html(self.document, self.blocks, self.removed, fragment=fragment)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain values, by the JSON schema that :func:`bodycopy.write.to_dict` documents."""
        return write.to_dict(
            self.document,
            self.blocks,
            self.removed,
            version=VERSION,
            fingerprint=self.fingerprint,
            warnings=self.warnings,
        )

    def to_json(self, *, indent: int | None = None) -> str:
        """The same as JSON, in ASCII."""
        return write.to_json(self.to_dict(), indent=indent)


def clean(
    source: object,
    *,
    url: str | None = None,
    lang: str | None = None,
    format: Format | str | None = None,
    encoding: str | None = None,
    options: Options | None = None,
) -> Cleaned:
    """Find the body copy of one page or text.

    ``source`` is a ``str`` (HTML or text itself), a path object, ``bytes``, a file open for reading, an lxml tree or
    element, or a BeautifulSoup object. ``url`` and ``lang`` are recorded; ``format`` (``html``, ``text``, ``markdown``,
    ``mhtml``, ``eml``) and ``encoding`` overrule what the content tells. Raises :class:`bodycopy.SourceError`, one line,
    where the source cannot be read. Nothing is fetched.
    """
    with _collector_paused():
        return clean_document(read(source, url=url, lang=lang, format=format, encoding=encoding), options)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's cyclic garbage collector from running: a page is thousands of small objects, none in a cycle.

    That is a fifth of the time. Whatever threads do at once, the collector ends as it was before the first of them.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def read(
    source: object,
    *,
    url: str | None = None,
    lang: str | None = None,
    format: Format | str | None = None,
    encoding: str | None = None,
) -> Document:
    """Read a source into a document, as :func:`clean` does it, without judging it. The same errors."""
    loaded = load(source, format=format, encoding=encoding)
    url = url or loaded.url
    if loaded.format is Format.HTML:
        document = read_html(loaded.text, url=url, lang=lang)
    else:
        document = read_text(loaded.text, markdown=loaded.format is Format.MARKDOWN, url=url, lang=lang)
    return replace(
        document, encoding=loaded.encoding, undecodable=loaded.undecodable, warnings=document.warnings + loaded.warnings
    )


def clean_document(document: Document, options: Options | None = None, weights: Weights | None = None) -> Cleaned:
    """The same for a document that has been read already. ``weights`` replace those that ship, to try others.

    A page that shows no article is read again for one that it has elsewhere; then the result's document is another.
    """
    options = options or Options()
    weights = weights_of(document, options) if weights is None else weights
    least = threshold(strictness(options.strictness), html=document.is_html)
    cleaned = clean_shown(document, options, weights, least)
    if not document.is_html or _article_characters(cleaned) >= _LITTLE:
        return cleaned
    for elsewhere in read_elsewhere(document):
        found = clean_shown(elsewhere, options, weights, least)
        if _article_characters(found) >= _ARTICLE:
            return found
    shell = without_notes(document)
    return cleaned if shell is document else clean_shown(shell, options, weights, least)


def _article_characters(cleaned: Cleaned) -> int:
    """How much body there is, kept or not, that is text rather than links."""
    body = [item.block for item in cleaned.blocks if item.label is Label.BODY]
    return sum([len(block.text) for block in body if block.link_share < _MOST_LINKED])


def clean_shown(document: Document, options: Options, weights: Weights, least: float) -> Cleaned:
    """Clean what a document shows, block for block, without looking for an article elsewhere on the page.

    From ``least`` log-odds (nats) on a block is body, whatever the options ask for.
    """
    settled, warnings = judged(document, options, weights, least)
    kept = kept_characters(settled)
    for node in document.nodes:
        if node.tag == "noscript" and 2 * kept_characters(settled[node.first : node.last]) > kept:
            warnings = (*warnings, "the article stands only in a <noscript> of the page")
    return Cleaned(document, settled, document.warnings + warnings, options.judge)


def clean_many(sources: Iterable[object], *, options: Options | None = None) -> Iterator[Cleaned | BodycopyError]:
    """Clean one source after the other, lazily. A source that cannot be read yields its error instead of ending the rest."""
    for source in sources:
        try:
            yield clean(source, options=options)
        except BodycopyError as error:
            yield error
