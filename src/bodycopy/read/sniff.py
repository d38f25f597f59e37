"""What a source is, told by its content: binary data, HTML, Markdown or plain text.

A file name only decides where the content does not. All looks are at the beginning of a source, so that the time taken
does not grow with it.
"""

from __future__ import annotations

import os
import re
import zlib

from bodycopy.document import Format

_SAMPLE = 1 << 16
_HEAD = 1 << 12
_HTML_NAMES = frozenset({"html", "htm", "xhtml", "xht", "shtml"})
_TEXT_NAMES = frozenset({"txt", "text"})
_MARKDOWN_NAMES = frozenset({"md", "markdown", "mdown", "mkd"})
_FILE_NAMES = _HTML_NAMES | _TEXT_NAMES | _MARKDOWN_NAMES | {"mhtml", "mht", "eml"}
# A line that is no longer than a path may be.
_ONE_LINE = re.compile(r"[^<>\x00-\x1f]{1,255}")

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an office document"), (b"PK\x05\x06", "an empty zip archive"),
    (b"BZh91AY&SY", "bzip2-compressed data"), (b"\xfd7zXZ\x00", "xz-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"), (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"), (b"\x89PNG\r\n", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"), (b"GIF89a", "a GIF image"), (b"II*\x00", "a TIFF image"), (b"MM\x00*", "a TIFF image"),
    (b"\x00\x00\x01\x00", "an icon"), (b"OggS\x00", "an Ogg file"),
    (b"ID3\x02", "an MP3 file"), (b"ID3\x03", "an MP3 file"), (b"ID3\x04", "an MP3 file"), (b"fLaC\x00", "a FLAC file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"), (b"\x7fELF", "an ELF program"),
    (b"\x00asm", "a WebAssembly module"),
    (b"\xca\xfe\xba\xbe", "a Java class or a Mach-O program"), (b"\xcf\xfa\xed\xfe", "a Mach-O program"),
    (b"SQLite format 3\x00", "an SQLite database"), (b"PAR1\x15", "a Parquet file"), (b"wOFF\x00", "a font"),
    (b"wOF2\x00", "a font"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"), (b"{\\rtf", "an RTF document"),
    (b"%!PS-Adobe", "a PostScript document"), (b"bplist00", "a Safari web archive or a property list"),
    (b"WARC/1.0\r\n", "a WARC file"), (b"WARC/1.1\r\n", "a WARC file"),
)  # fmt: skip
_RIFF = {b"WEBP": "a WebP image", b"WAVE": "a WAV file", b"AVI ": "an AVI video"}
# All C0 controls but tab, line feed, vertical tab, form feed, carriage return and escape (ISO-2022-JP), and DEL.
_CONTROLS = bytes(b for b in range(0x20) if b not in b"\t\n\v\f\r\x1b") + b"\x7f"
_MOST_CONTROLS = 0.1

_BLOCK_NAMES = (
    "address|article|aside|blockquote|body|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|"
    "iframe|li|link|main|meta|nav|noscript|ol|p|pre|script|section|style|table|tbody|td|template|th|thead|title|tr|ul|video"
)
# The look-ahead refuses a sentence about a tag: "<html> is the root element".
_DECISIVE = re.compile(
    r"<(?:!doctype\s+html|(?:html|head|body|title|script|style)(?:\s[^<>]*)?>(?! [a-z])"
    r"|(?:meta|link|base)\s[^<>]*=|\?xml\s)",
    re.I,
)
_OPENING_BLOCK = re.compile(rf"<(?:{_BLOCK_NAMES})(?:\s[^<>]*)?/?>", re.I)
_CLOSING_BLOCK = re.compile(rf"</(?:{_BLOCK_NAMES})\s*>", re.I)
_INLINE = re.compile(r"<(?:/?(?:a|b|em|font|i|img|span|strong|u)|br)(?:\s[^<>]*)?/?>", re.I)
_ANY_TAG = re.compile(r"</?[a-z][^<>]*>", re.I)
_GAP = re.compile("[\ufeff\\s\\x00]*")
_CODE_SPAN = re.compile(r"`[^`\n]{1,200}`")
_MARKS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.M), 1),
    (re.compile(r"\[[^\[\]\n]{1,300}\]\([^()\s]{1,500}"), 1),
    (re.compile(r"^\[[^\[\]\n]{1,300}\]:[ \t]+\S", re.M), 1),
    (re.compile(r"\*\*[^*\s][^*\n]{0,300}\*\*"), 0.5),
    (re.compile(r"^\|?[ :]*-{3,}[ :]*\|[-| :]*$", re.M), 2),
    (re.compile(r"\A---[ \t]*\n[A-Za-z_]+:"), 2),
    (re.compile(r"^(?:```|~~~)", re.M), 1),
)
_ENOUGH_MARKS = 3


def binary_kind(data: bytes) -> str | None:
    """What kind of file starts with these bytes, in words that fit after "looks like", if its first bytes tell."""
    head = data[:64]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return "a PDF"
    if head.startswith(b"\x1f\x8b"):
        return _gzip_kind(data)
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:1] == b"\x00" and head[4:8] == b"ftyp":
        return "a video or an image in an MP4 container"
    if data[257:263] in (b"ustar\x00", b"ustar "):
        return "a tar archive"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def _gzip_kind(data: bytes) -> str:
    try:
        inside = zlib.decompressobj(31).decompress(data[:_HEAD], _HEAD)
    except zlib.error:
        return "gzip-compressed data"
    if guess_format(inside.decode("latin-1")) is Format.HTML:
        return "a gzip-compressed HTML page; unpack it first"
    return "gzip-compressed data; unpack it first"


def has_controls(head: bytes) -> bool:
    """Whether more than a tenth of the first 4 KB are control characters, or a twentieth where NULs are among them.

    No text in bytes comes to that. Data compressed without a known mark has a tenth, by chance a little less.
    """
    head = head[:_HEAD]
    most = _MOST_CONTROLS / 2 if b"\x00" in head else _MOST_CONTROLS
    return len(head) - len(head.translate(None, _CONTROLS)) > most * len(head)


def names_file(text: str) -> bool:
    """Whether a text is one short line that reads like the name of a page or text file, or is that of a file there is."""
    if not _ONE_LINE.fullmatch(text):
        return False
    name = text.replace("\\", "/")
    if text.rpartition(".")[2].lower() in _FILE_NAMES and " " not in name.partition("/")[0]:
        return True
    # What begins with two slashes may lie on another machine.
    return not name.startswith("//") and os.path.isfile(text)


def guess_format(text: str, name: str | None = None) -> Format:
    """Tell HTML, Markdown and plain text apart by content; the file name is heeded where the content is undecided.

    A text that mentions a tag, has an autolink or a few inline tags stays text. Tags inside fenced code do not count.
    """
    suffix = (name or "").rpartition(".")[2].lower()
    head = _skip_comments(text[:_SAMPLE])
    if suffix in _HTML_NAMES or _DECISIVE.match(head):
        return Format.HTML
    if suffix in _MARKDOWN_NAMES:
        return Format.MARKDOWN
    marks = sum(weight * sum(1 for _ in pattern.finditer(head)) for pattern, weight in _MARKS)
    if _is_markup(_outside_code(head), marks, 30 if suffix in _TEXT_NAMES else 10):
        return Format.HTML
    return Format.MARKDOWN if marks >= _ENOUGH_MARKS else Format.TEXT


def _skip_comments(text: str) -> str:
    """The text from its first character that is neither white space nor in a comment ("saved from url=...")."""
    start = 0
    while True:
        gap = _GAP.match(text, start)
        start = gap.end() if gap else start
        end = text.find("-->", start + 4) if text.startswith("<!--", start) else -1
        if end < 0:
            return text[start:]
        start = end + 3


def _outside_code(text: str) -> str:
    """The text without fenced code and code spans, in which Markdown shows tags that are not its own."""
    if "`" not in text and "~~~" not in text:
        return text
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        elif not fence:
            kept.append(line)
    return _CODE_SPAN.sub("", "\n".join(kept))


def _is_markup(text: str, marks: float, many: int) -> bool:
    """Whether tags carry the text: enough stand where only markup puts them, and little text lies between them."""
    if "<" not in text:
        return False
    opening = [m.start() for m in _OPENING_BLOCK.finditer(text)]
    placed = sum(1 for start in opening if _opens_line(text, start))
    closing = sum(1 for _ in _CLOSING_BLOCK.finditer(text))
    words = len(_ANY_TAG.sub("", text))
    if placed > marks and placed * 2 >= len(opening):
        if opening[0] == 0 and (placed > 1 or closing) and words <= 3000 * (placed + closing):
            return True
        if placed >= 3 and _early(opening, text) and words <= 500 * (placed + closing):
            return True
    inline = [m.start() for m in _INLINE.finditer(text)]
    if marks >= _ENOUGH_MARKS or not _early(inline, text):
        return False
    return len(inline) + placed >= many and words <= 200 * (len(inline) + placed + closing)


def _early(tags: list[int], text: str) -> bool:
    """Whether the tags set in near the start. Some pages offer their own source to copy, at the end of their text."""
    return bool(tags) and tags[0] <= max(500, len(text) // 10)


def _opens_line(text: str, start: int) -> bool:
    """Whether a tag stands first in its line or right after another tag, not in the middle of a sentence."""
    before = text[max(0, start - 80) : start].rstrip(" \t")
    return not before or before[-1] in "\n\r>"
