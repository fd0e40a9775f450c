"""Nonsense typed and pasted into every place: the program goes on, and nothing is sent by accident."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.program.nonsense import nonsense, still_works

if TYPE_CHECKING:
    from tests.program.demos import Demo

PLACES = {
    "f2": "Pictures",
    "f3": "F3 Models",
    "f4": "Prompt",
    "f5": "newest first",
    "f6": "F6 Jobs",
    "f7": "Server",
}

SEEDS = {1: 40, 40: 40}
"""Of keys by chance, and how many of each."""


def test_nonsense_does_no_harm_in_any_place(demo: Demo) -> None:
    """Random keys first, then binary garbage in every place. `benchmarks/nonsense.py` goes on."""
    demo.ask_before_everything()
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    for seed, count in SEEDS.items():
        terminal.write(b"".join(nonsense(seed, count)))
        still_works(terminal)
    chance = random.Random(3)
    for key in PLACES:
        garbage = chance.randbytes(300) + b"\xff\xfe\xc3(\xed\xa0\x80 [/x] \xe2\x80\xae"
        terminal.press(key)
        terminal.paste(garbage.replace(b"\x1b", b"?"))
        terminal.press("escape", key)
        terminal.write(garbage.translate(None, bytes(range(32)) + b":yn"))
        terminal.synchronise()
        assert terminal.process.poll() is None, terminal.text
    still_works(terminal)
    assert demo.simulated("ledger") == []
