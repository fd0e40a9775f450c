"""The dialog with the ways to get pictures home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.errors import FluxError
from fluxtui.domain.shell import forward_line, scp_line
from fluxtui.domain.text import plural
from fluxtui.screens.home.rows import copy_rows, page_rows, row
from fluxtui.screens.home.sending import Handover
from fluxtui.screens.home.texts import COPIES, this_host
from fluxtui.screens.view.item import ViewItem
from fluxtui.terminal.clipboard import TMUX_HINT, clipboard_text, copying
from fluxtui.terminal.multiplexer import through_tmux
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.pictures.channel import channel_of
from fluxtui.widgets.plain import PlainStatic, plain, set_title

SHOWN_CHARACTERS = 4000
"""Of what was copied; nobody marks more than that with the mouse in five lines."""
BY_MOUSE = "Where your terminal does not take it, mark it below with the mouse, Shift or Option held:"
GUESSED = (
    "Whether your machine knows this one as {} is a guess; home.host in the configuration takes its name."
)
NO_PAGE = "The page does not run; w starts it."


class HomeDialog(Dialog[None]):
    """Copies, lines for shells, the page in a browser, the terminal's own transfer."""

    HELP = """The letters copy to the clipboard of your own machine, by OSC 52. `c` copies the line to type
there so that scp fetches the pictures. `w` starts and stops a read-only page with the gallery; `l` copies the
ssh line that forwards its port, `u` its address, which is for one browser: once opened there is another one
here. `t` lets iTerm2 or kitty save the pictures."""

    DEFAULT_CSS = """
    HomeDialog {
        .dialog { width: 100; max-width: 96%; padding: 0 1; }
        PlainStatic { width: 1fr; height: auto; }
        .copies, .handover { text-wrap: nowrap; text-overflow: ellipsis; }
        .page, .news { margin-top: 1; }
        .copied-pane { height: auto; max-height: 5; }
        .dialog-keys { color: $text-muted; margin-top: 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,h,H", "leave", "Back", id="home.back", key_display="Esc q"),
        *(
            Binding(one.key, f"copy({one.key!r})", f"Copy the {one.name}", id=f"home.{one.key}")
            for one in COPIES
        ),
        Binding("c", "copy_scp", "Copy the scp line", id="home.scp"),
        Binding("w", "toggle_page", "Start or stop the page", id="home.page"),
        Binding("l", "copy_forward", "Copy the page's ssh line", id="home.forward"),
        Binding("u", "copy_url", "Copy the page's address", id="home.url"),
        Binding("t", "transfer", "Let the terminal save it", id="home.transfer"),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, items: Sequence[ViewItem]) -> None:
        """Args:
        items: the pictures, at least one.
        """
        super().__init__()
        self._items = tuple(items)
        self._unwatch: Callable[[], None] | None = None
        self._handover = Handover(self, [item.path for item in self._items])

    def compose(self) -> ComposeResult:
        """Lay out what can be copied, the page, and what was copied last."""
        with Vertical(classes="dialog") as frame:
            what = self._items[0].path.name if len(self._items) == 1 else plural(len(self._items), "picture")
            set_title(frame, f"Get it home: {what}")
            yield PlainStatic(copy_rows(), classes="copies")
            yield PlainStatic("", classes="handover")
            yield PlainStatic("", classes="page")
            yield PlainStatic("", classes="news")
            pane = VerticalScroll(PlainStatic("", classes="copied"), classes="copied-pane")
            pane.can_focus = False
            yield pane
            yield PlainStatic("Esc or q leaves", classes="dialog-keys")

    def on_mount(self) -> None:
        """Say how the page is, and look how much there is to send."""
        self._show_page()
        self._unwatch = self.app.services.page.watch(self._page_changed)
        handover = self.query_one(".handover", PlainStatic)
        handover.display = self._handover.way is not None
        guarded(self, self._show_handover(handover), doing="looking at the files", group="look")

    def _page_changed(self) -> None:
        """Show the page's new address; called from the page's own task."""
        self.call_later(self._show_page)

    def on_unmount(self) -> None:
        """Follow the page no longer."""
        if self._unwatch is not None:
            self._unwatch()

    async def _show_handover(self, shown: PlainStatic) -> None:
        if shown.display:
            shown.show(row("t", "save by the terminal", await self._handover.outlook()))

    def _forward(self) -> str:
        return forward_line(this_host(self.app.services.config.config.home), self.app.services.page.port)

    def _show_page(self) -> None:
        page = self.app.services.page
        url = page.url
        try:
            line = self._forward() if url else ""
        except FluxError as error:
            line = error.sentence()
        self.query_one(".page", PlainStatic).show(page_rows(url, line, page.browsers))

    def say(self, text: str, copied: str = "") -> None:
        """Show a sentence, and below it a text that was copied."""
        self.query_one(".news", PlainStatic).show(text)
        self.query_one(".copied", PlainStatic).show(plain(copied, newlines=True, limit=SHOWN_CHARACTERS))

    def action_copy(self, key: str) -> None:
        """Copy what a key is for."""
        copy = next(one for one in COPIES if one.key == key)
        self._begin_copy(copy.name, lambda: copy.text(self._items))

    def action_copy_scp(self) -> None:
        """Copy the line for scp."""
        paths = [item.path for item in self._items]

        def line() -> str:
            return scp_line(this_host(self.app.services.config.config.home), paths)

        self._begin_copy(
            "scp line",
            line,
            "Type it on your own machine; it copies into the directory you are in.",
            host=True,
        )

    def action_copy_forward(self) -> None:
        """Copy the ssh line of the page."""
        if self.app.services.page.url:
            self._begin_copy(
                "ssh line", self._forward, "Type it on your own machine and leave it running.", host=True
            )
        else:
            self.say(NO_PAGE)

    def action_copy_url(self) -> None:
        """Copy the address of the page."""
        url = self.app.services.page.url
        if url:
            next_step = (
                "Open it in the browser of your own machine. It is for the first browser that opens it; for "
                "another one u copies a new address."
            )
            self._begin_copy("address", lambda: url, next_step)
        else:
            self.say(NO_PAGE)

    def _begin_copy(
        self, name: str, make: Callable[[], str], next_step: str = "", *, host: bool = False
    ) -> None:
        work = self._copy(name, make, next_step, host=host)
        guarded(self, work, doing=f"copying the {name}", group="copy", exclusive=True)

    async def _copy(self, name: str, make: Callable[[], str], next_step: str, *, host: bool) -> None:
        """Make a text, copy it to the user's machine and show it, or say why it cannot be."""
        try:
            safe = await asyncio.to_thread(lambda: clipboard_text(make()))
            guess = this_host(self.app.services.config.config.home) if host else None
        except FluxError as error:
            self.say(error.sentence())
            return
        if not safe:
            self.say(f"There is no {name} to copy.")
            return
        sequence = copying(safe)
        if sequence is None:
            self.say(f"The {name} is too long for the clipboard of terminals; here is its beginning:", safe)
            return
        self.app.copy_to_clipboard(safe)
        in_tmux = self.app.terminal.in_tmux
        if in_tmux:
            channel_of(self.app, self.app.terminal).write(through_tmux(sequence))
        doubt = GUESSED.format(guess.name) if guess is not None and guess.is_guess else ""
        parts = (f"Copied the {name}.", next_step, doubt, TMUX_HINT if in_tmux else "", BY_MOUSE)
        self.say(" ".join(part for part in parts if part), safe)

    def action_toggle_page(self) -> None:
        """Start the page, or stop it."""
        guarded(self, self._toggle_page(), doing="starting the page", group="page", exclusive=True)

    async def _toggle_page(self) -> None:
        page = self.app.services.page
        try:
            if page.url:
                await page.stop()
                self.say("The page is stopped.")
            else:
                await page.start(self.app.services.config.config.home.page_port)
                self.say("The page runs until you stop it or leave the program.")
        except FluxError as error:
            self.say(error.sentence())
        self._show_page()

    def action_transfer(self) -> None:
        """Let the terminal save the pictures."""
        if self._handover.way is None:
            self.say("This terminal saves no files that it is sent; iTerm2 and kitty do, not in tmux.")
        else:
            self._handover.begin(self.say)

    def action_leave(self) -> None:
        """Stop what is being sent, else leave."""
        if not self._handover.stop():
            self.dismiss(None)
