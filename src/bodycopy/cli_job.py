"""One ``bodycopy clean``: its plan, settled before anything is read, and its work on each input. No printing here."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from bodycopy import inputs as files
from bodycopy.cli_options import CleanArguments, Reading
from bodycopy.errors import BodycopyError, ModelError, SourceError
from bodycopy.inputs import Input, UsageError, shown

if TYPE_CHECKING:
    from bodycopy.options import Options
    from bodycopy.pipeline import Cleaned

_SEVERAL = "several inputs need -o DIR or --in-place"
_METADATA = ("author", "date", "sitename")
_UTF8_MARK = b"\xef\xbb\xbf"
# A terminal is a device too and ends when its user says so; what has said more than this without an end has none.
_MOST_OF_DEVICE = 16_000_000


class Outlet(NamedTuple):
    """Where a job's words go: ``say`` takes a message of one line, ``emit`` bytes for standard output."""

    say: Callable[[str], None]
    emit: Callable[[bytes], None]


class Work(NamedTuple):
    """One input and where its result goes; ``None`` is standard output."""

    item: Input
    output: Path | None


class Done(NamedTuple):
    """One input's bytes and what came of them; ``metadata`` is ``None`` where it was not asked for."""

    raw: bytes
    cleaned: Cleaned
    metadata: dict[str, str | None] | None = None


def plan(given: CleanArguments, failed: Callable[[str, str], None]) -> list[Work]:
    """All inputs with their outputs. Raises :class:`UsageError`; ``failed`` is told what ``find_inputs`` tells."""
    named = given.inputs or [standard_input()]
    output = Path(given.output) if given.output else None
    if given.output == "":
        raise UsageError("-o: the name of the output is empty")
    folders = any(os.path.isdir(name) for name in named)
    if folders and output is None and not given.in_place and not given.diff:
        raise UsageError(_SEVERAL)
    found = files.find_inputs(named, beside=output, failed=failed)
    several = len(found) > 1 or folders
    if given.url is not None and several:
        raise UsageError("--url is the address of one page: give one input with it")
    if given.in_place:
        found = list({os.path.realpath(item.path or ""): item for item in found}.values())
        return [Work(item, item.path) for item in found if _may_be_written_over(item, failed)]
    if output is None:
        if several and not given.diff:
            raise UsageError(_SEVERAL)
        return [Work(item, None) for item in found]
    if several and os.path.exists(output) and not os.path.isdir(output):
        raise UsageError(f"-o: {shown(output)} is not a folder, and several inputs need one")
    if several or os.path.isdir(output) or str(given.output).endswith(("/", os.sep)):
        outputs = files.plan_outputs(found, output, given.suffix)
    else:
        outputs = [output]
    files.refuse_own_input(found, outputs)
    return [Work(*pair) for pair in zip(found, outputs, strict=True)]


def _may_be_written_over(item: Input, failed: Callable[[str, str], None]) -> bool:
    """Whether an input is a file, or not there at all, which reading it will say: a pipe would be waited for."""
    if item.path is None or os.path.isfile(item.path) or not os.path.exists(item.path):
        return True
    failed(item.name, "not a file that can be written over")
    return False


def standard_input() -> str:
    """Its name, where something may come from it. Raises :class:`UsageError` where a command would wait for a typist."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no input: name a file or a folder, or - for standard input")
    return files.STDIN


class Job:
    """What was asked for and what has come of it: ``failed`` and ``misused`` say whether an input was lost, and why."""

    def __init__(self, given: CleanArguments, options: Options, outlet: Outlet) -> None:
        from bodycopy.terminal import Tally

        self.given = given
        self.options = options
        self.outlet = outlet
        self.tally = Tally()
        self.failed = self.misused = False

    def fail(self, name: str, reason: str) -> None:
        """Say that an input or an output failed; the others go on."""
        self.failed = True
        self.outlet.say(f"{name}: {reason}")

    def do(self, work: Work) -> None:
        """Clean one input and deliver it."""
        name = work.item.name
        try:
            done = self._clean(work.item)
            data = self._rewritten(done) if self.given.in_place else self._formed(work, done)
        except (UsageError, ModelError) as error:
            self.misused = True
            self.outlet.say(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 - one bad input must not end a batch
            self.fail(name, reason(error, name))
        else:
            for warning in done.cleaned.warnings:
                self.outlet.say(f"{name}: warning: {warning}")
            self.tally.add(done.cleaned)
            if not self.given.in_place or data != done.raw:
                self._deliver(data, work.output)

    def _clean(self, item: Input) -> Done:
        raw = read(item)
        if not self.given.via and not self.given.metadata:
            return Done(raw, clean_bytes(raw, item, self.given, self.options))
        from bodycopy import via
        from bodycopy.read.source import load

        page = load(_Named(raw, item.name), format=self.given.format, encoding=self.given.encoding)
        url = self.given.url or page.url
        metadata = None
        if self.given.metadata:
            metadata = via.extract_metadata(page.text, url) if page.format == "html" else dict.fromkeys(_METADATA)
        if not self.given.via:
            return Done(raw, clean_bytes(raw, item, self.given, self.options), metadata)
        if page.format != "html":
            raise UsageError("--via trafilatura reads HTML, and this is text")
        cleaned = via.clean_extracted(page, url=url, lang=self.given.lang, options=self.options)
        return Done(raw, cleaned, metadata)

    def _formed(self, work: Work, done: Done) -> bytes:
        """The output as bytes: UTF-8, but for a whole page, which keeps the encoding that it declares."""
        cleaned, form = done.cleaned, self.given.form
        if self.given.diff:
            from bodycopy.write import unified_diff

            return _utf8(unified_diff(cleaned.document, cleaned.removed, work.item.name))
        if form == "json":
            return _utf8(_json(done))
        if form == "html":
            if not cleaned.document.is_html:
                raise UsageError("--to html can only be made of HTML, and this is text")
            page = cleaned.to_html(fragment=self.given.fragment)
            on_terminal = work.output is None and sys.stdout is not None and sys.stdout.isatty()
            return _utf8(page) if self.given.fragment or on_terminal else _page_bytes(done, page)
        return _utf8(cleaned.to_markdown() if form == "markdown" else cleaned.text)

    def _rewritten(self, done: Done) -> bytes:
        """The file's new bytes. Raises where its own format is not the one asked for or its bytes cannot be kept."""
        document = done.cleaned.document
        own = ("html",) if document.is_html else ("markdown", "text") if document.format == "markdown" else ("text",)
        if self.given.to is not None and self.given.to not in own:
            raise UsageError(f"--in-place keeps a file's own format: this is {own[0]}, not {self.given.to}")
        if document.undecodable:
            lost = document.undecodable
            raise SourceError(f"not written over: {lost} of its characters could not be decoded as {document.encoding}")
        pruned = done.cleaned.to_html() if document.is_html else done.cleaned.text
        return files.encode_as(done.raw, document.source, pruned, document.encoding)

    def _deliver(self, data: bytes, output: Path | None) -> None:
        if output is None:
            self.outlet.emit(data)
            return
        try:
            files.write_file(output, data)
        except OSError as error:
            self.fail(shown(output), f"not written: {error.strerror or error}")


class _Named(io.BytesIO):
    """Bytes that know their file's name, for messages and as a hint of their format."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def read(item: Input) -> bytes:
    """The bytes of an input. Raises :class:`SourceError` where they cannot be had."""
    try:
        if item.path is not None:
            with item.path.open("rb") as file:
                return _whole(file)
        if sys.stdin is not None:
            return _whole(sys.stdin.buffer)
    except OSError as error:
        raise SourceError(error.strerror or str(error)) from error
    raise SourceError("it is closed")


def _whole(file: BinaryIO) -> bytes:
    """All that a file holds. Raises :class:`SourceError` for a device that goes on and on, as ``/dev/zero`` does."""
    try:
        device = stat.S_ISCHR(os.fstat(file.fileno()).st_mode)
    except (OSError, ValueError):  # no file of the system's
        device = False
    if not device:
        return file.read()
    data = file.read(_MOST_OF_DEVICE + 1)
    if len(data) > _MOST_OF_DEVICE:
        raise SourceError("a device that has no end")
    return data


def clean_bytes(raw: bytes, item: Input, given: Reading, options: Options) -> Cleaned:
    """Clean an input that has been read, as its options say. Raises :class:`SourceError`."""
    import bodycopy

    return bodycopy.clean(
        _Named(raw, item.name),
        url=given.url,
        lang=given.lang,
        format=given.format,
        encoding=given.encoding,
        options=options,
    )


def reason(error: Exception, name: str) -> str:
    """What went wrong, without the name that the message starts with anyway; what is no fault of the input says so."""
    if isinstance(error, BodycopyError):
        return str(error).removeprefix(f"{name}: ")
    return f"could not be cleaned: {type(error).__name__}: {error}"


def _page_bytes(done: Done, page: str) -> bytes:
    """A whole page as browsers will read it: in its own encoding, else in UTF-8 with a mark that beats its <meta>."""
    try:
        return files.encode_as(done.raw, done.cleaned.document.source, page, done.cleaned.encoding)
    except SourceError:
        mark = b"" if (done.cleaned.encoding or "utf-8").lower() == "utf-8" else _UTF8_MARK
        return mark + _utf8(page)


def _json(done: Done) -> str:
    from bodycopy.write import to_json

    extra = {} if done.metadata is None else {"metadata": done.metadata}
    return to_json({**done.cleaned.to_dict(), **extra}, indent=2) + "\n"


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
