"""Pictures as files elsewhere: in what form, where to, and making them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path

from fluxtui.controllers.gallery.browser import PictureBrowser
from fluxtui.controllers.gallery.wording import pictures_text
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Confirmation, Question
from fluxtui.services.gallery import Exported, GalleryService
from fluxtui.system.dataclass import dataclass


class ExportKind(StrEnum):
    """In what form pictures leave the gallery."""

    FOLDER = "folder"
    ZIP = "ZIP"
    SHEET = "sheet"
    CSV = "CSV"
    JSONL = "JSON lines"


_SUFFIXES = {
    ExportKind.FOLDER: "",
    ExportKind.ZIP: ".zip",
    ExportKind.SHEET: ".jpg",
    ExportKind.CSV: ".csv",
    ExportKind.JSONL: ".jsonl",
}


@dataclass(frozen=True)
class Export:
    """What to make, and where."""

    kind: ExportKind
    target: Path


@dataclass(frozen=True)
class ExportQuestion(Question[Export]):
    """In what form and where to something is exported.

    Attributes:
        what: such as `'3 pictures'`.
        day: today, for the name that is offered.
    """

    what: str
    day: date


def proposed(kind: ExportKind, day: date) -> str:
    """Return the path that is offered for a kind of export."""
    return f"~/fluxtui-{day.isoformat()}{_SUFFIXES[kind]}"


class Exporting:
    """Exports pictures, one export at a time; pictures can be marked meanwhile.

    Args:
        host: asks and tells the user.
        shown: the pictures that are shown.
    """

    def __init__(self, host: Host, shown: PictureBrowser) -> None:
        self._host = host
        self._shown = shown
        self._is_exporting = False

    async def export(self, numbers: Sequence[int]) -> None:
        """Ask in what form and where to, and export pictures. Raises `FluxError`."""
        if self._is_exporting:
            self._host.tell("Another export is being made; Esc stops it.")
            return
        today = self._host.clock().astimezone().date()
        export = await self._host.ask(ExportQuestion(pictures_text(numbers), today))
        if export is None:
            return
        exporter = _exporter(self._host.services.gallery, export.kind)
        if export.kind is not ExportKind.FOLDER and await asyncio.to_thread(os.path.isfile, export.target):
            if not await self._host.ask(_may_be_replaced(export.target)):
                return
            exporter = partial(exporter, replace=True)
        await self._make(partial(exporter, numbers, export.target))

    async def _make(self, exporter: Callable[..., Awaitable[Exported]]) -> None:
        self._is_exporting = True
        try:
            with self._shown.long_work("Exporting") as progress:
                done = await exporter(progress)
        finally:
            self._is_exporting = False
        self._host.tell(done.sentence(), severity="warning" if done.missing else "success")


def _exporter(gallery: GalleryService, kind: ExportKind) -> Callable[..., Awaitable[Exported]]:
    exporters: dict[ExportKind, Callable[..., Awaitable[Exported]]] = {
        ExportKind.FOLDER: gallery.export_folder,
        ExportKind.ZIP: gallery.export_zip,
        ExportKind.SHEET: gallery.export_sheet,
        ExportKind.CSV: gallery.export_table,
        ExportKind.JSONL: gallery.export_table,
    }
    return exporters[kind]


def _may_be_replaced(target: Path) -> Confirmation:
    return Confirmation(
        "Replace the file?", [f"{target} is there already."], confirm_label="Replace", danger=True
    )
