"""The current picture, large, with its problems, its crop and its caption."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from fluxtui.controllers.dataset.controller import DatasetController
from fluxtui.controllers.dataset.rows import caption_line, problem_lines
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.large_picture import LargePicture
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.box_pad import BoxPad, box_bindings
from fluxtui.widgets.plain import PlainStatic


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


class DetailPanel(Vertical):
    """Shows the controller's current picture."""

    def __init__(self, dataset: DatasetController, terminal: TerminalProfile) -> None:
        super().__init__(id="bench-one")
        self._dataset = dataset
        self._terminal = terminal
        # Known also while the screen is taken apart, when what was typed last is saved.
        self.caption = CaptionArea(dataset, id="bench-caption")

    def compose(self) -> ComposeResult:
        """Lay out the picture, what is said of it, and its caption."""
        yield LargePicture(self._terminal, id="bench-picture")
        yield CropPad(self._dataset, id="bench-crop")
        yield PlainStatic("", id="bench-problems")
        yield PlainStatic("", id="bench-caption-line")
        yield self.caption

    @property
    def crop_pad(self) -> CropPad:
        """What takes the keys while the picture is cropped."""
        return self.query_one(CropPad)

    @property
    def path(self) -> Path | None:
        """The file of the picture as it is shown, None where none is."""
        return self.query_one(LargePicture).path

    def redraw(self) -> None:
        """Show the current picture as it is now."""
        dataset, row = self._dataset, self._dataset.row
        name, caption = dataset.current if row is not None else "", dataset.caption
        previews = dataset.review.previews if row is not None and row.state != "fault" else None
        self.query_one(LargePicture).show(previews, name, dataset.shown_edit)
        lines = problem_lines(row) if row is not None else ()
        self.query_one("#bench-problems", PlainStatic).show("\n".join(lines))
        words = caption_line(name, caption) if row is not None else ""
        self.query_one("#bench-caption-line", PlainStatic).show(words, layout=False)
        self.crop_pad.show(dataset.crop.words)
        self.caption.show(name, caption)
