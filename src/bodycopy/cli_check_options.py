"""What ``bodycopy check`` can be told, and what the settings of a file add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from bodycopy.cli_options import LABELS, Policy, known
from bodycopy.inputs import STDIN, UsageError

if TYPE_CHECKING:
    from bodycopy.settings import Settings

STRICTNESS = "sure"
"""The dial of a check where nobody turns it: at ``careful`` every twentieth clean text had a finding."""
FORMATS = ("full", "concise", "json", "jsonl", "sarif", "github", "junit")


@dataclass(frozen=True)
class CheckArguments(Policy):
    """Everything `bodycopy check` can be told."""

    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Files, folders (.), or - for standard input.")
    ] = None
    strictness: Annotated[
        str | None,
        typer.Option(metavar="S", help="How much is a finding: sure (the default), careful, balanced, strict, 0..1."),
    ] = None
    format: Annotated[str | None, typer.Option(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")] = None
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the findings here.")] = (
        None
    )
    field: Annotated[str | None, typer.Option(metavar="NAME", help="The column of the text in files of records.")] = (
        None
    )
    page: Annotated[bool, typer.Option("--page", help="HTML is whole pages, whose menus are no findings.")] = False
    select: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Only labels or rules that begin so; may be repeated.")
    ] = None
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="No labels or rules that begin so; may be repeated.")
    ] = None
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Check these files of folders instead of the usual ones."),
    ] = None
    exclude: Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="Do not check these.")] = None
    stdin_filename: Annotated[
        str | None, typer.Option("--stdin-filename", metavar="NAME", help="What standard input is called.")
    ] = None
    fix: Annotated[bool, typer.Option("--fix", help="Cut what is found out of the files.")] = False
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would cut.")] = False
    statistics: Annotated[bool, typer.Option("--statistics", help="Count by rule, label, folder and language.")] = False
    baseline: Annotated[str | None, typer.Option(metavar="FILE", help="Findings that are known.")] = None
    write_baseline: Annotated[
        str | None, typer.Option("--write-baseline", metavar="FILE", help="Write all findings as known ones.")
    ] = None
    prune_baseline: Annotated[
        bool, typer.Option("--prune-baseline", help="Take out of the baseline what is no longer there.")
    ] = False
    max_findings: Annotated[int | None, typer.Option(metavar="N", help="So many findings are no failure.")] = None
    max_rate: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Findings in this share of documents are no failure.")
    ] = None
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", metavar="N", help="Processes (one a core).")] = None
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Judge everything anew.")] = False
    cache_dir: Annotated[str, typer.Option("--cache-dir", metavar="DIR", help="Where to remember what was found.")] = (
        ".bodycopy_cache"
    )
    show_settings: Annotated[bool, typer.Option("--show-settings", help="Show the settings in use and leave.")] = False

    def settled(self) -> tuple[CheckArguments, Settings]:
        """The arguments with the settings of a file where they say nothing. Raises :class:`UsageError`."""
        found = self.settings(self.paths)
        for names in found.per_path_ignores.values():
            for name in names:
                check_name("per-path-ignores", name)
        given = self.with_settings(found)
        return replace(
            given,
            strictness=given.strictness or STRICTNESS,
            field=self.field or found.field,
            page=self.page or found.page,
            select=self.select or found.select,
            ignore=[*(self.ignore or ()), *found.ignore],
            include=self.include or found.include,
            exclude=[*(self.exclude or ()), *found.exclude],
            baseline=self.baseline or found.baseline,
            max_findings=self.max_findings if self.max_findings is not None else found.max_findings,
            max_rate=self.max_rate if self.max_rate is not None else found.max_rate,
        ), found

    def check_combination(self) -> None:
        """Raise :class:`UsageError` for what cannot be meant."""
        known("--format", self.format or "full", FORMATS)
        piped = STDIN in (self.paths or ())
        refused = {
            "- and other paths cannot be given together": piped and len(self.paths or ()) > 1,
            "--fix and --diff cannot be given together": self.fix and self.diff,
            "--fix cannot write over standard input": self.fix and piped,
            "--prune-baseline needs --baseline": self.prune_baseline and not self.baseline,
            "--jobs: 1 at least": self.jobs is not None and self.jobs < 1,
            "--max-findings: 0 at least": self.max_findings is not None and self.max_findings < 0,
            "--max-rate: from 0 to 100": self.max_rate is not None and not 0 <= self.max_rate <= 100,
        }
        for message, applies in refused.items():
            if applies:
                raise UsageError(message)
        for option, names in (("--select", self.select), ("--ignore", self.ignore)):
            for name in names or ():
                check_name(option, name)


def check_name(option: str, name: str) -> None:
    """Raise :class:`UsageError` for what no finding can be called: it would silently select or ignore nothing."""
    if not any(label == name.partition("/")[0] or (name and label.startswith(name)) for label in LABELS):
        known(option, name, LABELS)
