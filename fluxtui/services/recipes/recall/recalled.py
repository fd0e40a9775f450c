"""What is understood of a picture's making, and of what is not: sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from fluxtui.domain.text import plural, safe_text
from fluxtui.system.dataclass import dataclass

PROMPT_LIMIT = 100_000
"""More characters of a prompt are left out."""
NAME_LIMIT = 80
MOST_LORAS = 20
MOST_NAMED = 8
"""Further settings that are not used are only counted."""

_LORA = re.compile(r"<(?:lora|lyco|hypernet):([^:<>]{1,200})(?::([^<>]{0,60}))?>", re.IGNORECASE)
_LINE_ENDS = re.compile("[\u000b\u000c\u0085\u2028\u2029]")
"""What ends a line for Unicode beside the usual; it is no character that can be shown."""
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?\s*")


@dataclass(frozen=True)
class LoraUse:
    """A LoRA that a picture was made with: the name that its file had there, and how strongly it counted."""

    name: str
    weight: float | None = None

    def words(self) -> str:
        """Return `'luna at 0.8'`."""
        return self.name if self.weight is None else f"{self.name} at {self.weight:g}"


@dataclass(frozen=True)
class Recalled:
    """What a file says of a picture's making. All of it comes from outside; texts are harmless to show.

    Attributes:
        source: the program that wrote it, for people.
        values: what was asked for, by our names of parameters: `prompt`, `seed`, `steps`, `guidance`, `width`
            and `height` (pixels), `negative_prompt`; all parameters where we wrote them ourselves.
        provider: the service, `''` where the file does not name one of ours.
        endpoint: the id of the endpoint there, or `''`.
        finetune_id: of the finetune at that service, or None.
        finetune_name: its name for people, or None.
        loras: further LoRAs, of which only the names are known.
        notes: a sentence for each thing that is not understood or cannot be used.
    """

    source: str
    values: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    endpoint: str = ""
    finetune_id: str | None = None
    finetune_name: str | None = None
    loras: tuple[LoraUse, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def prompt(self) -> str:
        """The prompt, or `''`."""
        return str(self.values.get("prompt") or "")


def clean_prompt(text: object) -> str:
    """Return a prompt without control characters, as long as it may be; `''` for what is no text."""
    if not isinstance(text, str):
        return ""
    broken = _LINE_ENDS.sub("\n", text[: PROMPT_LIMIT * 2])
    return safe_text(broken, newlines=True, limit=PROMPT_LIMIT).strip()


def changed_note(text: object) -> tuple[str, ...]:
    """Return what is to be said of a prompt that is not taken as it stands in the file, if it is not."""
    if not isinstance(text, str):
        return ()
    if len(text.strip()) > PROMPT_LIMIT:
        return (f"Its prompt is longer than {PROMPT_LIMIT:,} characters; what is behind them is left out.",)
    told = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").strip()
    if clean_prompt(text) == told:
        return ()
    return ("Its prompt has characters that cannot be shown: line breaks take their place, or nothing.",)


def clean_name(text: object) -> str:
    """Return the name of something in one short line."""
    return safe_text(str(text)[: NAME_LIMIT * 20], limit=NAME_LIMIT).strip()


def without_loras(prompt: str) -> tuple[str, tuple[LoraUse, ...]]:
    """Return a prompt without `<lora:name:0.8>`, which only local programs understand, and what it named."""
    found = [
        LoraUse(clean_name(match[1]), number(match[2])) for match in _LORA.finditer(prompt[:PROMPT_LIMIT])
    ]
    kept = _LORA.sub("", prompt).strip()
    return re.sub(r"[ ]{2,}", " ", kept) if found else kept, tuple(found[:MOST_LORAS])


def lora_note(loras: Iterable[LoraUse]) -> tuple[str, ...]:
    """Return what is to be said of LoRAs that are known by name only, if there are any."""
    names = ", ".join(lora.words() for lora in loras)
    if not names:
        return ()
    return (f"It was made with LoRAs that are known here by name only: {names}. Choose a finetune yourself.",)


def unused_note(names: Iterable[object]) -> tuple[str, ...]:
    """Return what is to be said of settings that no endpoint has, if there are any."""
    shown = [clean_name(name) for name in names]
    if not shown:
        return ()
    more = f" and {plural(len(shown) - MOST_NAMED, 'other')}" if len(shown) > MOST_NAMED else ""
    return (f"Not used, since no service takes it: {', '.join(shown[:MOST_NAMED])}{more}.",)


def number(value: object) -> float | None:
    """Return a finite number, also where it is given as text, or None."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e18 and math.isfinite(value) else None


def whole(value: object) -> int | None:
    """Return a whole number that is not negative, also where it is given as text, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**18 else None
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value, re.ASCII):
        return int(value)
    found = number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) else None


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without those that are not there."""
    return {name: value for name, value in values.items() if value is not None and value != ""}
