"""A pipeline step for datatrove: documents whose text is a page, or what an extractor made of one, get their body copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from datatrove.pipeline.base import PipelineStep
from datatrove.utils.logging import logger

from bodycopy.document import Format
from bodycopy.integrations.shared import one_line
from bodycopy.options import Options
from bodycopy.pipeline import clean
from bodycopy.write import removal_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from datatrove.data import Document


class BodycopyCleaner(PipelineStep):
    """Cleans ``doc.text``, which is a page or what an extractor made of one.

    ``format`` is html, text or markdown; without it the content of each document tells. ``removals`` says how
    ``doc.metadata["bodycopy"]`` holds the removals: as the ``list`` that the JSON of results has, as that list in ``json``,
    which is one type for all rows of a Parquet file, or not at all (``None``). ``doc.metadata["bodycopy_error"]`` is empty,
    or why a document could not be cleaned, which then goes on with the text it had. A document of which nothing stays is
    dropped, as extractors of datatrove do it, unless ``keep_empty``: its writers leave an empty text out.

    The stats are ``total``, ``cleaned``, ``failed``, ``dropped`` (documents), ``words_in``, ``words_out``, and
    ``removed-LABEL`` (removals).

    Raises ``ValueError`` for a format or a kind of removals that there is not. Picklable.
    """

    name = "bodycopy"
    type = "✂️ - FORMAT"

    def __init__(
        self,
        options: Options | None = None,
        *,
        format: Format | str | None = None,
        removals: Literal["list", "json"] | None = "list",
        keep_empty: bool = False,
    ) -> None:
        super().__init__()
        if removals not in ("list", "json", None):
            raise ValueError(f"removals is 'list', 'json' or None, not {removals!r}")
        self.options = options or Options()
        self.format = None if format is None else Format(format)
        self.removals = removals
        self.keep_empty = keep_empty

    def run(
        self,
        data: Iterable[Document] | None,
        rank: int = 0,  # noqa: ARG002 - the tasks need nothing of each other
        world_size: int = 1,  # noqa: ARG002
    ) -> Iterator[Document]:
        """The documents, each cleaned when its turn comes."""
        for doc in data or ():
            self.stat_update("total")
            with self.track_time():
                stays = self._cleaned(doc)
            if stays:
                yield doc

    def _cleaned(self, doc: Document) -> bool:
        """Clean a document or leave it as it was, and say whether it goes on."""
        try:
            self._clean(doc)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the task either
            self._note(doc, [], one_line(error))
            self.stat_update("failed")
            logger.warning(f"{doc.id} stays as it is: {one_line(error)}")
            return True
        stays = self.keep_empty or bool(doc.text.strip())
        self.stat_update("cleaned", *([] if stays else ["dropped"]))
        return stays

    def _clean(self, doc: Document) -> None:
        """Clean one document and count what was cut."""
        url = doc.metadata.get("url")
        cleaned = clean(doc.text, url=url if isinstance(url, str) else None, format=self.format, options=self.options)
        removed = [removal_dict(removal) for removal in cleaned.removed]
        doc.text = cleaned.text
        self._note(doc, removed)
        self.stat_update("words_in", value=sum([len(item.block.text.split()) for item in cleaned.blocks]))
        self.stat_update("words_out", value=len(doc.text.split()))
        self.stat_update(*[f"removed-{removal['label']}" for removal in removed])

    def _note(self, doc: Document, removed: list[dict[str, Any]], error: str = "") -> None:
        """Say in the metadata what was done. All documents get the same keys, as the rows of a table must have them."""
        doc.metadata["bodycopy_error"] = error
        if self.removals is not None:
            doc.metadata["bodycopy"] = json.dumps(removed) if self.removals == "json" else removed
