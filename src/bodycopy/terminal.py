"""What the command line shows, as lines of rich text: styled on a terminal, plain elsewhere. Nothing prints here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from rich.text import Text

from bodycopy.document import Label
from bodycopy.inputs import shown

if TYPE_CHECKING:
    from bodycopy.evidence import Evidence, Rule
    from bodycopy.pipeline import Cleaned
    from bodycopy.result import LabelledBlock, Removal

_HEAD = ("schema", "version", "fingerprint", "format", "encoding", "url", "lang", "title")
_WIDEST_LABEL = max(len(label) for label in Label)
_KEPT, _DROPPED, _FAINT = "green", "red", "dim"
_STRONGEST = 3
_REASONS_FROM = len("keep  ") + _WIDEST_LABEL + 2


def explain_lines(cleaned: Cleaned, every: bool = False) -> Iterator[Text]:
    """Every block with its decision, label, score (log-odds of body, nats), line and text; below it its reasons.

    Of these the strongest for the decision, or ``every`` one, in the order in which they were found.
    """
    digits = len(str(max((item.block.line for item in cleaned.blocks), default=0)))
    for item in cleaned.blocks:
        yield _block_line(item, digits)
        reasons = item.evidence if every else _strongest(item)
        for reason in reasons:
            yield _reason_line(reason)
        if more := len(item.evidence) - len(reasons):
            yield Text(f"{'':{_REASONS_FROM + 9}}and {more} more", style=_FAINT)


def _block_line(item: LabelledBlock, digits: int) -> Text:
    word, style = ("keep", _KEPT) if item.kept else ("drop", _DROPPED)
    line = Text(f"{word}  ", style=f"bold {style}")
    line.append(f"{item.label.value:{_WIDEST_LABEL}}  ", style=f"not bold {style}")
    line.append(f"{item.score:+7.2f}  ", style="default")
    line.append(f"line {item.block.line:<{digits}}  ", style="not bold dim default")
    line.append(shown(item.block.text), style="default" if item.kept else "not bold default")
    return line


def _strongest(item: LabelledBlock) -> list[Evidence]:
    """The reasons that spoke most for what was decided, the strongest first, one that gave the label its name among them."""
    side = 1 if item.kept else -1
    spoke = sorted((e for e in item.evidence if e.weight * side > 0), key=lambda e: -abs(e.weight))
    told = spoke[:_STRONGEST]
    if item.label is not Label.BODY and all(reason.label is not item.label for reason in told):
        # Headlines stay and some cuts get their name whatever the weight: the naming score says by what.
        named = sorted((e for e in item.evidence if e.label is item.label), key=lambda e: -e.score)
        told += named[:1]
    return told


def _reason_line(reason: Evidence) -> Text:
    # The weight stands below the score: both are nats, for body above zero and against it below.
    line = Text(f"{'':{_REASONS_FROM}}{reason.weight:+7.2f}  ", style=_KEPT if reason.weight > 0 else _DROPPED)
    line.append(reason.rule, style="default")
    if reason.saw:
        line.append(f": {shown(reason.saw)}", style=f"{_FAINT} default")
    return line


def explain_dict(cleaned: Cleaned) -> dict[str, Any]:
    """The same for machines: version and fingerprint as in the JSON of a result, then ``blocks`` in page order."""
    head = cleaned.to_dict()
    result = {key: head[key] for key in _HEAD}
    result["blocks"] = [_block_dict(item) for item in cleaned.blocks]
    result["warnings"] = list(cleaned.warnings)
    return result


def _block_dict(item: LabelledBlock) -> dict[str, Any]:
    block = item.block
    return {
        "index": block.index, "kept": item.kept, "label": item.label.value, "score": item.score,
        "kind": block.kind.value, "line": block.line, "start": block.span.start, "end": block.span.end,
        "text": block.text,
        "evidence": [
            {"rule": e.rule, "label": e.label.value, "weight": e.weight, "score": e.score, "saw": e.saw}
            for e in item.evidence
        ],
    }  # fmt: skip


def opening(doc: str) -> str:
    """The first paragraph of a docstring's own text, as one line."""
    return " ".join(cleandoc(doc).partition("\n\n")[0].split())


def rules_lines(rules: Sequence[Rule]) -> Iterator[Text]:
    """A table of rules: id and the first paragraph of the description."""
    rows = [("rule", "what it looks for")]
    rows += [(rule.id, _unmarked(opening(rule.doc))) for rule in rules]
    for number, line in enumerate(columns(rows)):
        line.stylize("bold" if number == 0 else "")
        yield line


def rule_lines(rule: Rule, examples: str | None) -> Iterator[Text]:
    """One rule's page: its id and family, its description, its examples where there are any."""
    yield Text(rule.id, style="bold").append(f"  ({rule.family})", style=f"not bold {_FAINT}")
    yield Text()
    for paragraph in cleandoc(rule.doc).split("\n\n"):
        yield from (Text(" ".join(_unmarked(paragraph).split())), Text())
    if examples:
        yield Text("Examples; ▶ marks the blocks that the rule fires on.", style=_FAINT)
        yield Text()
        for line in examples.splitlines():
            yield Text(shown(line), style="bold" if line.startswith("## ") else "")


def _unmarked(doc: str) -> str:
    """A docstring as a reader of a terminal wants it."""
    return doc.replace("``", "`")


class Tally:
    """What was cut, over all inputs of a run: removals, blocks and words by label."""

    def __init__(self) -> None:
        self.blocks: Counter[Label] = Counter()
        self.words: Counter[Label] = Counter()
        self.inputs = self.kept_words = 0

    def add(self, cleaned: Cleaned) -> None:
        """Count one result."""
        self.inputs += 1
        self.kept_words += sum(len(item.block.text.split()) for item in cleaned.blocks if item.kept)
        for removal in cleaned.removed:
            self._count(removal)

    def _count(self, removal: Removal) -> None:
        self.blocks[removal.label] += len(removal.blocks)
        self.words[removal.label] += len(removal.text.split())

    def lines(self) -> Iterator[Text]:
        """The counts as a table, labels in their usual order, and a line of totals."""
        labels = [label for label in Label if self.blocks[label]]
        rows = [("label", "blocks", "words")]
        rows += [(label.value, str(self.blocks[label]), str(self.words[label])) for label in labels]
        rows.append(("cut", str(self.blocks.total()), str(self.words.total())))
        rows.append(("kept", "", str(self.kept_words)))
        yield from columns(rows, right=(1, 2))


def columns(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> Iterator[Text]:
    """Rows as lines with their cells under each other, numbers (the columns ``right``) aligned on the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = frozenset(right)
    for row in rows:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield Text("  ".join(cells).rstrip())
