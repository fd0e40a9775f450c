"""The large picture beside the list, as it will be trained with."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.workspace import PictureEdit
from fluxtui.services.datasets.previewing import Previews, written
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.pictures.view import PictureView

REST_SECONDS = 0.05
"""How long the cursor must rest until the picture under it is decoded."""


class LargePicture(Vertical):
    """Shows one picture with its edit; the file that is shown is a temporary one."""

    app = getters.app(StatefulApp)

    def __init__(self, terminal: TerminalProfile, id: str) -> None:
        super().__init__(id=id)
        self._terminal = terminal
        self._file: Path | None = None
        self._wanted: tuple[Previews, str, PictureEdit] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the picture."""
        yield PictureView(self._terminal, placeholder="")

    @property
    def _view(self) -> PictureView:
        return self.query_one(PictureView)

    def show(self, previews: Previews | None, name: str, edit: PictureEdit) -> None:
        """Show a picture with an edit; nothing where there is no picture of that name."""
        if previews is None or not name:
            self._wanted = None
            self.workers.cancel_group(self, "pane")
            self._view.path = None
        elif self._wanted != (previews, name, edit):
            self._wanted = (previews, name, edit)
            work = self._make(previews, name, edit)
            guarded(self, work, doing="showing the picture", group="pane", exclusive=True)

    @property
    def path(self) -> Path | None:
        """The file that is shown."""
        return self._view.path

    async def _make(self, previews: Previews, name: str, edit: PictureEdit) -> None:
        await asyncio.sleep(REST_SECONDS)
        storage = self.app.services.storage

        def made() -> Path:
            target = storage.temporary(".jpg")
            try:
                return written(previews.preview(name, edit), target)
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
