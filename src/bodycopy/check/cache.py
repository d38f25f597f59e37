"""What was found before, by content and settings: an unchanged text is not judged again.

One SQLite file. Whatever is wrong with it, it is thrown away and begun anew: a cache is never trusted and never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_VERSION = "bodycopy-check-3"
_SEAL = 8
_MOST_AT_ONCE = 500


def key_of(kind: bytes, content: bytes) -> bytes:
    """Sixteen bytes that stand for a content read as such a kind of thing."""
    return hashlib.blake2b(content, digest_size=16, person=kind).digest()


def _seal(key: bytes, value: bytes) -> bytes:
    """What stands before a value: without it, it is not the one that was put there for that key."""
    return hashlib.blake2b(key + value, digest_size=_SEAL, person=b"sealed").digest()


class Cache:
    """Results as bytes by keys of contents, for one setting at a time; results of other settings are dropped."""

    def __init__(self, path: Path, settings: str) -> None:
        self._settings = f"{_VERSION} {settings}"
        self._path = path
        self._database: sqlite3.Connection | None = None
        with contextlib.suppress(OSError):
            if not path.parent.exists():
                path.parent.mkdir(parents=True)
                (path.parent / ".gitignore").write_text("*\n", encoding="ascii")
        for _ in range(2):
            try:
                self._database = self._opened()
                return
            except sqlite3.Error:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=1.0, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=OFF")
        database.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT)")
        database.execute("CREATE TABLE IF NOT EXISTS found (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        if database.execute("SELECT name FROM settings").fetchall() != [(self._settings,)]:
            database.execute("DELETE FROM found")
            database.execute("DELETE FROM settings")
            database.execute("INSERT INTO settings VALUES (?)", (self._settings,))
        return database

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is known of these contents."""
        found: dict[bytes, bytes] = {}
        if self._database is None:
            return found
        try:
            for start in range(0, len(keys), _MOST_AT_ONCE):
                some = keys[start : start + _MOST_AT_ONCE]
                marks = ",".join("?" * len(some))
                for key, sealed in self._database.execute(f"SELECT key, value FROM found WHERE key IN ({marks})", some):
                    if isinstance(sealed, bytes) and sealed[:_SEAL] == _seal(key, sealed[_SEAL:]):
                        found[key] = sealed[_SEAL:]
        except sqlite3.Error:
            self._give_up()
        return found

    def put(self, results: Mapping[bytes, bytes] | Iterable[tuple[bytes, bytes]]) -> None:
        """Remember results."""
        if self._database is None:
            return
        try:
            self._database.execute("BEGIN")
            rows = [(key, _seal(key, value) + value) for key, value in dict(results).items()]
            self._database.executemany("INSERT OR REPLACE INTO found VALUES (?, ?)", rows)
            self._database.execute("COMMIT")
        except sqlite3.Error:
            self._give_up()

    def _give_up(self) -> None:
        self.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None
