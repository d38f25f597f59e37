"""A document transformer for LangChain: what a loader made of a page is cleaned before it is split and embedded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from langchain_core.documents import BaseDocumentTransformer

from bodycopy.document import Format
from bodycopy.integrations.shared import one_line
from bodycopy.options import Options
from bodycopy.pipeline import clean
from bodycopy.write import removal_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.documents import Document

logger = logging.getLogger(__name__)


class BodycopyTransformer(BaseDocumentTransformer):
    """Cleans ``page_content``; documents are never changed in place, and each keeps its metadata and id.

    ``format`` is html, text or markdown; without it the content of each document tells. With ``removals`` the metadata get
    ``bodycopy``, the removals as the JSON of results has them. A document that cannot be cleaned goes on as it was, with a
    warning. The page's address is the metadata's ``source``.

    Raises ``ValueError`` for a format that there is not.
    """

    def __init__(
        self, options: Options | None = None, *, format: Format | str | None = None, removals: bool = False
    ) -> None:
        self.options = options or Options()
        self.format = None if format is None else Format(format)
        self.removals = removals

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:  # noqa: ARG002
        """A new document for each, in their order. ``atransform_documents`` does the same in a thread of its own."""
        return [self._cleaned(document) for document in documents]

    def _cleaned(self, document: Document) -> Document:
        metadata = dict(document.metadata)
        url = metadata.get("source")
        try:
            cleaned = clean(
                document.page_content,
                url=url if isinstance(url, str) else None,
                format=self.format,
                options=self.options,
            )
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the documents beside it
            logger.warning("a document stays as it is: %s (%s)", one_line(error), url)
            return document
        if self.removals:
            metadata["bodycopy"] = [removal_dict(removal) for removal in cleaned.removed]
        return document.model_copy(update={"page_content": cleaned.text, "metadata": metadata})
