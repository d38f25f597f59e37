"""The sentence: read, let the labellers speak, label, keep, look again, write."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import bodycopy.rules  # noqa: F401 - this fills the table of rules
from bodycopy import cuts, write
from bodycopy.document import Document, Format, Label
from bodycopy.errors import BodycopyError
from bodycopy.evidence import Labeller, gather
from bodycopy.keep import decide, strictness, threshold
from bodycopy.label import Weights, label_blocks, weights_for
from bodycopy.read.elsewhere import read_elsewhere, without_notes
from bodycopy.read.html import read_html
from bodycopy.read.source import load
from bodycopy.read.text import read_text
from bodycopy.reasons import BlockReasons
from bodycopy.remains import remains
from bodycopy.result import Judged, LabelledBlock, Removal
from bodycopy.survey import Survey
from bodycopy.version import VERSION
from bodycopy.words import PhrasePack, library

_DECIDING = (
    "articles.py", "balance.py", "claims.py", "company.py", "evidence.py", "holdings.py", "keep.py", "label.py", "model",
    "naming.py", "pipeline.py", "remains.py", "runs.py", "survey.py", "traits.py", "wording.py", "words.py",
    "rules", "read", "data",
)  # fmt: skip
# Two looks settle nearly every page; one that was made to need a look a block gets no more than these after the first,
_MOST_LOOKS = 6
# and one with more blocks than any article has gets none, nor is the model asked about it.
_MOST_LOOKED_AT = 20_000
# Another look is due where a block stays by less than this (nats): what goes then was close to going before. On the bench
# that spares a quarter of the looks, and a change on 3 pages in 1,000 is missed.
_CLOSE = 0.9
# The share (of characters) of what stays at first that must still stay in the end.
_LEAST_KEPT = 0.3
# A page of which fewer characters than this are left as body shows no article, and so many elsewhere are one.
_LITTLE = 300
_ARTICLE = 600
# From this share of links on, a block is no text of an article's.
_MOST_LINKED = 0.5
DEFAULT_KEEP = frozenset({Label.TITLE, Label.BODY})


@dataclass(frozen=True, slots=True)
class Options:
    """What to keep and how, resolved once and used for any number of documents.

    ``keep`` holds the labels whose blocks stay. ``strictness`` is the one dial: ``careful``, ``balanced``, ``strict`` or a
    number from 0 to 1; a block less likely than this to be body is cut. ``phrases`` are a user's own phrase packs,
    ``labellers`` a user's own labellers, called after the rules, anew in each look. ``model`` says whether the learnt labeller
    judges beside the rules (pages of more than 20,000 blocks are the rules' alone). Raises :class:`BodycopyError` for a label
    or a setting that does not exist.
    """

    keep: frozenset[Label] = DEFAULT_KEEP
    strictness: str | float = "balanced"
    phrases: tuple[PhrasePack, ...] = ()
    labellers: tuple[Labeller, ...] = ()
    model: bool = True

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "keep", frozenset(Label(label) for label in self.keep))
        except ValueError as error:
            raise BodycopyError(f"{error}: the labels are {', '.join(Label)}") from error
        strictness(self.strictness)


@dataclass(frozen=True)
class Cleaned:
    """A document with every block labelled and the cuts made. Frozen and picklable.

    ``blocks`` are all blocks in page order, kept or not, ``removed`` the removals, ``warnings`` what a user must know.
    """

    document: Document = field(repr=False)
    blocks: tuple[LabelledBlock, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()

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
            fingerprint=fingerprint(),
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
    """The same for a document that has been read already. ``weights`` replace those that ship, for trying others.

    A page that shows no article is read again for one that it has elsewhere; then the result's document is another.
    """
    options = options or Options()
    cleaned = _judged(document, options, weights)
    if not document.is_html or _article_characters(cleaned) >= _LITTLE:
        return cleaned
    for elsewhere in read_elsewhere(document):
        found = _judged(elsewhere, options, weights)
        if _article_characters(found) >= _ARTICLE:
            return found
    shell = without_notes(document)
    return cleaned if shell is document else _judged(shell, options, weights)


def _article_characters(cleaned: Cleaned) -> int:
    """How much of what stays is text rather than links."""
    shown = [item.block for item in cleaned.blocks if item.kept and item.label is Label.BODY]
    return sum([len(block.text) for block in shown if block.link_share < _MOST_LINKED])


def _judged(document: Document, options: Options, weights: Weights | None) -> Cleaned:
    learnt = options.model and len(document.blocks) <= _MOST_LOOKED_AT
    weights = weights_for(document.is_html, learnt=learnt) if weights is None else weights
    first, warnings = _look(document, options, weights)
    settled = _settled(document, first, options, weights)
    kept = _kept_characters(settled)
    for node in document.nodes:
        if node.tag == "noscript" and 2 * _kept_characters(settled[node.first : node.last]) > kept:
            warnings = (*warnings, "the article stands only in a <noscript> of the page")
    return Cleaned(document, settled, document.warnings + warnings)


def _settled(
    document: Document, first: tuple[LabelledBlock, ...], options: Options, weights: Weights
) -> tuple[LabelledBlock, ...]:
    """Look again at what stays, as somebody who cleans the result would, until nothing more is likely to go.

    So cleaning what was cleaned changes nothing, on nearly every page: looks cost time, so they are bounded. Where further
    ones would take much, they are wrong and the first stands.
    """
    blocks, numbers, rest, settled = list(first), list(range(len(first))), document, first
    enough = _LEAST_KEPT * _kept_characters(first)
    close = threshold(strictness(options.strictness)) + _CLOSE
    for _ in range(_MOST_LOOKS if len(first) <= _MOST_LOOKED_AT else 0):
        if not any(item.kept and item.score < close and item.label is not Label.TITLE for item in settled):
            break
        stay = [i for i, item in enumerate(settled) if item.kept or item.label is Label.TITLE]
        if len(stay) == len(settled) or not stay:
            break
        numbers, rest = [numbers[i] for i in stay], remains(rest, stay)
        settled, _ = _look(rest, options, weights)
        for number, item in zip(numbers, settled, strict=True):
            evidence = BlockReasons.numbered(item.evidence, number)
            blocks[number] = item._replace(block=document.blocks[number], evidence=evidence)
        if _kept_characters(blocks) < enough:
            return first
    return tuple(blocks)


def _kept_characters(settled: Sequence[LabelledBlock]) -> int:
    """How much stays: white space collapsed, as blocks have it."""
    return sum([len(item.block.text) for item in settled if item.kept])


def _look(document: Document, options: Options, weights: Weights) -> tuple[tuple[LabelledBlock, ...], tuple[str, ...]]:
    """Judge a document once, as if nothing had been cut from it before."""
    least = threshold(strictness(options.strictness))
    judged, prose = _labelled(document, options, weights, least)
    return decide(judged, prose, options.keep, least)


def _labelled(document: Document, options: Options, weights: Weights, least: float) -> tuple[Judged, list[int]]:
    """The document's blocks with their labels, and how many words of each plainly are prose.

    The survey ends with this function: of a page with many blocks it is as large as the document.
    """
    survey = Survey(document, library(options.phrases))
    extra = [reason for labeller in options.labellers for reason in labeller(survey)]
    return label_blocks(survey, gather(survey), extra, weights, least), survey.plain_prose


def clean_many(sources: Iterable[object], *, options: Options | None = None) -> Iterator[Cleaned | BodycopyError]:
    """Clean one source after the other, lazily. A source that cannot be read yields its error instead of ending the rest."""
    for source in sources:
        try:
            yield clean(source, options=options)
        except BodycopyError as error:
            yield error


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Twelve hexadecimal digits that change whenever rules, phrases, class words or weights change."""
    digest = hashlib.sha256()
    for name in _DECIDING:
        _digest(resources.files("bodycopy") / name, digest)
    return digest.hexdigest()[:12]


def _digest(part: Any, digest: Any) -> None:
    if part.is_dir():
        for inner in sorted(part.iterdir(), key=lambda p: p.name):
            if inner.name != "__pycache__":
                _digest(inner, digest)
    else:
        digest.update(part.name.encode() + b"\0" + part.read_bytes())
