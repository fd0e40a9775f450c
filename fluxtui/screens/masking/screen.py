"""The whole screen in which a mask is drawn, and what takes the keys meanwhile."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.pictures.mask import MaskEditor
from fluxtui.domain.text import safe_text
from fluxtui.screens.masking.canvas import MaskCanvas
from fluxtui.widgets.box_pad import BoxPad, box_bindings
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.quiet_screen import QuietScreen


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


class MaskScreen(QuietScreen[Path | None]):
    """Answers with the file of a mask, or with None.

    The mask is written among the inputs of the data directory, under the hash of its content.
    """

    HELP = MaskPad.HELP

    DEFAULT_CSS = """
    MaskScreen {
        .line { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .name { color: $text-muted; }
        .name.-wrong { color: $text-error; }
        MaskPad { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = []

    app = getters.app(StatefulApp)

    def __init__(self, picture: Path, mask: Path | None = None) -> None:
        """Args:
        picture: over which the mask is drawn.
        mask: to go on with, where it is a drawing of ours.
        """
        super().__init__()
        self._picture = picture
        self._mask = mask

    @cached_property
    def mask(self) -> MaskEditor:
        """Owns what is drawn; there is an application by the time that it is asked for."""
        return MaskEditor(self.app.services.storage, self._picture, self._mask)

    def compose(self) -> ComposeResult:
        """Lay out the picture, what the mask is, and the keys."""
        words = f"What is coloured is painted anew · {safe_text(self._picture.name, limit=60)}"
        yield PlainStatic(words, classes="line name")
        yield MaskCanvas(self.app.terminal)
        yield MaskPad(self.mask)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the picture and the mask that there is."""
        self.query_one(MaskPad).focus()
        self.mask.changed.connect(self._redraw)
        work = self.mask.open(self.query_one(MaskCanvas).load)
        guarded(self, work, doing="opening the picture", group="mask-begin")

    def _redraw(self) -> None:
        if self.mask.fault:
            line = self.query_one(".name", PlainStatic)
            line.add_class("-wrong")
            line.show(f"✗ {self.mask.fault}")
        self.query_one(MaskPad).show(self.mask.words)
        self.query_one(MaskCanvas).show(self.mask.drawing, self.mask.number)

    def on_mask_pad_done(self, event: MaskPad.Done) -> None:
        """Write the mask and answer with it, or leave."""
        event.stop()
        if event.kept:
            guarded(self, self._keep(), doing="keeping the mask", group="mask-keep")
        else:
            self.dismiss(None)

    async def _keep(self) -> None:
        kept = await self.mask.keep()
        if kept is not None:
            self.dismiss(kept)
