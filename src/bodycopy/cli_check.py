"""One ``bodycopy check``: its documents, its verdict, its report. No printing here."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bodycopy.inputs import STDIN, UsageError, shown, write_file

if TYPE_CHECKING:
    from rich.text import Text

    from bodycopy.check.cache import Cache
    from bodycopy.check.findings import Finding
    from bodycopy.check.job import Checked
    from bodycopy.cli_check_options import CheckArguments
    from bodycopy.corpus.recipe import Recipe
    from bodycopy.corpus.records import Chunk
    from bodycopy.corpus.sources import Source
    from bodycopy.settings import Settings

_LIMIT_SECONDS, _LIMIT_MEMORY = 30.0, 4.0


class Report(NamedTuple):
    """What came of it: the exit status, and what goes to standard output (lines for people, or one text)."""

    status: int
    lines: Sequence[Text] = ()
    text: str = ""

    def write(self, path: Path) -> None:
        """Write it to a file instead. Raises :class:`UsageError`."""
        text = self.text or "".join(f"{line.plain}\n" for line in self.lines)
        try:
            write_file(path, text.encode("utf-8", "replace"))
        except OSError as error:
            raise UsageError(f"{shown(path)}: not written: {error.strerror or error}") from error


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
