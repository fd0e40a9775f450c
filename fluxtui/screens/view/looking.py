"""What all screens with pictures in the whole terminal have: zoom, pan, how pictures are drawn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.binding import Binding, BindingType

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.notices import Notice
from fluxtui.screens.view.item import ViewItem
from fluxtui.terminal.framing import Frame, pixel_for_pixel
from fluxtui.widgets.pictures.drawing import area_pixels
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.quiet_screen import QuietScreen

ZOOM_STEP = 1.5
PAN_SHARE = 0.25
"""How far one press moves, as a share of what is seen."""


class LookingScreen(QuietScreen[int]):
    """A screen whose pictures are all seen in the same frame; answers with the number of the last one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "back", "Back", id="view.back", key_display="Esc q"),
        Binding("plus,equals_sign", "zoom(1)", "Closer", id="view.closer", key_display="+"),
        Binding("minus", "zoom(-1)", "Further away", id="view.further", key_display="-"),
        Binding("0", "fit", "All of it", id="view.fit"),
        Binding("1", "pixels", "Pixel for pixel", id="view.pixels"),
        Binding("left,h", "pan(-1, 0)", "Left", id="view.left", show=False),
        Binding("right,l", "pan(1, 0)", "Right", id="view.right", show=False),
        Binding("up,k", "pan(0, -1)", "Up", id="view.up", show=False),
        Binding("down,j", "pan(0, 1)", "Down", id="view.down", show=False),
        Binding("f", "toggle_full", "All bytes or a preview", id="view.full", show=False),
        Binding("r", "recall", "Recall parameters from its file", id="view.recall", show=False),
        Binding("H", "get_home", "Get it home", id="view.home", show=False),
        Binding("f12", "use_picture", "Use this picture", id="view.use_picture", show=False),
        Binding("t", "app.next_protocol", "Draw pictures in another way", id="view.protocol", show=False),
    ]

    app = getters.app(StatefulApp)

    def __init__(self) -> None:
        super().__init__()
        self._frame = Frame()
        self.index = 0
        """The number of the picture that the keys are about, from 0."""

    @property
    @abstractmethod
    def views(self) -> Sequence[PictureView]:
        """The pictures that are seen now, the one that the keys are about first."""

    @abstractmethod
    def show_state(self) -> None:
        """Draw what is said of the pictures."""

    def on_mount(self) -> None:
        """Show what is told meanwhile."""
        self.watch(self.app, "notices", self._show_notice, init=False)

    def _show_notice(self, notices: tuple[Notice, ...]) -> None:
        if notices and self.app.screen is self:
            self.show_news(notices[0].text)

    @abstractmethod
    def show_news(self, text: str) -> None:
        """Say something until the next key."""

    def show_frame(self, frame: Frame) -> None:
        """Look at all pictures in the same way."""
        self._frame = frame
        for view in self.query(PictureView):
            view.frame = frame
        self.show_state()

    @property
    def starts_in_full(self) -> bool:
        """Whether pictures are sent in full without being asked for: where the line is quick."""
        return not self.app.terminal.over_ssh

    def use_again(self, item: ViewItem) -> None:
        """Take the parameters of a picture into the form of Generate; every picture screen is left."""
        guarded(self.app, self._use_again(item), doing="taking the parameters", group="go", exclusive=True)

    def action_use_picture(self) -> None:
        """Ask what the picture is to be used for, and open Generate with it."""
        from fluxtui.screens.using_pictures import use_picture

        work = use_picture(self.app, self.item.path)
        guarded(self.app, work, doing="using a picture", group="use", exclusive=True)

    async def _use_again(self, item: ViewItem) -> None:
        await leave_pictures(self.app)
        await self.app.go(item.request())

    @property
    @abstractmethod
    def item(self) -> ViewItem:
        """The picture that the keys are about."""

    def action_get_home(self) -> None:
        """Offer the ways to get the picture home."""
        from fluxtui.screens.home import get_home

        get_home(self.app, [self.item])

    async def action_recall(self) -> None:
        """Show what the file of the picture says of its making, to take that into the form of Generate."""
        await self.app.run_action(f"app.recall({str(self.item.path)!r})")

    def action_zoom(self, steps: int) -> None:
        """Go closer to the middle of what is seen, or further away."""
        self.show_frame(self._frame.zoomed(ZOOM_STEP**steps))

    def action_fit(self) -> None:
        """Show all of the picture."""
        self.show_frame(Frame())

    def action_pixels(self) -> None:
        """Let one pixel of the picture be one of the terminal."""
        view = self.views[0]
        if view.seen is not None:
            area = area_pixels(view.content_size, view.profile)
            self.show_frame(pixel_for_pixel(view.seen.full_size, area, self._frame))

    def action_pan(self, across: int, down: int) -> None:
        """Move over the picture."""
        view = self.views[0]
        if view.seen is not None and not self._frame.is_whole:
            area = area_pixels(view.content_size, view.profile)
            moved = self._frame.moved(across * PAN_SHARE, down * PAN_SHARE, view.seen.full_size, area)
            self.show_frame(moved)

    def action_toggle_full(self) -> None:
        """Send the pictures as good as the terminal can show them, or as previews of few bytes again."""
        full = not self.views[0].full
        for view in self.query(PictureView):
            view.full = full
        self.show_state()


async def leave_pictures(app: StatefulApp) -> None:
    """Leave every screen with pictures in the whole terminal, to see the place below."""
    while isinstance(app.screen, LookingScreen):
        await app.screen.dismiss(app.screen.index)
