"""What the weights are fitted on: the open pages' blocks, the rules' firings on them, how much of each is body.

Two sources say what is body. Gold texts of whole pages: a block is body as far as its words are in the gold, in their
order. Lines read by hand: a block is what its line was called. Sealed pages are dropped as they are read.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np

from bodycopy.evidence import Column, gather
from bodycopy.pipeline import read
from bodycopy.survey import Survey
from bodycopy.train import forest
from bodycopy.train.align import Words, body_shares, words
from bodycopy.train.sites import site
from bodycopy.words import library
from shared_pages import Row, Shared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from bodycopy.document import Document

Kind = Literal["html", "text"]
KINDS: tuple[Kind, ...] = ("html", "text")
FILES = ("html_dev", "gold_dev", "text_dev", "lines_dev", "lines_text_dev")
"""The bench's files that samples are made of."""

# A page read by hand is worth two that a program aligned. The joined lines are a few short texts among many long ones,
# the hardest ones, and all read by hand: four.
HAND_READ = 2.0
JOINED_LINES = 4.0


class Job(NamedTuple):
    """One page or text to make a sample of. ``gold`` or ``lines`` or both say what is body."""

    id: str
    url: str | None
    kind: Kind
    source: str
    gold: str | None
    lines: list[tuple[str, str]] | None


class Elements(NamedTuple):
    """As much of :class:`bodycopy.holdings.Holdings`: the elements' places and, for each block, its element."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    parent: NDArray[np.int64]
    at: NDArray[np.int64]


class Sample(NamedTuple):
    """One page or text as far as fitting goes: numbers only, block by block.

    ``body`` says how much of a block is body (0 to 1), ``trust`` how much that is worth (0 for not to be used),
    ``words`` how many words the scorer counts, ``labels`` what a block was called by hand, where it was. ``fired`` is what
    the rules say, without what they saw. ``counts`` and ``elements`` are what the company is read from.
    """

    id: str
    site: str
    body: list[float]
    trust: list[float]
    words: list[int]
    labels: list[str | None]
    fired: dict[str, Column]
    counts: NDArray[np.float64]
    elements: Elements

    def survey(self) -> Survey:
        """A stand-in with as much of a survey as :func:`bodycopy.company.company` asks for."""
        return cast("Survey", _Outline(self.elements, self.counts))


@dataclass(frozen=True, slots=True)
class _Outline:
    holdings: Elements
    count: NDArray[np.float64]


# -- alignment ---------------------------------------------------------------------------------------------------------


def line_labels(blocks: Sequence[Words], lines: Sequence[tuple[Words, str]]) -> list[str | None]:
    """For each block the label of the hand-read line of its wording, ``None`` where no line has it.

    Of several such lines it is the next one in page order, else the nearest before.
    """
    known: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (line, _) in enumerate(lines):
        known[tuple(line)].append(number)
    found: list[str | None] = []
    last = -1
    for block in blocks:
        numbers = known.get(tuple(block))
        if not numbers:
            found.append(None)
            continue
        ahead = [n for n in numbers if n > last]
        last = ahead[0] if ahead else numbers[-1]
        found.append(lines[last][1])
    return found


def hand_labels(job: Job, blocks: Sequence[Words]) -> list[str | None] | None:
    """The label of the hand-read line that each block is, ``None`` for a page that nobody read."""
    return line_labels(blocks, [(words(text), label) for text, label in job.lines]) if job.lines else None


def targets(job: Job, blocks: Sequence[Words]) -> tuple[list[float], list[float]]:
    """How much of each block is body, and how much that is worth."""
    hand = hand_labels(job, blocks)
    if job.gold is None:
        # No gold beside the lines: what is not named, or is doubtful, counts as much for body as against it.
        known = {"body": 1.0, "title": 1.0, "body?": 0.5, None: 0.5}
        return [known.get(label, 0.0) for label in hand or ()], [JOINED_LINES] * len(blocks)
    gold_lines = [words(line) for line in job.gold.split("\n")]
    body = body_shares(blocks, words(job.gold), gold_lines)
    if hand is None:
        return body, [1.0] * len(blocks)
    trust = [HAND_READ] * len(blocks)
    for index, label in enumerate(hand):
        if label in ("title", "body?"):  # a headline is kept as a title, whatever its log-odds of being body
            trust[index] = 0.0
        elif label is not None:
            body[index] = float(label == "body")
    return body, trust


# -- reading -----------------------------------------------------------------------------------------------------------


def open_rows(shared: Shared, name: str) -> list[Row]:
    """The rows of one file of the bench without the sealed pages."""
    return [row for row in shared.rows(name) if row["id"] not in shared.sealed]


def jobs(shared: Shared) -> list[Job]:
    """All open pages: saved ones, what extractors made of them, and the hand-read lines joined to texts."""
    gold = {row["id"]: row["text"] for row in open_rows(shared, "gold_dev")}
    lines = {row["id"]: [(text, label) for text, label in row["lines"]] for row in open_rows(shared, "lines_dev")}

    def job(row: Row, kind: Kind, text: str, body: str | None, read_lines: Any) -> Job:
        return Job(row["id"], row.get("url"), kind, text, body, read_lines)

    return [
        *(job(r, "html", r["html"], gold[r["id"]], lines.get(r["id"])) for r in open_rows(shared, "html_dev")),
        *(job(r, "text", r["text"], None, lines[r["id"]]) for r in open_rows(shared, "lines_text_dev")),
        *(job(r, "text", r["text"], gold[r["id"]], None) for r in open_rows(shared, "text_dev") if r["id"] in gold),
    ]


def sample(job: Job) -> Sample:
    """Read one page and run all rules over it."""
    document, (body, trust, lengths) = _read(job)
    survey = Survey(document, library())
    holdings = survey.holdings
    labels = hand_labels(job, [words(block.text) for block in document.blocks])
    return Sample(
        job.id,
        site(job.url) or job.id,
        body,
        trust,
        lengths,
        labels or [None] * len(lengths),
        {rule: column._replace(saw="") for rule, column in gather(survey).items()},
        survey.count,
        Elements(holdings.first, holdings.last, holdings.parent, holdings.at),
    )


def pages(job: Job) -> list[forest.Page]:
    """Read one page for the model to learn from, whole and in part."""
    document, truth = _read(job)
    return forest.pages_of(document, forest.Truth(job.id, site(job.url) or job.id, *map(np.array, truth)))


def _read(job: Job) -> tuple[Document, tuple[list[float], list[float], list[int]]]:
    """The page, how much of each block is body, how much that is worth, and how many words each block has."""
    document = read(job.source, url=job.url, format=job.kind)
    blocks = [words(block.text) for block in document.blocks]
    return document, (*targets(job, blocks), [len(block) for block in blocks])


def collect(shared: Shared, pool: Executor) -> dict[Kind, list[Sample]]:
    """The samples of all open pages, in the order of the bench's files."""
    found: dict[Kind, list[Sample]] = {kind: [] for kind in KINDS}
    due = jobs(shared)
    for number, (job, made) in enumerate(zip(due, pool.map(sample, due, chunksize=4), strict=True), 1):
        found[job.kind].append(made)
        if sys.stderr.isatty() and number % 50 == 0:
            print(f"\rread {number} of {len(due)}", end="\r", file=sys.stderr, flush=True)
    return found
