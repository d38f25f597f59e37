"""What ``bodycopy run`` tells: the figures of all outputs as lines and as JSON, and a sample of what would be cut."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from bodycopy.corpus.columns import REMOVED
from bodycopy.inputs import shown
from bodycopy.terminal import columns

if TYPE_CHECKING:
    from bodycopy.corpus.recipe import Recipe
    from bodycopy.corpus.records import Place, Result, Tally
    from bodycopy.corpus.sources import Source

_MOST_RULES = 10
_MOST_TEXT = 100


class Before(NamedTuple):
    """What earlier runs of the same command did: outputs whose figures nobody knows any more, and records that are counted."""

    outputs: int = 0
    records: int = 0


def report(tally: Tally, seconds: float, before: Before) -> dict[str, Any]:
    """The figures of a run as plain values, counts in falling order.

    ``read``, ``written``, ``rejected`` count records, ``words_in`` and ``words_out`` their words, ``labels`` and ``rules``
    removals, each by its label and its weightiest rule, ``reasons`` rejects; ``slowest`` are seconds and places; ``seconds`` is
    how long this command ran, ``not_counted`` are outputs that were done before it began.
    """
    figures = asdict(tally)
    for name in ("labels", "rules", "reasons"):
        figures[name] = dict(sorted(figures[name].items(), key=lambda pair: (-pair[1], pair[0])))
    return figures | {"seconds": round(seconds, 3), "not_counted": before.outputs}


def summary(tally: Tally, seconds: float, before: Before) -> Iterator[Text]:
    """The figures of a run for people."""
    figures = report(tally, seconds, before)
    count = tally.read - before.records
    rate = f", {count / seconds:,.0f} a second" if seconds > 0 and count else ""
    yield Text(f"{tally.read:,} records in, {tally.written:,} out, {tally.rejected:,} rejected{rate}")
    if before.outputs:
        yield Text(f"not counted: what was done before ({before.outputs:,} output{'s' * (before.outputs > 1)})")
    cut = 1.0 - tally.words_out / tally.words_in if tally.words_in else 0.0
    yield Text(f"{tally.words_in:,} words in, {tally.words_out:,} out ({cut:.1%} cut)")
    for title, name, most in (("cuts by label", "labels", None), ("cuts by rule", "rules", _MOST_RULES)):
        if figures[name]:
            yield Text(f"\n{title}", style="bold")
            yield from columns([(key, f"{count:,}") for key, count in [*figures[name].items()][:most]], right=[1])
    if figures["reasons"]:
        yield Text("\nrejected", style="bold")
        yield from columns([(shown(key), f"{count:,}") for key, count in figures["reasons"].items()], right=[1])
    if tally.slowest:
        yield Text("\nslowest records", style="bold")
        yield from columns([(f"{seconds:.3f} s", place) for seconds, place in tally.slowest], right=[0])


def sample(recipe: Recipe, sources: Sequence[Source], count: int) -> Iterator[Text]:
    """What would be cut from the first records, a line a removal."""
    from bodycopy.corpus.rows import Form
    from bodycopy.corpus.sources import Reading
    from bodycopy.corpus.work import work

    form = Form(replace(recipe, with_removed=True))
    chunks = (chunk for chunk, _ in Reading(sources).chunks([]))
    results = (work(chunk, form, {}, lambda number: None) for chunk in chunks)  # noqa: ARG005 - nobody watches
    for place, found in itertools.islice(itertools.chain.from_iterable(map(_told, results)), count):
        yield Text(str(place), style="bold")
        if isinstance(found, str):
            yield Text(f"  rejected: {found}", style="red")
            continue
        for removal in found:
            text = shown(removal["text"].replace("\n", " / "))
            text = text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"
            yield Text(f"  {removal['label']:8} {removal['confidence']:.2f}  {text}")


def _told(result: Result) -> list[tuple[Place, list[dict[str, Any]] | str]]:
    """The records of a chunk in order, with their removals or why they were rejected."""
    done = [
        (place, json.loads(line).get(REMOVED) or [])
        for (place, _), line in zip(result.origins, result.outputs, strict=True)
    ]
    return sorted([*done, *((one.place, one.reason) for one in result.rejects)], key=lambda pair: pair[0].number)
