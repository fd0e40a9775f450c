"""The text that scrolls in a place of fixed size: wrapped, never laying out the screen, and selectable."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.selection import Selection

from fluxtui.widgets.text_pane import TextPane
from tests.piloting.waiting import settled

LONG = Content("\n".join(f"line {number}" for number in range(50)))


class PaneApp(App[None]):
    CSS = "TextPane { width: 20; height: 10; }"

    def compose(self) -> ComposeResult:
        yield TextPane()


def shown(pane: TextPane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def test_a_long_text_scrolls_and_another_begins_at_its_beginning() -> None:
    app = PaneApp()
    async with app.run_test() as pilot:
        pane = app.query_one(TextPane)
        pane.show(LONG)
        await pilot.pause()
        assert shown(pane)[0] == "line 0"
        pane.focus()
        await pilot.press("end")
        await settled(pilot)
        assert shown(pane)[-1] == "line 49"
        pane.show(Content("a fox in the snow at night"))
        await pilot.pause()
        assert shown(pane)[:3] == ["a fox in the snow", "at night", ""]


async def test_another_text_lays_nothing_out() -> None:
    app = PaneApp()
    async with app.run_test() as pilot:
        pane = app.query_one(TextPane)
        await settled(pilot)
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(app.screen, layouts.append, immediate=True)
        for text in (LONG, Content("short"), LONG):
            pane.show(text)
            await settled(pilot)
        assert not layouts


async def test_a_part_can_be_selected() -> None:
    app = PaneApp()
    async with app.run_test() as pilot:
        pane = app.query_one(TextPane)
        pane.show(LONG)
        await pilot.pause()
        selection = Selection(Offset(0, 3), Offset(6, 4))
        assert pane.get_selection(selection) == ("line 3\nline 4", "\n")
