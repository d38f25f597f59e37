"""What is asked of every record, and what one source becomes: its text, its removals, its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bodycopy.corpus.columns import HTML, TEXT, Columns
from bodycopy.corpus.records import Tally
from bodycopy.cuts import told_by
from bodycopy.options import Options
from bodycopy.pipeline import Cleaned, clean
from bodycopy.write import removal_dict

if TYPE_CHECKING:
    from collections.abc import Mapping


class Source(NamedTuple):
    """One source with what is known of it: its column, url, language, encoding and format, ``None`` for what is not."""

    data: str | bytes
    column: str | None = None
    url: str | None = None
    lang: str | None = None
    encoding: str | None = None
    format: str | None = None


class Made(NamedTuple):
    """What came of one source: the text in the form asked for, and the removals as the JSON of results has them.

    ``is_html`` says whether the source was a page, ``column`` where it stood, ``source`` is its decoded text, in which the
    removals' places are, ``lang`` its language where that is known.
    """

    text: str
    removed: list[dict[str, Any]]
    is_html: bool
    column: str | None
    source: str = ""
    lang: str | None = None


@dataclass(frozen=True)
class Recipe:
    """What is asked of a run, for every record alike. Picklable.

    ``to`` is the form of the text (``text``, ``markdown``, ``html``); ``keep_source`` leaves a page's column in its row,
    ``with_removed`` adds the removals; ``via`` is an extractor that reads pages first; ``lang``, ``format`` and ``encoding``
    overrule what records say. ``drop`` is the column that goes from every row of a table, empty for none; ``None`` lets each
    row tell.
    """

    options: Options = Options()  # noqa: RUF009 - frozen
    columns: Columns = Columns()  # noqa: RUF009 - frozen
    to: str = "text"
    keep_source: bool = False
    with_removed: bool = False
    via: str | None = None
    lang: str | None = None
    format: str | None = None
    encoding: str | None = None
    drop: str | None = None

    def source(self, row: Mapping[str, Any], column: str, content: str | bytes) -> Source:
        """The source that a row holds in a column."""
        named_so = "html" if column.rpartition(".")[2] in HTML else None
        columns = self.columns
        return Source(content, column, columns.url_of(row), columns.lang_of(row), None, named_so)

    def make(self, source: Source, tally: Tally) -> Made:
        """Clean one source and count it. Raises :class:`bodycopy.BodycopyError` where it cannot be read."""
        cleaned = self._clean(source)
        text = self._form(cleaned)
        tally.words_in += sum([len(item.block.text.split()) for item in cleaned.blocks])
        tally.words_out += len(cleaned.text.split())
        for label, rule in told_by(cleaned.blocks):
            tally.labels[label.value] = tally.labels.get(label.value, 0) + 1
            if rule:
                tally.rules[rule] = tally.rules.get(rule, 0) + 1
        removed = [removal_dict(removal) for removal in cleaned.removed] if self.with_removed else []
        document = cleaned.document
        is_page = document.is_html or source.format == "html"
        return Made(text, removed, is_page, source.column, document.source, document.lang)

    def _clean(self, source: Source) -> Cleaned:
        lang = self.lang or source.lang
        encoding = (self.encoding or source.encoding) if isinstance(source.data, bytes) else None
        form = self.format or source.format
        if self.via is None:
            return clean(source.data, url=source.url, lang=lang, format=form, encoding=encoding, options=self.options)
        from bodycopy.read.source import load
        from bodycopy.via import clean_extracted

        page = load(source.data, format=form, encoding=encoding)
        return clean_extracted(page, url=source.url or page.url, lang=lang, options=self.options)

    def _form(self, cleaned: Cleaned) -> str:
        if self.to == "markdown":
            return cleaned.to_markdown()
        return cleaned.to_html() if self.to == "html" else cleaned.text

    def goes(self, made: Made) -> str | None:
        """The column that is dropped from the row: that of a page, unless it shall stay or takes the text."""
        if self.drop is not None:
            return self.drop or None
        return made.column if made.is_html and not self.keep_source and made.column != TEXT else None

    def goes_unmade(self, row: Mapping[str, Any]) -> str | None:
        """The column that is dropped from a row whose source is null: one that has pages in other rows, by its name."""
        column = self.columns.source_of(row)
        if self.drop is not None or column is None:
            return self.drop or None
        return column if column.rpartition(".")[2] in HTML and not self.keep_source else None
