"""HTML to blocks, in one walk over the tree that turbohtml builds.

turbohtml follows the WHATWG parsing rules and tells where every start and end tag stood. Its offsets count after newline
normalisation, and lone surrogates make attributes unreadable, so it is given a copy in which both are settled, and every
offset is mapped back.
"""

from __future__ import annotations

import re

import turbohtml

from bodycopy.document import Document, Format, Meta
from bodycopy.read import markup
from bodycopy.read.offsets import Offsets
from bodycopy.read.pieces import Element, Run, freeze
from bodycopy.read.walk import Walk

_SURROGATES = re.compile("[\ud800-\udfff]")


def read_html(source: str, *, url: str | None = None, lang: str | None = None) -> Document:
    """Read decoded HTML into a document.

    Spans count characters of ``source`` as given, whatever its line ends. Nothing is fetched and no script is run; what
    is hidden is marked, not dropped.
    """
    offsets = Offsets(parsable(source))
    runs, elements, meta, declared = _walked(offsets.normalised)
    blocks, nodes = freeze(runs, elements, offsets)
    return Document(
        source=source,
        format=Format.HTML,
        blocks=blocks,
        nodes=nodes,
        meta=meta,
        url=url,
        lang=lang or declared.strip().lower() or None,
    )


def _walked(text: str) -> tuple[list[Run], list[Element], Meta, str]:
    """What the walk finds, what the head declares, and the language.

    The tree ends with this function: it is large, and what lasts is better made when its memory can be had again.
    """
    walk = Walk(text)
    tree = parse(text)
    walk.run(tree)
    declared = tree.root.attr("lang") if tree.root is not None else None
    return walk.runs, walk.elements, markup.page_meta(tree), declared or ""


def parse(text: str, *, scripting: bool = False) -> turbohtml.Document:
    """The tree of a text with plain line ends and without surrogates, with places.

    The template of a declarative shadow root stays a template: the parser would take it out of the tree. With ``scripting``
    what a ``noscript`` holds is no markup.
    """
    return turbohtml.parse(text, source_locations=True, scripting=scripting, allow_declarative_shadow_roots=False)


def parsable(source: str) -> str:
    """The source without what the parser cannot take, character for character."""
    try:
        # Many times faster than to look for surrogates, which hardly any page has.
        source.encode("utf-16-le")
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", source)
    return source
