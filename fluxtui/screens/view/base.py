"""What all screens with pictures in the whole terminal have: zoom, pan, how pictures are drawn."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.pictures.viewer import PictureViewer
from fluxtui.domain.notices import Notice
from fluxtui.screens.using_pictures import leave_pictures, upscale_picture, use_picture, vary_picture
from fluxtui.terminal.framing import Seen, Size
from fluxtui.widgets.pictures.drawing import area_pixels
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.quiet_screen import QuietScreen


class PictureScreen(QuietScreen[int]):
    """The keys for pictures in the whole terminal; answers with the number of the one that was seen last.

    Args:
        viewer: owns how the pictures are seen.
    """

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
        Binding("U", "upscale", "Upscale", id="view.upscale", show=False),
        Binding("V", "vary", "Vary, four at once", id="view.vary", show=False),
        Binding("t", "app.next_protocol", "Draw pictures in another way", id="view.protocol", show=False),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, viewer: PictureViewer) -> None:
        super().__init__()
        self.viewer = viewer
        # Before any line says what is seen in the frame.
        viewer.changed.connect(self._show_frame)

    def on_mount(self) -> None:
        """Show what is told meanwhile."""
        self.watch(self.app, "notices", self._show_notice, init=False)

    def _show_notice(self, notices: tuple[Notice, ...]) -> None:
        if notices and self.app.screen is self:
            self.viewer.say(notices[0].text)

    def _show_frame(self) -> None:
        for view in self.query(PictureView):
            view.frame = self.viewer.frame

    @property
    def starts_in_full(self) -> bool:
        """Whether pictures are sent in full without being asked for: where the line is quick."""
        return not self.app.terminal.over_ssh

    def leave_pictures(self) -> AwaitComplete:
        """Go back to what is below."""
        return self.dismiss(self.viewer.index)

    def action_use_again(self) -> None:
        """Take the parameters of the picture into the form of Generate; every picture screen is left."""
        guarded(self.app, self._use_again(), doing="taking the parameters", group="go", exclusive=True)

    async def _use_again(self) -> None:
        request = self.viewer.item.request()
        await leave_pictures(self.app)
        await self.app.go(request)

    def action_use_picture(self) -> None:
        """Ask what the picture is to be used for, and open Generate with it."""
        work = use_picture(self.app, self.viewer.item.path)
        guarded(self.app, work, doing="using a picture", group="use", exclusive=True)

    def action_upscale(self) -> None:
        """Ask where the picture is to be made larger."""
        work = upscale_picture(self.app, self.viewer.item.path)
        guarded(self.app, work, doing="upscaling a picture", group="use", exclusive=True)

    def action_vary(self) -> None:
        """Ask how the picture is to be varied."""
        item = self.viewer.item
        work = vary_picture(self.app, item.path, item.request() if item.can_be_used else None)
        guarded(self.app, work, doing="varying a picture", group="use", exclusive=True)

    def action_get_home(self) -> None:
        """Offer the ways to get the picture home."""
        from fluxtui.screens.home import get_home

        get_home(self.app, [self.viewer.item])

    async def action_recall(self) -> None:
        """Show what the file of the picture says of its making, to take that into the form of Generate."""
        await self.app.run_action(f"app.recall({str(self.viewer.item.path)!r})")

    def action_zoom(self, steps: int) -> None:
        """Go closer to the middle of what is seen, or further away."""
        self.viewer.zoom(steps)

    def action_fit(self) -> None:
        """Show all of the picture."""
        self.viewer.fit()

    def action_pixels(self) -> None:
        """Let one pixel of the picture be one of the terminal."""
        if (seen := self._seen()) is not None:
            self.viewer.show_pixels(seen[0].full_size, seen[1])

    def action_pan(self, across: int, down: int) -> None:
        """Move over the picture."""
        if (seen := self._seen()) is not None:
            self.viewer.pan(across, down, seen[0].full_size, seen[1])

    def _seen(self) -> tuple[Seen, Size] | None:
        """Return what is seen of the first picture in sight, and the pixels of its area."""
        for view in self.query(PictureView):
            if view.is_on_screen and view.seen is not None:
                return view.seen, area_pixels(view.content_size, view.profile)
        return None

    def action_toggle_full(self) -> None:
        """Send the pictures as good as the terminal can show them, or as previews of few bytes again."""
        full = not self.query(PictureView).first().full
        for view in self.query(PictureView):
            view.full = full
