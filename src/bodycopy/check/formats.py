"""Findings as people and machines read them: full, concise, json, jsonl, github, junit; SARIF is in ``sarif``."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from rich.cells import cell_len
from rich.text import Text

from bodycopy.check.findings import Finding
from bodycopy.check.sarif import sarif
from bodycopy.inputs import shown

_MOST_TEXT = 120
_AROUND = 40


def place(found: Finding) -> str:
    """``path:line:col``, with the record and the place in its text where it is one of a file of records."""
    here = f"{shown(found.path)}:{found.line}:{found.column}:"
    return here if found.text_line is None else f"{here} [{told_record(found)}]"


def told_record(found: Finding) -> str:
    """Which record, which field, which line of its text."""
    name = f"{shown(found.record_id)} " if found.record_id else ""
    return f"{name}{shown(found.field or 'text')}:{found.text_line}:{found.text_column}"


def concise(findings: Iterable[Finding]) -> Iterator[Text]:
    """``path:line:col: rule message``, a line each."""
    for found in findings:
        line = Text(place(found), style="bold")
        line.append(f" {found.rule}", style="red not bold")
        line.append(f" {shown(found.message)}", style="not bold")
        yield line


def full(findings: Iterable[Finding]) -> Iterator[Text]:
    """The same with the line that it starts in, the span marked below."""
    for found in findings:
        yield from concise([found])
        line, column, end_line, end_column = found.inside
        start = max(0, column - 1 - _AROUND)
        stop = min(len(found.excerpt), start + _MOST_TEXT)
        last = end_column - 1 if line == end_line else len(found.excerpt)
        before, marked, after = (
            shown(found.excerpt[first:past])
            for first, past in ((start, column - 1), (column - 1, min(last, stop)), (min(last, stop), stop))
        )
        more = end_line - line
        lines = f" and {more} line{'s' * (more > 1)} more" if more else ""
        yield Text(f"{line} | {before}{marked}{after}")
        mark = " " * cell_len(before) + "^" * max(1, cell_len(marked))
        yield Text(f"{' ' * len(str(line))} | {mark} {found.label}, {found.confidence:.2f}{lines}", style="red")
        yield Text()


def as_json(findings: Iterable[Finding]) -> str:
    """``{"findings": [...]}``."""
    return json.dumps({"findings": [found.as_dict() for found in findings]}, indent=2) + "\n"


def as_jsonl(findings: Iterable[Finding]) -> Iterator[str]:
    """One JSON object a line."""
    return (json.dumps(found.as_dict()) + "\n" for found in findings)


def github(findings: Iterable[Finding]) -> Iterator[str]:
    """Workflow commands that GitHub shows as annotations."""
    for found in findings:
        where = {
            "file": found.path,
            "line": found.line,
            "endLine": found.end_line,
            "col": found.column,
            "endColumn": found.end_column,
        }
        if found.end_line != found.line or found.text_line is not None:
            del where["col"], where["endColumn"]  # columns are for one line
        where["title"] = found.rule
        properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
        record = f"[{told_record(found)}] " if found.text_line is not None else ""
        yield f"::warning {properties}::{_data(record + found.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def junit(findings: Iterable[Finding], files: Mapping[str, str]) -> str:
    """A test suite in which each file is a case, failed where something was found.

    ``files`` are all that were checked, each with why it could not be read (in part), which is an error; else empty.
    """
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for found in findings:
        by_path[found.path].append(found)
    by_path |= {path: [] for path in files if path not in by_path}
    failed, errors = sum(map(bool, by_path.values())), sum(map(bool, files.values()))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        f'<testsuites><testsuite name="bodycopy" tests="{len(by_path)}" failures="{failed}" errors="{errors}">\n',
    ]
    for path, held in sorted(by_path.items()):
        lines.append(f'<testcase classname="bodycopy" name={quoteattr(_xml(path))}>')
        if held:
            text = "".join(f"{line.plain}\n" for line in concise(held))
            lines.append(f'<failure message="{len(held)} found">{escape(_xml(text))}</failure>')
        if files.get(path):
            lines.append(f"<error message={quoteattr(_xml(files[path]))}/>")
        lines.append("</testcase>\n")
    return "".join(lines) + "</testsuite></testsuites>\n"


# What XML 1.0 has no place for.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


LINES: dict[str, Callable[[Iterable[Finding]], Iterator[Text]]] = {"full": full, "concise": concise}
"""Formats for people: lines of rich text, made as findings come."""
STREAMS: dict[str, Callable[[Iterable[Finding]], Iterator[str]]] = {"jsonl": as_jsonl, "github": github}
"""Formats for machines with a line for each finding, made as they come."""
WHOLE: dict[str, Callable[[Sequence[Finding]], str]] = {"json": as_json, "sarif": sarif}
"""Formats for machines that are one text of all findings; :func:`junit` is one of the files as well."""
