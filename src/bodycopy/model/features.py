"""What the trees know of a block before they know anything of its neighbours' verdicts: one column a feature.

Rule firings are features like any other, so that nothing is counted twice. The rest is what a rule's yes or no would
throw away: lengths, shares, distances, and what the six elements around a block hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.document import Kind
from bodycopy.evidence import RULES, Column
from bodycopy.model.sections import section_columns
from bodycopy.model.surroundings import element_columns
from bodycopy.model.voices import voice_columns
from bodycopy.survey import Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

Named = Iterator[tuple[str, "Floats | Mask"]]

_KINDS = (
    Kind.PARAGRAPH,
    Kind.HEADING,
    Kind.ITEM,
    Kind.TERM,
    Kind.ROW,
    Kind.QUOTE,
    Kind.CODE,
    Kind.BUTTON,
    Kind.SEPARATOR,
)
_GROUPS = (
    "signup-call signup-object signup-offer signup-terms pitch related-lead related-heading share share-call comment"
    " comment-call paywall ad bio legal consent nav byline caption player affiliate shop-call bio-credit"
).split()
_NOT_DIGITS = bytes(c for c in range(256) if not 48 <= c <= 57)
_NOT_CAPITALS = bytes(c for c in range(256) if not 65 <= c <= 90)
_MARKS = (",", ":", "|", "?", "!", '"', "“", "(", "@", "©", "$")
_PROSE = 0.5
_FAR = 50.0
_NEAR = (-4, -3, -2, -1, 1, 2, 3, 4)


def feature_columns(survey: Survey, fired: Mapping[str, Column]) -> Named:
    """Every feature with its name and its value for each block, always the same features in the same order."""
    yield from _rules(survey, fired)
    yield from _block(survey)
    yield from _wording(survey)
    yield from _place(survey)
    yield from _neighbours(survey)
    yield from element_columns(survey)
    yield from section_columns(survey)
    yield from voice_columns(survey)


def _rules(survey: Survey, fired: Mapping[str, Column]) -> Named:
    for rule in RULES:
        values = np.zeros(len(survey.blocks))
        column = fired.get(rule)
        if column is not None:
            values[column.blocks] = column.strengths
        yield rule, values


def _block(survey: Survey) -> Named:
    blocks = survey.blocks
    yield "words", survey.count
    yield "prose", survey.prose
    yield "sentence ends", survey.marks
    yield "ends as a sentence", survey.terminal
    yield "function words", np.array([traits.function_share for traits in survey.traits])
    yield "share of links", survey.link_share
    yield "links", np.array([block.links for block in blocks], np.float64)
    yield "images inside", np.array([block.media for block in blocks], np.float64)
    yield "share in bold", np.array([block.emphasis / max(1, len(block.text)) for block in blocks])
    yield "level", np.array([block.level for block in blocks], np.float64)
    yield "blank lines above", np.array([block.gap for block in blocks], np.float64)
    yield "glued to the line", np.array([block.glued for block in blocks])
    yield "hidden", np.array([block.hidden for block in blocks])
    yield "shown", survey.shown
    yield "words of the article", survey.shared
    yield "headline", survey.index == survey.headline
    for kind in _KINDS:
        yield f"is a {kind.value}", survey.of_kind(kind)


def _wording(survey: Survey) -> Named:
    texts = [block.text for block in survey.blocks]
    length = np.array([max(1, len(text)) for text in texts], np.float64)
    encoded = [text.encode("utf-8", "replace") for text in texts]
    yield "characters a word", length / np.maximum(1.0, survey.count)
    yield "share of digits", np.array([len(code.translate(None, _NOT_DIGITS)) for code in encoded]) / length
    capitals = np.array([len(code.translate(None, _NOT_CAPITALS)) for code in encoded])
    yield "share of capitals", capitals / length
    yield "capitals a word", capitals / np.maximum(1.0, survey.count)
    yield "opens in lower case", np.array([text[:1].islower() for text in texts])
    yield "opens with a digit", np.array([text[:1].isdigit() for text in texts])
    yield "ends with a question", np.array([text[-1:] in ("?", "？") for text in texts])
    yield "ends with a colon", np.array([text[-1:] in (":", "：") for text in texts])
    for mark in _MARKS:
        yield f"{mark} a word", np.array([text.count(mark) for text in texts]) / np.maximum(1.0, survey.count)
    for group in _GROUPS:
        values = np.zeros(len(texts))
        for index in survey.by_group.get(group, ()):
            values[index] = survey.cover(index, group)
        yield f"words of {group}", values
    times = np.ones(len(texts))
    for indices in survey.repeats:
        times[indices] = len(indices)
    yield "times on the page", times


def _place(survey: Survey) -> Named:
    count, index = len(survey.blocks), survey.index
    words = np.concatenate(([0.0], np.cumsum(survey.count)))
    prose = np.concatenate(([0.0], np.cumsum(survey.prose * survey.count)))
    yield "blocks on the page", np.full(count, float(count))
    yield "prose on the page", np.full(count, prose[-1])
    yield "prose a word on the page", np.full(count, prose[-1] / max(1.0, words[-1]))
    yield "place", index / max(1, count)
    yield "words above", words[:-1] / max(1.0, words[-1])
    yield "prose above", prose[:-1] / max(1.0, prose[-1])
    yield "prose above, in words", prose[:-1]
    yield "prose below, in words", prose[-1] - prose[1:]
    yield "after the core's start", index - survey.core[0]
    yield "before the core's end", survey.core[1] - index
    for reach in (2, 5, 10):
        start, end = np.maximum(0, np.arange(count) - reach), np.minimum(count, np.arange(count) + 1 + reach)
        here = np.arange(count)
        yield f"prose of {reach} above", (prose[here] - prose[start]) / np.maximum(1.0, words[here] - words[start])
        yield f"prose of {reach} below", (prose[end] - prose[here + 1]) / np.maximum(1.0, words[end] - words[here + 1])
        yield f"words of {reach} around", words[end] - words[start]
    yield "blocks since prose", _since(survey.prose > _PROSE)
    yield "blocks until prose", _since((survey.prose > _PROSE)[::-1])[::-1]
    heading = survey.of_kind(Kind.HEADING)
    yield "blocks since a heading", _since(heading)
    announces = np.zeros(count, np.bool_)
    announces[list(survey.by_group.get("related-heading", ()))] = True
    yield "blocks since a related heading", _since(announces & (survey.count <= 9))
    last = _last(heading)
    for name, column in (
        ("words", survey.count),
        ("words of the article", survey.shared),
        ("share of links", survey.link_share),
    ):
        yield f"last heading: {name}", np.where(last >= 0, column[last], -1.0)
    short = ~survey.terminal & (survey.count <= 25)
    run = _run_lengths(short)
    yield "run of unfinished lines", run
    yield "place in that run", _since(~short)
    yield "blocks since a separator", _since(survey.of_kind(Kind.SEPARATOR))


def _neighbours(survey: Survey) -> Named:
    gaps = np.array([block.gap for block in survey.blocks], np.float64)
    columns = {
        "words": survey.count, "prose": survey.prose, "share of links": survey.link_share,
        "ends as a sentence": survey.terminal.astype(np.float64), "is a heading": survey.of_kind(Kind.HEADING).astype(np.float64),
        "words of the article": survey.shared,
    }  # fmt: skip
    for name, column in columns.items():
        padded = np.concatenate((np.full(4, -1.0), column, np.full(4, -1.0)))
        for step in _NEAR:
            yield f"{_where(step)}: {name}", padded[4 + step : 4 + step + len(column)]
    yield "blank lines below", np.append(gaps[1:], 0.0)[: len(gaps)]


def _where(step: int) -> str:
    return f"{abs(step)} {'above' if step < 0 else 'below'}"


def _since(marked: Mask) -> Floats:
    """How many blocks ago the last marked one was, at most 50 (also where there was none); 0 at a marked block."""
    last = _last(marked)
    return np.where(last >= 0, np.minimum(_FAR, np.arange(len(marked)) - last), _FAR)


def _last(marked: Mask) -> NDArray[np.int64]:
    """The index of the last marked block up to each block, itself included; -1 for none."""
    found: NDArray[np.int64] = np.maximum.accumulate(np.where(marked, np.arange(len(marked)), -1))
    return found


def _run_lengths(marked: Mask) -> Floats:
    """The length of the run of marked blocks that each block is in; 0 outside."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marked.astype(np.int8), [0]))))
    found = np.zeros(len(marked))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        found[start:end] = end - start
    return found
