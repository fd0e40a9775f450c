"""Text from outside is shown as it is, and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.widget import Widget

from fluxtui.domain.text import safe_text
from fluxtui.widgets.plain import PlainLabel, PlainStatic, cell, plain, set_title

HostOf = Callable[[Widget | None], App[Any]]


def test_plain_and_cell_keep_the_words(hostile: str) -> None:
    """Brackets stay, escapes and direction marks go, styles cover everything."""
    assert plain(hostile).plain == safe_text(hostile)
    assert plain(hostile, "bold").plain == safe_text(hostile)
    assert cell(hostile).plain == safe_text(hostile)
    assert "\x1b" not in plain(hostile).plain
    assert plain("abcdef", limit=3).plain == "ab…"
    assert cell("1", align="right").justify == "right"


async def test_widgets_show_it(host: HostOf, hostile: str) -> None:
    """`PlainStatic`, `PlainLabel` and border titles, at first and after an update."""
    widget = PlainStatic(hostile)
    widget.styles.border = ("round", "red")
    async with host(widget).run_test() as pilot:
        set_title(widget, hostile, hostile)
        widget.show(hostile)
        label = PlainLabel(hostile)
        await pilot.app.mount(label)
        label.show(hostile)
        await pilot.pause()
        first_words = safe_text(hostile).split()[0]
        svg = pilot.app.export_screenshot(simplify=True)
        assert "\x1b" not in svg
        assert "\u202e" not in svg
        assert svg.count(first_words.replace("[", "[")) >= 3


def test_line_breaks_are_kept_where_there_is_room() -> None:
    """A static shows lines, a table cell one."""
    assert plain("a\nb", newlines=True).plain == "a\nb"
    assert cell("a\nb").plain == "a b"
