"""What `bodycopy check` finds: how quiet it is on clean texts, how right on texts whose lines were read by hand.

Clean are the gold bodies. What is found there on open pages was read once: ``bench/adjudicated.jsonl`` says of each finding, by
the page's id and the fingerprint of its text, whether it is a real leftover or a false alarm. What nobody has read counts as a
false alarm, and so does all that is found on sealed pages, which are not for reading.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import bodycopy
from bodycopy.check.findings import fingerprint_of
from bodycopy.cli_check_options import STRICTNESS
from folds import PATH, read_folds
from predict import Task, clean
from shared_pages import HERE, default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from floors import Figures
    from shared_pages import Row, Shared

ADJUDICATED = HERE / "adjudicated.jsonl"
DIAL = (STRICTNESS, "careful", "balanced", "strict")
WHOLE_PAGES = ("html_text", "inscriptis")
"""Sources of text that hold all of a page: nobody takes that for a clean text."""
LABELS = ("signup", "related", "share", "paywall")
LEFTOVER, FALSE_ALARM = "leftover", "false alarm"
_NOT_JUDGED = frozenset({"body?", "title"})


class Found(NamedTuple):
    """One finding: its label, the fingerprint of its text, and the text."""

    label: str
    fingerprint: str
    text: str


def find(task: Task, strictness: str) -> list[Found]:
    """What the linter finds in a text."""
    cleaned = clean(task, task.source, bodycopy.Options(strictness=strictness))
    return [Found(str(r.label), fingerprint_of(r.text), r.text) for r in cleaned.removed]


def find_all(tasks: Sequence[Task], strictness: str, jobs: int) -> list[list[Found]]:
    """The same of many texts, in order."""
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(find, tasks, [strictness] * len(tasks), chunksize=8))


# -- clean texts -------------------------------------------------------------------------------------------------------


def adjudicated(path: Path = ADJUDICATED) -> dict[tuple[str, str], str]:
    """The verdicts, by id of the page and fingerprint of the finding."""
    if not path.exists():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(row["id"], row["fingerprint"]): row["verdict"] for row in rows}


def quiet_figures(found: Mapping[str, Sequence[Found]], verdicts: Mapping[tuple[str, str], str]) -> dict[str, float]:
    """Of clean texts the share in which anything is found, and that in which a false alarm is."""

    def is_false(page: str, one: Found) -> bool:
        return verdicts.get((page, one.fingerprint)) != LEFTOVER

    false = sum(any(is_false(page, one) for one in members) for page, members in found.items())
    return {
        "texts": len(found),
        "with_finding": sum(map(bool, found.values())) / len(found),
        "false_alarm": false / len(found),
        "not_read": sum((page, one.fingerprint) not in verdicts for page, members in found.items() for one in members),
    }


# -- texts with lines read by hand -------------------------------------------------------------------------------------


class Lines:
    """The hand-read lines of one page, by wording."""

    def __init__(self, scorer: Any, lines: Sequence[tuple[str, str]]) -> None:
        self._scorer = scorer
        self._labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text, label in lines:
            self._labels[self._key(text)][self.family(label)] += 1

    def _key(self, line: str) -> str:
        return " ".join(self._scorer.words(line))

    def family(self, label: str) -> str:
        """Teasers count as related."""
        return "related" if label in self._scorer.RELATED else label

    def words(self, text: str) -> Counter[str]:
        """How many words of a finding are in lines of each label; what no line has, or nobody judged, is left out."""
        found: Counter[str] = Counter()
        for line in text.split("\n"):
            labels = self._labels.get(self._key(line), {})
            for label, number in labels.items():
                found[label] += len(self._scorer.words(line)) * number / sum(labels.values())
        return Counter({label: n for label, n in found.items() if label not in _NOT_JUDGED})

    def of(self, label: str) -> Iterator[str]:
        """The lines of a label, by wording, each once."""
        return (key for key, labels in self._labels.items() if key and max(labels, key=labels.__getitem__) == label)

    def keys(self, text: str) -> set[str]:
        """The lines of a finding, by wording."""
        return {self._key(line) for line in text.split("\n")}


def right_figures(texts: Sequence[tuple[Lines, str, Sequence[Found]]]) -> dict[str, dict[str, float]]:
    """Label by label: findings, how many are right, how many have the right name, and how many of the lines are found.

    ``texts`` have the hand-read lines of their page, their own text, and what was found. A finding is right where no more
    than half of its judged words are body: it is something to cut. Its name is right where half of them are in lines of
    its label. A line is found in a finding of whatever label.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for lines, text, found in texts:
        for one in found:
            words = lines.words(one.text)
            label, known = lines.family(one.label), sum(words.values())
            if known:
                counts[label]["findings"] += 1
                counts[label]["right"] += words["body"] <= known / 2
                counts[label]["named"] += words[label] >= known / 2
        there = lines.keys(text)
        gone = set[str]().union(*(lines.keys(one.text) for one in found))
        for label in LABELS:
            due = there & set(lines.of(label))
            counts[label]["lines"] += len(due)
            counts[label]["lines_found"] += len(due & gone)
    return {label: _shares(count) for label, count in counts.items()}


def _shares(count: Counter[str]) -> dict[str, float]:
    findings, lines = count["findings"], count["lines"]
    shares = {"findings": float(findings), "lines": float(lines)}
    if findings:
        shares |= {"precision": count["right"] / findings, "named": count["named"] / findings}
    if lines:
        shares["recall"] = count["lines_found"] / lines
    return shares


# -- all of it ---------------------------------------------------------------------------------------------------------


class Linter:
    """The linter on the bench: ``task`` makes a task of a row of text, judged by what has not seen its site."""

    def __init__(self, shared: Shared, task: Callable[[Row], Task], jobs: int) -> None:
        self._shared, self._task, self._jobs = shared, task, jobs
        self._lines = {row["id"]: Lines(shared.scorer, row["lines"]) for row in shared.rows("lines_dev")}
        self._bodies = shared.rows("gold_dev")
        self._texts = {
            "joined": shared.rows("lines_text_dev"),
            "extractors": [
                row for row in shared.rows("text_dev") if row["id"] in self._lines and row["source"] not in WHOLE_PAGES
            ],
        }

    def figures(self, strictness: str = STRICTNESS) -> tuple[Figures, Figures]:
        """How quiet it is, part by part, and how right, by kind of text and label."""
        found = self._find(self._bodies, strictness)
        rows = [{"id": row["id"], "found": one} for row, one in zip(self._bodies, found, strict=True)]
        verdicts = adjudicated()
        quiet = {
            part: quiet_figures({row["id"]: row["found"] for row in members}, verdicts)
            for part, members in self._shared.parts(rows).items()
        }
        right: Figures = {}
        for name, texts in self._texts.items():
            told = zip(texts, self._find(texts, strictness), strict=True)
            shares = right_figures([(self._lines[row["id"]], row["text"], one) for row, one in told])
            right[name] = {f"{label}_{key}": value for label in LABELS for key, value in shares[label].items()}
        return quiet, right

    def _find(self, rows: Sequence[Row], strictness: str) -> list[list[Found]]:
        return find_all([self._task(row) for row in rows], strictness, self._jobs)

    def not_read(self) -> Iterator[tuple[str, Found]]:
        """What is found on open clean texts of which nobody has said whether it is a false alarm."""
        verdicts, sealed = adjudicated(), self._shared.sealed
        rows = [row for row in self._bodies if row["id"] not in sealed]
        for row, found in zip(rows, self._find(rows, STRICTNESS), strict=True):
            yield from ((row["id"], one) for one in found if (row["id"], one.fingerprint) not in verdicts)


def main() -> None:
    """Print what is found on open clean texts and was never judged, to be read: id, fingerprint, label and text."""
    shared = open_shared(default_shared())
    fitted = read_folds(PATH, shared)

    def task(row: Row) -> Task:
        return Task(row["id"], row["text"], "text", row.get("url"), fitted.for_page(row["id"], html=False))

    for page, found in Linter(shared, task, 2).not_read():
        print(json.dumps({"id": page, **found._asdict()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
