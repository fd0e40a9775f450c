"""A mask as it is drawn: rectangles over a picture. White is changed, black stays, at every service."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fluxtui.domain.boxes import largest
from fluxtui.domain.dataset import Crop

MOST_FEATHER = 200
"""Pixels over which an edge may fade."""


class MaskDrawing(BaseModel):
    """Rectangles that are changed, as fractions of the picture.

    Attributes:
        boxes: the rectangles; where they overlap counts once.
        inverted: the rectangles stay, and everything else is changed.
        feather: pixels of the picture over which the edges fade, 0 for hard ones.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    boxes: tuple[Crop, ...] = ()
    inverted: bool = False
    feather: Annotated[int, Field(ge=0, le=MOST_FEATHER)] = 0

    def with_box(self, number: int, box: Crop) -> MaskDrawing:
        """Return the drawing with another rectangle in the place of one."""
        return self.model_copy(update={"boxes": (*self.boxes[:number], box, *self.boxes[number + 1 :])})

    def adding(self, box: Crop) -> MaskDrawing:
        """Return the drawing with one more rectangle."""
        return self.model_copy(update={"boxes": (*self.boxes, box)})

    def without(self, number: int) -> MaskDrawing:
        """Return the drawing without one of its rectangles."""
        return self.model_copy(update={"boxes": (*self.boxes[:number], *self.boxes[number + 1 :])})

    def feathered(self, steps: int) -> MaskDrawing:
        """Return the drawing with softer or harder edges."""
        return self.model_copy(update={"feather": min(max(self.feather + steps * 4, 0), MOST_FEATHER)})


def first_box(width: int, height: int) -> Crop:
    """Return the rectangle that a drawing begins with: a third of a picture's shorter edge, in its middle."""
    square = largest(width, height, 1.0)
    wide, high = (square.right - square.left) / 3, (square.bottom - square.top) / 3
    return Crop(left=0.5 - wide / 2, top=0.5 - high / 2, right=0.5 + wide / 2, bottom=0.5 + high / 2)
