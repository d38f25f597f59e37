"""Which files a check reads: those named, and those in folders that Git does not ignore."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from pathspec import GitIgnoreSpec

from bodycopy.check.patterns import ignored, patterns
from bodycopy.corpus.sources import Source
from bodycopy.inputs import UsageError, shown

_KINDS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet", ".txt": "page", ".text": "page",
    ".md": "page", ".markdown": "page", ".html": "page", ".htm": "page", ".xhtml": "page",
}  # fmt: skip
_PACKED = (".gz", ".zst")
_RULES = (".gitignore", ".ignore")
# A file of patterns that is larger is none, and is not read on.
_MOST_RULES = 1 << 20
SPECIAL = "a pipe or a device: pass it as standard input, with -"
"""Why a pipe is not read: one that nobody writes to would be waited for without end."""


def find(
    given: Sequence[str], *, include: Sequence[str], exclude: Sequence[str], failed: Callable[[str, str], None]
) -> Iterator[Source]:
    """The files in order, each once. ``failed`` is told of what is not there or cannot be read (name, reason).

    ``include`` and ``exclude`` are patterns as Git has them, against paths below each folder named. A file that is named itself
    is read whatever is excluded. Links to folders are not followed, so none leads in a circle.
    """
    seen: set[str] = set()
    wanted, spared = patterns(include, "--include"), patterns(exclude, "--exclude")
    for argument in given:
        path = Path(argument)
        if not argument:
            raise UsageError("the name of an input is empty")
        if os.path.isdir(path):
            found = _walk(path, wanted if include else None, spared, failed)
        else:
            found = iter([(path, PurePath(path.name))])
        for file, place in found:
            identity = os.path.realpath(file)
            reason = _unreadable(file)
            if reason:
                failed(shown(file), reason)
            elif identity not in seen:
                seen.add(identity)
                yield Source(kind_of(file.name) or "page", file, os.fspath(file), place)


def _unreadable(path: Path) -> str:
    """Why a file cannot be read, before anything is; empty where it seems that it can."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return error.strerror or str(error)
    except ValueError as error:  # a name with a zero byte
        return str(error)
    return "" if stat.S_ISREG(mode) else SPECIAL


def _is_special(path: Path) -> bool:
    """Whether something in a folder is a pipe, a socket or a device, which no one has put there to be read."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def kind_of(name: str) -> str:
    """What a file of this name holds: ``jsonl``, ``parquet``, ``page`` (any text), or nothing that is checked."""
    path = PurePath(name.lower())
    if path.suffix in _PACKED:
        inner = _KINDS.get(PurePath(path.stem).suffix, "")
        return inner if inner == "jsonl" else ""
    return _KINDS.get(path.suffix, "")


def _walk(
    folder: Path, wanted: GitIgnoreSpec | None, spared: GitIgnoreSpec, failed: Callable[[str, str], None]
) -> Iterator[tuple[Path, PurePath]]:
    """The files below a folder by name, hidden ones and those that are ignored left out."""
    ignored = dict(_above(folder))

    def refuse(error: OSError) -> None:
        failed(shown(Path(error.filename or folder)), error.strerror or str(error))

    for root, folders, files in os.walk(folder, onerror=refuse):
        here = Path(root)
        ignored |= _rules(here)
        names = {name: here / name for name in (*folders, *files) if not name.startswith(".")}
        stay = {
            name
            for name, path in names.items()
            if not _is_ignored(path, ignored, is_folder=name in folders)
            and not spared.match_file(_below(path, folder, is_folder=name in folders))
        }
        folders[:] = sorted(name for name in folders if name in stay and not os.path.islink(here / name))
        for name in sorted(files):
            below = _below(here / name, folder, is_folder=False)
            takes = wanted.match_file(below) if wanted is not None else bool(kind_of(name))
            if name in stay and takes and not _is_special(here / name):
                yield here / name, PurePath(below)


def _below(path: Path, folder: Path, *, is_folder: bool) -> str:
    return PurePath(os.path.relpath(path, folder)).as_posix() + ("/" if is_folder else "")


def _above(folder: Path) -> Iterator[tuple[str, GitIgnoreSpec]]:
    """The rules of the folders above, up to the top of the repository; none outside a repository."""
    found: list[dict[str, GitIgnoreSpec]] = []
    here = Path(os.path.abspath(folder))
    for above in (here, *here.parents):
        if above != here:
            found.append(_rules(above))
        if os.path.exists(above / ".git"):
            for rules in found:
                yield from rules.items()
            return


def _rules(folder: Path) -> dict[str, GitIgnoreSpec]:
    """The rules that stand in a folder, by its whole path."""
    lines: list[str] = []
    for name in _RULES:
        path = folder / name
        if os.path.isfile(path):  # a pipe would be waited for
            with contextlib.suppress(OSError), path.open("rb") as file:
                lines += [line.decode("utf-8", "replace") for line in file.read(_MOST_RULES).splitlines()]
    return {os.path.abspath(folder): ignored(lines)} if lines else {}


def _is_ignored(path: Path, rules: dict[str, GitIgnoreSpec], *, is_folder: bool) -> bool:
    """Whether the nearest rules that say anything of a path ignore it."""
    whole = os.path.abspath(path)
    below, above = whole, os.path.dirname(whole)
    while above != below:
        if above in rules:
            verdict = rules[above].check_file(_below(Path(whole), Path(above), is_folder=is_folder)).include
            if verdict is not None:
                return verdict
        below, above = above, os.path.dirname(above)
    return False
