"""The dialog with the ways to get pictures home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.pictures.copies import COPIES
from fluxtui.controllers.pictures.home import HomeController, Outlet
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.text import plural, safe_text
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.pictures.channel import channel_of
from fluxtui.widgets.plain import PlainStatic, plain, set_title

NAME_CELLS = 21
SHOWN_CHARACTERS = 4000
"""Of what was copied; nobody marks more than that with the mouse in five lines."""


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

    @cached_property
    def home(self) -> HomeController:
        """Owns what is said; there is an application by the time that it is asked for."""
        app = self.app
        outlet = Outlet(
            app.terminal,
            lambda: channel_of(app, app.terminal),
            app.copy_to_clipboard,
            self.wait_for_refresh,
        )
        return HomeController(app, partial(guarded, self), outlet, self._items)

    def compose(self) -> ComposeResult:
        """Lay out what can be copied, the page, and what was copied last."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, self.home.title)
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
        self.query_one(".handover", PlainStatic).display = self.home.can_hand_over
        self.home.changed.connect(self._redraw)
        self._unwatch = self.home.page.watch(self._page_changed)
        self._redraw()
        guarded(self, self.home.look(), doing="looking at the files", group="look")

    def _page_changed(self) -> None:
        """Show the page's new address; called from the page's own task."""
        self.call_later(self._redraw)

    def on_unmount(self) -> None:
        """Follow the page no longer."""
        if self._unwatch is not None:
            self._unwatch()

    def _redraw(self) -> None:
        home, page = self.home, self.home.page
        self.query_one(".page", PlainStatic).show(page_rows(page.url, home.page_line, page.browsers))
        if home.outlook:
            self.query_one(".handover", PlainStatic).show(row("t", "save by the terminal", home.outlook))
        self.query_one(".news", PlainStatic).show(home.news)
        copied = plain(home.copied, newlines=True, limit=SHOWN_CHARACTERS)
        self.query_one(".copied", PlainStatic).show(copied)

    def action_copy(self, key: str) -> None:
        """Copy what a key is for."""
        self.home.copy(key)

    def action_copy_scp(self) -> None:
        """Copy the line for scp."""
        self.home.copy_scp()

    def action_copy_forward(self) -> None:
        """Copy the ssh line of the page."""
        self.home.copy_forward()

    def action_copy_url(self) -> None:
        """Copy the address of the page."""
        self.home.copy_url()

    def action_toggle_page(self) -> None:
        """Start the page, or stop it."""
        guarded(self, self.home.toggle_page(), doing="starting the page", group="page", exclusive=True)

    def action_transfer(self) -> None:
        """Let the terminal save the pictures."""
        self.home.transfer()

    def action_leave(self) -> None:
        """Stop what is being sent, else leave."""
        if not self.home.stop():
            self.dismiss(None)


def row(key: str, name: str, note: str) -> Content:
    """Return a line with a key, what it does, and a word on it."""
    return Content.assemble(
        (f" {key} ", "bold $text-accent"), f"{name:<{NAME_CELLS}}", plain(safe_text(note), "$text-muted")
    )


def copy_rows() -> Content:
    """Return what is copied by which key; nothing is made of the pictures yet."""
    rows = [row(one.key, one.name, one.note) for one in COPIES]
    rows.append(row("c", "scp line", "to type on your own machine"))
    return Content("\n").join(rows)


def page_rows(url: str, line: str, browsers: int) -> Content:
    """Return what is to be said of the page: how to start it, or the way to it where it runs (`url`).

    `browsers` is how many have been let in.
    """
    if not url:
        return row("w", "page in a browser", "starts it: the gallery, read only")
    opened = f"stops the page ({plural(browsers, 'browser')} let in)." if browsers else "stops the page."
    lines = [("w", f"{opened} On your own machine:"), ("l", f"type {line}"), ("u", f"open {url}")]
    styled = [Content.assemble((f" {key} ", "bold $text-accent"), plain(text)) for key, text in lines]
    return Content("\n").join(styled)
