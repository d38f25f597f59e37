"""Compressed files in and out. Compression is told by content on the way in and by the name's ending on the way out."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from bodycopy.errors import SourceError
from bodycopy.via import MissingPackageError

if TYPE_CHECKING:
    from types import ModuleType

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_SKIP = 1 << 20
# Level 6 of gzip is what other tools write; time and name stay out of the header, so that equal records give equal bytes.
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
# So little is unpacked at a time that a bomb comes to 32 MiB at most.
_ZSTD_PIECE = 1 << 10


def need(package: str, extra: str, what: str) -> ModuleType:
    """Import an optional package. Raises :class:`MissingPackageError`, one line that says what to install for ``what``."""
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError as error:
        name = package.partition(".")[0]
        raise MissingPackageError(f"{what} needs {name}: pip install 'bodycopy[{extra}]'") from error


def need_zstandard() -> ModuleType:
    """The package zstandard."""
    return need("zstandard", "corpus", "zstd")


@contextmanager
def opened(path: Path | None) -> Iterator[IO[bytes]]:
    """A file as it is on the disk; standard input for ``None``. Raises ``OSError`` and :class:`SourceError`."""
    if path is not None:
        with path.open("rb") as file:
            yield file
    elif sys.stdin is None:
        raise SourceError("it is closed")
    else:
        yield sys.stdin.buffer


def decompressed(file: IO[bytes]) -> IO[bytes]:
    """The bytes of a file that may be compressed. Raises :class:`MissingPackageError` for zstd without its package."""
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", file))
    magic = buffered.peek(4)[:4]
    if magic.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=buffered, mode="rb"))
    if magic == _ZSTD:
        return io.BufferedReader(_Frames(buffered), _SKIP)
    return buffered


class _Frames(io.RawIOBase):
    """The content of zstd frames one after the other. Raises ``EOFError`` where the last is cut off.

    The package's own reader takes that for an end.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._fresh = need_zstandard().ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._rest = b""
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or a part of it; 0 at the end."""
        while not self._held and self._more():
            pass
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def _more(self) -> bool:
        """Unpack a little more; whether there was something."""
        data = self._rest or self._file.read(_ZSTD_PIECE)
        if not data:
            if self._frame is not None:
                raise EOFError("the last zstd frame is cut off")
            return False
        if self._frame is None:
            self._frame = self._fresh()
        self._held, self._rest = memoryview(self._frame.decompress(data)), b""
        if self._frame.eof:
            self._frame, self._rest = None, self._frame.unused_data
        return True


def broken() -> tuple[type[BaseException], ...]:
    """What reading a damaged or vanishing file raises."""
    zstandard = sys.modules.get("zstandard")
    return (OSError, EOFError, zlib.error, *((zstandard.ZstdError,) if zstandard is not None else ()))


def skip(stream: IO[bytes], count: int) -> None:
    """Go ``count`` bytes on from the start."""
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO) and stream.seekable():
        stream.seek(count)
        return
    while count > 0:
        data = stream.read(min(_SKIP, count))
        if not data:
            return
        count -= len(data)


def compression(path: Path) -> str:
    """How a file of this name is compressed: ``gz``, ``zst`` or nothing."""
    return {".gz": "gz", ".gzip": "gz", ".zst": "zst", ".zstd": "zst"}.get(path.suffix.lower(), "")


def compressed(data: bytes, how: str) -> bytes:
    """Bytes as one member (gzip) or frame (zstd); members and frames one after the other are a file too."""
    if how == "gz":
        return gzip.compress(data, _GZIP_LEVEL, mtime=0)
    if how == "zst":
        return cast("bytes", need_zstandard().ZstdCompressor(level=_ZSTD_LEVEL).compress(data))
    return data
