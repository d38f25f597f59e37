"""Policy: which labelled blocks stay, how sure a cut must be, and the guard against losing text in bulk."""

from __future__ import annotations

import math
import tomllib
from bisect import bisect
from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib import resources

from bodycopy.document import Kind, Label
from bodycopy.errors import BodycopyError
from bodycopy.result import Judged, LabelledBlock

PRESETS = {"sure": -3.0, "careful": -1.735, "balanced": 0.0, "strict": 0.847}
"""The named settings of the dial: the log-odds of body, in nats, below which a block is cut."""

# Cuts that take more than this share of what reads like body are undone, the least sure first.
_MOST_LOST = 0.5
_LEAST_WORDS = 150
# A cut this much below the threshold (nats) is sure enough to stand whatever it takes.
_SURE = 2.5
_TEXT = frozenset((Label.BODY, Label.TITLE))


def strictness(value: str | float) -> str | float:
    """The dial as a preset's name or a number from 0 to 1, also where that came in words of the command line.

    Raises :class:`BodycopyError` that names the presets.
    """
    if isinstance(value, str) and value in PRESETS:
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= 1.0:
        raise BodycopyError(f"strictness is {', '.join(PRESETS)} or a number from 0 to 1, not {value!r}")
    return number


def threshold(dial: str | float, *, html: bool) -> float:
    """The log-odds of body below which a block is cut.

    A number is the share of the cut words that are body, as it was measured on pages not learnt from: from 0 (nothing is
    cut) to 1 (nothing is kept). Between the points measured it is interpolated along the log-odds of the share; beyond them
    a nat of those is a nat of the threshold.
    """
    if isinstance(dial, str):
        return PRESETS[dial]
    wanted = _log_odds(dial)
    shares, nats = _curve("html" if html else "text")
    after = bisect(shares, wanted)
    if after == 0 or after == len(shares):
        end = max(0, after - 1)
        return nats[end] + wanted - shares[end]
    part = (wanted - shares[after - 1]) / (shares[after] - shares[after - 1])
    return nats[after - 1] + part * (nats[after] - nats[after - 1])


def _log_odds(share: float) -> float:
    if share <= 0.0:
        return -math.inf
    return math.inf if share >= 1.0 else math.log(share / (1.0 - share))


@lru_cache(maxsize=2)
def _curve(kind: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """What was measured (``make calibrate``): the log-odds of the shares, and the thresholds that made them."""
    file = resources.files("bodycopy") / "data" / "strictness.toml"
    points = tomllib.loads(file.read_text(encoding="utf-8"))[kind]
    return tuple(map(_log_odds, points["share"])), tuple(points["nats"])


def decide(
    judged: Judged, prose: Sequence[int], keep: Collection[Label], least: float
) -> tuple[tuple[LabelledBlock, ...], tuple[str, ...]]:
    """Settle which blocks stay, and say what a user must know.

    A block stays when its label is among those to keep. ``prose`` is how many words of each block plainly read like prose,
    ``least`` the log-odds from which a block counts as body. Where the cuts would take most of what reads like body, the
    least sure of them are not made, and a warning says so.
    """
    spared = _spared(judged, prose, least) if Label.BODY in keep else frozenset()
    labels = list(judged.labels)
    for index in spared:
        labels[index] = Label.BODY
    kept = [label in keep for label in labels]
    settled = tuple(map(LabelledBlock, judged.blocks, labels, judged.scores, kept, judged.evidence))
    return settled, tuple(_warnings(settled, len(spared), keep))


def _spared(judged: Judged, words: Sequence[int], least: float) -> frozenset[int]:
    """The blocks that the guard puts back: unsure cuts, the least sure first, until half of the prose stays."""
    whole = sum(words)
    kept = sum([n for n, label in zip(words, judged.labels, strict=True) if n and label in _TEXT])
    wanted = (1.0 - _MOST_LOST) * whole
    if whole < _LEAST_WORDS or kept >= wanted or least == math.inf:
        return frozenset()
    unsure = [i for i, n in enumerate(words) if n and least - _SURE < judged.scores[i] < least]
    spared: set[int] = set()
    for index in sorted(unsure, key=lambda i: -judged.scores[i]):
        if kept >= wanted:
            break
        kept += words[index]
        spared.add(index)
    return frozenset(spared)


def _warnings(settled: Sequence[LabelledBlock], spared: int, keep: Collection[Label]) -> list[str]:
    found: list[str] = []
    if spared:
        noun = "block" if spared == 1 else "blocks"
        found.append(f"the cuts would have taken most of what reads like body: {spared} unsure {noun} stayed")
    if Label.BODY in keep and not any(item.kept and item.label is Label.BODY for item in settled):
        if any(item.block.kind is not Kind.SEPARATOR for item in settled):
            found.append("nothing here reads like the body of an article")
        else:
            found.append("there is no text here")
    return found
