"""The first start without a key: a service and a key for it, checked without cost, or the demo."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr
from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input

from fluxtui.app.state import OPEN_DEMO, StatefulApp, guarded
from fluxtui.controllers.settings.keys import give_first_key, profile_of
from fluxtui.domain.errors import FluxError
from fluxtui.providers.registry import provider_hosts
from fluxtui.screens.key_entry import CHECKING, AnswerLine, KeyInput
from fluxtui.screens.key_place import KeyPlaceLine
from fluxtui.screens.service_list import ServiceList
from fluxtui.simulator.requirements import NEXT_STEP, missing_packages
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.plain import PlainLabel, PlainStatic
from fluxtui.widgets.quiet_screen import QuietScreen


class WelcomeScreen(QuietScreen[None]):
    """Asks for a service and a key, or opens the demo."""

    HELP = """Choose a service, then paste a key of it and press Enter: it is checked without cost, then kept
in the configuration file, or in the keyring of this system where there is one and you choose it."""
    CSS_PATH = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d", "open_demo", "Demo", id="welcome.demo", priority=True),
        Binding("ctrl+r", "look_again", "Look again", id="welcome.again"),
        Binding("escape", "later", "Without a key", id="welcome.later"),
        Binding("ctrl+q", "app.leave", "Quit", id="welcome.quit"),
    ]

    app = getters.app(StatefulApp)

    def compose(self) -> ComposeResult:
        """Lay out the services, the key, the other ways to give one, and the buttons."""
        config = self.app.services.config
        with VerticalScroll(id="welcome", can_focus=False):
            yield PlainLabel("Welcome to FluxTUI", id="welcome-title")
            yield PlainStatic("Whose service will you use? More can be added later, in F7 Settings.")
            yield ServiceList(config.active()[1].provider, id="welcome-services")
            yield PlainStatic("", id="welcome-help")
            yield KeyInput(id="welcome-key")
            yield KeyPlaceLine()
            yield PlainStatic("", id="welcome-ways", classes="muted")
            yield AnswerLine(id="welcome-answer")
            with Horizontal(id="welcome-buttons"):
                yield Button("Check and keep", id="welcome-keep", variant="primary", compact=True)
                yield Button("Open the demo: no key, no cost", id="welcome-demo", compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the services."""
        self._show_ways()
        self.query_one(ServiceList).focus()

    @property
    def _provider(self) -> str:
        return self.query_one(ServiceList).value

    @on(ServiceList.Changed)
    def _show_ways(self) -> None:
        config = self.app.services.config
        hosts, name = provider_hosts(self._provider), profile_of(config, self._provider)
        profile = config.config.profiles[name] if name else None
        # An address of one's own is worth a word: the key goes there.
        own = profile is not None and profile.base_url != hosts.default_base_url
        who = f"The server of {name}, {profile.base_url}," if profile is not None and own else "It"
        self.query_one("#welcome-help", PlainStatic).show(f"{who} takes {hosts.key_help}.")
        table = name or self._provider
        self.query_one("#welcome-ways", PlainStatic).show(
            f"Or start with {hosts.key_variable} set, or write in that file what prints it:\n"
            f'   [profiles.{table}]  api_key_command = "pass show {table}"'
        )

    @on(ServiceList.Chosen)
    def _go_on_to_key(self) -> None:
        self.query_one(KeyInput).focus()

    def on_paste(self, event: events.Paste) -> None:
        """Take a key that is pasted wherever the focus is."""
        key = self.query_one(KeyInput)
        if not key.has_focus:
            key.focus()
            key.post_message(event)

    @on(Input.Submitted, "#welcome-key")
    @on(Button.Pressed, "#welcome-keep")
    def check_typed(self) -> None:
        """Check what was typed, and keep it if the service takes it."""
        answer = self.query_one(AnswerLine)
        typed = self.query_one(KeyInput).value.strip()
        if not typed:
            answer.show_fault("There is no key in the field yet.")
            return
        answer.show_doing(CHECKING)
        guarded(self, self._keep(SecretStr(typed)), doing="checking the key", group="key", exclusive=True)

    async def _keep(self, key: SecretStr) -> None:
        try:
            place = self.query_one(KeyPlaceLine).place
            told = await give_first_key(self.app.services, self._provider, key, place)
        except FluxError as error:
            self.query_one(AnswerLine).show_fault(f"{error.sentence()} The key was not kept.")
            return
        self.app.tell(told, severity="success")
        self._leave()

    def action_look_again(self) -> None:
        """Read variables and file again, in case a key is there now."""
        guarded(self, self._look_again(), doing="looking for a key", group="key", exclusive=True)

    async def _look_again(self) -> None:
        config = self.app.services.config
        config.reload()
        if config.usable_profiles():
            self._leave()
        else:
            self.query_one(AnswerLine).show_fault("There is still no key.")

    @on(Button.Pressed, "#welcome-demo")
    def action_open_demo(self) -> None:
        """Leave this program for the demo, where what it needs is installed."""
        if complaint := missing_packages():
            self.query_one(AnswerLine).show_fault(f"{complaint} {NEXT_STEP}")
            return
        self.app.exit(OPEN_DEMO)

    def action_later(self) -> None:
        """Look around without a key; nothing can be sent."""
        self._leave()

    def _leave(self) -> None:
        self.app.follow_config()
        self.dismiss()
        self.app.run_worker(self.app.go("finetune"), name="first place", group="place", exit_on_error=False)
