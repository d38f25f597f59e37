"""The model's opinion of a document: log-odds of body for each block, and what weighed most, in words."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bodycopy.errors import ModelError
from bodycopy.evidence import Column
from bodycopy.model.features import feature_columns
from bodycopy.model.lexicon import Lexicon, lexicon_columns
from bodycopy.model.trees import DEPTH, Trees
from bodycopy.survey import Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]

OTHER_FEATURES = "the model was trained on other features than this version of bodycopy has: train it again"
"""What :class:`ModelError` says of a model of another version."""

_CLIP = 8.0


class About(NamedTuple):
    """Where a model comes from: the kind of source it is for (``html`` or ``text``), the version of bodycopy, its training.

    ``settings`` are numbers and names by name: how many pages of how many sites, what the trees are, versions of libraries.
    """

    kind: str
    version: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Model:
    """What was learnt for one kind of source. Equal where the digest is.

    ``about`` says where it comes from. ``lexicon`` has the weight of each word by where it stands, ``names`` the names of
    the features, by which the trees' columns are numbered, ``usual`` the middle value of each feature (median) over the pages
    learnt from.
    """

    about: About
    lexicon: Lexicon
    names: tuple[str, ...]
    usual: Matrix
    trees: Trees

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that the file of this model holds, in hexadecimal."""
        digest = hashlib.sha256()
        for name, array in _arrays(self).items():
            digest.update(f"{name} {array.dtype} {array.shape}\0".encode() + array.tobytes())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def features(self, survey: Survey, fired: Mapping[str, Column]) -> Matrix:
        """The features of each block (rows). :class:`ModelError` where the model was made for other features."""
        names, table = features(survey, fired, self.lexicon)
        if names != self.names:
            raise ModelError(OTHER_FEATURES)
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
    """Write a model to a file, as :func:`to_bytes` has it."""
    path.write_bytes(to_bytes(model))


def to_bytes(model: Model) -> bytes:
    """A model as a file: plain arrays and JSON, the same bytes for the same model, nothing pickled."""
    stream = io.BytesIO()
    arrays: dict[str, Any] = _arrays(model)
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    trees = model.trees
    return {
        "about": _packed({"kind": model.about.kind, "version": model.about.version, "settings": model.about.settings}),
        "words": _packed({"lexicon": dict(sorted(model.lexicon.weights.items())), "names": model.names}),
        "usual": model.usual,
        "bias": np.array([trees.bias]),
        "columns": trees.columns,
        "borders": trees.borders,
        "leaves": trees.leaves,
    }


def _packed(values: Mapping[str, Any]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(values, ensure_ascii=True).encode(), np.uint8)


def read(path: Path) -> Model:
    """Read a model that :func:`write` wrote. ``OSError`` where the file cannot be read, :class:`ModelError` where it is none."""
    try:
        with np.load(path, allow_pickle=False) as data:
            about, words = (json.loads(data[name].tobytes()) for name in ("about", "words"))
            trees = Trees(data["columns"], data["borders"], data["leaves"], float(data["bias"][0]))
            lexicon = Lexicon({str(word): float(weight) for word, weight in words["lexicon"].items()})
            origin = About(str(about["kind"]), str(about["version"]), dict(about["settings"]))
            model = Model(origin, lexicon, tuple(words["names"]), data["usual"], trees)
    except OSError:
        raise
    except Exception as error:  # whatever is wrong with a file of somebody else's, it is no model
        raise ModelError("not a model of bodycopy, or a damaged one") from error
    if not _is_whole(model):
        raise ModelError("not a model of bodycopy, or a damaged one")
    return model


def _is_whole(model: Model) -> bool:
    """Whether the parts of a model fit each other, so that it can be asked anything."""
    columns, borders, leaves, bias = model.trees
    trees, features = len(columns), len(model.names)
    return (
        model.about.kind in ("html", "text")
        and columns.dtype.kind == "i"
        and all(array.dtype.kind == "f" for array in (borders, leaves, model.usual))
        and columns.shape == borders.shape == (trees, DEPTH)
        and leaves.shape == (trees, 2**DEPTH)
        and model.usual.shape == (features,)
        and bool(((columns >= 0) & (columns < features)).all())
        and bool(np.isfinite(leaves).all())
        and bool(np.isfinite([bias, *model.lexicon.weights.values()]).all())
    )


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
