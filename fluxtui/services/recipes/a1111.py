"""The parameters of a picture as the text that most tools for generated pictures read.

Its form: the prompt, a line `Negative prompt: ...` if there is one, and a last line of `Name: value` pairs
with commas between them, a value in double quotes where it holds a comma, a colon or a line break.
Source: AUTOMATIC1111 stable-diffusion-webui, "PNG info", read 2026-11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field

from fluxtui.domain.loras import spread
from fluxtui.services.recipes.recipe import PROGRAM, Recipe
from fluxtui.system.dataclass import dataclass

MAX_CHARACTERS = 100_000
"""What stands behind this number of characters is not read."""
MAX_SETTINGS = 200

_NEGATIVE = "Negative prompt:"
_NAME = re.compile(r"\s*(\w[\w \-/]{0,60}):\s*")
_VALUE = re.compile(r'("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_BEHIND = re.compile(r"\s*,?\s*")
_TEMPLATES = ("Template:", "Negative Template:")
"""Lines that follow the settings, as sd-dynamic-prompts writes them (its documentation, read 2026-11)."""
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
    values = spread(recipe.parameters)
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
    lines = text[:MAX_CHARACTERS].replace("\0", "").replace("\r", "").strip().split("\n")
    settings, lines = _without_settings(lines)
    prompt: list[str] = []
    negative: list[str] = []
    part = prompt
    for line in lines:
        if line.strip().startswith(_NEGATIVE):
            part = negative
            line = line.strip().removeprefix(_NEGATIVE)
        part.append(line)
    found = A1111Parameters("\n".join(prompt).strip(), "\n".join(negative).strip(), settings)
    return found if found.prompt or found.negative_prompt or found.settings else None


def _without_settings(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the settings, and the lines before them: they are the last line, or templates follow them."""
    last = _read_settings(lines[-1])
    if last and not lines[-1].lstrip().startswith(_TEMPLATES):
        return last, lines[:-1]
    behind = next((index for index, line in enumerate(lines) if line.lstrip().startswith(_TEMPLATES)), 0)
    settings = _read_settings(lines[behind - 1]) if behind else {}
    if "Steps" not in settings:
        return {}, lines
    name, _, _ = lines[behind].strip().partition(":")
    template = "\n".join([lines[behind].partition(":")[2], *lines[behind + 1 :]]).strip()
    return {**settings, name: template}, lines[: behind - 1]


def _read_settings(line: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    position = 0
    while len(pairs) < MAX_SETTINGS and (found := _NAME.search(line, position)) is not None:
        value, position = _value_at(line, found.end())
        pairs.setdefault(found[1].strip(), value)
    first = next(iter(pairs), "")
    starts_there = line.lstrip().startswith(f"{first}:")
    is_settings = starts_there and (len(pairs) >= _ENOUGH or first in _FIRST_NAMES)
    return pairs if is_settings else {}


def _value_at(line: str, start: int) -> tuple[str, int]:
    """Return the value that begins at a place, and where the next pair may begin; JSON is one value."""
    if line[start : start + 1] in {"{", "["}:
        try:
            _, end = json.JSONDecoder(strict=False).raw_decode(line, start)
        except (ValueError, RecursionError):
            end = start
        behind = _BEHIND.match(line, end)
        if end > start and behind is not None:
            return line[start:end], behind.end()
    found = _VALUE.match(line, start)
    if found is None:
        return "", len(line)
    return _unquoted(found[1].strip()), found.end()


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        text = json.loads(value, strict=False)
    except ValueError:
        return value
    return str(text)
