"""One ``bodycopy check``: what it can be told, what the settings add, and its work. No printing here."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bodycopy.cli_options import Policy, known
from bodycopy.inputs import STDIN, UsageError, shown

if TYPE_CHECKING:
    from rich.text import Text

    from bodycopy.check.cache import Cache
    from bodycopy.check.findings import Finding
    from bodycopy.check.job import Checked
    from bodycopy.corpus.recipe import Recipe
    from bodycopy.corpus.records import Chunk
    from bodycopy.corpus.sources import Source
    from bodycopy.settings import Settings

_FORMATS = ("full", "concise", "json", "jsonl", "sarif", "github", "junit")
_LIMIT_SECONDS, _LIMIT_MEMORY = 30.0, 4.0


@dataclass(frozen=True)
class CheckArguments(Policy):
    """Everything `bodycopy check` can be told."""

    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Files, folders (.), or - for standard input.")
    ] = None
    strictness: Annotated[
        str | None,
        typer.Option(metavar="S", help="How sure a finding must be: careful (the default), balanced, strict, 0..1."),
    ] = None  # type: ignore[assignment]
    format: Annotated[str | None, typer.Option(metavar="FORMAT", help=f"One of {', '.join(_FORMATS)}.")] = None
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
    config: Annotated[str | None, typer.Option(metavar="FILE", help="Take the settings from this file.")] = None
    isolated: Annotated[bool, typer.Option("--isolated", help="Take no settings from files.")] = False
    show_settings: Annotated[bool, typer.Option("--show-settings", help="Show the settings in use and leave.")] = False

    def settled(self) -> tuple[CheckArguments, Settings]:
        """The arguments with the settings of a file where they say nothing. Raises :class:`UsageError`."""
        from bodycopy.settings import load

        named = next((p for p in self.paths or () if p != STDIN), ".")
        start = Path(named) if os.path.isdir(named) else Path(named).parent
        if self.config is not None and self.isolated:
            raise UsageError("--config and --isolated cannot be given together")
        try:
            found = load(start, self.config, isolated=self.isolated)
        except ValueError as error:
            raise UsageError(str(error)) from error
        return replace(
            self,
            keep=[*(self.keep or ()), *found.keep],
            drop=[*(self.drop or ()), *found.drop],
            phrases=[*(self.phrases or ()), *found.phrases],
            strictness=str(self.strictness or (found.strictness if found.strictness is not None else "careful")),
            model=self.model or (None if self.no_model else found.model),
            no_model=self.no_model or (found.no_model and self.model is None),
            lang=self.lang or found.lang,
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
        known("--format", self.format or "full", _FORMATS)
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


class Report(NamedTuple):
    """What came of it: the exit status, and what goes to standard output (lines for people, or one text)."""

    status: int
    lines: Sequence[Text] = ()
    text: str = ""


def check(given: CheckArguments, say: Callable[[str], None]) -> Report:
    """Check everything; ``say`` is told what could not be read and what the user should know, a line each."""
    from bodycopy.check.formats import FORMATS

    given, settings = given.settled()
    given.check_combination()
    if given.show_settings:
        return Report(0, text=_told_settings(given, settings))
    work = _Work(given, settings, say)
    documents = list(work.documents())
    findings = [found for one in documents for found in one.findings]
    status = work.verdict(documents, findings)
    if given.fix or given.diff:
        from bodycopy.check.fix import mend

        mended = mend(documents, write=given.fix, say=say)
        findings = [found for found in findings if found.path not in mended.paths] if given.fix else findings
        if given.diff:
            return Report(status, text=mended.diff)
        status = 2 if work.failed else 1 if findings else 0
    if given.statistics:
        return Report(status, list(_statistics(documents)))
    name = given.format or (
        "full" if sys.stdout is not None and sys.stdout.isatty() and not given.output else "concise"
    )
    made = FORMATS[name](findings)
    return Report(status, text=made) if isinstance(made, str) else Report(status, list(made))


def _told_settings(given: CheckArguments, settings: Settings) -> str:
    told = settings.told() | {"strictness": given.strictness, "page": given.page, "field": given.field}
    told |= {
        name: getattr(given, name.replace("-", "_")) or []
        for name in ("select", "ignore", "include", "exclude", "keep", "drop")
    }
    return json.dumps({"file": str(settings.path) if settings.path else None} | told, indent=2) + "\n"


class _Work:
    """What a check goes by, and whether anything could not be read."""

    def __init__(self, given: CheckArguments, settings: Settings, say: Callable[[str], None]) -> None:
        from bodycopy.check.baseline import Baseline
        from bodycopy.check.choice import Choice

        self._given, self._say = given, say
        self.failed = False
        self.baseline = Baseline.read(Path(given.baseline)) if given.baseline else Baseline()
        self._choice = Choice(
            given.select or (),
            given.ignore or (),
            settings.per_path_ignores,
            settings.allow,
            settings.allow_records,
            given.page,
            settings.path.parent if settings.path is not None else Path(),
        )

    def fail(self, name: str, reason: str) -> None:
        """Say that something could not be read."""
        self.failed = True
        self._say(f"{name}: {reason}")

    def documents(self) -> Iterator[Checked]:
        """All documents with the findings that count, in order."""
        from bodycopy.check.job import check
        from bodycopy.corpus.pool import Limits
        from bodycopy.corpus.rows import Form

        given, recipe = self._given, self._recipe()
        cache = self._cache(recipe)
        limits = Limits(_LIMIT_SECONDS, _LIMIT_MEMORY)
        try:
            for one in check(self._chunks(), Form(recipe, "findings"), given.jobs or _cores(), limits, cache):
                if one.fault:
                    self.fail(str(one.place), one.fault)
                else:
                    yield one._replace(findings=tuple(filter(self._is_new, one.findings)))
        finally:
            if cache is not None:
                cache.close()

    def _is_new(self, found: Finding) -> bool:
        return self._choice.takes(found) and not self.baseline.is_known(found)

    def _recipe(self) -> Recipe:
        from bodycopy.corpus.columns import Columns
        from bodycopy.corpus.recipe import Recipe

        given = self._given
        return Recipe(given.checked(), Columns(given.field), with_removed=True, lang=given.lang)

    def _chunks(self) -> Iterator[Chunk]:
        from bodycopy.check import targets
        from bodycopy.corpus.records import Item, Page, Place
        from bodycopy.corpus.sources import Reading

        given = self._given
        if given.paths == [STDIN]:
            name = given.stdin_filename or "-"
            data = sys.stdin.buffer.read() if sys.stdin is not None else b""
            if targets.kind_of(name) == "jsonl":
                lines = enumerate(data.splitlines(keepends=True), 1)
                yield [Item(Place(name, "line", number), line) for number, line in lines if not line.isspace()]
            else:
                yield [Item(Place(name, "", 1), Page(name, data))]
            return
        found: list[Source] = list(
            targets.find(
                given.paths or ["."], include=given.include or [], exclude=given.exclude or [], failed=self.fail
            )
        )
        yield from (chunk for chunk, _ in Reading(found).chunks([]))

    def _cache(self, recipe: Recipe) -> Cache | None:
        if self._given.no_cache:
            return None
        from bodycopy.check.cache import Cache
        from bodycopy.corpus.plans import settings_of
        from bodycopy.fingerprint import fingerprint

        told = json.dumps([fingerprint(recipe.options.judge), settings_of(recipe)])
        return Cache(Path(self._given.cache_dir) / "check.sqlite", hashlib.sha256(told.encode()).hexdigest())

    def verdict(self, documents: Sequence[Checked], findings: Sequence[Finding]) -> int:
        """The exit status; baselines are written, and what is gone from them is told."""
        from bodycopy.check.statistics import rate

        given, baseline = self._given, self.baseline
        if given.write_baseline:
            baseline.write(Path(given.write_baseline), baseline.met())
            self._say(f"{shown(given.write_baseline)}: {len(findings)} new findings are known now")
            return 2 if self.failed else 0
        if baseline.gone and given.prune_baseline and given.baseline:
            baseline.write(Path(given.baseline), baseline.still_there())
            self._say(f"{shown(given.baseline)}: {baseline.gone} findings that are no longer there taken out")
        elif baseline.gone:
            self._say(f"{shown(given.baseline or '')}: {baseline.gone} findings are no longer there (--prune-baseline)")
        if self.failed:
            return 2
        if given.max_findings is None and given.max_rate is None:
            return 1 if findings else 0
        over = given.max_findings is not None and len(findings) > given.max_findings
        return 1 if over or (given.max_rate is not None and rate(documents) > given.max_rate) else 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _statistics(documents: Sequence[Checked]) -> Iterator[Text]:
    from rich.text import Text

    from bodycopy.check.statistics import rate, statistics
    from bodycopy.terminal import columns

    count = sum(len(one.findings) for one in documents)
    yield Text(f"{count:,} findings in {rate(documents):.2f} % of {len(documents):,} documents")
    for by, counts in statistics(documents):
        if counts:
            yield Text(f"\nby {by}", style="bold")
            yield from columns([(shown(name), f"{number:,}") for name, number in counts], right=[1])
