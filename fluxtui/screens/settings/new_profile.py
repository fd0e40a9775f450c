"""Asks for a new profile: service, name, addresses and key; keeps it once the service has taken the key."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.settings.keys import add_profile
from fluxtui.domain.errors import FluxError
from fluxtui.providers.registry import provider_hosts, provider_ids
from fluxtui.screens.key_entry import CHECKING, AnswerLine, KeyInput
from fluxtui.screens.key_place import KeyPlaceLine
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice, Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, set_title

_ADDRESSES = {"base_url": "Server", "rest_url": "Uploads", "platform_url": "Prices"}
"""What the addresses of a profile are for, by its keys."""


class NewProfileDialog(Dialog[str]):
    """Answers with what is to be told of the profile that it has kept."""

    HELP = """Choose the service with the arrow keys; the addresses are the usual ones. Enter goes on, and at
the key, which may be left out, checks it without cost and keeps the profile. Escape or `ctrl+c` leaves."""

    DEFAULT_CSS = """
    NewProfileDialog {
        .dialog { width: 76; padding: 0 2; }
        .dialog PlainLabel { width: 1fr; }
        .new-line { height: 1; }
        .new-line .new-title { width: 10; color: $text-muted; }
        .new-line.-absent { display: none; }
        .new-note { padding-left: 10; height: 2; color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="new_profile.cancel"),
    ]

    app = getters.app(StatefulApp)

    def compose(self) -> ComposeResult:
        """Lay out a line for each part."""
        services = [Choice(provider, provider_hosts(provider).title) for provider in provider_ids()]
        with Vertical(classes="dialog") as frame:
            set_title(frame, "New profile")
            yield _line("Service", Chooser(services, services[0].value, title="Service", id="new-service"))
            yield PlainLabel("", id="new-summary", classes="new-note")
            yield _line("Name", LineInput(max_length=40, id="new-name"))
            for key, title in _ADDRESSES.items():
                yield _line(title, LineInput(id=f"new-{key}"))
            yield _line("Key", KeyInput(placeholder="key, then Enter; empty for none yet", id="new-key"))
            yield PlainLabel("", id="new-key-help", classes="new-note")
            yield KeyPlaceLine()
            yield AnswerLine()
            yield PlainLabel(
                "Enter goes on, and at the key keeps all · Esc or ctrl+c cancels",
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        """Begin with a service of which there is no profile yet."""
        present = {profile.provider for profile in self.app.services.config.config.profiles.values()}
        chooser = self.query_one("#new-service", Chooser)
        chooser.value = next((name for name in provider_ids() if name not in present), chooser.value)
        self._prefill()
        chooser.focus()

    @property
    def _provider(self) -> str:
        return self.query_one("#new-service", Chooser).value

    @on(Chooser.Changed, "#new-service")
    def _prefill(self) -> None:
        """Put name, addresses and words of the chosen service in."""
        hosts = provider_hosts(self._provider)
        usual = {"base_url": hosts.default_base_url}
        usual |= {f"{role}_url": url for role, url in hosts.other_bases.items()}
        for key in _ADDRESSES:
            line = self._input(key)
            line.show(usual.get(key, ""))
            if line.parent is not None:
                line.parent.set_class(key not in usual, "-absent")
        self._input("name").show(self.app.services.profiles.free_name(self._provider))
        self.query_one("#new-summary", PlainLabel).show(hosts.summary)
        self.query_one("#new-key-help", PlainLabel).show(hosts.key_help)

    def _input(self, key: str) -> LineInput:
        return self.query_one(f"#new-{key}", LineInput)

    @on(Chooser.Passed)
    def _go_on(self) -> None:
        self.focus_next()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next line; from the key to the check."""
        event.stop()
        if event.input.id != "new-key":
            self.focus_next()
            return
        key = self._input("key").value.strip()
        self.query_one(AnswerLine).show_doing(CHECKING if key else "Keeping it …")
        secret = SecretStr(key) if key else None
        guarded(self, self._keep(secret), doing="making a profile", group="key", exclusive=True)

    async def _keep(self, key: SecretStr | None) -> None:
        name, place = self._input("name").value.strip(), self.query_one(KeyPlaceLine).place
        try:
            told = await add_profile(self.app.services, name, self._values(), key, place)
        except FluxError as error:
            self.query_one(AnswerLine).show_fault(f"{error.sentence()} Nothing was kept.")
            return
        self.dismiss(told)

    def _values(self) -> dict[str, str]:
        hosts = provider_hosts(self._provider)
        given = {key: self._input(key).value.strip() for key in _ADDRESSES}
        usual = {f"{role}_url": url for role, url in hosts.other_bases.items()}
        return {"provider": self._provider} | {
            key: value for key, value in given.items() if value and value != usual.get(key)
        }


def _line(title: str, control: Widget) -> Horizontal:
    return Horizontal(PlainLabel(title, classes="new-title"), control, classes="new-line")
