"""The first start without a key: the three ways to give one, a check without cost, or the demo."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from pydantic import SecretStr
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Footer, Input

from fluxtui.domain.errors import FluxError
from fluxtui.domain.money import show_credits
from fluxtui.state import OPEN_DEMO, StatefulApp, guarded
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, PlainStatic, plain
from fluxtui.widgets.quiet_screen import QuietScreen


class WelcomeScreen(QuietScreen[None]):
    """Asks for a key, or opens the demo."""

    HELP = "Paste a key and press Enter: it is checked without cost, then kept in the configuration file."
    CSS_PATH = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d", "open_demo", "Demo", id="welcome.demo", priority=True),
        Binding("ctrl+r", "look_again", "Look again", id="welcome.again"),
        Binding("escape", "later", "Without a key", id="welcome.later"),
        Binding("ctrl+q", "app.leave", "Quit", id="welcome.quit"),
    ]

    app = getters.app(StatefulApp)

    def compose(self) -> ComposeResult:
        """Lay out the three ways, the field and the buttons."""
        config = self.app.services.config
        name, profile = config.active()
        with VerticalScroll(id="welcome", can_focus=False):
            yield PlainLabel("Welcome to FluxTUI", id="welcome-title")
            known = config.key_source() != "none"
            state = "has a key; a new one takes its place" if known else "has no key yet"
            yield PlainStatic(
                f"The profile {name} ({profile.base_url}) {state}. There are three ways to give one:"
            )
            yield PlainStatic(
                "1  Paste it here. It is checked without cost and kept in a file only you can read:"
            )
            yield PlainStatic(f"   {config.path}", classes="muted")
            yield LineInput(placeholder="key, then Enter", id="welcome-key")
            yield PlainStatic("2  Set the variable BFL_API_KEY, then start FluxTUI again.")
            yield PlainStatic("3  Name a command that prints it (a password manager's) in that file:")
            yield PlainStatic(f'   [profiles.{name}]  api_key_command = "pass show bfl"', classes="muted")
            yield PlainStatic("", id="welcome-answer")
            with Horizontal(id="welcome-buttons"):
                yield Button("Check and keep", id="welcome-keep", variant="primary", compact=True)
                yield Button("Open the demo: no key, no cost", id="welcome-demo", compact=True)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Hide what is typed: it is a secret."""
        key = self.query_one("#welcome-key", LineInput)
        key.password = True
        key.focus()

    @on(Input.Submitted, "#welcome-key")
    @on(Button.Pressed, "#welcome-keep")
    def check_typed(self) -> None:
        """Check what was typed, and keep it if the service takes it."""
        typed = self.query_one("#welcome-key", LineInput).value.strip()
        if not typed:
            self._answer("There is no key in the field yet.", good=False)
            return
        self._answer("Checking the key …", good=True)
        guarded(self, self._keep(SecretStr(typed)), doing="checking the key", group="key", exclusive=True)

    async def _keep(self, key: SecretStr) -> None:
        services = self.app.services
        name, _ = services.config.active()
        try:
            credits = await services.account.check_key(name, key)
            changes = {f"profiles.{name}.api_key": key.get_secret_value()}
            await asyncio.to_thread(services.config.save, changes)
        except FluxError as error:
            self._answer(f"{error.sentence()} The key was not kept.", good=False)
            return
        self.app.tell(f"The key is good: {show_credits(credits)} left. It is kept.", severity="success")
        self._leave()

    def _answer(self, sentence: str, *, good: bool) -> None:
        style = "$foreground-muted" if good else "bold $text-error"
        self.query_one("#welcome-answer", PlainStatic).show(
            plain(sentence if good else f"✗ {sentence}", style)
        )

    def action_look_again(self) -> None:
        """Read variables and file again, in case a key is there now."""
        guarded(self, self._look_again(), doing="looking for a key", group="key", exclusive=True)

    async def _look_again(self) -> None:
        self.app.services.config.reload()
        if await self.app.services.config.key() is None:
            self._answer("There is still no key.", good=False)
        else:
            self._leave()

    @on(Button.Pressed, "#welcome-demo")
    def action_open_demo(self) -> None:
        """Leave this program for the demo."""
        self.app.exit(OPEN_DEMO)

    def action_later(self) -> None:
        """Look around without a key; nothing can be sent."""
        self._leave()

    def _leave(self) -> None:
        self.app.follow_config()
        self.dismiss()
        self.app.run_worker(self.app.go("finetune"), name="first place", group="place", exit_on_error=False)
