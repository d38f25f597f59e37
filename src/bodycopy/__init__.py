"""bodycopy: the body copy of an article page, without everything that is set around it.

``clean`` takes a saved page or a text and gives back a :class:`Cleaned`: the text that stays, every cut, and why.
The names below are imported when they are first used, so that ``import bodycopy`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bodycopy import version as _version

if TYPE_CHECKING:
    from bodycopy.document import Block, Document, Format, Kind, Label, Node, Span
    from bodycopy.errors import BodycopyError, ModelError, PhraseError, SourceError
    from bodycopy.evidence import Evidence, Labeller
    from bodycopy.options import Options
    from bodycopy.pipeline import Cleaned, clean, clean_document, clean_many, read
    from bodycopy.result import LabelledBlock, Removal
    from bodycopy.survey import Survey
    from bodycopy.words import PhrasePack

_HOMES = {
    "document": ("Block", "Document", "Format", "Kind", "Label", "Node", "Span"),
    "errors": ("BodycopyError", "ModelError", "PhraseError", "SourceError"),
    "evidence": ("Evidence", "Labeller"),
    "options": ("Options",),
    "pipeline": ("Cleaned", "clean", "clean_document", "clean_many", "read"),
    "result": ("LabelledBlock", "Removal"),
    "survey": ("Survey",),
    "words": ("PhrasePack",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__version__ = _version.VERSION

__all__ = [
    "Block",
    "BodycopyError",
    "Cleaned",
    "Document",
    "Evidence",
    "Format",
    "Kind",
    "Label",
    "LabelledBlock",
    "Labeller",
    "ModelError",
    "Node",
    "Options",
    "PhraseError",
    "PhrasePack",
    "Removal",
    "SourceError",
    "Span",
    "Survey",
    "__version__",
    "clean",
    "clean_document",
    "clean_many",
    "read",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"bodycopy.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
