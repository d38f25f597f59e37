"""Forty invented articles on eight invented sites, to train on: each site has its own markup, all have their furniture."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bodycopy.model.labeller import write
from bodycopy.train import run
from bodycopy.train.records import read_records

SITES = 8
PAGES = 40
UNSEEN = 57
"""The number of an article that is not among the forty."""
_WHO = ("The harbour master", "A beekeeper from Tresk", "The school's caretaker", "Old Ines Harrow", "The ferry's cook")
_DID = ("counted the boats twice", "carried the bell up the hill", "painted the lighthouse door", "mended the organ")
_WHEN = ("before the first snow had reached the valley", "on the day the market moved", "while the council was away")
_THEN = ("and nobody in the village thought to ask why it had taken so long", "which the parish book records in red ink",
         "and the bill for it is still pinned to the door of the hall")  # fmt: skip
_SENTENCES = [f"{who} {did} {when}, {then}." for who, did, when, then in product(_WHO, _DID, _WHEN, _THEN)]
_PITCHES = (
    "Sign up for our newsletter",
    "Get the best of the week in your inbox",
    "Join 4,000 readers of the Friday letter",
)
_STORIES = (
    "Why the swifts are late",
    "Ten bridges worth a walk",
    "The town that sold its clock",
    "A recipe for plum cake",
)


def paragraphs(number: int) -> list[str]:
    """The body of an article: four to seven paragraphs of one to three sentences, no two articles the same."""
    count = 4 + number % 4
    starts = [(number * 37 + n * 11) % len(_SENTENCES) for n in range(count)]
    return [" ".join(_SENTENCES[start : start + 1 + (number + start) % 3]) for start in starts]


def headline(number: int) -> str:
    """The headline of an article."""
    return f"{_WHO[number % 5].removeprefix('The ').capitalize()} and the winter of {1900 + number}"


def _furniture(number: int) -> tuple[str, list[str]]:
    return _PITCHES[number % 3], [_STORIES[(number + n) % 4] for n in range(3)]


def html_page(number: int) -> str:
    """An article as its site sets it: which element holds the body, how sign-ups and other stories are marked."""
    own, title = number % SITES, headline(number)
    pitch, stories = _furniture(number)
    body = [f"<p>{paragraph}</p>" for paragraph in paragraphs(number)]
    links = [f"<a href='/s/{n}'>{story}</a>" for n, story in enumerate(stories)]
    box = (
        f"<div class='newsletter-box'><h3>{pitch}</h3><form><input type='email'><button>Subscribe</button></form></div>",
        f"<aside class='promo'><p>{pitch}</p><a href='/join'>Subscribe</a></aside>",
        f"<section class='c-signup'><p><strong>{pitch}</strong></p><button>Sign me up</button></section>",
    )[own % 3]
    more = (
        "<div class='related'><h2>Read more</h2><ul>" + "".join(f"<li>{link}</li>" for link in links) + "</ul></div>",
        "".join(f"<div class='teaser-card'><h3>{link}</h3><p>5 min read</p></div>" for link in links),
        "<p class='see-also'>See also: " + ", ".join(links) + "</p>",
    )[own % 3 - 1]
    body.insert(2, box if own % 2 else "")
    inner = "\n".join(body)
    held = (
        f"<article class='post'><h1>{title}</h1>{inner}</article>{more}",
        f"<main><h1>{title}</h1><div class='entry-content'>{inner}{more}</div></main>",
        f"<div id='content'><div class='story-body'><h1>{title}</h1>{inner}</div><div class='side'>{more}</div></div>",
        f"<table><tr><td class='text'><h1>{title}</h1>{inner}</td><td class='rail'>{more}</td></tr></table>",
    )[own % 4]
    menu = "".join(f"<li><a href='/{name}'>{name.title()}</a></li>" for name in ("news", "culture", "sport", "weather"))
    share = "<div class='share-bar'><a href='#f'>Facebook</a> <a href='#m'>E-mail</a> <a href='#p'>Print</a></div>"
    return (
        f"<!doctype html><html lang='en'><head><title>{title} | Site {own}</title></head><body>"
        f"<header><nav class='menu-{own}'><ul>{menu}</ul></nav></header>{held}{share}{'' if own % 2 else box}"
        f"<footer><p>© {2000 + own} Site {own}. All rights reserved.</p></footer></body></html>"
    )


def text_page(number: int) -> str:
    """The same as an extractor leaves it."""
    pitch, stories = _furniture(number)
    body = paragraphs(number)
    middle = 2 if number % 2 else len(body)
    lines = [
        "News",
        "Culture",
        headline(number),
        *body[:middle],
        pitch,
        "Subscribe",
        *body[middle:],
        "Read more",
        *stories,
    ]
    return "\n\n".join([*lines, "Facebook", "E-mail", f"© Site {number % SITES}. All rights reserved."])


def records(kind: str) -> list[dict[str, Any]]:
    """All of them as records to train on."""
    page = html_page if kind == "html" else text_page
    return [
        {
            "id": f"a{number}", "url": f"https://www.site{number % SITES}.example/{number}", kind: page(number),
            "gold": "\n".join(paragraphs(number)),
        }
        for number in range(PAGES)
    ]  # fmt: skip


def write_records(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Records in a file, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


Models = dict[str, tuple[Path, run.Trained]]
"""For each kind of source the file of a model and what came of training it."""


def needs_trainer() -> None:
    """Skip a test where the trainer is not installed."""
    for package in ("catboost", "scipy"):
        pytest.importorskip(package, reason=f"{package} is not installed: pip install 'bodycopy[train]'")


@cache
def trained(kind: str) -> run.Trained:
    """What comes of training on all of them, once in a process."""
    with TemporaryDirectory() as folder:
        return run.train(read_records([write_records(Path(folder) / "p.jsonl", records(kind))]), folds=3)


@pytest.fixture(name="models")
def models_fixture(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """A model of each kind of source."""
    needs_trainer()
    folder = tmp_path_factory.mktemp("models")
    found = {kind: (folder / f"{kind}.npz", trained(kind)) for kind in ("html", "text")}
    for path, made in found.values():
        write(made.model, path)
    return found
