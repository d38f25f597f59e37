"""One ``bodycopy train``: what it can be told, its work, and its report. No printing here but the line of progress."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bodycopy import inputs as files
from bodycopy.cli_options import known
from bodycopy.errors import BodycopyError
from bodycopy.inputs import Input, UsageError, shown
from bodycopy.via import MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.text import Text

    from bodycopy.train.records import Records
    from bodycopy.train.run import Trained

_CLEAR = "\r\x1b[K"


@dataclass(frozen=True)
class TrainArguments:
    """Everything `bodycopy train` can be told."""

    pages: Annotated[
        list[str],
        typer.Argument(metavar="PAGES.jsonl", help="Records, one JSON object a line: html or text, gold, id, url."),
    ]
    output: Annotated[str, typer.Option("--output", "-o", metavar="MODEL.npz", help="Write the model here.")]
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Learn from html or from text, where records have both.")
    ] = None
    folds: Annotated[
        int, typer.Option(metavar="N", help="Deal the sites into so many parts, each judged by a model of the others.")
    ] = 5
    seed: Annotated[int, typer.Option(metavar="N", help="Draw the trees' random choices from this.")] = 1

    def check(self) -> None:
        """Raise :class:`UsageError` for what cannot be meant, or cannot be done here, before anything is read."""
        from bodycopy.train import records, run

        if self.format is not None:
            known("--format", self.format, records.KINDS)
        if self.folds < run.LEAST_FOLDS:
            raise UsageError(f"--folds: {run.LEAST_FOLDS} at least, not {self.folds}")
        if not 0 <= self.seed < 2**31:
            raise UsageError("--seed: a whole number from 0 to 2147483647")
        if not self.output or os.path.isdir(self.output):
            raise UsageError(
                f"-o: {shown(self.output) or 'the name of the model'} is {'a folder' if self.output else 'empty'}"
            )
        named = [Input(Path(name), shown(name), Path(name)) for name in self.pages]
        files.refuse_own_input(named, [Path(self.output)])
        try:
            run.require_trainer()
        except MissingPackageError as error:
            raise UsageError(str(error)) from error


def train(given: TrainArguments, say: Callable[[str], None]) -> list[Text]:
    """Train, write the model, and give back the report. ``say`` is told what the user should know, a line each.

    Raises :class:`BodycopyError` for records that do not do and for an output that cannot be written.
    """
    from bodycopy.model.labeller import to_bytes
    from bodycopy.train import records, run

    found = records.read_records([Path(name) for name in given.pages], given.format)
    try:
        trained = run.train(found, given.folds, given.seed, _progress)
    finally:
        _progress("")
    for note in trained.notes:
        say(f"warning: {note}")
    data = to_bytes(trained.model)
    try:
        files.write_file(Path(given.output), data)
    except OSError as error:
        raise BodycopyError(f"{shown(given.output)}: not written: {error.strerror or error}") from error
    return list(_report(found, trained, f"{shown(given.output)} written, {len(data) / 1000:.0f} kB"))


def _report(found: Records, trained: Trained, written: str) -> Iterator[Text]:
    from rich.text import Text

    from bodycopy.terminal import columns

    sites = len({record.site for record in found.pages})
    passed = f" ({found.passed} records of the other kind passed over)" if found.passed else ""
    yield Text(
        f"{len(found.pages)} records of {found.kind} from {sites} sites{passed}, each judged by a model without its site"
    )
    yield Text()
    rows = [("", "loss", "precision", "recall", "F1", "better", "worse")]
    for judge, score in trained.scores.items():
        figures = (f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}")
        rows.append((judge, f"{score.loss:.4f}", *figures, str(score.better), str(score.worse)))
    yield from columns(rows, right=range(1, 7))
    yield Text()
    yield Text(written)


def _progress(step: str) -> None:
    """The step on one line of a terminal, in place of the one before; nothing where nobody looks on."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(f"{_CLEAR}{step}", end="", file=sys.stderr, flush=True)
