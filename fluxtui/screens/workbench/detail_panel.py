"""The current picture, large, with its problems, its crop and its caption."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.dataset.controller import DatasetController
from fluxtui.controllers.dataset.rows import caption_line, problem_lines
from fluxtui.domain.workspace import PictureEdit
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.services.datasets.previewing import Previews, written
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.box_pad import BoxPad, box_bindings
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic

REST_SECONDS = 0.05
"""How long the cursor must rest until the picture under it is decoded."""


class LargePicture(Vertical):
    """Shows one picture with its edit; the file that is shown is a temporary one."""

    app = getters.app(StatefulApp)

    def __init__(self, terminal: TerminalProfile, id: str) -> None:
        super().__init__(id=id)
        self._terminal = terminal
        self._file: Path | None = None
        self._wanted: tuple[Previews, str, PictureEdit, tuple[str, ...]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the picture."""
        yield PictureView(self._terminal, placeholder="")

    @property
    def _view(self) -> PictureView:
        return self.query_one(PictureView)

    def show(
        self, previews: Previews | None, name: str, edit: PictureEdit, inputs: tuple[str, ...] = ()
    ) -> None:
        """Show a picture with an edit, behind its inputs; nothing where there is no picture of that name."""
        if previews is None or not name:
            self._wanted = None
            self.workers.cancel_group(self, "pane")
            self._view.path = None
        elif self._wanted != (previews, name, edit, inputs):
            self._wanted = (previews, name, edit, inputs)
            work = self._make(*self._wanted)
            guarded(self, work, doing="showing the picture", group="pane", exclusive=True)

    @property
    def path(self) -> Path | None:
        """The file that is shown."""
        return self._view.path

    async def _make(self, previews: Previews, name: str, edit: PictureEdit, inputs: tuple[str, ...]) -> None:
        await asyncio.sleep(REST_SECONDS)
        storage = self.app.services.storage

        def made() -> Path:
            target = storage.temporary(".jpg")
            try:
                return written(previews.preview(name, edit, inputs), target)
            except BaseException:
                target.unlink(missing_ok=True)
                raise

        path = await asyncio.to_thread(made)
        before, self._file = self._file, path
        self._view.path = path
        if before is not None:
            await asyncio.to_thread(before.unlink, missing_ok=True)

    def on_unmount(self) -> None:
        """Delete the temporary file."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


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
        inputs = row.inputs if row is not None else ()
        self.query_one(LargePicture).show(previews, name, dataset.shown_edit, inputs)
        lines = problem_lines(row) if row is not None else ()
        self.query_one("#bench-problems", PlainStatic).show("\n".join(lines))
        words = caption_line(name, caption) if row is not None else ""
        self.query_one("#bench-caption-line", PlainStatic).show(words, layout=False)
        self.crop_pad.show(dataset.crop.words)
        self.caption.show(name, caption)
