from __future__ import annotations

from typing import Any

import pytest

from fluxtui.domain.endpoint import Control, Endpoint, fields_of
from fluxtui.providers.bfl.catalogue import GENERATION, TRAINING
from fluxtui.providers.bfl.prices import PRICES

ALL: tuple[type[Endpoint], ...] = (*TRAINING, *GENERATION)
BY_ID = {endpoint.info.id: endpoint for endpoint in ALL}

MEANT: dict[str, dict[str, Any]] = {"flux-pro-1.0-expand": {"right": 256}}
"""What a request needs beside its required values to change anything."""


def _estimate(endpoint_id: str, **values: Any) -> tuple[float, bool]:
    endpoint = BY_ID[endpoint_id]
    values = MEANT.get(endpoint_id, {}) | values
    for field in fields_of(endpoint):
        if field.required and field.name not in values:
            whole = field.control is Control.INTEGER
            values[field.name] = field.choices[0] if field.choices else 1024 if whole else "x"
    estimate = endpoint.checked(values).estimate()
    return estimate.credits, estimate.exact


@pytest.mark.parametrize(
    ("endpoint_id", "credits"),
    [
        ("flux-pro-1.1", 4),
        ("flux-pro-1.1-ultra", 6),
        ("flux-dev", 2.5),
        ("flux-pro-1.0-fill", 5),
        ("flux-pro-1.1-ultra-finetuned", 7),
        ("flux-pro-finetuned", 6),
        ("flux-pro-1.0-fill-finetuned", 6),
        ("flux-kontext-pro", 4),
        ("flux-kontext-max", 8),
    ],
)
def test_published_prices_of_a_picture_are_exact(endpoint_id: str, credits: float) -> None:
    assert _estimate(endpoint_id) == (credits, True)


@pytest.mark.parametrize(
    "endpoint_id",
    ["flux-pro-1.0-expand", "flux-pro-1.0-depth-finetuned", "flux-tools/erase-v1", "flux-tools/deblur-v1"],
)
def test_unpublished_prices_are_marked(endpoint_id: str) -> None:
    credits, exact = _estimate(endpoint_id)
    assert credits > 0
    assert not exact


@pytest.mark.parametrize(("mode", "credits"), [("high", 20), ("fast", 4.5), (None, 20)])
def test_outpainting_costs_by_mode_as_it_was_charged(mode: str | None, credits: float) -> None:
    assert _estimate("flux-tools/outpainting-v1", mode=mode) == (credits, False)


@pytest.mark.parametrize("tool", ["flux-tools/erase-v1", "flux-tools/deblur-v1"])
def test_tools_cost_what_was_charged(tool: str) -> None:
    assert _estimate(tool) == (3, False)


@pytest.mark.parametrize(
    ("endpoint_id", "values", "expected"),
    [
        ("flux-2-pro", {"width": 1008, "height": 976}, (3, True)),
        ("flux-2-pro", {}, (3, False)),
        ("flux-2-pro", {"width": 1024}, (3, False)),
        ("flux-2-pro", {"width": 1408, "height": 1408}, (4.5, False)),
        ("flux-2-pro", {"width": 2048, "height": 2048}, (7.5, False)),
        ("flux-2-pro", {"input_image": "a", "input_image_2": "b"}, (3 + 1.5 * (3 + 8), False)),
        ("flux-2-pro", {"input_image": "a", "width": 1008, "height": 976}, (3 + 1.5 * 4, False)),
        ("flux-2-max", {"width": 2048, "height": 1024}, (10, False)),
        ("flux-2-flex", {"width": 2048, "height": 1024}, (10, False)),
        ("flux-2-klein-4b", {"width": 512, "height": 512}, (1.4, True)),
        ("flux-2-klein-4b-finetuned", {"width": 2048, "height": 1024}, (1.5, False)),
        ("flux-2-klein-9b-kv-finetuned", {"width": 512, "height": 512}, (1.5, True)),
        ("flux-2-klein-base-9b-finetuned", {"input_image": "a"}, (2.9, False)),
        ("flux-3-image", {"resolution": "768sq"}, (4.1, True)),
        ("flux-3-image", {}, (4.8, True)),
        ("flux-3-image", {"resolution": "1.5k"}, (7.0, False)),
        ("flux-3-image", {"resolution": "2k"}, (10, True)),
        ("flux-3-image", {"resolution": "4k"}, (60.7, True)),
        ("flux-3-image-klein", {}, (0.9, True)),
        ("flux-3-image-klein", {"resolution": "4k"}, (3.6, False)),
    ],
)
def test_prices_by_size(endpoint_id: str, values: dict[str, Any], expected: tuple[float, bool]) -> None:
    assert _estimate(endpoint_id, **values) == expected


def test_the_price_of_an_automatic_size_says_that_it_may_be_more() -> None:
    automatic = BY_ID["flux-2-pro"].checked({"prompt": "p"}).estimate()
    assert "the service may take more" in automatic.basis
    for values in ({"width": 1008, "height": 976}, {"input_image": "a"}):
        assert "may take more" not in BY_ID["flux-2-pro"].checked({"prompt": "p", **values}).estimate().basis


@pytest.mark.parametrize(
    ("iterations", "credits"), [(100, 200), (149, 200), (150, 400), (500, 400), (501, 600), (1000, 600)]
)
def test_prices_of_a_training(iterations: int, credits: float) -> None:
    assert _estimate("finetune", iterations=iterations) == (credits, True)


def test_every_endpoint_has_a_price_with_a_basis_and_the_table_a_date() -> None:
    for endpoint_id in BY_ID:
        assert _estimate(endpoint_id)[0] > 0
    assert (PRICES.read_on, PRICES.seen_on) == ("2026-10", "2026-09-21")
    priced = {*PRICES.flat, *PRICES.guessed, *PRICES.megapixels, *PRICES.seen}
    priced |= {"flux-3-image", "flux-3-image-klein", "finetune", "flux-tools/outpainting-v1"}
    assert priced == set(BY_ID)
