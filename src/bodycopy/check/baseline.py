"""A baseline: findings that are known and not to be told again, by rule and wording, however often and wherever they stand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bodycopy.check.findings import Finding
from bodycopy.errors import BodycopyError
from bodycopy.inputs import shown, write_file

VERSION = 1
_MOST_TEXT = 80

Key = tuple[str, str]
"""A rule and the fingerprint of a text."""


class BaselineError(BodycopyError):
    """A file that is no baseline, or cannot be read or written."""


class Baseline:
    """How often each finding is known, and how often it was met so far.

    ``scope`` is what it was written with: only who looks at the same again can tell what is gone.
    """

    def __init__(self, known: Mapping[Key, int] | None = None, scope: Mapping[str, Any] | None = None) -> None:
        self._known = dict(known or {})
        self.scope = dict(scope or {})
        self._met: Counter[Key] = Counter()
        self._texts: dict[Key, str] = {}

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read one. Raises :class:`BaselineError`, one line."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["version"] != VERSION:
                raise BaselineError(f"{shown(path)}: a baseline of version {data['version']}, not {VERSION}")
            entries = [((entry["rule"], entry["fingerprint"]), int(entry["count"])) for entry in data["findings"]]
            return cls(dict(entries), dict(data.get("scope", {})))
        except OSError as error:
            raise BaselineError(f"{shown(path)}: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, BaselineError):
                raise
            raise BaselineError(f"{shown(path)}: not a baseline: {error}") from error

    def is_known(self, finding: Finding) -> bool:
        """Whether a finding is known, as often as it has been met by now."""
        key = finding.rule, finding.fingerprint
        self._texts.setdefault(key, finding.text)
        self._met[key] += 1
        return self._met[key] <= self._known.get(key, 0)

    @property
    def gone(self) -> int:
        """How many known findings were not met."""
        return sum(max(0, count - self._met[key]) for key, count in self._known.items())

    def met(self) -> dict[Key, int]:
        """All that was met: a baseline by which nothing is new."""
        return dict(self._met)

    def still_there(self) -> dict[Key, int]:
        """The baseline without what is gone."""
        return {key: min(count, self._met[key]) for key, count in self._known.items() if self._met[key]}

    def write(self, path: Path, counts: Mapping[Key, int], scope: Mapping[str, Any]) -> None:
        """Write such counts as a baseline, in a fixed order, with the beginning of each text for who reads it.

        Raises :class:`BaselineError`.
        """
        data = {"version": VERSION, "scope": dict(scope), "findings": list(self._entries(counts))}
        try:
            write_file(path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
        except OSError as error:
            raise BaselineError(f"{shown(path)}: not written: {error.strerror or error}") from error

    def _entries(self, counts: Mapping[Key, int]) -> Iterator[dict[str, Any]]:
        for (rule, fingerprint), count in sorted(counts.items()):
            if count > 0:
                text = " ".join(self._texts.get((rule, fingerprint), "").split())[:_MOST_TEXT]
                yield {"rule": rule, "fingerprint": fingerprint, "count": count} | ({"text": text} if text else {})
