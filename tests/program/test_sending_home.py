"""Pictures given to iTerm2 and kitty by the real program: whole and undisturbed, or broken off."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.fakes.iterm2 import files_in
from tests.fakes.kitty import Kitty

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program.demos import Demo
    from tests.program.terminal import Terminal

OVER_SSH = {"SSH_CONNECTION": "10.0.0.5 51022 10.0.0.7 22", "SSH_TTY": "/dev/pts/1"}


async def with_a_picture(demo: Demo, **options: Any) -> tuple[Terminal, Path]:
    """Start the program, generate a picture, and return the terminal at Jobs, and the picture's file."""
    terminal = demo.start(image=0.05, **options)
    terminal.wait_for("✓ 12 pictures")
    terminal.press("f4")
    terminal.wait_for("Generate 1")
    terminal.press("escape", "ctrl+u")
    terminal.type("a boat at sea")
    terminal.press("ctrl+s")
    terminal.wait_for("✓ done")
    _, _, (picture,) = await demo.records()
    terminal.press("f6")
    terminal.wait_for("a boat at sea")
    return terminal, demo.folder / picture.path


def open_dialog(terminal: Terminal, file: Path, size: int, outlook: str) -> None:
    """Let the file of the picture have some bytes of chance, and open the dialog on it."""
    file.write_bytes(random.Random(size).randbytes(size))
    terminal.press("h")
    terminal.wait_for("Get it home", outlook)


def begin_sending(terminal: Terminal) -> None:
    """Let iTerm2 save the picture, and wait until that is under way."""
    before = len(terminal.received)
    terminal.press("t")
    terminal.wait_for("Sending", "stands still until it is there")
    terminal.wait_for_bytes(lambda sent: b"1337;File=" in sent, since=before)


async def test_iterm2_gets_pictures_whole_or_not_at_all(demo: Demo) -> None:
    terminal, file = await with_a_picture(demo, environ=OVER_SSH, name="iTerm2 3.5.0")
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


async def test_kitty_is_asked_and_says_what_it_saved(demo: Demo) -> None:
    kitty = Kitty()
    options = {"environ": OVER_SSH, "name": "kitty(0.42.1)", "answer": kitty.answer}
    terminal, file = await with_a_picture(demo, **options)
    place, second = f"~/Downloads/{file.name}", f"~/Downloads/{file.stem}-2{file.suffix}"
    kitty.files[place] = b"the user's own"
    open_dialog(terminal, file, 100_001, "1 file, 100.0 kB, 0 s or more; kitty asks first")
    terminal.press("t")
    terminal.wait_for("kitty saved", f"{file.stem}-2")
    assert kitty.files == {place: b"the user's own", second: file.read_bytes()}
    assert (len(kitty.finished), kitty.permissions) == (1, {0o644})

    kitty.grants = False
    terminal.press("t")
    terminal.wait_for("kitty saves nothing: User refused the transfer.")
    assert kitty.cancelled == []

    kitty.grants = True
    terminal.press("q")
    open_dialog(terminal, file, 20_000_000, "1 file, 20.0 MB, 67 s or more")
    terminal.press("t")
    terminal.wait_for("Sending", "stops it.")
    terminal.press("escape")
    terminal.wait_for("Stopped; kitty keeps what came")
    assert (len(kitty.cancelled), len(kitty.finished), kitty.faults) == (1, 1, [])
    # No reply was taken for keys, which would have copied something or left the dialog.
    assert b"\x1b]52;" not in terminal.received
    terminal.wait_for("Get it home", "Stopped; kitty keeps what came")
    terminal.press("q")
    terminal.wait_until(lambda text: "Get it home" not in text)
