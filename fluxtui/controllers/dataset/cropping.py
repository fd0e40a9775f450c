"""A crop while it is changed; the edits have it only once it is kept."""

from __future__ import annotations

from dataclasses import replace

from fluxtui.controllers.signal import Signal
from fluxtui.domain import boxes
from fluxtui.domain.dataset import Crop
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class CropDraft:
    """A crop that is not kept yet.

    Attributes:
        name: of the picture.
        pixels: width and height of the picture as it is seen after turning.
        crop: the part of it.
    """

    name: str
    pixels: tuple[int, int]
    crop: Crop

    @property
    def result(self) -> Crop | None:
        """The crop as an edit has it: None for the whole picture."""
        return None if boxes.is_whole(self.crop) else self.crop


class CropEditor:
    """Owns the crop that the keys change.

    Args:
        changed: is sent when it is another one.
    """

    def __init__(self, changed: Signal) -> None:
        self._changed = changed
        self._draft: CropDraft | None = None

    @property
    def draft(self) -> CropDraft | None:
        """The crop, or None while none is changed."""
        return self._draft

    @property
    def box(self) -> Crop | None:
        """The part of the picture that is used, None while no crop is changed."""
        return self._draft.crop if self._draft is not None else None

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture as it is seen; one pixel while no crop is changed."""
        return self._draft.pixels if self._draft is not None else (1, 1)

    @property
    def words(self) -> str:
        """What the crop is, in a line."""
        if self._draft is None:
            return ""
        width, height = self._draft.pixels
        left, top, right, bottom = self._draft.crop.box(width, height)
        name = boxes.name_of(self._draft.crop, width, height)
        return f"Crop {right - left}×{bottom - top} · {name} · ←↑↓→ move"

    def begin(self, name: str, pixels: tuple[int, int], crop: Crop | None) -> None:
        """Change the crop of a picture, beginning with the one it has, or the largest square."""
        self._draft = CropDraft(name, pixels, crop if crop is not None else boxes.largest(*pixels, 1.0))
        self._changed.send()

    def take(self, box: Crop) -> None:
        """Have another crop."""
        if self._draft is not None:
            self._draft = replace(self._draft, crop=box)
            self._changed.send()

    def next_shape(self) -> None:
        """Give it the next shape."""
        if self._draft is not None:
            self.take(boxes.next_shape(self._draft.crop, *self._draft.pixels))

    def take_whole(self) -> None:
        """Use the whole picture."""
        self.take(Crop())

    def end(self) -> None:
        """Change the crop no longer."""
        self._draft = None
        self._changed.send()
