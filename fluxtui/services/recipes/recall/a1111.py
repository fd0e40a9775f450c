"""The text `parameters` of AUTOMATIC1111, Forge and others, and SwarmUI's JSON under the same keyword.

Source: AUTOMATIC1111 stable-diffusion-webui and stable-diffusion-webui-forge, "PNG info"; SwarmUI,
"Image metadata format"; pictures of theirs, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fluxtui.services.recipes import A1111Parameters, parse_parameters, read_object
from fluxtui.services.recipes.recall.objects import from_draw_things, from_fooocus
from fluxtui.services.recipes.recall.recalled import (
    MOST_LORAS,
    LoraUse,
    Recalled,
    changed_note,
    clean_name,
    clean_prompt,
    known,
    lora_note,
    number,
    unused_note,
    whole,
    without_loras,
)

_USED = frozenset({"steps", "seed", "size", "cfg scale", "distilled cfg scale", "version", "lora hashes"})
_SWARM = "sui_image_params"
_SWARM_USED = frozenset(
    {
        "prompt",
        "negativeprompt",
        "seed",
        "steps",
        "cfgscale",
        "fluxguidancescale",
        "width",
        "height",
        "aspectratio",
        "loras",
        "loraweights",
        "swarm_version",
        "original_prompt",
        "images",
    }
)
_OUR_NAMES = frozenset({"model", "provider", "finetune", "finetune id", "trigger word", "version", "size"})
_OURS = re.compile(r"FluxTUI [^,\n]{1,40}")
_SHORT_NAMES = {"cfg scale": "guidance"}


def from_text(text: str) -> Recalled | None:
    """Return what a text under the keyword `parameters` says, or None if it says nothing."""
    whole_text = read_object(text) if text.lstrip().startswith("{") else None
    if whole_text is not None:
        return _from_swarm(whole_text) or from_fooocus(whole_text) or from_draw_things(whole_text)
    told = parse_parameters(text)
    if told is None:
        return None
    if _OURS.fullmatch(told.settings.get("Version", "")):
        return _from_our_text(told)
    return _from_settings(told)


def _from_settings(told: A1111Parameters) -> Recalled:
    settings: dict[str, str] = {}
    for name, value in told.settings.items():
        settings.setdefault(name.casefold(), value)
    prompt, loras = without_loras(told.prompt)
    named = {lora.name.casefold() for lora in loras}
    for entry in settings.get("lora hashes", "").split(",")[:MOST_LORAS]:
        name = clean_name(entry.rpartition(":")[0])
        if name and name.casefold() not in named:
            loras = (*loras, LoraUse(name))
    width, height = told.size or (None, None)
    # Forge's FLUX has a guidance of its own; its CFG scale is 1 then.
    guidance = number(settings.get("distilled cfg scale")) or number(settings.get("cfg scale"))
    others = [f"{name} {value}" for name, value in told.settings.items() if name.casefold() not in _USED]
    version = clean_name(settings.get("version", ""))
    return Recalled(
        source=f"AUTOMATIC1111's text, version {version}" if version else "AUTOMATIC1111's text",
        values=known(
            {
                "prompt": clean_prompt(prompt),
                "negative_prompt": clean_prompt(told.negative_prompt),
                "seed": whole(settings.get("seed")),
                "steps": whole(settings.get("steps")),
                "guidance": guidance,
                "width": width or None,
                "height": height or None,
            }
        ),
        loras=loras,
        notes=(*lora_note(loras), *changed_note(prompt), *unused_note(others)),
    )


def _from_our_text(told: A1111Parameters) -> Recalled:
    """Return what our own text says, where the recipe beside it was taken away."""
    settings = {name.casefold(): value for name, value in told.settings.items()}
    width, height = told.size or (None, None)
    values: dict[str, Any] = {
        _SHORT_NAMES.get(name, name.replace(" ", "_")): _plain(value)
        for name, value in settings.items()
        if name not in _OUR_NAMES
    }
    said = {"prompt": clean_prompt(told.prompt), "negative_prompt": clean_prompt(told.negative_prompt)}
    return Recalled(
        source=clean_name(settings["version"]),
        values=known({**values, **said, "width": width, "height": height}),
        provider=clean_name(settings.get("provider", "")),
        endpoint=clean_name(settings.get("model", "")),
        finetune_id=clean_name(settings.get("finetune id", "")) or None,
        finetune_name=clean_name(settings.get("finetune", "")) or None,
        notes=(
            "The file has lost its recipe; this is read from the text for other programs.",
            *changed_note(told.prompt),
        ),
    )


def _plain(value: str) -> Any:
    if value in ("True", "False"):
        return value == "True"
    found = whole(value)
    if found is not None:
        return found
    part = number(value)
    return clean_name(value) if part is None else part


def _from_swarm(values: Mapping[str, Any] | None) -> Recalled | None:
    told = values.get(_SWARM) if values is not None else None
    if not isinstance(told, Mapping):
        return None
    prompt, loras = without_loras(clean_prompt(told.get("prompt")))
    loras = (*loras, *_swarm_loras(told))[:MOST_LORAS]
    return Recalled(
        source=f"SwarmUI {clean_name(told.get('swarm_version') or '')}".strip(),
        values=known(
            {
                "prompt": clean_prompt(prompt),
                "negative_prompt": clean_prompt(told.get("negativeprompt")),
                "seed": whole(told.get("seed")),
                "steps": whole(told.get("steps")),
                "guidance": number(told.get("fluxguidancescale")) or number(told.get("cfgscale")),
                "width": whole(told.get("width")),
                "height": whole(told.get("height")),
            }
        ),
        loras=loras,
        notes=(*lora_note(loras), *unused_note(name for name in told if name not in _SWARM_USED)),
    )


def _swarm_loras(told: Mapping[str, Any]) -> tuple[LoraUse, ...]:
    names, weights = told.get("loras"), told.get("loraweights")
    if not isinstance(names, list):
        return ()
    given = weights if isinstance(weights, list) else []
    padded = [*given, *[None] * len(names)]
    return tuple(
        LoraUse(clean_name(name), number(weight))
        for name, weight in zip(names[:MOST_LORAS], padded, strict=False)
    )
