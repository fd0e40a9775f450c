"""What lies behind a dialog has Textual's tint, and each style is tinted once."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

from fluxtui.widgets import tinted_screen
from fluxtui.widgets.tinted_screen import TintedScreen


def test_the_tint_is_textuals_and_is_worked_out_once() -> None:
    styles = [
        None,
        Style.parse("bold #102030 on #a0b0c0"),
        Style(color="red", link="https://bfl.ai"),
        Style(),
    ]
    segments = [Segment("ab", style) for style in styles] + [Segment.line()]
    for color in (Color(0, 0, 0, 0.6), Color(0, 0, 0, 0)):
        theirs = list(BackgroundScreen.process_segments(segments, color))
        tinted_screen._tinted.cache_clear()
        assert [list(TintedScreen.process_segments(segments * 2, color))] == [theirs * 2]
        # A line is text too.
        assert tinted_screen._tinted.cache_info().misses == len(styles)
