"""One ``bodycopy run``: what it can be told, the checks before it begins, its progress and its summary."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bodycopy.cli_options import Judging, known
from bodycopy.errors import BodycopyError
from bodycopy.inputs import STDIN, UsageError, shown, write_file
from bodycopy.via import MissingPackageError, require_trafilatura

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from bodycopy.corpus.job import Engine
    from bodycopy.corpus.plans import Wish, Work
    from bodycopy.corpus.recipe import Recipe
    from bodycopy.corpus.records import Tally
    from bodycopy.corpus.sources import Reading

_FORMS = ("text", "markdown", "html")


@dataclass(frozen=True)
class RunArguments(Judging):
    """Everything `bodycopy run` can be told."""

    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT...", help="JSON lines, Parquet, WARC or WET files, folders, patterns, or - for JSON lines."
        ),
    ] = None
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUTPUT", help="Write here: .jsonl (.gz, .zst), .parquet, or a folder."),
    ] = None
    attributes: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Write dolma attributes (spans to be cut) here instead of cutting."),
    ] = None
    field: Annotated[str | None, typer.Option(metavar="NAME", help="The column of the page or text.")] = None
    url_field: Annotated[str | None, typer.Option("--url-field", metavar="NAME", help="The column of the address.")] = (
        None
    )
    id_field: Annotated[str | None, typer.Option("--id-field", metavar="NAME", help="The column of the id.")] = None
    lang_field: Annotated[
        str | None, typer.Option("--lang-field", metavar="NAME", help="The column of the language.")
    ] = None
    to: Annotated[str, typer.Option(metavar="FORMAT", help="Make text, markdown or html of each record.")] = "text"
    keep_source: Annotated[bool, typer.Option("--keep-source", help="Keep the column of the page.")] = False
    with_removed: Annotated[bool, typer.Option("--with-removed", help="Add a column with the removals.")] = False
    via: Annotated[
        str | None, typer.Option(metavar="trafilatura", help="Clean what this extractor makes of each page.")
    ] = None
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", metavar="N", help="Processes (default: one a core).")] = (
        None
    )
    engine: Annotated[str, typer.Option(metavar="local|ray", help="Run in processes here, or on a Ray cluster.")] = (
        "local"
    )
    address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The cluster (default: RAY_ADDRESS, else one is started here)."),
    ] = None
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="Reject a record that takes longer.")] = 10.0
    memory: Annotated[float, typer.Option(metavar="GIB", help="Reject a record that takes more memory.")] = 4.0
    every: Annotated[int, typer.Option(metavar="N", help="Put what is done on the disk every N records.")] = 1000
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the same command was ended.")] = False
    force: Annotated[bool, typer.Option("--force", help="Write over an output that is there.")] = False
    report: Annotated[str | None, typer.Option(metavar="FILE", help="Write the summary as JSON here.")] = None
    dry_run: Annotated[
        int | None, typer.Option("--dry-run", metavar="N", help="Show what would be cut from the first N records.")
    ] = None

    @property
    def target(self) -> Path:
        """The output: a file, a folder, or the folder of attributes."""
        return Path(self.attributes or self.output or "")

    def check(self) -> None:
        """Raise :class:`UsageError` for what cannot be meant, before anything is read."""
        from bodycopy.corpus.remote import is_uri

        known("--to", self.to, _FORMS)
        known("--via", self.via or "trafilatura", ("trafilatura",))
        known("--engine", self.engine, ("local", "ray"))
        refused = {
            "no input: name files or folders, or - for JSON lines on standard input": not self.inputs,
            "no output: name one with -o": not (self.output or self.attributes or self.dry_run),
            "-o: run writes files, and nothing of a corpus to standard output": STDIN in (self.output, self.attributes),
            "--attributes and -o cannot be given together": self.output and self.attributes,
            "--resume and --force cannot be given together": self.resume and self.force,
            "--address is for --engine ray": self.address is not None and self.engine != "ray",
            "--resume is for --engine local: a run on Ray starts anew with --force": self.resume
            and self.engine == "ray",
            "--engine ray reads files, not standard input": self.engine == "ray" and STDIN in (self.inputs or []),
            "outputs are files or folders here, not URIs": any(
                map(is_uri, filter(None, (self.output, self.attributes)))
            ),
            "--report: the name of the file is empty": self.report == "",
            "--jobs: 1 at least": self.jobs is not None and self.jobs < 1,
            "--every: 1 at least": self.every < 1,
            "--timeout: more than 0 seconds": not self.timeout > 0,
            "--memory: more than 0 GiB": not self.memory > 0,
            "--dry-run: 1 at least": self.dry_run is not None and self.dry_run < 1,
            "--via trafilatura makes text of the page: --to html is not possible": self.via and self.to == "html",
            "standard input can only be read once": (self.inputs or []).count(STDIN) > 1,
        }
        for message, applies in refused.items():
            if applies:
                raise UsageError(message)
        if self.via:
            try:
                require_trafilatura("--via trafilatura")
            except MissingPackageError as error:
                raise UsageError(str(error)) from error

    def recipe(self) -> Recipe:
        """What is asked of every record. Raises :class:`UsageError`."""
        from bodycopy.corpus.columns import Columns
        from bodycopy.corpus.recipe import Recipe

        return Recipe(
            options=self.checked(),
            columns=Columns(self.field, self.url_field, self.id_field, self.lang_field),
            to=self.to,
            keep_source=self.keep_source,
            with_removed=self.with_removed or self.attributes is not None,
            via=self.via,
            lang=self.lang,
            format=self.format,
            encoding=self.encoding,
        )

    def wish(self) -> Wish:
        """What is asked of the run besides that."""
        from bodycopy.corpus.plans import Wish
        from bodycopy.corpus.pool import Limits

        return Wish(
            self.target,
            self.attributes is not None,
            self.resume,
            self.force,
            self.jobs or (0 if self.engine == "ray" else _cores()),
            self.every,
            Limits(self.timeout, self.memory),
            goes_on=self.engine != "ray",
            report=Path(self.report) if self.report else None,
        )


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(given: RunArguments, say: Callable[[str], None]) -> tuple[int, list[Text]]:
    """Run it all; the exit status and the summary. ``say`` is told what the user should know, a line each."""
    from bodycopy import cli_run_report as told
    from bodycopy.corpus import job, plans, sources

    given = given.with_settings(given.settings(given.inputs))
    given.check()
    found = sources.find(given.inputs or [], given.target if given.target.name else None)
    recipe = given.recipe()
    if given.dry_run is not None:
        return 0, list(told.sample(recipe, found, given.dry_run))
    begun = time.monotonic()
    planned = list(plans.works(given.wish(), recipe, found))
    works = [work for work in planned if work.is_left]
    before = told.Before(len(planned) - len(works), sum(job.done_before(work.plan) for work in works))
    try:
        with _engine(given, works) as engine:
            whole = _worked(given, works, engine, say)
    except KeyboardInterrupt:
        if given.engine == "ray":
            say("stopped; a run on Ray does not go on: the same command with --force starts anew")
        raise
    if whole is None:
        return 1, []
    # Those of outputs that an earlier run of the same command ended with are told too.
    rejects = [work.plan.rejects for work in planned if work.plan.rejects.exists()]
    if rejects:
        more = f" and {len(rejects) - 1} more such files" if len(rejects) > 1 else ""
        say(f"{shown(rejects[0])}{more}: the rejected records, each with its reason")
    seconds = time.monotonic() - begun
    if given.report is not None:
        text = json.dumps(told.report(whole, seconds, before), indent=2, ensure_ascii=False)
        try:
            write_file(Path(given.report), f"{text}\n".encode())
        except OSError as error:
            say(f"{shown(given.report)}: not written: {error.strerror or error}")
            return 1, list(told.summary(whole, seconds, before))
    return (1 if rejects else 0), list(told.summary(whole, seconds, before))


def _worked(given: RunArguments, works: Sequence[Work], engine: Engine, say: Callable[[str], None]) -> Tally | None:
    """The figures of all outputs, once they are made; ``None`` where one cannot be, which is told."""
    from bodycopy.corpus import job, sources
    from bodycopy.corpus.records import Tally

    whole = Tally()
    goes_on = given.engine == "local"
    for work in works:
        reading = sources.Reading(work.sources, work.plan.limits.memory)
        try:
            with _progress(work.plan.output.name, reading) as hear:
                whole.add(job.run(work.plan, reading, work.outlet, hear, engine))
            if work is works[-1]:
                for done in works:
                    job.forget(done.plan)
        except KeyboardInterrupt:
            if goes_on:
                say(f"stopped; the same command with --resume goes on ({shown(work.plan.journal)} says from where)")
            raise
        except BodycopyError as error:
            say(str(error))
            if goes_on and work.plan.journal.exists():
                say("what is done is safe: the same command with --resume goes on from there")
            return None
    return whole


@contextmanager
def _engine(given: RunArguments, works: Sequence[Work]) -> Iterator[Engine]:
    """What makes the records: processes here, or a cluster, which is asked for all outputs at once."""
    if given.engine == "local":
        from bodycopy.corpus.job import in_processes

        yield in_processes
        return
    from bodycopy.corpus import on_ray

    with on_ray.engine(works, given.address) as engine:
        yield engine


@contextmanager
def _progress(name: str, reading: Reading) -> Iterator[Callable[[Tally], None]]:
    """A bar on a terminal, with rate, time left and rejects; nothing elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        begun = time.monotonic()
        before: list[int] = []
        task = progress.add_task(shown(name), total=1.0 if reading.share is not None else None, figures="")

        def hear(tally: Tally) -> None:
            # A run that goes on counts what was done before, which says nothing of its rate.
            before.append(tally.read) if not before else None
            rate = (tally.read - before[0]) / max(0.001, time.monotonic() - begun)
            figures = f"{tally.read:,} records, {rate:,.0f}/s, {tally.rejected:,} rejected"
            progress.update(task, completed=reading.share or 0.0, figures=figures)

        yield hear
