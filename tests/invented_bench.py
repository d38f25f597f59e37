"""A bench of invented pages, to try its own parts on."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import samples
from shared_pages import Shared

SCORER = """
import pathlib
def words(text):
    return "".join(c.lower() if c.isalnum() else " " for c in text).split()
def sealed_ids():
    return set(pathlib.Path(__file__).with_name("sealed_ids.txt").read_text().split())
"""
PARAGRAPHS = (
    "The ferry had been laid up for eleven winters before anyone asked the harbour office what had become of its bell.",
    "It was the schoolteacher who asked, and she was told that the bell had been lent to a chapel across the water.",
    "The chapel had burned down in the meantime, and its keeper said that nothing of brass had come out of the fire.",
    "So the matter rested until a diver brought up a rim of metal with half a name on it, and the other half a date.",
)  # fmt: skip
FURNITURE = ("Sign up for our newsletter", "Get the best stories in your inbox", "Read more", "Share on Facebook")


def tokens(text: str) -> list[str]:
    return "".join(c.lower() if c.isalnum() else " " for c in text).split()


def page(number: int, *, html: bool) -> str:
    """A page with the paragraphs in another order each time, furniture before and after."""
    turn = number % len(PARAGRAPHS)
    body = [f"{p} That was in the year {1900 + number}." for p in (*PARAGRAPHS[turn:], *PARAGRAPHS[:turn])]
    if not html:
        return "\n\n".join([FURNITURE[number % 2], *body, *FURNITURE[2:]])
    inner = "".join(f"<p>{p}</p>" for p in body)
    return (
        f"<html><body><div class='newsletter'><p>{FURNITURE[number % 2]}</p></div><article>{inner}</article>"
        "<ul><li><a href='/1'>Read more</a></li><li><a href='/2'>Share on Facebook</a></li></ul></body></html>"
    )


def make_bench(folder: Path) -> Shared:
    """A bench of a dozen pages on seven sites, one of the pages sealed, one read by hand."""
    root = folder / "shared" / "bench"
    root.mkdir(parents=True)
    (root / "score.py").write_text(SCORER)
    (root / "sealed_ids.txt").write_text("p11\n")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in samples.FILES}
    for n in range(12):
        own = {"id": f"p{n}", "url": f"https://www.site{n % 7}.example/{n}", "lang": "en"}
        body = page(n, html=False).split("\n\n")[1:5]
        rows["html_dev"].append({**own, "html": page(n, html=True)})
        rows["text_dev"].append({**own, "source": "dump", "text": page(n, html=False)})
        rows["gold_dev"].append({**own, "text": "\n".join(body)})
        if n == 3:
            lines = [[FURNITURE[1], "signup"], *([p, "body"] for p in body), [FURNITURE[2], "related"]]
            rows["lines_dev"].append({**own, "lines": lines})
            rows["lines_text_dev"].append({**own, "text": "\n\n".join(text for text, _ in lines)})
    for name, members in rows.items():
        with gzip.open(root / f"{name}.jsonl.gz", "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in members)
    return Shared(root.parent)
