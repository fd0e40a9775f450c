"""How a controller tells that something it owns has changed."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[], None]


class Signal:
    """Calls its listeners, in the order in which they came, each time that it is sent."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def connect(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` from now on at every change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._disconnect(listener)

    def _disconnect(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def send(self) -> None:
        """Tell every listener that something has changed."""
        for listener in tuple(self._listeners):
            listener()
