"""The picture of the README shows what the package does today, and needs nothing but itself."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import picture

SVG = "{http://www.w3.org/2000/svg}"
ACCEPT = "docs/picture.svg is not what the package does now: `make picture` (or `make accept`) draws it anew"


def committed() -> str:
    return picture.PICTURE.read_text(encoding="utf-8")


def test_the_picture_is_true() -> None:
    # No score or weight is drawn: a new fit changes it only where it changes what goes, or under which label.
    assert committed() == picture.drawn(), ACCEPT


def test_what_is_struck_is_on_the_left_and_what_stays_on_both_sides() -> None:
    root = ElementTree.fromstring(committed())
    struck = [t.text or "" for t in root.iter(f"{SVG}text") if t.get("class") == "c"]
    stays = [t.text or "" for t in root.iter(f"{SVG}text") if t.get("class") in ("s", "b")]
    assert any("READ ALSO" in line for line in struck)
    assert not any("READ ALSO" in line for line in stays)
    assert sum(line.startswith("The blockade, which began") for line in stays) == 2
    assert not any(line.startswith("The blockade, which began") for line in struck)


def test_the_picture_stands_alone_and_speaks() -> None:
    svg = committed()
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert all(len(root.findtext(f"{SVG}{part}") or "") > 20 for part in ("title", "desc"))
    assert len(svg.encode()) < 60_000
    assert re.findall(r"https?://[^\"]*|url\(|<image|<script|@import", svg) == ["http://www.w3.org/2000/svg"]


def test_the_readme_shows_it() -> None:
    assert "(docs/picture.svg)" in (picture.ROOT / "README.md").read_text(encoding="utf-8")
