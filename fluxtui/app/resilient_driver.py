"""Textual's driver, made so that a terminal which is gone or takes nothing never holds up the jobs."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable
from queue import Full
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.message import Message

from fluxtui.app.keyboard import Keyboard
from fluxtui.app.terminal_modes import TerminalModes
from fluxtui.terminal.ttys import size_of

STALL_SECONDS = 2.0
"""How long one write may wait for the terminal; then frames are left out until it takes some again."""
CLOSE_SECONDS = 1.0
"""How long the end waits for the terminal to take the last bytes."""
STALL_POLL_SECONDS = 0.5


class FadingFile:
    """A text file that takes what is written for as long as it can, and then nothing, silently.

    Textual's output thread would end at the first error, and the event loop would wait for it for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.is_gone = False

    def write(self, text: str) -> int:
        """Write, unless the terminal is gone."""
        if not self.is_gone:
            try:
                return self._file.write(text)
            except OSError:
                self.is_gone = True
        return len(text)

    def flush(self) -> None:
        """Flush, unless the terminal is gone."""
        if not self.is_gone:
            try:
                self._file.flush()
            except OSError:
                self.is_gone = True

    def fileno(self) -> int:
        """Return the descriptor of the file."""
        return self._file.fileno()


class Transmission:
    """The terminal's input for oneself: what others write meanwhile comes after it.

    Args:
        put: hands data to the output thread.
        interruption: what has to follow if the transmission ends before it is whole.
    """

    def __init__(self, put: Callable[[str], None], interruption: str) -> None:
        self._put = put
        self._interruption = interruption
        self._waiting: list[str] = []
        self.is_over = False

    def write(self, data: str) -> None:
        """Send a piece, unless the transmission is over."""
        if not self.is_over:
            self._put(data)

    def keep(self, data: str) -> None:
        """Keep what somebody else writes until the end."""
        self._waiting.append(data)

    def end(self, *, whole: bool) -> None:
        """Send the interruption where it is not whole, then what others wrote. Idempotent."""
        if self.is_over:
            return
        self.is_over = True
        for data in ([] if whole else [self._interruption]) + self._waiting:
            self._put(data)


class ResilientDriver(LinuxDriver):
    """Draws on a terminal that can go away or stall at any moment, and tells the application if it does.

    When it is gone (its window closed, the line lost), the application gets the message `Gone`. While it
    takes nothing (a line that stalls can do so for hours before anybody gives it up), frames are left out;
    when it takes some again, everything is drawn anew.
    """

    class Gone(Message):
        """The terminal is gone for good."""

    class Doubtful(Message):
        """What is on the screen may not be what was drawn: somebody attached anew, or was away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The program does not start without a terminal on standard error.
        self._screen = FadingFile(cast(IO[str], self._file))
        self._file = cast(Any, self._screen)
        self._is_stalled = False
        self._watching = False
        self._transmission: Transmission | None = None
        self.interruptions = 0
        """How often the terminal may have come to show something else than was drawn."""
        self._steady = TerminalModes(self, self._tell_doubt, self._is_behind)
        self._keyboard = Keyboard(self)
        if self._size is None:
            # Else the application asks elsewhere for its first size, and may be told another one than here.
            self._size = self._get_terminal_size()

    def listen(self, listener: Callable[[str], None] | None) -> None:
        """Let a function have the inside of each reply about files; it is called on the event loop."""
        self._keyboard.listen(listener)

    def tell_taken(self, listener: Callable[[], None]) -> None:
        """Let a function know when the terminal has taken what was written before a question."""
        self._keyboard.on_taken = listener

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the columns and rows of the terminal that is drawn on; standard output may be a file."""
        return size_of(self._screen.fileno())

    @property
    def is_dead(self) -> bool:
        """Whether the terminal is gone or takes nothing, so that nothing may be written to it any more."""
        return self._screen.is_gone or self._is_stalled

    def _is_behind(self) -> bool:
        """Whether frames wait for the terminal. One that takes nothing has none drawn for it: see `_put`."""
        writer = self._writer_thread
        return writer is not None and not self._is_stalled and not writer._queue.empty()

    def process_message(self, message: Message) -> None:
        """Hand on what the terminal sent; of sizes that it tells by itself the last one counts."""
        if isinstance(message, Resize):
            self._steady.tell_size(message)
        else:
            super().process_message(message)

    def start_application_mode(self) -> None:
        """Start drawing, and watch over the terminal from now on."""
        self.interruptions += 1
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._steady.begin()
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._wait_for_hangup, name="hang-up", daemon=True).start()

    def stop_application_mode(self) -> None:
        """Stop drawing; a transmission ends here, so that the terminal is itself again."""
        if self._transmission is not None:
            self._transmission.end(whole=False)
        self._steady.end()
        super().stop_application_mode()

    def renew(self) -> None:
        """Put the terminal into the program's modes again; one that was attached anew has none of them."""
        self.interruptions += 1
        self._steady.renew()

    def restore_now(self) -> None:
        """Give the terminal back at once, from any thread, whatever is stuck; waits for it only a moment."""
        self._steady.give_back()

    def transmit(self, interruption: str) -> Transmission:
        """Begin a transmission that no other byte may come into; the caller ends it, also when cancelled.

        Raises:
            LookupError: another one is not over.
        """
        if self._transmission is not None and not self._transmission.is_over:
            raise LookupError("another transmission is not over")
        self._transmission = Transmission(self._put, interruption)
        return self._transmission

    def write(self, data: str) -> None:
        """Hand data to the output thread, or keep it until a transmission is over."""
        if self._transmission is None or self._transmission.is_over:
            self._put(data)
        else:
            self._transmission.keep(data)

    def _put(self, data: str) -> None:
        """Hand data to the output thread, waiting a little if it is behind, and never for long."""
        writer = self._writer_thread
        if writer is None or self._is_stalled:
            return
        try:
            writer._queue.put(data, timeout=STALL_SECONDS)
        except Full:
            self.interruptions += 1
            self._is_stalled = True
            self._loop.call_soon_threadsafe(self._look_after_stall)

    def _look_after_stall(self) -> None:
        writer = self._writer_thread
        if writer is None or not writer.is_alive():
            return
        if writer._queue.empty():
            self._is_stalled = False
            self.interruptions += 1
            self._app.refresh(layout=True)
        else:
            self._loop.call_later(STALL_POLL_SECONDS, self._look_after_stall)

    def close(self) -> None:
        """Let the output thread end; one that is stuck ends with the program."""
        writer = self._writer_thread
        if writer is None:
            return
        if not self._is_stalled:
            try:
                writer._queue.put(None, timeout=CLOSE_SECONDS)
            except Full:
                self._is_stalled = True
            else:
                writer.join(CLOSE_SECONDS)
        self._is_stalled = self._is_stalled or writer.is_alive()

    def run_input_thread(self) -> None:
        """Read keys until the end; a terminal that cannot be read from is gone."""
        try:
            self._keyboard.read()
        except OSError:
            self._tell_gone()

    def _wait_for_hangup(self) -> None:
        """Wait, in a thread of its own, until the other side of the terminal is closed."""
        poll = select.poll()
        # No event is asked for: a hang-up is told anyway, and keys do not wake us.
        poll.register(self.fileno, 0)
        if any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll()):
            self._tell_gone()

    def _sigcont_application(self, *args: Any) -> None:
        """Go on after a stop. Stopped from outside, the program never left its modes."""
        if self._steady.is_on:
            self._steady.come_back()
        else:
            super()._sigcont_application(*args)

    def _tell_doubt(self) -> None:
        self.send_message(self.Doubtful())

    def _tell_gone(self) -> None:
        self._screen.is_gone = True
        # Reading on would return nothing at once, for ever. The base class never waits for it again then.
        self.exit_event.set()
        self.send_message(self.Gone())
