"""Files by path or by URI: on this machine, or wherever Arrow and fsspec find file systems (S3, Google Cloud, HDFS, HTTP)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO, Any

from bodycopy.corpus import streams
from bodycopy.corpus.streams import need
from bodycopy.errors import SourceError

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
# What a request to a distant store fetches at least.
_BUFFER = 1 << 20
# Where a file has checksums, damage is told instead of read.
_CHECKED: dict[str, Any] = {"page_checksum_verification": True}


def is_uri(name: str) -> bool:
    """Whether a name is a URI. No path as :class:`Path` writes it has two slashes in a row."""
    return _URI.match(name) is not None


@contextmanager
def opened(where: Path | str | None) -> Iterator[IO[bytes]]:
    """A file's bytes from the start, as they are stored; standard input for ``None``.

    Raises ``OSError``, and :class:`SourceError` for a URI that no file system is known for.
    """
    if isinstance(where, str) and is_uri(where):
        system, path = _system(where)
        with system.open_input_stream(path, compression=None, buffer_size=_BUFFER) as file:
            yield file
    else:
        with streams.opened(where if where is None else Path(where)) as file:
            yield file


@contextmanager
def table(where: Path | str) -> Iterator[Any]:
    """A Parquet file, opened. Raises as :func:`opened` does, and Arrow's errors where it is none."""
    parquet = need("pyarrow.parquet", "corpus", "Parquet")
    if isinstance(where, str) and is_uri(where):
        system, path = _system(where)
        with (
            system.open_input_file(path) as file,
            parquet.ParquetFile(file, pre_buffer=True, page_checksum_verification=True) as found,
        ):
            yield found
    else:
        with parquet.ParquetFile(where, **_CHECKED) as found:
            yield found


def files(uri: str) -> list[tuple[str, PurePath]]:
    """The file that a URI names, or all files in the folder by name, each with its place in it; none where nothing is there.

    Raises as :func:`opened` does.
    """
    fs = need("pyarrow.fs", "corpus", uri.partition(":")[0])
    system, path = _system(uri)
    there = system.get_file_info(path)
    if there.type == fs.FileType.File:
        return [(uri, PurePath(there.base_name))]
    if there.type == fs.FileType.NotFound:
        return []
    stem, mark, query = uri.partition("?")
    found = system.get_file_info(fs.FileSelector(path, recursive=True))
    names = sorted(info.path[len(path) :].strip("/") for info in found if info.type == fs.FileType.File)
    return [(f"{stem.rstrip('/')}/{name}{mark}{query}", PurePath(name)) for name in names]


def identity(where: Path | str) -> tuple[int, int]:
    """Size and time of change (nanoseconds), -1 for what a file system does not tell. Raises as :func:`opened` does."""
    if isinstance(where, Path):
        status = where.stat()
        return status.st_size, status.st_mtime_ns
    system, path = _system(where)
    info = system.get_file_info(path)
    return (-1 if info.size is None else info.size), (-1 if info.mtime_ns is None else info.mtime_ns)


def _system(uri: str) -> tuple[Any, str]:
    """The file system of a URI and the path in it: Arrow's own where it has one, else fsspec's, as Ray does it."""
    fs = need("pyarrow.fs", "corpus", uri.partition(":")[0])
    try:
        system, path = fs.FileSystem.from_uri(uri)
    except ValueError:  # Arrow's errors are among these
        fsspec = need("fsspec.core", "ray", uri.partition(":")[0])
        try:
            found, path = fsspec.url_to_fs(uri)
        except (ValueError, ImportError) as error:
            raise SourceError(str(error)) from error
        system = fs.PyFileSystem(fs.FSSpecHandler(found))
    return system, path
