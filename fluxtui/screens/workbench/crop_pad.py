"""Where a crop is changed by keys; the picture beside shows it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.domain.dataset import Crop
from fluxtui.domain import boxes
from fluxtui.widgets.plain import PlainStatic


class CropPad(PlainStatic, can_focus=True):
    """Takes the keys while a picture is cropped, and says what the crop is."""

    HELP = (
        "Arrows move the crop, plus and minus change its size, `a` goes through the shapes, shifted arrows "
        "move its right and lower edges, `0` takes the whole picture. Enter keeps it, Escape does not."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1, 0)", "Left", id="crop.left", show=False),
        Binding("right", "move(1, 0)", "Right", id="crop.right", show=False),
        Binding("up", "move(0, -1)", "Up", id="crop.up", show=False),
        Binding("down", "move(0, 1)", "Down", id="crop.down", show=False),
        Binding("shift+left,H", "stretch(-1, 0)", "Narrower", id="crop.narrower", show=False),
        Binding("shift+right,L", "stretch(1, 0)", "Wider", id="crop.wider", show=False),
        Binding("shift+up,K", "stretch(0, -1)", "Lower", id="crop.lower", show=False),
        Binding("shift+down,J", "stretch(0, 1)", "Higher", id="crop.higher", show=False),
        Binding("plus,equals_sign", "resize(1)", "Larger", id="crop.larger", key_display="+"),
        Binding("minus", "resize(-1)", "Smaller", id="crop.smaller", key_display="-"),
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
        super().__init__("", id=id)
        self._pixels = (1, 1)
        self._crop = Crop()

    def begin(self, crop: Crop | None, width: int, height: int) -> None:
        """Start with a crop, or the largest square, of a picture with these pixels after turning."""
        self._pixels = (width, height)
        self._take(crop if crop is not None else boxes.largest(width, height, 1.0))

    def _take(self, crop: Crop) -> None:
        self._crop = crop
        width, height = self._pixels
        left, top, right, bottom = crop.box(width, height)
        name = boxes.name_of(crop, width, height)
        self.show(f"Crop {right - left}×{bottom - top} px ({name}) · arrows + - a · Enter keeps")
        self.post_message(self.Changed(crop))

    def action_move(self, across: int, down: int) -> None:
        """Move the crop."""
        self._take(boxes.moved(self._crop, across, down, *self._pixels))

    def action_stretch(self, across: int, down: int) -> None:
        """Move its right and lower edges."""
        self._take(boxes.stretched(self._crop, across, down, *self._pixels))

    def action_resize(self, steps: int) -> None:
        """Make it larger or smaller."""
        self._take(boxes.resized(self._crop, steps, *self._pixels))

    def action_shape(self) -> None:
        """Give it the next shape."""
        self._take(boxes.next_shape(self._crop, *self._pixels))

    def action_whole(self) -> None:
        """Take the whole picture."""
        self._take(Crop())

    def action_keep(self) -> None:
        """Be ready, with this crop."""
        whole = boxes.is_whole(self._crop)
        self.post_message(self.Done(None if whole else self._crop, kept=True))

    def action_leave(self) -> None:
        """Be ready, with the crop that was there before."""
        self.post_message(self.Done(None, kept=False))
