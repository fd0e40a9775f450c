"""Photographs whose colours are stored with fewer pixels than their brightness."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from fluxtui.domain.dataset import Crop
from fluxtui.imaging.chroma import drafted_apart
from fluxtui.imaging.opening import open_picture
from fluxtui.imaging.pictures import Preparation, prepared
from tests.fakes.pictures import encoded, exif_of

SIZE = (640, 480)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


Painter = Callable[..., Image.Image]


@pytest.mark.parametrize(
    ("how", "least", "is_apart"),
    [
        ({"subsampling": 2}, (300, 200), True),
        ({"subsampling": 2}, (400, 200), False),
        ({"subsampling": 1}, (300, 200), False),
        ({"subsampling": 0}, (300, 200), False),
        ({"subsampling": 2, "icc_profile": PROFILE}, (300, 200), False),
        ({"subsampling": 0, "keep_rgb": True}, (300, 200), False),
        ({"mode": "CMYK"}, (300, 200), False),
        ({"mode": "L"}, (300, 200), False),
        ({"kind": "PNG"}, (300, 200), False),
    ],
)
def test_only_photographs_with_coarse_colours_are_decoded_apart(
    textured: Painter, how: dict[str, object], least: tuple[int, int], is_apart: bool
) -> None:
    options = {name: value for name, value in how.items() if name not in {"mode", "kind"}}
    image = textured(*SIZE, 1).convert(str(how.get("mode", "RGB")))
    with open_picture(encoded(image, str(how.get("kind", "JPEG")), **options)) as opened:
        assert drafted_apart(opened, least) == is_apart
        assert (opened.mode == "YCbCr", opened.size == SIZE) == (is_apart, not is_apart)


@pytest.mark.parametrize(
    ("orientation", "how"),
    [
        (1, Preparation(200 * 150)),
        (6, Preparation(200 * 150, turns=1)),
        (1, Preparation(120 * 90, turns=2, crop=Crop(left=0.1, top=0.2, right=0.9, bottom=0.95))),
    ],
)
def test_such_a_photograph_becomes_the_same_picture_as_any_other(
    textured: Painter, orientation: int, how: Preparation
) -> None:
    made = []
    for subsampling in (0, 2):
        content = encoded(textured(*SIZE, 1), "JPEG", exif=exif_of(orientation), subsampling=subsampling)
        with Image.open(io.BytesIO(prepared(content, how)[0])) as image:
            made.append(image.convert("RGB"))
    assert made[0].size == made[1].size
    difference = ImageStat.Stat(ImageChops.difference(*made))
    assert max(difference.rms) < 10, difference.rms
