"""The documents of one ``bodycopy check``, what is found in them, and what that comes to."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from bodycopy.inputs import STDIN, shown

if TYPE_CHECKING:
    from bodycopy.check.cache import Cache
    from bodycopy.check.findings import Finding
    from bodycopy.check.job import Checked
    from bodycopy.cli_check_options import CheckArguments
    from bodycopy.corpus.recipe import Recipe
    from bodycopy.corpus.records import Chunk, Item
    from bodycopy.settings import Settings

_LIMIT_SECONDS, _LIMIT_MEMORY = 30.0, 4.0
# So many records of a file that cannot be read are told one by one: a file that is no corpus has nothing else.
_MOST_FAULTS = 20


class Work:
    """What a check goes by, what it came to so far, and whether anything could not be read.

    ``files`` are all by name, in order, each with the first reason why it could not be read, or a record of it; else empty.
    """

    def __init__(self, given: CheckArguments, settings: Settings, say: Callable[[str], None]) -> None:
        from bodycopy.check.baseline import Baseline
        from bodycopy.check.choice import Choice
        from bodycopy.check.statistics import Tally

        self._given, self._settings, self._say = given, settings, say
        self.failed = False
        self.tally = Tally()
        self.files: dict[str, str] = {}
        self._faults: Counter[str] = Counter()
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

    def documents(self) -> Iterator[Checked]:
        """All documents with the findings that count, in order, each counted."""
        from bodycopy.check.job import check
        from bodycopy.corpus.pool import Limits
        from bodycopy.corpus.rows import Form

        given, recipe = self._given, self._recipe()
        cache = self._cache(recipe)
        limits = Limits(_LIMIT_SECONDS, _LIMIT_MEMORY)
        try:
            for one in check(self._chunks(), Form(recipe, "findings"), given.jobs or _cores(), limits, cache):
                if one.fault:
                    self._fail_at(one)
                    continue
                self.files.setdefault(one.place.file, "")
                counts = one._replace(findings=tuple(filter(self._is_new, one.findings)))
                self.tally.add(counts)
                yield counts
        finally:
            if cache is not None:
                cache.close()
        for name, count in self._faults.items():
            if count > _MOST_FAULTS:
                self._say(f"{shown(name)}: {count - _MOST_FAULTS:,} more that cannot be read")

    def _fail(self, name: str, reason: str) -> None:
        """Say that a file could not be read."""
        self.failed = True
        self.files[name] = reason
        self._say(f"{name}: {reason}")

    def _fail_at(self, one: Checked) -> None:
        """Say that a document could not be read, as long as it is not one of many in its file."""
        self.failed = True
        name, reason = one.place.file, f"{one.place}: {one.fault}"
        self.files[name] = self.files.get(name) or reason
        self._faults[name] += 1
        if self._faults[name] <= _MOST_FAULTS:
            self._say(reason)

    def _is_new(self, found: Finding) -> bool:
        return self._choice.takes(found) and not self.baseline.is_known(found)

    def _recipe(self) -> Recipe:
        from bodycopy.corpus.columns import Columns
        from bodycopy.corpus.recipe import Recipe

        given = self._given
        return Recipe(given.checked(), Columns(given.field), with_removed=True, lang=given.lang)

    def _chunks(self) -> Iterator[Chunk]:
        from bodycopy.check import targets
        from bodycopy.corpus.sources import Reading, Source

        given = self._given
        if given.paths == [STDIN]:
            name = given.stdin_filename or STDIN
            if targets.kind_of(name) != "jsonl":
                yield [_standard_input(name)]
                return
            found = [Source("jsonl", None, name, PurePath(name))]
        else:
            found = list(
                targets.find(
                    given.paths or ["."], include=given.include or [], exclude=given.exclude or [], failed=self._fail
                )
            )
            self.files |= {source.name: "" for source in found}
        yield from (chunk for chunk, _ in Reading(found).chunks([]))

    def _cache(self, recipe: Recipe) -> Cache | None:
        if self._given.no_cache:
            return None
        from bodycopy.check.cache import Cache
        from bodycopy.corpus.plans import settings_of
        from bodycopy.fingerprint import fingerprint

        told = json.dumps([fingerprint(recipe.options.judge), settings_of(recipe)])
        return Cache(Path(self._given.cache_dir) / "check.sqlite", hashlib.sha256(told.encode()).hexdigest())

    def again(self, paths: list[str]) -> Work:
        """The same work on some of the files."""
        return Work(replace(self._given, paths=paths), self._settings, self._say)

    def count(self, documents: Iterable[Checked]) -> None:
        """Count anew what is found, in documents of those that were read."""
        from bodycopy.check.statistics import Tally

        tally = Tally()
        for one in documents:
            tally.add(one)
        self.tally = replace(tally, read=self.tally.read)

    def write_baseline(self) -> None:
        """Write what was met as a baseline."""
        path = self._given.write_baseline or ""
        self.baseline.write(Path(path), self.baseline.met(), self._scope(path))
        self._say(f"{shown(path)}: {counted(self.tally.findings)} newly known")

    def settle_baseline(self) -> None:
        """Tell what is gone from the baseline, and prune it where that is asked for.

        Of what it was written for, everything must have been looked at: else what was not would be taken for gone.
        """
        path, baseline = self._given.baseline, self.baseline
        if not path:
            return
        scope = self._scope(path)
        other = [name for name, value in baseline.scope.items() if value != scope.get(name)]
        if other and self._given.prune_baseline:
            self.failed = True
            self._say(f"{shown(path)}: not pruned: it was written with other {' and '.join(other)}")
        elif other or not baseline.gone:
            return
        elif self._given.prune_baseline and not self.failed:
            baseline.write(Path(path), baseline.still_there(), baseline.scope)
            self._say(f"{shown(path)}: {counted(baseline.gone)} no longer there, taken out")
        else:
            self._say(f"{shown(path)}: {counted(baseline.gone)} no longer there (--prune-baseline)")

    def _scope(self, baseline: str) -> dict[str, Any]:
        """What decides which findings can be met: paths, as one says them from where the baseline is, and options."""
        given, beside = self._given, os.path.dirname(baseline) or "."
        paths = sorted(
            {
                path if path == STDIN else PurePath(os.path.relpath(path, beside)).as_posix()
                for path in given.paths or ["."]
            }
        )
        return {"paths": paths, "strictness": str(given.strictness)} | {
            name: sorted(getattr(given, name) or ())
            for name in ("select", "ignore", "include", "exclude", "keep", "drop")
        }

    def verdict(self) -> int:
        """The exit status."""
        if self.failed:
            return 2
        given, tally = self._given, self.tally
        if given.max_findings is None and given.max_rate is None:
            return 1 if tally.findings else 0
        over = given.max_findings is not None and tally.findings > given.max_findings
        return 1 if over or (given.max_rate is not None and tally.rate > given.max_rate) else 0


def _standard_input(name: str) -> Item:
    """Standard input as one document."""
    from bodycopy.check.job import page
    from bodycopy.corpus.jsonl import MOST
    from bodycopy.corpus.records import Item, Place

    place = Place(name, "", 1)
    if sys.stdin is None:
        return Item(place, None, "standard input is closed")
    try:
        return page(place, sys.stdin.buffer.read(MOST + 1))
    except OSError as error:
        return Item(place, None, error.strerror or str(error))


def counted(count: int) -> str:
    """So many findings, in words."""
    return f"{count:,} finding{'s' * (count != 1)}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
