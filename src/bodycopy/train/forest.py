"""Train the model: a lexicon of words and boosted trees, on all pages and without each fold.

The trees must learn from a lexicon as wrong as it will be on pages never seen, so the lexicon's sums for a page are always
those of a lexicon fitted without its fold, and, for trees that shall not have seen another fold either, without both.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bodycopy.document import Document
from bodycopy.evidence import gather
from bodycopy.model.labeller import About, Model, features
from bodycopy.model.lexicon import Lexicon, class_entries, word_entries
from bodycopy.model.trees import DEPTH, Trees
from bodycopy.remains import remains
from bodycopy.survey import Survey
from bodycopy.version import VERSION
from bodycopy.words import library

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# What a page counts for as it is, and as it is once cleaned, or where only some lines of it are there.
WHOLE, CLEANED, SHORT = 1.0, 0.3, 0.15
# A block counts as the square root of so many words more than it has: a paragraph more than a button, but not as much
# more as it has words, for there are many buttons to judge.
EXTRA_WORDS = 4.0
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
SEED = 1
# What the trees are, beside what a machine does with them: told in the model's file.
_TOLD = ("iterations", "depth", "learning_rate", "border_count", "l2_leaf_reg", "rsm", "subsample")
_TRAINERS = ("catboost", "scipy", "numpy")


class Truth(NamedTuple):
    """What is known of one page, block by block.

    ``body`` says how much of a block is body (0 to 1), ``trust`` how much that is worth (0 for not to be used), ``words`` how
    many words it has. ``site`` tells pages of one site from others, ``id`` pages (a page may come as several texts).
    """

    id: str
    site: str
    body: Floats
    trust: Floats
    words: NDArray[np.int64]

    def of(self, blocks: Sequence[int]) -> Truth:
        """The same of some blocks."""
        stay = list(blocks)
        return self._replace(body=self.body[stay], trust=self.trust[stay], words=self.words[stay])


class Page(NamedTuple):
    """One page, whole or in part: its features without the lexicon's, its entries, how much of each block is body."""

    id: str
    site: str
    names: tuple[str, ...]
    table: NDArray[np.float32]
    entries: list[tuple[list[str], list[str]]]
    body: Floats
    weight: Floats


def pages_of(document: Document, truth: Truth) -> list[Page]:
    """One page to learn from: whole, and once more cleaned (HTML) or cut down to a few lines (text)."""
    found = [_page(document, truth, WHOLE)]
    stay = np.flatnonzero(truth.body > 0.5).tolist() if document.is_html else _window(truth)
    if 3 <= len(stay) < len(document.blocks):
        share = CLEANED if document.is_html else SHORT
        found.append(_page(remains(document, stay), truth.of(stay), share))
    return found


def _window(truth: Truth) -> list[int]:
    """Some lines in a row, body and other, of every second text: what somebody has who cleans a snippet."""
    body = truth.body
    rng = random.Random(f"{truth.id} {len(body)}")
    length = rng.randint(3, 9)
    sums = np.convolve(body, np.ones(length), "valid") if len(body) >= length else body[:0]
    starts = np.flatnonzero((sums >= 2) & (sums < length)).tolist()
    if not starts or rng.random() < 0.5:
        return []
    start = rng.choice(starts)
    return list(range(start, start + length))


def _page(document: Document, truth: Truth, share: float) -> Page:
    survey = Survey(document, library())
    names, table = features(survey, gather(survey), Lexicon({}))
    words = word_entries(survey)
    classes = class_entries(survey) if document.is_html else [()] * len(words)
    entries = [(list(a), list(b)) for a, b in zip(classes, words, strict=True)]
    return Page(truth.id, truth.site, names, table, entries, truth.body, weights_of(truth, share))


def weights_of(truth: Truth, share: float = WHOLE) -> Floats:
    """What each block counts for. A page of many blocks counts more, but by the square root only."""
    own = np.sqrt(truth.words + EXTRA_WORDS)
    found: Floats = own / np.sqrt(max(own.sum(), 1.0)) * truth.trust * share
    return found


class Forest:
    """The pages of one kind of source with their folds, and what was learnt from them so far."""

    def __init__(self, kind: str, pages: Sequence[Page], folds: Mapping[str, int], seed: int = SEED) -> None:
        self.kind, self.pages, self.seed = kind, pages, seed
        self.folds = np.repeat([folds[page.id] for page in pages], [len(page.body) for page in pages])
        self.body = np.concatenate([page.body for page in pages])
        self.weight = np.concatenate([page.weight for page in pages])
        self.table = np.concatenate([page.table for page in pages])
        self.words = _vocabulary(pages)
        self.matrix = self._entries()
        self._is_class = np.array([entry.partition(" ")[2].startswith(".") for entry in self.words], np.bool_)
        self._lexicons: dict[frozenset[int], Floats] = {}

    def _entries(self) -> Any:
        from scipy.sparse import csr_array

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
        booster = CatBoost({**TREES, "random_seed": self.seed})
        booster.fit(Pool(table[used], self.body[used], weight=self.weight[used]))
        trees = _trees(booster)
        weights = self.lexicon(left_out)
        lexicon = {self.words[i]: float(weights[i]) for i in np.flatnonzero(weights).tolist()}
        usual = np.median(table[used], axis=0).astype(np.float32)
        model = Model(self._about(left_out), Lexicon(lexicon), self.pages[0].names, usual, trees)
        rest = np.isin(self.folds, list(left_out)) & (self.weight > 0)
        if not rest.any():
            return model, 0.0
        share = self.weight[rest] / self.weight[rest].sum()
        return model, mean_loss(model.opinion(table[rest]), self.body[rest], share)

    def _about(self, left_out: frozenset[int]) -> About:
        """How the model of all folds but these was trained."""
        counted = self.without(left_out)
        by_page = np.split(counted, np.cumsum([len(page.body) for page in self.pages])[:-1])
        used = [page for page, blocks in zip(self.pages, by_page, strict=True) if blocks.any()]
        settings: dict[str, Any] = {
            "pages": len({page.id for page in used}), "sites": len({page.site for page in used}),
            "blocks": int(counted.sum()), "folds": len(np.unique(self.folds)), "seed": self.seed,
            **{name: TREES[name] for name in _TOLD},
            "lexicon_l2": LEXICON_L2[self.kind], "lexicon_steps": LEXICON_STEPS, "least_sites": LEAST_SITES,
        }  # fmt: skip
        settings |= {package: metadata.version(package) for package in _TRAINERS}
        return About(self.kind, VERSION, settings)


def _vocabulary(pages: Sequence[Page]) -> list[str]:
    sites: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        for entry in {entry for both in page.entries for part in both for entry in part}:
            sites[entry].add(page.site)
    return sorted(entry for entry, found in sites.items() if len(found) >= LEAST_SITES)


def mean_loss(z: Floats, body: Floats, share: Floats) -> float:
    """The cross entropy, nats a block, of log-odds against how much of each block is body; ``share`` sums to 1."""
    return float(share @ (np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))) - body * z))


def _logistic(matrix: Any, body: Floats, weight: Floats, l2: float) -> Floats:
    from scipy.optimize import minimize
    from scipy.special import expit

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
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trees.json"
        booster.save_model(str(path), format="json")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def models(
    kind: str, pages: Sequence[Page], folds: Mapping[str, int], seed: int = SEED
) -> Iterator[tuple[int | None, Model, float]]:
    """The model of all pages (fold ``None``), then those without each fold, each with its loss on the pages left out.

    ``kind`` is ``html`` or ``text``, ``folds`` the fold of each page by its id, three folds at least. The same pages in the
    same order give the same models, bit for bit on one machine.
    """
    forest = Forest(kind, pages, folds, seed)
    for fold in (None, *sorted(set(folds.values()))):
        left_out = frozenset() if fold is None else frozenset({fold})
        model, loss = forest.train(left_out)
        yield fold, model, loss
