"""What helps to write prompts, in the real place: history, styles, templates, preview, editor."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.domain.jobs import Job
from fluxtui.domain.prompts import Templates
from fluxtui.screens.generate.history_dialog import HistoryDialog
from fluxtui.screens.generate.preview_dialog import PreviewDialog
from fluxtui.screens.generate.prompt_editor import PromptArea, PromptEditor
from fluxtui.services.prompts import PromptOrigin
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ChoiceDialog
from fluxtui.widgets.flash import Flash
from tests.piloting.waiting import until_screen

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]


def dev(prompt: str, **changes: Any) -> GenerateForm:
    return GenerateForm("demo", "flux-dev", prompt=prompt, **changes)


def news(place: Any) -> str:
    return str(place.screen.query_one(Flash).text)


def jobs(place: Any) -> list[Job]:
    return [job for job in place.app.jobs if job.endpoint == "flux-dev"]


def sent(place: Any) -> list[str]:
    return sorted(str(job.parameters["prompt"]) for job in jobs(place))


def words(place: Any) -> str:
    return " ".join(str(label.render()) for label in place.app.screen.query("PlainLabel, PlainStatic"))


async def test_what_the_preview_shows_is_what_is_sent(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        numbers = "|".join(str(number) for number in range(90))
        await place.show(dev(f"fox {{{numbers}}}", count=2))
        await place.pilot.press("f10")
        await until_screen(place.pilot, PreviewDialog)
        dialog = place.app.screen
        await place.until(lambda: len(dialog._draft.shown.prompts) == 2)
        before = dialog._draft.shown.prompts
        assert "2 pictures for about $0.05" in words(place)
        await place.pilot.press("r")
        await place.until(lambda: dialog._draft.shown.prompts != before)
        shown = sorted(dialog._draft.shown.prompts)
        await place.pilot.press("ctrl+s")
        await place.until(lambda: len(jobs(place)) == 2)
        assert sent(place) == shown


async def test_styles_go_round_the_prompt(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await place.show(dev("a fox"))
        await place.pilot.press("f9")
        await until_screen(place.pilot, ChoiceDialog)
        place.app.screen.dismiss("made:Ink drawing")
        await place.until(lambda: place.generation.form.style_name == "Ink drawing")
        assert "style: Ink drawing" in place.text(".notes")
        place.screen.action_submit()
        await place.until(lambda: jobs(place))
        assert sent(place)[0].startswith("A drawing of a fox in black ink")
        assert place.generation.form.prompt == "a fox"


async def test_history_is_searched_and_the_present_prompt_is_not_lost(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        history = place.app.services.prompts.history
        await history.keep("an owl at noon", PromptOrigin.TYPED)
        await history.keep("a fox at dusk", PromptOrigin.TYPED)
        await place.show(dev("half a thought"))
        await place.pilot.press("ctrl+r")
        await until_screen(place.pilot, HistoryDialog)
        place.app.screen.query_one("LineInput").value = "owl"
        await place.until(lambda: "1 found" in words(place))
        await place.pilot.press("enter")
        await place.until(lambda: place.generation.form.prompt == "an owl at noon")
        assert [item.prompt for item in await history.search("thought")] == ["half a thought"]
        await place.pilot.press("ctrl+z")
        await place.until(lambda: place.generation.form.prompt == "half a thought")


async def test_history_opens_from_the_seed_field_too(make_app: MakeApp, open_place: OpenPlace) -> None:
    async with open_place(make_app()) as place:
        await place.show(dev("a fox", values={"seed": 7}))
        place.screen.query_one("SeedControl").focus()
        await place.pilot.press("ctrl+r")
        await until_screen(place.pilot, HistoryDialog)
        assert place.generation.form.values["seed"] == 7


async def test_the_history_has_its_frame_where_it_is_the_first_dialog(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    """Textual looks for the styles of a class in the first of its bases alone."""
    async with open_place(make_app()) as place:
        await place.pilot.press("ctrl+r")
        dialog = await until_screen(place.pilot, HistoryDialog)
        await place.until(lambda: dialog.query_one(".dialog").region.width)
        frame = dialog.query_one(".dialog")
        assert frame.styles.border_top[0] == "round"
        assert frame.region.x == (dialog.size.width - frame.region.width) // 2 > 0


async def test_wildcards_are_offered_and_taken(
    make_app: MakeApp, open_place: OpenPlace, tmp_path: Path
) -> None:
    (tmp_path / "data" / "wildcards").mkdir(parents=True)
    (tmp_path / "data" / "wildcards" / "colour.txt").write_text("red\n")
    async with open_place(make_app()) as place:
        await place.show(dev("a "))
        area = place.screen.query_one(PromptArea)
        area.focus()
        area.move_cursor(area.document.end)
        area.insert("__co")
        await place.until(lambda: "colour" in str(place.screen.query_one(PromptEditor).border_title))
        await place.pilot.press("tab")
        assert area.text == "a __colour__"
        assert isinstance(place.app.focused, PromptArea)
        await place.until(lambda: "1 prompt drawn" in place.text(".notes"))


async def test_the_editor_gives_the_prompt_back(make_app: MakeApp, open_place: OpenPlace) -> None:
    async with open_place(make_app()) as place:
        await place.show(dev("a fox"))

        async def edited(app: Any, file: Path, text: str) -> str:
            return f"{text} at dusk"

        place.screen.order.edit_externally = edited
        await place.pilot.press("ctrl+g")
        await place.until(lambda: place.generation.form.prompt == "a fox at dusk")


async def test_what_is_sent_as_it_stands_is_said_under_the_prompt(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:

        async def note(prompt: str, **changes: Any) -> str:
            await place.show(dev(prompt, **changes))
            await place.until(lambda: place.generation.prompts.plan is not None)
            await place.pilot.pause()
            return str(place.text(".notes"))

        assert await note("a {red|blue} owl", templates=Templates.OFF) == "template: off, sent as it stands"
        assert await note("a {smiling} owl") == "{smiling} is sent as it stands"
        assert await note("#ff0000\na {red|blue} owl") == "template: 1 prompt drawn · 1 comment left out"
        assert await note('{"light": "warm|cold",}') == "JSON with a fault: asked before it is sent"
        assert await note('Scene: {"light": "warm|cold"}') == ""
        problem = await note("def __init__(self)")
        assert problem.startswith("✗ There is no wildcard “init”")
        assert "F10, o sends it as it stands." in problem


async def test_one_key_sends_a_template_as_it_stands(make_app: MakeApp, open_place: OpenPlace) -> None:
    async with open_place(make_app()) as place:
        await place.show(dev("def __init__(self)"))
        await place.pilot.press("ctrl+s")
        await place.until(lambda: place.screen.query_one(PromptEditor).problem)
        await place.pilot.press("f10")
        await until_screen(place.pilot, PreviewDialog)
        dialog = place.app.screen
        await place.until(lambda: "F10, o sends it as it stands" in words(place))
        await place.pilot.press("o")
        await place.until(lambda: dialog._draft.shown.prompts == ("def __init__(self)",))
        await place.pilot.press("escape")
        await place.until(lambda: place.generation.form.templates.value == "off")
        await place.until(lambda: place.text(".notes") == "template: off, sent as it stands")
        assert place.screen.query_one(PromptEditor).problem == ""
        assert news(place) == ""


async def test_a_joined_emoji_is_typed_as_one(make_app: MakeApp, open_place: OpenPlace) -> None:
    family = "👩\u200d👩\u200d👧"
    async with open_place(make_app()) as place:
        place.screen.order.prompt.focus()
        for character in f"a {family}!":
            key = character if character.isascii() else unicodedata.name(character).lower().replace(" ", "_")
            place.app.post_message(events.Key(key, character))
        await place.until(lambda: place.generation.form.prompt == f"a {family}!")


async def test_a_prompt_is_cleared_and_kept(make_app: MakeApp, open_place: OpenPlace) -> None:
    async with open_place(make_app()) as place:
        await place.show(dev("one\ntwo three"))
        area = place.screen.order.prompt
        area.focus()
        await place.pilot.press("ctrl+home", "x", "ctrl+end", "y")
        await place.until(lambda: place.generation.form.prompt == "xone\ntwo threey")
        place.app.post_message(events.Key("alt+a", "a"))
        await place.until(lambda: area.selected_text == "xone\ntwo threey")
        place.app.post_message(events.Key("alt+x", "x"))
        await place.until(lambda: place.generation.form.prompt == "")
        assert "Ctrl+Z brings it back" in news(place)
        for _ in range(200):
            kept = await place.app.services.prompts.history.search("")
            if kept:
                break
            await place.pilot.pause(0.02)
        assert [past.prompt for past in kept] == ["xone\ntwo threey"]
        await place.pilot.press("ctrl+z")
        await place.until(lambda: place.generation.form.prompt == "xone\ntwo threey")
