"""Which open pages change between two versions, and how: ``make compare REF=main``.

The other version is checked out beside this one for as long as it takes, and both clean the same pages, each by its own
code and its own folds: saved pages and the joined hand-read lines, or what ``--on`` names. ``--show ID`` prints the lines
of one page that are newly cut (-) or newly kept (+). Exit status 0 whatever changed, 1 where a version cannot be run,
2 for a version, page or input that is not there, or a sealed page.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import report
from measures import body_figures, line_figures
from predict_open import FILES, rows
from shared_pages import HERE, Row, Shared, default_shared, open_shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = HERE.parent
_LINES = {
    "signup_left": "pages that show a sign-up", "related_left": "pages that show other stories",
    "pages_cut": "pages with a paragraph lost", "lines_lost": "lines lost", "short_lost": "  of under eight words",
    "naming": "cut lines rightly named",
}  # fmt: skip

Records = dict[str, Row]


class NotRunError(Exception):
    """A version cannot be checked out or run; one line that says why."""


class Change(NamedTuple):
    """What became of one page: its word F1 before and after, the lines newly cut and newly kept."""

    id: str
    before: float
    after: float
    cut: list[str]
    kept: list[str]

    @property
    def gain(self) -> float:
        """How much better it is now."""
        return self.after - self.before


@contextmanager
def checked_out(ref: str, root: Path = ROOT) -> Iterator[Path]:
    """A folder with another version of the repository, which is gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="bodycopy-") as folder:
        tree = Path(folder) / "tree"
        _git(root, "worktree", "add", "--quiet", "--detach", str(tree), ref)
        try:
            yield tree
        finally:
            _git(root, "worktree", "remove", "--force", str(tree))


def _git(root: Path, *words: str) -> None:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRunError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"git {words[0]} failed")


def predicted(tree: Path, args: argparse.Namespace) -> dict[str, Records]:
    """What the version in a folder makes of the pages, by kind of input and page."""
    with tempfile.TemporaryDirectory(prefix="bodycopy-") as folder:
        out = Path(folder) / "records.json"
        command = [sys.executable, "-P", str(HERE / "predict_open.py"), "--shared", str(args.shared.resolve())]
        command += ["--out", str(out), "--jobs", str(args.jobs), *(word for on in args.on for word in ("--on", on))]
        if args.show:
            command += ["--page", args.show]
        path = os.pathsep.join(str(tree / name) for name in ("src", "bench"))
        done = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise NotRunError(
                done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it ended without a word"
            )
        records = json.loads(out.read_text(encoding="utf-8"))
    return {on: {row["id"]: row for row in members} for on, members in records.items()}


def gold_of(shared: Shared, on: str, pages: Records) -> list[Row]:
    """The bodies of these pages; of the joined lines those that were read as body."""
    if on != "lines":
        return [row for row in shared.rows("gold_dev") if row["id"] in pages]
    read = [row for row in shared.rows("lines_dev") if row["id"] in pages]
    return [{**row, "text": "\n".join(text for text, label in row["lines"] if label == "body")} for row in read]


def change(page: str, texts: tuple[str, str], f1: tuple[float, float]) -> Change:
    """What became of one page's lines, however often each stands there."""
    before, after = (Counter(line for line in text.split("\n") if line.strip()) for text in texts)
    return Change(page, *f1, [*(before - after).elements()], [*(after - before).elements()])


def changes(shared: Shared, gold: Sequence[Row], before: Records, after: Records, most: int) -> Iterator[str]:
    """The totals of both versions; then the pages whose text changed, those that change most first."""
    scorer = shared.scorer
    old, new = scorer.score_body(gold, before), scorer.score_body(gold, after)
    parts = {"before": body_figures(scorer, old, {}), "after": body_figures(scorer, new, {"gain": old})}
    yield from report.by_part(parts, {"word_f1": "word F1", "gain": "  gain", "shingle_f1": "shingle F1",
                                      "shingle_gain": "  gain", "below_half": "pages below .5"})  # fmt: skip
    hand = [row for row in shared.rows("lines_dev") if row["id"] in before]
    if hand:
        both = {"before": before, "after": after}
        parts = {name: line_figures(scorer.report_lines(hand, records, 0)) for name, records in both.items()}
        yield from ("", f"of its hand-read pages ({len(hand)}):", *report.by_part(parts, _LINES))
    found = [
        change(x["id"], (before[x["id"]]["text"], after[x["id"]]["text"]), (x["f1"], y["f1"]))
        for x, y in zip(old, new, strict=True)
        if before[x["id"]]["text"] != after[x["id"]]["text"]
    ]
    better, worse = sum(c.gain > 0 for c in found), sum(c.gain < 0 for c in found)
    yield f"\n{len(found)} of {len(old)} pages changed, {better} for the better, {worse} for the worse"
    if found and most:
        yield from table(sorted(found, key=lambda c: (-abs(c.gain), -len(c.cut) - len(c.kept)))[:most])


def table(found: Sequence[Change]) -> Iterator[str]:
    """A line a page."""
    cells = [["page", "before", "after", "gain", "lines cut", "lines kept"]]
    cells += [
        [c.id, f"{c.before:.4f}", f"{c.after:.4f}", f"{c.gain:+.4f}", f"{len(c.cut)}", f"{len(c.kept)}"] for c in found
    ]
    yield from report.aligned(cells)


def shown(page: str, before: Row, after: Row) -> Iterator[str]:
    """The lines of one page that are newly cut or newly kept, with the label that each has, or had, as a removal."""
    what = change(page, (before["text"], after["text"]), (0.0, 0.0))
    for sign, lines, record in (("-", what.cut, after), ("+", what.kept, before)):
        labels = {line: r["label"] for r in record["removed"] for line in r["text"].split("\n")}
        yield from (f"{sign} {labels.get(line, '?'):<8} {line}" for line in lines)
    yield from (
        f"{name}: {record['error']}" for name, record in (("before", before), ("after", after)) if "error" in record
    )


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ref", help="the version to compare with: a branch, a tag, a commit")
    parser.add_argument("--shared", type=Path, default=default_shared(), help="the folder with bench/")
    parser.add_argument(
        "--on", action="append", metavar="INPUT", help="html, lines, or a source of text; may be repeated"
    )
    parser.add_argument("--most", type=int, default=20, metavar="N", help="name so many pages (20)")
    parser.add_argument("--show", metavar="ID", help="the lines of this open page instead")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    args = parser.parse_args(argv)
    args.on = args.on or [*FILES]
    return args


def refusal(shared: Shared, args: argparse.Namespace) -> str:
    """Why these pages cannot be compared; empty where they can."""
    if args.show in shared.sealed:
        return "this page is sealed: it is not for looking at"
    pages = {on: {row["id"] for row in rows(shared, on)} for on in args.on}
    empty = [on for on, ids in pages.items() if not ids]
    if empty:
        return f"there is no input {empty[0]!r}"
    if args.show and not any(args.show in ids for ids in pages.values()):
        return f"there is no page {args.show!r}"
    return ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run both versions and print what changed."""
    args = arguments(argv)
    shared = open_shared(args.shared)
    if why := refusal(shared, args):
        print(f"compare: {why}", file=sys.stderr)
        return 2
    version = args.ref
    try:
        with checked_out(args.ref) as tree:
            before = predicted(tree, args)
        version = "this version"
        after = predicted(ROOT, args)
    except NotRunError as error:
        print(f"compare: {version}: {error}", file=sys.stderr)
        return 1
    for on in args.on:
        old, new = before[on], after[on]
        print(f"\n== {on}: {args.ref} before, this version after ({len(old)} open pages)")
        if args.show:
            lines = (line for page in old for line in shown(page, old[page], new[page]))
        else:
            lines = changes(shared, gold_of(shared, on, old), old, new, args.most)
        for line in lines:
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
