"""The floors: what the figures of the bench must not fall below, data set by data set.

A floor holds for the data it was measured on, so each data set carries the fingerprint of its files. Of some figures
(what was left on, what was lost) less is better: their floor is a ceiling.
"""

from __future__ import annotations

import math
import tomllib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Figures = dict[str, dict[str, float]]
"""Figures by part (all, open, sealed) and name."""

LESS_IS_BETTER = frozenset(
    "signup_left related_left pages_cut body_loss lines_lost short_lost below_half with_finding false_alarm".split()
)

_BODY = ("word_f1", "shingle_f1", "over_trafilatura", "over_recall", "below_half", "stable")
_LINES = ("signup_left", "related_left", "pages_cut", "body_loss", "short_lost", "naming")
_FINDINGS = tuple(f"{label}_{figure}" for label in ("signup", "related", "share") for figure in ("precision", "recall"))
KEPT: dict[str, dict[str, tuple[str, ...]]] = {
    "html": {"all": _BODY, "sealed": ("word_f1",)},
    "lines_html": {"all": _LINES},
    "lines_text": {"all": (*_LINES, "stable")},
    "text": {"all": ("word_f1", "gain", "stable")},
    "quiet": {"all": ("with_finding",), "open": ("false_alarm",)},
    "findings": {"joined": _FINDINGS, "extractors": _FINDINGS},
}
"""The figures that get a floor, by data set (the part of its name before a dot) and part."""

_HEAD = """\
# Floors of `make eval`: a figure worse than this fails it. Of *_left, pages_cut and body_loss less is better.
# `data` is the fingerprint of the files that the figures were measured on.
# Raised with `make eval EVAL_ARGS=--write-floors`; lowered only with `--write-floors --lower`, with a reason in the
# commit.
"""


class Floors(NamedTuple):
    """The floors of one data set and the fingerprint of its data (empty where none was recorded yet)."""

    data: str
    figures: Figures


def read(path: Path) -> dict[str, Floors]:
    """The floors by data set; none where the file does not exist."""
    if not path.exists():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Floors(entry.get("data", ""), {part: dict(entry[part]) for part in entry if part != "data"})
        for name, entry in table.items()
    }


def write(path: Path, floors: Mapping[str, Floors]) -> None:
    """Write all floors, in the order given."""
    lines = [_HEAD]
    for name, entry in floors.items():
        lines.append(f'["{name}"]' if "." in name else f"[{name}]")
        lines.append(f'data = "{entry.data}"')
        lines += [
            f"{part}.{key} = {value}" for part, figures in entry.figures.items() for key, value in figures.items()
        ]
        lines.append("")
    path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


def worse(figure: str, value: float, than: float) -> bool:
    """Whether a value of this figure is worse than another."""
    return value > than if figure in LESS_IS_BETTER else value < than


def failures(name: str, measured: Figures, floors: Floors) -> Iterator[str]:
    """One line for each floor that a figure misses."""
    for part, figures in floors.figures.items():
        for figure, floor in figures.items():
            value = measured.get(part, {}).get(figure)
            if value is None:
                yield f"{name} {part}.{figure}: has a floor of {floor} but was not measured"
            elif worse(figure, value, floor):
                side = "above its ceiling" if figure in LESS_IS_BETTER else "below its floor"
                yield f"{name} {part}.{figure}: {value:.4f} is {side} of {floor}"


def raised(name: str, measured: Figures, data: str, old: Floors | None, *, lower: bool) -> Floors:
    """The floors after this measurement: raised to it, and lowered to it only where ``lower`` says so.

    Raises ``ValueError`` where the data are others than those of the old floors: figures of two data sets cannot be
    compared, so a floor on new data is a lowering unless someone says that it is meant.
    """
    if old is not None and old.data and old.data != data:
        if not lower:
            raise ValueError(f"{name}: the floors were measured on other data; --lower replaces them")
        old = None
    figures: Figures = {}
    for part, names in KEPT[name.partition(".")[0]].items():
        for figure in names:
            if figure not in measured.get(part, {}):
                continue
            value = _outward(figure, measured[part][figure])
            before = old.figures.get(part, {}).get(figure) if old is not None else None
            keep = before is not None and not lower and worse(figure, value, before)
            figures.setdefault(part, {})[figure] = before if keep and before is not None else value
    return Floors(data, figures)


def _outward(figure: str, value: float) -> float:
    """Four decimals, rounded to the side that the measurement itself still passes."""
    scaled = value * 10_000
    return (math.ceil(scaled - 1e-6) if figure in LESS_IS_BETTER else math.floor(scaled + 1e-6)) / 10_000
