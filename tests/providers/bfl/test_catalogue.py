"""The endpoints against a table written independently from the service's reference (read 2026-10).

That of outpainting is from the specification of 2026-09-20.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from fluxtui.domain.endpoint import (
    Availability,
    Control,
    Endpoint,
    Field,
    GenerationEndpoint,
    Group,
    TrainingEndpoint,
    fields_of,
)
from fluxtui.domain.errors import InvalidInput
from fluxtui.providers.bfl.catalogue import GENERATION, TRAINING
from fluxtui.providers.bfl.training import BFLTraining, default_learning_rate

ALL: tuple[type[Endpoint], ...] = (*TRAINING, *GENERATION)
BY_ID = {endpoint.info.id: endpoint for endpoint in ALL}


@dataclass(frozen=True)
class Row:
    """What the reference says of one parameter."""

    default: Any = None
    required: bool = False
    low: float | None = None
    high: float | None = None
    multiple: int | None = None
    choices: tuple[str, ...] = ()


NEEDED = Row(required=True)
OPEN = Row()
OFF = Row(False)
WIDE = ("21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4")
RATIOS = (*WIDE, "1:1", *(":".join(reversed(ratio.split(":"))) for ratio in reversed(WIDE)))
FORMATS = ("jpeg", "png", "webp")


def _out(safety: int, kind: str = "jpeg") -> dict[str, Row]:
    return {
        "seed": OPEN,
        "safety_tolerance": Row(2, low=0, high=safety),
        "output_format": Row(kind, choices=FORMATS),
    }


def _tuned(strength: float | None) -> dict[str, Row]:
    return {"finetune_id": NEEDED, "finetune_strength": Row(strength, low=0, high=2)}


def _inputs(count: int) -> dict[str, Row]:
    return {"input_image": OPEN} | {f"input_image_{number}": OPEN for number in range(2, count + 1)}


SIZE = {
    "width": Row(1024, low=256, high=1440, multiple=32),
    "height": Row(768, low=256, high=1440, multiple=32),
}
FREE = {"width": Row(low=64, multiple=16), "height": Row(low=64, multiple=16)}
UP = {"prompt_upsampling": OFF}
ULTRA = {
    "prompt": OPEN,
    "aspect_ratio": Row("16:9", choices=RATIOS),
    "image_prompt": OPEN,
    "image_prompt_strength": Row(0.1, low=0, high=1),
    **UP,
    **_out(6),
}
FILL = {
    "prompt": OPEN,
    "image": NEEDED,
    "mask": OPEN,
    "steps": Row(50, low=15, high=50),
    "guidance": Row(60, low=1.5, high=100),
    **UP,
    **_out(6),
}
PRO = {"prompt": OPEN, "image_prompt": OPEN, **SIZE, **UP, **_out(6)}
DEPTH = {
    "prompt": NEEDED,
    "control_image": NEEDED,
    "steps": Row(50, low=15, high=50),
    "guidance": Row(15, low=1, high=100),
    **UP,
    **_out(6),
}
KONTEXT = {
    "prompt": NEEDED,
    **_inputs(4),
    "aspect_ratio": Row(choices=RATIOS),
    **UP,
    **_out(6, "png"),
}
FLUX_2 = {"prompt": NEEDED, **_inputs(8), **FREE, "disable_pup": OFF, **_out(5)}
KLEIN = {"prompt": NEEDED, **_inputs(4), **FREE, **_out(5)}

REFERENCE: dict[str, dict[str, Row]] = {
    "finetune": {
        "finetune_comment": NEEDED,
        "mode": Row(required=True, choices=("character", "product", "style", "general")),
        "trigger_word": Row("TOK"),
        "iterations": Row(300, low=100, high=1000),
        "learning_rate": Row(low=1e-6, high=5e-3),
        "captioning": Row(True),
        "priority": Row("quality", choices=("speed", "quality", "high_res_only")),
        "finetune_type": Row("full", choices=("lora", "full")),
        "lora_rank": Row(32, choices=("16", "32")),
    },
    "flux-pro-1.1-ultra-finetuned": _tuned(1.2) | ULTRA,
    "flux-pro-1.0-fill-finetuned": _tuned(1.1) | FILL,
    "flux-pro-finetuned": _tuned(1.1)
    | PRO
    | {"steps": Row(40, low=1, high=50), "guidance": Row(2.5, low=1.5, high=5)},
    "flux-pro-1.0-depth-finetuned": _tuned(1.1) | DEPTH,
    "flux-pro-1.0-canny-finetuned": _tuned(1.1)
    | DEPTH
    | {
        "guidance": Row(30, low=1, high=100),
        "canny_low_threshold": Row(50, low=0, high=500),
        "canny_high_threshold": Row(200, low=0, high=500),
    },
    **{
        f"flux-2-klein-{size}-finetuned": _tuned(None) | KLEIN
        for size in ("4b", "9b", "9b-kv", "9b-kv-bf16", "base-4b", "base-9b")
    },
    "flux-pro-1.1": PRO,
    "flux-pro-1.1-ultra": ULTRA | {"raw": OFF},
    "flux-dev": PRO | {"steps": Row(28, low=1, high=50), "guidance": Row(3.0, low=1.5, high=5)},
    "flux-pro-1.0-fill": FILL,
    "flux-pro-1.0-expand": {name: row for name, row in FILL.items() if name != "mask"}
    | {side: Row(0, low=0, high=2048) for side in ("top", "bottom", "left", "right")},
    "flux-kontext-pro": KONTEXT,
    "flux-kontext-max": KONTEXT,
    "flux-2-pro": FLUX_2,
    "flux-2-pro-preview": FLUX_2,
    "flux-2-max": FLUX_2,
    "flux-2-flex": {name: row for name, row in FLUX_2.items() if name != "disable_pup"}
    | {
        "prompt_upsampling": Row(True),
        "guidance": Row(5, low=1.5, high=10),
        "steps": Row(50, low=1, high=50),
    },
    "flux-2-klein-4b": KLEIN,
    "flux-2-klein-9b": KLEIN,
    "flux-2-klein-9b-preview": KLEIN,
    "flux-3-image": {
        "prompt": NEEDED,
        "images": OPEN,
        "aspect_ratio": Row("auto", choices=("auto", *RATIOS)),
        "resolution": Row("1k", choices=("768sq", "1k", "1.5k", "2k", "4k")),
        "safety_tolerance": Row(2, low=0, high=4),
        "grounding": Row(True),
        "version": Row("latest"),
    },
    "flux-3-image-klein": {
        "prompt": NEEDED,
        "images": OPEN,
        "aspect_ratio": Row("auto", choices=("auto", *RATIOS)),
        "resolution": Row("1k", choices=("768sq", "1k", "1.5k", "2k", "4k")),
        "safety_tolerance": Row(2, low=0, high=4),
    },
    "flux-tools/outpainting-v1": {
        "input_image": NEEDED,
        "width": Row(required=True, low=64),
        "height": Row(required=True, low=64),
        "reference_offset_x": OPEN,
        "reference_offset_y": OPEN,
        "mode": Row("high", choices=("high", "fast")),
        "prompt": OPEN,
        "auto_crop": OFF,
        "disable_pup": OFF,
        **{name: row for name, row in _out(5, "png").items() if name != "seed"},
    },
    "flux-tools/erase-v1": {
        "image": NEEDED,
        "mask": NEEDED,
        "dilate_pixels": Row(10, low=0, high=25),
        **_out(5, "png"),
    },
    "flux-tools/deblur-v1": {"image": NEEDED, **_out(5, "png")},
}


def _field(endpoint_id: str, name: str) -> Field:
    return next(field for field in fields_of(BY_ID[endpoint_id]) if field.name == name)


def valid_values(endpoint: type[Endpoint]) -> dict[str, Any]:
    """Return the smallest request that is valid and changes something."""
    needed = {field.name: _sample(field) for field in fields_of(endpoint) if field.required}
    return needed | ({"top": 32, "right": 32} if "right" in endpoint.model_fields else {})


def _sample(field: Field) -> Any:
    if field.choices:
        return field.choices[0]
    if field.control is Control.INTEGER:
        return 1024
    return "some-text"


def test_the_catalogue_is_complete() -> None:
    assert set(BY_ID) == set(REFERENCE)
    assert len(ALL) == len(BY_ID)


@pytest.mark.parametrize("endpoint_id", REFERENCE)
def test_parameters_are_those_of_the_reference(endpoint_id: str) -> None:
    assert {field.name for field in fields_of(BY_ID[endpoint_id])} == set(REFERENCE[endpoint_id])


@pytest.mark.parametrize("endpoint_id", REFERENCE)
def test_ranges_and_defaults_are_those_of_the_reference(endpoint_id: str) -> None:
    found = {
        field.name: Row(
            default=field.default,
            required=field.required,
            low=field.minimum,
            high=field.maximum,
            multiple=None if field.multiple_of is None else int(field.multiple_of),
            choices=field.choices,
        )
        for field in fields_of(BY_ID[endpoint_id])
    }
    assert found == REFERENCE[endpoint_id]


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.info.id)
def test_every_parameter_is_explained(endpoint: type[Endpoint]) -> None:
    for field in fields_of(endpoint):
        assert field.title[:1].isupper(), field
        assert len(field.title) <= 24, field
        assert field.help.endswith("."), field
        assert 15 <= len(field.help) <= 160, field
        assert set(field.labels or {}) <= set(field.choices), field
        assert field.empty or not field.nullable or field.control is Control.PROMPT, field
        assert field.step or field.control not in (Control.INTEGER, Control.NUMBER), field


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.info.id)
def test_every_endpoint_is_explained(endpoint: type[Endpoint]) -> None:
    info = endpoint.info
    assert info.title
    assert info.summary.endswith(".")
    assert len(info.summary) <= 110
    assert issubclass(endpoint, TrainingEndpoint) == (info.group is Group.TRAINING)
    assert ("finetune_id" in endpoint.model_fields) == (info.group is Group.FINETUNED)
    assert fields_of(endpoint) is fields_of(endpoint)


def test_finetuned_endpoints_come_first_and_titles_differ() -> None:
    tuned = [endpoint.takes_finetune() for endpoint in GENERATION]
    assert tuned == sorted(tuned, reverse=True)
    assert len({endpoint.info.title for endpoint in ALL}) == len(ALL)


def test_availability_and_limits() -> None:
    historic = {e.info.id for e in ALL if e.info.availability is Availability.HISTORIC}
    assert historic == {
        "finetune",
        "flux-pro-finetuned",
        "flux-pro-1.0-depth-finetuned",
        "flux-pro-1.0-canny-finetuned",
    }
    beta = {e.info.id for e in ALL if e.info.availability is Availability.BETA}
    klein_loras = {i for i in REFERENCE if "klein" in i and i.endswith("-finetuned")}
    assert beta == klein_loras | {"flux-3-image-klein"}
    assert {e.info.id: e.info.active_limit for e in ALL if e.info.active_limit} == {"flux-kontext-max": 6}


def test_what_takes_no_seed() -> None:
    strict = {"flux-3-image", "flux-3-image-klein", "flux-tools/outpainting-v1"}
    assert {e.info.id for e in GENERATION if not e.takes_seed()} == strict


def test_outpainting_of_an_older_version_is_read_without_its_seed() -> None:
    values = {"input_image": "a.png", "width": 1024, "height": 1024, "seed": 7}
    assert "seed" not in BY_ID["flux-tools/outpainting-v1"].checked(values).given()


def test_expanding_by_nothing_is_refused() -> None:
    expand = BY_ID["flux-pro-1.0-expand"]
    for values in ({}, {"top": 0, "bottom": 0, "left": 0, "right": 0}):
        with pytest.raises(InvalidInput, match="nothing would be added"):
            expand.checked({"image": "a.png", **values})
    for side in ("top", "bottom", "left", "right"):
        assert expand.checked({"image": "a.png", side: 1}).given()[side] == 1


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.info.id)
def test_the_smallest_request_is_valid_and_has_no_nulls(endpoint: type[Endpoint]) -> None:
    given = endpoint.checked(valid_values(endpoint)).given()
    assert None not in given.values()
    assert set(given) == {f.name for f in fields_of(endpoint) if f.required or f.default is not None}


@pytest.mark.parametrize(
    "endpoint",
    [endpoint for endpoint in ALL if valid_values(endpoint)],
    ids=lambda endpoint: endpoint.info.id,
)
def test_what_is_missing_is_named(endpoint: type[Endpoint]) -> None:
    with pytest.raises(InvalidInput) as raised:
        endpoint.checked({})
    assert {problem.field for problem in raised.value.problems} == set(valid_values(endpoint)) - {"top"}


BOUNDED = [
    (i, name, bound, sign)
    for i, rows in REFERENCE.items()
    for name, row in rows.items()
    for bound, sign in ((row.low, -1), (row.high, 1))
    if bound is not None
]


@pytest.mark.parametrize(("endpoint_id", "name", "bound", "sign"), BOUNDED)
def test_bounds_are_inclusive_and_firm(endpoint_id: str, name: str, bound: float, sign: int) -> None:
    endpoint = BY_ID[endpoint_id]
    multiple = REFERENCE[endpoint_id][name].multiple or 1
    values = valid_values(endpoint)
    assert endpoint.checked(values | {name: bound}).given()[name] == bound
    beyond = bound * 1.01 if sign > 0 else bound * 0.99
    if name != "learning_rate":
        beyond = bound + sign * multiple if field_is_whole(endpoint_id, name) else bound + sign * 0.01
    with pytest.raises(InvalidInput) as raised:
        endpoint.checked(values | {name: beyond})
    assert [problem.field for problem in raised.value.problems] == [name]
    assert raised.value.problems[0].reason.startswith(_field(endpoint_id, name).title)


def field_is_whole(endpoint_id: str, name: str) -> bool:
    """Tell whether a parameter is a whole number."""
    return _field(endpoint_id, name).control is Control.INTEGER


MULTIPLES = [(i, name) for i, rows in REFERENCE.items() for name, row in rows.items() if row.multiple]


@pytest.mark.parametrize(("endpoint_id", "name"), MULTIPLES)
def test_multiples_are_firm(endpoint_id: str, name: str) -> None:
    endpoint = BY_ID[endpoint_id]
    with pytest.raises(InvalidInput, match="multiples of"):
        endpoint.checked(valid_values(endpoint) | {name: 513})


@pytest.mark.parametrize("endpoint_id", [i for i in REFERENCE if i.startswith("flux-2-")])
def test_flux_2_makes_at_most_4_megapixels(endpoint_id: str) -> None:
    endpoint = BY_ID[endpoint_id]
    values = valid_values(endpoint)
    assert endpoint.checked(values | {"width": 2048, "height": 2048}).given()["width"] == 2048
    with pytest.raises(InvalidInput, match=r"2064 x 2048 px are 4\.0 megapixels"):
        endpoint.checked(values | {"width": 2064, "height": 2048})
    assert "height" not in endpoint.checked(values | {"width": 4096}).given()


@pytest.mark.parametrize("name", ["a", "my-lora_2", "org-1/my_lora", "Org.Name/x"])
def test_names_of_uploaded_loras(name: str) -> None:
    request = BY_ID["flux-2-klein-9b-finetuned"].checked({"prompt": "p", "finetune_id": name})
    assert request.given()["finetune_id"] == name


@pytest.mark.parametrize("name", ["My-Lora", "a b", "a/b/c", "/a", "a/", "a\n", "ä", "../a", "a.b"])
def test_impossible_names_of_uploaded_loras(name: str) -> None:
    with pytest.raises(InvalidInput, match="dashboard"):
        BY_ID["flux-2-klein-9b-finetuned"].checked({"prompt": "p", "finetune_id": name})


def test_finetunes_of_flux_1_may_have_any_id() -> None:
    ultra = BY_ID["flux-pro-1.1-ultra-finetuned"]
    assert ultra.checked({"finetune_id": "Any Thing"}).given()["finetune_id"] == "Any Thing"


def test_the_learning_rate_follows_the_type() -> None:
    assert BFLTraining.suggested({"finetune_type": "lora"}) == {"learning_rate": 1e-4}
    assert BFLTraining.suggested({"finetune_type": "full"}) == {"learning_rate": 1e-5}
    assert BFLTraining.suggested({}) == {"learning_rate": 1e-5}
    assert default_learning_rate("lora") == 1e-4
    assert GENERATION[0].suggested({"seed": 1}) == {}


def test_the_training_sends_its_rank_for_both_types_and_no_rate_unless_chosen() -> None:
    for kind in ("full", "lora"):
        given = BFLTraining.checked(
            {"finetune_comment": "c", "mode": "style", "finetune_type": kind, "lora_rank": "16"}
        ).given()
        assert given["lora_rank"] == 16
        assert "learning_rate" not in given


def test_a_list_of_pictures_is_limited() -> None:
    flux_3 = BY_ID["flux-3-image"]
    ten = [f"{number}.png" for number in range(10)]
    assert flux_3.checked({"prompt": "p", "images": ten}).given()["images"] == ten
    assert "images" not in flux_3.checked({"prompt": "p", "images": []}).given()
    with pytest.raises(InvalidInput, match="at most 10"):
        flux_3.checked({"prompt": "p", "images": [*ten, "x"]})


def test_requests_cannot_be_changed() -> None:
    request = GENERATION[0].checked({"finetune_id": "x"})
    assert isinstance(request, GenerationEndpoint)
    with pytest.raises(ValueError, match="frozen"):
        request.finetune_id = "y"  # type: ignore[attr-defined]
