"""What can be changed about the configuration, its profiles and their keys."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Confirmation, Question
from fluxtui.controllers.settings.fields import changes_between, settings_values
from fluxtui.controllers.settings.keys import account_text, copy_text
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import ConfigError, InvalidInput, Problem
from fluxtui.domain.text import plural
from fluxtui.services.config import KeyPlace
from fluxtui.services.profiles import Leftovers, ProfileState
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class KeyQuestion(Question[str]):
    """A new key for a profile as it stands; answered, once it is kept, with what is to be told of it."""

    state: ProfileState


@dataclass(frozen=True)
class NewProfileQuestion(Question[str]):
    """A new profile with all that it has; answered, once it is kept, with what is to be told of it."""


class SettingsController:
    """Owns what was read of the configuration last. Every command raises `FluxError`.

    Args:
        host: asks and tells the user.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.changed = Signal()
        """The configuration is another one, or something in it was refused."""
        self.values: Mapping[str, Any] = settings_values(host.services.config.config)
        """The settings by dotted key, as they were saved or read last."""
        self.problems: Sequence[Problem] = ()
        """What was wrong with what was to be saved last."""

    # The settings

    async def save(self, values: Mapping[str, Any]) -> None:
        """Write the settings that are not as before to the file, and take them over."""
        config = self._host.services.config
        changes = changes_between(config.config, values)
        if not changes:
            self._host.tell("Nothing has changed.")
            return
        try:
            await asyncio.to_thread(config.save, changes)
        except ConfigError as error:
            self.problems = tuple(_to_form(problem) for problem in error.problems)
            self.changed.send()
            raise
        self._read_values()
        self._follow(f"Saved to {config.path}.")

    async def reload(self) -> None:
        """Read file and variables again."""
        await asyncio.to_thread(self._host.services.config.reload)
        self._read_values()
        self._follow("The configuration was read again.", saved=False)

    def _read_values(self) -> None:
        self.values = settings_values(self._host.services.config.config)
        self.problems = ()

    def _follow(self, told: str, *, saved: bool = True) -> None:
        """Take the changed configuration over and say what became of it, and of what was written by hand."""
        self._host.follow_config()
        self.changed.send()
        kept = copy_text(self._host.services.config) if saved else ""
        self._host.tell(f"{told} {kept}".strip(), severity="success")

    # The profiles

    async def activate(self, name: str) -> None:
        """Make a profile the active one."""
        if name == self._host.profile:
            self._host.tell(f"{name} is the active profile already.")
            return
        await self._host.services.profiles.activate(name)
        self._follow(f"{name} is the active profile now: new work goes there at first.")

    async def new_profile(self) -> str | None:
        """Ask for a new profile, and return its name; None where there is none after all."""
        config = self._host.services.config
        before = config.config.profiles
        told = await self._host.ask(NewProfileQuestion())
        if told is None:
            return None
        made = [name for name in config.config.profiles if name not in before]
        self._follow(told)
        return made[0]

    async def delete_profile(self, name: str) -> None:
        """Delete a profile, after asking."""
        services = self._host.services
        question = Confirmation(
            f"Delete the profile {name}?",
            _before_deleting(await services.profiles.leftovers(name)),
            confirm_label="Delete",
            danger=True,
        )
        if not await self._host.ask(question):
            return
        left = await services.profiles.delete(name)
        again = name in services.config.config.profiles
        why = f" It is there again because {services.config.key_source(name)} is set." if again else ""
        self._follow(f"The profile {name} is deleted from the file.{why} {left}".strip())

    # Their keys

    async def give_key(self, name: str) -> None:
        """Ask for a new key of a profile."""
        told = await self._host.ask(KeyQuestion(await self._host.services.profiles.state(name)))
        if told is not None:
            self._follow(told)

    async def remove_key(self, name: str) -> None:
        """Take the key of a profile away, after asking where it is kept here."""
        config = self._host.services.config
        question = Confirmation(
            f"Remove the key of {name}?",
            [f"It is deleted from {config.key_source(name)}. The profile stays, and can send nothing then."],
            confirm_label="Remove",
            danger=True,
        )
        is_kept_here = config.key_place(name) in {KeyPlace.FILE, KeyPlace.KEYRING}
        if is_kept_here and not await self._host.ask(question):
            return
        left = await self._host.services.profiles.remove_key(name)
        self._follow(f"The key of {name} is removed. {left}".strip())

    async def test_key(self, name: str) -> None:
        """Ask the service of a profile whether it takes the key, without cost."""
        self._host.tell(f"Checking the key of {name} …")
        services = self._host.services
        if not services.config.config.profiles[name].has_key:
            raise InvalidInput(f"The profile {name} has no key.", next_step="k takes one.")
        account = await services.account.check_key(name)
        self._host.tell(f"{name}: {account_text(account)}", severity="success")
        self._host.ask_balance()


def _before_deleting(left: Leftovers) -> list[str]:
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
    is_address = problem.field.rpartition(".")[2] == "base_url"
    return Problem("base_url", problem.reason) if is_address else problem
