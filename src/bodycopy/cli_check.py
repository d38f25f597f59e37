"""One ``bodycopy check``: its documents, its verdict, its report. No printing here."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
_ROUNDS = 5


class Report(NamedTuple):
    """What came of it: the exit status, and what goes to standard output (lines for people, or one text)."""

    status: int
    lines: Sequence[Text] = ()
    text: str | bytes = ""

    def write(self, path: Path) -> None:
        """Write it to a file instead. Raises :class:`UsageError`."""
        text = self.text or "".join(f"{line.plain}\n" for line in self.lines)
        try:
            write_file(path, text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
        except OSError as error:
            raise UsageError(f"{shown(path)}: not written: {error.strerror or error}") from error


def check(given: CheckArguments, say: Callable[[str], None]) -> Report:
    """Check everything; ``say`` is told what could not be read and what the user should know, a line each."""
    from bodycopy.check.formats import FORMATS

    given, settings = given.settled()
    given.check_combination()
    if given.show_settings:
        return Report(0, text=_told_settings(given, settings))
    say = _once(say)
    work = _Work(given, settings, say)
    documents = list(work.documents())
    work.settle_baseline(documents)
    if given.write_baseline:
        return Report(2 if work.failed else 0)
    if given.diff:
        from bodycopy.check.fix import mend

        difference = mend(documents, write=False, say=say)
        return Report(2 if difference.failed else work.verdict(documents), text=difference.diff)
    if given.fix:
        documents = _mended(work, documents, say)
    status = work.verdict(documents)
    if given.statistics:
        return Report(status, list(_statistics(documents)))
    name = given.format or (
        "full" if sys.stdout is not None and sys.stdout.isatty() and not given.output else "concise"
    )
    made = FORMATS[name]([found for one in documents for found in one.findings])
    return Report(status, text=made) if isinstance(made, str) else Report(status, list(made))


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """The same, but what was said before is not said again when a file is checked again."""
    said: set[str] = set()

    def say_once(message: str) -> None:
        if message not in said:
            said.add(message)
            say(message)

    return say_once


def _mended(work: _Work, documents: list[Checked], say: Callable[[str], None]) -> list[Checked]:
    """The documents after mending. What only shows once something else has gone is mended too, a few times at most."""
    from bodycopy.check.fix import mend

    cuts, files, due = 0, set[str](), documents
    for _ in range(_ROUNDS):
        mended = mend(due, write=True, say=say)
        work.failed |= mended.failed
        files |= mended.paths
        cuts += sum(len(one.findings) for one in due if one.place.file in mended.paths)
        if not mended.paths:
            break
        due = list(work.again(sorted(mended.paths)).documents())
        fresh = {one.place: one for one in due}
        documents = [
            fresh.get(one.place, one._replace(findings=())) if one.place.file in mended.paths else one
            for one in documents
        ]
    if cuts:
        say(f"{cuts:,} cut out of {len(files):,} file{'s' * (len(files) > 1)}")
    return documents


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

        self._given, self._settings, self._say = given, settings, say
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

    def again(self, paths: list[str]) -> _Work:
        """The same work on some of the files."""
        return _Work(replace(self._given, paths=paths), self._settings, self._say)

    def settle_baseline(self, documents: Sequence[Checked]) -> None:
        """Write or prune the baseline where that is asked for, and tell what is gone from it."""
        given, baseline = self._given, self.baseline
        if given.write_baseline:
            baseline.write(Path(given.write_baseline), baseline.met())
            count = sum(len(one.findings) for one in documents)
            self._say(f"{shown(given.write_baseline)}: {_counted(count)} newly known")
        elif baseline.gone and given.prune_baseline and given.baseline and not self.failed:
            baseline.write(Path(given.baseline), baseline.still_there())
            self._say(f"{shown(given.baseline)}: {_counted(baseline.gone)} no longer there, taken out")
        elif baseline.gone:
            self._say(f"{shown(given.baseline or '')}: {_counted(baseline.gone)} no longer there (--prune-baseline)")

    def verdict(self, documents: Sequence[Checked]) -> int:
        """The exit status."""
        from bodycopy.check.statistics import rate

        if self.failed:
            return 2
        given, count = self._given, sum(len(one.findings) for one in documents)
        if given.max_findings is None and given.max_rate is None:
            return 1 if count else 0
        over = given.max_findings is not None and count > given.max_findings
        return 1 if over or (given.max_rate is not None and rate(documents) > given.max_rate) else 0


def _counted(count: int) -> str:
    return f"{count:,} finding{'s' * (count != 1)}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _statistics(documents: Sequence[Checked]) -> Iterator[Text]:
    from rich.text import Text

    from bodycopy.check.statistics import rate, statistics
    from bodycopy.terminal import columns

    count = sum(len(one.findings) for one in documents)
    yield Text(
        f"{_counted(count)} in {rate(documents):.2f} % of {len(documents):,} document{'s' * (len(documents) != 1)}"
    )
    for by, counts in statistics(documents):
        if counts:
            yield Text(f"\nby {by}", style="bold")
            yield from columns([(shown(name), f"{number:,}") for name, number in counts], right=[1])
