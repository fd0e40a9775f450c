"""Moving over from the application that FluxTUI replaces: what its `models.json` and `config.json` hold."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from fluxtui.domain.durations import can_be
from fluxtui.domain.errors import InvalidInput, Problem, StorageError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.json_text import NotJson, read_json
from fluxtui.domain.text import plural, safe_text, shorten
from fluxtui.services.config.checks import checked_key
from fluxtui.services.storage.ownership import Role, findings_at, refuse
from fluxtui.services.validation import ValidationService
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import NotAFile, open_ordinary

_MOST_BYTES = 50_000_000
_MOST_MODELS = 10_000
_MOST_ID_CHARACTERS = 200
_MOST_TEXT_CHARACTERS = 200
_MOST_TOLD_CHARACTERS = 2_000
_MOST_TOLD = 100
_MOST_NUMBER = 10**9
"""Of a rank or a number of steps; the journal holds no more than 2^63 - 1."""
_FIELDS = {
    "finetune_id": "id",
    "model_name": "name",
    "trigger_word": "trigger_word",
    "mode": "mode",
    "type": "finetune_type",
    "rank": "lora_rank",
    "iterations": "iterations",
    "learning_rate": "learning_rate",
    "priority": "priority",
}
_KEY_NAMES = ("api_key", "bfl_api_key", "BFL_API_KEY")


@dataclass(frozen=True)
class OldModels:
    """What could be taken over, and what could not, with the reason; a problem's field is the entry."""

    finetunes: tuple[Finetune, ...]
    problems: tuple[Problem, ...] = ()


def read_old_models(path: Path, profile: str) -> OldModels:
    """Read the finetunes from an old `models.json`; one that cannot be used does not spoil the others.

    Args:
        path: the file.
        profile: the profile that the finetunes will belong to.

    Raises:
        StorageError: the file cannot be read, or is no list of models.
    """
    content = _read_json(path)
    if isinstance(content, Mapping) and isinstance(content.get("models"), list):
        content = content["models"]
    if not isinstance(content, list):
        raise StorageError(f"{safe_text(path)} holds no list of models. Nothing was taken over.")
    found: dict[str, Finetune] = {}
    problems: list[Problem] = []
    if len(content) > _MOST_MODELS:
        left = plural(len(content) - _MOST_MODELS, "entry", "entries")
        problems.append(
            Problem("", f"it has more than {_MOST_MODELS:,} entries; the last {left} were left out")
        )
    for number, record in enumerate(content[:_MOST_MODELS], 1):
        entry = f"entry {number}"
        try:
            finetune = _finetune(record, profile)
        except InvalidInput as error:
            problems += [Problem(entry, problem.sentence()) for problem in error.problems]
            continue
        if finetune.id in found:
            problems.append(Problem(entry, "has the same finetune_id as one before it; the later is kept"))
        found[finetune.id] = finetune
    return OldModels(tuple(found.values()), tuple(problems))


def read_old_key(path: Path) -> SecretStr | None:
    """Return the API key in an old `config.json`, or None if there is none that can be used.

    Raises:
        StorageError: the file cannot be read, or is no JSON object.
    """
    content = _read_json(path)
    if not isinstance(content, Mapping):
        raise StorageError(f"{safe_text(path)} holds no configuration. Nothing was taken over.")
    for name in _KEY_NAMES:
        value = content.get(name)
        if isinstance(value, str) and value.strip():
            try:
                return checked_key(value)
            except ValueError:
                return None
    return None


def _read_json(path: Path) -> Any:
    try:
        with open_ordinary(path) as file:
            refuse(findings_at(path, Role.GIVEN, opened=os.fstat(file.fileno())), "nothing was taken over")
            data = file.read(_MOST_BYTES + 1)
    except NotAFile:
        raise StorageError(f"{safe_text(path)} cannot be read: it is not a file.") from None
    except OSError as error:
        raise StorageError(f"{safe_text(path)} cannot be read: {error.strerror}.") from error
    if len(data) > _MOST_BYTES:
        raise StorageError(f"{safe_text(path)} is far too large. Nothing was taken over.")
    try:
        return read_json(data)
    except NotJson:
        raise StorageError(f"{safe_text(path)} is not JSON. Nothing was taken over.") from None


def _finetune(record: Any, profile: str) -> Finetune:
    if not isinstance(record, Mapping):
        raise InvalidInput("", (Problem("", "is no model"),))
    values = {new: _given(record.get(old)) for old, new in _FIELDS.items()}
    values |= {"profile": profile, "created_at": _moment(record.get("timestamp")), "raw": _told(record)}
    values["name"] = values["name"] or values["id"]
    for name in ("name", "trigger_word", "mode", "finetune_type", "priority"):
        if isinstance(values[name], str):
            values[name] = shorten(values[name], _MOST_TEXT_CHARACTERS)
    try:
        finetune = Finetune.model_validate(values)
    except ValidationError as error:
        names = {new: old for old, new in _FIELDS.items()} | {"id": "finetune_id"}
        wrong = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_input=False))
        problems = tuple(Problem(names.get(name, name), "is missing or of the wrong kind") for name in wrong)
        raise InvalidInput("", problems) from None
    _check_sizes(finetune)
    return ValidationService().check_finetune(finetune)


def _check_sizes(finetune: Finetune) -> None:
    problems = [
        Problem(old, f"must be a number of at most {_MOST_NUMBER:,}")
        for new, old in (("lora_rank", "rank"), ("iterations", "iterations"))
        if (getattr(finetune, new) or 0) > _MOST_NUMBER
    ]
    if len(finetune.id) > _MOST_ID_CHARACTERS:
        problems.append(Problem("finetune_id", f"has more than {_MOST_ID_CHARACTERS} characters"))
    if problems:
        raise InvalidInput("", tuple(problems))


def _told(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what an entry tells, without what is far too long to be shown."""
    told: dict[str, Any] = {}
    for key, value in list(record.items())[:_MOST_TOLD]:
        fits = isinstance(value, bool | None) or len(json.dumps(value)) <= _MOST_TOLD_CHARACTERS
        told[str(key)[:_MOST_TEXT_CHARACTERS]] = value if fits else "(too long to be kept)"
    return told


def _given(value: Any) -> Any:
    """Return a value, or None for what the old application wrote where it knew nothing."""
    return (
        None if isinstance(value, str) and value.strip().lower() in ("", "n/a", "none", "unknown") else value
    )


def _moment(value: Any) -> datetime | None:
    """Return the time of training in UTC, or None where it cannot be told."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            moment = datetime.fromtimestamp(value, UTC)
        else:
            told = datetime.fromisoformat(value)
            moment = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
        return moment if can_be(moment) else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
