"""A mask while it is drawn over a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import FluxError, PictureError
from fluxtui.domain.masks import MaskDrawing, first_box
from fluxtui.domain.text import plural
from fluxtui.services.masks import MaskService
from fluxtui.services.picture_inputs import look_at

if TYPE_CHECKING:
    from fluxtui.domain.dataset import Crop
    from fluxtui.services.storage import StorageService


class MaskEditor:
    """Owns a drawing, one rectangle of which the keys change.

    Args:
        storage: keeps the mask among the inputs, under the hash of its content.
        picture: over which the mask is drawn.
        mask: to go on with, where it is a drawing of ours.
    """

    def __init__(self, storage: StorageService, picture: Path, mask: Path | None = None) -> None:
        self._masks = MaskService(storage)
        self._mask = mask
        self._drawing = MaskDrawing()
        self._number = 0
        self._pixels: tuple[int, int] | None = None
        self._fault = ""
        self.picture = picture
        self.changed = Signal()
        """Sent when the drawing, the rectangle that the keys change, or the fault is another one."""

    @property
    def drawing(self) -> MaskDrawing:
        """The drawing as it is now."""
        return self._drawing

    @property
    def number(self) -> int:
        """Which rectangle the keys change, from 0."""
        return self._number

    @property
    def fault(self) -> str:
        """Why there is no mask, in a sentence, or `''`."""
        return self._fault

    @property
    def box(self) -> Crop | None:
        """The rectangle that the keys change, None where there is none."""
        return self._drawing.boxes[self._number] if self._drawing.boxes else None

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture as it is seen; one pixel until that is known."""
        return self._pixels or (1, 1)

    @property
    def words(self) -> str:
        """What the drawing is, in a line; `''` until the picture is known."""
        if self._pixels is None:
            return ""
        count, box = len(self._drawing.boxes), self.box
        if box is None:
            return "Nothing is drawn: n adds a rectangle"
        left, top, right, bottom = box.box(*self._pixels)
        parts = [
            f"{self._number + 1} of {plural(count, 'rectangle')}",
            f"{right - left}×{bottom - top} px at {left}, {top}",
            "outside changes" if self._drawing.inverted else "inside changes",
            f"edge fades {self._drawing.feather} px" if self._drawing.feather else "hard edge",
        ]
        return " · ".join(parts)

    async def open(self, decode: Callable[[Path], Awaitable[None]]) -> None:
        """Begin with the mask that there is, or with a first rectangle; a fault of the picture is told.

        Args:
            decode: makes the picture ready to be shown; may raise `FluxError`.
        """
        try:
            look = await asyncio.to_thread(look_at, self.picture)
            await decode(self.picture)
        except PictureError as error:
            self._complain(f"{self.picture.name} {error.message}")
            return
        except FluxError as error:
            self._complain(error.sentence())
            return
        drawing = await self._known()
        self._pixels = (look.width, look.height)
        self._change(drawing if drawing.boxes else drawing.adding(first_box(*self._pixels)), 0)

    async def _known(self) -> MaskDrawing:
        """Return the drawing of the mask that there is, an empty one where it is none of ours."""
        try:
            drawing = await asyncio.to_thread(self._masks.drawing_of, self._mask) if self._mask else None
        except PictureError:
            drawing = None
        return drawing or MaskDrawing()

    def _complain(self, sentence: str) -> None:
        self._fault = sentence
        self.changed.send()

    def _change(self, drawing: MaskDrawing, number: int) -> None:
        self._drawing = drawing
        self._number = max(min(number, len(drawing.boxes) - 1), 0)
        self.changed.send()

    def take(self, box: Crop) -> None:
        """Put another rectangle in the place of the one that the keys change."""
        self._change(self._drawing.with_box(self._number, box), self._number)

    def add(self) -> None:
        """Add a rectangle, which the keys change from now on."""
        self._change(self._drawing.adding(first_box(*self.pixels)), len(self._drawing.boxes))

    def remove(self) -> None:
        """Take the rectangle away."""
        if self._drawing.boxes:
            self._change(self._drawing.without(self._number), self._number)

    def go(self, by: int) -> None:
        """Change another rectangle."""
        if self._drawing.boxes:
            self._change(self._drawing, (self._number + by) % len(self._drawing.boxes))

    def invert(self) -> None:
        """Change what was to stay, and let stay what was to be changed."""
        inverted = not self._drawing.inverted
        self._change(self._drawing.model_copy(update={"inverted": inverted}), self._number)

    def feather(self, steps: int) -> None:
        """Make the edges softer or harder."""
        self._change(self._drawing.feathered(steps), self._number)

    async def keep(self) -> Path | None:
        """Write the mask and return its file; None where that cannot be, for the reason in `fault`.

        Raises `StorageError`.
        """
        if not self._drawing.boxes:
            self._complain("Nothing is drawn, so nothing would be changed: n adds a rectangle.")
            return None
        try:
            return await asyncio.to_thread(self._masks.draw, self._drawing, self.picture)
        except PictureError as error:
            self._complain(f"{self.picture.name} {error.message}")
            return None
