"""The command line with trafilatura, without it, and with a broken one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bodycopy import via
from cli_tools import PAGE, PARAGRAPHS, TEXT, do_fixture, put  # noqa: F401 - a fixture


@pytest.fixture
def no_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)


@pytest.mark.usefixtures("no_trafilatura")
@pytest.mark.parametrize("option", [["--via", "trafilatura"], ["--metadata", "--to", "json"]])
def test_without_trafilatura(do: Any, tmp_path: Path, option: list[str]) -> None:
    put(tmp_path / "p.html", PAGE.format(charset="utf-8"))
    answer = do("clean", "p.html", *option)
    asked = "--via trafilatura" if option[0] == "--via" else "--metadata"
    assert (answer.status, answer.out) == (2, "")
    assert answer.lines == [f"bodycopy: {asked} needs trafilatura: pip install 'bodycopy[trafilatura]'"]


def test_a_broken_trafilatura(do: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, *rest: Any) -> None:
            if name == "trafilatura":
                raise ImportError("half of it is missing")

    monkeypatch.delitem(sys.modules, "trafilatura", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    answer = do("clean", "--via", "trafilatura", stdin=TEXT.encode())
    assert answer.status == 2
    assert answer.lines == [
        "bodycopy: --via trafilatura needs trafilatura, which cannot be imported here: half of it is missing"
    ]


@pytest.fixture
def trafilatura() -> None:
    try:
        via.require_trafilatura("the test")
    except via.MissingPackageError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("trafilatura")
def test_via_trafilatura(do: Any, tmp_path: Path) -> None:
    head = '<meta name="author" content="Ada Brandt"><meta property="og:site_name" content="Orrin Post">'
    head += '<meta property="article:published_time" content="2024-05-02"><title>'
    put(tmp_path / "p.html", PAGE.format(charset="utf-8").replace("<title>", head))
    answer = do("clean", "p.html", "--via", "trafilatura", "--metadata", "--to", "json")
    result = json.loads(answer.out)
    assert (answer.status, result["format"], result["encoding"]) == (0, "text", "UTF-8")
    assert PARAGRAPHS[4] in result["text"]
    assert result["metadata"] == {"author": "Ada Brandt", "date": "2024-05-02", "sitename": "Orrin Post"}
    html = do("clean", "p.html", "--via", "trafilatura", "--to", "html")
    assert (html.status, len(html.lines)) == (2, 1)
    text = do("clean", "--via", "trafilatura", stdin=TEXT.encode())
    assert (text.status, text.lines) == (
        2, ["bodycopy: standard input: --via trafilatura reads HTML, and this is text"],
    )  # fmt: skip
    nothing = do("clean", "--via", "trafilatura", stdin=b"<!doctype html><html><body></body></html>")
    assert nothing.status == 0
    assert "standard input: warning: trafilatura finds no text in this page" in nothing.err
