"""The top line with several profiles."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult

from fluxtui.widgets.top_bar import JobCounts, TopBar

BALANCES = {"bfl": 910.0, "fal": 4_000.0, "replicate": None}


async def shown(width: int, **values: Any) -> str:
    class Frame(App[None]):
        def compose(self) -> ComposeResult:
            yield TopBar()

    app = Frame()
    async with app.run_test(size=(width, 3)) as pilot:
        bar = app.query_one(TopBar)
        bar.place, bar.profile, bar.balance = "Generate", "bfl", 910.0
        for name, value in values.items():
            setattr(bar, name, value)
        await pilot.pause()
        return bar.render_line(0).text


async def test_all_balances_stand_in_80_columns() -> None:
    line = await shown(80, balances=BALANCES, spent_today=12.0, counts=JobCounts(running=1))
    assert "bfl $9.10 · fal $40.00 · replicate" in line
    assert "$0.12 today" in line
    assert "1 running" in line


async def test_where_they_do_not_fit_the_active_one_is_left() -> None:
    line = await shown(44, balances=BALANCES)
    assert "bfl" in line
    assert "$9.10" in line
    assert "fal" not in line


@pytest.mark.parametrize(
    ("down", "said"), [(("fal",), "no connection: fal"), (("bfl", "fal", "replicate"), "no connection ")]
)
async def test_it_names_the_profile_without_a_connection(down: tuple[str, ...], said: str) -> None:
    line = await shown(100, balances=BALANCES, connected=False, disconnected=down)
    assert said in f"{line} "
