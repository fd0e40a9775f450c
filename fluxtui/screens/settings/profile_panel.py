"""The list of profiles, and below it all that is known of the selected one."""

from __future__ import annotations

from typing import ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.screens.settings.profile_rows import NARROW, WIDE, Money, details_of, row_of
from fluxtui.services.profiles import ProfileState
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import RowTable
from fluxtui.widgets.table.grid import RowGrid

WIDE_COLUMNS = 112
"""From this width on the servers have a column."""


class ProfileGrid(RowGrid):
    """The rows of the profiles; `k` takes a key here, as in all of Settings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "screen.give_key", "New key", id="profiles.key"),
        Binding("enter", "select_cursor", "Use", id="profiles.use"),
    ]


class ProfileTable(RowTable):
    """One row a profile."""

    GRID = ProfileGrid
    HELP = "Enter makes the selected profile the active one: new work goes there at first."

    def __init__(self) -> None:
        super().__init__(NARROW, id="profiles")

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns; the base class then draws them."""
        self.set_columns(WIDE if event.size.width >= WIDE_COLUMNS else NARROW)


class ProfilePanel(Vertical):
    """Follows the profiles, their balances, queues and connections."""

    app = getters.app(StatefulApp)

    def __init__(self) -> None:
        super().__init__(id="profile-panel")
        self._states: tuple[ProfileState, ...] = ()
        self._wished = ""

    def compose(self) -> ComposeResult:
        """Lay out the list and the facts below it."""
        yield ProfileTable()
        yield PlainStatic("", id="profile-details")

    def on_mount(self) -> None:
        """Follow the application."""
        for source in ("balances", "silent_profiles", "disconnected"):
            self.app.sight.watch(self, source, self._draw, init=False)
        for source in ("profiles", "usable_profiles", "profile", "jobs", "queues"):
            self.app.sight.watch(self, source, self.refresh_states, init=False)
        self.select_soon(self.app.profile)

    @property
    def selected(self) -> str:
        """The name of the profile that the keys act on; the active one before the list is there."""
        return self.query_one(ProfileTable).selected_key or self.app.profile

    def select_soon(self, name: str) -> None:
        """Put the cursor on a profile once it is in the list."""
        self._wished = name
        self.refresh_states()

    def refresh_states(self) -> None:
        """Read configuration and queues again."""
        guarded(self, self._read(), doing="reading the profiles", group="profiles", exclusive=True)

    async def _read(self) -> None:
        self._states = await self.app.services.profiles.all()
        self._draw()
        wished, self._wished = self._wished, ""
        if wished:
            self.query_one(ProfileTable).select(wished)
            self._draw_details()

    def _draw(self) -> None:
        down = self.app.disconnected
        rows = [
            row_of(state, self._money(state.name), active=state.name == self.app.profile, disconnected=down)
            for state in self._states
        ]
        self.query_one(ProfileTable).set_rows(rows)
        self._draw_details()

    def show_time(self) -> None:
        """Show how old the balance is by now."""
        self._draw_details()

    @on(RowTable.Highlighted)
    def _draw_details(self) -> None:
        state = next((state for state in self._states if state.name == self.selected), None)
        if state is None:
            return
        connected = state.name not in self.app.disconnected
        details = details_of(state, self._money(state.name), self.app.clock(), is_connected=connected)
        self.query_one("#profile-details", PlainStatic).show(details)

    def _money(self, name: str) -> Money:
        return Money(self.app.balance_of(name), name in self.app.silent_profiles)
