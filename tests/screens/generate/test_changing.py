"""Changes of the form that come close together, and what is sent in the middle of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.changes import FormChange
from fluxtui.controllers.generation.controller import CHANGING
from fluxtui.controllers.generation.editor import PendingChange
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.navigation import GenerateWith
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.screens.generate.choosers import EndpointChooser
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.parameter_form import ParameterForm

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]
MakeFinetune = Callable[..., Finetune]

ULTRA = "flux-pro-1.1-ultra-finetuned"
KLEIN = "flux-2-klein-4b-finetuned"


def news(place: Any) -> str:
    return str(place.screen.query_one(Flash).text)


def jobs(place: Any) -> list[Job]:
    return list(place.app.jobs)


def choose(place: Any, endpoint: str) -> None:
    """Choose an endpoint as its chooser does."""
    chooser = place.screen.query_one(EndpointChooser)
    chooser.post_message(EndpointChooser.Changed(chooser, f"demo/{endpoint}"))


async def test_what_was_wrong_at_another_endpoint_is_not_said_any_more(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await place.settled()
        await place.show(GenerateForm("demo", ULTRA, prompt="a lamp"))
        place.screen.action_submit()
        row = place.screen.order._finetune_row
        await place.until(lambda: "needed" in row.problem)
        choose(place, "flux-dev")
        await place.settled()
        assert not row.problem


@pytest.mark.usefixtures("still_state")
async def test_what_is_typed_while_defaults_are_looked_up_stays(
    make_app: MakeApp, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(make_app()) as place:
        await place.settled()
        place.app.finetunes = (make_finetune(),)
        screen = place.screen
        await place.show(GenerateForm("demo", "flux-2-pro", prompt="a lamp"))
        screen.follow(GenerateWith("demo/ft-1"))
        place.generation.editor.take_prompt("a lamp in fog")
        await place.settled()
        assert screen.generation.form.finetune == "demo/ft-1"
        assert screen.order.prompt.text == screen.generation.form.prompt == "a lamp in fog"


@pytest.mark.usefixtures("still_state")
async def test_a_change_that_fails_leaves_the_form_usable(make_app: MakeApp, open_place: OpenPlace) -> None:
    def failing(_: GenerateForm) -> FormChange:
        raise LookupError("no such thing")

    async with open_place(make_app()) as place:
        await place.settled()
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp"))
        guarded(
            place.screen,
            place.generation.editor.alter(PendingChange(failing)),
            doing="changing the form",
            group="form",
        )
        await place.until(lambda: "Changing the form failed" in news(place))
        assert not place.generation.is_changing
        assert place.generation.form.prompt == "a lamp"
        choose(place, "flux-2-pro")
        await place.settled()
        assert place.generation.form.endpoint_id == "flux-2-pro"


async def test_what_is_typed_and_not_told_of_yet_outlives_a_change(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    """The letter stands in the area, its message has not come, and another endpoint is chosen."""
    async with open_place(make_app()) as place:
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp"))
        place.screen.order.prompt.insert("s")
        await place.generation.choose_offer("demo/flux-2-pro")
        assert place.screen.order.prompt.text == "a lamps"
        await place.until(lambda: place.generation.form.prompt == "a lamps")
        await place.settled()
        assert place.generation.form.endpoint_id == "flux-2-pro"


async def test_what_was_not_told_of_is_kept_where_another_prompt_takes_its_place(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp"))
        place.screen.order.prompt.insert("s")
        place.generation.editor.take_prompt("an owl")
        assert place.screen.order.prompt.text == "an owl"
        history = place.app.services.prompts.history
        async with asyncio.timeout(50):
            while {"a lamp", "a lamps"} - {past.prompt for past in await history.search("lamp")}:
                await asyncio.sleep(0.01)
        assert place.generation.form.prompt == "an owl"


async def test_values_that_something_else_changes_stand_in_their_fields(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp", values={"steps": 20}))
        form = place.screen.query_one(ParameterForm)
        place.screen.action_draw_seed()
        seed = place.generation.form.values["seed"]
        assert (form.values["seed"], form.values["steps"]) == (seed, 20)
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp", values={"seed": 5}))
        assert form.values["seed"] == 5
        assert form.values["steps"] != 20
        place.screen.action_reset()
        await place.until(lambda: not place.generation.form.values)


async def test_nothing_is_sent_from_fields_that_are_not_there_yet(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await place.show(GenerateForm("demo", "flux-dev", prompt="a lamp"))
        await place.generation.choose_offer("demo/flux-2-flex")
        assert place.screen.order.is_behind
        place.screen.action_submit()
        assert news(place) == CHANGING
        await place.settled()
        assert place.app.jobs == ()
