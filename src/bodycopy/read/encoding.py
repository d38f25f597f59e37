"""Bytes to text as browsers do it, saying what was done.

The order is theirs: a byte-order mark, then what the caller or the transport says, then what the page declares, then
detection. Labels are those of the WHATWG table, so that latin1 means windows-1252. What cannot be decoded becomes
U+FFFD and is counted; nothing is repaired.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import turbohtml
from turbohtml.detect import Detection, detect

from bodycopy.errors import SourceError

_HEAD = 1 << 12
_PRESCAN = 1024
_LATE_META = 1 << 18
_SAMPLE = 1 << 20
_REPLACEMENT = "\ufffd"
# What the table maps ISO-2022-KR, HZ and their like to: such a page is one U+FFFD, since these encodings hide scripts.
_REFUSED = "replacement"
# Names that Python's codecs go by and the WHATWG table does not know.
_PYTHON_NAMES = {
    "utf-8-sig": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32": "UTF-32LE",
    "utf-32-le": "UTF-32LE", "utf-32-be": "UTF-32BE", "mac-roman": "macintosh", "mac-cyrillic": "x-mac-cyrillic",
    "cp932": "Shift_JIS", "cp949": "EUC-KR", "cp950": "Big5", "cp874": "windows-874",
}  # fmt: skip
# Read by Python's own codecs, which do what the standard asks; all others by turbohtml's.
_CODECS = {
    "UTF-8": "utf-8", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be",
    "UTF-32LE": "utf-32-le", "UTF-32BE": "utf-32-be",
}  # fmt: skip
_XML_DECLARATION = re.compile(rb"\s{0,100}<\?xml\s[^>]{0,500}?\bencoding\s{0,20}=\s{0,20}[\"']([^\"'>]{1,100})[\"']")
_CONTENT_CHARSET = re.compile(r"charset\s{0,20}=\s{0,20}[\"']?([^\"'\s;]{1,100})", re.I)
_LATE_CHARSET = re.compile(rb"<meta[\s/][^<>]{0,1000}charset", re.I)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_TO_ASCII = bytes(b if b < 0x80 and b != 0x1B else 0x3F for b in range(256))
_NO_UTF8 = Detection(excluded=frozenset({"UTF-8"}))
_LEAD_BYTES = bytes(range(0xC2, 0xF5))


class Choice(NamedTuple):
    """An encoding and who named it.

    ``name`` is that of the WHATWG table, or UTF-32LE or UTF-32BE; ``how`` says in words who named it; ``mark`` is the
    length in bytes of a byte-order mark to leave out.
    """

    name: str
    how: str
    mark: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether NUL bytes are ordinary in it."""
        return self.name.startswith(("UTF-16", "UTF-32"))


class Decoded(NamedTuple):
    """A text, the name of its encoding, how many U+FFFD decoding put in, and what a user should know about that."""

    text: str
    encoding: str
    undecodable: int
    warnings: tuple[str, ...]


def lookup(label: str) -> str | None:
    """The WHATWG name of an encoding label, whatever its case and the white space around it; ``None`` where unknown."""
    try:
        return turbohtml.parse(b"", encoding=label[:100]).encoding
    except (LookupError, ValueError):
        return None


def given(label: str) -> str:
    """The name of an encoding as a caller may call it: a WHATWG label or a Python codec of the same meaning.

    Raises :class:`SourceError` naming a label that neither knows.
    """
    name = lookup(label)
    if name is None:
        try:
            codec = codecs.lookup(label).name
        except (LookupError, ValueError):
            codec = ""
        name = _PYTHON_NAMES.get(codec) or (lookup(codec) if codec else None)
    if name is None:
        raise SourceError(f"unknown encoding: {label[:100]!r}")
    if name == _REFUSED:
        raise SourceError(f"encoding that no browser reads: {label[:100]!r}")
    return name


def known(data: bytes, label: str | None, transport: str | None) -> Choice | None:
    """The encoding as far as it is settled before the content is looked at; ``None`` where the content must tell.

    ``label`` is the caller's (:class:`SourceError` where unknown), ``transport`` that of a container's header, which is
    passed over where unknown. UTF-16 without a mark is told by its NULs, since no other text has them.
    """
    named = given(label) if label is not None else None
    mark = _byte_order_mark(data)
    if mark is not None:
        if named is not None and named[:6] != mark.name[:6]:
            return mark._replace(warnings=(f"read as {mark.name} by its byte-order mark, not as {named}",))
        return mark
    if named is not None:
        return Choice(named, "as asked for")
    if transport is not None:
        named = lookup(transport)
        if named is not None:
            return Choice(named, "as its header says")
    return _unmarked_utf16(data)


def _byte_order_mark(data: bytes) -> Choice | None:
    how = "by its byte-order mark"
    if data.startswith(codecs.BOM_UTF8):
        return Choice("UTF-8", how, 3)
    if data.startswith(codecs.BOM_UTF32_BE):
        return Choice("UTF-32BE", how, 4)
    if data.startswith(codecs.BOM_UTF32_LE) and len(data) > 4 and _decodes(data[4:_HEAD], "utf-32-le"):
        return Choice("UTF-32LE", how, 4)
    if data.startswith(codecs.BOM_UTF16_LE):
        return Choice("UTF-16LE", how, 2)
    if data.startswith(codecs.BOM_UTF16_BE):
        return Choice("UTF-16BE", how, 2)
    return None


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data[: len(data) // 4 * 4].decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(data: bytes) -> Choice | None:
    head = data[: min(_HEAD, len(data) // 2 * 2)]
    if len(head) < 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    most, few = len(head) * 0.35, len(head) * 0.02
    name = "UTF-16LE" if odd > most and even <= few else "UTF-16BE" if even > most and odd <= few else None
    if name is None:
        return None
    return Choice(name, "by its NULs", warnings=(f"read as {name}, which its NUL bytes suggest; nothing declares it",))


def declared(data: bytes) -> Choice | None:
    """The encoding that an HTML page declares.

    A ``<meta>`` in the first 1024 bytes comes first, as browsers scan for it, then an XML declaration, then a
    ``<meta>`` in the first 256 KB. A label that no browser knows is passed over.
    """
    how = "as the page declares"
    name = _prescan(data[:_PRESCAN])
    if name is not None:
        return Choice(name, how)
    found = _XML_DECLARATION.match(data[:_PRESCAN])
    name = lookup(found[1].decode("latin-1")) if found else None
    if name is not None:
        return Choice(_as_meta(name), how)
    # Found by its bytes first, since few pages need to be parsed to tell such a tag from one in a script or comment.
    last = max((m.end() for m in _LATE_CHARSET.finditer(data, 0, _LATE_META)), default=0)
    if not last:
        return None
    head = data[: last + _PRESCAN].decode("latin-1")
    for meta in turbohtml.parse(head, positions=False).find_all("meta"):
        label = meta.attr("charset") or ""
        if not label and (meta.attr("http-equiv") or "").strip().lower() == "content-type":
            content = _CONTENT_CHARSET.search(meta.attr("content") or "")
            label = content[1] if content else ""
        name = lookup(label) if label else None
        if name is not None:
            return Choice(_as_meta(name), how)
    return None


def _prescan(head: bytes) -> str | None:
    """What the standard's scan for ``<meta>`` in the first 1024 bytes finds.

    The detector does that scan but does not tell whether the scan or the content decided; so it is asked twice, with
    contents that it answers differently, and only a ``<meta>`` makes both answers the same.
    """
    ascii_head = head.translate(_TO_ASCII).ljust(_PRESCAN)
    one, other = detect(ascii_head + b"\xc3\xa9\xc3\xa9").encoding, detect(ascii_head + b"\xe9\xe9 \xe9").encoding
    return one if one == other else None


def _as_meta(name: str) -> str:
    """What a browser makes of an encoding that a page's own bytes declare: those bytes cannot be UTF-16."""
    return "UTF-8" if name.startswith("UTF-16") else "windows-1252" if name == "x-user-defined" else name


def detected(data: bytes) -> Choice:
    """The encoding that the content suggests: UTF-8 where it is that (ASCII too), else by the frequency of characters.

    A UTF-8 text with a few broken places is still UTF-8: no other encoding has that many sequences of its shape.
    """
    how = "by its content"
    first = _NOT_ASCII.search(data)
    if first is None:
        place = data.find(b"\x1b")
        shifted = place >= 0 and detect(_sample(data, place)).encoding == "ISO-2022-JP"
        return Choice("ISO-2022-JP" if shifted else "UTF-8", how)
    if _is_utf8(data):
        return Choice("UTF-8", how)
    return Choice(detect(_sample(data, first.start()), _NO_UTF8).encoding or "windows-1252", how)


def _sample(data: bytes, place: int) -> bytes:
    """A megabyte from a little before a place, for the detector.

    The blanks keep it from heeding a ``<meta>``: a page's was heeded before, a text's is only mentioned.
    """
    start = max(0, place - _HEAD)
    return b" " * _PRESCAN + data[start : start + _SAMPLE]


def _is_utf8(data: bytes) -> bool:
    broken = data.decode("utf-8", "replace").count(_REPLACEMENT) - data.count(b"\xef\xbf\xbd")
    leads = len(data) - len(data.translate(None, _LEAD_BYTES))
    return broken * 20 <= leads or (broken == 1 and leads > 1 and _cut_short(data))


def _cut_short(data: bytes) -> bool:
    """Whether the only fault of a UTF-8 text is that it ends inside a character, as a broken download does."""
    try:
        data[-4:].lstrip(bytes(range(0x80, 0xC0))).decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def decode(data: bytes, choice: Choice) -> Decoded:
    """Decode as chosen, with U+FFFD for what has no meaning in that encoding; never raises for any bytes."""
    body = data[choice.mark :]
    text = body.decode(_CODECS.get(choice.name) or f"whatwg-{choice.name.lower()}", "replace")
    undecodable = text.count(_REPLACEMENT)
    if undecodable:
        undecodable = max(0, undecodable - _own_replacements(body, choice.name))
    warnings = choice.warnings
    if choice.name == _REFUSED:
        warnings += (f"not decoded: {choice.how}, it is in an encoding that browsers refuse to read",)
    elif undecodable:
        count = "1 character" if undecodable == 1 else f"{undecodable} characters"
        warnings += (f"{count} could not be decoded as {choice.name} ({choice.how})",)
    return Decoded(text, choice.name, undecodable, warnings)


def _own_replacements(data: bytes, name: str) -> int:
    """How many U+FFFD the source itself holds: legacy encodings have none."""
    if name == "UTF-8":
        return data.count(b"\xef\xbf\xbd")
    if name in ("gb18030", "GBK"):
        return data.count(b"\x84\x31\xa4\x37")
    if name in _CODECS:
        return data.decode(_CODECS[name], "ignore").count(_REPLACEMENT)
    return 0
