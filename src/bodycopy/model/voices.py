"""Who speaks to whom, and what is cited.

A comment says "I", what a company says of itself "we", a pitch "you", a report none of them: paragraphs that are alike in
everything else. And a list of sources is full of years, page numbers and addresses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from bodycopy.survey import Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEVELS = 5
_REACH = 4
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# Years and numbers of issues in brackets, pages, volumes.
_CITATION = re.compile(r"\(\d{1,4}\)|\b[Pp]{1,2}\. ?\d|\b[Vv]ol\b|\bet al\b")


def voice_columns(survey: Survey) -> Iterator[tuple[str, Floats]]:
    """The columns of who speaks in a block, around it and in the elements around it, and of what a block cites."""
    words = _sums(survey.count)
    for voice, said in _voices(survey.language).items():
        wording = survey.wording
        times = np.bincount(wording.blocks, wording.where(said.__contains__), len(survey.blocks)).astype(np.float64)
        yield f"{voice} a word", times / np.maximum(1.0, survey.count)
        sums = _sums(times)
        start = np.maximum(0, np.arange(len(times)) - _REACH)
        end = np.minimum(len(times), np.arange(len(times)) + _REACH + 1)
        yield f"{voice} a word around", (sums[end] - sums[start]) / np.maximum(1.0, words[end] - words[start])
        if survey.document.is_html:
            yield from _in_elements(survey, voice, sums, words)
    texts = [block.text for block in survey.blocks]
    # Most blocks have no figure, and regular expressions take long to find that out.
    figured = [index for index, text in enumerate(texts) if _DIGIT.search(text)]
    years, citations = np.zeros(len(texts)), np.zeros(len(texts))
    for index in figured:
        years[index] = len(_YEAR.findall(texts[index]))
        citations[index] = len(_CITATION.findall(texts[index]))
    yield "years a word", years / np.maximum(1.0, survey.count)
    yield "addresses", np.array([text.count("://") + text.count("www.") for text in texts], np.float64)
    yield "citations", citations


def _in_elements(survey: Survey, voice: str, sums: Floats, words: Floats) -> Iterator[tuple[str, Floats]]:
    holdings = survey.holdings
    first, last = holdings.first, holdings.last
    share = (sums[last] - sums[first]) / np.maximum(1.0, words[last] - words[first])
    for level, around in enumerate(holdings.around(_LEVELS)):
        yield f"element {level} up: {voice} a word", share[around] if len(share) else np.zeros(len(survey.blocks))


def _sums(column: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum(column)))


@lru_cache(maxsize=32)
def _voices(language: str) -> dict[str, frozenset[str]]:
    """The words by which each voice is known in a language, those of English where it has none."""
    text = (resources.files("bodycopy") / "data" / "voices.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return {voice: frozenset(words.split()) for voice, words in data.get(language, data["en"]).items()}
