"""Shows one picture at the press of a key, and tells how long the event loop was held meanwhile.

python benchmarks/picture_program.py ours|textual-image|nothing PROTOCOL PICTURE REPORT SHOWN [ssh]

REPORT is written when it ends, SHOWN as soon as our widget has sent all of the picture.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

BEAT_SECONDS = 0.002
COLUMNS, ROWS = 80, 30


def picture_widget(kind: str, protocol: str, path: Path, over_ssh: bool) -> Widget:
    """Return a widget that shows the picture as soon as it is mounted."""
    if kind == "ours":
        from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
        from fluxtui.widgets.pictures.view import PictureView

        return PictureView(TerminalProfile(GraphicsProtocol(protocol), over_ssh=over_ssh), path)
    if kind == "nothing":
        from textual.widgets import Static

        return Static("nothing")
    from textual_image.widget import HalfcellImage, SixelImage, TGPImage

    classes: dict[str, Callable[[Path], Widget]]
    classes = {"kitty": TGPImage, "sixel": SixelImage, "halfcell": HalfcellImage}
    return classes[protocol](path)


def main() -> None:
    """Run the program."""
    kind, protocol, path, report, shown, *more = sys.argv[1:]
    # textual-image asks the terminal when it is imported, so that this must be before Textual starts.
    widget = picture_widget(kind, protocol, Path(path), "ssh" in more)

    from textual.app import App, ComposeResult
    from textual.binding import BindingType
    from textual.containers import Container
    from textual.driver import Driver
    from textual.widgets import Static

    from fluxtui.app.resilient_driver import ResilientDriver

    class Program(App[None]):
        CSS = f"""
        Container {{ width: {COLUMNS}; height: {ROWS}; }}
        Container > * {{ width: 100%; height: 100%; }}
        """
        BINDINGS: ClassVar[list[BindingType]] = [("s", "show", "Show"), ("q", "leave", "Leave")]
        longest = 0.0

        def get_driver_class(self) -> type[Driver]:
            return ResilientDriver if kind == "ours" else super().get_driver_class()

        def compose(self) -> ComposeResult:
            yield Static("ready to go")
            yield Container()

        async def beat(self) -> None:
            while True:
                begin = time.perf_counter()
                await asyncio.sleep(BEAT_SECONDS)
                self.longest = max(self.longest, time.perf_counter() - begin - BEAT_SECONDS)

        async def action_show(self) -> None:
            self.run_worker(self.beat())
            await asyncio.sleep(0.1)
            self.longest = 0.0
            await self.query_one(Container).mount(widget)

        def on_picture_view_displayed(self, event: Any) -> None:
            if event.protocol == protocol:
                Path(shown).touch()

        def action_leave(self) -> None:
            written = Path(f"{report}.part")
            written.write_text(json.dumps({"longest_ms": self.longest * 1000}))
            written.rename(report)
            self.exit()

    # As the program does: looking through what is loaded for garbage would hold the loop.
    gc.freeze()
    Program().run(mouse=False)


if __name__ == "__main__":
    main()
