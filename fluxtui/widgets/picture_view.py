"""A picture in the terminal: half cells at once, real pixels after a moment's rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import ClassVar, Final

from textual import work
from textual.app import App
from textual.constants import MAX_FPS
from textual.content import Content
from textual.errors import NoWidget
from textual.events import Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from fluxtui.domain.text import safe_text
from fluxtui.terminal import kitty
from fluxtui.terminal.framing import Frame
from fluxtui.terminal.pieces import PaintedPicture, Piece
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import (
    Bitmap,
    Colour,
    UnreadablePictureError,
    load_bitmap,
    read_facts,
)
from fluxtui.widgets.picture_channel import PictureChannel, channel_of
from fluxtui.widgets.picture_drawing import (
    Drawing,
    Seen,
    describe_picture,
    draw_half_cells,
    encode_picture,
    frame_picture,
    needed_side,
)
from fluxtui.widgets.picture_strips import WatchedStrip, laid_over, placeholder_strips

REST_SECONDS: Final = 0.2
"""How long a picture must stay before its real pixels are sent."""

SETTLE_SECONDS: Final = 0.1
"""Quiet before overwritten pixels are painted again: a closing dialog is several frames."""

PATIENCE_SECONDS: Final = 0.15
"""How long the picture before stays while the next one is decoded."""


CELLS_AT_ONCE: Final = 640
"""Half cells that are drawn in one frame: a few milliseconds of work for the event loop."""

FRAME_SECONDS: Final = 1.2 / MAX_FPS
"""How long one frame takes; Textual draws what was asked for meanwhile in one."""

KITTY_KEPT: Final = 4
"""Pictures that a view which changes between a few of them keeps in kitty's memory."""


@dataclass(frozen=True)
class _KittyPicture:
    number: int
    strips: Sequence[Strip]


@dataclass(frozen=True)
class _Look:
    """Everything that a drawn picture depends on, but for what is in the file."""

    path: Path
    frame: Frame
    size: Size
    profile: TerminalProfile
    background: Colour


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

    class Shown(Message):
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
        self._painted: PaintedPicture | None = None
        self._stale: set[int] = set()
        self._painting = False
        self._overwritten_at = 0.0
        self._kitty: _KittyPicture | None = None
        self._kitty_pictures: dict[object, _KittyPicture] = {}
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
        self._forget_kitty(0)

    def on_resize(self, event: Resize) -> None:
        self._restart()

    def _profile_changed(self, profile: TerminalProfile) -> None:
        self._forget_kitty(0)
        self._restart()

    def _app_suspended(self, app: App[object]) -> None:
        self._forget_kitty(0)
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
            self._show(_Look(self.path, self.frame, self.content_size, self.profile, self._background))

    @work(group="picture", exclusive=True, exit_on_error=False)
    async def _describe(self, path: Path) -> None:
        try:
            facts = await self._channel.run(read_facts, path)
        except UnreadablePictureError as error:
            self._fail(path, error.message)
            return
        self._say(describe_picture(path, facts))
        self.post_message(self.Shown(self, path, GraphicsProtocol.NONE, 0))

    @work(group="picture", exclusive=True, exit_on_error=False)
    async def _show(self, look: _Look) -> None:
        try:
            whole = await self._load(look)
        except UnreadablePictureError as error:
            self._fail(look.path, error.message)
            return
        bitmap, self.seen = await self._channel.run(frame_picture, whole, look.frame, look.size, look.profile)
        pixels = self._channel.can_show_pixels
        if not (self._eager and pixels and self._drawing is not None):
            await self._draw(await self._half_cells(look, bitmap))
            self.post_message(self.Shown(self, look.path, GraphicsProtocol.HALFCELL, 0))
            if pixels and not self._eager:
                await asyncio.sleep(REST_SECONDS)
        if pixels:
            await self._send_pixels(look, bitmap)

    async def _load(self, look: _Look) -> Bitmap:
        key = (look.path, look.background)
        kept = self._channel.decoded.get(key)
        side = needed_side(look.frame, look.size, look.profile)
        work = self._channel.run(load_bitmap, look.path, look.background, side, kept)
        loading = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({loading}, timeout=PATIENCE_SECONDS)
            if not done and not self._eager:
                self._say(f"Loading {look.path.name} …")
            bitmap = await loading
        finally:
            loading.cancel()
        self._channel.decoded.put(key, bitmap, bitmap.image.width * bitmap.image.height * 3)
        return bitmap

    async def _half_cells(self, look: _Look, bitmap: Bitmap, box: tuple[int, int] | None = None) -> Drawing:
        share, colours = look.frame.zoom, self.app.console.color_system
        return await self._channel.run(draw_half_cells, bitmap, look.size, look.profile, box, share, colours)

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
        self._sentence = safe_text(sentence)
        self.refresh()

    def _fail(self, path: Path, reason: str) -> None:
        self._say(reason)
        self.post_message(self.Failed(self, path, reason))

    def _clear(self) -> None:
        self._drawing = None
        self._painted = None
        self._stale.clear()
        self._painting = False
        self._kitty = None
        self._forget_kitty(KITTY_KEPT if self._eager else 0)

    def _forget_kitty(self, kept: int) -> None:
        """Delete pictures from the terminal's memory, but for some that were shown last."""
        for key in list(self._kitty_pictures)[: max(0, len(self._kitty_pictures) - kept)]:
            self._channel.forget(self._kitty_pictures.pop(key).number)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "picture" and self.path is not None:
            event.stop()
            self._fail(self.path, f"This picture cannot be shown: {event.worker.error}")

    async def _send_pixels(self, look: _Look, bitmap: Bitmap) -> None:
        encoded = await self._encoded(look, bitmap)
        if isinstance(encoded, PaintedPicture):
            await self._paint_pixels(encoded, look, bitmap)
            sent = encoded.size
        else:
            await self._send_to_kitty(encoded, look, bitmap)
            sent = len(encoded) * 4 // 3
        self.post_message(self.Shown(self, look.path, look.profile.protocol, sent))

    async def _paint_pixels(self, picture: PaintedPicture, look: _Look, bitmap: Bitmap) -> None:
        box = (picture.columns, picture.rows)
        if self._drawing is None or self._drawing.place.size != box:
            # The half cells below shrink with it, or they would stick out around the pixels.
            await self._draw(await self._half_cells(look, bitmap, box))
            self._overwritten_at = monotonic()
        elif self._eager:
            # In the place of the last one's; not drawn, because all of them are painted over.
            self._drawing = await self._half_cells(look, bitmap, box)
        self._painted = picture
        self._stale = set(range(picture.rows))
        await self._paint_stale()

    async def _encoded(self, look: _Look, bitmap: Bitmap) -> PaintedPicture | bytes:
        cache = self._channel.cache
        key = (look, bitmap.facts)
        encoded = cache.get(key)
        if encoded is None:
            encoder = self._channel.encoder
            encoded = await self._channel.run(
                encode_picture, encoder, bitmap, look.size, look.profile, look.frame.zoom
            )
            cache.put(key, encoded, encoded.size if isinstance(encoded, PaintedPicture) else len(encoded))
        return encoded

    async def _send_to_kitty(self, png: bytes, look: _Look, bitmap: Bitmap) -> None:
        drawing = await self._half_cells(look, bitmap) if self._eager else self._drawing
        if drawing is None:
            return
        key = (look, bitmap.facts)
        picture = self._kitty_pictures.pop(key, None)
        if picture is None:
            picture = await self._sent_to_kitty(png, drawing.place.size, look.profile.in_tmux)
        self._kitty_pictures[key] = picture
        place = self._place(self._drawing, drawing)
        self._drawing, self._kitty = drawing, picture
        self._forget_kitty(KITTY_KEPT if self._eager else 1)
        self.refresh(place)

    async def _sent_to_kitty(self, png: bytes, place: Size, in_tmux: bool) -> _KittyPicture:
        number, colour = self._channel.new_number()
        pieces = kitty.transmission(number, png, *place, in_tmux=in_tmux)
        await self._channel.send(pieces, kitty.interruption(number, in_tmux=in_tmux))
        return _KittyPicture(number, placeholder_strips(colour, *place))

    def _painted_over(self, row: int) -> None:
        """Textual has written text over a row of pixels."""
        self._stale.add(row)
        self._overwritten_at = monotonic()
        if not self._painting:
            self._painting = True
            self._repaint()

    @work(group="repaint", exclusive=True, exit_on_error=False)
    async def _repaint(self) -> None:
        await self._paint_stale()

    async def _paint_stale(self) -> None:
        """Paint the pieces whose rows are not pixels any more, until there is none."""
        self._painting = True
        try:
            while (wait := self._overwritten_at + SETTLE_SECONDS - monotonic()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(wait)
            async with self._channel.turn():
                while self._stale and self._painted is not None:
                    rows, self._stale = self._stale, set()
                    await self._paint_rows(self._painted, rows)
        finally:
            self._painting = False

    async def _paint_rows(self, painted: PaintedPicture, rows: set[int]) -> None:
        for piece in painted.pieces:
            if rows.isdisjoint(range(piece.box.row, piece.box.row + piece.box.rows)):
                continue
            await self._channel.room()
            if self._painted is not painted:
                return
            self._paint(piece)

    def _paint(self, piece: Piece) -> None:
        if self._drawing is None:
            return
        origin = self.content_region.offset + self._drawing.place.offset
        box = Region(origin.x + piece.box.column, origin.y + piece.box.row, piece.box.columns, piece.box.rows)
        if self._in_the_open(box):
            self._channel.write(f"\x1b7\x1b[{box.y + 1};{box.x + 1}H{piece.data}\x1b8")

    def _in_the_open(self, box: Region) -> bool:
        """Whether nothing lies over these cells of the screen."""
        if not self.screen.is_active or not self.screen.region.contains_region(box):
            return False
        columns = {*range(box.x, box.right, 4), box.right - 1}
        try:
            return all(
                self.screen.get_widget_at(column, row)[0] is self
                for row in range(box.y, box.bottom)
                for column in columns
            )
        except NoWidget:  # the screen is being taken down
            return False

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
        if self._painted is None or row >= self._painted.rows:
            return line
        return WatchedStrip(line, partial(self._painted_over, row))
