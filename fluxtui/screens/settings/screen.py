"""The Settings place: the profiles, a form over the configuration file, and where everything is kept."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Button

from fluxtui.app.state import guarded
from fluxtui.controllers.settings.controller import SettingsController
from fluxtui.controllers.settings.fields import settings_fields, settings_values
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.settings import questions as questions
from fluxtui.screens.settings.profile_panel import ProfilePanel
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.table import RowTable


class SettingsScreen(PlaceScreen):
    """What can be chosen, and where things are."""

    PLACE = "settings"
    CSS_PATH = "settings.tcss"
    AUTO_FOCUS = "ProfileTable RowGrid"
    HELP = """A profile is a service and a key for it. `Enter` makes the selected one active: new work goes
there at first. `n` makes a new one, `k` takes a new key, `t` checks the present one without cost,
`x` takes the key away, `d` deletes. Changes in the form are written to the configuration file when you press
`Ctrl+S`. `$` shows what was spent beside the budgets, `K` all actions with their keys, and changes those."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="settings.save", priority=True),
        Binding("n", "new_profile", "New", id="settings.new"),
        Binding("k", "give_key", "New key", id="settings.key"),
        Binding("t", "test_key", "Test", id="settings.test"),
        Binding("x", "remove_key", "Remove key", id="settings.remove_key", show=False),
        Binding("d", "delete_profile", "Delete", id="settings.delete"),
        Binding(
            "dollar_sign",
            "app.show('spending')",
            "Spending",
            id="settings.spending",
            key_display="$",
            show=False,
        ),
        Binding("K", "app.show('keys')", "Keys of the keyboard", id="settings.shortcuts", show=False),
        Binding("r", "reload", "Read the file again", id="settings.reload", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.controller = SettingsController(self.app)
        self._values = self.controller.values
        """The settings with which the form was filled."""
        self._problems = self.controller.problems
        """What the form shows as wrong."""

    def compose_place(self) -> ComposeResult:
        """Lay out the profiles, the form and the facts."""
        config = self.app.services.config.config
        with Vertical(id="settings"):
            yield ProfilePanel()
            fields = settings_fields(tuple(sorted(self.app.available_themes)))
            yield ParameterForm(fields, settings_values(config), id="settings-form")
            with Horizontal(id="settings-buttons"):
                yield Button("Save · Ctrl+S", id="settings-save", variant="primary", compact=True)
                yield Button("New profile · n", id="settings-new", compact=True)
                yield Button("New key · k", id="settings-key", compact=True)
                yield Button("Test the key · t", id="settings-test", compact=True)
            yield PlainStatic("", id="settings-facts")

    def on_mount(self) -> None:
        """Show the facts, and the address of whichever profile is active."""
        self._show_facts()
        self.controller.changed.connect(self._redraw)
        self.watch(self.app, "profile", self._refill, init=False)

    def show_time(self) -> None:
        """Show how old the balance is by now."""
        self._panel.show_time()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Show what changed while another place was visible; nothing where the screen is being taken down."""
        if not self.query("#settings-facts"):
            return
        self._show_facts()
        self._panel.refresh_states()

    @property
    def _panel(self) -> ProfilePanel:
        return self.query_one(ProfilePanel)

    def _show_facts(self) -> None:
        services = self.app.services
        terminal = self.app.terminal
        shown = f"{terminal.protocol.value} ({terminal.name or 'terminal did not tell its name'})"
        facts = (
            ("Configuration", str(services.config.path)),
            ("Data", str(services.storage.root)),
            ("Pictures shown as", shown),
            ("", terminal.note or ""),
        )
        lines = [
            Content.assemble(plain(f"{label:<19}", "$foreground-muted"), plain(value))
            for label, value in facts
            if value
        ]
        self.query_one("#settings-facts", PlainStatic).show(Content("\n").join(lines))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        {
            "settings-save": self.action_save,
            "settings-new": self.action_new_profile,
            "settings-key": self.action_give_key,
            "settings-test": self.action_test_key,
        }[event.button.id or "settings-save"]()

    # What the controller has to show

    def _redraw(self) -> None:
        """Show a configuration that has changed; nothing where the place is being taken down."""
        if not self.is_attached:
            return
        self._panel.refresh_states()
        if self.controller.problems is not self._problems:
            self._problems = self.controller.problems
            self.query_one(ParameterForm).show_problems(self._problems)
        if self.controller.values is not self._values:
            self._values = self.controller.values
            self._refill()

    def _refill(self) -> None:
        form = self.query_one(ParameterForm)
        for key, value in settings_values(self.app.services.config.config).items():
            form.set_value(key, value)
        self._show_facts()

    # What the keys do

    def _act(self, work: Coroutine[Any, Any, None], doing: str, group: str) -> None:
        guarded(self, work, doing=doing, group=group, exclusive=True)

    def action_save(self) -> None:
        """Write what changed to the file and take it over."""
        work = self.controller.save(self.query_one(ParameterForm).values)
        self._act(work, "saving the settings", "save")

    def action_reload(self) -> None:
        """Read file and variables again."""
        self._act(self.controller.reload(), "reading the configuration", "save")

    @on(RowTable.Chosen)
    def _activate_chosen(self, event: RowTable.Chosen) -> None:
        self._act(self.controller.activate(event.key), "changing the profile", "profile")

    def action_new_profile(self) -> None:
        """Ask for a new profile."""
        self._act(self._new_profile(), "making a profile", "profile")

    async def _new_profile(self) -> None:
        name = await self.controller.new_profile()
        if name is not None:
            self._panel.select_soon(name)

    def action_give_key(self) -> None:
        """Ask for a new key of the selected profile."""
        self._act(self.controller.give_key(self._panel.selected), "taking a key", "profile")

    def action_remove_key(self) -> None:
        """Take the key of the selected profile away, after asking."""
        self._act(self.controller.remove_key(self._panel.selected), "removing a key", "profile")

    def action_test_key(self) -> None:
        """Ask the service of the selected profile whether it takes the key, without cost."""
        self._act(self.controller.test_key(self._panel.selected), "checking the key", "key")

    def action_delete_profile(self) -> None:
        """Delete the selected profile, after asking."""
        self._act(self.controller.delete_profile(self._panel.selected), "deleting a profile", "profile")
