"""Which fields of a Scrapy item hold the page, its address, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bodycopy.errors import BodycopyError
from bodycopy.integrations.shared import OPTIONS

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

PREFIX = "BODYCOPY_"


class Fields(NamedTuple):
    """The names of an item's fields: where the page and its address stand, and where what is made of it goes.

    ``html`` holds the page: a ``str``, ``bytes``, response, selector or lxml element; ``text`` may be the same field.
    ``removed`` gets the removals as the JSON of results has them. ``None`` is for a field that is not wanted.
    """

    html: str = "html"
    text: str = "text"
    url: str | None = "url"
    title: str | None = None
    removed: str | None = None


def fields_of(settings: BaseSettings) -> Fields:
    """The fields by ``BODYCOPY_FIELDS``. Raises :class:`BodycopyError` for that and for settings there are none of."""
    known = [PREFIX + name for name in (*OPTIONS, "FIELDS")]
    for name in settings:
        if str(name).startswith(PREFIX) and name not in known:
            raise BodycopyError(f"there is no setting {name}: the settings are {', '.join(known)}")
    try:
        given = settings.getdict(PREFIX + "FIELDS")
    except (ValueError, TypeError) as error:
        raise BodycopyError(f"{PREFIX}FIELDS is a dict: {error}") from error
    for name, value in given.items():
        if name not in Fields._fields:
            raise BodycopyError(f"{PREFIX}FIELDS has no {name!r}: there are {', '.join(Fields._fields)}")
        if not isinstance(value, str) and (value is not None or name in ("html", "text")):
            raise BodycopyError(f"{PREFIX}FIELDS: {name} is the name of a field, not {value!r}")
    return Fields(**given)
