"""Batches in the generate place, from the dialog to the service, on a real simulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import Button

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.domain.axes import TypedAxis
from fluxtui.domain.batches import BatchSetup
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.loras import STRENGTH
from fluxtui.screens.generate.batch_dialog import BatchDialog
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen

OpenPlace = Callable[..., Any]
MakeApp = Callable[..., Any]

ULTRA = "flux-pro-1.1-ultra-finetuned"
STEPS_AND_GUIDANCE = BatchSetup(
    axes=(
        TypedAxis(parameter="steps", values="20, 30"),
        TypedAxis(parameter="guidance", values="2, 3, 4"),
    )
)


def dev(**changes: Any) -> GenerateForm:
    values = {"profile": "demo", "endpoint_id": "flux-dev", "prompt": "a lamp", **changes}
    return GenerateForm(**values)


def news(place: Any) -> str:
    return str(place.screen.query_one(Flash).text)


def jobs(place: Any) -> list[Job]:
    return [job for job in place.app.jobs if job.endpoint in ("flux-dev", ULTRA)]


def dialog_words(place: Any) -> str:
    return " ".join(str(label.render()) for label in place.app.screen.query("PlainLabel, PlainStatic"))


async def test_grid_is_set_up_in_the_dialog_and_says_number_and_cost(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await place.show(dev())
        await place.pilot.press("f11")
        await until_screen(place.pilot, BatchDialog)
        dialog = place.app.screen
        dialog.query_one("#axis-0", Chooser).value = "steps"
        dialog.query_one("#axis-1", Chooser).value = "guidance"
        dialog.query_one("#values-0", LineInput).value = "20, 30"
        dialog.query_one("#values-1", LineInput).value = "2..4 step 1"
        await place.until(lambda: "2 × 3 = 6 pictures" in str(dialog.query_one("#batch-sum").render()))
        assert "$0.15" in str(dialog.query_one("#batch-sum", PlainStatic).render())
        dialog.query_one("#values-0", LineInput).focus()
        await place.pilot.press("escape")
        await place.until(lambda: place.app.screen is place.screen)
        await place.until(
            lambda: "Generate 6 · $0.15" in str(place.screen.query_one("#generate-button", Button).label)
        )
        assert place.generation.form.setup.is_grid


async def test_the_key_that_clears_works_from_within_a_field(
    make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app()) as place:
        await place.show(dev(setup=STEPS_AND_GUIDANCE))
        place.screen.action_set_up_batch()
        await until_screen(place.pilot, BatchDialog)
        place.app.screen.query_one("#values-0", LineInput).focus()
        await place.pilot.press("ctrl+x")
        await place.until(lambda: not place.generation.form.setup.is_on)


@pytest.mark.usefixtures("still_state")
async def test_sweep_by_one_key_and_taken_back_by_the_same(
    make_app: MakeApp, open_place: OpenPlace, make_finetune: Callable[..., Finetune]
) -> None:
    async with open_place(make_app()) as place:
        place.app.finetunes = (make_finetune(),)
        await place.show(GenerateForm("demo", ULTRA, "demo/ft-1", "a lamp"))
        place.screen.order.prompt.focus()
        await place.pilot.press("ctrl+o")
        await place.until(lambda: place.generation.form.setup.is_grid)
        (axis,) = place.generation.form.setup.axes
        assert (axis.parameter, axis.values) == (STRENGTH, "0.8..1.6 step 0.2")
        assert "Generate 5" in str(place.screen.query_one("#generate-button", Button).label)
        await place.pilot.press("ctrl+o")
        await place.until(lambda: not place.generation.form.setup.is_on)
        await place.show(dev(setup=STEPS_AND_GUIDANCE))
        place.screen.action_sweep_strength()
        assert "no strength" in news(place)
        assert place.generation.form.setup == STEPS_AND_GUIDANCE


async def test_queue_keys_reorder_and_send_again(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await place.app.services.jobs.pause("demo")
        await place.show(dev(count=3, values={"seed": 1}))
        place.screen.action_submit()
        await place.until(lambda: len(jobs(place)) == 3)
        last = next(job for job in jobs(place) if job.seed == 3)
        place.screen.results.act_on("to_top", last)

        async def placed_first() -> bool:
            stored = await place.app.services.journal.jobs.get(last.id)
            return stored.position is not None

        for _ in range(100):
            if await placed_first():
                break
            await place.pilot.pause(0.02)
        assert await placed_first()
        await place.generation.queue.cancel(last)
        stored = await place.app.services.journal.jobs.get(last.id)
        assert stored.state is JobState.CANCELLED
        place.screen.results.act_on("retry", stored)
        await until_screen(place.pilot, ConfirmDialog)
        assert len(jobs(place)) == 3
        await place.pilot.press("y")
        await place.until(lambda: len(jobs(place)) == 4)
        assert [job.seed for job in jobs(place)].count(3) == 2
        assert simulator.ledger() == []
