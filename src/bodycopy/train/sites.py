"""Sites and folds: pages of one site are much alike, so a page is only judged by what has seen none of its site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac"})


def site(url: str | None) -> str:
    """The registered name of the host of an address (``news.example.co.uk`` is ``example.co.uk``); empty for none."""
    parts = (urlsplit(url or "").hostname or "").split(".")
    if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2:
        return ".".join(parts[-3:])
    return ".".join(parts[-2:])


def assign(sites: Mapping[str, str], folds: int) -> dict[str, int]:
    """A fold for every page, from the pages' sites by id: whole sites, the largest first, each to the smallest fold."""
    sizes = Counter(sites.values())
    held = [0] * folds
    of_site: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        smallest = held.index(min(held))
        of_site[name] = smallest
        held[smallest] += sizes[name]
    return {page: of_site[sites[page]] for page in sorted(sites)}
