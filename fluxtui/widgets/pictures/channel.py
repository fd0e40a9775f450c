"""The one way for pictures to the terminal: piece by piece, beside Textual's own frames."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from textual.app import App
from textual.signal import Signal

from fluxtui.app.state import StatefulApp
from fluxtui.terminal.cache import ByteCache
from fluxtui.terminal.encoder import shared_encoder
from fluxtui.terminal.kitty import deletion
from fluxtui.terminal.line_pace import ANSWER_SECONDS, ASKED_BYTES, QUESTION, LinePace
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import SSH_BYTES_PER_SECOND, GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import Bitmap, Colour
from fluxtui.terminal.screen_buffer import PixelMark

CACHE_BYTES: Final = 8_000_000
DECODED_BYTES: Final = 12_000_000
BACKLOG_POLL_SECONDS: Final = 0.001
_CUBE: Final = (0, 95, 135, 175, 215, 255)

Result = TypeVar("Result")


class TerminalTransmission(Protocol):
    """The terminal's input for oneself, as the program's driver gives it: what others write waits."""

    is_over: bool

    def write(self, data: str) -> None:
        """Send a piece, unless it is over."""

    def end(self, *, whole: bool) -> None:
        """Let others write again, after the interruption where not everything was sent. Idempotent."""


class PictureChannel:
    """What all pictures of one app share: the way to the terminal, its threads, its cache, its numbers."""

    def __init__(self, app: App[Any], profile: TerminalProfile) -> None:
        self._app = app
        self._profile = profile
        self._turn = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="picture")
        self._numbers = count(os.getpid() << 8)
        self._forgotten: list[int] = []
        self._unpaid = 0
        self._pace = LinePace()
        self._taken = asyncio.Event()
        self.suspended = False
        self.encoder = shared_encoder()
        self.cache: ByteCache[PaintedPicture | bytes] = ByteCache(CACHE_BYTES)
        self.decoded: ByteCache[Bitmap] = ByteCache(DECODED_BYTES)
        self.profile_signal: Signal[TerminalProfile] = Signal(app, "picture-profile")
        """Published when pictures are to be drawn in another way from now on."""
        if isinstance(app, StatefulApp):
            app.add_signal(self.profile_signal)

    @property
    def profile(self) -> TerminalProfile:
        """What the terminal can show, and how it is asked to."""
        return self._profile

    def use(self, profile: TerminalProfile) -> None:
        """Draw all pictures in another way from now on."""
        if profile != self._profile:
            self._profile = profile
            self.profile_signal.publish(profile)

    async def run(self, function: Callable[..., Result], *args: Any) -> Result:
        """The function's result, worked out in a thread; not begun at all if cancelled before its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The terminal's graphics for oneself: kitty allows no other command within a transmission."""
        async with self._turn:
            try:
                yield
            finally:
                self._delete_forgotten()

    async def room(self) -> None:
        """Wait until the terminal has taken what was written: no frame shall queue behind a picture."""
        if self._can_ask():
            await self._until_taken()
        seconds = self._unpaid / SSH_BYTES_PER_SECOND if self._profile.over_ssh else 0.0
        self._unpaid = 0
        await asyncio.sleep(seconds)
        while self._backlog() > 0:  # noqa: ASYNC110  Textual's output thread offers no event to wait for.
            await asyncio.sleep(BACKLOG_POLL_SECONDS)

    def write(self, sequence: str) -> None:
        """Hand complete escape sequences to the terminal, between two frames."""
        driver = self._app._driver
        if driver is None or self.suspended or driver.is_headless:
            return
        if len(sequence) >= ASKED_BYTES and self._can_ask():
            driver.write(f"{sequence}{QUESTION}")
            self._pace.sent(len(sequence), monotonic())
        else:
            driver.write(sequence)
            self._unpaid += len(sequence)

    def _can_ask(self) -> bool:
        """Whether the terminal itself answers: nothing that takes all at once is between."""
        asks = self._profile.over_ssh and not self._profile.between.draws_itself and self._pace.is_answered
        tell = getattr(self._app._driver, "tell_taken", None) if asks else None
        if tell is not None:
            tell(self._note_taken)
        return tell is not None

    def _note_taken(self) -> None:
        self._pace.answered(monotonic())
        self._taken.set()

    async def _until_taken(self) -> None:
        """Wait until so little is on its way that a key is not held up by it."""
        while not self._pace.has_room() and not self.suspended:
            self._taken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._taken.wait()
            if self._pace.is_late(monotonic()):
                self._pace.give_up()
                return

    def note_pixels(self, mark: PixelMark, columns: range, rows: range) -> None:
        """Note that pixels were written over cells of the screen."""
        if isinstance(self._app, StatefulApp):
            self._app.screen_buffer.cover(mark, columns, rows)

    @contextmanager
    def transmission(self, interruption: str) -> Iterator[Callable[[str], bool]]:
        """Keep frames and everything else back while pieces that no other byte may come between go out.

        Yields what sends a piece and tells whether it could; `room` is to be waited for before each. If the
        block is left by an exception, the interruption follows. Nothing is sent where there is no terminal.
        """
        begin = getattr(self._app._driver, "transmit", None)
        if begin is None:
            yield lambda piece: False
            return
        transmission: TerminalTransmission = begin(interruption)

        def send(piece: str) -> bool:
            transmission.write(piece)
            self._unpaid += len(piece)
            return not transmission.is_over

        whole = False
        with self._app.batch_update():
            try:
                yield send
                whole = True
            finally:
                transmission.end(whole=whole)

    @contextmanager
    def replies(self, listener: Callable[[str], None]) -> Iterator[None]:
        """Let a function have what the terminal replies within the block, without opening and end."""
        listen = getattr(self._app._driver, "listen", None)
        if listen is None:
            yield
            return
        listen(listener)
        try:
            yield
        finally:
            listen(None)

    def _backlog(self) -> int:
        """Writes that Textual's output thread has not begun."""
        thread = getattr(self._app._driver, "_writer_thread", None)
        return thread._queue.qsize() if thread is not None and not self.suspended else 0

    async def send(self, pieces: Sequence[str], interruption: str) -> None:
        """Send pieces that belong together; if cancelled between two, the interruption follows instead."""
        async with self.turn():
            sent = 0
            try:
                for piece in pieces:
                    await self.room()
                    self.write(piece)
                    sent += 1
            finally:
                if 0 < sent < len(pieces):
                    self.write(interruption)

    def forget(self, number: int) -> None:
        """Delete a picture from the terminal's memory, as soon as no transmission is under way."""
        self._forgotten.append(number)
        if not self._turn.locked():
            self._delete_forgotten()

    def _delete_forgotten(self) -> None:
        if self.suspended:
            return
        numbers, self._forgotten = self._forgotten, []
        for number in numbers:
            self.write(deletion(number, in_tmux=self._profile.in_tmux))

    @property
    def colours(self) -> str | None:
        """The colours that the terminal has, as Rich calls them."""
        return self._app.console.color_system

    @property
    def can_show_pixels(self) -> bool:
        """Whether the protocol works with the colours that Textual uses: kitty's numbers need 256 of them."""
        protocol = self._profile.protocol
        if protocol is GraphicsProtocol.KITTY:
            return self.colours in ("truecolor", "256")
        return protocol.draws_pixels

    def new_number(self) -> tuple[int, Colour]:
        """A number for a picture in kitty's memory, and the text colour that means it.

        With 24-bit colour the number is the colour; with 256 colours it is the colour's place in the palette.
        """
        number = next(self._numbers)
        if self.colours == "truecolor":
            number = 1 + number % 0xFFFFFF
            return number, (number >> 16, number >> 8 & 255, number & 255)
        # Without blue a colour is far from grey, which Rich would round to another part of the palette.
        red, green = divmod(number % 30, 6)
        return 16 + 36 * (red + 1) + 6 * green, (_CUBE[red + 1], _CUBE[green], 0)


_CHANNEL: Final = "_picture_channel"


def channel_of(app: App[Any], profile: TerminalProfile) -> PictureChannel:
    """The app's channel, made when the first picture asks for it and kept by the app: both end together."""
    channel: PictureChannel | None = getattr(app, _CHANNEL, None)
    if channel is None:
        channel = PictureChannel(app, profile)
        setattr(app, _CHANNEL, channel)
    return channel
