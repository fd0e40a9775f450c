"""How a controller tells that something it owns has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType
from weakref import WeakMethod

Listener = Callable[[], None]


class Signal:
    """Calls its listeners, in the order in which they came, each time that it is sent.

    A method listens for as long as there is somebody else who holds what it belongs to.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[], Listener | None]] = []

    def connect(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` from now on at every change; returns what ends that."""
        held = WeakMethod(listener) if isinstance(listener, MethodType) else partial(_itself, listener)
        self._listeners = [*(other for other in self._listeners if other() is not None), held]
        return partial(self._disconnect, held)

    def _disconnect(self, held: Callable[[], Listener | None]) -> None:
        self._listeners = [other for other in self._listeners if other is not held]

    def send(self) -> None:
        """Tell every listener that something has changed."""
        for held in self._listeners:
            if (listener := held()) is not None:
                listener()


def _itself(listener: Listener) -> Listener:
    return listener
