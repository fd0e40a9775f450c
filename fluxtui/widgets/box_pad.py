"""What takes the keys while a box over a picture is moved and sized: a crop, or a part of a mask."""

from __future__ import annotations

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


class BoxPad(PlainStatic, can_focus=True):
    """Base of what changes a box; says what the box is."""

    def __init__(self, id: str) -> None:
        super().__init__("", id=id)
        self.pixels = (1, 1)
        """Width and height of the picture as it is seen."""

    @property
    def box(self) -> Crop | None:
        """The box that the keys change, None where there is none."""
        raise LookupError(f"{type(self).__name__} has no box")

    def take(self, box: Crop) -> None:
        """Put another box in its place."""
        raise LookupError(f"{type(self).__name__} takes no box")

    def action_move(self, across: int, down: int) -> None:
        """Move the box."""
        if self.box is not None:
            self.take(boxes.moved(self.box, across, down, *self.pixels))

    def action_stretch(self, across: int, down: int) -> None:
        """Move its right and lower edges."""
        if self.box is not None:
            self.take(boxes.stretched(self.box, across, down, *self.pixels))

    def action_resize(self, steps: int) -> None:
        """Make it larger or smaller."""
        if self.box is not None:
            self.take(boxes.resized(self.box, steps, *self.pixels))
