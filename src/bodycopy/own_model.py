"""A user's own model: read from its file once, and refused in one line where it is not one for this version."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import bodycopy.rules  # noqa: F401 - the rules are features too
from bodycopy.errors import ModelError
from bodycopy.evidence import gather
from bodycopy.model.labeller import OTHER_FEATURES, Model, features, read
from bodycopy.model.lexicon import Lexicon
from bodycopy.read.html import read_html
from bodycopy.read.text import read_text
from bodycopy.survey import Survey
from bodycopy.words import library


def own_model(given: str | os.PathLike[str] | Model) -> Model:
    """The model of a file that ``bodycopy train`` wrote, or one that was loaded before, ready to be used.

    Raises :class:`ModelError`, one line, where the file cannot be read, is no model, or is one of other features.
    """
    if isinstance(given, Model):
        name, model = "the model given", given
    elif not isinstance(given, str | os.PathLike):
        raise ModelError(f"model: True, False, a file or a Model, not {given!r:.60}")
    else:
        name = os.fspath(given)
        try:
            model = read(Path(name))
        except OSError as error:
            raise ModelError(f"{name}: {error.strerror or error}") from error
        except ModelError as error:
            raise ModelError(f"{name}: {error}") from error
    if model.names != _feature_names(model.about.kind == "html"):
        raise ModelError(f"{name}: {OTHER_FEATURES} (bodycopy {model.about.version} trained it)")
    return model


@lru_cache(maxsize=2)
def _feature_names(html: bool) -> tuple[str, ...]:
    """The names of the features of this version, for HTML or for text: those of any page."""
    survey = Survey(read_html("<p>One.</p>") if html else read_text("One."), library())
    return features(survey, gather(survey), Lexicon({}))[0]
