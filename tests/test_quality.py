"""docs/quality.md says what was measured, and its pictures stand alone."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import quality

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ("quality-f1.svg", "quality-trade.svg", "quality-dial.svg")


def test_tables_and_pictures_are_those_of_the_figures() -> None:
    for path, due in quality.made(quality.measured()):
        assert path.read_text(encoding="utf-8") == due, f"{path.name} is of other figures: run make quality"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stands_alone_and_speaks(name: str) -> None:
    svg = quality.PAGE.with_name(name).read_text(encoding="utf-8")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert all(len(root.findtext(f"{SVG}{part}") or "") > 20 for part in ("title", "desc"))
    assert re.findall(r"https?://[^\"]*|url\(|<image|<script|@import", svg) == ["http://www.w3.org/2000/svg"]
    assert f"({name})" in quality.PAGE.read_text(encoding="utf-8")


def test_nothing_is_drawn_beside_the_sheet() -> None:
    for name in PICTURES:
        root = ElementTree.fromstring(quality.PAGE.with_name(name).read_text(encoding="utf-8"))
        height = float(root.get("height") or 0)
        places = [(float(e.get("x") or 0), float(e.get("y") or 0)) for e in root.iter(f"{SVG}text")]
        assert all(0 < x < quality.WIDTH and 0 < y < height for x, y in places), name


def test_numbers_are_short() -> None:
    assert [quality.number(x) for x in (0.9571, 1.0, None)] == [".957", "1.000", "–"]
    assert [quality.number(x, "+") for x in (0.0166, -0.0023)] == ["+.017", "−.002"]
    interval = {"over_other": 0.01, "over_other_low": -0.002, "over_other_high": 0.02}
    assert quality.spanned(interval, "over_other") == "+.010 (−.002 to +.020)"


def test_no_page_is_named_in_what_is_published() -> None:
    root = Path(quality.ROOT)
    for name in ("bench/quality.json", "bench/strictness.json", "docs/quality.md"):
        assert not re.search(r"wcxb|fundus_", (root / name).read_text(encoding="utf-8")), name
