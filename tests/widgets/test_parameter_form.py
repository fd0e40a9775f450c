"""The form, driven by fields alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from fluxtui.domain.endpoint import Endpoint, fields_of
from fluxtui.domain.errors import Problem
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.parameter_form import ParameterForm, problem_finder
from fluxtui.widgets.parameter_form.path_controls import PicturesControl
from fluxtui.widgets.parameter_form.row import CHANGED, FieldRow, MoreRow
from tests.piloting.snapshots import LARGE, SMALL, Snap

HostOf = Callable[[Widget | None], App[Any]]
FINETUNES = (Choice("ft-1", "Mountain lake"), Choice("ft-2", "[/x] Brutal"))


@pytest.fixture
def form(every_kind: type[Endpoint]) -> ParameterForm:
    """A form for the endpoint with every kind of parameter."""
    return ParameterForm(fields_of(every_kind), find_problems=problem_finder(every_kind), finetunes=FINETUNES)


def row(form: ParameterForm, name: str) -> FieldRow:
    """Return the row of a field."""
    return next(row for row in form.query(FieldRow) if row.field.name == name)


async def settle(pilot: Pilot[Any]) -> None:
    """Let messages arrive."""
    await pilot.pause()
    await pilot.pause()


async def test_fresh_values_are_the_defaults(form: ParameterForm, host: HostOf) -> None:
    """Nothing typed: defaults, None for what is empty; hidden fields are kept and not shown."""
    async with host(form).run_test() as pilot:
        await settle(pilot)
        assert form.values["strength"] == 1.2
        assert form.values["width"] == 1024
        assert form.values["prompt"] is None
        assert form.values["seed"] is None
        assert form.values["upsampling"] is False
        assert form.values["raw"] is None
        assert form.values["hidden"] == "kept"
        assert all(row.field.name != "hidden" for row in form.query(FieldRow))


async def test_typing_changes_values_and_tells(every_kind: type[Endpoint]) -> None:
    """Every kind of input gives its own type; one message for each change, none at the start."""
    told: list[ParameterForm.Changed] = []

    class Listening(App[None]):
        def compose(self) -> Any:
            yield ParameterForm(fields_of(every_kind), {"steps": 20}, finetunes=FINETUNES)

        @on(ParameterForm.Changed)
        def note(self, event: ParameterForm.Changed) -> None:
            told.append(event)

    app = Listening()
    async with app.run_test() as pilot:
        form = app.query_one(ParameterForm)
        await settle(pilot)
        assert told == []
        form.focus_field("prompt")
        await pilot.press("h", "i")
        form.focus_field("finetune_id")
        await pilot.press("right")
        form.focus_field("steps")
        await pilot.press("up")
        form.focus_field("upsampling")
        await pilot.press("left")
        form.focus_field("format")
        await pilot.press("p")
        await settle(pilot)
        assert [event.changed_name for event in told] == [
            "prompt", "prompt", "finetune_id", "steps", "upsampling", "format",
        ]  # fmt: skip
        assert told[-1].values == form.values
        chosen = {
            name: form.values[name] for name in ("prompt", "finetune_id", "steps", "upsampling", "format")
        }
        assert chosen == {
            "prompt": "hi", "finetune_id": "ft-1", "steps": 21, "upsampling": True, "format": "png",
        }  # fmt: skip


async def test_a_number_input_takes_only_numbers(form: ParameterForm, host: HostOf) -> None:
    """Letters are ignored, plus and minus step, and an empty field is None."""
    async with host(form).run_test() as pilot:
        form.focus_field("width")
        await pilot.press("x", "5", "1", "2")
        assert form.values["width"] == 512
        await pilot.press("plus")
        assert form.values["width"] == 544
        await pilot.press("minus", "minus", "pagedown")
        assert form.values["width"] == 256
        await pilot.press("ctrl+u")
        assert form.values["width"] is None


async def test_a_seed_is_drawn_and_emptied(form: ParameterForm, host: HostOf) -> None:
    """`r` draws within 32 bits; empty means random."""
    async with host(form).run_test() as pilot:
        form.focus_field("seed")
        await pilot.press("r")
        drawn = form.values["seed"]
        assert isinstance(drawn, int)
        assert 0 <= drawn < 2**32
        await pilot.press("ctrl+u")
        assert form.values["seed"] is None


async def test_problems_are_shown_after_leaving_and_cleared(form: ParameterForm, host: HostOf) -> None:
    """A wrong value is named under its field with a sign, and no longer once it is right."""
    async with host(form).run_test() as pilot:
        form.focus_field("strength")
        await pilot.press("9")
        assert row(form, "strength").problem == ""
        form.focus_field("width")
        await settle(pilot)
        assert row(form, "strength").problem == "Strength must be 0 to 2"
        assert row(form, "strength").has_class("-problem")
        form.focus_field("strength")
        await pilot.press("ctrl+u", "1")
        await settle(pilot)
        assert row(form, "strength").problem == ""
        assert not row(form, "strength").has_class("-problem")


async def test_check_names_everything_and_focuses_the_first(form: ParameterForm, host: HostOf) -> None:
    """Submitting an empty form names the needed fields."""
    async with host(form).run_test() as pilot:
        form.focus_field("steps")
        assert form.check() is False
        await settle(pilot)
        assert row(form, "prompt").problem == "Prompt is needed"
        assert row(form, "finetune_id").problem == "Finetune is needed"
        assert isinstance(pilot.app.focused, TextArea)
        form.set_value("prompt", "a lake")
        form.set_value("finetune_id", "ft-9")
        assert form.check() is True
        assert row(form, "prompt").problem == ""


async def test_a_problem_of_a_folded_field_unfolds(form: ParameterForm, host: HostOf) -> None:
    """What is wrong is never hidden."""
    async with host(form).run_test() as pilot:
        assert all(drawn.field.name != "tolerance" for drawn in form.query(FieldRow))
        form.show_problems((Problem("tolerance", "Tolerance is refused"),))
        await settle(pilot)
        assert form.is_open
        assert row(form, "tolerance").display
        assert row(form, "tolerance").input.has_focus
        form.query_one(MoreRow).action_toggle_more()
        await settle(pilot)
        assert not form.is_open


async def test_suggested_values_follow(host: HostOf, every_kind: type[Endpoint]) -> None:
    """Steps follow the mode until the user edits them; resetting lets them follow again."""

    def suggest(values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"steps": 10 if values["mode"] == "style" else 30}

    form = ParameterForm(fields_of(every_kind), suggest=suggest)
    async with host(form).run_test() as pilot:
        await settle(pilot)
        assert form.values["steps"] == 30
        form.focus_field("mode")
        await pilot.press("left")
        assert form.values["mode"] == "style"
        assert row(form, "steps").query_one(Input).value == "10"
        form.focus_field("steps")
        await pilot.press("up")
        assert form.values["steps"] == 11
        form.focus_field("mode")
        await pilot.press("right")
        assert form.values["steps"] == 11
        form.focus_field("steps")
        await pilot.press("ctrl+t")
        assert form.values["steps"] == 30


async def test_other_fields_keep_what_both_have(form: ParameterForm, host: HostOf) -> None:
    """Another endpoint: what was typed stays where it fits, and so does the focus."""
    async with host(form).run_test() as pilot:
        form.focus_field("prompt")
        await pilot.press("h", "i")
        fewer = tuple(field for field in form.fields if field.name in ("prompt", "steps", "seed"))
        await form.set_fields(fewer, {"steps": 7})
        await settle(pilot)
        assert form.values == {"prompt": "hi", "steps": 7, "seed": None}
        assert len(form.query(FieldRow)) == 3
        assert isinstance(pilot.app.focused, TextArea)
        assert row(form, "prompt").query_one(TextArea).text == "hi"


async def test_reset_all(form: ParameterForm, host: HostOf) -> None:
    """Everything goes back to its default, on the screen as well."""
    async with host(form).run_test() as pilot:
        form.set_value("prompt", "words")
        form.set_value("format", "png")
        form.set_value("width", 512)
        await settle(pilot)
        form.reset_all()
        await settle(pilot)
        assert form.values["prompt"] is None
        assert row(form, "format").query_one(Chooser).value == "jpeg"
        assert row(form, "width").query_one(Input).value == "1024"


async def test_a_picture_is_looked_at(form: ParameterForm, host: HostOf, tmp_path: Path) -> None:
    """Pixels and bytes of a good file, a reason for a bad one, and the home directory written out."""
    good = tmp_path / "lake.png"
    Image.new("RGB", (64, 48)).save(good)
    bad = tmp_path / "text.png"
    bad.write_text("no picture")
    async with host(form).run_test(size=(100, 40)) as pilot:
        form.set_value("picture", str(good))
        await _noted(pilot, form, "picture", "PNG 64×48 px")
        form.set_value("picture", str(bad))
        await _noted(pilot, form, "picture", "✗ is not a picture")
        form.set_value("picture", str(tmp_path / "none.png"))
        await _noted(pilot, form, "picture", "✗ does not exist")
        form.focus_field("picture")
        await pilot.press("ctrl+u", *"~/x")
        assert form.values["picture"] == str(Path.home() / "x")


async def _noted(pilot: Pilot[Any], form: ParameterForm, name: str, words: str) -> None:
    for _ in range(100):
        notes = row(form, name).query(".field-note")
        if notes and words in str(notes.first().render()):
            return
        await asyncio.sleep(0.02)
        await pilot.pause()
    pytest.fail(f"{words!r} was not said")


async def test_several_pictures(form: ParameterForm, host: HostOf) -> None:
    """There is always one empty line more, up to the limit."""
    async with host(form).run_test(size=(100, 40)) as pilot:
        form.focus_field("pictures")
        await pilot.press("a")
        await settle(pilot)
        lines = row(form, "pictures").query(Input)
        assert len(lines) == 2
        lines.last().focus()
        await pilot.press("b")
        await settle(pilot)
        assert form.values["pictures"] == ["a", "b"]
        form.set_value("pictures", ["x", "y", "z"])
        await settle(pilot)
        assert [line.value for line in row(form, "pictures").query(Input)] == ["x", "y", "z"]
        form.set_value("pictures", None)
        await settle(pilot)
        assert form.values["pictures"] is None


async def test_pictures_are_moved_and_taken_out(form: ParameterForm, host: HostOf) -> None:
    """The keys move a picture with the focus; what is taken out lets the others move up."""
    async with host(form).run_test(size=(100, 40)) as pilot:
        form.set_value("pictures", ["x", "y"])
        await settle(pilot)
        control = row(form, "pictures").query_one(PicturesControl)
        control.lines[0].focus()
        await pilot.press("shift+down")
        await settle(pilot)
        assert form.values["pictures"] == ["y", "x"]
        assert control.current == 1
        await control.take_out(control.lines[0])
        await settle(pilot)
        assert form.values["pictures"] == ["x"]


async def test_there_is_one_empty_line_for_a_further_picture(form: ParameterForm, host: HostOf) -> None:
    """Whether the paths are taken away, fewer are shown, or a line is emptied and left."""
    async with host(form).run_test(size=(100, 40)) as pilot:
        control = row(form, "pictures").query_one(PicturesControl)

        def shown() -> list[str]:
            return [line.value for line in control.lines]

        for paths, lines in ((["x", "y"], ["x", "y", ""]), (None, [""]), (["z"], ["z", ""])):
            form.set_value("pictures", paths)
            await settle(pilot)
            assert shown() == lines
        form.set_value("pictures", ["x", "y"])
        await settle(pilot)
        control.lines[0].focus()
        await pilot.press("backspace")
        await settle(pilot)
        assert shown() == ["", "y"]
        await pilot.press("tab")
        await settle(pilot)
        assert shown() == ["y", ""]


async def test_what_is_no_default_is_marked(form: ParameterForm, host: HostOf) -> None:
    """The mark goes with the value, and one key takes both back."""
    async with host(form).run_test(size=(100, 40)) as pilot:
        steps = row(form, "steps")
        assert CHANGED not in str(steps.render())
        form.focus_field("steps")
        await pilot.press("up")
        await settle(pilot)
        assert CHANGED in str(steps.render())
        await pilot.press("ctrl+t")
        await settle(pilot)
        assert CHANGED not in str(steps.render())
        assert form.values["steps"] == 40


async def test_a_finetune_that_is_not_known(form: ParameterForm, host: HostOf) -> None:
    """Enter opens the list; an id that nobody knows can be typed there."""
    async with host(form).run_test() as pilot:
        form.focus_field("finetune_id")
        await pilot.press("enter", "n", "e", "w", "down", "enter")
        await settle(pilot)
        assert form.values["finetune_id"] == "new"
        form.set_finetunes((Choice("new", "The new one"),))
        await settle(pilot)
        assert "The new one" in str(row(form, "finetune_id").query_one(Chooser).render())


async def test_hostile_strings_are_shown_as_text(
    host: HostOf, hostile: str, every_kind: type[Endpoint]
) -> None:
    """Values, labels of finetunes and reasons from a service."""
    form = ParameterForm(
        fields_of(every_kind),
        {"prompt": hostile, "ratio": hostile, "picture": hostile, "finetune_id": "evil"},
        finetunes=(Choice("evil", hostile, hostile),),
    )
    async with host(form).run_test() as pilot:
        form.show_problems((Problem("ratio", hostile), Problem("nowhere", hostile)))
        form.focus_field("finetune_id")
        await pilot.press("enter")
        await settle(pilot)
        svg = pilot.app.export_screenshot()
        assert "\x1b" not in svg
        assert "\u202e" not in svg


def test_no_cursor_blinks(form: ParameterForm, host: HostOf, snap: Snap) -> None:
    """Fresh at 80x24; nothing moves by itself."""

    async def look(pilot: Pilot[Any]) -> None:
        assert all(not item.cursor_blink for item in pilot.app.query(Input))
        assert all(not item.cursor_blink for item in pilot.app.query(TextArea))
        form.focus()
        await pilot.pause()

    assert snap(host(form), look, sizes=SMALL)


def test_wide(form: ParameterForm, host: HostOf, snap: Snap) -> None:
    """Two columns at 120x40, advanced fields open."""

    async def unfold(pilot: Pilot[Any]) -> None:
        form.set_open(True)
        form.set_value("prompt", "a red lake in the morning, [/x] with fog")
        form.set_value("finetune_id", "ft-2")
        form.focus_field("strength")
        await pilot.pause()

    assert snap(host(form), unfold, sizes=LARGE)


def test_problems_at_80x24(form: ParameterForm, host: HostOf, snap: Snap) -> None:
    """What is wrong stands under its field with a sign."""

    async def submit(pilot: Pilot[Any]) -> None:
        form.set_value("width", 1000)
        form.set_value("strength", 9.0)
        form.check()
        await pilot.pause()

    assert snap(host(form), submit, sizes=SMALL)


async def test_the_line_for_more_tells_how_it_is_after_other_fields_came(
    form: ParameterForm, every_kind: type[Any], host: HostOf
) -> None:
    """Fields of another endpoint come into a form that is unfolded: it stays so, and the line says it."""
    async with host(form).run_test(size=(120, 40)) as pilot:
        form.set_open(True)
        fields = form.fields
        await form.set_fields(fields[:-1])
        await form.set_fields(fields)
        await pilot.pause()
        more = form.query_one(MoreRow)
        assert str(more.render()).startswith("- Less")
        more.action_toggle_more()
        await pilot.pause()
        assert str(more.render()).startswith("+ More")
        assert not form.is_open
