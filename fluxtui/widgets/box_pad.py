"""What takes the keys while a box over a picture is moved and sized: a crop, or a part of a mask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.binding import Binding, BindingType

from fluxtui.domain import boxes
from fluxtui.domain.dataset import Crop
from fluxtui.widgets.plain import PlainStatic


def box_bindings(name: str) -> list[BindingType]:
    """Return the keys that move, stretch and size a box; `name` begins their ids."""
    return [
        Binding("left", "move(-1, 0)", "Left", id=f"{name}.left", show=False),
        Binding("right", "move(1, 0)", "Right", id=f"{name}.right", show=False),
        Binding("up", "move(0, -1)", "Up", id=f"{name}.up", show=False),
        Binding("down", "move(0, 1)", "Down", id=f"{name}.down", show=False),
        Binding("shift+left,H", "stretch(-1, 0)", "Narrower", id=f"{name}.narrower", show=False),
        Binding("shift+right,L", "stretch(1, 0)", "Wider", id=f"{name}.wider", show=False),
        Binding("shift+up,K", "stretch(0, -1)", "Lower", id=f"{name}.lower", show=False),
        Binding("shift+down,J", "stretch(0, 1)", "Higher", id=f"{name}.higher", show=False),
        Binding("plus,equals_sign", "resize(1)", "Larger", id=f"{name}.larger", key_display="+"),
        Binding("minus", "resize(-1)", "Smaller", id=f"{name}.smaller", key_display="-"),
    ]


class BoxOwner(Protocol):
    """Has a box over a picture, such as the editor of a crop."""

    @property
    def box(self) -> Crop | None:
        """The box that the keys change, None where there is none."""

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture as it is seen."""

    def take(self, box: Crop) -> None:
        """Put another box in its place."""


class BoxPad(PlainStatic, can_focus=True):
    """Takes the keys that change a box, and says what the box is.

    Args:
        owner: has the box.
        id: of the widget.
    """

    def __init__(self, owner: BoxOwner, id: str) -> None:
        super().__init__("", id=id)
        self._owner = owner

    @property
    def box(self) -> Crop | None:
        """The box that the keys change, None where there is none."""
        return self._owner.box

    def _take(self, change: Callable[[Crop, int, int], Crop]) -> None:
        if self._owner.box is not None:
            self._owner.take(change(self._owner.box, *self._owner.pixels))

    def action_move(self, across: int, down: int) -> None:
        """Move the box."""
        self._take(lambda box, *pixels: boxes.moved(box, across, down, *pixels))

    def action_stretch(self, across: int, down: int) -> None:
        """Move its right and lower edges."""
        self._take(lambda box, *pixels: boxes.stretched(box, across, down, *pixels))

    def action_resize(self, steps: int) -> None:
        """Make it larger or smaller."""
        self._take(lambda box, *pixels: boxes.resized(box, steps, *pixels))
