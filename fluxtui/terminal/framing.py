"""What part of a picture is seen: zoom and position, as pure functions of picture and area."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fluxtui.system.dataclass import dataclass

Size = tuple[int, int]
"""Width and height in pixels."""

MOST_ZOOM: Final = 64.0
"""Times the size at which the whole picture fits."""
LEAST_ZOOM: Final = 0.05
LEAST_SEEN: Final = 8
"""Pixels of the picture that are seen at least, across and down."""


@dataclass(frozen=True)
class Part:
    """The part of a picture that is seen, in pixels of the picture, upright."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The column after the last."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The row after the last."""
        return self.top + self.height


@dataclass(frozen=True)
class Frame:
    """How close one is to a picture, and where.

    `zoom` is in times the size at which the whole picture fits; `x` and `y` are where its middle is, as
    shares of width and height. It means the same in any area and for any picture, so that pictures can be
    compared by it.
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def is_whole(self) -> bool:
        """Whether the whole picture is seen, as large as it fits."""
        return self.zoom == 1.0

    def zoomed(self, factor: float) -> Frame:
        """Return the frame closer by a factor, or further away; close to fitting it fits."""
        zoom = max(LEAST_ZOOM, min(MOST_ZOOM, self.zoom * factor))
        return Frame() if abs(zoom - 1.0) < 0.02 else replace(self, zoom=zoom)

    def moved(self, across: float, down: float, picture: Size, area: Size) -> Frame:
        """Return the frame moved by shares of what is seen, as far as there is picture.

        Args:
            across: to the right, as a share of the width that is seen.
            down: the same of the height.
            picture: its size.
            area: the size of what it is shown in, in the same shape of pixels.
        """
        part = self.part(picture, area)
        x = _within(part.left + part.width * (across + 0.5), part.width, picture[0]) / picture[0]
        y = _within(part.top + part.height * (down + 0.5), part.height, picture[1]) / picture[1]
        return replace(self, x=x, y=y)

    def scale(self, picture: Size, area: Size) -> float:
        """Return how many pixels of the area one pixel of the picture takes, across."""
        return fitting_scale(picture, area) * self.zoom

    def part(self, picture: Size, area: Size) -> Part:
        """Return what is seen of a picture in an area."""
        scale = self.scale(picture, area)
        width, height = (
            max(min(LEAST_SEEN, whole), min(whole, round(room / scale)))
            for whole, room in zip(picture, area, strict=True)
        )
        left = _within(self.x * picture[0], width, picture[0]) - width / 2
        top = _within(self.y * picture[1], height, picture[1]) - height / 2
        return Part(round(left), round(top), width, height)


@dataclass(frozen=True)
class Seen:
    """What is seen of a picture: its frame and its part, the whole picture's size, and the scale.

    `scale` is how many pixels of the terminal one pixel of the picture takes; half cells count as pixels
    where nothing finer is drawn.
    """

    frame: Frame
    part: Part
    full_size: tuple[int, int]
    scale: float


def _within(middle: float, seen: int, whole: int) -> float:
    """Return the middle moved so far that what is seen around it lies within the whole."""
    return max(seen / 2, min(whole - seen / 2, middle))


def fitting_scale(picture: Size, area: Size) -> float:
    """Return how many pixels of the area one of the picture takes where all of it just fits."""
    return min(area[0] / max(picture[0], 1), area[1] / max(picture[1], 1))


def pixel_for_pixel(picture: Size, area: Size, frame: Frame) -> Frame:
    """Return the frame at which one pixel of the picture takes one of the area, where the given one is."""
    return replace(frame, zoom=1.0).zoomed(1 / fitting_scale(picture, area))
