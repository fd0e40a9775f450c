"""The list of LoRAs, by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.loras import MOST_READ, stack_field
from fluxtui.providers.fal.generation import Klein9BLora
from fluxtui.widgets.dialogs import Choice, ChoiceDialog
from fluxtui.widgets.parameter_form import ParameterForm, problem_finder
from fluxtui.widgets.parameter_form.lora_stack import LoraStackControl
from fluxtui.widgets.parameter_form.row import FieldRow
from tests.piloting.snapshots import Snap

HostOf = Callable[[Widget | None], App[Any]]
FOX, OWL = (
    {"finetune": "files/fox", "weight": 1.0, "on": True},
    {"finetune": "files/owl", "weight": 0.5, "on": True},
)
CHOICES = tuple(Choice(f"files/{name}", name) for name in ("fox", "owl", "hare", "[/x] \x1b[31mbrutal"))


@pytest.fixture
def form() -> ParameterForm:
    """A form that takes up to three LoRAs and has two."""
    field = stack_field(Klein9BLora)
    assert field is not None
    shown = tuple(item for item in fields_of(Klein9BLora) if item.name in ("loras", "steps"))
    return ParameterForm(shown, {"loras": [FOX, OWL]}, finetunes=CHOICES)


def rows(form: ParameterForm) -> list[tuple[str, float, bool]]:
    """Return what stands in the list."""
    return [(row["finetune"][6:], row["weight"], row["on"]) for row in form.values["loras"] or ()]


async def begun(pilot: Pilot[Any], form: ParameterForm, *keys: str) -> None:
    """Focus the list and press keys."""
    form.focus_field("loras")
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("right", "right"), [("fox", 1.2, True), ("owl", 0.5, True)]),
        (("down", "left"), [("fox", 1.0, True), ("owl", 0.4, True)]),
        (("down", "space"), [("fox", 1.0, True), ("owl", 0.5, False)]),
        (("space", "space"), [("fox", 1.0, True), ("owl", 0.5, True)]),
        (("shift+down",), [("owl", 0.5, True), ("fox", 1.0, True)]),
        (("down", "shift+up", "space"), [("owl", 0.5, False), ("fox", 1.0, True)]),
        (("shift+up",), [("fox", 1.0, True), ("owl", 0.5, True)]),
        (("delete",), [("owl", 0.5, True)]),
        (("delete", "delete"), []),
        (("backspace",), [("owl", 0.5, True)]),
        (("1", ".", "2", "5"), [("fox", 1.25, True), ("owl", 0.5, True)]),
        (("2", ",", "5"), [("fox", 2.5, True), ("owl", 0.5, True)]),
        (("2", "backspace", "3"), [("fox", 3.0, True), ("owl", 0.5, True)]),
        (("9",), [("fox", 9.0, True), ("owl", 0.5, True)]),
        (("1", "-", ".", ".", "5"), [("fox", 1.5, True), ("owl", 0.5, True)]),
        (("-",), [("fox", 1.0, True), ("owl", 0.5, True)]),
        (("left",) * 15, [("fox", 0.0, True), ("owl", 0.5, True)]),
        (("down", "0", ".", "7", "up", "2"), [("fox", 2.0, True), ("owl", 0.7, True)]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
async def test_keys_change_the_row_under_the_cursor(
    form: ParameterForm, host: HostOf, keys: tuple[str, ...], expected: list[tuple[str, float, bool]]
) -> None:
    async with host(form).run_test() as pilot:
        await begun(pilot, form, *keys)
        assert rows(form) == expected


async def test_one_more_is_chosen_from_those_that_are_not_there(form: ParameterForm, host: HostOf) -> None:
    async with host(form).run_test() as pilot:
        await begun(pilot, form, "a")
        dialog = pilot.app.screen
        assert isinstance(dialog, ChoiceDialog)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert [name for name, _, _ in rows(form)][:2] == ["fox", "owl"]
        assert len(rows(form)) == 3
        await begun(pilot, form, "a")
        assert not isinstance(pilot.app.screen, ChoiceDialog)
        await begun(pilot, form, "space", "a")
        assert isinstance(pilot.app.screen, ChoiceDialog)


async def test_another_takes_the_place_and_keeps_the_weight(form: ParameterForm, host: HostOf) -> None:
    async with host(form).run_test() as pilot:
        await begun(pilot, form, "down", "enter")
        await pilot.press(*"hare", "enter")
        await pilot.pause()
        assert rows(form) == [("fox", 1.0, True), ("hare", 0.5, True)]


async def test_an_empty_list_says_how_one_is_added(form: ParameterForm, host: HostOf) -> None:
    async with host(form).run_test(size=(80, 24)) as pilot:
        await begun(pilot, form, "delete", "delete")
        assert form.values["loras"] is None
        control = form.query_one(LoraStackControl)
        assert "none · a adds one" in str(control.render())
        await pilot.press("left", "space", "delete", "shift+down", "5")
        assert form.values["loras"] is None
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ChoiceDialog)


async def test_names_are_harmless_and_cut(form: ParameterForm, host: HostOf) -> None:
    async with host(form).run_test(size=(40, 12)) as pilot:
        form.set_value("loras", [{"finetune": CHOICES[3].value, "weight": 0.85, "on": False}])
        await pilot.pause()
        drawn = str(form.query_one(LoraStackControl).render())
        assert drawn.startswith("○ [/x]")
        assert drawn.endswith("×0.85")
        assert "\x1b" not in drawn


def test_rows_are_drawn(form: ParameterForm, host: HostOf, snap: Snap) -> None:
    """Three rows, one of them off, the cursor on the second, whose weight is being typed."""

    async def look(pilot: Pilot[Any]) -> None:
        hare = {"finetune": "files/hare", "weight": 2.0, "on": False}
        form.set_value("loras", [FOX, OWL, hare])
        await begun(pilot, form, "down", "0", ".", "7")

    assert snap(host(form), look)


async def test_a_weight_out_of_range_stands_as_it_was_typed_and_is_told(
    form: ParameterForm, host: HostOf
) -> None:
    checked = ParameterForm(form.fields, find_problems=problem_finder(Klein9BLora), finetunes=CHOICES)
    async with host(checked).run_test() as pilot:
        checked.set_value("loras", [FOX, OWL])
        await begun(pilot, checked, "1", "9", "tab")
        assert rows(checked) == [("fox", 19.0, True), ("owl", 0.5, True)]
        row = next(row for row in checked.query(FieldRow) if row.field.name == "loras")
        assert row.problem == "LoRAs have a weight out of range: each must be 0 to 4"


async def test_no_more_rows_are_added_than_a_draft_keeps(form: ParameterForm, host: HostOf) -> None:
    off = {"weight": 1.0, "on": False}
    async with host(form).run_test() as pilot:
        form.set_value("loras", [{**off, "finetune": f"files/{number}"} for number in range(MOST_READ)])
        await begun(pilot, form, "a")
        assert not isinstance(pilot.app.screen, ChoiceDialog)
        await pilot.press("delete", "a")
        assert isinstance(pilot.app.screen, ChoiceDialog)


async def test_enter_ends_a_weight_that_was_typed(form: ParameterForm, host: HostOf) -> None:
    async with host(form).run_test() as pilot:
        await begun(pilot, form, "0", ".", "7", "enter")
        assert not isinstance(pilot.app.screen, ChoiceDialog)
        await pilot.press("2")
        assert rows(form) == [("fox", 2.0, True), ("owl", 0.5, True)]


async def test_too_many_are_told_at_the_row(form: ParameterForm, host: HostOf) -> None:
    checked = ParameterForm(form.fields, find_problems=problem_finder(Klein9BLora), finetunes=CHOICES)
    async with host(checked).run_test() as pilot:
        checked.set_value("loras", [{**FOX, "finetune": f"files/{number}"} for number in range(4)])
        await begun(pilot, checked)
        await pilot.press("tab")
        await pilot.pause()
        row = next(row for row in checked.query(FieldRow) if row.field.name == "loras")
        assert row.problem == "LoRAs are too many: at most 3"
