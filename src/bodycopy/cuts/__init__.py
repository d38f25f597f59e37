"""What goes, as removals: which characters of the source are cut, for which reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bodycopy.cuts.html import HtmlCuts
from bodycopy.cuts.spans import outside
from bodycopy.cuts.text import TextCuts
from bodycopy.document import Document, Label, Span
from bodycopy.evidence import Evidence
from bodycopy.reasons import BlockReasons, Reasons
from bodycopy.result import LabelledBlock, Removal

__all__ = ["pruned", "removals", "told_by"]

_MOST_RULES = 8
# The model's say against a block, as the evidence has it.
_MODEL = f"{Label.OTHER.value}/model"
_MOST_SAW = 80
# Of a run longer than any on a real page the first blocks tell enough.
_MOST_HEARD = 2000
# Beyond these log-odds a confidence is 0 or 1.
_SURE = 700.0


class _Run(NamedTuple):
    """Dropped blocks ``first`` to ``last`` (not included) of one label."""

    first: int
    last: int
    label: Label


def removals(document: Document, labelled: Sequence[LabelledBlock]) -> tuple[Removal, ...]:
    """The removals of a document, in page order: every dropped run of consecutive blocks of one label.

    ``labelled`` holds every block of the document, in order; ``ValueError`` where it does not. The spans of all
    removals together never overlap, and the source less all of them is the pruned output.
    """
    if len(labelled) != len(document.blocks):
        raise ValueError("every block of the document must be labelled")
    runs = list(_runs(labelled))
    if not runs:
        return ()
    cuts = HtmlCuts(document, labelled) if document.is_html else TextCuts(document)
    spans = _assigned(cuts, runs)
    return tuple(_removal(labelled[r.first : r.last], spans[i]) for i, r in enumerate(runs))


def told_by(labelled: Sequence[LabelledBlock]) -> list[tuple[Label, str]]:
    """The label and the weightiest rule of each removal, as :func:`removals` has them, for who only counts them.

    Where no record of evidence is needed to know, none is made, which is most of the cost of a removal.
    """
    runs = list(_runs(labelled))
    found = _weightiest(labelled, runs)
    for number, run in enumerate(runs):
        if not found[number]:
            rules, _ = _reasons(labelled[run.first : run.last], run.label)
            found[number] = rules[0] if rules else ""
    return [(run.label, rule) for run, rule in zip(runs, found, strict=True)]


def _weightiest(labelled: Sequence[LabelledBlock], runs: Sequence[_Run]) -> list[str]:
    """The rule that weighs most for each run's label; empty where the columns alone do not tell."""
    pages: dict[int, tuple[Reasons, list[tuple[int, int]]]] = {}
    plain = [run.label is not Label.OTHER and run.last - run.first <= _MOST_HEARD for run in runs]
    for number, run in enumerate(runs):
        for item in labelled[run.first : run.last] if plain[number] else ():
            if not isinstance(item.evidence, BlockReasons) or item.evidence.source[0].has_extra:
                plain[number] = False
                break
            reasons, index = item.evidence.source
            pages.setdefault(id(reasons), (reasons, []))[1].append((index, number))
    weights: list[dict[str, tuple[float, float]]] = [{} for _ in runs]
    for reasons, places in pages.values():
        for rule, spoken, heavy, score in reasons.speak_for([run.label for run in runs], places):
            for number in spoken:
                weight, named = weights[number].get(rule, (0.0, 0.0))
                weights[number][rule] = weight + float(heavy[number]), named + float(score[number])
    return [
        max(rules, key=lambda rule: rules[rule]) if is_plain and rules else ""
        for rules, is_plain in zip(weights, plain, strict=True)
    ]


def pruned(source: str, removed: Iterable[Removal]) -> str:
    """The source less everything that was removed."""
    return outside(source, (span for removal in removed for span in removal.spans))


def _runs(labelled: Sequence[LabelledBlock]) -> Iterator[_Run]:
    first = 0
    for (kept, label), group in groupby(labelled, key=lambda b: (b.kept, b.label)):
        last = first + sum(1 for _ in group)
        if not kept:
            yield _Run(first, last, label)
        first = last


def _assigned(cuts: HtmlCuts | TextCuts, runs: Sequence[_Run]) -> list[list[Span]]:
    """The spans of each run. Runs that follow each other are cut as one, which is split where the next one starts."""
    owned: list[tuple[Span, int]] = []
    number = 0
    while number < len(runs):
        stop = number + 1
        while stop < len(runs) and runs[stop].first == runs[stop - 1].last:
            stop += 1
        owner = number
        splits = [cuts.split(run.first) for run in runs[number + 1 : stop]]
        for start, end in cuts.cut(runs[number].first, runs[stop - 1].last):
            at = start
            while at < end:
                while owner + 1 < stop and splits[owner - number] <= at:
                    owner += 1
                until = min(end, splits[owner - number]) if owner + 1 < stop else end
                owned.append((Span(at, until), owner))
                at = until
        number = stop
    spans: list[list[Span]] = [[] for _ in runs]
    at = 0
    # Only malformed pages have cuts that overlap; the first one keeps what they share.
    for (start, end), owner in sorted(owned):
        if max(at, start) < end:
            spans[owner].append(Span(max(at, start), end))
        at = max(at, end)
    return spans


def _removal(blocks: Sequence[LabelledBlock], spans: Sequence[Span]) -> Removal:
    first = blocks[0].block
    label = blocks[0].label
    rules, reasons = _reasons(blocks, label)
    score = sum(max(-_SURE, min(_SURE, b.score)) for b in blocks) / len(blocks)
    return Removal(
        label=label,
        rules=rules,
        reasons=reasons,
        confidence=1 / (1 + math.exp(score)),
        text="\n".join(b.block.text for b in blocks),
        start=spans[0].start if spans else first.span.start,
        end=spans[-1].end if spans else first.span.start,
        spans=tuple(spans),
        blocks=tuple(b.block.index for b in blocks),
        line=first.line,
    )


def _reasons(blocks: Sequence[LabelledBlock], label: Label) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that spoke for a label and what they saw, weightiest first, then the model if it spoke against the blocks.

    Where none spoke for the label itself (context alone gave it), those are named that spoke against the blocks.
    """
    spoken = [(e, b) for b in blocks[:_MOST_HEARD] for e in _brief(b.evidence)]
    evidence = [s for s in spoken if s[0].label is label] or [s for s in spoken if s[0].weight < 0] or spoken
    modelled = [s for s in spoken if s[0].rule == _MODEL]
    best: dict[str, tuple[Evidence, LabelledBlock]] = {}
    weights: dict[str, tuple[float, float]] = {}
    for e, b in evidence:
        weight, score = weights.get(e.rule, (0.0, 0.0))
        weights[e.rule] = (weight + abs(e.weight), score + e.score)
        if e.rule not in best or abs(e.weight) > abs(best[e.rule][0].weight):
            best[e.rule] = e, b
    rules = sorted(weights, key=lambda rule: weights[rule], reverse=True)[:_MOST_RULES]
    if modelled and _MODEL not in rules:
        rules.append(_MODEL)
        best[_MODEL] = min(modelled, key=lambda s: s[0].weight)
    return tuple(rules), tuple(_reason(*best[rule]) for rule in rules)


def _brief(evidence: Sequence[Evidence]) -> Iterable[Evidence]:
    return evidence.brief() if isinstance(evidence, BlockReasons) else evidence


def _reason(evidence: Evidence, labelled: LabelledBlock) -> str:
    """What a rule saw of a block, where it was plainest; only the model has more to say than it says in brief."""
    if evidence.rule.endswith("/model"):
        evidence = next(e for e in labelled.evidence if e.rule == evidence.rule)
    saw = " ".join(evidence.saw.split())
    if len(saw) > _MOST_SAW:
        saw = saw[: _MOST_SAW - 1].rstrip() + "…"
    return f"{evidence.rule}: saw {saw}" if saw else evidence.rule
