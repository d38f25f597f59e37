"""The inputs of a run: which files they are, what is in them, and their records in chunks from any position on."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import IO, NamedTuple

from bodycopy.corpus import apart, jsonl, remote, warc
from bodycopy.corpus.pool import Limits
from bodycopy.corpus.records import ENDED, Chunk, File, Item, Place, Rows
from bodycopy.corpus.remote import is_uri, opened
from bodycopy.corpus.streams import decompressed
from bodycopy.errors import BodycopyError, SourceError
from bodycopy.inputs import STDIN, SUFFIXES, Input, UsageError, shown

_CHUNK = 32
_CHUNK_BYTES = 1 << 18
_KINDS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet", ".pq": "parquet", ".warc": "warc",
    ".wet": "warc",
} | dict.fromkeys(SUFFIXES, "page")  # fmt: skip
_PACKED = (".gz", ".gzip", ".zst", ".zstd")
_MAGIC = {b"PAR1": "parquet", b"WARC/": "warc", b"{": "jsonl"}

Position = list[int]
"""Where a run goes on: the number of the input from 0, then a mark that its reader understands."""


class Source(NamedTuple):
    """One input: ``kind`` is ``jsonl``, ``parquet``, ``warc`` or ``page``; ``path`` is text for a URI, ``None`` for
    standard input; ``place`` is where it belongs in a folder of outputs.
    """

    kind: str
    path: Path | str | None
    name: str
    place: PurePath

    @property
    def input(self) -> Input:
        """It as outputs are planned for it."""
        return Input(self.path if isinstance(self.path, Path) else None, self.name, self.place)


def find(given: Sequence[str], beside: Path | None = None) -> list[Source]:
    """The files that the arguments name, in order; folders walked by name, patterns expanded, each file once.

    Hidden files are passed over in folders, and so is what a run writes (``beside``, its rejects and its journal). Raises
    :class:`UsageError` for what is not there, holds no records, or is no corpus by its name and content.
    """
    found: dict[str, Source] = {}
    for argument in given:
        if argument == STDIN:
            found[STDIN] = Source("jsonl", None, "standard input", PurePath("stdin.jsonl"))
            continue
        files = list(_files(argument, beside))
        if not files:
            raise UsageError(f"{shown(argument)}: no records in this folder")
        for path, place in files:
            key = path if isinstance(path, str) else os.path.abspath(path)
            found.setdefault(key, Source(_kind(path), path, shown(path), place))
    return list(found.values())


def _files(argument: str, beside: Path | None) -> Iterator[tuple[Path | str, PurePath]]:
    path = Path(argument)
    if not argument:
        raise UsageError("the name of an input is empty")
    if is_uri(argument):
        yield from _distant(argument)
        return
    if os.path.isdir(path):
        yield from ((path / place, place) for place in _walk(path, beside))
    elif os.path.exists(path):
        yield path, PurePath(path.name)
    else:
        matches = sorted(glob.glob(argument, recursive=True)) if glob.has_magic(argument) else []
        if not matches:
            raise UsageError(f"{shown(argument)}: no such file or folder")
        for match in matches:
            if os.path.isfile(match):
                yield Path(match), PurePath(match).relative_to(Path(match).anchor)


def _distant(uri: str) -> Iterator[tuple[str, PurePath]]:
    """The files that a URI names, of a folder those with records."""
    try:
        there = remote.files(uri)
    except (OSError, BodycopyError) as error:
        raise UsageError(f"{shown(uri)}: {getattr(error, 'strerror', None) or error}") from error
    if not there:
        raise UsageError(f"{shown(uri)}: no such file or folder")
    for file, place in there:
        if file == uri or (_holds_records(place.name) and not any(part.startswith(".") for part in place.parts)):
            yield file, place


def _walk(folder: Path, beside: Path | None) -> Iterator[PurePath]:
    own = os.path.abspath(beside) if beside is not None else ""
    written = {own, f"{own}.rejected.jsonl"} if own else set()
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(
            f for f in folders if not f.startswith(".") and os.path.abspath(os.path.join(root, f)) != own
        )
        for name in sorted(files):
            path = os.path.join(root, name)
            # A pipe would be waited for; a link to nothing is told when its turn comes.
            taken = not name.startswith(".") and _holds_records(name) and (os.path.isfile(path) or os.path.islink(path))
            if taken and os.path.abspath(path) not in written:
                yield PurePath(os.path.relpath(path, folder))


def _holds_records(name: str) -> bool:
    """Whether a file of a folder is taken. ``.json`` are seldom lines: settings, metadata of pages."""
    return bool(_by_name(name)) and not name.lower().endswith(".json")


def _by_name(name: str) -> str:
    path = PurePath(name.lower())
    return _KINDS.get(PurePath(path.stem).suffix if path.suffix in _PACKED else path.suffix, "")


def _kind(path: Path | str) -> str:
    """What a file holds, by its name, else by how it begins. Raises :class:`UsageError` where neither tells."""
    kind = _by_name(PurePath(path.partition("?")[0] if isinstance(path, str) else path).name)
    if kind:
        return kind
    try:
        with opened(path) as file:
            start = decompressed(file).read(16).lstrip()
    except (OSError, EOFError, ValueError) as error:  # ours are among these
        raise UsageError(f"{shown(path)}: {getattr(error, 'strerror', None) or error}") from error
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    raise UsageError(f"{shown(path)}: no records by its name or its content: JSON lines, Parquet, WARC or pages")


class Reading:
    """The records of all inputs, in chunks. ``share`` says how much of them has been read, by bytes.

    ``memory`` (GiB) is what reading a file may take that may be a bomb.
    """

    def __init__(self, sources: Sequence[Source], memory: float = Limits().memory) -> None:
        self._sources, self._memory = sources, memory
        self._sizes = [_size(source.path) for source in sources]
        self._at = 0
        self._open: IO[bytes] | None = None

    @property
    def share(self) -> float | None:
        """How much has been read, 0 to 1; ``None`` where nobody knows."""
        whole = sum(self._sizes)
        if not whole:
            return None
        here = self._open.tell() if self._open is not None and not self._open.closed else 0
        return min(1.0, (sum(self._sizes[: self._at]) + here) / whole)

    def chunks(self, position: Position) -> Iterator[tuple[Chunk, Position]]:
        """The chunks from a position on, each with the position after it. The same records always make the same chunks."""
        held: list[Item] = []
        size = 0
        before: Position = []
        for piece, after in self._pieces(position):
            if held and (isinstance(piece, Rows) or self._begins(before[0], after[0])):
                yield held, before
                held, size = [], 0
            if isinstance(piece, Rows):
                yield piece, after
                continue
            held.append(piece)
            before = after
            size += size_of(piece)
            if len(held) >= _CHUNK or size >= _CHUNK_BYTES:
                yield held, after
                held, size = [], 0
        if held:
            yield held, before

    def _begins(self, before: int, here: int) -> bool:
        """Whether a chunk may not go on from one input into another: as :func:`portions` has it."""
        return before != here and {self._sources[before].kind, self._sources[here].kind} != {"page"}

    def reached(self, position: Position) -> None:
        """Be told how far another reader of the same inputs is."""
        self._at = position[0]

    def _pieces(self, position: Position) -> Iterator[tuple[Item | Rows, Position]]:
        """All items, and rows, each with the position after it."""
        start, mark = (position[0], position[1:]) if position else (0, [])
        for number in range(start, len(self._sources)):
            self._at = number
            for piece, after in self._of(self._sources[number], mark):
                yield piece, [number, *after]
            mark = []
        self._at = len(self._sources)

    def _of(self, source: Source, mark: list[int]) -> Iterator[tuple[Item | Rows, list[int]]]:
        if mark == ENDED:
            return
        if source.kind == "page":
            if not mark:
                item = Item(Place(source.name, "", 1), File(source.place.as_posix(), str(source.path)))
                yield item, [1]
            return
        try:
            if source.kind == "parquet" and source.path is not None:
                yield from apart.rows(source.path, source.name, mark, self._memory)
                return
            with opened(source.path) as file:
                self._open = file if isinstance(source.path, Path) else None
                read = warc.items if source.kind == "warc" else jsonl.items
                yield from read(file, source.name, mark)
        except (OSError, SourceError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            yield Item(Place(source.name, "", 1), None, f"cannot be read: {reason}"), ENDED


def portions(sources: Sequence[Source]) -> Iterator[tuple[int, Sequence[Source]]]:
    """The inputs in parts that make the same chunks by themselves as all of them do, each with the number of its first.

    That is a file each, but as many pages as make a chunk.
    """
    start = 0
    while start < len(sources):
        end = start + 1
        while end < min(len(sources), start + _CHUNK) and {sources[start].kind, sources[end].kind} == {"page"}:
            end += 1
        yield start, sources[start:end]
        start = end


def _size(path: Path | str | None) -> int:
    try:
        return path.stat().st_size if isinstance(path, Path) else 0
    except OSError:
        return 0


def size_of(chunk: Item | Chunk) -> int:
    """About how many bytes something takes."""
    if isinstance(chunk, Rows):
        return len(chunk.data)
    if isinstance(chunk, Item):
        raw = chunk.raw
        return len(raw) if isinstance(raw, bytes) else len(getattr(raw, "data", b"")) + 100
    return sum(size_of(item) for item in chunk)


def inputs_of(sources: Sequence[Source]) -> list[Input]:
    """The pages among the inputs, as outputs are planned for them."""
    return [source.input for source in sources if source.kind == "page"]
