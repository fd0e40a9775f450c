"""The Settings place: the profiles, a form over the configuration file, and where everything is kept."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Button

from fluxtui.app.state import guarded
from fluxtui.domain.errors import ConfigError, InvalidInput, Problem
from fluxtui.domain.text import plural
from fluxtui.screens.key_entry import account_words, copy_words
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.settings.fields import changes_between, settings_fields, settings_values
from fluxtui.screens.settings.key_dialog import KeyDialog
from fluxtui.screens.settings.new_profile import NewProfileDialog
from fluxtui.screens.settings.profile_panel import ProfilePanel
from fluxtui.services.config import KeyPlace
from fluxtui.services.profiles import Leftovers
from fluxtui.widgets.dialogs import ConfirmDialog, ask
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
`Ctrl+S`. `$` shows what was spent beside the budgets."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="settings.save", priority=True),
        Binding("n", "new_profile", "New", id="settings.new"),
        Binding("k", "give_key", "New key", id="settings.key"),
        Binding("t", "test_key", "Test", id="settings.test"),
        Binding("x", "remove_key", "Remove key", id="settings.remove_key", show=False),
        Binding("d", "delete_profile", "Delete", id="settings.delete"),
        Binding(
            "dollar_sign",
            "app.show_spending",
            "Spending",
            id="settings.spending",
            key_display="$",
            show=False,
        ),
        Binding("r", "reload", "Read the file again", id="settings.reload", show=False),
    ]

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

    # The form

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
        self._follow(f"Saved to {services.config.path}.")
        self._refill()

    def _follow(self, told: str, *, saved: bool = True) -> None:
        """Take the changed configuration over and say what became of it, and of what was written by hand."""
        self.app.follow_config()
        self._panel.refresh_states()
        kept = copy_words(self.app.services.config) if saved else ""
        self.app.tell(f"{told} {kept}".strip(), severity="success")

    def _refill(self) -> None:
        form = self.query_one(ParameterForm)
        for key, value in settings_values(self.app.services.config.config).items():
            form.set_value(key, value)
        self._show_facts()

    def action_reload(self) -> None:
        """Read file and variables again."""
        guarded(self, self._reload(), doing="reading the configuration", group="save", exclusive=True)

    async def _reload(self) -> None:
        await asyncio.to_thread(self.app.services.config.reload)
        self._follow("The configuration was read again.", saved=False)
        self._refill()

    # The profiles

    @on(RowTable.Chosen)
    def _activate_chosen(self, event: RowTable.Chosen) -> None:
        guarded(
            self, self._activate(event.key), doing="changing the profile", group="profile", exclusive=True
        )

    async def _activate(self, name: str) -> None:
        if name == self.app.profile:
            self.app.tell(f"{name} is the active profile already.")
            return
        await self.app.services.profiles.activate(name)
        self._follow(f"{name} is the active profile now: new work goes there at first.")

    def action_new_profile(self) -> None:
        """Ask for a new profile."""
        guarded(self, self._new_profile(), doing="making a profile", group="profile", exclusive=True)

    async def _new_profile(self) -> None:
        before = self.app.services.config.config.profiles
        told = await ask(self.app, NewProfileDialog())
        if told is not None:
            made = [name for name in self.app.services.config.config.profiles if name not in before]
            self._follow(told)
            self._panel.select_soon(made[0])

    def action_give_key(self) -> None:
        """Ask for a new key of the selected profile."""
        guarded(self, self._give_key(), doing="taking a key", group="profile", exclusive=True)

    async def _give_key(self) -> None:
        told = await ask(self.app, KeyDialog(await self.app.services.profiles.state(self._panel.selected)))
        if told is not None:
            self._follow(told)

    def action_remove_key(self) -> None:
        """Take the key of the selected profile away, after asking."""
        name = self._panel.selected
        guarded(self, self._remove_key(name), doing="removing a key", group="profile", exclusive=True)

    async def _remove_key(self, name: str) -> None:
        config = self.app.services.config
        dialog = ConfirmDialog(
            f"Remove the key of {name}?",
            [f"It is deleted from {config.key_source(name)}. The profile stays, and can send nothing then."],
            confirm_label="Remove",
            danger=True,
        )
        if config.key_place(name) in {KeyPlace.FILE, KeyPlace.KEYRING} and not await ask(self.app, dialog):
            return
        left = await self.app.services.profiles.remove_key(name)
        self._follow(f"The key of {name} is removed. {left}".strip())

    def action_test_key(self) -> None:
        """Ask the service of the selected profile whether it takes the key, without cost."""
        name = self._panel.selected
        self.app.tell(f"Checking the key of {name} …")
        guarded(self, self._test_key(name), doing="checking the key", group="key", exclusive=True)

    async def _test_key(self, name: str) -> None:
        services = self.app.services
        if not services.config.config.profiles[name].has_key:
            raise InvalidInput(f"The profile {name} has no key.", next_step="k takes one.")
        account = await services.account.check_key(name)
        self.app.tell(f"{name}: {account_words(account)}", severity="success")
        self.app.ask_balance()

    def action_delete_profile(self) -> None:
        """Delete the selected profile, after asking."""
        name = self._panel.selected
        guarded(self, self._delete(name), doing="deleting a profile", group="profile", exclusive=True)

    async def _delete(self, name: str) -> None:
        profiles = self.app.services.profiles
        dialog = ConfirmDialog(
            f"Delete the profile {name}?",
            _words_before_deleting(await profiles.leftovers(name)),
            confirm_label="Delete",
            danger=True,
        )
        if not await ask(self.app, dialog):
            return
        left = await profiles.delete(name)
        again = name in self.app.services.config.config.profiles
        why = (
            f" It is there again because {self.app.services.config.key_source(name)} is set." if again else ""
        )
        self._follow(f"The profile {name} is deleted from the file.{why} {left}".strip())


def _words_before_deleting(left: Leftovers) -> list[str]:
    """Return what goes and what stays, for the user who is about to delete a profile."""
    sentences = ["Its key and its address are taken out of the configuration file, and out of the keyring."]
    if left.finetunes:
        sentences.append(
            f"Its {plural(left.finetunes, 'finetune')} and all jobs and pictures stay; what the finetunes "
            "need of its service works again with a profile of the same name."
        )
    else:
        sentences.append("All jobs and pictures made with it stay.")
    if left.in_doubt:
        sentences.append(f"{plural(left.in_doubt, 'job')} in doubt can no longer be looked for.")
    return sentences


def _to_form(problem: Problem) -> Problem:
    """Return a problem of the file with the name that the form knows."""
    field: Any = problem.field.rpartition(".")
    return Problem("base_url", problem.reason) if field[2] == "base_url" else problem
