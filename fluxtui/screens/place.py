"""What every place has: the top line, a line for news, the footer, drafts and requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.widget import Widget

from fluxtui.app.state import RESTORING, guarded
from fluxtui.domain.errors import StorageError
from fluxtui.domain.notices import Notice
from fluxtui.screens.timed import TimedScreen
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.places_line import places_line
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import Request

DRAFT_REST_SECONDS = 0.3
"""How long typing must rest until the draft is written."""


LEAST_COLUMNS = 80
LEAST_ROWS = 22
"""Two fewer than the 24 that are promised: tmux and screen take lines of a terminal of that height."""
TOO_SMALL = (
    f"FluxTUI needs {LEAST_COLUMNS}x24 characters; make the window larger or the letters smaller. "
    "Nothing is lost, and jobs go on."
)
WIDE_COLUMNS = 100
"""From this width on two things stand side by side."""
VERY_WIDE_COLUMNS = 160
"""From this width on both of them have room to spare."""


class PlaceScreen(TimedScreen[None]):
    """Base of all places.

    A place composes its body in `compose_place`, restores what was typed in `restore`, and follows a request
    (from another place) in `follow`.
    """

    PLACE: ClassVar[str] = ""
    """The place's name: its mode and the key of its draft."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_news", "Clear the news", id="place.clear", show=False),
    ]

    _focused_before: Widget | None = None
    """What had the focus when the terminal became too small."""

    _too_small: PlainStatic | None = None
    """The sentence that stands where there is no room, once that was so."""

    _draft: dict[str, Any] | None = None
    """What was typed and is not written yet."""

    def compose(self) -> ComposeResult:
        """Put the body between the top line and the footer."""
        # Known before there is anything, the styles of all need not be worked out again for it.
        self._fit(self.app.size)
        yield TopBar()
        yield from self.compose_place()
        yield Flash(places_line(self.PLACE))
        yield KeyLine()

    def compose_place(self) -> ComposeResult:
        """Return the widgets of the body."""
        raise LookupError(f"{type(self).__name__} has no body")

    def on_resize(self, event: Resize) -> None:
        """Tell the styles how much room there is; a very wide place is a wide one as well."""
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        # Textual's own breakpoints set one class at a time.
        width = size.width
        self._show_cramped(width < LEAST_COLUMNS or size.height < LEAST_ROWS)
        self.set_class(width < WIDE_COLUMNS, "-narrow")
        self.set_class(width >= WIDE_COLUMNS, "-wide")
        self.set_class(width >= VERY_WIDE_COLUMNS, "-very-wide")

    def _show_cramped(self, cramped: bool) -> None:
        """Hide everything behind a sentence, or show it again with the focus where it was."""
        if cramped and not self.has_class("-cramped"):
            self._focused_before = self.focused
        if cramped and self._too_small is None:
            self._too_small = PlainStatic(TOO_SMALL, classes="too-small")
            self.call_next(self.mount, self._too_small)
        self.set_class(cramped, "-cramped")
        if not cramped and self._focused_before is not None:
            # A hidden widget cannot take the focus, and it is shown with the next layout.
            self.call_after_refresh(self.set_focus, self._focused_before)
            self._focused_before = None

    def on_mount(self) -> None:
        """Follow the state that every place shows."""
        self.watch(self.app, "notices", self._flash_news, init=False)
        guarded(self, self._restore(), doing="restoring what was typed", group=RESTORING)

    def _flash_news(self, notices: tuple[Notice, ...]) -> None:
        if notices and self.is_active:
            self.query_one(Flash).show(notices[0].text, notices[0].severity)

    def action_clear_news(self) -> None:
        """Let an error that was read go; the messages keep it."""
        self.query_one(Flash).clear()

    async def _restore(self) -> None:
        draft = await self.app.services.session.draft(self.PLACE)
        if draft is not None:
            self.restore(draft)
        await self.restored()

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Put back what was typed before the program was left."""

    async def restored(self) -> None:
        """Go on from what was put back; called once, also where there was no draft."""

    def keep_draft(self, draft: Mapping[str, Any]) -> None:
        """Remember what is typed, so that leaving the program loses nothing; writes after a short rest."""
        self._draft = dict(draft)
        work = self._write_soon()
        guarded(self, work, doing="saving what was typed", group="keep", exclusive=True, leads=False)

    async def _write_soon(self) -> None:
        await asyncio.sleep(DRAFT_REST_SECONDS)
        await self._write_draft()

    async def _write_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is not None:
            await self.app.services.session.keep_draft(self.PLACE, draft)

    async def on_unmount(self) -> None:
        """Write what was typed last; where that cannot be kept, say so when the screen is gone."""
        try:
            await self._write_draft()
        except StorageError as error:
            self.app.say_at_the_end(f"What was typed in {self.PLACE} last is not kept: {error.sentence()}")

    def follow(self, request: Request) -> None:
        """Do what another place asked for, such as selecting a finetune."""
