"""Cropping in the workbench: the keys go to the crop, and the large picture shows it."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from textual import on

from fluxtui.domain.dataset import Crop
from fluxtui.screens.workbench.captioning import CaptioningPart
from fluxtui.screens.workbench.crop_pad import CropPad

_OF_THE_BENCH = frozenset(
    {"back", "include", "view", "show_next", "fix", "undo", "redo", "crop", "turn", "bulk", "more", "look"}
    | {"outdated"}
)


class CropPart(CaptioningPart):
    """Crops the picture under the cursor."""

    def __init__(self, source: Path, trigger_word: str | None = None) -> None:
        super().__init__(source, trigger_word)
        self._draft_crop: Crop | None = None

    @abstractmethod
    def show_picture(self, name: str) -> None:
        """Show one picture large, with its problems and its caption."""

    def action_crop(self) -> None:
        """Crop the picture under the cursor."""
        pictures = self._found.pictures if self._found is not None else ()
        item = next((one for one in pictures if one.name == self._current), None)
        if item is None or item.look is None:
            self.app.tell("There is no picture here that can be cropped.", severity="warning")
            return
        edit = self._history.present.of(self._current)
        width, height = item.look.width, item.look.height
        if edit.turns % 2:
            width, height = height, width
        self.add_class("-cropping")
        self.refresh_bindings()
        pad = self.query_one(CropPad)
        pad.begin(edit.crop, width, height)
        pad.focus()

    @on(CropPad.Changed)
    def _show_crop(self, event: CropPad.Changed) -> None:
        event.stop()
        self._draft_crop = event.crop
        self.show_picture(self._current)

    @on(CropPad.Done)
    def _end_crop(self, event: CropPad.Done) -> None:
        event.stop()
        self._draft_crop = None
        self.remove_class("-cropping")
        self.refresh_bindings()
        self.focus_many()
        if event.kept:
            self.edit_one("cropping", lambda workspace, name: workspace.edited(name, crop=event.crop))
        self.show_picture(self._current)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the crop while there is one."""
        if self.has_class("-cropping") and action in _OF_THE_BENCH:
            return False
        return super().check_action(action, parameters)
