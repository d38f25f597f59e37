"""Policy: which labelled blocks stay, how sure a cut must be, and the guard against losing text in bulk."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from bodycopy.document import Kind, Label
from bodycopy.errors import BodycopyError
from bodycopy.result import Judged, LabelledBlock

PRESETS = {"careful": 0.15, "balanced": 0.5, "strict": 0.7}
"""The named settings of the dial: a block is cut when it is less likely than this to be body."""

# Cuts that take more than this share of what reads like body are undone, the least sure first.
_MOST_LOST = 0.5
_LEAST_WORDS = 150
# A cut this much below the threshold (nats) is sure enough to stand whatever it takes.
_SURE = 2.5
_TEXT = frozenset((Label.BODY, Label.TITLE))


def strictness(value: str | float) -> float:
    """The dial as a number from 0 to 1: a preset's name, a number, or a number in words of the command line.

    Raises :class:`BodycopyError` that names the presets.
    """
    if isinstance(value, str) and value in PRESETS:
        return PRESETS[value]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= 1.0:
        raise BodycopyError(f"strictness is {', '.join(PRESETS)} or a number from 0 to 1, not {value!r}")
    return number


def threshold(dial: float) -> float:
    """The log-odds of body below which a block is cut, for a dial from 0 (cut nothing) to 1 (keep nothing)."""
    if dial <= 0.0:
        return -math.inf
    return math.inf if dial >= 1.0 else math.log(dial / (1.0 - dial))


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
