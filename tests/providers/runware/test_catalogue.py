"""The endpoints against a table written independently from their sources (read 2026-12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from fluxtui.domain.endpoint import Control, Endpoint, Field, FinetuneBy, Group, fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.weights import Base
from fluxtui.providers.runware.catalogue import GENERATION, TRAINING
from fluxtui.providers.runware.generation import (
    RunwareFlux1Dev,
    RunwareFlux1DevLora,
    RunwareKlein9B,
    RunwareKlein9BLora,
    RunwareKontext,
)
from fluxtui.providers.runware.prices import TABLE

BY_ID = {endpoint.info.id: endpoint for endpoint in GENERATION}


@dataclass(frozen=True)
class Row:
    """What the source says of one parameter."""

    default: Any = None
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


NEEDED, OPEN = Row(required=True), Row()
WEIGHT = Row(1.0, low=-4, high=4)
PROMPTED = {
    "prompt": NEEDED,
    "seed": Row(low=1, high=2**32 - 1),
    "steps": Row(low=1, high=100),
    "output_format": Row("PNG", choices=("JPG", "PNG", "WEBP")),
}
SIZED = {side: Row(1024, low=512, high=2048) for side in ("width", "height")}
GUIDED = {"guidance": Row(low=0, high=30)}
EDITING = dict.fromkeys(("input_image", *(f"input_image_{number}" for number in (2, 3, 4))), OPEN)
HURRIED = {"acceleration": Row(choices=("none", "low", "medium", "high"))}
LORAS = {
    "finetune_id": NEEDED,
    "finetune_strength": WEIGHT,
    "finetune_id_2": OPEN,
    "finetune_strength_2": WEIGHT,
    "finetune_id_3": OPEN,
    "finetune_strength_3": WEIGHT,
}
DISTILLED = PROMPTED | SIZED | EDITING | HURRIED
WORKED = DISTILLED | GUIDED | {"negative_prompt": OPEN}
FLUX_1 = PROMPTED | SIZED | GUIDED
KONTEXT = PROMPTED | GUIDED | {"input_image": NEEDED}
PLAIN: dict[str, tuple[dict[str, Row], Base | None]] = {
    "runware:400@1": (WORKED, Base.FLUX2_DEV),
    "runware:400@2": (DISTILLED, Base.KLEIN_9B),
    "runware:400@3": (WORKED, Base.KLEIN_9B),
    "runware:400@4": (DISTILLED, Base.KLEIN_4B),
    "runware:400@5": (WORKED, Base.KLEIN_4B),
    "runware:101@1": (FLUX_1, Base.FLUX1_DEV),
    "runware:107@1": (FLUX_1, Base.FLUX1_KREA),
    "runware:106@1": (KONTEXT, Base.FLUX1_KONTEXT),
    "runware:100@1": (PROMPTED | SIZED, None),
}
REFERENCE = {model: fields for model, (fields, _) in PLAIN.items()} | {
    f"{model}/lora": fields | LORAS for model, (fields, base) in PLAIN.items() if base is not None
}


def _row(field: Field) -> Row:
    return Row(field.default, field.required, field.minimum, field.maximum, field.choices)


def test_the_catalogue_is_complete() -> None:
    assert set(BY_ID) == set(REFERENCE)
    assert TRAINING == ()
    assert len({endpoint.info.title for endpoint in GENERATION}) == len(GENERATION)
    assert {endpoint.model for endpoint in GENERATION} == set(TABLE)


@pytest.mark.parametrize("endpoint_id", REFERENCE)
def test_parameters_ranges_and_defaults_are_those_of_the_source(endpoint_id: str) -> None:
    endpoint = BY_ID[endpoint_id]
    assert {field.name: _row(field) for field in fields_of(endpoint)} == REFERENCE[endpoint_id]
    assert endpoint.model == endpoint_id.removesuffix("/lora")


@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
def test_every_parameter_is_explained(endpoint: type[Endpoint]) -> None:
    for field in fields_of(endpoint):
        assert field.title[:1].isupper(), field
        assert len(field.title) <= 30, field
        assert field.help.endswith("."), field
        assert 15 <= len(field.help) <= 160, field
        assert set(field.labels or {}) <= set(field.choices), field
        assert field.empty or not field.nullable or field.control is Control.PROMPT, field
        assert field.step or field.control not in (Control.INTEGER, Control.NUMBER), field


@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
def test_every_endpoint_is_explained(endpoint: type[Endpoint]) -> None:
    assert endpoint.info.summary.endswith(".")
    assert len(endpoint.info.summary) <= 115


@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
def test_what_they_do_with_loras(endpoint: type[Endpoint]) -> None:
    base = PLAIN[endpoint.info.id.removesuffix("/lora")][1]
    use = endpoint.info.finetunes
    if not endpoint.info.id.endswith("/lora"):
        assert (use, endpoint.info.group) == (None, Group.BASE)
        return
    assert use is not None
    assert base is not None
    assert (use.by, use.bases, use.most) == (FinetuneBy.ID, frozenset({base}), 3)
    assert endpoint.info.group is Group.FINETUNED


@pytest.mark.parametrize("good", ["civitai:618692@691639", "runware:400@3", "my-studio:fox.2@v1_0"])
def test_loras_are_named_as_runware_names_them(good: str) -> None:
    assert RunwareFlux1DevLora.checked({"prompt": "a fox", "finetune_id": good}).finetune_id == good


@pytest.mark.parametrize(
    "bad", ["fox", "fox@1", "civitai:1", "a b:c@1", "https://civitai.com/models/1", "x:y@"]
)
def test_nothing_else_names_a_lora(bad: str) -> None:
    with pytest.raises(InvalidInput):
        RunwareFlux1DevLora.checked({"prompt": "a fox", "finetune_id": bad})


@pytest.mark.parametrize(
    "values",
    [{"width": 520}, {"width": 448}, {"height": 2112}, {"seed": 0}, {"prompt": "a"}, {"prompt": "a" * 3001}],
)
def test_what_the_service_would_refuse_is_refused_here(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        RunwareKlein9B.checked({"prompt": "a fox", **values})


def test_estimates_grow_with_the_work_and_never_claim_to_be_exact() -> None:
    def klein(**values: Any) -> float:
        estimate = RunwareKlein9B.checked({"prompt": "a fox", **values}).estimate()
        assert not estimate.exact
        return estimate.credits

    assert 0.3 < klein() < 2
    assert klein(steps=8) == pytest.approx(2 * klein())
    assert klein(width=2048) == pytest.approx(2 * klein())
    assert klein(width=512, height=512) == klein()
    assert klein(input_image="fox.png") > klein()
    with_lora = RunwareKlein9BLora.checked({"prompt": "a fox", "finetune_id": "a:b@1"}).estimate()
    assert with_lora.credits > klein()
    assert "as others were charged" in with_lora.basis
    edited = RunwareKontext.checked({"prompt": "a fox", "input_image": "fox.png"}).estimate()
    assert (edited.credits, "others" in edited.basis) == (1.05, False)
    assert RunwareFlux1Dev.checked({"prompt": "a fox"}).estimate().credits == 0.5
