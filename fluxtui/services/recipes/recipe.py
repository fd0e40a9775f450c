"""The recipe of a picture as it stands in the file: everything to repeat it, nothing that is private."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fluxtui import __version__
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import as_cost

PROGRAM = "FluxTUI"
MAX_RECIPE_CHARACTERS = 1_000_000
"""A longer recipe is neither written nor read."""

_PROSE = frozenset({"prompt", "negative_prompt"})
_PRIVATE_NAME = re.compile(r"(?i)api_?key|secret|password|authorization|credential|webhook|(?:^|_)token$")
_ADDRESS = re.compile(r"(?i)\b(https?://)(?:[^\s/@?#]*@)?([^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?")
_LOCAL_PATH = re.compile(r"(?i)(?:/|~|\.\.?[/\\]|\\\\|[a-z]:[/\\]|file:|(?:inputs|datasets|pictures|tmp)/).*")
_NO_XML_CHARACTER = re.compile("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_LONGEST_NAME = 1000
_Name = Annotated[str, Field(max_length=_LONGEST_NAME)]


class Recipe(BaseModel):
    """How a picture was made.

    `parameters` is the request as it was validated; input pictures stand there by file name only. Money is in
    credits and None where the service did not tell it, times are aware UTC datetimes. `layout` is the version
    of this description. One that was read from a file is text from outside.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, allow_inf_nan=False)

    layout: int = 1
    program: _Name = PROGRAM
    version: _Name = __version__
    job_id: _Name
    provider: _Name
    endpoint: _Name
    parameters: dict[str, Any]
    finetune_id: _Name | None = None
    finetune_name: _Name | None = None
    trigger_word: _Name | None = None
    seed: int | None = None
    cost_credits: Annotated[float | None, BeforeValidator(as_cost)] = None
    created_at: datetime

    @classmethod
    def from_job(cls, job: Job, *, trigger_word: str | None = None, seed: int | None = None) -> Self:
        """Return the recipe of a generation, without secrets, signed addresses and local paths.

        Args:
            job: the generation.
            trigger_word: of its finetune.
            seed: the one that the service told, where the job has none of its own.
        """
        return cls(
            job_id=_short(job.id),
            provider=_short(job.provider),
            endpoint=_short(job.endpoint),
            parameters=_public(job.parameters),
            finetune_id=_short(job.finetune_id),
            finetune_name=_short(job.finetune_name),
            trigger_word=_short(trigger_word),
            seed=job.seed if job.seed is not None else seed,
            cost_credits=job.cost_credits,
            created_at=job.created_at,
        )

    @property
    def prompt(self) -> str:
        """The prompt, or an empty string."""
        return str(self.parameters.get("prompt") or "")

    def to_json(self) -> str:
        """Return the recipe as one line of JSON in which every character may stand in XML once escaped."""
        values = {name: value for name, value in self.model_dump().items() if value is not None}
        values["created_at"] = self.created_at.isoformat()
        text = json.dumps(values, ensure_ascii=False, allow_nan=False, default=str, separators=(",", ":"))
        return _NO_XML_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """Return the recipe that a text from outside holds, or None if it holds none."""
        values = read_object(text)
        try:
            return cls.model_validate(values) if values is not None else None
        except (ValidationError, ValueError, RecursionError):
            return None


def read_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a text from outside holds, all numbers finite, or None if it holds none."""
    if len(text) > MAX_RECIPE_CHARACTERS:
        return None
    try:
        values = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def public_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a request without secrets, signed addresses and local paths."""
    return _public(parameters)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number that can be used")
    return number


def _short(name: str | None) -> Any:
    return name if name is None else _clean(name)[:_LONGEST_NAME]


def _public(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _clean(value) if name in _PROSE else _without_path(_clean(value))
        for name, value in parameters.items()
        if not _PRIVATE_NAME.search(name)
    }


def _clean(value: Any) -> Any:
    """Return a value without what signs an address or logs in there, and without what UTF-8 cannot hold."""
    if isinstance(value, str):
        whole = value.encode("utf-8", "replace").decode()
        return _ADDRESS.sub(r"\1\2", whole)
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return _public({str(name): item for name, item in value.items()})
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _without_path(value: Any) -> Any:
    """Return a value in which local files are named without the directories they are in."""
    if isinstance(value, list):
        return [_without_path(item) for item in value]
    if isinstance(value, str) and _LOCAL_PATH.fullmatch(value):
        return PurePosixPath(PureWindowsPath(value).name).name
    return value
