"""What stays, in the form that is asked for, and the whole result as a record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bodycopy.cuts import pruned, removals
from bodycopy.document import Document, Label
from bodycopy.result import LabelledBlock, Removal
from bodycopy.write.diff import unified_diff
from bodycopy.write.fragment import fragment as html_fragment
from bodycopy.write.markdown import markdown

__all__ = [
    "SCHEMA", "headline", "removal_dict", "to_dict", "to_html", "to_json", "to_markdown", "to_text", "unified_diff",
]  # fmt: skip

SCHEMA = 1
"""The version of the JSON schema. It changes when a key changes its meaning or goes; a new key is no new version."""


def to_text(document: Document, labelled: Sequence[LabelledBlock], removed: Sequence[Removal] | None = None) -> str:
    """The kept text. Of HTML one block a line (preformatted ones have several), of text the source less the cuts.

    ``removed`` saves finding the removals again where they are known. Empty where nothing is kept.
    """
    if not document.is_html:
        return _pruned(document, labelled, removed)
    kept = [b.block.text for b in labelled if b.kept]
    return "\n".join(kept) + "\n" if kept else ""


def to_markdown(document: Document, labelled: Sequence[LabelledBlock], removed: Sequence[Removal] | None = None) -> str:
    """The kept blocks of HTML as Markdown; of text and Markdown the source less the cuts.

    Headings, nested lists, quotes, tables, preformatted text and terms keep their form, inline markup goes. Text that
    Markdown would read as markup is escaped.
    """
    return markdown(document, labelled) if document.is_html else _pruned(document, labelled, removed)


def to_html(
    document: Document,
    labelled: Sequence[LabelledBlock],
    removed: Sequence[Removal] | None = None,
    *,
    fragment: bool = False,
) -> str:
    """The page less the cuts, every other character as it was; as a ``fragment`` the kept elements alone.

    ``ValueError`` where the document is not HTML.
    """
    if not document.is_html:
        raise ValueError("HTML can only be made of HTML")
    return html_fragment(document, labelled) if fragment else _pruned(document, labelled, removed)


def headline(document: Document, labelled: Sequence[LabelledBlock]) -> str:
    """The headline: the first block labelled title, kept or not, else what the page declares; empty for none."""
    shown = (b.block.text for b in labelled if b.label is Label.TITLE)
    return next(shown, next(iter(document.meta.titles), ""))


def to_dict(
    document: Document,
    labelled: Sequence[LabelledBlock],
    removed: Sequence[Removal],
    *,
    version: str,
    fingerprint: str,
    warnings: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The whole result as plain values, by schema version 1.

    - ``schema``: the version of this schema, a number
    - ``version``: the version of bodycopy, ``fingerprint``: of its rules, phrases, weights and the model in use; results
      with the same fingerprint were made alike
    - ``format``: how the source was read: ``html``, ``text`` or ``markdown``
    - ``encoding``: the WHATWG name of the encoding it was decoded with, null where it was text already;
      ``undecodable``: how many characters could not be decoded
    - ``url``, ``lang``: as given or declared, null where neither
    - ``title``: the headline, empty where there is none
    - ``text``: the kept text
    - ``removed``: what was cut, in page order, each with ``label``; ``rules``, the ids of what spoke for it, weightiest
      first; ``reasons``, a line for each; ``confidence``, how sure the cut is, 0 to 1; ``text``, what went, one block a
      line; ``start``, ``end``, the first and last place of the cut in the decoded source, counted in characters
      (code points) from 0; ``line``, the line of its first block, from 1; ``spans``, the exact pieces cut, as pairs of
      start and end, the end not included
    - ``warnings``: what the user should know, one line each; those of the document unless ``warnings`` are given
    """
    return {
        "schema": SCHEMA,
        "version": version,
        "fingerprint": fingerprint,
        "format": document.format.value,
        "encoding": document.encoding,
        "undecodable": document.undecodable,
        "url": document.url,
        "lang": document.lang,
        "title": headline(document, labelled),
        "text": to_text(document, labelled, removed),
        "removed": [removal_dict(removal) for removal in removed],
        "warnings": list(document.warnings if warnings is None else warnings),
    }


def to_json(record: Mapping[str, Any], *, indent: int | None = None) -> str:
    """A record as strict JSON in ASCII, so that any text passes through any pipe, lone surrogates too."""
    return json.dumps(record, ensure_ascii=True, allow_nan=False, indent=indent)


def _pruned(document: Document, labelled: Sequence[LabelledBlock], removed: Sequence[Removal] | None) -> str:
    return pruned(document.source, removals(document, labelled) if removed is None else removed)


def removal_dict(removal: Removal) -> dict[str, Any]:
    """One removal as plain values, as the schema of :func:`to_dict` has it."""
    return {
        "label": removal.label.value,
        "rules": list(removal.rules),
        "reasons": list(removal.reasons),
        "confidence": removal.confidence,
        "text": removal.text,
        "start": removal.start,
        "end": removal.end,
        "line": removal.line,
        "spans": [list(span) for span in removal.spans],
    }
