"""The whole screen in which a mask is drawn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.errors import FluxError, PictureError
from fluxtui.domain.masks import MaskDrawing
from fluxtui.domain.text import safe_text
from fluxtui.screens.masking.canvas import MaskCanvas
from fluxtui.screens.masking.pad import MaskPad
from fluxtui.services.masks import MaskService
from fluxtui.services.picture_inputs import look_at
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.quiet_screen import QuietScreen


class MaskScreen(QuietScreen[Path | None]):
    """Answers with the file of a mask, or with None.

    The mask is written among the inputs of the data directory, under the hash of its content.
    """

    HELP = MaskPad.HELP

    DEFAULT_CSS = """
    MaskScreen {
        .line { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .name { color: $text-muted; }
        .name.-wrong { color: $text-error; }
        MaskPad { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = []

    app = getters.app(StatefulApp)

    def __init__(self, picture: Path, mask: Path | None = None) -> None:
        """Args:
        picture: over which the mask is drawn.
        mask: to go on with, where it is a drawing of ours.
        """
        super().__init__()
        self._picture = picture
        self._mask = mask

    def compose(self) -> ComposeResult:
        """Lay out the picture, what the mask is, and the keys."""
        words = f"What is coloured is painted anew · {safe_text(self._picture.name, limit=60)}"
        yield PlainStatic(words, classes="line name")
        yield MaskCanvas(self.app.terminal)
        yield MaskPad()
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the picture and the mask that there is."""
        self.query_one(MaskPad).focus()
        guarded(self, self._begin(), doing="opening the picture", group="mask-begin")

    async def _begin(self) -> None:
        try:
            look = await asyncio.to_thread(look_at, self._picture)
            await self.query_one(MaskCanvas).load(self._picture)
        except PictureError as error:
            self._complain(f"{self._picture.name} {error.message}")
            return
        except FluxError as error:
            self._complain(error.sentence())
            return
        self.query_one(MaskPad).begin(await self._known(), look.width, look.height)

    async def _known(self) -> MaskDrawing:
        """Return the drawing of the mask that there is, an empty one where it is none of ours."""
        masks = MaskService(self.app.services.storage)
        try:
            drawing = await asyncio.to_thread(masks.drawing_of, self._mask) if self._mask else None
        except PictureError:
            drawing = None
        return drawing or MaskDrawing()

    def _complain(self, sentence: str) -> None:
        line = self.query_one(".name", PlainStatic)
        line.add_class("-wrong")
        line.show(f"✗ {sentence}")

    def on_mask_pad_changed(self, event: MaskPad.Changed) -> None:
        """Show the drawing as it is now."""
        event.stop()
        self.query_one(MaskCanvas).show(event.drawing, event.number)

    def on_mask_pad_done(self, event: MaskPad.Done) -> None:
        """Write the mask and answer with it, or leave."""
        event.stop()
        if event.drawing is None:
            self.dismiss(None)
        elif not event.drawing.boxes:
            self._complain("Nothing is drawn, so nothing would be changed: n adds a rectangle.")
        else:
            guarded(self, self._keep(event.drawing), doing="keeping the mask", group="mask-keep")

    async def _keep(self, drawing: MaskDrawing) -> None:
        masks = MaskService(self.app.services.storage)
        try:
            self.dismiss(await asyncio.to_thread(masks.draw, drawing, self._picture))
        except PictureError as error:
            self._complain(f"{self._picture.name} {error.message}")
