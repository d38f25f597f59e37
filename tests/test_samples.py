"""What the weights are fitted on, on pages made here: alignment with gold and with lines read by hand, sites."""

from __future__ import annotations

from pathlib import Path

import pytest

import samples
from bodycopy.train.align import body_shares
from bodycopy.train.sites import site
from invented_bench import FURNITURE, PARAGRAPHS, make_bench, tokens
from shared_pages import Shared


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return make_bench(tmp_path)


def shares(blocks: list[str], gold: list[str]) -> list[float]:
    lines = [tokens(line) for line in gold]
    return body_shares([tokens(block) for block in blocks], tokens("\n".join(gold)), lines)


def test_a_block_is_body_as_far_as_the_gold_has_its_words() -> None:
    half = PARAGRAPHS[1] + " Sign up for more of such stories, free, every morning, and tell your friends about it all."
    found = shares([FURNITURE[1], PARAGRAPHS[0], half, PARAGRAPHS[2]], list(PARAGRAPHS[:3]))
    assert found[0] == 0.0
    assert found[1] == found[3] == 1.0
    assert 0.3 < found[2] < 0.7


def test_a_chance_likeness_is_nothing() -> None:
    chance = (
        "What anyone asked the harbour office about was parking, parking and again parking, as long as it was free."
    )
    assert shares([PARAGRAPHS[0], chance], [PARAGRAPHS[0]]) == [1.0, 0.0]


def test_a_short_block_is_body_where_the_gold_has_it_and_body_stands_around() -> None:
    blocks = ["Bell", PARAGRAPHS[0], "The chapel", "Advertisement", PARAGRAPHS[1], "Bell"]
    assert shares(blocks, [PARAGRAPHS[0], "The chapel", PARAGRAPHS[1], "Bell"]) == [0.0, 1.0, 1.0, 0.0, 1.0, 0.0]


def test_of_a_repeated_wording_the_one_in_company_is_body() -> None:
    blocks = [PARAGRAPHS[0], *["A menu entry without any body around it"] * 8, *PARAGRAPHS]
    assert shares(blocks, list(PARAGRAPHS)) == [*[0.0] * 9, *[1.0] * 4]


def test_a_line_label_goes_to_the_blocks_in_page_order() -> None:
    lines = [(tokens(text), label) for text, label in (("Ferries", "nav"), ("A bell", "body"), ("Ferries", "body"))]
    blocks = [tokens(text) for text in ("Ferries", "Unknown", "A bell", "Ferries", "Ferries")]
    assert samples.line_labels(blocks, lines) == ["nav", None, "body", "body", "body"]


def test_what_was_read_by_hand_overrules_gold() -> None:
    lines = [("The bell", "title"), (PARAGRAPHS[0], "body"), (PARAGRAPHS[1], "bio"), (FURNITURE[0], "signup")]
    job = samples.Job("p", None, "html", "", "\n".join(PARAGRAPHS), lines)
    blocks = [tokens(text) for text in ("The bell", *PARAGRAPHS, FURNITURE[0])]
    body, trust = samples.targets(job, blocks)
    assert body[1:] == [1.0, 0.0, 1.0, 1.0, 0.0]
    assert trust == [0.0, *[samples.HAND_READ] * 5]
    body, trust = samples.targets(job._replace(gold=None), blocks)
    assert body == [1.0, 1.0, 0.0, 0.5, 0.5, 0.0]
    assert set(trust) == {samples.JOINED_LINES}


def test_sealed_pages_are_not_among_the_jobs(shared: Shared) -> None:
    due = samples.jobs(shared)
    assert [job.kind for job in due] == ["html"] * 11 + ["text"] * 12
    assert "p11" not in {job.id for job in due}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://news.example.co.uk/a?b=c", "example.co.uk"),
        ("http://www.example.com", "example.com"),
        ("https://a.b.example.de/", "example.de"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_site_of_an_address(url: str | None, name: str) -> None:
    assert site(url) == name
