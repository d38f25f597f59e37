"""An item pipeline for Scrapy: pages that a spider yields get their body copy as text."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from parsel import Selector
from scrapy.exceptions import NotConfigured
from scrapy.http import Response, TextResponse

from bodycopy.errors import BodycopyError
from bodycopy.integrations.scrapy_fields import PREFIX, Fields, fields_of
from bodycopy.integrations.shared import one_line, options_of
from bodycopy.options import Options
from bodycopy.pipeline import clean
from bodycopy.write import removal_dict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

logger = logging.getLogger(__name__)


class BodycopyPipeline:
    """Cleans the page in one field of each item and puts the text into another.

    The settings are ``BODYCOPY_KEEP``, ``BODYCOPY_DROP`` (labels), ``BODYCOPY_STRICTNESS``, ``BODYCOPY_MODEL`` (true, false or
    a file), ``BODYCOPY_PHRASES`` (files) and ``BODYCOPY_FIELDS`` (a dict, see :class:`Fields`). An item that cannot be cleaned
    goes on as it was, with a warning, and so does one without a page. The stats are ``bodycopy/cleaned``,
    ``bodycopy/failed`` and ``bodycopy/skipped`` (items), and ``bodycopy/removed/LABEL`` (removals).
    """

    def __init__(self, stats: StatsCollector, options: Options | None = None, fields: Fields | None = None) -> None:
        self.stats = stats
        self.options = options or Options()
        self.fields = fields or Fields()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BodycopyPipeline:
        """The pipeline that a crawler's settings describe. Raises ``NotConfigured``, one line, where one is not in order."""
        assert crawler.stats is not None  # a crawler has them before its pipelines
        try:
            return cls(crawler.stats, options_of(crawler.settings, PREFIX), fields_of(crawler.settings))
        except BodycopyError as error:
            raise NotConfigured(one_line(error)) from error

    def process_item(self, item: Any, spider: object = None) -> Any:  # noqa: ARG002 - older versions of Scrapy give it
        """The same item, with its text where it could be cleaned. Nothing is raised, as that would cost the item."""
        url = None
        try:
            adapter = ItemAdapter(item)
            url = adapter.get(self.fields.url)
            outcome = self._clean(adapter, url)
        except Exception as error:  # noqa: BLE001 - as above
            logger.warning("an item stays as it is: %s (%s)", one_line(error), url or type(item).__name__)
            outcome = "failed"
        self.stats.inc_value(f"bodycopy/{outcome}")
        return item

    def _clean(self, item: ItemAdapter, url: object) -> str:
        """Clean the page of an item and set its fields. Returns under which name it is counted."""
        page = item.get(self.fields.html)
        if page is None:
            if not self.stats.get_value("bodycopy/skipped"):  # a spider may yield thousands that are no pages
                logger.warning("an item has no page in its field %r (others like it: no warning)", self.fields.html)
            return "skipped"
        url = url or getattr(page, "url", None)  # a response has one
        cleaned = clean(_source(page), url=url if isinstance(url, str) else None, options=self.options)
        removed = [removal_dict(removal) for removal in cleaned.removed]
        made = {self.fields.title: cleaned.title, self.fields.removed: removed, self.fields.text: cleaned.text}
        _set(item, {name: value for name, value in made.items() if name is not None})
        for label, count in Counter(removal.label.value for removal in cleaned.removed).items():
            self.stats.inc_value(f"bodycopy/removed/{label}", count)
        return "cleaned"


def _source(page: Any) -> Any:
    """What is cleaned. A response has its text, while its tree may not have been parsed yet; a selector has its tree."""
    if isinstance(page, Response):
        return page.text if isinstance(page, TextResponse) else page.body
    return page.root if isinstance(page, Selector) else page


def _set(item: ItemAdapter, values: dict[str, Any]) -> None:
    """Set fields, all or none: an item that refuses one (it has none of that name, or is frozen) is as it was before."""
    before = {name: item[name] for name in values if name in item}
    try:
        item.update(values)
    except Exception:
        for name in values:
            if name in before:
                item[name] = before[name]
            elif name in item:
                del item[name]
        raise
