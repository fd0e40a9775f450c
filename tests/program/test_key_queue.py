"""Keys that come in one burst: they are acted on in their order, and none answers a question unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program.demos import Demo

F4, F6 = b"\x1bOS", b"\x1b[17~"
CTRL_S, CTRL_U = b"\x13", b"\x15"


def test_a_burst_is_acted_on_in_its_order_from_the_first_moment_on(demo: Demo) -> None:
    """`2` and `4` lead to Models and to Jobs, where no field takes them; F4 comes last."""
    terminal = demo.start()
    terminal.wait_for_bytes(lambda sent: b"\x1b[?1049h" in sent)
    terminal.write(F4 + b"keys before it is open")
    terminal.wait_for("Endpoint", "keys before it is open")

    terminal.press("f2")
    terminal.wait_for("✓ 12 pictures")
    text = "dynamic days, not yesterday: 3 4 5 r"
    terminal.write(F4 + CTRL_U + text.encode())
    shown = terminal.wait_for("Endpoint", text)
    assert "?" not in shown.splitlines()[1]

    terminal.write(F6 + b"24242\x1b[B\x1b[A4242" * 2 + F4 + CTRL_U + b"a lake at dawn")
    terminal.wait_for("Endpoint", "a lake at dawn")


def test_a_burst_cannot_pay_for_a_training(demo: Demo, sunsets: Path) -> None:
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    terminal.go_to("Name ")
    terminal.type("sunsets")
    terminal.press("tab", "right")
    terminal.write(CTRL_S + b"y\r\nyyyy\r\r")
    terminal.wait_for("Train this finetune?")
    terminal.synchronise()
    assert "Train this finetune?" in terminal.text
    terminal.press("n")
    terminal.wait_until(lambda text: "Train this finetune?" not in text)
    terminal.write(CTRL_S)
    # As soon as the question is there.
    terminal.wait_for("Train this finetune?")
    terminal.write(b"y\r\ny")
    terminal.synchronise()
    assert "Train this finetune?" in terminal.text
    assert demo.simulated("ledger") == []
    terminal.confirm("Train this finetune?")
    terminal.wait_until(lambda text: "Train this finetune?" not in text and demo.simulated("ledger") != [])
