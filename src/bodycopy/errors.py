"""What bodycopy raises: one clear line each, naming what was wrong and where."""


class BodycopyError(ValueError):
    """Any error that is the input's or the caller's; its text is one line fit for a user."""


class SourceError(BodycopyError):
    """An input that could not be read or is neither HTML nor text."""


class PhraseError(BodycopyError):
    """A phrase pack that is not in order."""


class ModelError(BodycopyError):
    """A model that is none, that was made for other features, or for the other kind of source."""
