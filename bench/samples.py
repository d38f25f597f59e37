"""What the weights are fitted on: the open pages' blocks, the rules' firings on them, how much of each is body.

Two sources say what is body. Gold texts of whole pages: a block is body as far as its words are in the gold, in their
order. Lines read by hand: a block is what its line was called. Sealed pages are dropped as they are read.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast
from urllib.parse import urlsplit

from bodycopy.evidence import Column, gather
from bodycopy.pipeline import read
from bodycopy.survey import Survey
from bodycopy.words import library
from shared_pages import Row, Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


Kind = Literal["html", "text"]
KINDS: tuple[Kind, ...] = ("html", "text")
FILES = ("html_dev", "gold_dev", "text_dev", "lines_dev", "lines_text_dev")
"""The bench's files that samples are made of."""

# A page read by hand is worth two that a program aligned. The joined lines are a few short texts among many long ones,
# the hardest ones, and all read by hand: four.
HAND_READ = 2.0
JOINED_LINES = 4.0
# A block of as many words is judged by its own four-word shingles, a shorter one by where it stands.
SHINGLE = 4
LEAST_WORDS = SHINGLE + 1
# A block of as many words, mostly in the gold, marks where on the page the body is.
ANCHOR_WORDS = 8
ANCHOR_REACH = 6
# Less of a block than this in the gold is chance.
CHANCE = 0.15
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac"})

Words = list[str]


class Job(NamedTuple):
    """One page or text to make a sample of. ``gold`` or ``lines`` or both say what is body; ``root`` has the scorer."""

    root: Path
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
    ``words`` how many words the scorer counts. ``fired`` is what the rules say, without what they saw.
    ``counts`` and ``elements`` are what the company is read from.
    """

    id: str
    site: str
    body: list[float]
    trust: list[float]
    words: list[int]
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


def site(url: str | None) -> str:
    """The registered name of the host of an address (``news.example.co.uk`` is ``example.co.uk``); empty for none."""
    parts = (urlsplit(url or "").hostname or "").split(".")
    if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2:
        return ".".join(parts[-3:])
    return ".".join(parts[-2:])


# -- alignment ---------------------------------------------------------------------------------------------------------


def body_shares(blocks: Sequence[Words], gold: Words, gold_lines: Sequence[Words]) -> list[float]:
    """For each block, as words, the share of it that the gold body has, 0 to 1.

    A wording that stands more often on the page than in the gold is body only where most of the body stands around
    it. A block of under five words is body as a line of the gold, or between the first and last long blocks of body.
    """
    known = {tuple(gold[i : i + SHINGLE]) for i in range(len(gold) - SHINGLE + 1)}
    shares = [_known_share(words, known) for words in blocks]
    anchors = [i for i, words in enumerate(blocks) if len(words) >= ANCHOR_WORDS and shares[i] > 0.5]
    lines, whole = {" ".join(line) for line in gold_lines}, f" {' '.join(gold)} "
    alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, words in enumerate(blocks):
        if words:
            alike[tuple(words)].append(index)
    for unit, places in alike.items():
        wording = " ".join(unit)
        if len(unit) < LEAST_WORDS:
            for index in places:
                inside = bool(anchors) and anchors[0] <= index <= anchors[-1]
                a_line = wording in lines and (inside or len(unit) >= 3)
                a_phrase = inside and len(unit) >= 2 and f" {wording} " in whole
                shares[index] = float(a_line or a_phrase)
        claimants = [i for i in places if shares[i] > 0.5]
        if len(claimants) > 1:
            claimants.sort(key=lambda index: -_around(anchors, index))
            for index in claimants[max(1, whole.count(f" {wording} ")) :]:
                shares[index] = 0.0
    return [share if share >= CHANCE else 0.0 for share in shares]


def _known_share(words: Words, known: set[tuple[str, ...]]) -> float:
    if len(words) < LEAST_WORDS:
        return 0.0
    own = [tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)]
    return sum(shingle in known for shingle in own) / len(own)


def _around(anchors: Sequence[int], index: int) -> int:
    """How many other anchors stand near a block."""
    start, end = bisect_left(anchors, index - ANCHOR_REACH), bisect_right(anchors, index + ANCHOR_REACH)
    return end - start - (index in anchors[start:end])


def line_labels(blocks: Sequence[Words], lines: Sequence[tuple[Words, str]]) -> list[str | None]:
    """For each block the label of the hand-read line of its wording, ``None`` where no line has it.

    Of several such lines it is the next one in page order, else the nearest before.
    """
    known: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (words, _) in enumerate(lines):
        known[tuple(words)].append(number)
    found: list[str | None] = []
    last = -1
    for words in blocks:
        numbers = known.get(tuple(words))
        if not numbers:
            found.append(None)
            continue
        ahead = [n for n in numbers if n > last]
        last = ahead[0] if ahead else numbers[-1]
        found.append(lines[last][1])
    return found


def targets(job: Job, blocks: Sequence[Words], tokenise: Callable[[str], Words]) -> tuple[list[float], list[float]]:
    """How much of each block is body, and how much that is worth."""
    hand = line_labels(blocks, [(tokenise(text), label) for text, label in job.lines]) if job.lines else None
    if job.gold is None:
        # No gold beside the lines: what is not named, or is doubtful, counts as much for body as against it.
        known = {"body": 1.0, "title": 1.0, "body?": 0.5, None: 0.5}
        return [known.get(label, 0.0) for label in hand or ()], [JOINED_LINES] * len(blocks)
    gold_lines = [tokenise(line) for line in job.gold.split("\n")]
    body = body_shares(blocks, tokenise(job.gold), gold_lines)
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
        return Job(shared.root, row["id"], row.get("url"), kind, text, body, read_lines)

    return [
        *(job(r, "html", r["html"], gold[r["id"]], lines.get(r["id"])) for r in open_rows(shared, "html_dev")),
        *(job(r, "text", r["text"], None, lines[r["id"]]) for r in open_rows(shared, "lines_text_dev")),
        *(job(r, "text", r["text"], gold[r["id"]], None) for r in open_rows(shared, "text_dev") if r["id"] in gold),
    ]


def sample(job: Job) -> Sample:
    """Read one page and run all rules over it."""
    document = read(job.source, url=job.url, format=job.kind)
    tokenise = tokeniser(job.root)
    blocks = [tokenise(block.text) for block in document.blocks]
    body, trust = targets(job, blocks, tokenise)
    survey = Survey(document, library())
    holdings = survey.holdings
    return Sample(
        job.id,
        site(job.url) or job.id,
        body,
        trust,
        [len(words) for words in blocks],
        {rule: column._replace(saw="") for rule, column in gather(survey).items()},
        survey.count,
        Elements(holdings.first, holdings.last, holdings.parent, holdings.at),
    )


@lru_cache(maxsize=2)
def tokeniser(root: Path) -> Callable[[str], Words]:
    """The scorer's own words: what counts as the same for it counts as the same here."""
    return cast("Callable[[str], Words]", Shared(root).scorer.words)


def collect(shared: Shared, pool: Executor) -> dict[Kind, list[Sample]]:
    """The samples of all open pages, in the order of the bench's files."""
    found: dict[Kind, list[Sample]] = {kind: [] for kind in KINDS}
    due = jobs(shared)
    for number, (job, made) in enumerate(zip(due, pool.map(sample, due, chunksize=4), strict=True), 1):
        found[job.kind].append(made)
        if sys.stderr.isatty() and number % 50 == 0:
            print(f"\rread {number} of {len(due)}", end="\r", file=sys.stderr, flush=True)
    return found
