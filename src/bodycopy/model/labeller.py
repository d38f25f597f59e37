"""The model's opinion of a document: log-odds of body for each block, and what weighed most, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bodycopy.evidence import Column
from bodycopy.model.features import feature_columns
from bodycopy.model.lexicon import Lexicon, lexicon_columns
from bodycopy.model.trees import Trees
from bodycopy.survey import Survey

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]

_CLIP = 8.0


class Model(NamedTuple):
    """What was learnt for one kind of source.

    ``lexicon`` has the weight of each word by where it stands, ``names`` the names of the features, by which the trees'
    columns are numbered, ``usual`` the middle value of each feature (median) over the pages learnt from.
    """

    lexicon: Lexicon
    names: tuple[str, ...]
    usual: Matrix
    trees: Trees

    def features(self, survey: Survey, fired: Mapping[str, Column]) -> Matrix:
        """The features of each block (rows). ``ValueError`` where the model was made for other features."""
        names, table = features(survey, fired, self.lexicon)
        if names != self.names:
            raise ValueError("the model was trained on other features than this version has: train it again")
        return table

    def opinion(self, table: Matrix) -> Floats:
        """The log-odds of body (nats) of blocks by their features."""
        return np.minimum(_CLIP, np.maximum(-_CLIP, self.trees.sums(table)))

    def weighed(self, row: Matrix, most: int = 3) -> list[tuple[str, float, float]]:
        """The features of one block that weighed most: name, value, and what the usual value would have taken (nats).

        Each feature is set to its usual value alone and the trees are asked again (occlusion).
        """
        used, gains = self.trees.without(row, self.usual)
        order = np.argsort(-np.abs(gains), kind="stable")[:most]
        return [(self.names[used[i]], float(row[used[i]]), float(gains[i])) for i in order.tolist() if gains[i]]


def features(survey: Survey, fired: Mapping[str, Column], lexicon: Lexicon) -> tuple[tuple[str, ...], Matrix]:
    """The names of all features and their values for each block (rows)."""
    names: list[str] = []
    columns: list[NDArray[np.float64] | NDArray[np.bool_]] = []
    for name, column in (*feature_columns(survey, fired), *lexicon_columns(survey, lexicon)):
        names.append(name)
        columns.append(column)
    table = np.empty((len(survey.blocks), len(columns)), np.float32)
    for number, column in enumerate(columns):
        table[:, number] = column
    return tuple(names), table


def write(model: Model, path: Path) -> None:
    """Write a model to a file: plain arrays and JSON, the same bytes for the same model, nothing pickled."""
    words = json.dumps(
        {"lexicon": dict(sorted(model.lexicon.weights.items())), "names": model.names}, ensure_ascii=True
    )
    trees = model.trees
    np.savez_compressed(
        path,
        words=np.frombuffer(words.encode(), np.uint8),
        usual=model.usual,
        bias=np.array([trees.bias]),
        columns=trees.columns,
        borders=trees.borders,
        leaves=trees.leaves,
    )


def read(path: Path) -> Model:
    """Read a model that :func:`write` wrote. ``OSError`` or ``ValueError`` where the file is none."""
    with np.load(path, allow_pickle=False) as data:
        words = json.loads(data["words"].tobytes())
        trees = Trees(data["columns"], data["borders"], data["leaves"], float(data["bias"][0]))
        return Model(Lexicon(words["lexicon"]), tuple(words["names"]), data["usual"], trees)


@lru_cache(maxsize=2)
def model_for(html: bool) -> Model:
    """The model that ships with bodycopy, for HTML or for text."""
    with resources.as_file(resources.files("bodycopy") / "data" / f"model-{'html' if html else 'text'}.npz") as path:
        return read(path)


class Opinion:
    """What a model says of the blocks of one page.

    ``weights`` are its log-odds of body (nats) times its share in the judgement.
    """

    def __init__(self, model: Model, table: Matrix, share: float) -> None:
        self._model = model
        self._table = table
        self.weights: Floats = share * model.opinion(table)

    @classmethod
    def of(cls, model: Model, survey: Survey, fired: Mapping[str, Column], share: float) -> Opinion:
        """The model's opinion of a surveyed page."""
        return cls(model, model.features(survey, fired), share)

    def told(self, index: int) -> str:
        """What weighed most about one block, in words, the weightiest first."""
        weighed = self._model.weighed(self._table[index])
        return ", ".join(f"{name} {value:.3g} ({gain:+.1f})" for name, value, gain in weighed)
