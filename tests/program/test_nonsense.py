"""Nonsense typed and pasted into every place: the program goes on, and nothing is sent by accident."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.program.conftest import Demo
    from tests.program.terminal import Terminal

PLACES = {
    "f2": "Pictures",
    "f3": "F3 Models",
    "f4": "Prompt",
    "f5": "newest first",
    "f6": "F6 Jobs",
    "f7": "Server",
}

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

SEEDS = {1: 100, 40: 100}
"""Of keys by chance, and how many of each."""

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


def test_nonsense_does_no_harm_in_any_place(demo: Demo) -> None:
    """Random keys first, then binary garbage in every place. `benchmarks/nonsense.py` goes on."""
    demo.folder.mkdir()
    (demo.folder / "config.toml").write_text("[generation]\nconfirm_above_usd = 0\n")
    (demo.folder / "config.toml").chmod(0o600)
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    for seed, count in SEEDS.items():
        terminal.write(b"".join(nonsense(seed, count)))
        still_works(terminal)
    chance = random.Random(3)
    for key in PLACES:
        garbage = chance.randbytes(600) + b"\xff\xfe\xc3(\xed\xa0\x80 [/x] \xe2\x80\xae"
        terminal.press(key)
        terminal.paste(garbage.replace(b"\x1b", b"?"))
        terminal.press("escape", key)
        terminal.write(garbage.translate(None, bytes(range(32)) + b":yn"))
        terminal.synchronise()
        assert terminal.process.poll() is None, terminal.text
    still_works(terminal)
    assert demo.simulated("ledger") == []
