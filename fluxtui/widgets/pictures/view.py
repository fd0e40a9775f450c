"""A picture in the terminal: half cells at once, real pixels after a moment's rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import App
from textual.constants import MAX_FPS
from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from fluxtui.domain.text import shown_text
from fluxtui.terminal.framing import Frame, Seen
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import Bitmap, Colour, UnreadablePictureError, read_facts
from fluxtui.widgets.pictures.channel import PictureChannel, channel_of
from fluxtui.widgets.pictures.drawing import Drawing, describe_picture
from fluxtui.widgets.pictures.kitty import KittyMemory, KittyPicture
from fluxtui.widgets.pictures.lazy_strips import WatchedStrip, laid_over
from fluxtui.widgets.pictures.look import Look
from fluxtui.widgets.pictures.pixels import PixelPainter

REST_SECONDS: Final = 0.2
"""How long a picture must stay before its real pixels are sent."""

ENCODED_BEFORE_SECONDS: Final = 0.12
"""How long before its end the encoding begins: who moves on at once has nothing encoded in vain."""

PATIENCE_SECONDS: Final = 0.15
"""How long the picture before stays while the next one is decoded."""

CELLS_AT_ONCE: Final = 640
"""Half cells that are drawn in one frame: a few milliseconds of work for the event loop."""

FRAME_SECONDS: Final = 1.2 / MAX_FPS
"""How long one frame takes; Textual draws what was asked for meanwhile in one."""

KITTY_KEPT: Final = 4
"""Pictures that a view which changes between a few of them keeps in kitty's memory."""


class PictureView(Widget):
    """Shows the picture at `path`, as large as it fits, centred, with its aspect ratio; or what `frame` says.

    Until there is a path, `placeholder` is shown; a file that cannot be shown is explained in place.

    Attributes:
        full: whether the picture is sent as good as the terminal can show it, however many bytes it takes.
        seen: what is seen of the picture, None until there is one.
    """

    DEFAULT_CSS: ClassVar[str] = """
    PictureView {
        width: 1fr;
        height: 1fr;
        content-align: center middle;
        text-align: center;
        color: $text-muted;
    }
    """

    path: var[Path | None] = var(None, init=False)
    frame: var[Frame] = var(Frame(), init=False)
    full: var[bool] = var(False, init=False)

    class Displayed(Message):
        """A picture is on the screen; sent again when real pixels have replaced half cells."""

        def __init__(self, view: PictureView, path: Path, protocol: GraphicsProtocol, size: int) -> None:
            super().__init__()
            self.view = view
            self.path = path
            self.protocol = protocol
            self.size = size
            """Bytes sent for real pixels; 0 for half cells, which are part of Textual's frames."""

        @property
        def control(self) -> PictureView:
            return self.view

    class Failed(Message):
        """A picture cannot be shown; `reason` is a sentence."""

        def __init__(self, view: PictureView, path: Path, reason: str) -> None:
            super().__init__()
            self.view = view
            self.path = path
            self.reason = reason

        @property
        def control(self) -> PictureView:
            return self.view

    def __init__(
        self,
        profile: TerminalProfile,
        path: Path | None = None,
        *,
        placeholder: str = "No picture yet.",
        eager: bool = False,
        full: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Args:
        profile: how pictures are drawn at first; what the app's channel says of it later counts.
        path: the first picture.
        placeholder: what is said while there is none.
        eager: change between pictures in place: the last one stays until the pixels of the next are there,
            which are not waited with.
        full: see the class.
        """
        super().__init__(id=id, classes=classes)
        self._first_profile = profile
        self._eager = eager
        self._placeholder = placeholder
        self._sentence = placeholder
        self._drawing: Drawing | None = None
        self._pixels = PixelPainter(self)
        self._kitty: KittyPicture | None = None
        self._kitty_memory = KittyMemory()
        self._on_top = True
        self.seen: Seen | None = None
        self.set_reactive(PictureView.path, path)
        self.set_reactive(PictureView.full, full)

    def reload(self) -> None:
        """Show the file anew, because what is in it has changed."""
        self._restart()

    def watch_path(self) -> None:
        self.seen = None
        self._restart()

    def watch_frame(self) -> None:
        self._restart()

    def watch_full(self) -> None:
        self._restart()

    def on_mount(self) -> None:
        self.app.app_suspend_signal.subscribe(self, self._app_suspended, immediate=True)
        self.app.app_resume_signal.subscribe(self, self._app_resumed)
        self.app.screen_change_signal.subscribe(self, self._screen_changed)
        self._channel.profile_signal.subscribe(self, self._profile_changed)

    def on_unmount(self) -> None:
        self._kitty_memory.forget(self._channel)

    def on_resize(self, event: Resize) -> None:
        self._restart()

    def _profile_changed(self, profile: TerminalProfile) -> None:
        self._kitty_memory.forget(self._channel)
        self._restart()

    def _app_suspended(self, app: App[object]) -> None:
        self._kitty_memory.forget(self._channel)
        self._channel.suspended = True
        self.workers.cancel_node(self)

    def _app_resumed(self, app: App[object]) -> None:
        self._channel.suspended = False
        self._restart()

    def _screen_changed(self, screen: Screen[object]) -> None:
        on_top = self.screen.is_active
        if on_top != self._on_top:
            self._on_top = on_top
            if self._kitty is not None:
                self.refresh()

    @property
    def _channel(self) -> PictureChannel:
        return channel_of(self.app, self._first_profile)

    @property
    def profile(self) -> TerminalProfile:
        """How the picture is drawn."""
        profile = self._channel.profile
        return profile.in_full() if self.full else profile

    @property
    def _background(self) -> Colour:
        return self.background_colors[1].rgb

    def _restart(self) -> None:
        """Begin again with the path and the size there are now."""
        if not self.is_mounted or not self.content_size:
            return
        if self.path is None:
            self.workers.cancel_group(self, "picture")
            self._say(self._placeholder)
        elif self.profile.protocol is GraphicsProtocol.NONE or self.app.no_color:
            self._describe(self.path)
        else:
            self._show(Look(self.path, self.frame, self.content_size, self.profile, self._background))

    @work(group="picture", exclusive=True, exit_on_error=False)
    async def _describe(self, path: Path) -> None:
        try:
            facts = await self._channel.run(read_facts, path)
        except UnreadablePictureError as error:
            self._fail(path, error.message)
            return
        self._say(describe_picture(path, facts))
        self.post_message(self.Displayed(self, path, GraphicsProtocol.NONE, 0))

    @work(group="picture", exclusive=True, exit_on_error=False)
    async def _show(self, look: Look) -> None:
        try:
            whole = await self._load(look)
        except UnreadablePictureError as error:
            self._fail(look.path, error.message)
            return
        bitmap, self.seen = await look.framed(self._channel, whole)
        pixels = self._channel.can_show_pixels
        if not (self._eager and pixels and self._drawing is not None):
            await self._draw(await look.half_cells(self._channel, bitmap))
            self.post_message(self.Displayed(self, look.path, GraphicsProtocol.HALFCELL, 0))
            if pixels and not self._eager:
                await asyncio.sleep(REST_SECONDS - ENCODED_BEFORE_SECONDS)
        if pixels:
            await self._send_pixels(look, bitmap)

    async def _load(self, look: Look) -> Bitmap:
        loading = asyncio.ensure_future(look.load(self._channel))
        try:
            done, _ = await asyncio.wait({loading}, timeout=PATIENCE_SECONDS)
            if not done and not self._eager:
                self._say(f"Loading {look.path.name} …")
            return await loading
        finally:
            loading.cancel()

    async def _draw(self, drawing: Drawing) -> None:
        """Show half cells, some rows in each frame: all at once would hold the event loop."""
        place = self._place(self._drawing, drawing)
        self._clear()
        self._drawing = drawing
        rows = max(1, CELLS_AT_ONCE // max(1, place.width))
        for top in range(place.y, place.bottom, rows):
            if top > place.y:
                await asyncio.sleep(FRAME_SECONDS)
            self.refresh(Region(place.x, top, place.width, min(rows, place.bottom - top)))

    def _place(self, before: Drawing | None, drawing: Drawing) -> Region:
        """What must be drawn anew when one drawing takes another one's place; all of it if there was none."""
        if before is None:
            return self.size.region
        return Region.from_union((before.place, drawing.place)).translate(self.gutter.top_left)

    def _say(self, sentence: str) -> None:
        self._clear()
        self._sentence = shown_text(sentence)
        self.refresh()

    def _fail(self, path: Path, reason: str) -> None:
        self._say(reason)
        self.post_message(self.Failed(self, path, reason))

    def _clear(self) -> None:
        self._drawing = None
        self._pixels.clear()
        self._kitty = None
        self._kitty_memory.forget(self._channel, KITTY_KEPT if self._eager else 0)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "picture" and self.path is not None:
            event.stop()
            self._fail(self.path, f"This picture cannot be shown: {event.worker.error}")

    async def _send_pixels(self, look: Look, bitmap: Bitmap) -> None:
        rest = 0.0 if self._eager else ENCODED_BEFORE_SECONDS
        encoded, _ = await asyncio.gather(look.encoded(self._channel, bitmap), asyncio.sleep(rest))
        if isinstance(encoded, PaintedPicture):
            await self._paint_pixels(encoded, look, bitmap)
            sent = encoded.size
        else:
            await self._send_to_kitty(encoded, look, bitmap)
            sent = len(encoded) * 4 // 3
        self.post_message(self.Displayed(self, look.path, look.profile.protocol, sent))

    async def _paint_pixels(self, picture: PaintedPicture, look: Look, bitmap: Bitmap) -> None:
        box = (picture.columns, picture.rows)
        drawing = self._drawing
        if drawing is None or drawing.place.size != box:
            # The half cells below shrink with it, or they would stick out around the pixels.
            drawing = await look.half_cells(self._channel, bitmap, box)
            await self._draw(drawing)
            self._pixels.wait()
        elif self._eager:
            # In the place of the last one's; not drawn, because all of them are painted over.
            drawing = self._drawing = await look.half_cells(self._channel, bitmap, box)
        self._pixels.put(picture, drawing.place)
        await self._pixels.paint(self._channel)

    async def _send_to_kitty(self, png: bytes, look: Look, bitmap: Bitmap) -> None:
        drawing = await look.half_cells(self._channel, bitmap) if self._eager else self._drawing
        if drawing is None:
            return
        size = drawing.place.size
        picture = await self._kitty_memory.picture(look.key(bitmap), png, size, self._channel)
        place = self._place(self._drawing, drawing)
        self._drawing, self._kitty = drawing, picture
        self._kitty_memory.forget(self._channel, KITTY_KEPT if self._eager else 1)
        self.refresh(place)

    def _painted_over(self, row: int) -> None:
        """Textual has written text over a row of pixels."""
        if self._pixels.overwritten(row):
            self._repaint()

    @work(group="repaint", exclusive=True, exit_on_error=False)
    async def _repaint(self) -> None:
        await self._pixels.paint(self._channel)

    def render(self) -> Content:
        return Content(self._sentence)

    def render_line(self, y: int) -> Strip:
        if self._drawing is None:
            return super().render_line(y)
        return Strip.blank(self.content_size.width, self.visual_style.rich_style)

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        drawing = self._drawing
        if drawing is None:
            return strips
        pixels = self._kitty.strips if self._kitty is not None and self._on_top else drawing.strips
        left, top = self.gutter.left + drawing.place.x - crop.x, self.gutter.top + drawing.place.y
        return [
            self._picture_line(strip, left, y - top, pixels) if 0 <= y - top < len(pixels) else strip
            for y, strip in enumerate(strips, crop.y)
        ]

    def _picture_line(self, strip: Strip, left: int, row: int, pixels: Sequence[Strip]) -> Strip:
        """A row of the picture laid over the line that it is in, of which any part may be wanted."""
        upper = pixels[row].crop(max(0, -left), strip.cell_length - left)
        line = laid_over(strip, max(0, left), upper)
        if row >= self._pixels.rows:
            return line
        return WatchedStrip(line, partial(self._painted_over, row), self._pixels.mark)
