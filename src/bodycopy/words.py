"""Words, sentences and phrases: all that is known of languages, none of it in code.

A phrase pack is a TOML file (``data/phrases/<lang>.toml``, or a user's own) of groups; each group is a list of phrases
with examples that must match and examples that must not. All phrases of all packs are found in one pass over a block's
words, through one trie: the cost does not grow with the number of phrases.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from bodycopy.document import Span
from bodycopy.errors import PhraseError

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""The characters of scripts written without spaces, for a regular expression's class: one word a character, as everywhere
in this field."""
_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+(?:'[^\W\d_{UNSPACED}]+)?")
_ASCII_WORD = re.compile(r"[a-z0-9_]+(?:'[a-z]+)?")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]?[^\Wa-z_])|[。！？]+[」』”）]*|[.!?…][\"”’»)]*\n")
# Quotation marks of all habits, each pair without another one inside: linear in time, and of an unclosed one nothing.
_QUOTED = re.compile(
    '“[^“”]*[”“]|„[^„“”]*[“”]|"[^"]*"|”[^”]*”|«[^«»]*»|»[^«»]*«|「[^「」]*」|『[^『』]*』|‘[^‘’]*’(?!\\w)'
)
_COMMAS = tuple(",،、，")
_LAST_WORD = re.compile(r"[^\W_]+$")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st jr sr vs no inc ltd co corp gen col sgt lt capt rev hon gov sen rep jan feb mar apr jun jul"
    " aug sep sept oct nov dec fig vol pp ca bzw nr".split()
)
# As many words tell a language; a text with fewer function words of any is too short to tell.
_LANGUAGE_SAMPLE = 600
_LEAST_FUNCTION_WORDS = 5
_DEFAULT_LANGUAGE = "en"
_FOLDED_QUOTES = (*((mark, "'") for mark in "’‘ʼ`"), *((mark, '"') for mark in "“”„«»"))
# Most text that is not ASCII is so for its quotation marks and these.
_PLAIN = (*_FOLDED_QUOTES, ("–", "-"), ("—", "-"), ("…", "."), ("\u00a0", " "))
# ASCII by its bytes: letters in lower case, digits, low lines and apostrophes stay, all else is white space.
_LETTERS = bytes(ord(chr(c).lower()) if chr(c).isalnum() or chr(c) in "_'" else 32 for c in range(128)) + bytes(128)


def fold(text: str) -> str:
    """Text as phrases are compared: composed (NFC), case folded, quotation marks plain."""
    if not text.isascii():
        text = _replaced(unicodedata.normalize("NFC", text), _FOLDED_QUOTES)
    return text.casefold()


def tokens(text: str) -> list[str]:
    """The folded words of a text, in order; one a character in scripts without spaces."""
    if not text.isascii():
        text = _replaced(text, _PLAIN)
        if not text.isascii():
            return _WORD.findall(fold(text))
    # The same words as those of a regular expression, found several times as fast.
    words = text.encode().translate(_LETTERS).decode().split()
    if "'" not in text:
        return words
    return [part for word in words for part in (_ASCII_WORD.findall(word) if "'" in word else (word,))]


def breaks_off(text: str) -> bool:
    """Whether a text ends in a comma, as no button and no heading does."""
    return text.endswith(_COMMAS)


def _replaced(text: str, marks: Iterable[tuple[str, str]]) -> str:
    """A few replacements, one after the other: ``str.translate`` is slow on text that is not ASCII."""
    for mark, plain in marks:
        text = text.replace(mark, plain)
    return text


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The sentences of ``text[start:end]`` as spans of ``text``, the white space between them left out.

    A full stop after an initial or a known abbreviation ends nothing.
    """
    end = len(text) if end is None else end
    begin = start
    for mark in _SENTENCE_END.finditer(text, start, end):
        word = _LAST_WORD.search(text[max(begin, mark.start() - 12) : mark.start()])
        if text[mark.start()] == "." and word and (len(word[0]) == 1 or word[0].lower() in _ABBREVIATIONS):
            continue
        yield Span(begin, mark.end())
        begin = mark.end()
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        yield Span(begin, end)


class Hit(NamedTuple):
    """A phrase found: its group, its words joined by spaces, and the token numbers ``start`` to ``end`` (exclusive)."""

    group: str
    phrase: str
    start: int
    end: int


def said(text: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The phrases of a text without those that it quotes in a sentence: they are mentioned, not said to the reader.

    Where no word stands outside the quotation marks, it is the text itself that stands in them.
    """
    quoted = [
        (len(tokens(text[: match.start()])), len(tokens(text[: match.end()]))) for match in _QUOTED.finditer(text)
    ]
    if not quoted or len(tokens(text)) == sum(end - start for start, end in quoted):
        return hits
    return tuple(hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in quoted))


@dataclass(frozen=True, slots=True)
class PhrasePack:
    """The phrases of one language, or of one user.

    ``groups`` maps a group's name to its phrases; ``matches`` and ``spares`` hold, by group, the examples that must match
    and must not; ``function_words`` are the language's most frequent words, by which prose is told from headlines.
    """

    name: str
    groups: Mapping[str, tuple[str, ...]] = field(hash=False)
    matches: Mapping[str, tuple[str, ...]] = field(hash=False)
    spares: Mapping[str, tuple[str, ...]] = field(hash=False)
    function_words: frozenset[str] = frozenset()

    @property
    def language(self) -> str:
        """The language code of a built-in pack: its file name without ``.toml``."""
        return self.name.removesuffix(".toml")

    @classmethod
    def read(cls, path: Path | str) -> PhrasePack:
        """Read a pack from a file. Raises :class:`PhraseError` with one line that names the file and what is wrong."""
        try:
            data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise PhraseError(f"{path}: {error.strerror or error}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PhraseError(f"{path}: not a phrase pack: {error}") from error
        return cls.of(str(path), data)

    @classmethod
    def of(cls, name: str, data: Mapping[str, Any]) -> PhrasePack:
        """Make a pack of parsed TOML. Raises :class:`PhraseError` where a group or an example is not in order."""
        groups: dict[str, dict[str, tuple[str, ...]]] = {"phrases": {}, "matches": {}, "spares": {}}
        for group, entry in data.items():
            if group == "function-words":
                continue
            if not isinstance(entry, dict):
                raise PhraseError(f"{name}: {group} is not a group of phrases")
            for key, values in entry.items():
                if key not in groups or not isinstance(values, list) or not all(isinstance(v, str) for v in values):
                    raise PhraseError(f"{name}: {group}.{key} is not one of the lists phrases, matches, spares")
                groups[key][group] = tuple(values)
            groups["phrases"].setdefault(group, ())
        words = data.get("function-words", "")
        return cls(name, groups["phrases"], groups["matches"], groups["spares"], frozenset(tokens(str(words))))


class Phrasebook:
    """Phrase packs joined into one trie, ready to be looked up. Safe to share between threads.

    ``function_words`` are those of the first pack, the text's own language. ``alone`` are the words that are a phrase by
    themselves, ``firsts`` and ``seconds`` the first and second words of longer phrases.
    """

    def __init__(self, packs: Sequence[PhrasePack]) -> None:
        self.packs = tuple(packs)
        self.function_words = packs[0].function_words if packs else frozenset()
        self._trie: dict[str, Any] = {}
        self.alone: set[str] = set()
        self.firsts: set[str] = set()
        self.seconds: set[str] = set()
        for pack in packs:
            for group, phrases in pack.groups.items():
                for phrase in phrases:
                    self._add(group, phrase)

    def _add(self, group: str, phrase: str) -> None:
        at = self._trie
        words = tokens(phrase)
        for word in words:
            at = at.setdefault(word, {})
        if len(words) > 1:
            self.firsts.add(words[0])
            self.seconds.add(words[1])
        if words:
            self.alone.update(words if len(words) == 1 else ())
            # The empty string is no token, so it can hold what ends here.
            at.setdefault("", {})[group] = " ".join(words)

    def find(self, words: Sequence[str], starts: Iterable[int] | None = None) -> Iterator[Hit]:
        """All phrases among the words, overlapping ones too, in order of their start.

        ``starts`` are the places where to look, where they are known: all words there open a phrase.
        """
        trie = self._trie
        words = [*words, ""]
        for start in [n for n, word in enumerate(words) if word in trie] if starts is None else starts:
            at, end = trie[words[start]], start + 1
            while at is not None:
                if "" in at:
                    for group, phrase in at[""].items():
                        yield Hit(group, phrase, start, end)
                at, end = at.get(words[end]) if words[end] else None, end + 1


@lru_cache(maxsize=1)
def built_in_packs() -> tuple[PhrasePack, ...]:
    """The packs that ship with bodycopy, one a language, by file name."""
    folder = resources.files("bodycopy") / "data" / "phrases"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(PhrasePack.of(f.name, tomllib.loads(f.read_text(encoding="utf-8"))) for f in files)


@lru_cache(maxsize=1)
def _speakers() -> dict[str, tuple[str, ...]]:
    """The languages that have a word among their function words."""
    found: dict[str, tuple[str, ...]] = {}
    for pack in built_in_packs():
        for word in pack.function_words:
            found[word] = (*found.get(word, ()), pack.language)
    return found


class Library:
    """The built-in packs with a user's own, from which each document gets those of its language."""

    def __init__(self, extra: tuple[PhrasePack, ...] = ()) -> None:
        self._extra = extra
        self._books: dict[str, Phrasebook] = {}

    def language(self, declared: str | None, words: Iterable[str]) -> str:
        """The built-in pack for a text: the one whose function words it uses most, else the declared one, else English."""
        speakers = _speakers()
        used: dict[str, int] = {}
        for word, times in Counter(islice(words, _LANGUAGE_SAMPLE)).items():
            for name in speakers.get(word, ()):
                used[name] = used.get(name, 0) + times
        best = max(used, key=used.__getitem__, default="")
        if used.get(best, 0) >= _LEAST_FUNCTION_WORDS:
            return best
        wanted = (declared or "").partition("-")[0].lower()
        return wanted if any(pack.language == wanted for pack in built_in_packs()) else _DEFAULT_LANGUAGE

    def book(self, language: str) -> Phrasebook:
        """The phrases for a text of one language. English is always there: sites mix it into their own language."""
        book = self._books.get(language)
        if book is None:
            packs = [p for p in built_in_packs() if p.language in (language, _DEFAULT_LANGUAGE)]
            packs.sort(key=lambda pack: pack.language != language)
            book = self._books[language] = Phrasebook((*packs, *self._extra))
        return book


@lru_cache(maxsize=8)
def library(extra: tuple[PhrasePack, ...] = ()) -> Library:
    """The library for these packs of a user's own, made once."""
    return Library(extra)


def same_wording(first: Set[str], second: Set[str]) -> float:
    """How much two short texts share: words in both over words in either (Jaccard), 0 to 1."""
    both = len(first & second)
    return both / (len(first) + len(second) - both) if both else 0.0
