"""What the maker of a LoRA file says about its model, in the metadata.

The keys and words are those of ostris/ai-toolkit, kohya-ss/sd-scripts, kohya-ss/musubi-tuner and of Stability
AI's ModelSpec (read 2026-11), such as `flux2_klein_9b`, `Flux.2-klein-4b/lora` and `flux.1_kontext`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fluxtui.domain.weights import FLUX1_FAMILY, Base

_KEYS = (
    "modelspec.architecture",
    "ss_base_model_version",
    "ss_base_model",
    "ss_sd_model_name",
    "base_model",
    "base_model_name_or_path",
)
_MOST_CHARACTERS = 300
_NO_WORD = re.compile(r"[^a-z0-9]+")
_FLUX1 = frozenset({Base.FLUX1_DEV, Base.FLUX1_KREA, Base.FLUX1_KONTEXT})
_KLEIN = frozenset({Base.KLEIN_4B, Base.KLEIN_9B})
_SD3 = frozenset({Base.SD3_MEDIUM, Base.SD3_LARGE})
# The first that is found in the squeezed words counts.
_MEANINGS: tuple[tuple[re.Pattern[str], frozenset[Base]], ...] = tuple(
    (re.compile(pattern), frozenset(bases))
    for pattern, bases in (
        (r"flux3(?:image)?klein", {Base.FLUX3_KLEIN}),
        (r"flux2klein(?:base)?4b", {Base.KLEIN_4B}),
        (r"flux2klein(?:base)?9b", {Base.KLEIN_9B}),
        (r"flux2klein", _KLEIN),
        (r"flux2dev", {Base.FLUX2_DEV}),
        (r"^flux2(?:lora)?$", {Base.FLUX2_DEV, *_KLEIN}),
        (r"krea2", {Base.KREA_2}),
        (r"^chroma(?!tic)|chroma1|lodestones", {Base.CHROMA}),
        (r"flux1?schnell", {Base.FLUX1_SCHNELL}),
        (r"flux1?(?:dev)?fill", {Base.FLUX1_FILL}),
        (r"flux1?(?:dev)?(?:canny|depth)", {Base.FLUX1_CONTROL}),
        (r"flux1?(?:dev)?redux|^flex[12]", {Base.OTHER}),
        (r"flux1?(?:dev)?kontext", {Base.FLUX1_KONTEXT}),
        (r"flux1?(?:dev)?krea", {Base.FLUX1_KREA}),
        (r"flux1?dev", _FLUX1),
        # kohya's word for all of them.
        (r"^flux1?(?:lora)?$", FLUX1_FAMILY),
        (r"qwenimage", {Base.QWEN_IMAGE}),
        (r"^zimage|zimage(?:turbo|base)", {Base.Z_IMAGE}),
        (r"^lumina2|luminaimage2", {Base.LUMINA_2}),
        (r"hunyuanimage", {Base.HUNYUAN_IMAGE}),
        (r"hunyuanvideo", {Base.HUNYUAN_VIDEO}),
        (r"hidreami1|^hidream", {Base.HIDREAM}),
        (r"^wan(?:2|video|ai)|wan2[12]", {Base.WAN}),
        (r"^ltx(?:v|2|video)|ltxvideo", {Base.LTX}),
        (r"stablediffusionxl|^sdxl|sdxlbase", {Base.SDXL}),
        (r"(?:stablediffusion|^sd)35?large", {Base.SD3_LARGE}),
        (r"(?:stablediffusion|^sd)35?m(?:edium|lora|$)", {Base.SD3_MEDIUM}),
        (r"stablediffusion3|^sd35?(?:lora)?$", _SD3),
        (r"stablediffusionv?2|^sdv?2", {Base.SD2}),
        (r"stablediffusionv?1|^sdv?1", {Base.SD1}),
    )
)
UNMEANT = frozenset({Base.SD1})
"""What ai-toolkit writes where its user chose nothing; it means nothing beside layers that say otherwise."""


def claimed(metadata: Mapping[str, str]) -> frozenset[Base] | None:
    """Return the models that all that is said allows, or None where nothing is said that is understood.

    The set is empty if what is said contradicts itself.
    """
    allowed: frozenset[Base] | None = None
    for key in _KEYS:
        said = _meaning(metadata.get(key, "")[:_MOST_CHARACTERS])
        if said is not None:
            allowed = said if allowed is None else allowed & said
    return allowed


def _meaning(words: str) -> frozenset[Base] | None:
    squeezed = _NO_WORD.sub("", words.lower().removesuffix(".safetensors"))
    return next((bases for pattern, bases in _MEANINGS if pattern.search(squeezed)), None)
