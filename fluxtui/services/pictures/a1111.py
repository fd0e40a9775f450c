"""The parameters of a picture as the text that most tools for generated pictures read.

Its form: the prompt, a line `Negative prompt: ...` if there is one, and a last line of `Name: value` pairs
with commas between them, a value in double quotes where it holds a comma, a colon or a line break.
Source: AUTOMATIC1111 stable-diffusion-webui, "PNG info", read 2026-11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fluxtui.services.pictures.recipe import PROGRAM, Recipe

MAX_CHARACTERS = 100_000
"""What stands behind this number of characters is not read."""
MAX_SETTINGS = 200

_NEGATIVE = "Negative prompt:"
_SETTING = re.compile(r'\s*(\w[\w \-/]{0,60}):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_FIRST_NAMES = frozenset({"Steps", "Seed", "Size", "Model"})
_ENOUGH = 3
"""A last line with at least as many pairs is taken for settings, as other readers do."""
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")
_SIZE = re.compile(r"([0-9]{1,6})\s*x\s*([0-9]{1,6})")
_NEEDS_QUOTES = re.compile(r'[,:\n"\\]|^\s|\s$')
_OUR_VERSION = re.compile(rf"(?:^|, )Version: {PROGRAM} [^,\n]*$")

_NAMES = {"steps": "Steps", "guidance": "CFG scale"}
_TOLD_APART = frozenset({"prompt", "negative_prompt", "width", "height", "seed", "finetune_id"})


@dataclass(frozen=True)
class A1111Parameters:
    """What such a text says; all of it comes from outside. `settings` has the names as they stand there."""

    prompt: str
    negative_prompt: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def seed(self) -> int | None:
        """The seed, if a whole number is given for it."""
        return self.whole_number("Seed")

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, if given."""
        found = _SIZE.fullmatch(self.settings.get("Size", "").strip())
        return (int(found[1]), int(found[2])) if found else None

    def whole_number(self, name: str) -> int | None:
        """Return a setting that is a whole number, or None."""
        value = self.settings.get(name, "").strip()
        return int(value) if _WHOLE_NUMBER.fullmatch(value) else None


def parameters_text(recipe: Recipe) -> str:
    """Return the text for a recipe."""
    negative = str(recipe.parameters.get("negative_prompt") or "")
    line = ", ".join(f"{name}: {_quoted(value)}" for name, value in _settings(recipe).items())
    lines = [recipe.prompt.strip(), f"{_NEGATIVE} {negative}" if negative else "", line]
    return "\n".join(part for part in lines if part).replace("\r", "").replace("\0", "")


def _settings(recipe: Recipe) -> dict[str, str]:
    values = recipe.parameters
    told: dict[str, object] = {_NAMES[name]: values[name] for name in _NAMES if values.get(name) is not None}
    told["Seed"] = recipe.seed
    if values.get("width") and values.get("height"):
        told["Size"] = f"{values['width']}x{values['height']}"
    told["Model"] = recipe.endpoint
    told["Finetune"] = recipe.finetune_name
    told["Finetune id"] = recipe.finetune_id
    told["Trigger word"] = recipe.trigger_word
    for name, value in values.items():
        if name not in _TOLD_APART and name not in _NAMES and isinstance(value, str | int | float):
            told.setdefault(_title(name), value)
    told["Provider"] = recipe.provider
    # Last, where `is_ours` looks for it.
    told["Version"] = f"{PROGRAM} {recipe.version}"
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _title(name: str) -> str:
    return re.sub(r"[^\w \-/]", "", name.replace("_", " ")).strip().capitalize()[:60]


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if _NEEDS_QUOTES.search(value) else value


def is_ours(text: str) -> bool:
    """Tell whether this program wrote a text."""
    return _OUR_VERSION.search(text[-1000:].rstrip()) is not None


def parse_parameters(text: str) -> A1111Parameters | None:
    """Return what a text of this form says, as far as it can be understood; None if it is empty."""
    lines = text[:MAX_CHARACTERS].replace("\0", "").strip().split("\n")
    settings = _read_settings(lines[-1])
    if settings:
        lines.pop()
    prompt: list[str] = []
    negative: list[str] = []
    part = prompt
    for line in lines:
        if line.strip().startswith(_NEGATIVE):
            part = negative
            line = line.strip().removeprefix(_NEGATIVE)
        part.append(line.rstrip("\r"))
    found = A1111Parameters("\n".join(prompt).strip(), "\n".join(negative).strip(), settings)
    return found if found.prompt or found.negative_prompt or found.settings else None


def _read_settings(line: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for found in _SETTING.finditer(line):
        pairs.setdefault(found[1].strip(), _unquoted(found[2].strip()))
        if len(pairs) == MAX_SETTINGS:
            break
    first = next(iter(pairs), "")
    starts_there = line.lstrip().startswith(f"{first}:")
    is_settings = starts_there and (len(pairs) >= _ENOUGH or first in _FIRST_NAMES)
    return pairs if is_settings else {}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        text = json.loads(value, strict=False)
    except ValueError:
        return value
    return str(text)
