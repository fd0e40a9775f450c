"""What generates at Runware: the open FLUX models, each as it is and with LoRAs of one's own.

Source: the official client's generated types (runware-sdk 1.8.0, schemas of 2026-10-12) for the names of
models and fields; that pictures to edit go into `inputs.referenceImages` from Runware's ComfyUI nodes
(2026-07). How many a model takes is not published: four is what others offer of the same models. Which LoRAs
go with which model follows from their names. A LoRA is named as Runware knows it: those of one's account, and
Civitai's. A file here cannot be given: Runware fetches LoRAs from public addresses only (`modelUpload`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    GenerationEndpoint,
    Group,
    fields_of,
)
from fluxtui.domain.weights import Base
from fluxtui.providers.runware.parameters import (
    Acceleration,
    FinetuneId,
    Guidance,
    Height,
    Input1,
    Input2,
    Input3,
    Input4,
    NeededInput,
    NegativePrompt,
    OutputFormat,
    Prompt,
    SecondFinetune,
    SecondWeight,
    Seed,
    Steps,
    ThirdFinetune,
    ThirdWeight,
    Weight,
    Width,
)
from fluxtui.providers.runware.prices import picture_price

LORA_SLOTS: Mapping[str, str] = {
    "finetune_id": "finetune_strength",
    "finetune_id_2": "finetune_strength_2",
    "finetune_id_3": "finetune_strength_3",
}
"""Parameters that name LoRAs, each with the one that says how strongly it shows."""

WITH_LORAS = "/lora"
"""What stands behind a model's name in the id of the endpoint that takes LoRAs; Runware knows the model."""

_QUICK = "in about four steps, quick and cheap"


class RunwareGeneration(GenerationEndpoint):
    """Base of what generates here; `model` is Runware's name for what makes the picture."""

    model: ClassVar[str]

    @classmethod
    def input_fields(cls) -> tuple[str, ...]:
        """Return the names of the parameters that hold input pictures, in order."""
        return tuple(field.name for field in fields_of(cls) if field.control is Control.PICTURE)


def _plain(model: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=model, title=title, summary=summary, group=Group.BASE, price=partial(picture_price, model)
    )


def _with_loras(model: str, title: str, summary: str, base: Base) -> EndpointInfo:
    return EndpointInfo(
        id=f"{model}{WITH_LORAS}",
        title=f"{title} with LoRAs",
        summary=summary,
        group=Group.FINETUNED,
        price=partial(picture_price, model),
        finetunes=FinetuneUse(FinetuneBy.ID, frozenset({base}), most=len(LORA_SLOTS)),
    )


class _Prompted(RunwareGeneration):
    prompt: Prompt


class _Loras(_Prompted):
    finetune_id: FinetuneId
    finetune_strength: Weight = 1.0
    finetune_id_2: SecondFinetune = None
    finetune_strength_2: SecondWeight = 1.0
    finetune_id_3: ThirdFinetune = None
    finetune_strength_3: ThirdWeight = 1.0


class _Worked(RunwareGeneration):
    """FLUX.2 models that take their time."""

    input_image: Input1 = None
    input_image_2: Input2 = None
    input_image_3: Input3 = None
    input_image_4: Input4 = None
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    negative_prompt: NegativePrompt = None
    steps: Steps = None
    guidance: Guidance = None
    acceleration: Acceleration = None
    output_format: OutputFormat = "PNG"


class _Distilled(RunwareGeneration):
    """FLUX.2 models that are quick: their guidance is built in."""

    input_image: Input1 = None
    input_image_2: Input2 = None
    input_image_3: Input3 = None
    input_image_4: Input4 = None
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: Steps = None
    acceleration: Acceleration = None
    output_format: OutputFormat = "PNG"


class _Flux1(RunwareGeneration):
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: Steps = None
    guidance: Guidance = None
    output_format: OutputFormat = "PNG"


class RunwareKlein9BBase(_Worked, _Prompted):
    """FLUX.2 [klein] 9B base."""

    model: ClassVar[str] = "runware:400@3"
    info: ClassVar[EndpointInfo] = _plain(
        model, "FLUX.2 [klein] 9B base", "Generates and edits with the model that LoRAs are trained on."
    )


class RunwareKlein9BBaseLora(_Worked, _Loras):
    """FLUX.2 [klein] 9B base with LoRAs."""

    model: ClassVar[str] = RunwareKlein9BBase.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model,
        "FLUX.2 [klein] 9B base",
        "Generates and edits with up to three LoRAs on the model that they were trained on.",
        Base.KLEIN_9B,
    )


class RunwareKlein9B(_Distilled, _Prompted):
    """FLUX.2 [klein] 9B."""

    model: ClassVar[str] = "runware:400@2"
    info: ClassVar[EndpointInfo] = _plain(model, "FLUX.2 [klein] 9B", f"Generates and edits {_QUICK}.")


class RunwareKlein9BLora(_Distilled, _Loras):
    """FLUX.2 [klein] 9B with LoRAs."""

    model: ClassVar[str] = RunwareKlein9B.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model, "FLUX.2 [klein] 9B", f"Generates and edits with up to three LoRAs {_QUICK}.", Base.KLEIN_9B
    )


class RunwareKlein4BBase(_Worked, _Prompted):
    """FLUX.2 [klein] 4B base."""

    model: ClassVar[str] = "runware:400@5"
    info: ClassVar[EndpointInfo] = _plain(
        model, "FLUX.2 [klein] 4B base", "Generates and edits with the smaller model for trainings."
    )


class RunwareKlein4BBaseLora(_Worked, _Loras):
    """FLUX.2 [klein] 4B base with LoRAs."""

    model: ClassVar[str] = RunwareKlein4BBase.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model,
        "FLUX.2 [klein] 4B base",
        "Generates and edits with up to three LoRAs on the smaller model.",
        Base.KLEIN_4B,
    )


class RunwareKlein4B(_Distilled, _Prompted):
    """FLUX.2 [klein] 4B."""

    model: ClassVar[str] = "runware:400@4"
    info: ClassVar[EndpointInfo] = _plain(
        model, "FLUX.2 [klein] 4B", f"Generates and edits on the smaller model {_QUICK}."
    )


class RunwareKlein4BLora(_Distilled, _Loras):
    """FLUX.2 [klein] 4B with LoRAs."""

    model: ClassVar[str] = RunwareKlein4B.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model,
        "FLUX.2 [klein] 4B",
        f"Generates and edits with up to three LoRAs on the smaller model {_QUICK}.",
        Base.KLEIN_4B,
    )


class RunwareFlux2Dev(_Worked, _Prompted):
    """FLUX.2 [dev]."""

    model: ClassVar[str] = "runware:400@1"
    info: ClassVar[EndpointInfo] = _plain(
        model, "FLUX.2 [dev]", "Generates and edits with the largest open model."
    )


class RunwareFlux2DevLora(_Worked, _Loras):
    """FLUX.2 [dev] with LoRAs."""

    model: ClassVar[str] = RunwareFlux2Dev.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model,
        "FLUX.2 [dev]",
        "Generates and edits with up to three LoRAs on the largest open model.",
        Base.FLUX2_DEV,
    )


class RunwareFlux1Dev(_Flux1, _Prompted):
    """FLUX.1 [dev]."""

    model: ClassVar[str] = "runware:101@1"
    info: ClassVar[EndpointInfo] = _plain(model, "FLUX.1 [dev]", "Generates with the model of many LoRAs.")


class RunwareFlux1DevLora(_Flux1, _Loras):
    """FLUX.1 [dev] with LoRAs."""

    model: ClassVar[str] = RunwareFlux1Dev.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model, "FLUX.1 [dev]", "Generates with up to three LoRAs, Civitai's among them.", Base.FLUX1_DEV
    )


class RunwareKrea(_Flux1, _Prompted):
    """FLUX.1 Krea [dev]."""

    model: ClassVar[str] = "runware:107@1"
    info: ClassVar[EndpointInfo] = _plain(
        model, "FLUX.1 Krea [dev]", "Generates with the FLUX.1 that looks least like a computer's."
    )


class RunwareKreaLora(_Flux1, _Loras):
    """FLUX.1 Krea [dev] with LoRAs."""

    model: ClassVar[str] = RunwareKrea.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model,
        "FLUX.1 Krea [dev]",
        "Generates with up to three LoRAs that were trained on Krea.",
        Base.FLUX1_KREA,
    )


class RunwareSchnell(RunwareGeneration):
    """FLUX.1 [schnell]."""

    model: ClassVar[str] = "runware:100@1"
    info: ClassVar[EndpointInfo] = _plain(model, "FLUX.1 [schnell]", "Generates drafts for next to nothing.")

    prompt: Prompt
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: Steps = None
    output_format: OutputFormat = "PNG"


class RunwareKontext(RunwareGeneration):
    """FLUX.1 Kontext [dev], which edits a picture."""

    model: ClassVar[str] = "runware:106@1"
    info: ClassVar[EndpointInfo] = _plain(
        model, "FLUX.1 Kontext [dev]", "Edits a picture as the prompt says, in its own size."
    )

    prompt: Prompt
    input_image: NeededInput
    seed: Seed = None
    steps: Steps = None
    guidance: Guidance = None
    output_format: OutputFormat = "PNG"


class RunwareKontextLora(_Loras):
    """FLUX.1 Kontext [dev] with LoRAs."""

    model: ClassVar[str] = RunwareKontext.model
    info: ClassVar[EndpointInfo] = _with_loras(
        model, "FLUX.1 Kontext [dev]", "Edits a picture as its LoRA was trained to.", Base.FLUX1_KONTEXT
    )

    input_image: NeededInput
    seed: Seed = None
    steps: Steps = None
    guidance: Guidance = None
    output_format: OutputFormat = "PNG"
