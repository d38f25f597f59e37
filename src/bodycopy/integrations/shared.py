"""What the integrations share: options from a framework's settings, and errors in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bodycopy.document import Label
from bodycopy.errors import BodycopyError
from bodycopy.options import DEFAULT_KEEP, Options
from bodycopy.words import PhrasePack

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = ("KEEP", "DROP", "STRICTNESS", "MODEL", "PHRASES")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def options_of(settings: Mapping[str, Any], prefix: str) -> Options:
    """The options that settings of the names ``prefix`` + ``OPTIONS`` describe; one that is missing has its default.

    Values may be of Python or as a command line gives them: lists as words between commas, ``MODEL`` as true, false or the
    name of a file. Raises :class:`BodycopyError`, one line, where one is not in order.
    """
    keep, drop = (_labels(prefix + name, settings.get(prefix + name)) for name in ("KEEP", "DROP"))
    if keep & drop:
        raise BodycopyError(f"{min(keep & drop)} is given to both {prefix}KEEP and {prefix}DROP")
    model = settings.get(prefix + "MODEL", True)
    return Options(
        keep=(DEFAULT_KEEP | keep) - drop,
        strictness=settings.get(prefix + "STRICTNESS", "balanced"),
        phrases=tuple(map(PhrasePack.read, _listed(prefix + "PHRASES", settings.get(prefix + "PHRASES")))),
        model=_BOOLEANS.get(str(model).lower(), model),
    )


def one_line(error: Exception) -> str:
    """What an error says, in one line; the name of its class where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__


def _labels(name: str, value: Any) -> frozenset[Label]:
    listed = _listed(name, value)
    try:
        return frozenset(map(Label, listed))
    except ValueError as error:
        raise BodycopyError(f"{name}: {error}: the labels are {', '.join(Label)}") from error


def _listed(name: str, value: Any) -> list[Any]:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    try:
        return [] if value is None else list(value)
    except TypeError as error:
        raise BodycopyError(f"{name} is a list, not {value!r}") from error
