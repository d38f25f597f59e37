"""Every phrase pack: its examples match or are spared, its groups are the English ones, nothing is listed twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bodycopy.words import Phrasebook, PhrasePack, built_in_packs, tokens

PACKS = {Path(pack.name).stem: pack for pack in built_in_packs()}
GROUPS = [(language, group) for language, pack in PACKS.items() for group in pack.groups]
FOLDER = Path(__file__).resolve().parent.parent / "src" / "bodycopy" / "data" / "phrases"
LANGUAGES = "ar cs da de en es fi fr id it ja ko nb nl pl pt ru sv tr uk zh".split()

each_pack = pytest.mark.parametrize("language", PACKS)
each_group = pytest.mark.parametrize(("language", "group"), GROUPS)


def found(pack: PhrasePack, group: str, example: str) -> list[str]:
    """The phrases of a group that this pack alone finds in an example."""
    return [hit.phrase for hit in Phrasebook([pack]).find(tokens(example)) if hit.group == group]


def test_all_languages_are_there() -> None:
    assert sorted(PACKS) == sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert set(LANGUAGES) <= set(PACKS)


@each_group
def test_matches(language: str, group: str) -> None:
    pack = PACKS[language]
    assert [text for text in pack.matches[group] if not found(pack, group, text)] == []


@each_group
def test_spares(language: str, group: str) -> None:
    pack = PACKS[language]
    assert {text: hits for text in pack.spares[group] if (hits := found(pack, group, text))} == {}


@each_pack
def test_no_group_is_empty(language: str) -> None:
    """Every group has phrases and examples of both kinds, and none of them is blank or has no word in it."""
    pack = PACKS[language]
    for lists in (pack.groups, pack.matches, pack.spares):
        assert set(lists) == set(pack.groups)
        assert [group for group, texts in lists.items() if not texts] == []
        assert [(group, text) for group, texts in lists.items() for text in texts if not tokens(text)] == []


@each_pack
def test_groups_are_the_english_ones(language: str) -> None:
    assert set(PACKS[language].groups) == set(PACKS["en"].groups)


@each_group
def test_no_phrase_is_listed_twice(language: str, group: str) -> None:
    phrases = [" ".join(phrase.casefold().split()) for phrase in PACKS[language].groups[group]]
    assert sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}) == []


@each_pack
def test_function_words(language: str) -> None:
    """Enough of them to tell prose, each one word, none listed twice."""
    raw = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))["function-words"].split()
    assert [word for word in raw if len(tokens(word)) != 1] == []
    assert sorted({word for word in raw if raw.count(word) > 1}) == []
    assert len(PACKS[language].function_words) >= 30
