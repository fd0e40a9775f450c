"""Widgets that were closed: without circles through them they go at once, and not when garbage is found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

from textual._compositor import Compositor
from textual.cache import LRUCache
from textual.screen import Screen
from textual.signal import Signal
from textual.timer import Timer
from textual.widget import Widget


class ClosedWidgets:
    """Takes widgets that are being closed, and loosens what ties each to itself once it does nothing more.

    In Textual 8.2 a widget ties itself by its styles, its timers, what it keeps of its drawing and of what it
    was asked for, a screen also by its compositor and what fields follow there. What has been there for a
    while is left out where garbage is looked for, and a dialog among it would stay.
    """

    def __init__(self) -> None:
        self._closing: WeakSet[Widget] = WeakSet()

    def add(self, widgets: Iterable[Widget]) -> None:
        """Take widgets that are being closed, with all that is in them."""
        for widget in widgets:
            self._closing.update(widget.walk_children(Widget, with_self=True))

    def loosen(self) -> None:
        """Loosen those that have ended; they keep their values."""
        for widget in [widget for widget in self._closing if widget._closed and widget._task is None]:
            self._closing.discard(widget)
            _loosen(widget)


def untie_caches() -> None:
    """Let the caches of Textual in this process let go of what they had; each entry is tied to the next."""
    LRUCache.clear = _clear  # type: ignore[method-assign, assignment]


def _clear(cache: LRUCache[Any, Any]) -> None:
    for entry in cache._cache.values():
        entry.clear()
    cache._cache.clear()
    cache._full = False
    cache._head = []


def _loosen(widget: Widget) -> None:
    for bar in widget._get_virtual_dom():
        _loosen(bar)
    widget._css_styles.node = widget._inline_styles.node = None
    widget._layout_cache.clear()
    for value in vars(widget).values():
        if isinstance(value, Timer):
            value._callback = None
        elif isinstance(value, Signal):
            value._subscriptions.clear()
        elif isinstance(value, LRUCache):
            _clear(value)
    if isinstance(widget, Screen):
        widget._compositor = Compositor()
        widget._layout_widgets.clear()
