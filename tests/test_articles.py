"""Pages with several articles: the one that the title names stays, and what only looks like another one stays with it."""

from __future__ import annotations

import pytest

import bodycopy
from bodycopy.document import Label
from bodycopy.label import ANOTHER_ARTICLE

TITLE, OTHER = "The clock that runs on goodwill", "Hale votes to keep its only traffic light"
OWN = (
    "The station clock in Dunmore has been right for a hundred and four days, which is longer than anybody can remember.",
    "It is wound by hand, by a rota of eleven people, one of whom, a retired dentist, comes down from Hale on the bus.",
    "The railway took out the electric motor in March, after it had been repaired for the ninth time, and offered a board.",
    "The town said that it would rather have the clock, and eleven hands went up in the waiting room when it was asked.",
)
NEXT = (
    "The council in Hale has voted by six to five to keep the light, at a crossing where one of the roads was closed.",
    "Drivers stop at it all the same. A survey found that they wait for nineteen seconds and turn off the engine.",
    "Those against it spoke of the cost of the bulbs. Those in favour had brought a petition with four hundred signatures.",
    "The light will get a bench beside it, from where, the mayor said, one will be able to watch it change of an evening.",
)
BY = '<p class="byline">By Ada Wren, 3 May 2024</p>'


def part(heading: str, paragraphs: tuple[str, ...], *, by: str = BY, around: str = "article", level: int = 1) -> str:
    head = f"<h{level}>{heading}</h{level}>" if heading else ""
    inside = head + by + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<{around}>{inside}</{around.split()[0]}>"


def page(*parts: str, title: str = TITLE) -> str:
    top = '<header><a href="/">Dunmore Herald</a><nav><a href="/n">News</a> <a href="/s">Sport</a></nav></header>'
    bottom = "<footer><p>© 2024 Dunmore Herald. All rights reserved.</p></footer>"
    return f"<html><head><title>{title} | Herald</title></head><body>{top}<main>{''.join(parts)}</main>{bottom}</body></html>"


SEVERAL = {
    "articles": page(part(TITLE, OWN), part(OTHER, NEXT)),
    "divs": page(*(part(h, ps, around='div class="feed item"') for h, ps in ((TITLE, OWN), (OTHER, NEXT)))),
    "wrapped": page(*(f'<div class="page">{part(h, ps)}</div>' for h, ps in ((TITLE, OWN), (OTHER, NEXT)))),
    "a short one first": page(part(TITLE, OWN), part(OTHER, NEXT * 3)),
    "second-level headlines": page(part(TITLE, OWN, level=2), part(OTHER, NEXT, level=2)),
}
ONE = {
    "live blog": page(part(TITLE, OWN[:2]), *(part(f"{at}.30: the count goes on", NEXT, level=2) for at in (8, 9))),
    "entries below": page(
        f"<h1>{TITLE}</h1>{BY}<p>{OWN[0]}</p>", part("The first hour", OWN), part("The second hour", NEXT)
    ),
    "unsigned parts": page(
        *(part(h, ps, by="", around="section class=part") for h, ps in ((TITLE, OWN), (OTHER, NEXT)))
    ),
    "answers": page(part(TITLE, OWN), part("", NEXT), part("", OWN[::-1])),
    "second page": page(part(TITLE, OWN), part(f"{TITLE} (2)", NEXT)),
    "round-up": page(part(TITLE, OWN[:2]), part("1. The clock at Hale", NEXT, level=2)),
    "posts": page(part(TITLE, OWN), part(OTHER, NEXT), title="All that was written here in May"),
}


def others(cleaned: bodycopy.Cleaned) -> list[str]:
    return [b.block.text for b in cleaned.blocks if any(reason.rule == ANOTHER_ARTICLE for reason in b.evidence)]


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("model", [True, False])
def test_the_article_that_the_title_names_stays(name: str, model: bool) -> None:
    cleaned = bodycopy.clean(SEVERAL[name], options=bodycopy.Options(model=model))
    assert [line for line in cleaned.text.splitlines() if line in (TITLE, *OWN)] == [TITLE, *OWN]
    assert not {OTHER, *NEXT} & set(cleaned.text.splitlines())
    assert {OTHER, *NEXT} <= set(others(cleaned))
    assert not cleaned.warnings
    (removal,) = (removal for removal in cleaned.removed if OTHER in removal.text)
    assert removal.label is Label.RELATED
    assert ANOTHER_ARTICLE in removal.rules


@pytest.mark.parametrize("name", ONE)
def test_what_is_one_article_is_not_parted(name: str) -> None:
    assert not others(bodycopy.clean(ONE[name]))


def test_of_plain_text_nothing_of_the_kind_is_said() -> None:
    assert not others(bodycopy.clean("\n\n".join((TITLE, *OWN, OTHER, *NEXT)), format="text"))
