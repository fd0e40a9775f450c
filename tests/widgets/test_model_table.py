"""The table of finetunes with ten thousand of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.widget import Widget

from fluxtui.domain.finetune import Finetune
from fluxtui.screens.models.columns import ModelRows, ModelTable
from fluxtui.widgets.table.grid import RowGrid

HostOf = Callable[[Widget | None], App[Any]]


def finetunes(count: int) -> list[Finetune]:
    """Return finetunes without dates, which stand in the order of their ids then, the last first."""
    return [
        Finetune(profile="bfl", id=f"{number:05}", name=f"row {number}") for number in range(count, 0, -1)
    ]


async def test_only_rows_in_sight_are_made_into_cells(host: HostOf) -> None:
    """Of ten thousand rows, whatever is done with them."""
    table, everything = ModelTable(), finetunes(10_000)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.show(everything)
        assert table.select("bfl/07000")
        await pilot.pause()
        assert table.query_one(RowGrid).cursor_row == 3_000
        table.focus()
        await pilot.press("pagedown", "g", "s", "S", "slash", "9", "9", "enter", "escape", "G")
        await pilot.pause()
        assert table.selected_key == table.shown_keys[-1]
        table.show([everything[0].model_copy(update={"favourite": True}), *everything[1:]])
        await pilot.pause()
        assert 0 < sum("cells" in vars(row) for row in table.rows) < 300


def test_what_is_the_same_has_the_same_row() -> None:
    rows, before = ModelRows(), finetunes(50)
    first = list(rows.of(before))
    starred = before[7].model_copy(update={"favourite": True, "created_at": None})
    new = Finetune(profile="bfl", id="00020x", name="new")
    after = [*before[:7], starred, *before[8:], new][1:]
    made = list(rows.of(after))
    assert [row.finetune for row in made] == sorted(after, key=lambda item: item.id, reverse=True)
    assert len(set(map(id, made)) - set(map(id, first))) == 2
