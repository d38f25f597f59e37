"""Settings from a file: ``[tool.bodycopy]`` of the nearest pyproject.toml, or the nearest bodycopy.toml."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from bodycopy.errors import BodycopyError
from bodycopy.inputs import shown

OWN = "bodycopy.toml"
PROJECT = "pyproject.toml"


class SettingsError(BodycopyError):
    """A file of settings that cannot be read, or holds what is no setting."""


def _setting(default: Any, meaning: str) -> Any:
    """A field with its meaning, which the JSON schema tells editors."""
    factory = (lambda: list(default)) if isinstance(default, list) else (lambda: dict(default))
    if isinstance(default, list | dict):
        return field(default_factory=factory, metadata={"meaning": meaning})
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """What a file of settings can say; every name is that of the option, with ``-`` for ``_``.

    The first seven are for all commands that clean, the others for ``bodycopy check``. ``path`` is the file, ``None`` for none;
    paths in it are beside it.
    """

    keep: list[str] = _setting([], "labels to keep besides title and body")
    drop: list[str] = _setting([], "labels to drop besides the others")
    strictness: str | float | None = _setting(
        None, "sure, careful, balanced, strict, or which share (0 to 1) of a cut may be body"
    )
    phrases: list[str] = _setting([], "files of phrase packs")
    model: str | None = _setting(None, "a model that `bodycopy train` made")
    no_model: bool = _setting(False, "let the rules judge alone")
    lang: str | None = _setting(None, "the language of all texts")
    select: list[str] = _setting([], "labels or rules, or beginnings of them, that findings must have")
    ignore: list[str] = _setting([], "labels or rules, or beginnings of them, that are no findings")
    per_path_ignores: dict[str, list[str]] = _setting({}, "the same by pattern of path")
    include: list[str] = _setting([], "patterns of files to check instead of the usual ones")
    exclude: list[str] = _setting([], "patterns of files and folders not to check")
    allow: list[str] = _setting([], "phrases: what holds one is no finding")
    allow_records: list[str] = _setting([], "ids of records that are not to be checked")
    baseline: str | None = _setting(None, "a file of findings that are known")
    max_findings: int | None = _setting(None, "how many findings may be there")
    max_rate: float | None = _setting(None, "which share of the documents, in percent, may have findings")
    page: bool = _setting(False, "HTML is whole pages, whose menus are no findings")
    field: str | None = _setting(None, "the column of the text in files of records")
    path: Path | None = None

    def told(self) -> dict[str, Any]:
        """All settings by the names they have in a file."""
        return {_dashed(f.name): getattr(self, f.name) for f in _settings()}


def _settings() -> list[Any]:
    return [f for f in fields(Settings) if f.name != "path"]


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def load(start: Path, config: str | None = None, *, isolated: bool = False) -> Settings:
    """The settings for a folder: of the file named, else of the nearest one upwards; none where that is wanted (``isolated``).

    Raises :class:`SettingsError`, one line that names the file, and for an unknown key the nearest known one.
    """
    if isolated:
        return Settings()
    if config is not None:
        return _of(Path(config), _read(Path(config)))
    try:
        here = start.absolute()
    except OSError:  # the folder that we are in is no more
        return Settings()
    for folder in (here, *here.parents):
        own, project = folder / OWN, folder / PROJECT
        if os.path.isfile(own):
            return _of(_near(own), _read(own))
        if os.path.isfile(project) and _table(data := _read(project)) is not None:
            return _of(_near(project), data)
    return Settings()


def _near(path: Path) -> Path:
    """A path as one would say it from here, where it is below."""
    try:
        here = Path.cwd()
    except OSError:
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{shown(_near(path))}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{shown(_near(path))}: not TOML: {error}") from error


def _table(data: Mapping[str, Any]) -> Any:
    """What a project's file has of ours, ``None`` for nothing."""
    tool = data.get("tool")
    return tool.get("bodycopy") if isinstance(tool, dict) else None


def _of(path: Path, data: Mapping[str, Any]) -> Settings:
    table = _table(data) or {} if path.name == PROJECT else data
    if not isinstance(table, dict):
        raise SettingsError(f"{shown(path)}: tool.bodycopy: a table is wanted, not {shown(repr(table))}")
    hints, known = get_type_hints(Settings), {_dashed(f.name): f.name for f in _settings()}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
            hint = f": did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
            raise SettingsError(f"{shown(path)}: unknown setting {shown(key)}{hint}")
        if not _fits(value, hints[known[key]]):
            raise SettingsError(
                f"{shown(path)}: {key}: {_wanted(hints[known[key]])} is wanted, not {shown(repr(value))}"
            )
        values[known[key]] = value
    for name in ("phrases", "model", "baseline"):
        if values.get(name):
            beside = values[name]
            values[name] = (
                [str(path.parent / p) for p in beside] if isinstance(beside, list) else str(path.parent / beside)
            )
    return Settings(**values, path=path)


def _fits(value: object, hint: Any) -> bool:
    """Whether a value of TOML is of a type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(_fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(one, inner[1]) for one in value.values())
    if inner:
        return any(_fits(value, one) for one in inner if one is not type(None))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))


_NAMES = {
    str: "text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    list: "a list of texts",
    dict: "a table",
}


def _wanted(hint: Any) -> str:
    parts = [one for one in get_args(hint) if one is not type(None)] if get_origin(hint) not in (list, dict) else []
    return " or ".join(_NAMES[get_origin(one) or one] for one in parts or [hint])


def schema() -> dict[str, Any]:
    """The settings as a JSON schema (2020-12), for editors."""
    hints = get_type_hints(Settings)
    properties = {_dashed(f.name): {"description": f.metadata["meaning"], **_shape(hints[f.name])} for f in _settings()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bodycopy",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


_SHAPES = {str: "string", float: "number", int: "integer", bool: "boolean"}


def _shape(hint: Any) -> dict[str, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": _shape(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _shape(inner[1])}
    shapes = [_SHAPES[one] for one in inner if one is not type(None)]
    return {"type": shapes[0] if len(shapes) == 1 else shapes} if inner else {"type": _SHAPES[hint]}
