"""Keys that come in one burst: they are acted on in their order, and none answers a question unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program.conftest import Demo

F4, F6 = b"\x1bOS", b"\x1b[17~"
CTRL_S = b"\x13"


def test_the_last_key_of_a_burst_decides_where_one_is(demo: Demo) -> None:
    """`2` and `4` lead to Models and to Jobs, where no field takes them; F4 comes last."""
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    terminal.write(F6 + b"24242\x1b[B\x1b[A4242" * 8 + F4 + b"a lake at dawn")
    terminal.wait_for("Endpoint", "a lake at dawn")


def test_text_after_a_function_key_goes_to_the_new_place(demo: Demo) -> None:
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    text = "dynamic days, not yesterday: 3 4 5 r"
    terminal.write(F4 + text.encode())
    shown = terminal.wait_for("Endpoint", text)
    assert "?" not in shown.splitlines()[1]


def test_keys_before_the_program_is_open_wait_for_it(demo: Demo) -> None:
    terminal = demo.start()
    terminal.wait_for_bytes(lambda sent: b"\x1b[?1049h" in sent)
    terminal.write(F4 + b"a lake at dawn")
    terminal.wait_for("Endpoint", "a lake at dawn")


@pytest.mark.parametrize("pause", [False, True])
def test_a_burst_cannot_pay_for_a_training(demo: Demo, sunsets: Path, pause: bool) -> None:
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    terminal.go_to("Name ")
    terminal.type("sunsets")
    terminal.press("tab", "right")
    if pause:
        terminal.write(CTRL_S)
        terminal.wait_for("Train this finetune?")
        terminal.write(b"y\r\ny")
    else:
        terminal.write(CTRL_S + b"y\r\nyyyy\r\r")
        terminal.wait_for("Train this finetune?")
    terminal.look()
    assert "Train this finetune?" in terminal.text
    assert demo.simulated("ledger") == []
    terminal.confirm("Train this finetune?")
    terminal.wait_until(lambda text: "Train this finetune?" not in text and demo.simulated("ledger") != [])
