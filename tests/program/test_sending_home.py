"""Pictures given to iTerm2 by the real program: whole and undisturbed, or broken off."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.fakes.iterm2 import files_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program.conftest import Demo, Terminal

ITERM2_OVER_SSH = {
    "LC_TERMINAL": "iTerm2",
    "SSH_CONNECTION": "10.0.0.5 51022 10.0.0.7 22",
    "SSH_TTY": "/dev/pts/1",
}


def open_dialog(terminal: Terminal, file: Path, size: int, outlook: str) -> None:
    """Let the file of the picture have some bytes of chance, and open the dialog on it."""
    file.write_bytes(random.Random(size).randbytes(size))
    terminal.press("h")
    terminal.wait_for("Get it home", outlook)


def begin_sending(terminal: Terminal) -> None:
    """Let the terminal save the picture, and wait until that is under way."""
    before = len(terminal.received)
    terminal.write(b"t")
    terminal.wait_for("Sending", "stands still until it is there")
    terminal.wait_for_bytes(lambda sent: b"1337;File=" in sent[before:])


async def test_pictures_arrive_whole_or_not_at_all(demo: Demo) -> None:
    terminal = demo.start(image=0.05, environ=ITERM2_OVER_SSH)
    terminal.wait_for("✓ 12 pictures")
    terminal.press("f4")
    terminal.wait_for("Generate 1")
    terminal.press("escape", "ctrl+u")
    terminal.type("a boat at sea")
    terminal.press("ctrl+s")
    terminal.wait_for("✓ done")
    _, _, (picture,) = await demo.records()
    file = demo.folder / picture.path
    terminal.press("f6")
    terminal.wait_for("a boat at sea")

    open_dialog(terminal, file, 100_001, "1 file, 100.0 kB, 0 s or more; iTerm2 asks first")
    terminal.press("t")
    terminal.wait_for("Sent. iTerm2 lists what it saved")
    (whole,) = files_in(terminal.received)
    assert (whole.name, whole.content) == (file.name, file.read_bytes())

    terminal.press("q")
    open_dialog(terminal, file, 20_000_000, "1 file, 20.0 MB, 67 s or more")
    begin_sending(terminal)
    terminal.press("escape")
    terminal.wait_for("Stopped; iTerm2 throws away")
    assert [received.is_whole for received in files_in(terminal.received)] == [True, False]

    begin_sending(terminal)
    terminal.process.terminate()
    terminal.wait_for_end()
    sent = terminal.wait_for_bytes(lambda sent: b"\x1b[?1049l" in sent)
    assert [received.is_whole for received in files_in(sent)] == [True, False, False]
    assert sent.rindex(b"\x18") < sent.rindex(b"\x1b[?1049l")
