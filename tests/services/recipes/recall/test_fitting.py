"""What is recalled, as the parameters of endpoints of ours."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.domain.endpoint import GenerationEndpoint
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.services.recipes.recall import Recalled, fit


def endpoint(name: str) -> type[GenerationEndpoint]:
    return next(item for item in GENERATION if item.info.id == name)


FOX = Recalled(
    source="Forge",
    values={
        "prompt": "a fox",
        "negative_prompt": "blurry",
        "seed": 42,
        "steps": 60,
        "guidance": 7.0,
        "width": 900,
        "height": 1152,
    },
)


def test_numbers_become_the_nearest_that_is_possible_and_that_is_said() -> None:
    fitted = fit(FOX, endpoint("flux-dev"))
    assert dict(fitted.values) == {
        "prompt": "a fox",
        "seed": 42,
        "steps": 50,
        "guidance": 5.0,
        "width": 896,
        "height": 1152,
    }
    assert fitted.notes == (
        "FLUX.1 [dev] takes no negative prompt: it is left out.",
        "Steps 60 became 50: 1 to 50 steps is possible here.",
        "Guidance 7 became 5: 1.5 to 5 is possible here.",
        "Width 900 became 896: 256 to 1440 px, multiples of 32 is possible here.",
    )
    endpoint("flux-dev").checked(fitted.values)


def test_size_becomes_the_nearest_shape_where_there_are_only_shapes() -> None:
    fitted = fit(FOX, endpoint("flux-pro-1.1-ultra"))
    assert fitted.values["aspect_ratio"] == "4:5"
    assert "900×1152 became the aspect ratio 4:5." in fitted.notes
    exact = fit(Recalled(source="x", values={"width": 1024, "height": 1024}), endpoint("flux-pro-1.1-ultra"))
    assert (dict(exact.values), exact.notes) == ({"aspect_ratio": "1:1"}, ())


def test_size_is_left_out_where_there_is_none() -> None:
    fitted = fit(FOX, endpoint("flux-tools/deblur-v1"))
    assert not {"width", "height", "aspect_ratio"} & set(fitted.values)
    assert any("900×1152 is left out" in note for note in fitted.notes)


def test_every_endpoint_accepts_what_was_fitted() -> None:
    from fluxtui.domain.endpoint import Control, fields_of

    for item in GENERATION:
        fitted = fit(FOX, item)
        needed: dict[str, Any] = {
            field.name: ["x"] if field.control is Control.PICTURES else "x"
            for field in fields_of(item)
            if field.required and field.name not in fitted.values and not field.minimum
        }
        sizes = {field.name: 64 for field in fields_of(item) if field.required and field.minimum}
        margins = {"top": 64} if "top" in item.model_fields else {}
        item.checked({**sizes, **needed, **margins, **fitted.values})


@pytest.mark.parametrize("seed", [-1, 2.5, "x", True, None])
def test_seed_is_never_changed(seed: Any) -> None:
    assert "seed" not in fit(Recalled(source="x", values={"seed": seed}), endpoint("flux-dev")).values
