"""What InvokeAI writes into its PNG files, in the three ways that it had for it.

`invokeai_metadata` is one JSON object; a model is named by `name`, before version 4 by `model_name`. Version
2 wrote `sd-metadata`, JSON with the parameters in `image`, and `Dream`, a command line; what was not wanted
stood in square brackets in the prompt. Source: InvokeAI, `invokeai/app/invocations/metadata.py`, and pictures
of its versions 2 to 5, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fluxtui.services.recipes import read_object
from fluxtui.services.recipes.recall.recalled import (
    MOST_LORAS,
    PROMPT_LIMIT,
    LoraUse,
    Recalled,
    clean_name,
    clean_prompt,
    known,
    lora_note,
    number,
    unused_note,
    whole,
    without_loras,
)

METADATA, OLD_METADATA, COMMAND = "invokeai_metadata", "sd-metadata", "Dream"

_USED = frozenset(
    {
        "app_version",
        "positive_prompt",
        "negative_prompt",
        "seed",
        "steps",
        "guidance",
        "cfg_scale",
        "width",
        "height",
        "loras",
        "positive_style_prompt",
        "negative_style_prompt",
    }
)
_OLD_USED = frozenset({"prompt", "seed", "steps", "cfg_scale", "width", "height", "type", "variations"})
_UNWANTED = re.compile(r"\[([^\[\]]*)\]")
_QUOTED = re.compile(r'\s*"(.*)"\s+(-.*)', re.DOTALL)
_UNQUOTED = re.compile(r"(.*?)\s(-[A-Za-z].*)", re.DOTALL)
_OPTION = re.compile(r"(?:^|\s)-([A-Za-z])\s*([^\s-][^\s]{0,60})")


def from_metadata(text: str) -> Recalled | None:
    """Return what `invokeai_metadata` says, or None if it is not understood."""
    told = read_object(text)
    if told is None:
        return None
    prompt, tagged = without_loras(clean_prompt(told.get("positive_prompt")))
    loras = (*tagged, *_loras(told.get("loras")))[:MOST_LORAS]
    style = clean_prompt(told.get("positive_style_prompt"))
    apart = ("There was a second prompt for the style; it is left out.",)
    others = (
        name for name, value in told.items() if name not in _USED and value not in (None, [], "", False)
    )
    return Recalled(
        source=f"InvokeAI {clean_name(told.get('app_version') or '')}".strip(),
        values=known(
            {
                "prompt": clean_prompt(prompt),
                "negative_prompt": clean_prompt(told.get("negative_prompt")),
                "seed": whole(told.get("seed")),
                "steps": whole(told.get("steps")),
                "guidance": number(told.get("guidance")) or number(told.get("cfg_scale")),
                "width": whole(told.get("width")),
                "height": whole(told.get("height")),
            }
        ),
        loras=loras,
        notes=(
            *(apart if style and style != clean_prompt(prompt) else ()),
            *lora_note(loras),
            *unused_note(others),
        ),
    )


def _loras(told: object) -> tuple[LoraUse, ...]:
    found = []
    for item in told[:MOST_LORAS] if isinstance(told, list) else ():
        model = (item.get("model") or item.get("lora")) if isinstance(item, Mapping) else None
        name = (model.get("name") or model.get("model_name")) if isinstance(model, Mapping) else None
        if name:
            found.append(LoraUse(clean_name(name), number(item.get("weight"))))
    return tuple(found)


def from_old_metadata(text: str) -> Recalled | None:
    """Return what `sd-metadata` says, or None if it is not understood."""
    told = read_object(text)
    image = told.get("image") if told is not None else None
    if told is None or not isinstance(image, Mapping):
        return None
    version = clean_name(told.get("app_version") or "").removeprefix("v")
    others = [name for name, value in image.items() if name not in _OLD_USED and value]
    if told.get("model_weights"):
        others.append(f"model {told['model_weights']}")
    return _old(f"InvokeAI {version}".strip(), _old_prompt(image.get("prompt")), image, others)


def _old_prompt(told: object) -> str:
    """Return the prompt, which can be in weighted parts."""
    if not isinstance(told, list):
        return str(told or "")[:PROMPT_LIMIT]
    parts = (part.get("prompt") if isinstance(part, Mapping) else part for part in told[:MOST_LORAS])
    return " ".join(str(part) for part in parts if part)[:PROMPT_LIMIT]


def from_command(text: str) -> Recalled | None:
    """Return what the command line `Dream` says: `"a fox" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms`."""
    text = text[: PROMPT_LIMIT * 2]
    found = _QUOTED.fullmatch(text) or _UNQUOTED.fullmatch(text)
    if found is None:
        return None
    given = dict(_OPTION.findall(found[2]))
    values = {
        "seed": given.get("S"),
        "steps": given.get("s"),
        "cfg_scale": given.get("C"),
        "width": given.get("W"),
        "height": given.get("H"),
    }
    others = [f"sampler {given['A']}"] if "A" in given else []
    return _old("InvokeAI's command line", found[1], values, others)


def _old(source: str, prompt: str, values: Mapping[str, Any], others: list[str]) -> Recalled:
    unwanted = ", ".join(part.strip() for part in _UNWANTED.findall(prompt[:PROMPT_LIMIT]) if part.strip())
    wanted, loras = without_loras(_UNWANTED.sub("", prompt[:PROMPT_LIMIT]))
    return Recalled(
        source=source,
        values=known(
            {
                "prompt": clean_prompt(wanted),
                "negative_prompt": clean_prompt(unwanted),
                "seed": whole(values.get("seed")),
                "steps": whole(values.get("steps")),
                "guidance": number(values.get("cfg_scale")),
                "width": whole(values.get("width")),
                "height": whole(values.get("height")),
            }
        ),
        loras=loras,
        notes=(*lora_note(loras), *unused_note(others)),
    )
