"""Every trainer of fal for FLUX: inputs, ranges and defaults as data.

Source: the types of fal's JavaScript client (2026-08), the OpenAPI documents and model pages of fal.ai, read
2026-11 and 2026-12. A default that no source gives (steps of the fast training) is the usual one. Prices
come from the model pages, some as public repositories quote them (all of FLUX.2 but the 4B edit twin, least
steps of the portrait trainer), else from third-party lists (4B base and kontext) or from their neighbours
(fast training, the trainer for FLUX.1 Krea). How many pictures the edit twins of FLUX.2 dev take before a
result, no source says: as many as those of klein.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fluxtui.simulator.core import weights as models
from fluxtui.simulator.core.fields import Field, choice, integer, number, switch, text
from fluxtui.simulator.core.weights import BaseModel
from fluxtui.simulator.fal.endpoints import Status, Trainer

_ONE_ARCHIVE = Field("image_data_url", "address", required=True)
_ARCHIVES = Field("images_data_url", "address", required=True)
_FORMAT = choice("output_lora_format", "fal", "fal", "comfy")
_DEFAULT_CAPTION = text("default_caption", nullable=True)
_ANY_RATE = Field("learning_rate", "number", 5e-5)
_ARCHIVE_FORMAT = text("data_archive_format", nullable=True)


def trainers() -> tuple[Trainer, ...]:
    """Return all trainers."""
    return (
        *_flux_2_family("fal-ai/flux-2-trainer", models.FLUX_2, 0.0064, 0.0056),
        *_flux_2_family("fal-ai/flux-2-trainer-v2", models.FLUX_2, 0.0064, 0.0056),
        *_flux_2_family("fal-ai/flux-2-klein-9b-base-trainer", models.KLEIN_9B, 0.0043, 0.002),
        *_flux_2_family("fal-ai/flux-2-klein-4b-base-trainer", models.KLEIN_4B, 0.005, 0.0046, "deprecated"),
        *_flux_3(),
        *_fast(),
        _portrait(),
        _turbo(),
        _kontext(),
        _krea_2(),
        _long("fal-ai/z-image-turbo-trainer-v2", models.Z_IMAGE, 0.00085, 0),
        _long("fal-ai/qwen-image-2512-trainer-v2", models.QWEN_IMAGE, 0.00095, 500),
    )


def _flux_2_family(
    name: str, base: BaseModel, price: float, edit_price: float, status: Status = "active"
) -> Iterator[Trainer]:
    fields = (_ONE_ARCHIVE, integer("steps", 1000, 100, 10_000), _ANY_RATE, _DEFAULT_CAPTION, _FORMAT)
    plain = Trainer(
        id=name, fields=fields, base=base, unit_price=price, status=status, archive=_ONE_ARCHIVE.name
    )
    yield plain
    edit = replace(plain, id=f"{name}/edit", unit_price=edit_price)
    yield replace(edit, most_inputs=4, mixed_inputs=False, factored=True)


def _flux_3() -> Iterator[Trainer]:
    plain = Trainer(
        id="blackforestlabs/flux-3/klein/base/trainer",
        fields=(
            _ARCHIVES,
            text("trigger_phrase", nullable=True),
            integer("steps", 1000, 100, 10_000),
            Field("learning_rate", "number", 1e-4),
            Field("resolution", "integer", 1024, choices=("512", "768", "1024")),
        ),
        base=models.FLUX_3_KLEIN,
        unit_price=0.0043,
        archive=_ARCHIVES.name,
        weights="lora_file",
        caption=None,
        least_steps=100,
    )
    yield plain
    edit = replace(plain, id=f"{plain.id}/edit", unit_price=0.002, caption="trigger_phrase")
    yield replace(edit, most_inputs=10, factored=True)


def _fast() -> Iterator[Trainer]:
    plain = Trainer(
        id="fal-ai/flux-lora-fast-training",
        fields=(
            _ARCHIVES,
            text("trigger_word", nullable=True),
            integer("steps", 1000, 1, 10_000),
            switch("is_style", False),
            switch("create_masks", True),
            switch("is_input_format_already_preprocessed", False),
            _ARCHIVE_FORMAT,
        ),
        base=models.FLUX_1,
        unit_price=0.002,
        archive=_ARCHIVES.name,
        caption=None,
        preprocessed=True,
    )
    yield plain
    yield replace(plain, id="fal-ai/flux-krea-trainer", status="deprecated")


def _portrait() -> Trainer:
    fields = (
        _ARCHIVES,
        text("trigger_phrase", nullable=True),
        number("learning_rate", 9e-5, 1e-6, 1e-3),
        integer("steps", 2500, 1, 10_000),
        switch("multiresolution_training", True),
        switch("subject_crop", True),
        switch("create_masks", False),
        text("resume_from_checkpoint", ""),
        _ARCHIVE_FORMAT,
    )
    return Trainer(
        id="fal-ai/flux-lora-portrait-trainer",
        fields=fields,
        base=models.FLUX_1,
        unit_price=0.0024,
        archive=_ARCHIVES.name,
        caption=None,
        least_steps=1000,
        checkpoint="resume_from_checkpoint",
    )


def _turbo() -> Trainer:
    fields = (
        _ARCHIVES,
        text("trigger_phrase", "ohwx"),
        integer("steps", 1000, 1, 10_000),
        number("learning_rate", 0.00115, 1e-7, 0.01),
        choice("training_style", "subject", "subject", "style"),
        switch("face_crop", True),
    )
    return Trainer(
        id="fal-ai/turbo-flux-trainer",
        fields=fields,
        base=models.FLUX_1,
        unit_price=0.0024,
        archive=_ARCHIVES.name,
        caption=None,
    )


def _kontext() -> Trainer:
    steps, rate = integer("steps", 1000, 2, 10_000), Field("learning_rate", "number", 1e-4)
    return Trainer(
        id="fal-ai/flux-kontext-trainer",
        fields=(_ONE_ARCHIVE, steps, rate, _DEFAULT_CAPTION, _FORMAT),
        base=models.KONTEXT,
        unit_price=0.0025,
        archive=_ONE_ARCHIVE.name,
        most_inputs=1,
    )


def _krea_2() -> Trainer:
    fields = (
        _ARCHIVES,
        text("trigger_phrase", ""),
        Field("steps", "integer", 100, minimum=1, maximum=10_000),
        Field("learning_rate", "number", 5e-4),
        Field("resolution", "integer", 768, choices=("768", "1024")),
        choice("auto_captioning", "Off", "Off", "Object/Character", "Style", "Custom"),
        switch("debug_dataset", False),
    )
    return Trainer(
        id="fal-ai/krea-2-trainer",
        fields=fields,
        base=models.KREA_2,
        unit_price=0.0028,
        archive=_ARCHIVES.name,
        weights="lora_file",
        caption="trigger_phrase",
        least_steps=100,
    )


def _long(name: str, base: BaseModel, price: float, least_steps: int) -> Trainer:
    rate = Field("learning_rate", "number", 5e-4)
    return Trainer(
        id=name,
        fields=(_ONE_ARCHIVE, integer("steps", 2000, 10, 40_000), rate, _DEFAULT_CAPTION),
        base=base,
        unit_price=price,
        archive=_ONE_ARCHIVE.name,
        least_steps=least_steps,
    )
