"""Whatever a caller hands in to decoded text: paths, bytes, strings, files, trees and soups.

Nothing is fetched, no text is ever taken for a path, and neither lxml nor BeautifulSoup is imported: an object of
theirs can only come from a program that has imported them.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field, replace

from bodycopy.document import Format
from bodycopy.errors import SourceError
from bodycopy.read import encoding as encodings
from bodycopy.read import sniff
from bodycopy.read.container import Part, open_container

_CONTAINERS = frozenset({"mhtml", "eml"})
_HEAD = 1 << 12
_SNIFF = 1 << 16
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAIL_HEAD = re.compile(r"\ufeff?\s{0,20}(?:From [^\n]{0,200}\n)?[!-9;-~]{1,80}:")
_NAME = "this text looks like the name of a file: a str is the source itself, to read a file give a pathlib.Path"
_XHTML = "{http://www.w3.org/1999/xhtml}"
# lxml closes empty XHTML elements with an end tag, which HTML reads as a second element: <br></br> as two line breaks.
_VOID_END = re.compile(r"></(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)>")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source in one piece of text, and how it became that.

    ``encoding`` is the WHATWG name of the encoding it was decoded with, ``None`` where it came as text; ``undecodable``
    counts the U+FFFD that decoding put in. ``url`` is the address a web archive was saved from. ``name`` stands for the
    source in messages: its file name, or ``<text>``, ``<bytes>``, ``<file>``, ``<tree>``, ``<soup>``.
    """

    text: str = field(repr=False)
    format: Format
    encoding: str | None = None
    undecodable: int = 0
    url: str | None = None
    name: str = "<text>"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the caller asked for: a format or a container (else both are told by content), an encoding, a name."""

    format: Format | None
    container: bool
    encoding: str | None
    name: str


def load(
    source: object, *, format: Format | str | None = None, encoding: str | None = None, name: str | None = None
) -> Loaded:
    """Read a source into decoded text.

    ``source`` is a ``str`` (the text itself), a path object, bytes, a file open for reading, an lxml tree or element,
    or a BeautifulSoup object. ``format`` (a :class:`Format` or ``html``, ``text``, ``markdown``, ``mhtml``, ``eml``)
    overrules what the content tells, ``encoding`` what a page declares; ``name`` replaces the file name in messages and
    as a hint of the format. Raises :class:`SourceError`, one line that names the source, and nothing else.
    """
    label = _printable(name or _name_of(source))
    try:
        wish = _wish(format, encoding, label)
        if isinstance(source, str):
            text = str.__str__(source)
            loaded = _from_text(text, wish)
            return replace(loaded, warnings=(*loaded.warnings, _NAME)) if sniff.names_file(text) else loaded
        if isinstance(source, os.PathLike):
            return _from_bytes(_read_path(source), wish)
        if isinstance(source, bytes | bytearray | memoryview):
            return _from_bytes(bytes(source), wish)
        library = _library(source)
        if library:
            text = _from_lxml(source) if library == "lxml" else _from_soup(source)
            return Loaded(text, wish.format or Format.HTML, name=label)
        return _from_file(source, wish)
    except SourceError as error:
        raise SourceError(f"{label}: {error}") from error.__cause__


def _wish(format: Format | str | None, encoding: str | None, name: str) -> _Wish:
    if encoding is not None and not isinstance(encoding, str):
        raise SourceError(f"an encoding is named by a string, not by {type(encoding).__name__}")
    if format is None or isinstance(format, Format):
        return _Wish(format, False, encoding, name)
    wanted = str(format).lower()
    if wanted in _CONTAINERS:
        return _Wish(None, True, encoding, name)
    try:
        return _Wish(Format(wanted), False, encoding, name)
    except ValueError:
        raise SourceError(f"unknown format: {wanted[:50]!r}; one of html, text, markdown, mhtml, eml") from None


def _name_of(source: object) -> str:
    if isinstance(source, str):
        return "<text>"
    if isinstance(source, os.PathLike):
        return os.fsdecode(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    library = _library(source)
    if library:
        return "<tree>" if library == "lxml" else "<soup>"
    name = getattr(source, "name", None)
    return name if isinstance(name, str) and name else "<file>"


def _printable(name: str) -> str:
    """A name that fits into one line of any terminal."""
    return _UNPRINTABLE.sub("?", name)


def _read_path(path: os.PathLike[str] | os.PathLike[bytes]) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SourceError(error.strerror or str(error) or "cannot be read") from error
    except ValueError as error:
        raise SourceError(f"not a file name: {error}") from error


def _from_file(source: object, wish: _Wish) -> Loaded:
    read = getattr(source, "read", None)
    if not callable(read):
        raise SourceError(f"cannot be read: {type(source).__name__} is neither text, bytes, path, file nor tree")
    try:
        content = read()
    except OSError as error:
        raise SourceError(error.strerror or str(error) or "cannot be read") from error
    except ValueError as error:  # A closed file, or a text file that its own encoding does not fit.
        raise SourceError(f"cannot be read: {error}") from error
    if isinstance(content, str):
        return _from_text(str.__str__(content), wish)
    if isinstance(content, bytes | bytearray | memoryview):
        return _from_bytes(bytes(content), wish)
    raise SourceError(f"cannot be read: its read() gave {type(content).__name__}, not text or bytes")


def _from_text(text: str, wish: _Wish) -> Loaded:
    """Text as given. A web archive or e-mail that was read as text is opened, since its page is not what is shown."""
    if wish.format is None and (wish.container or _MAIL_HEAD.match(text)):
        part = _open(text.encode("utf-8", "surrogatepass"), wish)
        if part is not None:
            return _from_part(part, wish, "utf-8")
    return Loaded(text, wish.format or sniff.guess_format(text, wish.name), name=wish.name)


def _from_bytes(data: bytes, wish: _Wish) -> Loaded:
    if wish.format is None:
        part = _open(data, wish)
        if part is not None:
            return _from_part(part, wish)
    return _decoded(data, wish)


def _open(data: bytes, wish: _Wish) -> Part | None:
    part = open_container(data, forced=wish.container)
    if part is None and wish.container:
        raise SourceError("not a web archive or e-mail: it does not start with a header")
    return part


def _from_part(part: Part, wish: _Wish, outer: str | None = None) -> Loaded:
    """The page of a container; ``outer`` is the encoding of one that came as text, which its plain parts share."""
    transport = part.charset if part.ascii_safe or outer is None else outer
    plain = _Wish(Format.HTML if part.html else Format.TEXT, False, wish.encoding, wish.name)
    loaded = _decoded(part.data, plain, transport)
    return replace(loaded, url=part.url)


def _decoded(data: bytes, wish: _Wish, transport: str | None = None) -> Loaded:
    choice = encodings.known(data, wish.encoding, transport)
    if choice is None or not choice.wide:
        _refuse_binary(data)
    guess = wish.format
    if choice is None:
        # Tags and Markdown marks are ASCII, so that they can be told before the encoding is.
        guess = guess or sniff.guess_format(data[:_SNIFF].decode("latin-1"), wish.name)
        choice = (encodings.declared(data) if guess is Format.HTML else None) or encodings.detected(data)
    text, encoding, undecodable, warnings = encodings.decode(data, choice)
    if choice.wide and sniff.has_controls(text[:_HEAD].encode("utf-8", "replace")):
        raise SourceError("not text or HTML: looks like binary data")
    guess = guess or sniff.guess_format(text, wish.name)
    return Loaded(text, guess, encoding, undecodable, None, wish.name, warnings)


def _refuse_binary(data: bytes) -> None:
    kind = sniff.binary_kind(data) or ("binary data" if sniff.has_controls(data) else None)
    if kind:
        raise SourceError(f"not text or HTML: looks like {kind}")


def _library(source: object) -> str | None:
    """``lxml`` or ``bs4`` where the object is of a class of theirs or derived from one."""
    for cls in type(source).__mro__:
        package = str(cls.__module__).partition(".")[0]
        if package in ("lxml", "bs4") and package in sys.modules:
            return package
    return None


def _from_lxml(source: object) -> str:
    etree = sys.modules.get("lxml.etree")
    if etree is None:
        raise SourceError("cannot be read: an lxml object without lxml")
    try:
        text = etree.tostring(source, method="html", encoding="unicode", with_tail=False)
        root = source.getroot() if hasattr(source, "getroot") else source
        tag = getattr(root, "tag", None)
    except Exception as error:  # A foreign object may fail in any way, and that is the input's fault
        raise SourceError(f"cannot be read: lxml could not write this tree: {_reason(error)}") from error
    if not isinstance(text, str):
        raise SourceError("cannot be read: this lxml tree is empty")
    return _VOID_END.sub(">", text) if isinstance(tag, str) and tag.startswith(_XHTML) else text


def _from_soup(source: object) -> str:
    try:
        return str.__str__(str(source))
    except Exception as error:  # As above; an old BeautifulSoup recurses into deep trees
        raise SourceError(f"cannot be read: BeautifulSoup could not write this tree: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    return " ".join(str(error).split())[:200] or type(error).__name__
