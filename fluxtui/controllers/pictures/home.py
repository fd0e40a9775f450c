"""Getting pictures to the user's own machine: what is copied, the page, the transfer by the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from fluxtui.controllers.pictures.copies import COPIES, this_host
from fluxtui.controllers.pictures.handover import Handover
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import FluxError
from fluxtui.domain.shell import forward_line, scp_line
from fluxtui.domain.text import plural
from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.clipboard import TMUX_HINT, clipboard_text, copying
from fluxtui.terminal.multiplexer import through_tmux

if TYPE_CHECKING:
    from fluxtui.controllers.background import Begin
    from fluxtui.controllers.host import HostState
    from fluxtui.controllers.pictures.item import ViewItem
    from fluxtui.controllers.pictures.terminal_line import TerminalLine
    from fluxtui.services.config.model import HomeSettings
    from fluxtui.services.page import PageService
    from fluxtui.terminal.profile import TerminalProfile

BY_MOUSE = "Where your terminal does not take it, mark it below with the mouse, Shift or Option held:"
GUESSED = (
    "Whether your machine knows this one as {} is a guess; home.host in the configuration takes its name."
)
NO_PAGE = "The page does not run; w starts it."


@dataclass(frozen=True)
class Outlet:
    """What the program around has of the terminal.

    Attributes:
        terminal: what it is.
        line: returns the way of files and sequences to it.
        copy: puts a text on the clipboard of the user's machine.
        drawn: waits until what was said is on the screen.
    """

    terminal: TerminalProfile
    line: Callable[[], TerminalLine]
    copy: Callable[[str], None]
    drawn: Callable[[], Awaitable[object]]


class HomeController:
    """Owns what is said of the ways to get pictures home, and what was copied last.

    Args:
        known: the services.
        begin: begins what takes a moment, in the background.
        outlet: the terminal.
        items: the pictures, at least one.
    """

    def __init__(self, known: HostState, begin: Begin, outlet: Outlet, items: Sequence[ViewItem]) -> None:
        self._services = known.services
        self._begin = begin
        self._outlet = outlet
        self._items = tuple(items)
        self._news, self._copied, self._outlook = "", "", ""
        self._handover = Handover(
            begin,
            outlet.terminal,
            outlet.line,
            outlet.drawn,
            [item.path for item in self._items],
            self.say,
        )
        self.changed = Signal()
        """Sent when anything of this is another one; the page tells of itself, see `PageService.watch`."""

    @property
    def title(self) -> str:
        """Which pictures."""
        one = len(self._items) == 1
        return f"Get it home: {self._items[0].path.name if one else plural(len(self._items), 'picture')}"

    @property
    def news(self) -> str:
        """A sentence on what was done last."""
        return self._news

    @property
    def copied(self) -> str:
        """The text that was copied last, or `''`."""
        return self._copied

    @property
    def can_hand_over(self) -> bool:
        """Whether the terminal saves files that it is sent."""
        return self._handover.way is not None

    @property
    def outlook(self) -> str:
        """How much the terminal would be sent, `''` until that is known."""
        return self._outlook

    @property
    def page(self) -> PageService:
        """The page with the gallery."""
        return self._services.page

    @property
    def _settings(self) -> HomeSettings:
        return self._services.config.config.home

    @property
    def page_line(self) -> str:
        """The ssh line to the page that runs, why there is none, or `''` where no page runs."""
        try:
            return self._forward() if self.page.url else ""
        except FluxError as error:
            return error.sentence()

    def _forward(self) -> str:
        return forward_line(this_host(self._settings), self.page.port)

    def say(self, text: str, copied: str = "") -> None:
        """Have a sentence shown, and below it a text that was copied."""
        self._news, self._copied = text, copied
        self.changed.send()

    async def look(self) -> None:
        """Look how much there is to send, where the terminal saves files."""
        if self.can_hand_over:
            self._outlook = await self._handover.outlook()
            self.changed.send()

    def copy(self, key: str) -> None:
        """Copy what a key of `COPIES` is for."""
        copy = next(one for one in COPIES if one.key == key)
        self._begin_copy(copy.name, lambda: copy.text(self._items))

    def copy_scp(self) -> None:
        """Copy the line for scp."""
        paths = [item.path for item in self._items]
        next_step = "Type it on your own machine; it copies into the directory you are in."
        self._begin_copy("scp line", lambda: scp_line(this_host(self._settings), paths), next_step, host=True)

    def copy_forward(self) -> None:
        """Copy the ssh line of the page."""
        if self.page.url:
            next_step = "Type it on your own machine and leave it running."
            self._begin_copy("ssh line", self._forward, next_step, host=True)
        else:
            self.say(NO_PAGE)

    def copy_url(self) -> None:
        """Copy the address of the page."""
        if url := self.page.url:
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
        self._begin(work, doing=f"copying the {name}", group="copy", exclusive=True)

    async def _copy(self, name: str, make: Callable[[], str], next_step: str, *, host: bool) -> None:
        """Make a text, copy it to the user's machine and show it, or say why it cannot be."""
        try:
            safe = await asyncio.to_thread(lambda: clipboard_text(make()))
            guess = this_host(self._settings) if host else None
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
        self._outlet.copy(safe)
        in_tmux = self._outlet.terminal.in_tmux
        if in_tmux:
            self._outlet.line().write(through_tmux(sequence))
        doubt = GUESSED.format(guess.name) if guess is not None and guess.is_guess else ""
        parts = (f"Copied the {name}.", next_step, doubt, TMUX_HINT if in_tmux else "", BY_MOUSE)
        self.say(" ".join(part for part in parts if part), safe)

    async def toggle_page(self) -> None:
        """Start the page, or stop it."""
        try:
            if self.page.url:
                await self.page.stop()
                self.say("The page is stopped.")
            else:
                await self.page.start(self._settings.page_port)
                self.say("The page runs until you stop it or leave the program.")
        except FluxError as error:
            self.say(error.sentence())

    def transfer(self) -> None:
        """Let the terminal save the pictures."""
        if self.can_hand_over:
            self._handover.begin()
        else:
            self.say("This terminal saves no files that it is sent; iTerm2 and kitty do, not in tmux.")

    def stop(self) -> bool:
        """Stop what is being sent, if anything is, and tell whether it was."""
        return self._handover.stop()
