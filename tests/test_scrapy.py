"""The item pipeline for Scrapy: real crawls of some fixtures' pages from a local server, and its settings and refusals."""

from __future__ import annotations

import dataclasses
import functools
import http.server
import json
import logging
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bodycopy
from fixture_files import FIXTURES
from frameworks import framework, page_files

framework("scrapy", "scrapy")

import attrs  # noqa: E402
import scrapy  # noqa: E402
from scrapy.exceptions import NotConfigured  # noqa: E402
from scrapy.http import HtmlResponse, Response  # noqa: E402
from scrapy.utils.test import get_crawler  # noqa: E402

from bodycopy.integrations.scrapy import BodycopyPipeline  # noqa: E402
from bodycopy.write import removal_dict  # noqa: E402

CRAWL = Path(__file__).with_name("crawl.py")
FILES = page_files()[::3]
PAGE = next(path for path in page_files() if "wordpress-block" in path.parent.name).read_text(encoding="utf-8")
ADDRESS = "https://example.org/page"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the crawl has a log of its own."""


@pytest.fixture(scope="module")
def site() -> Iterator[list[str]]:
    """The addresses of the fixtures' pages on a server of this process."""
    handler = functools.partial(Quiet, directory=str(FIXTURES / "pages"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield [f"http://127.0.0.1:{server.server_port}/{path.parent.name}/source.html" for path in FILES]
        server.shutdown()


def crawled(tmp_path: Path, spider: str, urls: list[str]) -> tuple[list[dict[str, Any]], dict[str, int], str]:
    """The items, the pipeline's stats and the log of a crawl."""
    output = tmp_path / "items.jsonl"
    done = subprocess.run(
        [sys.executable, str(CRAWL), spider, str(output), *urls], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    items = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    return items, json.loads(Path(f"{output}.stats").read_text(encoding="utf-8")), done.stderr


def test_items_of_every_kind_come_out_of_a_crawl_cleaned(tmp_path: Path, site: list[str]) -> None:
    items, stats, log = crawled(tmp_path, "AllKinds", site)
    pages = [item for item in items if "author" not in item]
    assert len(pages) == 4 * len(site)
    assert len(items) == 5 * len(site)
    assert Counter(item["kind"] for item in pages) == dict.fromkeys(
        ("dict", "DataPage", "AttrsPage", "ItemPage"), len(site)
    )
    removed: Counter[str] = Counter()
    for item in pages:
        url, _, form = item["url"].partition("#")
        due = bodycopy.clean(as_form(FILES[site.index(url)].read_bytes(), form))
        assert (item["text"], item["removed"]) == (
            due.text,
            json.loads(json.dumps([*map(removal_dict, due.removed)])),
        ), item["url"]
        removed.update(f"bodycopy/removed/{removal.label}" for removal in due.removed)
    assert stats == removed | {"bodycopy/cleaned": len(pages), "bodycopy/skipped": len(site)}
    assert log.count("has no page in its field 'html'") == 1
    assert "requires a spider argument" not in log
    assert "Traceback" not in log


def as_form(data: bytes, form: str) -> Any:
    response = HtmlResponse(ADDRESS, body=data, headers={"Content-Type": "text/html"})
    return {"str": response.text, "bytes": data, "response": response.text, "selector": response.selector.root}[form]


def test_the_spider_of_the_page_about_it_crawls(tmp_path: Path, site: list[str]) -> None:
    items, stats, _ = crawled(tmp_path, "Pages", site[:6])
    options = bodycopy.Options(keep=frozenset({"title", "body", "byline"}), strictness="careful")
    due = {url: bodycopy.clean(path.read_bytes(), options=options) for url, path in zip(site[:6], FILES, strict=False)}
    assert {item["url"]: (item["text"], item["headline"]) for item in items} == {
        url: (cleaned.text, cleaned.title) for url, cleaned in due.items()
    }
    assert stats["bodycopy/cleaned"] == len(items) == 6


def pipeline(**settings: Any) -> BodycopyPipeline:
    return BodycopyPipeline.from_crawler(get_crawler(settings_dict={f"BODYCOPY_{k}": v for k, v in settings.items()}))


def test_a_selector_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its very tree is cleaned, with what the spider took out of it; a response's tree is not even made."""
    seen: list[Any] = []
    monkeypatch.setattr(
        "bodycopy.integrations.scrapy.clean",
        lambda source, **more: seen.append((source, more["url"])) or bodycopy.clean(source, **more),
    )
    response = HtmlResponse(ADDRESS, body=PAGE.encode(), encoding="utf-8")
    response.css("h1")[0].drop()
    article = response.css("body")[0]
    first = response.css("p")[0].root
    other = HtmlResponse(ADDRESS, body=PAGE.encode(), encoding="utf-8")
    for page in (response.selector, article, first, other):
        pipeline().process_item({"html": page})
    assert [source for source, _ in seen] == [response.selector.root, article.root, first, PAGE]
    assert [url for _, url in seen] == [None, None, None, ADDRESS]
    assert other._cached_selector is None
    item = pipeline().process_item({"html": response.selector})
    assert item["text"] == bodycopy.clean(response.selector.root).text != bodycopy.clean(PAGE).text


def test_a_page_may_be_replaced_by_its_text() -> None:
    made = pipeline(FIELDS={"html": "page", "text": "page"}).process_item({"page": PAGE})
    assert made == {"page": bodycopy.clean(PAGE).text}


def test_settings_are_taken_as_python_has_them_and_as_a_command_line_does() -> None:
    some = pipeline(KEEP=["byline", "caption"], DROP=("title",), STRICTNESS=0.2, MODEL=False, FIELDS={"title": "t"})
    same = pipeline(KEEP="byline, caption", DROP="title", STRICTNESS="0.2", MODEL="false", FIELDS='{"title": "t"}')
    assert some.fields == same.fields
    assert some.fields.title == "t"
    assert some.options.keep == same.options.keep == frozenset({"body", "byline", "caption"})
    assert float(some.options.strictness) == float(same.options.strictness) == 0.2
    assert some.options.model is same.options.model is False
    model = Path(bodycopy.__file__).parent / "data" / "model-html.npz"
    assert pipeline(MODEL=str(model)).options.judge not in ("shipped", "none")
    assert pipeline().options == bodycopy.Options()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"KEEPS": "byline"}, "there is no setting BODYCOPY_KEEPS: the settings are BODYCOPY_KEEP, "),
        ({"KEEP": "by-line"}, "BODYCOPY_KEEP: 'by-line' is not a valid Label: the labels are title, body, "),
        ({"DROP": ["bylines"]}, "BODYCOPY_DROP: 'bylines' is not a valid Label"),
        ({"KEEP": "ad", "DROP": "ad"}, "ad is given to both BODYCOPY_KEEP and BODYCOPY_DROP"),
        ({"KEEP": 7}, "BODYCOPY_KEEP is a list, not 7"),
        ({"STRICTNESS": "stern"}, "strictness is sure, careful, balanced, strict or a number"),
        ({"MODEL": "missing.npz"}, "missing.npz: No such file"),
        ({"PHRASES": "missing.toml"}, "missing.toml"),
        ({"FIELDS": {"htlm": "html"}}, "BODYCOPY_FIELDS has no 'htlm': there are html, text, url, title, removed"),
        ({"FIELDS": {"text": None}}, "BODYCOPY_FIELDS: text is the name of a field, not None"),
        ({"FIELDS": {"title": 3}}, "BODYCOPY_FIELDS: title is the name of a field, not 3"),
        ({"FIELDS": "html"}, "BODYCOPY_FIELDS is a dict"),
        ({"FIELDS": 7}, "BODYCOPY_FIELDS is a dict"),
    ],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_told_in_one_line(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        pipeline(**settings)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


@dataclasses.dataclass(frozen=True)
class Frozen:
    html: str = PAGE
    text: str = ""


@dataclasses.dataclass
class Textless:
    html: str = PAGE
    title: str = "as it was"


@attrs.define
class Fussy:
    html: str = PAGE
    title: str = "as it was"
    text: str = attrs.field(default="", on_setattr=lambda *_: 1 / 0)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"html": b"\x00\x01\x02\xff", "url": ADDRESS}, f"binary data ({ADDRESS})"),
        ({"html": Response(ADDRESS, body=b"%PDF-1.7 \x00")}, "(dict)"),
        ({"html": 7}, "int is neither text"),
        (Frozen(), "cannot assign to field"),
        (Textless(), "text"),
        (Fussy(), "division by zero"),
        ("no item at all", "(str)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_item_that_cannot_be_cleaned_stays_as_it_is(
    item: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = repr(item)
    one = pipeline(FIELDS={"title": "title"} if hasattr(item, "title") and not isinstance(item, str) else {})
    with caplog.at_level(logging.WARNING):
        assert one.process_item(item) is item
    assert repr(item) == before
    assert {name: n for name, n in one.stats.get_stats().items() if name.startswith("bodycopy/")} == {
        "bodycopy/failed": 1
    }
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("bodycopy")]
    assert line.startswith("an item stays as it is: ")
    assert reason in line
    assert "\n" not in line


def test_older_versions_of_scrapy_hand_over_the_spider() -> None:
    made = pipeline().process_item({"html": PAGE, "url": None}, scrapy.Spider("one"))
    assert made["text"] == bodycopy.clean(PAGE).text
