"""Takes the keys while a mask is drawn, and says what it is."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.controllers.pictures.mask import MaskEditor
from fluxtui.widgets.box_pad import BoxPad, box_bindings


class MaskPad(BoxPad):
    """Changes one rectangle of a drawing at a time."""

    HELP = (
        "Arrows move the rectangle, shifted arrows (or `H` `J` `K` `L`) move its right and lower edges, plus "
        "and minus change its size. `n` adds one, `d` takes it away, `]` and `[` go to the next and back. "
        "`i` keeps the rectangles and changes everything else, `f` and `F` make the edges softer and harder. "
        "Enter keeps the mask, Escape or `q` does not."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        *box_bindings("mask"),
        Binding("n", "add", "Add", id="mask.add"),
        Binding("d,delete", "remove", "Remove", id="mask.remove"),
        Binding("right_square_bracket", "go(1)", "Next", id="mask.next", key_display="]"),
        Binding("left_square_bracket", "go(-1)", "Before", id="mask.before", key_display="[", show=False),
        Binding("i", "invert", "Invert", id="mask.invert"),
        Binding("f", "feather(1)", "Softer", id="mask.softer", key_display="f F"),
        Binding("F", "feather(-1)", "Harder", id="mask.harder", show=False),
        Binding("enter,ctrl+s", "keep", "Keep", id="mask.keep"),
        Binding("escape,q", "leave", "Leave", id="mask.leave"),
    ]

    class Done(Message):
        """The user is ready; the mask is kept, or not."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, mask: MaskEditor) -> None:
        super().__init__(mask, "mask-pad")
        self._mask = mask

    def action_add(self) -> None:
        """Add a rectangle."""
        self._mask.add()

    def action_remove(self) -> None:
        """Take the rectangle away."""
        self._mask.remove()

    def action_go(self, by: int) -> None:
        """Change another rectangle."""
        self._mask.go(by)

    def action_invert(self) -> None:
        """Change what was to stay, and let stay what was to be changed."""
        self._mask.invert()

    def action_feather(self, steps: int) -> None:
        """Make the edges softer or harder."""
        self._mask.feather(steps)

    def action_keep(self) -> None:
        """Be ready, with this drawing."""
        self.post_message(self.Done(kept=True))

    def action_leave(self) -> None:
        """Be ready, without a drawing."""
        self.post_message(self.Done(kept=False))
