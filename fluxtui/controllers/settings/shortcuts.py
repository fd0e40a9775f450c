"""Which keys actions have: by themselves, by the configuration, and where two of them meet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Question
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.shortcuts import Shortcut, changed_shortcuts, checked_keys, clashes, shortcut_name
from fluxtui.system.dataclass import dataclass

MOST_FAULTS = 5
"""So many faults of the configuration are told one by one."""


@dataclass(frozen=True)
class PressQuestion(Question[str]):
    """The key that an action is to have, pressed; `shortcut` is the action as it stands."""

    shortcut: Shortcut


class ShortcutController:
    """Lists all actions and changes their keys.

    Args:
        host: asks and tells the user.
        known: every action of every part, with the keys that it has by itself.
    """

    def __init__(self, host: Host, known: Sequence[Shortcut]) -> None:
        self._host = host
        self._known = known
        self.changed = Signal()
        """Some action has other keys."""

    @property
    def shortcuts(self) -> tuple[Shortcut, ...]:
        """Each action once, with the keys that it has now, those of the configuration first."""
        keys = self._host.services.config.config.keys
        once = {shortcut.id: shortcut for shortcut in reversed(tuple(changed_shortcuts(self._known, keys)))}
        return tuple(sorted(once.values(), key=lambda item: (item.id not in keys, item.id)))

    def is_changed(self, id: str) -> bool:
        """Whether the configuration gives an action its keys."""
        return id in self._host.services.config.config.keys

    async def change(self, id: str) -> None:
        """Ask for the key that an action is to have, and keep it."""
        shortcut = self._of(id)
        pressed = await self._host.ask(PressQuestion(shortcut))
        if pressed:
            try:
                keys = checked_keys(pressed)
            except ValueError as error:
                raise InvalidInput(f"The key of “{shortcut.words}” {error}.") from None
            await self._save(shortcut, ",".join(keys))

    async def reset(self, id: str) -> None:
        """Give an action its own keys back."""
        if not self.is_changed(id):
            self._host.tell(f"“{self._of(id).words}” has its own keys already.")
            return
        await self._save(self._of(id), None)

    async def _save(self, shortcut: Shortcut, keys: str | None) -> None:
        config = self._host.services.config
        await asyncio.to_thread(config.save, {f"keys.{shortcut.id}": keys})
        self._host.follow_config()
        self.changed.send()
        met = [clash for clash in clashes(self._known, config.config.keys) if shortcut.id in clash.ids]
        names = ", ".join(map(shortcut_name, self._of(shortcut.id).keys))
        told = f"“{shortcut.words}” is {names} now."
        if met:
            self._host.tell(f"{told} {met[0].sentence()} Only one of them does anything.", severity="warning")
        else:
            self._host.tell(told, severity="success")

    def _of(self, id: str) -> Shortcut:
        return next(shortcut for shortcut in self.shortcuts if shortcut.id == id)


def shortcut_faults(known: Sequence[Shortcut], keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is wrong with the keys of a configuration, as sentences: unknown actions, and clashes."""
    ids = {shortcut.id for shortcut in known}
    unknown = [id for id in keys if id not in ids]
    told = [clash.sentence() for clash in clashes(known, keys)][:MOST_FAULTS]
    if unknown:
        names = " or ".join(unknown[:MOST_FAULTS])
        told.insert(
            0, f"There is no action called {names}: its keys count for nothing. K in Settings lists all."
        )
    return tuple(told)
