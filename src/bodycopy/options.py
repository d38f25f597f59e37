"""What to keep and how: the settings of one run, checked once."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bodycopy.document import Label
from bodycopy.errors import BodycopyError
from bodycopy.evidence import Labeller
from bodycopy.fingerprint import NO_MODEL, SHIPPED
from bodycopy.keep import strictness
from bodycopy.model.labeller import Model
from bodycopy.own_model import own_model
from bodycopy.words import PhrasePack

DEFAULT_KEEP = frozenset({Label.TITLE, Label.BODY})


@dataclass(frozen=True, slots=True)
class Options:
    """What to keep and how, resolved once and used for any number of documents.

    ``keep`` holds the labels whose blocks stay. ``strictness`` is the one dial: ``sure``, ``careful``, ``balanced``,
    ``strict`` or a number from 0 to 1, the share of the words cut that may be body. ``phrases`` are a user's own phrase packs,
    ``labellers`` a user's own labellers, called after the rules, anew in each look. ``model`` is the learnt labeller that
    judges beside the rules: ``True`` for the one that ships, ``False`` for none, or a file that ``bodycopy train`` wrote, which
    is read at once, for sources of its kind only (pages of more than 20,000 blocks are the rules' alone). Raises
    :class:`BodycopyError` for a label or a setting that does not exist, :class:`ModelError` for a model that cannot be used.
    """

    keep: frozenset[Label] = DEFAULT_KEEP
    strictness: str | float = "balanced"
    phrases: tuple[PhrasePack, ...] = ()
    labellers: tuple[Labeller, ...] = ()
    model: bool | str | os.PathLike[str] | Model = True

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "keep", frozenset(Label(label) for label in self.keep))
        except ValueError as error:
            raise BodycopyError(f"{error}: the labels are {', '.join(Label)}") from error
        strictness(self.strictness)
        if not isinstance(self.model, bool):
            object.__setattr__(self, "model", own_model(self.model))

    @property
    def judge(self) -> str:
        """The learnt labeller by name: ``shipped``, ``none``, or the digest of a user's own."""
        if isinstance(self.model, Model):
            return self.model.digest
        return SHIPPED if self.model else NO_MODEL
