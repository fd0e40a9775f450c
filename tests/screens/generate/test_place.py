"""The generate place on a real simulator, driven by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.navigation import GenerateWith
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobState
from fluxtui.screens.generate.choosers import EndpointChooser, FinetuneChooser
from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.screens.generate.queue_table import QueueTable
from fluxtui.screens.generate.submit_bar import CountInput
from fluxtui.screens.view import ViewScreen
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.pictures.view import PictureView
from tests.piloting.waiting import until_screen

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]


def news(place: Any) -> str:
    return str(place.screen.query_one(Flash).text)


def generations(place: Any) -> list[Any]:
    return [job for job in place.app.jobs if job.endpoint == "flux-dev"]


async def type_prompt(place: Any, text: str) -> None:
    place.screen.query_one(PromptArea).insert(text)
    await place.until(lambda: place.generation.form.prompt.endswith(text))


async def show(place: Any, form: GenerateForm) -> None:
    await place.show(form)


async def test_a_prompt_becomes_a_picture_on_disk_and_on_the_screen(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await show(place, GenerateForm("demo", "flux-dev"))
        await type_prompt(place, "a lamp in fog")
        await place.pilot.press("ctrl+s")
        await place.until(lambda: [job.state for job in generations(place)] == [JobState.DONE])
        assert isinstance(place.app.focused, PromptArea)
        await place.until(lambda: place.screen.query_one(PictureView).path)
        path = place.screen.query_one(PictureView).path
        assert path == place.app.services.storage.inside(generations(place)[0].picture)
        assert path.is_file()
        assert [entry["endpoint"] for entry in simulator.ledger()] == ["flux-dev"]
        assert not simulator.violations()


async def test_pressing_twice_orders_once_and_says_so(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await show(place, GenerateForm("demo", "flux-dev", None, "a lamp"))
        place.screen.action_submit()
        place.screen.action_submit()
        assert "not sent" in news(place)
        assert place.screen.query_one("#generate-button", Button).disabled
        await place.until(lambda: [job.state for job in generations(place)] == [JobState.DONE])
        assert len(simulator.ledger()) == 1
        await place.until(lambda: not place.screen.query_one("#generate-button", Button).disabled)


async def test_what_was_wrong_is_said_until_the_form_is_another_one(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await show(place, GenerateForm("demo", "flux-dev", None, "a {red|blue} lamp", count=30))
        assert place.text("#generate-button") == "Generate  ^S"
        assert place.screen.query_one(CountInput).has_class("-wrong")
        assert "Pictures must be 1 to 24" in place.text(".cost")
        await place.pilot.press("ctrl+s")
        assert "Pictures must be a whole number, 1 to 24" in news(place)
        assert isinstance(place.app.focused, CountInput)
        await place.pilot.press("2")
        await place.until(lambda: "Generate 2" in place.text("#generate-button"))
        assert not place.screen.query_one(CountInput).has_class("-wrong")
        assert news(place) == ""
        assert place.app.jobs == ()


async def test_problems_stand_at_their_fields_and_nothing_is_sent(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await show(place, GenerateForm("demo", "flux-2-pro", None, "", {}, 1))
        await place.pilot.press("ctrl+s")
        await place.until(lambda: place.screen.query_one("#prompt").has_class("-problem"))
        assert isinstance(place.app.focused, PromptArea)
        await type_prompt(place, "a lamp")
        assert not place.screen.query_one("#prompt").has_class("-problem")
        await show(place, GenerateForm("demo", "flux-pro-1.1-ultra-finetuned", None, "a lamp"))
        await place.pilot.press("ctrl+s")
        await place.until(lambda: isinstance(place.app.focused, FinetuneChooser))
        assert place.app.jobs == ()
        assert not simulator.ledger()


async def test_a_wrong_number_of_pictures_is_told_at_its_field(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await show(place, GenerateForm("demo", "flux-dev", None, "a lamp"))
        place.screen.query_one(CountInput).focus()
        await place.pilot.press("9", "9", "ctrl+s")
        assert "1 to 24" in news(place)
        assert "1 to 24" in place.text(".cost")


async def test_a_dear_order_is_asked_about(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await place.until(lambda: place.app.balance)
        await show(place, GenerateForm("demo", "flux-pro-1.1-ultra", None, "a lamp", {}, 24))
        await place.pilot.press("ctrl+s")
        await until_screen(place.pilot, ConfirmDialog)
        words = " ".join(str(label.render()) for label in place.app.screen.query("PlainLabel"))
        assert "24 × $0.06 = $1.44" in words
        assert "$98.56 afterwards" in words
        await place.pilot.press("n")
        await place.until(lambda: "Nothing was sent" in news(place))
        assert place.app.jobs == ()


@pytest.mark.usefixtures("still_state")
async def test_the_finetune_brings_its_endpoint_and_its_word(
    make_app: MakeApp, open_place: OpenPlace, make_finetune: Callable[..., Finetune]
) -> None:
    async with open_place(make_app()) as place:
        place.app.finetunes = (make_finetune(), make_finetune("ft-2", name="Fox", trigger_word="FOX"))
        await show(place, GenerateForm("demo", "flux-dev", None, "a lamp"))
        place.screen.query_one(FinetuneChooser).focus()
        await place.pilot.press("right")
        await place.until(lambda: place.generation.form.finetune == "demo/ft-1")
        assert place.generation.form.endpoint_id == "flux-pro-1.1-ultra-finetuned"
        assert "⟨LUMI⟩ will be put in front" in place.text(".chip")
        await type_prompt(place, " by lumi")
        assert "stands in the prompt" in place.text(".chip")
        await place.pilot.press("left")
        await place.until(lambda: place.generation.form.finetune is None)
        assert place.generation.form.endpoint_id == "flux-2-pro"
        assert place.text(".chip") == ""


@pytest.mark.usefixtures("still_state")
async def test_the_trigger_word_is_left_out_and_put_back_by_a_key(
    make_app: MakeApp, open_place: OpenPlace, make_finetune: Callable[..., Finetune]
) -> None:
    async with open_place(make_app()) as place:
        place.app.finetunes = (make_finetune(),)
        place.screen.follow(GenerateWith("demo/ft-1"))
        await place.until(lambda: place.generation.form.finetune == "demo/ft-1")
        place.screen.order.prompt.focus()
        await place.pilot.press("ctrl+t")
        assert "left out" in place.text(".chip")
        await place.pilot.press("ctrl+t")
        assert "put in front" in place.text(".chip")


async def test_another_endpoint_keeps_what_both_know(make_app: MakeApp, open_place: OpenPlace) -> None:
    async with open_place(make_app()) as place:
        await show(place, GenerateForm("demo", "flux-dev", None, "a lamp", {"seed": 5, "steps": 20}))
        chooser = place.screen.query_one(EndpointChooser)
        chooser.focus()
        await place.pilot.press("right")
        await place.until(lambda: place.generation.form.endpoint_id == "flux-pro-1.0-fill")
        assert place.generation.form.prompt == "a lamp"
        assert dict(place.generation.form.values) == {"seed": 5, "steps": 20}


async def test_what_was_typed_is_there_after_a_restart(
    make_app: MakeApp, open_place: OpenPlace, tmp_path: Path
) -> None:
    data_dir = tmp_path / "kept"
    async with open_place(make_app(data_dir=data_dir)) as place:
        await show(place, GenerateForm("demo", "flux-dev", None, "", {"seed": 5}, 4))
        await type_prompt(place, "a lamp [/x] in fog")
        form = place.generation.form
    async with open_place(make_app(data_dir=data_dir)) as place:
        assert place.generation.form == form
        assert place.screen.query_one(PromptArea).text == "a lamp [/x] in fog"


async def test_what_is_done_with_a_picture_of_the_queue(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await show(place, GenerateForm("demo", "flux-dev", None, "a lamp", {"steps": 20, "seed": 5}))
        place.screen.action_submit()
        await place.until(lambda: [job.state for job in generations(place)] == [JobState.DONE])
        first = generations(place)[0]
        await place.pilot.press("ctrl+l")
        await place.until(lambda: place.screen.query_one(QueueTable).has_focus_within)

        await place.pilot.press("y")
        assert place.app.clipboard == str(place.app.services.storage.inside(first.picture))
        assert "Copied the path" in news(place)

        await place.pilot.press("enter")
        await until_screen(place.pilot, ViewScreen)
        await place.pilot.press("q")
        await place.until(lambda: place.app.screen is place.screen)

        await show(place, GenerateForm("demo", "flux-dev", None, "something else"))
        place.screen.query_one(QueueTable).focus()
        await place.pilot.press("u")
        await place.until(lambda: place.generation.form.prompt == "a lamp")
        assert dict(place.generation.form.values) == {"steps": 20, "seed": 5}

        await place.until(lambda: not place.generation.submission.is_busy)
        place.screen.query_one(QueueTable).focus()
        await place.pilot.press("s")
        await place.pilot.press("n")
        await until_screen(place.pilot, ConfirmDialog)
        assert len(generations(place)) == 1
        await place.pilot.press("y")
        await place.until(lambda: len(generations(place)) == 2)
        second = generations(place)[0]
        assert second.parameters["steps"] == 20
        assert second.seed != 5


@pytest.mark.usefixtures("still_state")
async def test_the_newest_picture_is_followed_until_the_user_looks_elsewhere(
    make_app: MakeApp, open_place: OpenPlace, make_job: Callable[..., Any]
) -> None:
    async with open_place(make_app()) as place:
        old = make_job("old", error="It broke.", state=JobState.FAILED)
        new = make_job("new", JobState.WAITING, title="newer")
        place.app.jobs = (new, old)
        queue = place.screen.query_one(QueueTable)
        await place.until(lambda: queue.selected_key == "new")
        queue.focus()
        await place.pilot.press("down")
        await place.until(lambda: "It broke." in place.text(".sentence"))
        place.app.jobs = (make_job("newest", JobState.WAITING, title="newest"), new, old)
        await place.pilot.pause()
        assert queue.selected_key == "old"
        await place.pilot.press("escape")
        await place.until(lambda: queue.selected_key == "new")
        assert isinstance(place.app.focused, PromptArea)


async def test_without_a_key_the_place_says_what_to_do(make_app: MakeApp, open_place: OpenPlace) -> None:
    app = make_app(key=None)
    async with open_place(app, first=WelcomeScreen) as place:
        assert "F7" in place.text(".sentence")
        place.screen.action_submit()
        assert "F7" in news(place)


@pytest.mark.parametrize("hostile", ["[/x] [red]a", "\x1b[31mred\x1b]0;title\x07", "\u202edesrever", "[b"])
@pytest.mark.usefixtures("still_state")
async def test_text_from_outside_is_shown_as_it_is(
    make_app: MakeApp,
    open_place: OpenPlace,
    make_finetune: Callable[..., Finetune],
    make_job: Callable[..., Any],
    hostile: str,
) -> None:
    async with open_place(make_app(), size=(120, 40)) as place:
        place.app.finetunes = (make_finetune(name=hostile, trigger_word=hostile),)
        failed = make_job(state=JobState.FAILED, title=hostile, error=hostile, error_title=hostile)
        place.app.jobs = (failed,)
        place.screen.follow(GenerateWith("demo/ft-1"))
        await place.until(lambda: place.generation.form.finetune == "demo/ft-1")
        await type_prompt(place, "fog")
        await show(place, GenerateForm("demo", "flux-pro-1.1-ultra-finetuned", "demo/ft-1", hostile))
        await place.pilot.pause()
        shown = place.app.export_screenshot()
        assert "\x1b" not in shown
        assert "\u202e" not in shown
