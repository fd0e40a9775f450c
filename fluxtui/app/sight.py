"""Following the state of the application only while one can be seen: a place that is behind waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from textual._callback import count_parameters
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

Callback = Callable[..., object]
"""Takes the new value, or nothing; not a coroutine."""


class Sight:
    """Calls back about changes whoever can be seen, and everybody else when their screen is caught up with.

    Args:
        app: whose reactive attributes are followed.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: WeakKeyDictionary[Screen[Any], dict[Callback, tuple[DOMNode, str]]]
        self._waiting = WeakKeyDictionary()

    def watch(self, node: DOMNode, name: str, callback: Callback, *, init: bool = True) -> None:
        """Call back when a value of the application is another one, for as long as a node is there.

        A screen can be seen while it is of the present place, whatever stands over it. However much happens
        while it cannot, each callback is called once for it.

        Args:
            node: who follows, mounted.
            name: of the reactive attribute of the application.
            callback: see `Callback`.
            init: whether it is called now as well.
        """
        screen = node.screen

        def changed() -> None:
            if screen in self._app._screen_stacks.get(self._app._current_mode, ()):
                self._call(name, callback)
            else:
                self._waiting.setdefault(screen, {})[callback] = node, name

        if init:
            self._call(name, callback)
        node.watch(self._app, name, changed, init=False)

    def catch_up(self, screen: Screen[Any]) -> None:
        """Have shown what has changed while a screen could not be seen."""
        for callback, (node, name) in self._waiting.pop(screen, {}).items():
            if node.is_attached:
                with node._context():
                    self._call(name, callback)

    def _call(self, name: str, callback: Callback) -> None:
        if count_parameters(callback):
            callback(getattr(self._app, name))
        else:
            callback()
