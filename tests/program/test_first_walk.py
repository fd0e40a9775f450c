"""The first walk of README and guide, key by key as it stands there, on the demo in a real terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fluxtui

if TYPE_CHECKING:
    from tests.program.demos import Demo

ROOT = Path(fluxtui.__file__).parents[1]
WALK = re.compile(r"<!-- walk -->\n(.*?)<!-- end -->", re.DOTALL)
PARTS = re.compile(r"`(?P<key>[^`]+)`|“(?P<text>[^”]+)”|\*\*(?P<shown>[^*]+)\*\*")


def steps(name: str) -> list[tuple[str, str]]:
    """Return what is pressed (`key`), typed (`text`) and seen (`shown`) in a walk, in its order."""
    walk = WALK.search((ROOT / name).read_text(encoding="utf-8"))
    assert walk, f"{name} has no walk"
    words = re.sub(r"\s+", " ", walk[1])
    return [(str(part.lastgroup), part[str(part.lastgroup)]) for part in PARTS.finditer(words)]


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_the_walk_leads_where_it_says(name: str, demo: Demo) -> None:
    played = steps(name)
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
        else:
            terminal.press(value.lower())
    ledger = demo.simulated("ledger")
    assert sorted(entry["kind"] for entry in ledger) == ["image", "training"]
