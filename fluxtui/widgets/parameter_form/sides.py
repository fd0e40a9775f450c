"""Width and height: numbers of pixels that belong together."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.domain.endpoint import Field
from fluxtui.widgets.parameter_form.controls import NumberControl

SIDES = frozenset({"width", "height"})
"""The names of the fields that are sides of a picture."""


class SideControl(NumberControl):
    """One side of the picture; letters ask for what concerns both."""

    HELP = (
        "Up and down change the number by a step, page up and page down by ten. `x` swaps width and height, "
        "`c` or `ctrl+g` lists common sizes with their shape and price."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "ask_size('swap')", "Swap sides", id="side.swap"),
        Binding("c", "ask_size('common')", "Common sizes", id="side.common"),
    ]

    class SizeAsked(Message):
        """The user wants both sides changed: `swap` or `common`."""

        def __init__(self, wish: str) -> None:
            super().__init__()
            self.wish = wish

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(field, value)

    def action_ask_size(self, wish: str) -> None:
        """Ask for both sides to be changed."""
        self.post_message(self.SizeAsked(wish))

    async def _on_key(self, event: events.Key) -> None:
        wish = {"x": "swap", "c": "common"}.get((event.character or "").lower())
        if wish is not None:
            event.stop()
            event.prevent_default()
            self.action_ask_size(wish)
