"""No test waits for a time: it is too long on a quick machine, and too short on a busy one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PILOTED = ("screens", "widgets", "controllers", "app")
"""Tests of what is shown: they wait for a state, a screen, or until all is settled, see `tests.piloting`."""
POLL_SECONDS = 0.05
"""How long a loop that looks for something may wait between two looks."""


def fixed_waits(source: str) -> Iterator[int]:
    """Yield the lines that wait for a time in another way than a loop does between two looks."""

    def visit(node: ast.AST, is_looking: bool) -> Iterator[int]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and _seconds(child) is not None:
                seconds = _seconds(child)
                if not is_looking or not isinstance(seconds, float) or seconds > POLL_SECONDS:
                    yield child.lineno
            within = is_looking and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from visit(child, within or isinstance(child, ast.While | ast.For | ast.AsyncFor))

    yield from visit(ast.parse(source), False)


def _seconds(call: ast.Call) -> object:
    """Return for how long a call waits, a text where it is not said there, None if it waits for no time."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in ("sleep", "pause") or not call.args:
        return None
    first = call.args[0]
    if not isinstance(first, ast.Constant):
        return ast.unparse(first) if name == "sleep" else None
    return float(first.value) if isinstance(first.value, int | float) and first.value else None


@pytest.mark.parametrize("room", PILOTED)
def test_no_piloted_test_waits_for_a_time(room: str) -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted((TESTS / room).rglob("*.py"))
        for line in fixed_waits(path.read_text(encoding="utf-8"))
    ]
    assert not found


@pytest.mark.parametrize(
    ("source", "waits"),
    [
        ("await pilot.pause(0.3)", True),
        ("await pilot.pause()", False),
        ("await asyncio.sleep(0)", False),
        ('await jobs.pause("demo")', False),
        ("await asyncio.sleep(QUIET)", True),
        ("while not done:\n    await asyncio.sleep(0.02)", False),
        ("while not done:\n    await asyncio.sleep(0.5)", True),
        ("while not done:\n    async def slow():\n        sleep(0.01)", True),
    ],
)
def test_a_fixed_wait_is_found(source: str, waits: bool) -> None:
    assert bool(list(fixed_waits(source))) is waits
