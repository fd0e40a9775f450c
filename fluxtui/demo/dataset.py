"""A sample dataset painted on the spot: a dozen captioned pictures of paper lanterns over water."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.system.dataclass import dataclass
from fluxtui.system.private_files import create_anew, make_directory

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 640
"""Width and height of each picture in pixels."""
HORIZON = 0.62
"""Where the water begins, as a share of the height."""


@dataclass(frozen=True)
class Scene:
    """One picture of the set: what is painted, and the words for it."""

    lanterns: int
    hue: str
    sky: str
    moon: bool
    words: str

    @property
    def caption(self) -> str:
        """The caption that lies beside the picture."""
        return f"a photo of {self.words}"


HUES = {
    "amber": ((255, 191, 84), (222, 92, 32)),
    "red": ((255, 138, 92), (190, 28, 44)),
    "rose": ((255, 196, 190), (214, 70, 110)),
    "green": ((226, 240, 150), (48, 140, 110)),
}
SKIES = {
    "dusk": ((30, 28, 74), (222, 116, 92)),
    "night": ((6, 10, 30), (40, 54, 110)),
    "dawn": ((52, 74, 122), (250, 196, 158)),
}
SCENES = (
    Scene(1, "amber", "night", False, "one amber paper lantern over a lake at night"),
    Scene(1, "red", "dusk", False, "one red paper lantern over a lake at dusk"),
    Scene(2, "amber", "dusk", False, "two amber paper lanterns over a lake at dusk"),
    Scene(3, "red", "night", True, "three red paper lanterns at night, full moon, dark hills"),
    Scene(1, "rose", "dawn", False, "one rose paper lantern over a misty lake at dawn"),
    Scene(4, "amber", "night", False, "four amber paper lanterns rising into the night"),
    Scene(2, "green", "night", True, "two green paper lanterns at night, full moon"),
    Scene(3, "rose", "dusk", False, "three rose paper lanterns over a lake at dusk"),
    Scene(5, "amber", "dawn", False, "five amber paper lanterns over a lake at dawn"),
    Scene(2, "red", "dawn", False, "two red paper lanterns, hills at dawn"),
    Scene(6, "red", "night", False, "six red paper lanterns, far and near, at night"),
    Scene(3, "green", "dusk", True, "three green paper lanterns at dusk, full moon"),
)


def make_sample_dataset(folder: Path) -> Path:
    """Paint the pictures that are missing in `folder` and write their captions; return the folder."""
    make_directory(folder)
    for number, scene in enumerate(SCENES, start=1):
        picture = folder / f"lantern-{number:02}.jpg"
        if not picture.exists():
            _write(picture, _as_jpeg(_paint(scene, number)))
        caption = picture.with_suffix(".txt")
        if not caption.exists():
            _write(caption, f"{scene.caption}\n".encode())
    return folder


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f"{file.name}.part")
    with create_anew(part) as opened:
        opened.write(content)
    os.replace(part, file)


def _as_jpeg(picture: Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=90)
    return content.getvalue()


def _paint(scene: Scene, number: int) -> Image:
    chance = random.Random(number)  # noqa: S311 - a picture, not a secret
    picture = _sky(scene)
    if scene.moon:
        _glow(picture, chance.uniform(0.2, 0.8) * SIDE, 0.16 * SIDE, 0.055 * SIDE, (250, 244, 220))
    _hills(picture, scene, chance)
    water = int(SIDE * HORIZON)
    for place in range(scene.lanterns):
        near = 1.0 - 0.6 * place / max(scene.lanterns, 2)
        _lantern(
            picture,
            HUES[scene.hue],
            x=(place + chance.uniform(0.35, 0.65)) * SIDE / scene.lanterns,
            y=SIDE * chance.uniform(0.24, 0.46),
            half=SIDE * 0.15 * near / (1 + 0.1 * scene.lanterns),
        )
    _reflect(picture, water)
    return picture


def _sky(scene: Scene) -> Image:
    from PIL import Image

    top, low = SKIES[scene.sky]
    column = Image.new("RGB", (1, SIDE))
    for y in range(SIDE):
        share = min(y / (SIDE * HORIZON), 1.0)
        column.putpixel((0, y), tuple(round(a + (b - a) * share**1.6) for a, b in zip(top, low, strict=True)))
    return column.resize((SIDE, SIDE))


def _glow(picture: Image, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    from PIL import Image, ImageDraw, ImageFilter

    light = Image.new("L", picture.size)
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    halo = light.filter(ImageFilter.GaussianBlur(radius * 1.4)).point(lambda value: value * 0.7)
    picture.paste(colour, mask=halo)
    picture.paste(colour, mask=light.filter(ImageFilter.GaussianBlur(1.2)))


def _hills(picture: Image, scene: Scene, chance: random.Random) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    ground = SIDE * HORIZON
    base = SKIES[scene.sky][0]
    for layer, share in enumerate((0.75, 0.5)):
        colour = tuple(round(part * share) for part in base)
        height = ground - SIDE * (0.16 - 0.07 * layer)
        points: list[tuple[float, float]] = [(0.0, ground)]
        for step in range(9):
            points.append((step * SIDE / 8, height + chance.uniform(-0.05, 0.05) * SIDE))
        draw.polygon([*points, (float(SIDE), ground)], fill=colour)


def _lantern(
    picture: Image, hue: tuple[tuple[int, int, int], tuple[int, int, int]], *, x: float, y: float, half: float
) -> None:
    from PIL import ImageDraw

    light, dark = hue
    _glow(picture, x, y, half * 1.25, dark)
    draw = ImageDraw.Draw(picture)
    tall = half * 1.15
    for ring in range(24, 0, -1):
        share = ring / 24
        colour = tuple(round(b + (a - b) * (1 - share) ** 0.8) for a, b in zip(light, dark, strict=True))
        draw.ellipse((x - half * share, y - tall * share, x + half * share, y + tall * share), fill=colour)
    for rib in range(-2, 3):
        bend = half * rib / 2.6
        draw.arc(
            (x - abs(bend) - 1, y - tall, x + abs(bend) + 1, y + tall),
            270 if rib > 0 else 90,
            90 if rib > 0 else 270,
            fill=dark,
            width=max(1, round(half / 30)),
        )
    cap = half * 0.42
    draw.rectangle((x - cap, y - tall * 1.06, x + cap, y - tall * 0.92), fill=(40, 24, 20))
    draw.rectangle((x - cap, y + tall * 0.92, x + cap, y + tall * 1.06), fill=(40, 24, 20))
    draw.line((x, y + tall, x, y + tall * 1.6), fill=dark, width=max(2, round(half / 14)))


def _reflect(picture: Image, water: int) -> None:
    from PIL import Image, ImageEnhance, ImageFilter, ImageOps

    depth = SIDE - water
    mirrored = ImageOps.flip(picture.crop((0, water - depth, SIDE, water)))
    mirrored = ImageEnhance.Brightness(mirrored).enhance(0.62).filter(ImageFilter.GaussianBlur(1.5))
    rippled = Image.new("RGB", mirrored.size)
    for row in range(depth):
        shift = round(3 * ((row * 7) % 11 - 5) / 5 * row / depth)
        rippled.paste(mirrored.crop((0, row, SIDE, row + 1)), (shift, row))
    picture.paste(rippled, (0, water))
