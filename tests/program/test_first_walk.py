"""The first walk of README and guide, key by key as it stands there, on the demo in a real terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import fluxtui

if TYPE_CHECKING:
    from tests.program.demos import Demo
    from tests.program.terminal import Terminal

ROOT = Path(fluxtui.__file__).parents[1]
WALK = re.compile(r"<!-- walk -->\n(.*?)<!-- end -->", re.DOTALL)
PARTS = re.compile(r"`(?P<key>[^`]+)`|“(?P<text>[^”]+)”|\*\*(?P<shown>[^*]+)\*\*")


def steps(name: str) -> list[tuple[str, str]]:
    """Return what is pressed (`key`), typed (`text`) and seen (`shown`) in a walk, in its order."""
    walk = WALK.search((ROOT / name).read_text(encoding="utf-8"))
    assert walk, f"{name} has no walk"
    words = re.sub(r"\s+", " ", walk[1])
    return [(str(part.lastgroup), part[str(part.lastgroup)]) for part in PARTS.finditer(words)]


def send(terminal: Terminal, then: str) -> None:
    """Send what is asked for; who is quicker than the form is told so, reads it, and presses again."""
    too_early = "The form is still being changed"
    terminal.press("ctrl+s")
    while too_early in terminal.wait_until(lambda text: then in text or too_early in text, then):
        terminal.press("escape")
        terminal.wait_until(lambda text: too_early not in text)
        terminal.press("ctrl+s")


def test_the_walk_of_the_readme_is_a_part_of_that_of_the_guide() -> None:
    """So that what is played below holds for both; only the finetune has another name."""
    short, whole = steps("README.md"), steps("docs/guide.md")
    (name,), (other,) = ([value for kind, value in walk if kind == "text"][:1] for walk in (short, whole))
    renamed = [(kind, other if value == name else value) for kind, value in short]
    assert whole[:2] == [("key", "F2"), ("shown", "12 pictures")]
    assert whole[2 : 2 + len(short)] == renamed


def test_the_walk_leads_where_it_says(demo: Demo) -> None:
    played = steps("docs/guide.md")
    assert {kind for kind, _ in played} == {"key", "text", "shown"}
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures", "What the finetune will be called")
    for number, (kind, value) in enumerate(played):
        if kind == "shown" and value.endswith("?"):
            assert played[number + 1] == ("key", "y")
            terminal.confirm(value)
        elif kind == "shown":
            terminal.wait_for(value)
        elif kind == "key" and value == "y":
            continue
        elif kind == "text":
            terminal.type(value)
        elif value == "Ctrl+S":
            send(terminal, next(later for kind, later in played[number:] if kind == "shown"))
        else:
            terminal.press(value.lower())
    ledger = demo.simulated("ledger")
    assert sorted(entry["kind"] for entry in ledger) == ["image", "training"]
