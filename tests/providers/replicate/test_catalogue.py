"""The endpoints against a table written independently from their sources (read 2026-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from fluxtui.domain.endpoint import (
    Availability,
    Control,
    Endpoint,
    Field,
    FinetuneBy,
    Group,
    TrainingEndpoint,
    fields_of,
)
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.weights import Base
from fluxtui.providers.replicate.catalogue import GENERATION, TRAINERS, TRAINING
from fluxtui.providers.replicate.flux2 import OfficialFlux2Pro
from fluxtui.providers.replicate.flux3 import Flux3KleinLora
from fluxtui.providers.replicate.generation import FluxDevLora, ReplicateGeneration, TrainedVersion
from fluxtui.providers.replicate.training import FastFluxTrainer, FluxDevLoraTrainer

ALL: tuple[type[Endpoint], ...] = (*TRAINING, *GENERATION)
BY_ID = {endpoint.info.id: endpoint for endpoint in ALL}
VERSION = f"me/fox-123456:{'a' * 64}"


@dataclass(frozen=True)
class Row:
    """What the source says of one parameter."""

    default: Any = None
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


NEEDED, OPEN, OFF = Row(required=True), Row(), Row(False)
SHAPES = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
OPTIMIZERS = (
    "prodigy",
    "adam8bit",
    "adamw8bit",
    "lion8bit",
    "adam",
    "adamw",
    "lion",
    "adagrad",
    "adafactor",
)
COMMON = {
    "prompt": NEEDED,
    "finetune_id": NEEDED,
    "finetune_strength": Row(1.0, low=-1, high=3),
    "seed": Row(low=0, high=2**32 - 1),
    "steps": Row(28, low=1, high=50),
    "guidance": Row(3.0, low=0, high=10),
    "megapixels": Row("1", choices=("1", "0.25")),
    "image": OPEN,
    "prompt_strength": Row(0.8, low=0, high=1),
    "extra_lora": OPEN,
    "extra_lora_scale": Row(1.0, low=-1, high=3),
    "go_fast": OFF,
    "output_format": Row("webp", choices=("webp", "jpg", "png")),
    "output_quality": Row(80, low=0, high=100),
    "disable_safety_checker": OFF,
}
SEED, FORMATS = Row(low=0, high=2**32 - 1), Row("webp", choices=("webp", "jpg", "png"))
PRO_SHAPES = ("1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3")
MATCHED = "match_input_image"
DEV = {
    name: row
    for name, row in COMMON.items()
    if name not in ("finetune_id", "finetune_strength", "extra_lora", "extra_lora_scale")
} | {"aspect_ratio": Row("1:1", choices=SHAPES)}
KONTEXT = {
    "prompt": NEEDED,
    "input_image": OPEN,
    "aspect_ratio": Row(
        MATCHED,
        choices=(
            *(MATCHED, "1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"),
            *("4:5", "5:4", "21:9", "9:21", "2:1", "1:2"),
        ),
    ),
    "prompt_upsampling": OFF,
    "seed": SEED,
    "safety_tolerance": Row(2, low=0, high=6),
    "output_format": Row("png", choices=("jpg", "png")),
}
FLUX_2 = {
    "prompt": NEEDED,
    "input_images": OPEN,
    "aspect_ratio": Row("1:1", choices=(*PRO_SHAPES, MATCHED, "custom")),
    "resolution": Row("1 MP", choices=("0.5 MP", "1 MP", "2 MP", "4 MP", MATCHED)),
    "width": Row(1024, low=256, high=2048),
    "height": Row(1024, low=256, high=2048),
    "seed": SEED,
    "safety_tolerance": Row(2, low=1, high=5),
    "output_format": FORMATS,
    "output_quality": Row(80, low=0, high=100),
}
KLEIN = {
    "prompt": NEEDED,
    "input_images": OPEN,
    "aspect_ratio": Row(
        "1:1",
        choices=(
            *("1:1", "16:9", "9:16", "3:2", "2:3", "4:3", "3:4", "5:4", "4:5", "21:9", "9:21"),
            MATCHED,
        ),
    ),
    "seed": SEED,
    "go_fast": OFF,
    "output_format": Row("jpg", choices=FORMATS.choices),
    "output_quality": Row(95, low=0, high=100),
    "disable_safety_checker": OFF,
}
REFERENCE: dict[str, dict[str, Row]] = {
    "ostris/flux-dev-lora-trainer": {
        "name": NEEDED,
        "trigger_word": Row("TOK"),
        "steps": Row(1000, low=3, high=6000),
        "autocaption": Row(True),
        "autocaption_prefix": OPEN,
        "autocaption_suffix": OPEN,
        "learning_rate": Row(4e-4, low=1e-6, high=1e-2),
        "lora_rank": Row(16, low=1, high=128),
        "batch_size": Row(1, low=1, high=16),
        "resolution": Row("512,768,1024"),
        "caption_dropout_rate": Row(0.05, low=0, high=1),
        "optimizer": Row("adamw8bit", choices=OPTIMIZERS),
        "cache_latents_to_disk": OFF,
        "gradient_checkpointing": OFF,
        "layers_to_optimize_regex": OPEN,
    },
    "replicate/fast-flux-trainer": {
        "name": NEEDED,
        "trigger_word": Row("TOK"),
        "lora_type": Row("subject", choices=("subject", "style")),
        "steps": Row(1000, low=10, high=4000),
    },
    "trained-version": COMMON
    | {
        "aspect_ratio": Row("1:1", choices=(*SHAPES, "custom")),
        "width": Row(1024, low=256, high=1440),
        "height": Row(1024, low=256, high=1440),
        "model": Row("dev", choices=("dev", "schnell")),
        "mask": OPEN,
    },
    "black-forest-labs/flux-dev-lora": DEV | {"loras": Row(low=-1, high=3)},
    "replicate/flux-3-klein-image-lora": {
        "prompt": NEEDED,
        "loras": Row(low=0, high=2),
        "width": Row(1024, low=64, high=4096),
        "height": Row(1024, low=64, high=4096),
        "seed": SEED,
        "distilled": Row(True),
        "steps": Row(0, low=0, high=100),
        "guidance": Row(3.5, low=1, high=10),
        "upsample_prompt": OFF,
    },
    "black-forest-labs/flux-dev": DEV,
    "black-forest-labs/flux-krea-dev": DEV,
    "black-forest-labs/flux-schnell": {
        name: row for name, row in DEV.items() if name not in ("guidance", "image", "prompt_strength")
    }
    | {"steps": Row(4, low=1, high=4)},
    "black-forest-labs/flux-1.1-pro": {
        "prompt": NEEDED,
        "aspect_ratio": Row("1:1", choices=(*PRO_SHAPES, "custom")),
        "width": Row(1024, low=256, high=1440),
        "height": Row(1024, low=256, high=1440),
        "image_prompt": OPEN,
        "prompt_upsampling": OFF,
        "seed": SEED,
        "safety_tolerance": Row(2, low=1, high=6),
        "output_format": FORMATS,
        "output_quality": Row(80, low=0, high=100),
    },
    "black-forest-labs/flux-1.1-pro-ultra": {
        "prompt": NEEDED,
        "aspect_ratio": Row(
            "1:1",
            choices=("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "9:21"),
        ),
        "raw": OFF,
        "image_prompt": OPEN,
        "image_prompt_strength": Row(0.1, low=0, high=1),
        "seed": SEED,
        "safety_tolerance": Row(2, low=1, high=6),
        "output_format": Row("jpg", choices=("jpg", "png")),
    },
    "black-forest-labs/flux-kontext-pro": KONTEXT,
    "black-forest-labs/flux-kontext-max": KONTEXT,
    "black-forest-labs/flux-kontext-dev": {
        "prompt": NEEDED,
        "input_image": NEEDED,
        "aspect_ratio": Row(
            MATCHED,
            choices=(MATCHED, *SHAPES),
        ),
        "seed": SEED,
        "steps": Row(28, low=4, high=50),
        "guidance": Row(2.5, low=0, high=10),
        "go_fast": OFF,
        "output_format": FORMATS,
        "output_quality": Row(80, low=0, high=100),
        "disable_safety_checker": OFF,
    },
    "black-forest-labs/flux-2-pro": FLUX_2,
    "black-forest-labs/flux-2-max": FLUX_2,
    "black-forest-labs/flux-2-flex": FLUX_2
    | {
        "steps": Row(30, low=1, high=50),
        "guidance": Row(4.5, low=1.5, high=10),
        "prompt_upsampling": Row(True),
    },
    "black-forest-labs/flux-2-dev": {
        "prompt": NEEDED,
        "input_images": OPEN,
        "aspect_ratio": Row("1:1", choices=(*PRO_SHAPES, MATCHED)),
        "seed": SEED,
        "go_fast": Row(True),
        "output_format": Row("jpg", choices=FORMATS.choices),
        "output_quality": Row(80, low=0, high=100),
        "disable_safety_checker": OFF,
    },
    "black-forest-labs/flux-2-klein-4b": KLEIN
    | {"output_megapixels": Row("1", choices=("0.25", "0.5", "1", "2", "4"))},
    "black-forest-labs/flux-2-klein-9b": KLEIN,
    "black-forest-labs/flux-2-klein-9b-base": KLEIN | {"guidance": Row(4.0, low=1, high=10)},
}


def _row(field: Field) -> Row:
    return Row(field.default, field.required, field.minimum, field.maximum, field.choices)


def test_the_catalogue_is_complete() -> None:
    assert set(BY_ID) == set(REFERENCE)
    assert {endpoint.info.id for endpoint in TRAINING} == TRAINERS
    assert len({endpoint.info.title for endpoint in ALL}) == len(ALL)


@pytest.mark.parametrize("endpoint_id", REFERENCE)
def test_parameters_ranges_and_defaults_are_those_of_the_source(endpoint_id: str) -> None:
    found = {field.name: _row(field) for field in fields_of(BY_ID[endpoint_id])}
    assert found == REFERENCE[endpoint_id]


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.info.id)
def test_every_parameter_is_explained(endpoint: type[Endpoint]) -> None:
    for field in fields_of(endpoint):
        assert field.title[:1].isupper(), field
        assert len(field.title) <= 30, field
        assert field.help.endswith("."), field
        assert 15 <= len(field.help) <= 160, field
        assert set(field.labels or {}) <= set(field.choices), field
        assert field.empty or not field.nullable or field.control is Control.PROMPT, field
        assert field.step or field.control not in (Control.INTEGER, Control.NUMBER), field


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.info.id)
def test_every_endpoint_is_explained(endpoint: type[Endpoint]) -> None:
    assert endpoint.info.summary.endswith(".")
    assert len(endpoint.info.summary) <= 115
    assert issubclass(endpoint, TrainingEndpoint) == (endpoint.info.group is Group.TRAINING)


def test_what_they_do_with_finetunes() -> None:
    assert [endpoint.info.trains for endpoint in TRAINING] == [Base.FLUX1_DEV] * 2
    assert [endpoint.steps_field for endpoint in TRAINING] == ["steps", "steps"]
    assert FastFluxTrainer.info.availability is Availability.BETA
    own, files = TrainedVersion.info.finetunes, FluxDevLora.info.finetunes
    assert own is not None
    assert files is not None
    klein = Flux3KleinLora.info.finetunes
    assert klein is not None
    assert (klein.by, klein.most, klein.bases) == (FinetuneBy.WEIGHTS, 3, frozenset({Base.FLUX3_KLEIN}))
    assert (own.by, own.most, own.bases) == (FinetuneBy.ID, 1, frozenset({Base.FLUX1_DEV}))
    assert (files.by, files.most, files.bases) == (FinetuneBy.WEIGHTS, 2, frozenset({Base.FLUX1_DEV}))


def test_only_what_names_a_model_is_a_finetune_of_the_account() -> None:
    for good in ("me/fox", VERSION):
        assert TrainedVersion.checked({"prompt": "p", "finetune_id": good}).finetune_id == good
    for bad in ("fox", "me/fox:123", "../x/y", "me/fox?x=1", "https://replicate.com/me/fox"):
        with pytest.raises(InvalidInput, match="owner/name"):
            TrainedVersion.checked({"prompt": "p", "finetune_id": bad})


def test_a_mask_needs_a_picture() -> None:
    with pytest.raises(InvalidInput, match="needs the picture"):
        TrainedVersion.checked({"prompt": "p", "finetune_id": "me/fox", "mask": "mask.png"})


@pytest.mark.parametrize("bad", ["wide", "512;768", "10", "512,"])
def test_resolutions_are_numbers_with_commas(bad: str) -> None:
    with pytest.raises(InvalidInput, match="commas between"):
        FluxDevLoraTrainer.checked({"name": "fox", "resolution": bad})
    assert FluxDevLoraTrainer.checked({"name": "fox", "resolution": "512, 768"}).resolution == "512,768"


def test_estimates_grow_with_the_work() -> None:
    def training(**values: Any) -> float:
        return FluxDevLoraTrainer.checked({"name": "fox", **values}).estimate().credits

    def picture(**values: Any) -> float:
        return TrainedVersion.checked({"prompt": "p", "finetune_id": VERSION, **values}).estimate().credits

    assert 150 < training() < 200
    assert training(steps=2000) > 1.8 * training()
    assert training(batch_size=2) > 1.8 * training()
    assert picture(steps=4) < picture(megapixels="0.25") < picture()
    assert 100 < FastFluxTrainer.checked({"name": "fox"}).estimate().credits < 200
    official = FluxDevLora.checked({"prompt": "p", "finetune_id": "x"}).estimate()
    assert (official.credits, official.exact) == (3.2, True)


def estimate(endpoint_id: str, **values: Any) -> tuple[float, bool]:
    made = BY_ID[endpoint_id].checked({"prompt": "p", **values}).estimate()
    return made.credits, made.exact


@pytest.mark.parametrize(
    ("endpoint_id", "values", "expected"),
    [
        ("black-forest-labs/flux-schnell", {}, (0.3, True)),
        ("black-forest-labs/flux-dev", {}, (2.5, True)),
        ("black-forest-labs/flux-krea-dev", {}, (6.0, False)),
        ("black-forest-labs/flux-1.1-pro-ultra", {}, (6.0, True)),
        ("black-forest-labs/flux-2-pro", {}, (3.0, True)),
        ("black-forest-labs/flux-2-pro", {"resolution": "4 MP"}, (7.5, True)),
        (
            "black-forest-labs/flux-2-pro",
            {"aspect_ratio": "custom", "width": 2048, "height": 2048},
            (7.7915, False),
        ),
        (
            "black-forest-labs/flux-2-pro",
            {"input_images": ["a", "b"], "resolution": "match_input_image"},
            (19.5, False),
        ),
        ("black-forest-labs/flux-2-flex", {"resolution": "0.5 MP"}, (3.0, True)),
        ("black-forest-labs/flux-2-max", {}, (7.0, False)),
        ("black-forest-labs/flux-2-dev", {}, (1.2, True)),
        ("black-forest-labs/flux-2-dev", {"go_fast": False}, (2.4, False)),
        ("black-forest-labs/flux-2-klein-4b", {"output_megapixels": "2"}, (0.2, True)),
    ],
)
def test_prices_of_official_models(
    endpoint_id: str, values: dict[str, Any], expected: tuple[float, bool]
) -> None:
    assert estimate(endpoint_id, **values) == pytest.approx(expected)


def test_flux_3_klein_is_reckoned_by_its_passes() -> None:
    def price(**values: Any) -> float:
        found, exact = estimate("replicate/flux-3-klein-image-lora", **values)
        assert not exact
        return found

    assert price(steps=8) < price() == price(steps=16) < price(steps=50)
    assert price(distilled=False) == price(distilled=False, steps=50) > 4 * price()
    assert price(width=2048, height=2048) > 2 * price()


def test_the_pixels_of_a_shape_are_known_where_they_are_published() -> None:
    for endpoint_id in ("black-forest-labs/flux-dev", "black-forest-labs/flux-dev-lora", "trained-version"):
        endpoint = BY_ID[endpoint_id]
        assert issubclass(endpoint, ReplicateGeneration)
        assert endpoint.size_of({"aspect_ratio": "16:9"}) == (1344, 768)
        assert endpoint.size_of({"aspect_ratio": "4:5", "megapixels": "0.25"}) == (448, 544)
        assert endpoint.size_of({"aspect_ratio": "16:9", "image": "a.png"}) is None
    for endpoint_id in ("black-forest-labs/flux-2-pro", "black-forest-labs/flux-kontext-pro"):
        endpoint = BY_ID[endpoint_id]
        assert issubclass(endpoint, ReplicateGeneration)
        assert endpoint.size_of({"aspect_ratio": "16:9"}) is None
    custom = {"aspect_ratio": "custom", "width": 512, "height": 256}
    assert OfficialFlux2Pro.size_of(custom) == TrainedVersion.size_of(custom) == (512, 256)
    assert OfficialFlux2Pro.size_of(OfficialFlux2Pro.sized(640, 320)) == (640, 320)


def test_what_would_be_refused_after_the_upload_is_refused_before() -> None:
    with pytest.raises(InvalidInput, match="2 at most with an input picture"):
        BY_ID["black-forest-labs/flux-kontext-pro"].checked(
            {"prompt": "p", "input_image": "a.png", "safety_tolerance": 3}
        )
    for name in ("aspect_ratio", "resolution"):
        with pytest.raises(InvalidInput, match="without an input picture"):
            OfficialFlux2Pro.checked({"prompt": "p", name: MATCHED})
        assert OfficialFlux2Pro.checked({"prompt": "p", name: MATCHED, "input_images": ["a.png"]})
