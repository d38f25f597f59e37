"""Which output each input goes into, and what a run must share with the one that it goes on from."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bodycopy.corpus import apart, remote
from bodycopy.corpus.job import Plan, begin_anew, is_gone, unfinished
from bodycopy.corpus.journal import held
from bodycopy.corpus.outlets import Files, Lines, Outlet, Table
from bodycopy.corpus.pool import Limits
from bodycopy.corpus.recipe import Recipe
from bodycopy.corpus.rows import Form, RefusedError
from bodycopy.corpus.sources import Source, inputs_of
from bodycopy.errors import BodycopyError
from bodycopy.fingerprint import fingerprint
from bodycopy.inputs import Input, UsageError, plan_outputs, refuse_own_input, shown
from bodycopy.version import VERSION
from bodycopy.via import MissingPackageError

TABLES = (".parquet", ".pq")
LINES = (".jsonl", ".ndjson", ".json")
PACKED = (".gz", ".gzip", ".zst", ".zstd")
SUFFIXES = {"text": ".txt", "markdown": ".md", "html": ".html"}
"""The endings of files in a folder of outputs."""


class Wish(NamedTuple):
    """What a user asks of a run besides the recipe; ``attributes`` asks for dolma attributes instead of texts.

    ``goes_on`` says whether the engine can go on with what was begun, ``report`` where the figures are to go.
    """

    target: Path
    attributes: bool = False
    resume: bool = False
    force: bool = False
    jobs: int = 1
    every: int = 1000
    limits: Limits = Limits()
    goes_on: bool = True
    report: Path | None = None


class Work(NamedTuple):
    """One output with the inputs that go into it; ``is_left`` says whether there is something to do for it."""

    plan: Plan
    sources: Sequence[Source]
    outlet: Outlet
    is_left: bool = True


def works(wish: Wish, recipe: Recipe, sources: Sequence[Source]) -> Iterator[Work]:
    """All outputs, in order. One that is done already is not left where the run is to be resumed.

    Raises :class:`UsageError` for outputs that are there or cannot be meant, before anything is begun.
    """
    try:
        due = [_Due(wish, recipe, *pair) for pair in _outputs(wish, sources)]
        _refuse_collisions(wish, [source.input for source in sources], [path for one in due for path in one.written])
        left = [one.is_left() for one in due]
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise UsageError(f"{shown(error.filename or wish.target)}: {error.strerror or error}") from error
    for one, is_left in zip(due, left, strict=True):
        if is_left:
            one.begin()
    for one, is_left in zip(due, left, strict=True):
        yield one.work(is_left=is_left)


def _refuse_collisions(wish: Wish, inputs: Sequence[Input], written: Sequence[Path]) -> None:
    """Raise :class:`UsageError` where something would be written over that was read, or that was written."""
    refuse_own_input(inputs, written, "write to another name with -o")
    if wish.report is not None:
        refuse_own_input(inputs, [wish.report], "write to another name with --report")
        if os.path.realpath(wish.report) in map(os.path.realpath, written):
            raise UsageError(f"{shown(wish.report)} is also an output: write to another name with --report")


def _outputs(wish: Wish, sources: Sequence[Source]) -> Iterator[tuple[Path, list[Source]]]:
    """Each output with its inputs: all in one file, or in a folder a file for each file."""
    target, kind = wish.target, _kind(wish.target)
    if wish.attributes or not kind:
        pages = [source for source in sources if source.kind == "page"]
        if wish.attributes and (kind or (target.exists() and not target.is_dir())):
            raise UsageError(f"--attributes: {shown(target)} must be a folder")
        if wish.attributes and pages:
            raise UsageError(f"{pages[0].name}: attributes are made for JSON lines, Parquet and WARC")
        if target.exists() and not target.is_dir():
            raise UsageError(
                f"-o: {shown(target)} is not a folder, nor a name that ends in .jsonl, .gz, .zst or .parquet"
            )
        if pages:
            yield target, pages
        shards = [source for source in sources if source.kind != "page"]
        names = [_shard(source, wish) for source in shards]
        if len(set(names)) < len(names):
            twice = next(name for number, name in enumerate(names) if name in names[:number])
            raise UsageError(f"two inputs would both be written to {shown(target / twice)}")
        yield from ((target / name, [source]) for name, source in zip(names, shards, strict=True))
    else:
        yield target, list(sources)


def _shard(source: Source, wish: Wish) -> str:
    """The name of an input's own output: of its own kind, but that WARC files become lines of JSON."""
    name = source.place.as_posix()
    if source.kind == "jsonl" or (source.kind == "parquet" and not wish.attributes):
        return name
    return f"{name.removesuffix('.gz').removesuffix('.zst')}.jsonl.gz"


def _kind(path: Path) -> str:
    """What an output of this name is: ``table``, ``rows`` or nothing, for a folder."""
    suffix = Path(path.stem).suffix.lower() if path.suffix.lower() in PACKED else path.suffix.lower()
    if suffix in TABLES and path.suffix.lower() not in PACKED:
        return "table"
    return "rows" if suffix in LINES else ""


class _Due:
    """One output, before it is begun."""

    def __init__(self, wish: Wish, recipe: Recipe, output: Path, sources: list[Source]) -> None:
        self.output, self._wish, self._recipe, self._sources = output, wish, recipe, sources
        self._kind = (
            "attributes" if wish.attributes else "files" if sources[0].kind == "page" else _kind(output) or "rows"
        )
        if self._kind == "files" and _kind(output):
            self._kind = _kind(output)
        self._plan = self._planned()

    def _planned(self) -> Plan:
        wish, recipe = self._wish, self._recipe
        of_tables = all(source.kind == "parquet" for source in self._sources)
        if of_tables:
            recipe = self._settled(recipe)
        output = "rows" if self._kind == "table" and not of_tables else self._kind
        self._of_rows = output == "table"
        asked = {
            "version": f"{VERSION} {fingerprint(recipe.options.judge)}",
            "inputs": [_identity(source) for source in self._sources],
            "settings": settings_of(recipe),
            "output": [self._kind, self.output.name, wish.every],
        }
        return Plan(self.output, Form(recipe, output, self._kind == "table"), asked, wish.limits, wish.jobs, wish.every)

    def _settled(self, recipe: Recipe) -> Recipe:
        """The recipe as the first file that can be read settles it: the others are rejected when their turn comes."""
        for source in self._sources:
            try:
                return recipe if source.path is None else apart.settled(recipe, source.path, self._wish.limits.memory)
            except MissingPackageError:
                raise
            except RefusedError as error:
                raise UsageError(f"{source.name}: {error}") from error
            except (OSError, BodycopyError):
                continue
        return recipe

    @property
    def written(self) -> tuple[Path, ...]:
        """What a run of this writes over."""
        return self.output, self.rejects

    @property
    def rejects(self) -> Path:
        """Where its rejected records go."""
        return self._plan.rejects

    def begin(self) -> None:
        """Where it is forced, forget a run before, and that its output is there already: until the end it is not done.

        What was done and has been taken away is done again.
        """
        if self._wish.force or is_gone(self._plan):
            begin_anew(self._plan)
        if self._wish.force:
            with contextlib.suppress(OSError):  # the run itself tells what cannot be written
                self._plan.journal.touch()

    def is_left(self) -> bool:
        """Whether there is something to do. Raises :class:`UsageError` where an output is in the way."""
        wish, begun = self._wish, unfinished(self._plan)
        if self._kind != "files" and self.output.is_dir():
            raise UsageError(f"{shown(self.output)} is a folder, and its name that of a file")
        there = self.output.is_dir() and any(self.output.iterdir()) if self._kind == "files" else self.output.exists()
        if held(self._plan.journal):
            raise UsageError(f"{shown(self.output)}: another run writes this output")
        if wish.force:
            return True
        if wish.resume and (begun or there):
            return begun
        if begun:
            how = "--resume goes on, --force starts anew" if wish.goes_on else "--force starts anew"
            raise UsageError(f"{shown(self.output)}: a run was begun and not ended: {how}")
        for path in [self.output] * there + [self.rejects] * self.rejects.exists():
            raise UsageError(f"{shown(path)} is there already: --force writes over it")
        return True

    def work(self, *, is_left: bool) -> Work:
        return Work(self._plan, self._sources, self._outlet(), is_left)

    def _outlet(self) -> Outlet:
        if self._kind == "files":
            inputs = inputs_of(self._sources)
            outputs = plan_outputs(inputs, self.output, SUFFIXES[self._recipe.to])
            return Files({item.place.as_posix(): output for item, output in zip(inputs, outputs, strict=True)})
        return Table(self.output, of_rows=self._of_rows) if self._kind == "table" else Lines(self.output)


def _identity(source: Source) -> list[str | int]:
    """What tells an input from a changed one."""
    if source.path is None:
        return [source.name]
    name = source.path if isinstance(source.path, str) else os.path.abspath(source.path)
    try:
        return [name, *remote.identity(source.path)]
    except OSError:  # it is rejected when its turn comes
        return [name]


def settings_of(recipe: Recipe) -> dict[str, str]:
    """All that a record's output depends on, by name."""
    options = recipe.options
    told = {
        "keep": " ".join(sorted(options.keep)),
        "strictness": str(options.strictness),
        "phrases": " ".join(hashlib.sha256(repr(dict(pack.groups)).encode()).hexdigest() for pack in options.phrases),
        "columns": str(tuple(vars(recipe.columns).values())),
    }
    names = ("to", "keep_source", "with_removed", "via", "lang", "format", "encoding", "drop")
    return told | {name: str(getattr(recipe, name)) for name in names}
