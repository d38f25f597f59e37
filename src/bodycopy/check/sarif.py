"""Findings as SARIF 2.1.0 (OASIS standard), which GitHub and other services read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from bodycopy.check.findings import Finding
from bodycopy.version import VERSION

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(findings: Sequence[Finding]) -> str:
    """One run with a rule for each id that was found; a record of a file of records is a logical location."""
    import bodycopy.rules  # noqa: F401 - this fills the table
    from bodycopy.evidence import RULES

    ids = sorted({found.rule for found in findings})
    rules = []
    for identity in ids:
        rule = RULES.get(identity)
        rules.append(
            {"id": identity}
            | ({"shortDescription": {"text": " ".join(rule.doc.partition("\n\n")[0].split())}} if rule else {})
        )
    driver = {"name": "bodycopy", "version": VERSION, "semanticVersion": VERSION, "rules": rules}
    results = [_result(found, ids.index(found.rule)) for found in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(found: Finding, rule: int) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": found.line, "endLine": found.end_line}
    if found.text_line is None:
        region |= {"startColumn": found.column, "endColumn": found.end_column}
    uri = quote(PurePath(found.path).as_posix(), safe="/:", errors="surrogateescape")
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    properties: dict[str, Any] = {"label": found.label, "confidence": found.confidence, "text": found.text}
    if found.text_line is not None:
        name = found.record_id or str(found.line)
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": f"{name}/{found.field}", "kind": "record"}]
        properties |= {
            "field": found.field, "text_line": found.text_line, "text_column": found.text_column,
            "text_end_line": found.text_end_line, "text_end_column": found.text_end_column,
        }  # fmt: skip
    return {
        "ruleId": found.rule,
        "ruleIndex": rule,
        "level": "warning",
        "message": {"text": f"{found.label}: {found.message}"},
        "locations": [location],
        "partialFingerprints": {"bodycopyText/v1": found.fingerprint},
        "properties": properties,
    }
