"""The sentence: read, let the labellers speak, label, keep, look again, write."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import bodycopy.rules  # noqa: F401 - this fills the table of rules
from bodycopy import cuts, write
from bodycopy.document import Document, Format, Label
from bodycopy.errors import BodycopyError, ModelError
from bodycopy.evidence import RULES, Labeller, gather
from bodycopy.fingerprint import NO_MODEL, SHIPPED, fingerprint
from bodycopy.keep import decide, strictness, threshold
from bodycopy.label import Weights, label_blocks, weights_for
from bodycopy.model.labeller import Model
from bodycopy.own_model import own_model
from bodycopy.read.html import read_html
from bodycopy.read.source import load
from bodycopy.read.text import read_text
from bodycopy.reasons import BlockReasons
from bodycopy.remains import remains
from bodycopy.result import LabelledBlock, Removal
from bodycopy.survey import Survey
from bodycopy.version import VERSION
from bodycopy.words import PhrasePack, library

# Two looks settle nearly every page; one that was made to need a look a block gets no more than these after the first,
_MOST_LOOKS = 6
# and one with more blocks than any article has gets none, nor is the model asked about it.
_MOST_LOOKED_AT = 20_000
# Another look is due where a block stays by less than this (nats): what goes then was close to going before. On the bench
# that spares a quarter of the looks, and a change on 3 pages in 1,000 is missed.
_CLOSE = 0.9
# The share (of characters) of what stays at first that must still stay in the end.
_LEAST_KEPT = 0.3
DEFAULT_KEEP = frozenset({Label.TITLE, Label.BODY})


@dataclass(frozen=True, slots=True)
class Options:
    """What to keep and how, resolved once and used for any number of documents.

    ``keep`` holds the labels whose blocks stay. ``strictness`` is the one dial: ``careful``, ``balanced``, ``strict`` or a
    number from 0 to 1; a block less likely than this to be body is cut. ``phrases`` are a user's own phrase packs,
    ``labellers`` a user's own labellers, called after the rules, anew in each look. ``model`` is the learnt labeller that
    judges beside the rules: ``True`` for the one that ships, ``False`` for none, or a file that ``bodycopy train`` wrote, which
    is read at once, for sources of its kind only (pages of more than 20,000 blocks are the rules' alone). Raises
    :class:`BodycopyError` for a label or a setting that does not exist, :class:`ModelError` for a model that cannot be used.
    """

    keep: frozenset[Label] = DEFAULT_KEEP
    strictness: str | float = "balanced"
    phrases: tuple[PhrasePack, ...] = ()
    labellers: tuple[Labeller, ...] = ()
    model: bool | str | os.PathLike[str] | Model = True

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "keep", frozenset(Label(label) for label in self.keep))
        except ValueError as error:
            raise BodycopyError(f"{error}: the labels are {', '.join(Label)}") from error
        strictness(self.strictness)
        if not isinstance(self.model, bool):
            object.__setattr__(self, "model", own_model(self.model))

    @property
    def judge(self) -> str:
        """The learnt labeller by name: ``shipped``, ``none``, or the digest of a user's own."""
        if isinstance(self.model, Model):
            return self.model.digest
        return SHIPPED if self.model else NO_MODEL


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


def clean_document(
    document: Document, options: Options | None = None, weights: Weights | None = None, least: float | None = None
) -> Cleaned:
    """The same for a document that has been read already.

    ``weights`` replace those that ship, and ``least`` log-odds of body those that the options ask for, to try others.
    """
    options = options or Options()
    weights = _weights(document, options) if weights is None else weights
    if least is None:
        least = threshold(strictness(options.strictness), html=document.is_html)
    first, warnings = _look(document, options, weights, least)
    blocks = _settled(document, first, options, weights, least)
    return Cleaned(document, blocks, document.warnings + warnings, options.judge)


def _weights(document: Document, options: Options) -> Weights:
    """The weights that judge a document, with the model of the options where it is asked."""
    html, model = document.is_html, options.model
    learnt = len(document.blocks) <= _MOST_LOOKED_AT
    if not isinstance(model, Model):
        return weights_for(html, learnt=learnt and model is True)
    if (model.about.kind == "html") != html:
        raise ModelError(f"the model given judges {model.about.kind}, and this is {'html' if html else 'text'}")
    rules = weights_for(html, learnt=False)
    return rules.with_model(model) if learnt else rules


def _settled(
    document: Document, first: tuple[LabelledBlock, ...], options: Options, weights: Weights, least: float
) -> tuple[LabelledBlock, ...]:
    """Look again at what stays, as somebody who cleans the result would, until nothing more is likely to go.

    So cleaning what was cleaned changes nothing, on nearly every page: looks cost time, so they are bounded. Where further
    ones would take much, they are wrong and the first stands.
    """
    blocks, numbers, rest, settled = list(first), list(range(len(first))), document, first
    enough = _LEAST_KEPT * _kept_characters(first)
    for _ in range(_MOST_LOOKS if len(first) <= _MOST_LOOKED_AT else 0):
        if not any(item.kept and item.score < least + _CLOSE and item.label is not Label.TITLE for item in settled):
            break
        stay = [i for i, item in enumerate(settled) if item.kept or item.label is Label.TITLE]
        if len(stay) == len(settled) or not stay:
            break
        numbers, rest = [numbers[i] for i in stay], remains(rest, stay)
        settled, _ = _look(rest, options, weights, least)
        for number, item in zip(numbers, settled, strict=True):
            evidence = BlockReasons.numbered(item.evidence, number)
            blocks[number] = item._replace(block=document.blocks[number], evidence=evidence)
        if _kept_characters(blocks) < enough:
            return first
    return tuple(blocks)


def _kept_characters(settled: Sequence[LabelledBlock]) -> int:
    """How much stays: white space collapsed, as blocks have it."""
    return sum([len(item.block.text) for item in settled if item.kept])


def _look(
    document: Document, options: Options, weights: Weights, least: float
) -> tuple[tuple[LabelledBlock, ...], tuple[str, ...]]:
    """Judge a document once, as if nothing had been cut from it before."""
    survey = Survey(document, library(options.phrases))
    firings = gather(survey)
    extra = [reason for labeller in options.labellers for reason in labeller(survey)]
    judged = label_blocks(survey, firings, extra, weights, least)
    return decide(judged, survey.plain_prose, options.keep, least)


def clean_many(sources: Iterable[object], *, options: Options | None = None) -> Iterator[Cleaned | BodycopyError]:
    """Clean one source after the other, lazily. A source that cannot be read yields its error instead of ending the rest."""
    for source in sources:
        try:
            yield clean(source, options=options)
        except BodycopyError as error:
            yield error


def rule_ids() -> tuple[str, ...]:
    """The ids of all built-in rules."""
    return tuple(RULES)
