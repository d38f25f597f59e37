"""From records to a model: read them, align them with their gold, train, and judge each page by what has not seen its site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from bodycopy.document import Document
from bodycopy.errors import BodycopyError, SourceError
from bodycopy.model.labeller import Model
from bodycopy.pipeline import read
from bodycopy.train import check, forest
from bodycopy.train.align import body_shares, words
from bodycopy.train.records import Record, Records
from bodycopy.train.sites import assign
from bodycopy.via import MissingPackageError

FOLDS = 5
# For the pages of a fold the lexicon is learnt without them and, where another fold is left out, without that: of two
# folds nothing would be left.
LEAST_FOLDS = 3
LEAST_PAGES = 20
# Of a page with less of its gold in its blocks, one of the two is likely another page's.
_LEAST_FOUND = 0.5

Progress = Callable[[str], None]


class Trained(NamedTuple):
    """What came of it: the model, the score of each judge on pages not seen, and what the user should know, a line each."""

    model: Model
    scores: dict[str, check.Score]
    notes: tuple[str, ...]


def require_trainer() -> None:
    """Raise :class:`MissingPackageError`, one line, where CatBoost or scipy is not installed."""
    try:
        import catboost  # noqa: F401
        import scipy  # noqa: F401
    except ImportError as error:
        name = error.name or "catboost"
        raise MissingPackageError(f"training needs {name}: pip install 'bodycopy[train]'") from error


def train(records: Records, folds: int = FOLDS, seed: int = forest.SEED, progress: Progress | None = None) -> Trained:
    """Train a model on records of one kind.

    ``folds`` is into how many parts the sites are dealt, each judged by a model of the others. ``seed`` is that of the trees;
    the same records, settings and versions give the same model, bit for bit on one machine. ``progress`` is told each step.
    Raises :class:`BodycopyError`, one line, where there is too little to learn from or a page cannot be read, and
    :class:`MissingPackageError` without the trainer.
    """
    require_trainer()
    told = progress or _nobody
    refuse_too_few(records.pages, folds)
    truths: list[forest.Truth] = []
    members: list[forest.Page] = []
    for number, record in enumerate(records.pages, 1):
        told(f"reading page {number} of {len(records.pages)}")
        document, truth = read_page(record)
        truths.append(truth)
        members += forest.pages_of(document, truth)
    notes = _notes(records.pages, truths)
    of_page = assign({record.id: record.site for record in records.pages}, folds)
    learnt = forest.models(records.kind, members, of_page, seed)
    told("training on all pages")
    _, model, _ = next(learnt)
    pages: list[dict[str, check.Page]] = []
    for fold in range(folds):
        told(f"training without part {fold + 1} of {folds}")
        _, without, _ = next(learnt)
        due = [n for n, record in enumerate(records.pages) if of_page[record.id] == fold]
        told(f"judging part {fold + 1} of {folds}: {len(due)} pages")
        pages += [check.judged(_document(records.pages[n]), truths[n], records.pages[n].gold, without) for n in due]
    return Trained(model, check.scores(pages), notes)


def _nobody(step: str) -> None:
    pass


def refuse_too_few(pages: Sequence[Record], folds: int) -> None:
    """Raise :class:`BodycopyError` where there are too few pages or sites to learn anything from."""
    sites = len({record.site for record in pages})
    if len(pages) < LEAST_PAGES:
        raise BodycopyError(f"too few pages to learn from: {len(pages)}, of {LEAST_PAGES} at least")
    least = max(folds, forest.LEAST_SITES)
    if sites < least:
        why = f"for {folds} folds" if folds > forest.LEAST_SITES else "for any word to be learnt"
        raise BodycopyError(
            f"too few sites to learn from: {sites}, of {least} at least {why} (the site is that of url)"
        )


def read_page(record: Record) -> tuple[Document, forest.Truth]:
    """The page of a record, and how much of each block its gold has. Raises :class:`SourceError` with the record's place."""
    document = _document(record)
    blocks = [words(block.text) for block in document.blocks]
    body = body_shares(blocks, words(record.gold), [words(line) for line in record.gold.split("\n")])
    lengths = np.array([len(block) for block in blocks], np.int64)
    return document, forest.Truth(record.id, record.site, np.array(body), np.ones(len(blocks)), lengths)


def _document(record: Record) -> Document:
    try:
        return read(record.source, url=record.url, format=record.kind)
    except SourceError as error:
        raise SourceError(f"{record.place}: {error}") from error


def _notes(pages: Sequence[Record], truths: Sequence[forest.Truth]) -> tuple[str, ...]:
    """What the user should know of the pages. Raises :class:`BodycopyError` where gold is found on too few of them."""
    strange = [
        record
        for record, truth in zip(pages, truths, strict=True)
        if truth.body @ truth.words < _LEAST_FOUND * len(words(record.gold))
    ]
    if len(pages) - len(strange) < LEAST_PAGES:
        raise BodycopyError(
            f"gold is not that of these pages: of {len(strange)} of {len(pages)} less than half of it stands on the page,"
            f" as at {strange[0].place}"
        )
    if all((truth.body > 0.5).all() for truth in truths):
        raise BodycopyError("every block of these pages is body: there is nothing to tell it from")
    notes = []
    if strange:
        notes.append(f"of {len(strange)} pages less than half of gold stands on the page, as at {strange[0].place}")
    if nowhere := sum(not record.url for record in pages):
        notes.append(f"{nowhere} records have no url: each counts as a site of its own")
    return tuple(notes)
