"""The Settings place: a form over the configuration file, and where everything is kept."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button

from fluxtui.domain.errors import ConfigError, FluxError, Problem
from fluxtui.domain.money import show_credits
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.settings.fields import changes_between, settings_fields, settings_values
from fluxtui.state import guarded
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.plain import PlainStatic, plain


class SettingsScreen(PlaceScreen):
    """What can be chosen, and where things are."""

    PLACE = "settings"
    CSS_PATH = "settings.tcss"
    HELP = """Changes are written to the configuration file when you press `Ctrl+S`.
`k` takes a new key, `t` checks the present one without cost. `$` shows what was spent beside the budgets."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="settings.save", priority=True),
        Binding("k", "give_key", "New key", id="settings.key"),
        Binding("t", "test_key", "Test the key", id="settings.test"),
        Binding(
            "dollar_sign",
            "app.show_spending",
            "Spending",
            id="settings.spending",
            key_display="$",
            show=False,
        ),
        Binding("r", "reload", "Read the file again", id="settings.reload"),
    ]

    def compose_place(self) -> ComposeResult:
        """Lay out the form and the facts."""
        config = self.app.services.config.config
        with Vertical(id="settings"):
            fields = settings_fields(tuple(config.profiles), tuple(sorted(self.app.available_themes)))
            yield ParameterForm(fields, settings_values(config), id="settings-form")
            with Horizontal(id="settings-buttons"):
                yield Button("Save · Ctrl+S", id="settings-save", variant="primary", compact=True)
                yield Button("New key · k", id="settings-key", compact=True)
                yield Button("Test the key · t", id="settings-test", compact=True)
            yield PlainStatic("", id="settings-facts")

    def on_mount(self) -> None:
        """Show the facts."""
        self._show_facts()
        self.watch(self.app, "profile", self._show_facts, init=False)

    def on_screen_resume(self) -> None:
        """Show what changed while another place was visible."""
        self._show_facts()

    def _show_facts(self) -> None:
        services = self.app.services
        terminal = self.app.terminal
        shown = f"{terminal.protocol.value} ({terminal.name or 'terminal did not tell its name'})"
        facts = (
            ("Key", services.config.key_source()),
            ("Configuration", str(services.config.path)),
            ("Data", str(services.storage.root)),
            ("Pictures shown as", shown),
            ("", terminal.note or ""),
        )
        lines = [
            Content.assemble(plain(f"{label:<19}", "$foreground-muted"), plain(value), Content("\n"))
            for label, value in facts
            if value
        ]
        self.query_one("#settings-facts", PlainStatic).show(Content.assemble(*lines))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        {
            "settings-save": self.action_save,
            "settings-key": self.action_give_key,
            "settings-test": self.action_test_key,
        }[event.button.id or "settings-save"]()

    def action_save(self) -> None:
        """Write what changed to the file and take it over."""
        guarded(self, self._save(), doing="saving the settings", group="save", exclusive=True)

    async def _save(self) -> None:
        services = self.app.services
        form = self.query_one(ParameterForm)
        changes = changes_between(services.config.config, form.values)
        if not changes:
            self.app.tell("Nothing has changed.")
            return
        try:
            await asyncio.to_thread(services.config.save, changes)
        except ConfigError as error:
            form.show_problems(tuple(_to_form(problem) for problem in error.problems))
            raise
        form.show_problems(())
        self.app.follow_config()
        self.app.tell(f"Saved to {services.config.path}.", severity="success")
        await self._refill()

    async def _refill(self) -> None:
        form = self.query_one(ParameterForm)
        for key, value in settings_values(self.app.services.config.config).items():
            form.set_value(key, value)
        self._show_facts()

    def action_reload(self) -> None:
        """Read file and variables again."""
        guarded(self, self._reload(), doing="reading the configuration", group="save", exclusive=True)

    async def _reload(self) -> None:
        await asyncio.to_thread(self.app.services.config.reload)
        self.app.follow_config()
        await self._refill()
        self.app.tell("The configuration was read again.")

    def action_give_key(self) -> None:
        """Ask for a key."""
        from fluxtui.screens.welcome import WelcomeScreen

        self.app.delay_update(0.06)
        self.app.push_screen(WelcomeScreen())

    def action_test_key(self) -> None:
        """Ask the service whether it takes the key, without cost."""
        self.app.tell("Checking the key …")
        guarded(self, self._test_key(), doing="checking the key", group="key", exclusive=True)

    async def _test_key(self) -> None:
        name, _ = self.app.services.config.active()
        key = await self.app.services.config.key()
        if key is None:
            raise FluxError(f"The profile {name} has no key.", next_step="k takes one.")
        credits = await self.app.services.account.check_key(name, key)
        self.app.tell(f"The key is good: {show_credits(credits)} left.", severity="success")


def _to_form(problem: Problem) -> Problem:
    """Return a problem of the file with the name that the form knows."""
    field: Any = problem.field.rpartition(".")
    return Problem("base_url", problem.reason) if field[2] == "base_url" else problem
