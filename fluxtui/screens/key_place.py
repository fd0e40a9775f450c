"""Where a new key is kept: the file, or the keyring of the system where there is one that is safe."""

from __future__ import annotations

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.screens.key_entry import KeyInput
from fluxtui.services.config import KeyPlace
from fluxtui.services.config.keyring import KeyringState
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.plain import PlainStatic

_FILE = Choice(KeyPlace.FILE.value, "a file only you can read")


class KeyPlaceLine(Vertical):
    """Offers the keyring once it is known to be there; nothing but the user chooses it.

    Args:
        present: where the key is now, which is offered first where it can be kept there again.
    """

    DEFAULT_CSS = """
    KeyPlaceLine {
        height: auto;
        PlainStatic { width: 1fr; color: $text-muted; }
        Chooser { display: none; }
        &.-choice Chooser { display: block; }
    }
    """

    app = getters.app(StatefulApp)

    def __init__(self, present: KeyPlace = KeyPlace.NONE) -> None:
        super().__init__()
        self._present = present
        self.state: KeyringState | None = None
        """What is known of the keyring; None while it is looked for."""

    def compose(self) -> ComposeResult:
        """Lay out the choice, which comes later, and where the key goes."""
        yield PlainStatic("It is checked without cost and kept in", classes="key-place-title")
        yield Chooser([_FILE], _FILE.value, title="Kept in", id="key-place")
        yield PlainStatic("", classes="key-place-path")

    def on_mount(self) -> None:
        """Look for the keyring behind everything else."""
        self._show()
        guarded(self, self._look(), doing="looking for a keyring", group="keyring", leads=False)

    @property
    def place(self) -> KeyPlace:
        """Where the key is to be kept."""
        return KeyPlace(self.query_one(Chooser).value)

    async def _look(self) -> None:
        self.state = await self.app.services.config.keyring.state()
        if self.state.usable:
            chooser = self.query_one(Chooser)
            chooser.choices = (_FILE, Choice(KeyPlace.KEYRING.value, f"the keyring ({self.state.name})"))
            if self._present is KeyPlace.KEYRING:
                chooser.value = self._present.value
            self.add_class("-choice")
            self.screen.add_class("-keyring")
        self._show()

    @on(Chooser.Passed)
    def _go_on(self, event: Chooser.Passed) -> None:
        """Enter leads on to the key."""
        event.stop()
        self.screen.query_one(KeyInput).focus()

    @on(Chooser.Changed)
    def _show(self) -> None:
        state = self.state
        title = "It is checked without cost and kept in"
        if state is None or not state.usable:
            title = f"{title} {_FILE.label}"
        looking = " (looking for a keyring …)" if state is None else ""
        self.query_one(".key-place-title", PlainStatic).show(f"{title}:{looking}")
        where = str(self.app.services.config.path)
        if self.place is KeyPlace.KEYRING:
            where = "no file has it; the keyring has to be unlocked when it is needed"
        self.query_one(".key-place-path", PlainStatic).show(f"   {where}")
