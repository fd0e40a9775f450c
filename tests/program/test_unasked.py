"""What terminals send without being asked, too late or in pieces, and terminals that are attached anew."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyte
import pytest

from tests.program.conftest import NO_SERVICE
from tests.program.terminal import MODES, PATIENCE
from tests.terminal.test_input_reader import REPLIES, SEQUENCES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program.demos import StartProgram
    from tests.program.terminal import Terminal

GAP = 0.12
"""Seconds between two pieces: longer than a lone ESC waits to be the key. The longer it is, the harder."""
REPORTS = [
    *REPLIES,
    *(sequence for sequence in SEQUENCES[:17] if "48;24" not in sequence and "<" not in sequence),
]
TEXT = "a boat"


def opened(start: StartProgram, folder: Path) -> Terminal:
    """Start the program on a place with a text field, and an editor that leaves a trace."""
    editor = folder / "editor"
    editor.write_text(f"#!/bin/sh\ntouch {folder / 'edited'}\n")
    editor.chmod(0o700)
    environ = {"BFL_API_KEY": "x", "EDITOR": str(editor), "VISUAL": str(editor)}
    terminal = start(*NO_SERVICE, "--data-dir", folder / "data", environ=environ)
    terminal.wait_for("1 Pictures", "F6 Jobs")
    terminal.press("f4")
    terminal.wait_for("Prompt", "no connection")
    return terminal


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the program that all tests of this file use that do not end it."""
    return tmp_path_factory.mktemp("unasked")


@pytest.fixture(scope="module")
def one_program(start_for_all: StartProgram, folder: Path) -> Terminal:
    """That program."""
    return opened(start_for_all, folder)


@pytest.fixture
def program(one_program: Terminal) -> Terminal:
    """The program with the focus in a text field, in which nothing changes by itself."""
    one_program.press("escape", "ctrl+u")
    one_program.type(TEXT)
    one_program.wait_for(TEXT)
    one_program.synchronise()
    return one_program


def test_replies_nobody_asked_for_are_neither_typed_nor_acted_on(program: Terminal, folder: Path) -> None:
    before = program.text
    for reply in REPORTS:
        program.write(reply.encode())
    for reply in REPORTS:
        for byte in reply.encode():
            program.write(bytes([byte]))
    for reply in ("\x1b]11;rgb:0000/0000/0000\x07", "\x1bP>|XTerm(379)\x1b\\", "\x1b_Gi=31;OK\x1b\\"):
        middle = len(reply) // 2
        program.write(reply[:middle].encode())
        time.sleep(GAP)
        program.write(reply[middle:].encode())
    program.type("!")
    program.wait_for(f"{TEXT}!")
    program.press("backspace")
    program.wait_until(lambda text: text == before)
    assert not (folder / "edited").exists()


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_gap_within_the_end_of_a_paste(program: Terminal, cut: int) -> None:
    program.write(b"\x1b[200~ at sea\x1b[201~"[:-cut])
    time.sleep(GAP)
    program.write(b"\x1b[201~"[-cut:])
    program.type("!")
    program.wait_for(f"{TEXT} at sea!")


def test_a_paste_without_end_is_there_soon_and_the_keyboard_lives(program: Terminal) -> None:
    program.write(b"\x1b[200~ at sea")
    program.wait_for(f"{TEXT} at sea")
    program.type("!")
    program.wait_for(f"{TEXT} at sea!")
    # Until its end, or a pause, whatever follows is content of the paste.
    program.write(b"\x1b[201~")


def test_control_keys_that_come_all_the_time_do_not_keep_a_paste_open(program: Terminal) -> None:
    """Faster than a paste without its end is given up: each of them would begin the wait anew."""
    program.write(b"\x1b[200~ at sea")
    end = time.monotonic() + PATIENCE
    while f"{TEXT} at sea" not in program.text:
        assert time.monotonic() < end, "the paste is never given up"
        time.sleep(GAP)
        program.write(b"\x05")


def sets_modes(sent: bytes) -> bool:
    return b"\x1b[?1049h" in sent and all(f"\x1b[?{mode}h".encode() in sent for mode in MODES)


def redrawn(program: Terminal, before: int, *words: str) -> None:
    """Wait until the modes are set again, and another terminal would show everything by now."""

    def is_complete(sent: bytes) -> bool:
        screen = pyte.Screen(80, 24)
        pyte.ByteStream(screen).feed(sent)
        shown = "\n".join(screen.display)
        return sets_modes(sent) and all(word in shown for word in words)

    program.wait_for_bytes(is_complete, since=before)


@pytest.mark.parametrize("key", [b"\x1f", b"\x0c", b"\x1b[47;5u"])
def test_a_key_draws_everything_anew(program: Terminal, key: bytes) -> None:
    before = len(program.received)
    program.write(key)
    redrawn(program, before, "FluxTUI", TEXT, "F6 Jobs")


def test_it_works_in_a_dialog_too(program: Terminal) -> None:
    program.press("f1")
    program.wait_for("Help: Generate")
    before = len(program.received)
    program.write(b"\x1f")
    redrawn(program, before, "FluxTUI", "Help: Generate")
    program.press("escape")
    program.wait_until(lambda text: "Help: Generate" not in text)


def test_whoever_attaches_with_the_same_size_sees_everything(program: Terminal) -> None:
    before = len(program.received)
    os.kill(program.process.pid, signal.SIGWINCH)
    redrawn(program, before, "FluxTUI", TEXT, "F6 Jobs")


def test_going_on_after_a_stop_from_outside(program: Terminal) -> None:
    before = len(program.received)
    os.kill(program.process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, program.process.pid, os.WSTOPPED | os.WNOWAIT)
    os.kill(program.process.pid, signal.SIGCONT)
    redrawn(program, before, "FluxTUI", TEXT, "F6 Jobs")
    program.type(" at sea")
    program.wait_for(f"{TEXT} at sea")


BEGUN = (b"\x1b[200~text", b"\x1b]11;rgb:", b"\x1bP>|x")
ENDS: Mapping[str, Callable[[Terminal], None]] = {
    "Ctrl+Q within a paste": lambda program: program.write(BEGUN[0] + b"\x11"),
    "Ctrl+C twice within a reply": lambda program: program.write(BEGUN[1] + b"\x03\x03"),
    "Ctrl+Q as kitty tells it": lambda program: program.write(BEGUN[2] + b"\x1b[113;5u"),
    "SIGHUP": lambda program: program.process.send_signal(signal.SIGHUP),
}
"""What else may have begun when a key comes that leaves, is in `tests/terminal/test_input_reader.py`.

How SIGTERM ends it, is in `test_hangup.py`.
"""


@pytest.mark.parametrize("how", ENDS)
def test_however_it_ends_every_mode_is_reset_and_a_prompt_can_follow(
    start_program: StartProgram, tmp_path: Path, how: str
) -> None:
    program = opened(start_program, tmp_path)
    ENDS[how](program)
    number = getattr(signal, how, None)
    assert program.wait_for_end() == (0 if number is None else 128 + number)
    program.is_given_back()
