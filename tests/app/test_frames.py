"""What Textual draws, as it is sent: the difference alone, or all of it where that is wanted."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Offset, Region, Size
from textual.strip import Strip

from fluxtui.app.frames import Frames
from fluxtui.terminal.screen_buffer import PixelMark, ScreenBuffer
from fluxtui.widgets.pictures.lazy_strips import WatchedStrip

SIZE = Size(6, 2)
HERE = Offset(0, 0)


def strip(text: str) -> Strip:
    return Strip([Segment(text, Style(color="#ff0000"))])


def layout(*rows: str) -> LayoutUpdate:
    return LayoutUpdate([[strip(row)] for row in rows], Region(0, 0, *SIZE))


def stretch(text: str, column: int = 0) -> ChopsUpdate:
    """The second row drawn anew from a column on."""
    return ChopsUpdate([{}, {column: strip(text)}], [(1, column, SIZE.width)], [[], [SIZE.width]])


def frames() -> Frames:
    return Frames(ScreenBuffer(), Console(color_system="truecolor", force_terminal=True))


def test_a_layout_that_is_there_already_sends_nothing() -> None:
    ours = frames()
    assert "abcdef" in ours.sequence(layout("abcdef", "ghijkl"), SIZE, HERE)
    assert ours.sequence(layout("abcdef", "ghijkl"), SIZE, HERE) == ""
    assert ours.sequence(stretch("ghijkl"), SIZE, HERE) == ""
    assert "abc" not in ours.sequence(layout("abcdef", "ghijkX"), SIZE, HERE)


def test_another_size_and_a_doubt_send_everything() -> None:
    ours = frames()
    ours.sequence(layout("abcdef", "ghijkl"), SIZE, HERE)
    ours.forget()
    assert "abcdef" in ours.sequence(layout("abcdef", "ghijkl"), SIZE, HERE)
    assert "abcdef" in ours.sequence(layout("abcdef", "ghijkl"), Size(7, 2), HERE)


def test_everything_is_sent_where_that_is_wanted() -> None:
    ours = frames()
    ours.is_on = False
    assert "ghijkl" in ours.sequence(layout("abcdef", "ghijkl"), SIZE, HERE)
    assert "ghijkl" in ours.sequence(stretch("ghijkl"), SIZE, HERE)


def test_a_picture_learns_only_of_pixels_that_are_gone() -> None:
    buffer, told = ScreenBuffer(), []
    ours = Frames(buffer, Console(color_system="truecolor", force_terminal=True))
    mark = PixelMark(object(), 0, 1, 4, 1)

    def picture(text: str) -> ChopsUpdate:
        watched = WatchedStrip(strip(text), lambda: told.append(text), lambda: mark)
        return ChopsUpdate([{}, {0: watched}], [(1, 0, SIZE.width)], [[], [SIZE.width]])

    ours.sequence(picture("......"), SIZE, HERE)
    assert told == ["......"]
    buffer.cover(mark, range(4), range(1, 2))
    assert ours.sequence(picture("......"), SIZE, HERE) == ""
    assert ours.sequence(picture(".....x"), SIZE, HERE) != ""
    assert told == ["......"]
    ours.sequence(stretch("dialog"), SIZE, HERE)
    ours.sequence(picture("......"), SIZE, HERE)
    assert told == ["......", "......"]
