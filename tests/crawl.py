"""A crawl of its own process, for test_scrapy: the spider of docs/integrations.md and one with items of all kinds.

``crawl.py SPIDER OUTPUT URL...``: the items go into OUTPUT, a line of JSON each, and the stats into OUTPUT.stats.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from pathlib import Path
from typing import Any, ClassVar

import attrs
import scrapy
from itemadapter import ItemAdapter
from scrapy.crawler import CrawlerProcess

from frameworks import documented


@dataclasses.dataclass
class DataPage:
    """An item as a dataclass."""

    url: str
    html: Any
    text: str = ""
    removed: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@attrs.define
class AttrsPage:
    """An item as an attrs class."""

    url: str
    html: Any
    text: str = ""
    removed: Any = None


class ItemPage(scrapy.Item):
    """An item of Scrapy's own class."""

    url, html, text, removed = scrapy.Field(), scrapy.Field(), scrapy.Field(), scrapy.Field()


KINDS = {"dict": dict, "dataclass": DataPage, "attrs": AttrsPage, "item": ItemPage}


class AllKinds(scrapy.Spider):
    """Yields each page as an item of each kind, with the page in one of the forms, which change from page to page."""

    name = "kinds"
    custom_settings: ClassVar[dict[str, Any]] = {
        "ITEM_PIPELINES": {"bodycopy.integrations.scrapy.BodycopyPipeline": 300},
        "BODYCOPY_FIELDS": {"removed": "removed"},
    }

    def parse(self, response: Any) -> Any:
        number = self.start_urls.index(response.url)
        forms = {"str": response.text, "bytes": response.body, "response": response, "selector": response.selector}
        for offset, item in enumerate(KINDS.values()):
            form = list(forms)[(number + offset) % len(forms)]
            yield item(url=f"{response.url}#{form}", html=forms[form])
        yield {"url": response.url, "author": "an item without a page"}


def main(spider: str, output: str, *urls: str) -> None:
    """Crawl and write down what came of it."""
    made: dict[str, Any] = {"AllKinds": AllKinds, "__name__": "docs"}
    exec(compile(documented("Scrapy"), "docs/integrations.md", "exec"), made)
    process = CrawlerProcess({"TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "INFO"})
    crawler = process.create_crawler(made[spider])
    with open(output, "w", encoding="utf-8") as file:

        def keep(item: Any) -> None:
            row = ItemAdapter(item).asdict() | {"kind": type(item).__name__}
            row["html"] = type(row.get("html")).__name__
            file.write(json.dumps(row) + "\n")

        crawler.signals.connect(keep, scrapy.signals.item_scraped, weak=False)
        process.crawl(crawler, start_urls=list(urls))
        process.start()
    stats = {name: value for name, value in crawler.stats.get_stats().items() if name.startswith("bodycopy/")}
    Path(output + ".stats").write_text(json.dumps(stats), encoding="utf-8")


if __name__ == "__main__":
    logging.captureWarnings(True)
    main(*sys.argv[1:])
