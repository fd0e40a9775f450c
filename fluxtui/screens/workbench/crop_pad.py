"""Where a crop is changed by keys; the picture beside shows it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.domain import boxes
from fluxtui.domain.dataset import Crop
from fluxtui.widgets.box_pad import BoxPad, box_bindings


class CropPad(BoxPad):
    """Takes the keys while a picture is cropped, and says what the crop is."""

    HELP = (
        "Arrows move the crop, plus and minus change its size, `a` goes through the shapes, shifted arrows "
        "move its right and lower edges, `0` takes the whole picture. Enter keeps it, Escape does not."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        *box_bindings("crop"),
        Binding("a", "shape", "Shape", id="crop.shape"),
        Binding("0", "whole", "Whole", id="crop.whole"),
        Binding("enter", "keep", "Keep", id="crop.keep"),
        Binding("escape", "leave", "Leave", id="crop.leave"),
    ]

    class Changed(Message):
        """The crop is another one; it is kept only when the user says so."""

        def __init__(self, crop: Crop) -> None:
            super().__init__()
            self.crop = crop

    class Done(Message):
        """The user is ready: `crop` is to be kept, None being the whole picture, unless `kept` is false."""

        def __init__(self, crop: Crop | None, *, kept: bool) -> None:
            super().__init__()
            self.crop = crop
            self.kept = kept

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self._crop = Crop()

    @property
    def box(self) -> Crop:
        """The crop."""
        return self._crop

    def begin(self, crop: Crop | None, width: int, height: int) -> None:
        """Start with a crop, or the largest square, of a picture with these pixels after turning."""
        self.pixels = (width, height)
        self.take(crop if crop is not None else boxes.largest(width, height, 1.0))

    def take(self, box: Crop) -> None:
        """Have another crop, and say what it is."""
        self._crop = box
        width, height = self.pixels
        left, top, right, bottom = box.box(width, height)
        name = boxes.name_of(box, width, height)
        self.show(f"Crop {right - left}×{bottom - top} · {name} · ←↑↓→ move")
        self.post_message(self.Changed(box))

    def action_shape(self) -> None:
        """Give it the next shape."""
        self.take(boxes.next_shape(self._crop, *self.pixels))

    def action_whole(self) -> None:
        """Take the whole picture."""
        self.take(Crop())

    def action_keep(self) -> None:
        """Be ready, with this crop."""
        whole = boxes.is_whole(self._crop)
        self.post_message(self.Done(None if whole else self._crop, kept=True))

    def action_leave(self) -> None:
        """Be ready, with the crop that was there before."""
        self.post_message(self.Done(None, kept=False))
