"""Train the model: a lexicon of words and boosted trees, on all open pages and without each fold.

The trees must learn from a lexicon as wrong as it will be on pages never seen, so the lexicon's sums for a page are always
those of a lexicon fitted without its fold, and, for trees that shall not have seen another fold either, without both.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from bodycopy.evidence import gather
from bodycopy.model.labeller import Model, features
from bodycopy.model.lexicon import Lexicon, class_entries, word_entries
from bodycopy.model.trees import DEPTH, Trees
from bodycopy.pipeline import read
from bodycopy.remains import remains
from bodycopy.survey import Survey
from bodycopy.words import library
from samples import Job, site, targets, tokeniser
from stack import EXTRA_WORDS, mean_loss

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bodycopy.document import Document

    Floats = NDArray[np.float64]

# What a page counts for as it is, and as it is once cleaned, or where only some lines of it are there.
WHOLE, CLEANED, SHORT = 1.0, 0.3, 0.15
# A word is learnt where pages of so many sites have it: what is true of one site is no rule.
LEAST_SITES = 5
LEXICON_L2 = {"html": 2e-4, "text": 1e-4}
LEXICON_STEPS = 60
# Weights smaller than this (nats) are left out of the lexicon: most of them.
LEAST_WEIGHT = 0.02
TREES = {
    "loss_function": "CrossEntropy", "iterations": 250, "depth": DEPTH, "learning_rate": 0.08, "border_count": 32,
    "random_seed": 1, "l2_leaf_reg": 20, "rsm": 0.2, "bootstrap_type": "Bernoulli", "subsample": 0.5,
    "logging_level": "Silent", "thread_count": 2, "allow_writing_files": False,
}  # fmt: skip
DECIMALS = 4


class Page(NamedTuple):
    """One page, whole or in part: its features without the lexicon's, its entries, how much of each block is body."""

    id: str
    site: str
    names: tuple[str, ...]
    table: NDArray[np.float32]
    entries: list[tuple[list[str], list[str]]]
    body: Floats
    weight: Floats


def pages_of(job: Job) -> list[Page]:
    """One page of the bench: whole, and once more cleaned (HTML) or cut down to a few lines (text)."""
    document = read(job.source, url=job.url, format=job.kind)
    tokenise = tokeniser(job.root)
    blocks = [tokenise(block.text) for block in document.blocks]
    body, trust = targets(job, blocks, tokenise)
    truth = np.array([body, trust, [len(words) for words in blocks]], np.float64).reshape(3, len(blocks))
    found = [_page(job, document, truth, WHOLE)]
    stay = np.flatnonzero(truth[0] > 0.5).tolist() if job.kind == "html" else _window(job, truth[0])
    if 3 <= len(stay) < len(blocks):
        share = CLEANED if job.kind == "html" else SHORT
        found.append(_page(job, remains(document, stay), truth[:, stay], share))
    return found


def _window(job: Job, body: Floats) -> list[int]:
    """Some lines in a row, body and other, of every second text: what somebody has who cleans a snippet."""
    rng = random.Random(f"{job.id} {len(body)}")
    length = rng.randint(3, 9)
    sums = np.convolve(body, np.ones(length), "valid") if len(body) >= length else body[:0]
    starts = np.flatnonzero((sums >= 2) & (sums < length)).tolist()
    if not starts or rng.random() < 0.5:
        return []
    start = rng.choice(starts)
    return list(range(start, start + length))


def _page(job: Job, document: Document, truth: Floats, share: float) -> Page:
    survey = Survey(document, library())
    names, table = features(survey, gather(survey), Lexicon({}))
    words = word_entries(survey)
    classes = class_entries(survey) if document.is_html else [()] * len(words)
    entries = [(list(a), list(b)) for a, b in zip(classes, words, strict=True)]
    body, trust, lengths = truth
    own = np.sqrt(lengths + EXTRA_WORDS)
    weight = own / np.sqrt(max(own.sum(), 1.0)) * trust * share
    return Page(job.id, site(job.url) or job.id, names, table, entries, body, weight)


class Forest:
    """The pages of one kind of source with their folds, and what was learnt from them so far."""

    def __init__(self, kind: str, pages: Sequence[Page], folds: dict[str, int]) -> None:
        self.kind, self.pages = kind, pages
        self.folds = np.repeat([folds[page.id] for page in pages], [len(page.body) for page in pages])
        self.body = np.concatenate([page.body for page in pages])
        self.weight = np.concatenate([page.weight for page in pages])
        self.table = np.concatenate([page.table for page in pages])
        self.words = _vocabulary(pages)
        self.matrix = self._entries()
        self._is_class = np.array([entry.partition(" ")[2].startswith(".") for entry in self.words])
        self._lexicons: dict[frozenset[int], Floats] = {}

    def _entries(self) -> Any:
        numbers = {entry: number for number, entry in enumerate(self.words)}
        columns: list[int] = []
        ends: list[int] = [0]
        for page in self.pages:
            for classes, words in page.entries:
                columns += [numbers[entry] for entry in (*classes, *words) if entry in numbers]
                ends.append(len(columns))
        parts = np.ones(len(columns)), np.array(columns, np.int64), np.array(ends, np.int64)
        return csr_array(parts, shape=(len(ends) - 1, len(self.words)))

    def without(self, left_out: frozenset[int]) -> NDArray[np.bool_]:
        """The blocks of all folds but these that count."""
        return ~np.isin(self.folds, list(left_out)) & (self.weight > 0)

    def lexicon(self, left_out: frozenset[int]) -> Floats:
        """The weight of each word, by a logistic regression on all folds but these."""
        if left_out not in self._lexicons:
            used = self.without(left_out)
            weights = _logistic(self.matrix[used], self.body[used], self.weight[used], LEXICON_L2[self.kind])
            rounded = np.round(weights, DECIMALS)
            self._lexicons[left_out] = np.where(np.abs(rounded) < LEAST_WEIGHT, 0.0, rounded)
        return self._lexicons[left_out]

    def features_for(self, left_out: frozenset[int]) -> NDArray[np.float32]:
        """All features, the lexicon's as they would be on pages that it has not seen."""
        table = self.table.copy()
        number = -2 if self.kind == "html" else -1
        for fold in np.unique(self.folds).tolist():
            here = self.folds == fold
            weights = self.lexicon(left_out | {fold})
            if self.kind == "html":
                table[here, number] = self.matrix[here] @ (weights * self._is_class)
            table[here, -1] = self.matrix[here] @ (weights * ~self._is_class)
        return table

    def train(self, left_out: frozenset[int]) -> tuple[Model, float]:
        """The model of all folds but these, and its loss on them (nats a block; 0 where none is left out)."""
        from catboost import CatBoost, Pool

        table, used = self.features_for(left_out), self.without(left_out)
        booster = CatBoost(TREES)
        booster.fit(Pool(table[used], self.body[used], weight=self.weight[used]))
        trees = _trees(booster)
        weights = self.lexicon(left_out)
        lexicon = {self.words[i]: float(weights[i]) for i in np.flatnonzero(weights).tolist()}
        usual = np.median(table[used], axis=0).astype(np.float32)
        model = Model(Lexicon(lexicon), self.pages[0].names, usual, trees)
        rest = np.isin(self.folds, list(left_out)) & (self.weight > 0)
        if not rest.any():
            return model, 0.0
        share = self.weight[rest] / self.weight[rest].sum()
        return model, mean_loss(model.opinion(table[rest]), self.body[rest], share)


def _vocabulary(pages: Sequence[Page]) -> list[str]:
    sites: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        for entry in {entry for both in page.entries for part in both for entry in part}:
            sites[entry].add(page.site)
    return sorted(entry for entry, found in sites.items() if len(found) >= LEAST_SITES)


def _logistic(matrix: Any, body: Floats, weight: Floats, l2: float) -> Floats:
    share, turned = weight / weight.sum(), matrix.T.tocsr()

    def loss_and_gradient(t: Floats) -> tuple[float, Floats]:
        z = matrix @ t[:-1] + t[-1]
        off = share * (expit(z) - body)
        gradient = np.append(turned @ off, off.sum())
        gradient[:-1] += 2 * l2 * t[:-1]
        return mean_loss(z, body, share) + l2 * float(t[:-1] @ t[:-1]), gradient

    start = np.zeros(matrix.shape[1] + 1)
    found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options={"maxiter": LEXICON_STEPS})
    return np.asarray(found.x[:-1], np.float64)


def _trees(booster: Any) -> Trees:
    """The trees of a trained CatBoost model. A tree that asks less often asks what is never so at the end."""
    data = _dump(booster)
    scale, (bias,) = data["scale_and_bias"]
    rows: list[tuple[list[int], list[float], list[float]]] = []
    for tree in data["oblivious_trees"]:
        splits = [(split["float_feature_index"], split["border"]) for split in tree["splits"] or ()]
        splits += [(0, np.inf)] * (DEPTH - len(splits))
        values = [scale * value for value in tree["leaf_values"]]
        rows.append(([f for f, _ in splits], [b for _, b in splits], values + [0.0] * (2**DEPTH - len(values))))
    columns, borders, leaves = zip(*rows, strict=True)
    return Trees(np.array(columns, np.int16), np.array(borders, np.float32), np.array(leaves, np.float32), float(bias))


def _dump(booster: Any) -> dict[str, Any]:
    import json
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trees.json"
        booster.save_model(str(path), format="json")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def models(kind: str, pages: Sequence[Page], folds: dict[str, int]) -> Iterator[tuple[int | None, Model, float]]:
    """The model of all pages (fold ``None``), then those without each fold, each with its loss on the pages left out."""
    forest = Forest(kind, pages, folds)
    for fold in (None, *sorted(set(folds.values()))):
        left_out = frozenset() if fold is None else frozenset({fold})
        model, loss = forest.train(left_out)
        yield fold, model, loss
