"""What pictures are used for: looked at, compared, taken into the form, copied, exported."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.domain.text import shorten
from fluxtui.screens.gallery.base import GalleryBase
from fluxtui.screens.gallery.export_dialog import Export, ExportDialog, ExportKind
from fluxtui.screens.gallery.opening import (
    MOST_COMPARED,
    around,
    is_comparable,
    open_compare,
    open_view,
    view_item,
)
from fluxtui.services.gallery import Exported
from fluxtui.widgets.dialogs import ConfirmDialog, ask
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid

_COPIED_SHOWN = 60
"""Characters of what was copied that are told."""


class UseKeys(GalleryBase):
    """The keys that take pictures somewhere else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "use_again", "Use again", id="gallery.use"),
        Binding("f12", "use_picture", "Use this picture", id="gallery.use_picture", show=False),
        Binding("c", "compare", "Compare", id="gallery.compare", show=False),
        Binding("x", "export", "Export", id="gallery.export"),
        Binding("H", "get_home", "Get it home", id="gallery.home", show=False),
        Binding("y", "copy('path')", "Copy path", id="gallery.copy", show=False),
        Binding("Y", "copy('prompt')", "Copy prompt", id="gallery.copy_prompt", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._exporting = False

    @on(ThumbnailGrid.Chosen)
    def _open(self, event: ThumbnailGrid.Chosen) -> None:
        event.stop()
        if self.current is not None:
            self.act(partial(self._view, self.current), "showing a picture")

    async def _view(self, number: int) -> None:
        numbers = self.tiles.numbers
        index = self.tiles.find(str(number), self.grid.cursor)
        if index is None:
            return
        shown = around(index, len(numbers))
        entries = await self.gallery.entries(numbers[shown.start : shown.stop])
        last = await open_view(self.app, entries, number, self.path_of)
        self.grid.select(str(last))

    def action_compare(self) -> None:
        """Show the marked pictures side by side."""
        numbers = self.chosen()
        if is_comparable(numbers):
            self.act(partial(self._compare, numbers), "comparing")
        else:
            self.app.tell(f"Mark 2 to {MOST_COMPARED} pictures with space; c shows them side by side.")

    async def _compare(self, numbers: Sequence[int]) -> None:
        await open_compare(self.app, await self.gallery.entries(numbers), self.path_of)

    def action_use_again(self) -> None:
        """Put the parameters of the picture under the cursor into the form."""
        if self.current is not None:
            self.act(partial(self._use_again, self.current), "taking over parameters")

    async def _use_again(self, number: int) -> None:
        found = await self.gallery.entries((number,))
        if not found:
            return
        picture, job = found[0].picture, await self.app.services.journal.jobs.get(found[0].picture.job_id)
        own = GenerateAgain(found[0].profile, picture.endpoint, picture.parameters)
        await self.app.go(own if job is None else replace(GenerateAgain.from_job(job), profile=own.profile))

    def action_get_home(self) -> None:
        """Offer the ways to get the marked pictures home, or the one under the cursor."""
        numbers = self.chosen()
        if numbers:
            self.act(partial(self._get_home, numbers), "getting pictures home")

    async def _get_home(self, numbers: Sequence[int]) -> None:
        from fluxtui.screens.home import get_home

        entries = await self.gallery.entries(numbers)
        get_home(self.app, [view_item(one, self.path_of(one), self.app.finetunes) for one in entries])

    def action_use_picture(self) -> None:
        """Ask what the picture under the cursor is to be used for, and open Generate with it."""
        if self.entry is not None:
            from fluxtui.screens.using_pictures import use_picture

            work = use_picture(self.app, self.path_of(self.entry))
            guarded(self, work, doing="using a picture", group="use", exclusive=True)

    def action_copy(self, what: str) -> None:
        """Copy the path or the prompt of the picture under the cursor."""
        if self.entry is not None:
            text = str(self.path_of(self.entry)) if what == "path" else self.entry.picture.prompt
            self.app.copy_to_clipboard(text)
            self.app.tell(f"Copied the {what}: {shorten(text, _COPIED_SHOWN)}")

    def action_export(self) -> None:
        """Export the marked pictures, or the one under the cursor."""
        numbers = self.chosen()
        if self._exporting:
            self.app.tell("Another export is being made; Esc stops it.")
        elif numbers:
            # Not in turn: pictures can be marked while files are copied.
            guarded(self, self._export(numbers), doing="exporting", group="export")

    async def _export(self, numbers: Sequence[int]) -> None:
        export = await ask(self.app, ExportDialog(self.what(numbers), self.app.clock().astimezone().date()))
        if export is None:
            return
        exporter = self._exporter(export)
        if export.kind is not ExportKind.FOLDER and await asyncio.to_thread(os.path.isfile, export.target):
            if not await ask(self.app, _may_be_replaced(export.target)):
                return
            exporter = partial(exporter, replace=True)
        self._exporting = True
        try:
            with self.long_work("Exporting") as progress:
                done = await exporter(numbers, export.target, progress)
        finally:
            self._exporting = False
        self.app.tell(done.sentence(), severity="warning" if done.missing else "success")

    def _exporter(self, export: Export) -> Callable[..., Awaitable[Exported]]:
        gallery = self.gallery
        exporters: dict[ExportKind, Callable[..., Awaitable[Exported]]] = {
            ExportKind.FOLDER: gallery.export_folder,
            ExportKind.ZIP: gallery.export_zip,
            ExportKind.SHEET: gallery.export_sheet,
            ExportKind.CSV: gallery.export_table,
            ExportKind.JSONL: gallery.export_table,
        }
        return exporters[export.kind]


def _may_be_replaced(target: Path) -> ConfirmDialog:
    return ConfirmDialog(
        "Replace the file?",
        [f"{target} is there already."],
        confirm_label="Replace",
        danger=True,
    )
