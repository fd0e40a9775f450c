"""The dialog with the ways to get pictures home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from fluxtui.domain.errors import FluxError
from fluxtui.domain.shell import forward_line, scp_line
from fluxtui.domain.text import plural, shorten
from fluxtui.screens.home.sending import send_files, transfer_of
from fluxtui.screens.home.texts import COPIES, this_host
from fluxtui.screens.view.item import ViewItem
from fluxtui.state import StatefulApp, guarded
from fluxtui.terminal.clipboard import TMUX_HINT, clipboard_text, copying
from fluxtui.terminal.multiplexer import through_tmux
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.picture_channel import channel_of
from fluxtui.widgets.plain import PlainStatic, plain, set_title

NAME_CELLS = 21
PREVIEW_CHARACTERS = 120
BY_MOUSE = "Where your terminal does not take it, mark it below with the mouse, Shift or Option held:"


class HomeDialog(Dialog[None]):
    """Copies, the line for scp, the page in a browser, the terminal's own transfer."""

    HELP = """The letters copy to the clipboard of your own machine, by OSC 52. `c` copies the line to type
there so that scp fetches the pictures. `w` starts and stops a read-only page with the gallery; `l` copies the
ssh line that forwards its port, `u` its address. `t` lets iTerm2 save the pictures."""

    DEFAULT_CSS = """
    HomeDialog {
        .dialog { width: 100; max-width: 96%; padding: 0 1; }
        PlainStatic { width: 1fr; height: auto; }
        .copies { text-wrap: nowrap; text-overflow: ellipsis; }
        .page { margin-top: 1; }
        .news { margin-top: 1; }
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
        self._sending = False

    def compose(self) -> ComposeResult:
        """Lay out what can be copied, the page, and what was copied last."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, f"Get it home: {self._what}")
            yield PlainStatic(self._copies(), classes="copies")
            yield PlainStatic("", classes="page")
            yield PlainStatic("", classes="news")
            pane = VerticalScroll(PlainStatic("", classes="copied"), classes="copied-pane")
            pane.can_focus = False
            yield pane
            yield PlainStatic("Esc or q leaves", classes="dialog-keys")

    def on_mount(self) -> None:
        """Say how the page is."""
        self._show_page()

    @property
    def _what(self) -> str:
        return self._items[0].path.name if len(self._items) == 1 else plural(len(self._items), "picture")

    def _copies(self) -> Content:
        rows = [(one.key, one.name, one.text(self._items)) for one in COPIES]
        rows.append(("c", "scp line", self._scp()[0] or self._scp()[1]))
        if transfer_of(self.app) is not None:
            rows.append(("t", "save by the terminal", "iTerm2 asks where; Esc stops it"))
        return Content("\n").join(
            Content.assemble(
                (f" {key} ", "bold $text-accent"),
                f"{name:<{NAME_CELLS}}",
                plain(shorten(text, PREVIEW_CHARACTERS) or "not known", "$text-muted"),
            )
            for key, name, text in rows
        )

    def _scp(self) -> tuple[str, str]:
        """Return the line, or why there is none."""
        try:
            host = this_host(self.app.services.config.config.home)
            return scp_line(host, [item.path for item in self._items]), ""
        except FluxError as error:
            return "", error.sentence()

    def _forward(self) -> str:
        host = this_host(self.app.services.config.config.home)
        return forward_line(host, self.app.services.page.port)

    def _show_page(self) -> None:
        page = self.app.services.page
        if page.url:
            try:
                line = self._forward()
            except FluxError as error:
                line = error.sentence()
            lines = [
                (" w ", "stops the page. On your own machine:"),
                (" l ", f"type {line}"),
                (" u ", f"open {page.url}"),
            ]
        else:
            lines = [(" w ", "starts a page with the gallery for your browser: read only, this machine only")]
        styled = [Content.assemble((key, "bold $text-accent"), plain(text)) for key, text in lines]
        self.query_one(".page", PlainStatic).show(Content("\n").join(styled))

    def _say(self, text: str, copied: str = "") -> None:
        self.query_one(".news", PlainStatic).show(text)
        self.query_one(".copied", PlainStatic).show(plain(copied, newlines=True))

    def action_copy(self, key: str) -> None:
        """Copy what a key is for."""
        copy = next(one for one in COPIES if one.key == key)
        self._copy(copy.name, copy.text(self._items))

    def action_copy_scp(self) -> None:
        """Copy the line for scp."""
        line, problem = self._scp()
        if problem:
            self._say(problem)
        else:
            self._copy(
                "scp line", line, "Type it on your own machine; it copies into the directory you are in."
            )
            host = this_host(self.app.services.config.config.home)
            if host.is_guess:
                self.app.tell(f"{host.name} is a guess: home.host in the configuration takes its name.")

    def action_copy_forward(self) -> None:
        """Copy the ssh line of the page."""
        if not self.app.services.page.url:
            self._say("The page does not run; w starts it.")
            return
        try:
            self._copy("ssh line", self._forward(), "Type it on your own machine and leave it running.")
        except FluxError as error:
            self._say(error.sentence())

    def action_copy_url(self) -> None:
        """Copy the address of the page."""
        url = self.app.services.page.url
        if url:
            self._copy(
                "address", url, "Open it in the browser of your own machine; whoever has it sees the page."
            )
        else:
            self._say("The page does not run; w starts it.")

    def _copy(self, name: str, text: str, next_step: str = "") -> None:
        """Copy a text to the user's machine and show it, or say why it cannot be."""
        safe = clipboard_text(text)
        if not safe:
            self._say(f"There is no {name} to copy.")
            return
        sequence = copying(safe)
        if sequence is None:
            self._say(f"The {name} is too long for the clipboard of terminals; here it is:", safe)
            return
        self.app.copy_to_clipboard(safe)
        in_tmux = self.app.terminal.in_tmux
        if in_tmux:
            channel_of(self.app, self.app.terminal).write(through_tmux(sequence))
        parts = (f"Copied the {name}.", next_step, TMUX_HINT if in_tmux else "", BY_MOUSE)
        self._say(" ".join(part for part in parts if part), safe)

    def action_toggle_page(self) -> None:
        """Start the page, or stop it."""
        guarded(self, self._toggle_page(), doing="starting the page", group="page", exclusive=True)

    async def _toggle_page(self) -> None:
        page = self.app.services.page
        try:
            if page.url:
                await page.stop()
                self._say("The page is stopped.")
            else:
                await page.start(self.app.services.config.config.home.page_port)
                self._say("The page runs until you stop it or leave the program.")
        except FluxError as error:
            self._say(error.sentence())
        self._show_page()

    def action_transfer(self) -> None:
        """Let the terminal save the pictures."""
        if transfer_of(self.app) is None:
            self._say("This terminal saves no files that it is sent: iTerm2 does, outside of tmux.")
        elif not self._sending:
            self._sending = True
            guarded(self, self._transfer(), doing="sending to the terminal", group="transfer")

    async def _transfer(self) -> None:
        shown = -1

        def progress(done: int, total: int) -> None:
            nonlocal shown
            percent = done * 100 // total
            if percent // 5 != shown // 5:
                shown = percent
                self._say(f"Sending to the terminal: {percent} % · Esc stops it")

        try:
            await send_files(self.app, [item.path for item in self._items], progress)
            self._say("Sent. iTerm2 shows its downloads and where they are.")
        except FluxError as error:
            self._say(error.sentence())
        finally:
            self._sending = False

    def action_leave(self) -> None:
        """Stop what is being sent, else leave."""
        if self._sending:
            self.workers.cancel_group(self, "transfer")
            self._say("Stopped; the terminal throws away what came.")
        else:
            self.dismiss(None)
