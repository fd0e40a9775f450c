"""What was closed is gone, although the search for garbage leaves out all that was there before."""

from __future__ import annotations

import asyncio
import gc
import weakref

from textual.app import App, ComposeResult
from textual.await_remove import AwaitRemove
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from fluxtui.app.closed_widgets import ClosedWidgets, untie_caches
from fluxtui.app.stylesheet import SwiftStylesheet


class Dialog(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("words", id="words")
            yield Input("value")


class Small(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = SwiftStylesheet(variables=self.get_css_variables())
        self.closed = ClosedWidgets()

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        self.closed.add(nodes)
        return super()._prune(*nodes, parent=parent)


async def test_a_closed_dialog_goes_although_it_is_left_out_of_the_search() -> None:
    untie_caches()
    app = Small()
    async with app.run_test() as pilot:
        await app.push_screen(dialog := Dialog())
        await pilot.pause()
        field, seen = dialog.query_one(Input), [weakref.ref(item) for item in dialog.walk_children()]
        app.closed.loosen()
        assert field.styles.node is field._css_styles.node is field, "what is open stays as it is"
        gc.collect()
        gc.freeze()
        try:
            await app.pop_screen()
            await pilot.pause()
            app.closed.loosen()
            assert field.value == "value"
            field.display = False
            seen.append(weakref.ref(dialog))
            del dialog, field
            # Timers of the loop that were cancelled keep what began them until they would have been due.
            async with asyncio.timeout(20):
                while any(item() is not None for item in seen):
                    await asyncio.sleep(0.01)
                    gc.collect()
        finally:
            gc.unfreeze()
