"""One ``bodycopy check``: what is told of its documents, and the exit status. No printing here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bodycopy.cli_check_work import Work, counted
from bodycopy.inputs import UsageError, shown, write_file

if TYPE_CHECKING:
    from rich.text import Text

    from bodycopy.check.job import Checked
    from bodycopy.cli_check_options import CheckArguments
    from bodycopy.settings import Settings

_ROUNDS = 5


@dataclass(frozen=True)
class Report:
    """What goes to standard output, lines for people or text for machines, made while it is taken; then ``status`` tells."""

    status: Callable[[], int]
    lines: Iterable[Text] = ()
    text: Iterable[str | bytes] = ()

    def write(self, path: Path) -> None:
        """Write it to a file instead. Raises :class:`UsageError`."""
        pieces = [piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace") for piece in self.text]
        pieces += [f"{line.plain}\n".encode("utf-8", "replace") for line in self.lines]
        try:
            write_file(path, b"".join(pieces))
        except OSError as error:
            raise UsageError(f"{shown(path)}: not written: {error.strerror or error}") from error


def check(given: CheckArguments, say: Callable[[str], None]) -> Report:
    """Check everything; ``say`` is told what could not be read and what the user should know, a line each."""
    given, settings = given.settled()
    given.check_combination()
    if given.show_settings:
        return Report(lambda: 0, text=[_told_settings(given, settings)])
    try:
        os.getcwd()
    except OSError as error:  # processes cannot be started there, and no name means anything
        raise UsageError(f"the working folder: {error.strerror}") from error
    work = Work(given, settings, _once(say))
    if given.write_baseline:
        for _ in work.documents():
            pass
        work.write_baseline()
        return Report(lambda: 2 if work.failed else 0)
    if not (given.diff or given.fix or given.statistics):
        return _report(work, given)
    documents = [one for one in work.documents() if one.findings]
    work.settle_baseline()
    if given.diff:
        from bodycopy.check.fix import mend

        difference = mend(documents, write=False, say=say)
        work.failed |= difference.failed
        return Report(work.verdict, text=[difference.diff])
    if given.fix:
        documents = _mended(work, documents, say)
    if given.statistics:
        return Report(work.verdict, lines=list(_statistics(work, documents)))
    return _report(work, given, documents)


def _report(work: Work, given: CheckArguments, documents: Sequence[Checked] | None = None) -> Report:
    """The findings in a format, as they come where that can be; those of ``documents`` where all has been checked."""
    from bodycopy.check.formats import LINES, STREAMS, WHOLE, junit

    def checked() -> Iterator[Checked]:
        yield from work.documents()
        work.settle_baseline()

    found = (one for document in (checked() if documents is None else documents) for one in document.findings)
    name = given.format or (
        "full" if sys.stdout is not None and sys.stdout.isatty() and not given.output else "concise"
    )
    if name in LINES:
        return Report(work.verdict, lines=LINES[name](found))
    if name in STREAMS:
        return Report(work.verdict, text=STREAMS[name](found))
    return Report(work.verdict, text=[junit(found, work.files) if name == "junit" else WHOLE[name](list(found))])


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """The same, but what was said before is not said again when a file is checked again."""
    said: set[str] = set()

    def say_once(message: str) -> None:
        if message not in said:
            said.add(message)
            say(message)

    return say_once


def _mended(work: Work, documents: Sequence[Checked], say: Callable[[str], None]) -> list[Checked]:
    """What is found after mending. What only shows once something else has gone is mended too, a few times at most."""
    from bodycopy.check.fix import mend

    cuts, files, due = 0, set[str](), documents
    left = list(documents)
    order = {name: number for number, name in enumerate(work.files)}
    for _ in range(_ROUNDS):
        mended = mend(due, write=True, say=say)
        work.failed |= mended.failed
        files |= mended.paths
        cuts += sum(len(one.findings) for one in due if one.place.file in mended.paths)
        if not mended.paths:
            break
        again = work.again(sorted(mended.paths))
        due = [one for one in again.documents() if one.findings]
        work.failed |= again.failed
        left = [one for one in left if one.place.file not in mended.paths] + list(due)
    if cuts:
        say(f"{cuts:,} cut out of {len(files):,} file{'s' * (len(files) > 1)}")
    work.count(left)
    return sorted(left, key=lambda one: order.get(one.place.file, -1))


def _told_settings(given: CheckArguments, settings: Settings) -> str:
    told = settings.told() | {"strictness": given.strictness, "page": given.page, "field": given.field}
    told |= {
        name: getattr(given, name.replace("-", "_")) or []
        for name in ("select", "ignore", "include", "exclude", "keep", "drop")
    }
    return json.dumps({"file": str(settings.path) if settings.path else None} | told, indent=2) + "\n"


def _statistics(work: Work, documents: Sequence[Checked]) -> Iterator[Text]:
    from rich.text import Text

    from bodycopy.check.statistics import statistics
    from bodycopy.terminal import columns

    tally = work.tally
    yield Text(f"{counted(tally.findings)} in {tally.rate:.2f} % of {tally.read:,} document{'s' * (tally.read != 1)}")
    for by, counts in statistics(documents):
        if counts:
            yield Text(f"\nby {by}", style="bold")
            yield from columns([(shown(name), f"{number:,}") for name, number in counts], right=[1])
