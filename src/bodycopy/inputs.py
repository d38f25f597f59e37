"""Files in and files out for the command line: finding inputs, planning outputs, writing without a half-written file.

Nothing here prints. What the user did wrong is a :class:`UsageError`; what the machine refuses stays an ``OSError``.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from bodycopy.errors import SourceError

SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".mhtml", ".mht", ".eml", ".txt", ".md"})
"""The endings, in lower case, of the files that are taken out of a folder."""

STDIN = "-"
_STDIN_NAME = "standard input"
_STDIN_STEM = PurePath("stdin")
# Python's codecs for the WHATWG names that it does not know, or knows with fewer characters.
_CODECS = {
    "gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs", "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874", "macintosh": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be", "utf-32le": "utf-32-le", "utf-32be": "utf-32-be",
}  # fmt: skip
_MARKS = {
    "utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE,
}  # fmt: skip
# Controls, line breaks, what turns the direction of a line, lone surrogates.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class UsageError(Exception):
    """The command was given in a way that cannot be meant; its text is one line for the user."""


class Input(NamedTuple):
    """One thing to clean.

    ``path`` is ``None`` for standard input, ``name`` is what messages call it, ``place`` where it belongs in a folder
    of outputs (its own suffix still on).
    """

    path: Path | None
    name: str
    place: PurePath


def shown(name: str | os.PathLike[str]) -> str:
    r"""A text fit for a line on a terminal: controls, line breaks, undecodable bytes as ``\x1b``, ``\n``, ``\xff``."""
    return _UNFIT.sub(lambda found: _escaped(found[0]), os.fspath(name))


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python holds a byte of a file name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode-escape").decode("ascii")


def find_inputs(given: Sequence[str], *, beside: Path | None = None, failed: Callable[[str, str], None]) -> list[Input]:
    """The files that the arguments name, folders walked in order of their names; each file once.

    Hidden files and folders are passed over in a walk, and so is the folder of outputs ``beside`` them. ``failed`` is
    told (name, reason) of each folder that cannot be read or holds nothing to clean. A missing file is returned all the
    same: reading it will say so. Raises :class:`UsageError` for an empty name and for standard input named twice.
    """
    if "" in given:
        raise UsageError("the name of an input is empty")
    if given.count(STDIN) > 1:
        raise UsageError("standard input (-) can only be read once")
    found: dict[str, Input] = {}
    for argument in given:
        if argument == STDIN:
            found[STDIN] = Input(None, _STDIN_NAME, _STDIN_STEM)
            continue
        path = Path(argument)
        if not os.path.isdir(path):  # unlike Path.is_dir never an error: reading the file says what is wrong
            found.setdefault(os.path.abspath(path), Input(path, shown(path), PurePath(path.name)))
            continue
        silent = True

        def told(name: str, reason: str) -> None:
            nonlocal silent
            silent = False
            failed(name, reason)

        for file in _walk(path, beside, told):
            silent = False
            found.setdefault(os.path.abspath(file), Input(file, shown(file), file.relative_to(path)))
        if silent:
            failed(shown(path), "no page or text file in this folder")
    return list(found.values())


def _walk(folder: Path, beside: Path | None, failed: Callable[[str, str], None]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        failed(shown(error.filename or folder), error.strerror or str(error))

    spared = os.path.realpath(beside) if beside is not None else None
    if spared == os.path.realpath(folder):
        spared = None
    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(
            name for name in folders if name[0] != "." and os.path.realpath(os.path.join(root, name)) != spared
        )
        for name in sorted(files):
            file = Path(root, name)
            if name[0] != "." and file.suffix.lower() in SUFFIXES and (os.path.isfile(file) or file.is_symlink()):
                yield file


def plan_outputs(inputs: Sequence[Input], folder: Path, suffix: str) -> list[Path]:
    """Where each input's output goes below ``folder``. Raises :class:`UsageError` where two would write one file."""
    outputs = [folder / _with_suffix(item.place, suffix) for item in inputs]
    taken: dict[str, Input] = {}
    for item, output in zip(inputs, outputs, strict=True):
        other = taken.setdefault(_one_file(output), item)
        if other is not item:
            raise UsageError(f"{other.name} and {item.name} would both be written to {shown(output)}")
    return outputs


def _with_suffix(place: PurePath, suffix: str) -> PurePath:
    known = place.suffix.lower() in SUFFIXES
    return place.with_suffix(suffix) if known else place.with_name(place.name + suffix)


def _one_file(path: Path) -> str:
    """A key that two names of one file share, also where the system does not tell cases apart."""
    real = os.path.realpath(path)
    return unicodedata.normalize("NFC", real).casefold() if sys.platform in ("darwin", "win32") else real


def refuse_own_input(
    inputs: Iterable[Input], outputs: Iterable[Path], instead: str = "use --in-place to write over it"
) -> None:
    """Raise :class:`UsageError` where an output is one of the inputs, by whatever name or link; ``instead`` is advice."""
    sources: dict[tuple[int, int], Input] = {}
    for item in inputs:
        identity = _identity(item.path) if item.path is not None else None
        if identity is not None:
            sources[identity] = item
    for output in outputs:
        identity = _identity(output)
        if identity in sources:
            raise UsageError(f"{shown(output)} is also an input: {instead}")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def write_file(path: Path, data: bytes, *, alone: bool = False) -> None:
    """Write a whole file or nothing: into a new file beside it, to the disk, then in its place. Folders are made.

    A link is followed, never replaced; a file that is there keeps its permissions and, where allowed, its owner.
    A device or a pipe is written to as it is. Raises ``OSError``; then what was there is untouched. Who writes ``alone`` there
    leaves nothing when it is killed and writes the file again: the new file has the same name then.
    """
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # what Python says of a file in a folder's place
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error
    try:
        before: os.stat_result | None = target.stat()
    except FileNotFoundError:
        before = None
    if before is not None and not stat.S_ISREG(before.st_mode):
        target.write_bytes(data)
        return
    if before is not None:
        _refuse_read_only(target)
    token = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16] if alone else secrets.token_hex(8)
    fresh = target.parent / f".bodycopy-{token}.tmp"
    if alone:
        fresh.unlink(missing_ok=True)
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if before is not None:
                _take_over(fresh, before)
            os.fsync(descriptor)
        os.replace(fresh, target)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(target.parent)


def _refuse_read_only(target: Path) -> None:
    """Raise ``OSError`` where a file may not be written to: a new one could take its place, against its owner's wish.

    Opening it asks the system itself, which knows of users, lists of access and read-only disks, and changes nothing.
    """
    try:
        os.close(os.open(target, os.O_WRONLY))
    except PermissionError as error:
        raise PermissionError(error.errno, f"{error.strerror}: the file is read-only", str(target)) from error


def _take_over(fresh: Path, before: os.stat_result) -> None:
    """Give the new file the owner and permissions of the one it replaces; the owner first, which may clear bits."""
    if hasattr(os, "chown"):
        now = fresh.stat()
        if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
            with contextlib.suppress(OSError):
                os.chown(fresh, before.st_uid, before.st_gid)
    os.chmod(fresh, stat.S_IMODE(before.st_mode))


def sync_folder(folder: Path) -> None:
    """Put a new name in it on the disk as well, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def encode_as(raw: bytes, source: str, pruned: str, encoding: str | None) -> bytes:
    """``pruned`` as bytes in the very dress of ``raw``, whose decoded text is ``source``: encoding and byte-order mark.

    Raises :class:`SourceError` where ``source`` does not give ``raw`` back byte for byte (undecodable bytes, a page
    inside a container, an encoding with two spellings of one character), so that no byte that was to stay can change.
    """
    name = _CODECS.get((encoding or "utf-8").lower(), (encoding or "utf-8").lower())
    with contextlib.suppress(UnicodeError, LookupError):
        again = _encode(source, name)
        for mark in (b"", _MARKS.get(name, b"")):
            if len(raw) == len(mark) + len(again) and raw.startswith(mark) and raw.endswith(again):
                return mark + _encode(pruned, name)
    raise SourceError("its bytes cannot be kept as they are in place: write to another file with -o")


def _encode(text: str, codec: str) -> bytes:
    # Browsers read the five unused bytes of windows-125x as C1 controls; Python's codecs do not know them.
    return text.encode(codec, _C1)


def _c1_bytes(error: UnicodeError) -> tuple[bytes, int]:
    if isinstance(error, UnicodeEncodeError):
        lost = error.object[error.start : error.end]
        if all(0x80 <= ord(character) <= 0x9F for character in lost):
            return lost.encode("latin-1"), error.end
    raise error


_C1 = "bodycopy-c1"
codecs.register_error(_C1, _c1_bytes)
