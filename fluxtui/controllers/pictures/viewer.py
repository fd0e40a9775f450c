"""Pictures that are looked at: which one, how close, and what is said of it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.controllers.signal import Signal
from fluxtui.terminal.framing import Frame, Size, pixel_for_pixel

ZOOM_STEP: Final = 1.5
PAN_SHARE: Final = 0.25
"""How far one press moves, as a share of what is seen."""


class PictureViewer:
    """Owns the frame in which all of some pictures are seen, and the number of the one that keys are about.

    Args:
        items: the pictures, at least one.
        index: the one to begin with; the nearest that there is.
    """

    def __init__(self, items: Sequence[ViewItem], index: int = 0) -> None:
        self._items = items
        self._index = max(0, min(index, len(items) - 1))
        self._frame = Frame()
        self._news = ""
        self._copies = 0
        self.changed = Signal()
        """Sent when anything is seen in another way."""

    @property
    def items(self) -> Sequence[ViewItem]:
        """All pictures."""
        return self._items

    @property
    def index(self) -> int:
        """The number of the picture that keys are about, from 0."""
        return self._index

    @property
    def item(self) -> ViewItem:
        """The picture that keys are about."""
        return self._items[self._index]

    @property
    def frame(self) -> Frame:
        """How close one is to the pictures, and where."""
        return self._frame

    @property
    def news(self) -> str:
        """What is to be said until the next key, or `''`."""
        return self._news

    @property
    def position(self) -> str:
        """`'2/4'`."""
        return f"{self._index + 1}/{len(self._items)}"

    def say(self, text: str) -> None:
        """Say something until the next key."""
        self._news = text
        self.changed.send()

    def select(self, index: int) -> None:
        """Let keys be about another picture, seen in the same frame."""
        self._index, self._news, self._copies = index, "", 0
        self.changed.send()

    def go_to(self, index: int) -> None:
        """Show all of another picture; at the ends it stays, and says so."""
        index = max(0, min(index, len(self._items) - 1))
        if index == self._index:
            self.say("This is the only picture." if len(self._items) == 1 else "There are no more.")
        else:
            self._frame = Frame()
            self.select(index)

    def look(self, frame: Frame) -> None:
        """Look at all pictures in another way; what was said is read by then."""
        self._frame, self._news = frame, ""
        self.changed.send()

    def zoom(self, steps: int) -> None:
        """Go closer to the middle of what is seen, or further away."""
        self.look(self._frame.zoomed(ZOOM_STEP**steps))

    def fit(self) -> None:
        """Show all of the picture."""
        self.look(Frame())

    def show_pixels(self, picture: Size, area: Size) -> None:
        """Let one pixel of the picture be one of the area in which it is seen."""
        self.look(pixel_for_pixel(picture, area, self._frame))

    def pan(self, across: int, down: int, picture: Size, area: Size) -> None:
        """Move over the picture, unless all of it is seen."""
        if not self._frame.is_whole:
            self.look(self._frame.moved(across * PAN_SHARE, down * PAN_SHARE, picture, area))

    def copy(self) -> str:
        """Return the path to be copied; asked again the prompt, then the seed. It is said what that is."""
        texts = {"path": str(self.item.path), "prompt": self.item.prompt, "seed": self.item.seed}
        known = [(what, str(text)) for what, text in texts.items() if text not in ("", None)]
        what, text = known[self._copies % len(known)]
        self._copies += 1
        following = known[self._copies % len(known)][0]
        more = f" (y again copies the {following})" if len(known) > 1 else ""
        self.say(f"Copied the {what}{more}: {text}")
        return text
