"""What a job costs."""

from __future__ import annotations

import pytest

from fluxtui.simulator.bfl.endpoints import endpoints
from fluxtui.simulator.bfl.prices import image_price, training_price
from fluxtui.simulator.pictures import megapixels


@pytest.mark.parametrize(
    ("path", "output", "inputs", "price"),
    [
        ("flux-pro-1.1", 1024 * 768, 0, 4),
        ("flux-pro-1.1-ultra-finetuned", 2752 * 1536, 0, 7),
        ("flux-2-pro", 1_000_000, 0, 3),
        ("flux-2-pro", 1_980_000, 0, 4.5),
        ("flux-2-pro", 1_000_000, 1_980_000, 6),
        ("flux-2-max", 4_000_000, 0, 16),
        ("flux-2-flex", 1_000_000, 1_000_000, 10),
        ("flux-2-klein-4b", 2_000_000, 0, 1.5),
        ("flux-2-klein-9b-kv-finetuned", 2_000_000, 0, 1.7),
    ],
)
def test_pictures(path: str, output: int, inputs: int, price: float) -> None:
    assert image_price(path, output, inputs) == pytest.approx(price)


def test_flux_3_costs_by_resolution() -> None:
    assert [image_price("flux-3-image", 1, 0, name) for name in ("768sq", "1k", "2k", "4k")] == [
        4.1,
        4.8,
        10,
        60.7,
    ]


@pytest.mark.parametrize(
    ("iterations", "price"), [(100, 200), (149, 200), (150, 400), (500, 400), (501, 600), (1000, 600)]
)
def test_trainings(iterations: int, price: float) -> None:
    assert training_price(iterations) == price


def test_a_megapixel_is_paid_once_begun() -> None:
    assert [megapixels(pixels) for pixels in (0, 640_000, 1_000_000, 1_980_000, 2_100_000)] == [0, 1, 1, 2, 3]


def test_every_endpoint_has_a_price() -> None:
    assert all(image_price(path, 1_000_000, 0) > 0 for path in endpoints())


def test_outpainting_costs_by_mode() -> None:
    prices = [image_price("flux-tools/outpainting-v1", 1, 0, mode) for mode in ("high", "fast", None)]
    assert prices == [20, 4.5, 20]
