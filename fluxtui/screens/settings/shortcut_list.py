"""All actions with their keys, and another key for any of them."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key

from fluxtui.app.state import guarded
from fluxtui.controllers.settings.shortcuts import PressQuestion, ShortcutController
from fluxtui.domain.shortcuts import Shortcut, shortcut_name
from fluxtui.screens.lists import ListScreen
from fluxtui.screens.settings.key_catalogue import all_shortcuts
from fluxtui.widgets.dialogs import Dialog, dialog_of
from fluxtui.widgets.plain import PlainLabel, cell, set_title
from fluxtui.widgets.table import Column, Row, RowTable

_KEPT_BACK = frozenset({"escape", "tab", "shift+tab"})
"""Keys by which one moves about in every dialog and form."""


class ShortcutListScreen(ListScreen):
    """Every action of the program; what was changed stands first."""

    HELP = """Every action with its keys. `Enter` or `c` takes another key for the selected one, `d` gives it
its own keys back, `/` finds an action by its words, its name or its keys. Changes are kept in the table
`keys` of the configuration; where a key would have to do two things, that is told."""
    LIST_TITLE = "Keys"
    EMPTY = "The actions are being read …"
    COLUMNS = (
        Column("words", "What it does"),
        Column("keys", "Keys", width=16),
        Column("id", "Name", width=26),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,delete", "reset", "Its own keys", id="shortcuts.reset"),
        Binding("c", "change", "Another key", id="shortcuts.change"),
    ]

    _controller: ShortcutController | None = None

    def on_mount(self) -> None:
        """Read all actions, which loads what binds them."""
        guarded(self, self._read(), doing="reading the keys", group="keys", leads=False)

    async def _read(self) -> None:
        known = await asyncio.to_thread(all_shortcuts)
        self._controller = controller = ShortcutController(self.app, known)
        controller.changed.connect(self.action_refresh_rows)
        self.action_refresh_rows()

    def make_rows(self) -> list[Row]:
        """Return the actions."""
        if self._controller is None:
            return []
        return [self._row(self._controller, shortcut) for shortcut in self._controller.shortcuts]

    def _row(self, controller: ShortcutController, shortcut: Shortcut) -> Row:
        is_changed = controller.is_changed(shortcut.id)
        keys = ", ".join(map(shortcut_name, shortcut.keys))
        cells: dict[str, str | Text] = {
            "words": shortcut.words,
            "keys": cell(keys, "bold yellow" if is_changed else "bold"),
            "id": cell(shortcut.id, "dim"),
        }
        return Row(shortcut.id, cells, first=is_changed)

    def full_text(self, key: str) -> str:
        """Return what the configuration says, or could say."""
        if self._controller is None:
            return ""
        shortcut = next(item for item in self._controller.shortcuts if item.id == key)
        return f'{key} = "{", ".join(shortcut.keys)}"'

    def show_time(self) -> None:
        """There are no times."""

    def on_row_table_chosen(self, event: RowTable.Chosen) -> None:
        """Ask for another key."""
        event.stop()
        self.action_change()

    def action_change(self) -> None:
        """Ask for another key for the selected action."""
        id = self.query_one(RowTable).selected_key
        if self._controller is not None and id is not None:
            guarded(self, self._controller.change(id), doing="changing a key", group="keys", exclusive=True)

    def action_reset(self) -> None:
        """Give the selected action its own keys back."""
        id = self.query_one(RowTable).selected_key
        if self._controller is not None and id is not None:
            guarded(self, self._controller.reset(id), doing="changing a key", group="keys", exclusive=True)


class PressDialog(Dialog[str]):
    """Answers with the next key that is pressed, whatever else it does."""

    TAKES_EVERY_KEY = True
    DEFAULT_CSS = """
    PressDialog { .dialog PlainLabel { width: 1fr; } }
    """

    def __init__(self, shortcut: Shortcut) -> None:
        super().__init__()
        self._shortcut = shortcut

    def compose(self) -> ComposeResult:
        """Lay out what is asked for."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, f"A key for “{self._shortcut.words}”")
            yield PlainLabel(f"Now it is {', '.join(map(shortcut_name, self._shortcut.keys))}.")
            yield PlainLabel("", id="press-fault")
            yield PlainLabel("Press the new key · Esc leaves it as it is", classes="dialog-keys")

    def on_key(self, event: Key) -> None:
        """Take the key."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key in _KEPT_BACK:
            self.query_one("#press-fault", PlainLabel).show(f"{shortcut_name(event.key)} moves the focus.")
        else:
            self.dismiss(event.key)


@dialog_of.register
def _(question: PressQuestion) -> PressDialog:
    return PressDialog(question.shortcut)
