"""Sizes in words, and the common ones within the limits of an endpoint."""

from __future__ import annotations

import pytest

from fluxtui.domain.endpoint import Field, fields_of
from fluxtui.domain.sizes import MEGAPIXEL, common_sizes, megapixels_text, shape_text
from fluxtui.providers.bfl.flux1 import FluxPro11
from fluxtui.providers.bfl.flux2 import Flux2Pro
from fluxtui.providers.fal.generation import Flux2Lora
from fluxtui.providers.replicate.generation import TrainedVersion


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((1024, 768), "4:3"),
        ((1024, 1024), "1:1"),
        ((1184, 880), "about 4:3"),
        ((1392, 752), "1.85:1"),
        ((752, 1392), "1:1.85"),
        ((1, 4000), "1:4000.00"),
    ],
)
def test_shape(size: tuple[int, int], words: str) -> None:
    assert shape_text(*size) == words


def test_megapixels() -> None:
    """They count as the services count them."""
    assert megapixels_text(2048, 2048) == "4.00 MP"
    assert megapixels_text(1024, 768) == "0.75 MP"


@pytest.mark.parametrize("endpoint", [FluxPro11, Flux2Pro, Flux2Lora, TrainedVersion])
def test_common_sizes_are_within_the_limits(endpoint: type[FluxPro11]) -> None:
    """Each is on the grid, within the range, near its area and there once."""
    fields: dict[str, Field] = {item.name: item for item in fields_of(endpoint)}
    sizes = common_sizes(fields["width"], fields["height"])
    assert len(sizes) == len(set(sizes)) > 5
    for size in sizes:
        for side, field in zip(size, (fields["width"], fields["height"]), strict=True):
            assert side % (field.multiple_of or 16) == 0
            assert (field.minimum or 0) <= side <= (field.maximum or side)
    assert abs(sizes[0][0] * sizes[0][1] / MEGAPIXEL - 1) < 0.1


def test_sizes_asked_for_in_the_words_of_each_service() -> None:
    """A size in pixels is asked for, and read back, however the service names it."""
    for endpoint in (FluxPro11, Flux2Pro, Flux2Lora, TrainedVersion):
        assert endpoint.size_of(endpoint.sized(1024, 768)) == (1024, 768)
    assert Flux2Lora.size_of({"image_size": "portrait_16_9", "width": 1, "height": 1}) == (576, 1024)
    assert TrainedVersion.size_of({"aspect_ratio": "16:9", "width": 1, "height": 1}) == (1344, 768)
    assert Flux2Pro.size_of({"width": 1024, "height": None}) is None
