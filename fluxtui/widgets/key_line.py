"""The last line of a screen: the keys that work there, in one widget where Textual has one for each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class ShownKey:
    """A key that is shown, what it does, and whether it can be pressed now."""

    key: str
    label: str
    description: str
    tooltip: str = ""
    enabled: bool = True

    @property
    def width(self) -> int:
        """How many cells it takes, without the gap behind it."""
        return cell_len(self.label) + (cell_len(f" {self.description}") if self.description else 0)


def shown_key(screen: Screen[Any], action: str) -> str:
    """Return the key of an action as a line of keys shows it, one that works while typing before others.

    Args:
        screen: on which it would be pressed.
        action: the id of the action; where it has no key there, `''` is returned.
    """
    bindings = [active.binding for active in screen.active_bindings.values() if active.binding.id == action]
    usable = sorted(bindings, key=lambda binding: not _works_while_typing(binding.key))
    return screen.app.get_key_display(usable[0]) if usable else ""


def _works_while_typing(key: str) -> bool:
    return "+" in key or (key[:1] == "f" and key[1:].isdigit())


class KeyLine(Widget, can_focus=False):
    """Shows the active bindings that are to be shown, each action once; a click presses its key.

    It follows `refresh_bindings` and the focus as Textual's `Footer(compact=True)` does, and looks like it.
    Where the keys do not fit, the wheel moves them.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-line--key",
        "key-line--description",
        "key-line--hover",
    }
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        text-wrap: nowrap;
        .key-line--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        .key-line--description {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
        .key-line--hover { color: $footer-key-foreground; background: $block-hover-background; }
    }
    """

    keys: reactive[tuple[ShownKey, ...]] = reactive(())
    first: reactive[int] = reactive(0)
    """Which key the line begins with; those before it are out of sight."""
    hovered: reactive[int | None] = reactive(None)
    """Over which key the mouse is."""

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def on_unmount(self) -> None:
        """Follow them no more."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _follow(self, screen: Screen[object]) -> None:
        if screen.app.app_focus and self.is_attached and screen is self.screen:
            self.call_after_refresh(self._take_bindings)

    def _take_bindings(self) -> None:
        if self.is_attached:
            keys = tuple(self._shown())
            if keys != self.keys:
                self.first, self.hovered = 0, None
                self.keys = keys

    def _shown(self) -> Iterator[ShownKey]:
        told = set()
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in told:
                told.add(binding.action)
                label = self.app.get_key_display(binding)
                yield ShownKey(binding.key, label, binding.description, tooltip, enabled)

    def render(self) -> RenderResult:
        """Draw the keys beside each other."""
        return Content(" ").join(
            self._drawn(key, hovered=number == self.hovered)
            for number, key in enumerate(self.keys)
            if number >= self.first
        )

    def _drawn(self, key: ShownKey, *, hovered: bool) -> Content:
        label_style = self.get_visual_style("key-line--key", partial=True)
        style = self.get_visual_style("key-line--description", partial=True)
        if hovered:
            over = self.get_visual_style("key-line--hover", partial=True)
            label_style, style = label_style + over, style + over
        drawn = Content.assemble((key.label, label_style))
        if key.description:
            drawn = Content.assemble(drawn, (f" {key.description}", style))
        return drawn if key.enabled else drawn.stylize("dim")

    def key_at(self, column: int) -> int | None:
        """Return the number of the key that is drawn in a column, None for a gap."""
        left = 0
        for number, key in enumerate(self.keys[self.first :], self.first):
            if left <= column < left + key.width:
                return number
            left += key.width + 1
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark the key under the mouse, and let its words be shown beside it."""
        self.hovered = self.key_at(event.x)
        tooltip = None if self.hovered is None else self.keys[self.hovered].tooltip or None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    def on_leave(self) -> None:
        """Mark no key."""
        self.hovered = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key under the mouse."""
        number = self.key_at(event.x)
        if number is None:
            return
        if self.keys[number].enabled:
            self.app.simulate_key(self.keys[number].key)
        else:
            self.app.bell()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show what did not fit."""
        width = sum(key.width + 1 for key in self.keys[self.first :]) - 1
        if width > self.size.width:
            self.first += 1
            event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show what was shown before."""
        if self.first:
            self.first -= 1
            event.stop()
