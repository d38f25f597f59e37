"""trafilatura as a front end: its text of a page, and what it knows of author, date and site.

trafilatura is an optional package, imported when one of these functions is called and not before. Nothing is fetched.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bodycopy.errors import BodycopyError, SourceError

if TYPE_CHECKING:
    from bodycopy.options import Options
    from bodycopy.pipeline import Cleaned
    from bodycopy.read.source import Loaded


class MissingPackageError(BodycopyError):
    """An optional package that is asked for cannot be imported; its text says what to install."""


def require_trafilatura(option: str) -> ModuleType:
    """Import trafilatura for ``option``. Raises :class:`MissingPackageError`, one line, where that does not work."""
    try:
        import trafilatura
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "trafilatura":
            reason = f"{option} needs trafilatura: pip install 'bodycopy[trafilatura]'"
        else:
            reason = f"{option} needs trafilatura, which cannot be imported here: {str(error).splitlines()[0]}"
        raise MissingPackageError(reason) from error
    # Without a handler of its own its log would go to standard error, where messages name files.
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    return trafilatura


def extract_text(html: str, url: str | None = None) -> str | None:
    """What trafilatura makes of a decoded page, as plain text; ``None`` where it finds nothing.

    Raises :class:`SourceError` where trafilatura itself fails, :class:`MissingPackageError` where it is not installed.
    """
    trafilatura = require_trafilatura("--via trafilatura")
    try:
        text: str | None = trafilatura.extract(html, url=url, include_comments=False)
    except Exception as error:
        raise SourceError(f"trafilatura could not read this page: {type(error).__name__}") from error
    return text


def extract_metadata(html: str, url: str | None = None) -> dict[str, str | None]:
    """Author, date (ISO 8601) and site name of a decoded page, ``None`` for what trafilatura does not find.

    Raises as :func:`extract_text` does.
    """
    trafilatura = require_trafilatura("--metadata")
    try:
        found: Any = trafilatura.extract_metadata(html, default_url=url)
    except Exception as error:
        raise SourceError(f"trafilatura could not read this page's metadata: {type(error).__name__}") from error
    return {key: getattr(found, key, None) or None for key in ("author", "date", "sitename")}


def clean_extracted(page: Loaded, *, url: str | None, lang: str | None, options: Options) -> Cleaned:
    """Clean what trafilatura makes of a page; what reading the page told (encoding, warnings) belongs to the result too.

    Raises as :func:`extract_text` does, and :class:`SourceError` where the page is text.
    """
    from bodycopy.pipeline import clean

    if page.format != "html":
        raise SourceError("--via trafilatura reads HTML, and this is text")
    text = extract_text(page.text, url)
    cleaned = clean("" if text is None else f"{text}\n", url=url, lang=lang, format="text", options=options)
    document = replace(cleaned.document, encoding=page.encoding, undecodable=page.undecodable)
    told = page.warnings if text is not None else (*page.warnings, "trafilatura finds no text in this page")
    return replace(cleaned, document=document, warnings=(*told, *cleaned.warnings))
