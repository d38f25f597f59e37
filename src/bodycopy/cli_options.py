"""The options of the commands, as records that say what each means, and the checks that need no input to be read."""

from __future__ import annotations

import difflib
import inspect
import os
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar, get_type_hints

import typer

from bodycopy.document import Label
from bodycopy.errors import BodycopyError
from bodycopy.inputs import STDIN, UsageError, shown
from bodycopy.via import MissingPackageError, require_trafilatura

if TYPE_CHECKING:
    from bodycopy.options import Options
    from bodycopy.settings import Settings

FORMATS = ("html", "text", "markdown", "mhtml", "eml")
OUTPUTS = {"text": ".txt", "markdown": ".md", "html": ".html", "json": ".json"}
Arguments = TypeVar("Arguments")
Result = TypeVar("Result")
LABELS = tuple(label.value for label in Label)


@dataclass(frozen=True)
class Policy:
    """What all commands that judge share: what is kept, who judges, and how strictly."""

    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep", metavar="LABEL", help=f"Keep this label too; may be repeated. One of {', '.join(LABELS)}."
        ),
    ] = None
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="LABEL", help="Drop this label too; may be repeated.")
    ] = None
    strictness: Annotated[
        str | None,
        typer.Option(
            metavar="S",
            help="How much may go: sure, careful, balanced (the default), strict, or which share (0 to 1) may be body.",
        ),
    ] = None
    model: Annotated[
        str | None, typer.Option("--model", metavar="FILE", help="Let a model that `bodycopy train` made judge.")
    ] = None
    no_model: Annotated[bool, typer.Option("--no-model", help="Let the rules judge alone.")] = False
    phrases: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Add a phrase pack (TOML).")] = None
    lang: Annotated[str | None, typer.Option(metavar="LANG", help="The page's language, as in en or pt-BR.")] = None
    config: Annotated[str | None, typer.Option(metavar="FILE", help="Take the settings from this file.")] = None
    isolated: Annotated[bool, typer.Option("--isolated", help="Take no settings from files.")] = False

    def settings(self, paths: Sequence[str] | None) -> Settings:
        """The settings for paths, by the first of them. Raises :class:`UsageError`."""
        from bodycopy.settings import load

        if self.config is not None and self.isolated:
            raise UsageError("--config and --isolated cannot be given together")
        named = next((path for path in paths or () if path != STDIN and "://" not in path), ".")
        try:
            start = Path(named) if os.path.isdir(named) else Path(named).parent
            return load(start, self.config, isolated=self.isolated)
        except ValueError as error:  # ours are among these
            raise UsageError(str(error)) from error

    def with_settings(self, found: Settings) -> Self:
        """The same with what a file of settings says where nothing was given; lists add up."""
        keep, drop = self.keep or [], self.drop or []
        return replace(
            self,
            keep=[*keep, *(label for label in found.keep if label not in drop)],
            drop=[*drop, *(label for label in found.drop if label not in keep)],
            phrases=[*(self.phrases or ()), *found.phrases],
            strictness=self.strictness or (str(found.strictness) if found.strictness is not None else None),
            model=self.model or (None if self.no_model else found.model),
            no_model=self.no_model or (found.no_model and self.model is None),
            lang=self.lang or found.lang,
        )

    def checked(self) -> Options:
        """The package's own options. Raises :class:`UsageError` for unknown values, with the known ones."""
        # The engine is loaded here, so that the command line itself starts fast.
        from bodycopy.options import DEFAULT_KEEP, Options
        from bodycopy.own_model import own_model
        from bodycopy.words import PhrasePack

        kept = {Label(known("--keep", label, LABELS)) for label in self.keep or ()}
        dropped = {Label(known("--drop", label, LABELS)) for label in self.drop or ()}
        if kept & dropped:
            raise UsageError(f"{min(kept & dropped)} is given to both --keep and --drop")
        dial = _strictness(self.strictness or "balanced")
        packs = tuple(_checked("--phrases", PhrasePack.read, path) for path in self.phrases or ())
        if self.model is not None and self.no_model:
            raise UsageError("--model and --no-model cannot be given together")
        model = not self.no_model if self.model is None else _checked("--model", own_model, self.model)
        return Options(keep=(DEFAULT_KEEP | kept) - dropped, strictness=dial, phrases=packs, model=model)


@dataclass(frozen=True)
class Judging(Policy):
    """The same with how inputs are read."""

    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Read it as html, text, markdown, mhtml or eml.")
    ] = None
    encoding: Annotated[str | None, typer.Option(metavar="ENCODING", help="Decode it so, whatever it declares.")] = None

    def checked(self) -> Options:
        """The package's own options. Raises :class:`UsageError` for unknown values, with the known ones."""
        from bodycopy.read.encoding import given

        if self.format is not None:
            known("--format", self.format, FORMATS)
        if self.encoding is not None:
            _checked("--encoding", given, self.encoding)
        return super().checked()


@dataclass(frozen=True)
class Reading(Judging):
    """What `clean` and `explain` share: the page may have an address."""

    url: Annotated[str | None, typer.Option(metavar="URL", help="The page's address.")] = None


@dataclass(frozen=True)
class CleanArguments(Reading):
    """Everything `bodycopy clean` can be told."""

    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT", help="Files, folders, or - for standard input (the default)."),
    ] = None
    to: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Write text (the default), markdown, html or json.")
    ] = None
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE|DIR", help="Write here instead of to standard output.")
    ] = None
    in_place: Annotated[bool, typer.Option("--in-place", help="Write each file's own format over it.")] = False
    diff: Annotated[bool, typer.Option("--diff", help="Show the cut as a unified diff instead of the result.")] = False
    summary: Annotated[bool, typer.Option("--summary", help="Count what was cut, by label, on standard error.")] = False
    via: Annotated[
        str | None, typer.Option(metavar="trafilatura", help="Clean what this extractor makes of the page.")
    ] = None
    metadata: Annotated[
        bool, typer.Option("--metadata", help="Add author, date and site name to JSON (needs trafilatura).")
    ] = False
    fragment: Annotated[bool, typer.Option("--fragment", help="HTML of the kept elements alone.")] = False

    @property
    def form(self) -> str:
        """The output's form: that of --to, else text."""
        return self.to or "text"

    @property
    def suffix(self) -> str:
        """The ending of files made in a folder."""
        return ".diff" if self.diff else OUTPUTS[self.form]

    def check_combination(self) -> None:
        """Raise :class:`UsageError` for options that cannot be meant together."""
        known("--to", self.form, tuple(OUTPUTS))
        known("--via", self.via or "trafilatura", ("trafilatura",))
        refused = {
            "--in-place and -o cannot be given together": self.in_place and self.output is not None,
            "--in-place and --diff cannot be given together: a diff writes nothing over": self.in_place and self.diff,
            f"--in-place keeps each file's own format: leave out --to {self.to}": self.in_place and self.to == "json",
            "--in-place and --via cannot be given together: text would replace the page": self.in_place and self.via,
            "--in-place and --fragment cannot be given together": self.in_place and self.fragment,
            "--diff takes the place of the result: leave out --to": self.diff and self.to is not None,
            "--fragment is for --to html": self.fragment and self.to != "html",
            "--metadata is for --to json": self.metadata and self.to != "json",
            "--via trafilatura makes text of the page: --to html is not possible": self.via and self.to == "html",
            f"--to html can only be made of HTML, not of --format {self.format}": (
                self.to == "html" and self.format in ("text", "markdown")
            ),
            f"--via trafilatura reads HTML, not --format {self.format}": (
                self.via and self.format in ("text", "markdown")
            ),
            "--in-place cannot write over standard input": self.in_place and STDIN in (self.inputs or (STDIN,)),
        }
        for message, applies in refused.items():
            if applies:
                raise UsageError(message)
        if self.via or self.metadata:
            try:
                require_trafilatura("--via trafilatura" if self.via else "--metadata")
            except MissingPackageError as error:
                raise UsageError(str(error)) from error


@dataclass(frozen=True)
class ExplainArguments(Reading):
    """Everything `bodycopy explain` can be told."""

    input: Annotated[
        str | None, typer.Argument(metavar="INPUT", help="A file, or - for standard input (the default).")
    ] = None
    to: Annotated[str, typer.Option(metavar="FORMAT", help="Write text or json.")] = "text"
    every: Annotated[bool, typer.Option("--all", help="Show every reason, not only the strongest.")] = False


def known(option: str, value: str, values: Sequence[str]) -> str:
    """``value`` where it is known, else :class:`UsageError` with the nearest and all known values."""
    if value in values:
        return value
    near = difflib.get_close_matches(value.lower(), values, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise UsageError(f"{option}: unknown value {shown(value)!r}{hint}; known: {', '.join(values)}")


def _strictness(value: str) -> str | float:
    from bodycopy.keep import PRESETS, strictness

    try:
        return strictness(value)
    except BodycopyError as error:
        presets = ", ".join(PRESETS)
        message = f"--strictness: unknown value {shown(value)!r}; known: {presets}, or a number from 0 to 1"
        raise UsageError(message) from error


def _checked(option: str, read: Callable[[str], Result], value: str) -> Result:
    """What ``read`` makes of a value, its refusal as one of the option's."""
    try:
        return read(value)
    except BodycopyError as error:
        raise UsageError(f"{option}: {error}") from error


def command(record: type[Arguments]) -> Callable[[Callable[[Arguments], int]], Callable[..., int]]:
    """Make a function of one record a command: each field of the record becomes an option or argument for Typer."""
    hints = get_type_hints(record, include_extras=True)
    parameters = [
        inspect.Parameter(
            f.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if f.default is MISSING else f.default,
            annotation=hints[f.name],
        )
        for f in fields(record)  # type: ignore[arg-type]
    ]

    def of(run: Callable[[Arguments], int]) -> Callable[..., int]:
        def called(**values: Any) -> int:
            return run(record(**values))

        called.__name__, called.__doc__ = run.__name__, run.__doc__
        called.__annotations__ = hints
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return called

    return of
