"""Where a crop is changed by keys; the picture beside shows it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from fluxtui.controllers.dataset.controller import DatasetController
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

    def __init__(self, dataset: DatasetController, id: str) -> None:
        super().__init__(dataset.crop, id)
        self._dataset = dataset

    def action_shape(self) -> None:
        """Give it the next shape."""
        self._dataset.crop.next_shape()

    def action_whole(self) -> None:
        """Take the whole picture."""
        self._dataset.crop.take_whole()

    def action_keep(self) -> None:
        """Be ready, with this crop."""
        self._dataset.keep_crop()

    def action_leave(self) -> None:
        """Be ready, with the crop that was there before."""
        self._dataset.crop.end()
