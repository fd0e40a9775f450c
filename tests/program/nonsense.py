"""Keys by chance, and whether a program has borne them."""

from __future__ import annotations

import random

from tests.program.terminal import Terminal

SEQUENCES = (
    *(b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[H", b"\x1b[F", b"\x1b[5~", b"\x1b[6~", b"\x1b[3~"),
    *(b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[17~", b"\x1b[18~", b"\x1b[Z", b"\t", b"\x1b"),
    *(b"\x7f", b"\x13", b"\x0c", b"\x0e", b"\x12", b"\x14", b"\x15", b"\x0b", b"\x01", b"\x05", b"\x04"),
    *(b"\x1b[<0;10;5M", b"\x1b[<0;10;5m", b"\x1b[<64;40;12M", b"\x1b[<35;1;1M", b"\x1b[<0;999;999M"),
    *(b"\x1b[999;999R", b"\x1b[?2026;2$y", b"\x1b[I", b"\x1b[O", b"\x1b[1;5A", b"\x1b[99999~", b"\x1b[;;;m"),
    *(b"\x1b]0;title\x07", b"\x1bP+r\x1b\\", b"\x1b_Gi=31;OK\x1b\\", b"\x1b[200~[/bold]\x1b[201~", b"\x1bx"),
)
"""Keys, mouse and answers of terminals; none leaves the program, opens the palette or says yes."""

LETTERS = "abcdefgjklmopqrstuvwxzABCDEGXZ0123456789/?.,-_[](){}'\"äß漢🙂"
"""What is typed: no y, n or Enter, which answer questions, and no colon, which opens the palette."""

MOST_QUESTIONS = 10
"""That may still open one after the other when nothing is pressed any more."""


def nonsense(seed: int, count: int) -> list[bytes]:
    """Return so many keys, the same for the same seed."""
    chance = random.Random(seed)
    return [
        chance.choice(SEQUENCES) if chance.random() < 0.5 else chance.choice(LETTERS).encode()
        for _ in range(count)
    ]


def still_works(terminal: Terminal) -> None:
    """See that the program lives and follows keys, once whatever lies over a place is put away."""
    for key, words in {"f6": "F6 Jobs", "f4": "Endpoint"}.items():
        terminal.press("escape", "escape", key, "escape", "escape", "escape")
        for _ in range(MOST_QUESTIONS):
            terminal.synchronise()
            if words in terminal.text:
                break
            # What was asked for by an earlier key may open a question only now.
            terminal.press("escape")
        terminal.wait_for(words)
    assert terminal.process.poll() is None
