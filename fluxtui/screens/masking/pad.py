"""Takes the keys while a mask is drawn, and says what it is."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.domain.dataset import Crop
from fluxtui.domain.masks import MaskDrawing, first_box
from fluxtui.domain.text import plural
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

    class Changed(Message):
        """The drawing is another one, or another rectangle of it is changed now."""

        def __init__(self, drawing: MaskDrawing, number: int) -> None:
            super().__init__()
            self.drawing = drawing
            self.number = number

    class Done(Message):
        """The user is ready; `drawing` is None where nothing is to be kept."""

        def __init__(self, drawing: MaskDrawing | None) -> None:
            super().__init__()
            self.drawing = drawing

    def __init__(self) -> None:
        super().__init__("mask-pad")
        self._drawing = MaskDrawing()
        self._number = 0

    def begin(self, drawing: MaskDrawing, width: int, height: int) -> None:
        """Start with a drawing, or with a first rectangle, over a picture of some pixels."""
        self.pixels = (width, height)
        self._change(drawing if drawing.boxes else drawing.adding(first_box(width, height)), 0)

    @property
    def box(self) -> Crop | None:
        """The rectangle that the keys change."""
        return self._drawing.boxes[self._number] if self._drawing.boxes else None

    def take(self, box: Crop) -> None:
        """Put another rectangle in its place."""
        self._change(self._drawing.with_box(self._number, box), self._number)

    def _change(self, drawing: MaskDrawing, number: int) -> None:
        self._drawing = drawing
        self._number = max(min(number, len(drawing.boxes) - 1), 0)
        self.show(self._words())
        self.post_message(self.Changed(drawing, self._number))

    def _words(self) -> str:
        count, box = len(self._drawing.boxes), self.box
        if box is None:
            return "Nothing is drawn: n adds a rectangle"
        left, top, right, bottom = box.box(*self.pixels)
        parts = [
            f"{self._number + 1} of {plural(count, 'rectangle')}",
            f"{right - left}×{bottom - top} px at {left}, {top}",
            "outside changes" if self._drawing.inverted else "inside changes",
            f"edge fades {self._drawing.feather} px" if self._drawing.feather else "hard edge",
        ]
        return " · ".join(parts)

    def action_add(self) -> None:
        """Add a rectangle."""
        self._change(self._drawing.adding(first_box(*self.pixels)), len(self._drawing.boxes))

    def action_remove(self) -> None:
        """Take the rectangle away."""
        if self._drawing.boxes:
            self._change(self._drawing.without(self._number), self._number)

    def action_go(self, by: int) -> None:
        """Change another rectangle."""
        if self._drawing.boxes:
            self._change(self._drawing, (self._number + by) % len(self._drawing.boxes))

    def action_invert(self) -> None:
        """Change what was to stay, and let stay what was to be changed."""
        inverted = not self._drawing.inverted
        self._change(self._drawing.model_copy(update={"inverted": inverted}), self._number)

    def action_feather(self, steps: int) -> None:
        """Make the edges softer or harder."""
        self._change(self._drawing.feathered(steps), self._number)

    def action_keep(self) -> None:
        """Be ready, with this drawing."""
        self.post_message(self.Done(self._drawing))

    def action_leave(self) -> None:
        """Be ready, without a drawing."""
        self.post_message(self.Done(None))
