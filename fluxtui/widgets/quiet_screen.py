"""Screens that draw little."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from rich.console import RenderableType
from textual import on
from textual.events import ScreenResume, ScreenSuspend, Unmount
from textual.geometry import Size
from textual.reactive import Reactive
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.widget import Widget

from fluxtui.app.state import StatefulApp
from fluxtui.widgets.thorough_compositor import ThoroughCompositor
from fluxtui.widgets.tinted_screen import TintedScreen

Answer = TypeVar("Answer")


class QuietScreen(Screen[Answer]):
    """A screen that draws the two widgets between which the focus moves, and not all of itself.

    Textual's own `focused` repaints the whole screen: 11 KB for each Tab at 120x40 instead of about 2. What
    has moved is drawn in any case, and what could not be drawn in a batch is drawn after it.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    TAKES_EVERY_KEY: ClassVar[bool] = False
    """Whether keys that work everywhere do not work over it."""

    _is_new = True
    """Whether it has been in front since it was made."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._compositor = ThoroughCompositor()

    @on(ScreenResume)
    def _style_alone(self, event: ScreenResume) -> None:
        """Work out the styles of a new screen alone: Textual would do so twice more for all of its widgets.

        These were made when its sheet was there already; the screen itself was not.
        """
        if self._is_new:
            event.refresh_styles = False
            self.app.stylesheet.update_nodes([self])

    @on(ScreenResume)
    def _catch_up(self) -> None:
        """Show what has changed while it could not be seen."""
        if isinstance(self.app, StatefulApp):
            self.app.sight.catch_up(self)

    @on(ScreenSuspend)
    def _note_suspension(self) -> None:
        """Note that something may have changed until it comes to the front again."""
        self._is_new = False

    @on(Unmount)
    def _let_go(self) -> None:
        """Have the application let go of what was in it, once it is gone."""
        if isinstance(self.app, StatefulApp):
            self.app.call_later(self.app.forget_closed)

    def is_seen_at(self, moment: float) -> bool:
        """Whether what is typed at a moment (as an event's `time`) can be meant for this screen."""
        return True

    def render(self) -> RenderableType:
        """Draw what lies behind a dialog in less time."""
        behind = super().render()
        return TintedScreen(behind.screen, behind.color) if isinstance(behind, BackgroundScreen) else behind

    def _on_timer_update(self) -> None:
        """Draw once where a layout and the whole screen are both due.

        Textual would draw what the layout has moved, and then all of it: two frames of which the second
        changes nothing.
        """
        if self._layout_required and self._repaint_required and self.is_current and not self.app._batch_count:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        """Draw what is marked; Textual would work out a frame in a batch as well, and throw it away."""
        if self.app._batch_count:
            self._dirty_widgets.add(self)
            return
        super()._compositor_refresh()

    def lay_out_unseen(self) -> bool:
        """Lay out in a batch what is to be laid out anew, and return whether anything was."""
        is_due = self._layout_required and self.is_current and bool(self.app._batch_count)
        if is_due:
            self._refresh_layout()
            self._layout_required = False
        return is_due

    def call_off_drawing(self) -> None:
        """Draw nothing of what is marked so far: it is drawn already, or will be by somebody else."""
        self._layout_required = self._repaint_required = False

    def _screen_resized(self, size: Size) -> None:
        """Lay out for the size that the terminal has by now.

        A layout for another size tells the screen that size again. Two sizes that wait here at once would
        follow each other, for ever within a batch, and the one from before could be the last.
        """
        super()._screen_resized(self.app.size)
