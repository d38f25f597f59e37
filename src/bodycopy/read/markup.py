"""What single elements of a page say: their class words, whether they are hidden, what the head declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain

import turbohtml

from bodycopy.document import Meta

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BLOCK_TAGS = frozenset(
    "address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form frameset h1 h2 h3 h4 h5 h6 header hgroup html legend li listing main menu nav noscript ol p plaintext"
    " pre search section summary table caption tbody td tfoot th thead tr ul xmp".split()
)
EMBEDS = frozenset(
    "img picture video audio iframe object embed canvas map amp-img amp-video amp-youtube amp-iframe amp-ad amp-embed"
    " amp-instagram amp-twitter amp-anim amp-audio amp-pixel amp-analytics".split()
)
FIELDS = frozenset({"input", "select", "textarea"})
SKIPPED = frozenset("script style template head svg datalist option optgroup rt rp track source param frame".split())
_LAYOUT = {"table", "form", "article", "section", "aside", "nav", "header", "footer", "iframe", "h1", "h2", "ul", "ol"}
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LETTERS = "".join(chr(c) if chr(c).islower() else " " for c in range(128))
_NAMING = frozenset("class id role itemprop itemtype aria-label property".split())
_MOST_DATA = 40
_HIDING = re.compile(r"display:none|visibility:hidden")
_MOST_TOKENS = 32
_MOST_TOKEN_SOURCE = 400


@lru_cache(maxsize=16384)
def class_tokens(words: str) -> tuple[str, ...]:
    """The lower-case words of class names, ids and the like: ``post-newsletterBox`` is post, newsletter, box."""
    words = words[:_MOST_TOKEN_SOURCE]
    if words.isascii() and words.islower():
        found = words.translate(_LETTERS).split()
    else:
        found = " ".join(_TOKEN.findall(words)).lower().split()
    return tuple([t for t in dict.fromkeys(found) if 1 < len(t) < 25][:_MOST_TOKENS])


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def marks(node: turbohtml.Element, tag: str) -> tuple[tuple[str, ...], bool]:
    """What the start tag of a block-like element says.

    That is the words of its class, id, role, itemprop, label and data attributes (short values only), and whether it is
    not shown until a script or the reader acts.
    """
    found = [class_tokens(tag)] if "-" in tag else []
    length = 0
    attrs = node.attrs
    hidden = tag == "noscript" or (tag == "dialog" and "open" not in attrs)
    for name in attrs:
        if name in _NAMING:
            value = node.attr(name)
            if value:
                length += len(value) + 1
                found.append(class_tokens(value))
        elif name[:5] == "data-":
            value = node.attr(name) or ""
            found.append(class_tokens(name[5:]))
            length += len(name)
            if len(value) <= _MOST_DATA:
                length += len(value) + 1
                found.append(class_tokens(value))
        elif name == "hidden":
            hidden = True
        elif name == "style":
            hidden = hidden or hides(node.attr(name) or "")
    if length + len(tag) > _MOST_TOKEN_SOURCE:
        # Only so much of all of them is read, and each has been read by itself.
        return node_tokens(tag, attrs.copy()), hidden
    if len(found) == 1:
        return found[0], hidden
    return tuple(list(dict.fromkeys(chain.from_iterable(found)))[:_MOST_TOKENS]), hidden


def node_tokens(tag: str, attrs: Mapping[str, str | list[str] | None]) -> tuple[str, ...]:
    """The words of an element's naming attributes, in one go, so far as they are read."""
    words = [tag] if "-" in tag else []
    for name, value in attrs.items():
        if name in _NAMING:
            words.append(_words(value))
        elif name[:5] == "data-":
            words.append(name[5:])
            text = _words(value)
            if len(text) <= _MOST_DATA:
                words.append(text)
    return class_tokens(" ".join(words))


def class_words(node: turbohtml.Element, tag: str) -> tuple[str, ...]:
    """The words of an inline element's class attribute, after those of its own name."""
    words = node.attr("class") or ""
    if "-" in tag or len(words) > _MOST_TOKEN_SOURCE:
        # White space does not count in how much of it is read.
        words = " ".join([tag, *words.split()] if "-" in tag and words else words.split())
    return class_tokens(words)


@lru_cache(maxsize=4096)
def hides(style: str) -> bool:
    """Whether a style attribute keeps its element from being shown."""
    return _HIDING.search(style.replace(" ", "").lower()) is not None


def is_hidden(node: turbohtml.Element) -> bool:
    """Whether an inline element is not shown until a script or the reader acts."""
    attrs = node.attrs
    return "hidden" in attrs or ("style" in attrs and hides(node.attr("style") or ""))


def email_field(attrs: Mapping[str, object]) -> bool:
    """Whether a form field asks for an e-mail address."""
    if _words(attrs.get("type")).lower() == "email":
        return True
    named = " ".join(_words(attrs.get(k)) for k in ("name", "id", "placeholder", "autocomplete")).lower()
    return "email" in named or "e-mail" in named


def is_hidden_field(attrs: Mapping[str, object]) -> bool:
    """Whether an input is of a kind that nobody sees."""
    return _words(attrs.get("type")).lower() == "hidden"


def is_data_table(table: turbohtml.Element) -> bool:
    """Whether a table holds data, row by row, rather than the page's layout.

    Layout tables hold other tables, sections, lists or headings, have one column, or say so. The search stops at the
    first such thing, so nested tables cost no more than their own cells.
    """
    if table.attr("role") in ("presentation", "none"):
        return False
    rows = cells = chars = 0
    for node in table.descendants:
        if isinstance(node, turbohtml.Text):
            chars += len(node.data)
        if not isinstance(node, turbohtml.Element):
            continue
        tag = node.tag
        if tag in _LAYOUT:
            return False
        rows += tag == "tr"
        cells += tag in ("td", "th")
    return rows > 0 and cells >= 2 * rows and chars < 400 * max(1, cells)


def page_meta(tree: turbohtml.Document) -> Meta:
    """What the head and the JSON-LD of a page declare. Broken JSON is passed over: it is evidence, not content."""
    titles: dict[str, None] = {}
    found = {"description": "", "author": "", "site": ""}
    keys = {"description": "description", "og:description": "description", "author": "author", "og:site_name": "site"}
    for meta in tree.find_all("meta"):
        name = (meta.attr("property") or meta.attr("name") or "").lower()
        value = " ".join((meta.attr("content") or "").split())
        if value and name in ("og:title", "twitter:title"):
            titles[value] = None
        elif value and name in keys and not found[keys[name]]:
            found[keys[name]] = value
    title = tree.find("title")
    if title is not None and title.text.strip():
        titles[" ".join(title.text.split())] = None
    article = ""
    for item in _linked_data(tree):
        headline = item.get("headline")
        if isinstance(headline, str) and headline.strip():
            titles[" ".join(headline.split())] = None
        body = item.get("articleBody")
        if isinstance(body, str) and len(body) > len(article):
            article = body
    return Meta(tuple(titles), found["description"], article, found["author"], found["site"])


def _linked_data(tree: turbohtml.Document) -> Iterator[dict[str, object]]:
    try:
        queue: list[object] = list(tree.json_ld())
    except (ValueError, RecursionError):
        return
    for _ in range(1000):
        if not queue:
            return
        item = queue.pop(0)
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            yield item
            queue.extend(v for k, v in item.items() if k in ("@graph", "mainEntity", "mainEntityOfPage"))
