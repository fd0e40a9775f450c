"""Text that is replaced often, with a layout only where its height changes."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll

from fluxtui.widgets.plain import PlainStatic


class Story(App[None]):
    """A text that may be higher than its pane."""

    CSS = "VerticalScroll { width: 20; height: 4; } PlainStatic { width: 1fr; }"

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with VerticalScroll():
            yield PlainStatic("one")


async def test_a_text_is_shown_whole_whatever_its_height() -> None:
    app = Story()
    async with app.run_test() as pilot:
        text, pane = app.query_one(PlainStatic), app.query_one(VerticalScroll)
        for shown, height in (("two", 1), ("a\nb\nc\nd\ne\nf", 6), ("word " * 10, 3), ("x", 1)):
            text.show_in_room(shown)
            await pilot.pause()
            assert text.size.height == height
            assert pane.max_scroll_y == max(height - 4, 0)
            assert str(text.render()).split() == shown.split()
