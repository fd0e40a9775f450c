"""Batches in the generate place, from the dialog to the service, on a real simulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import Button

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.navigation import GenerateWith
from fluxtui.domain.axes import STRENGTH, TypedAxis
from fluxtui.domain.batches import BatchSetup, SeedMode
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobState
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


async def test_grid_is_one_batch_and_each_picture_is_paid_once(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    simulator.faults("429", count=2, where="submit")
    async with open_place(make_app(simulator.base_url)) as place:
        await place.show(dev(setup=STEPS_AND_GUIDANCE, values={"seed": 5}))
        place.screen.action_submit()
        place.screen.action_submit()
        assert "not sent" in news(place)
        await place.until(lambda: len(jobs(place)) == 6)
        await place.until(lambda: all(job.state is JobState.DONE for job in jobs(place)))
        assert len({job.batch for job in jobs(place)}) == 1
        made = {(job.parameters["steps"], job.parameters["guidance"], job.seed) for job in jobs(place)}
        assert made == {(steps, float(scale), 5) for steps in (20, 30) for scale in (2, 3, 4)}
        assert len(simulator.ledger()) == 6
        assert not simulator.violations()
        batch = str(jobs(place)[0].batch)

        async def sheets() -> bool:
            return bool(await place.app.services.batches.sheets(batch))

        for _ in range(200):
            if await sheets():
                break
            await place.pilot.pause(0.02)
        assert await sheets()


async def test_lost_answer_in_a_batch_is_in_doubt_and_not_sent_again(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    simulator.faults("drop-after", count=1, where="submit")
    async with open_place(make_app(simulator.base_url)) as place:
        setup = BatchSetup(axes=(TypedAxis(parameter="steps", values="20, 25, 30"),))
        await place.show(dev(setup=setup))
        place.screen.action_submit()
        await place.until(lambda: len(jobs(place)) == 3)
        settled = (JobState.DONE, JobState.IN_DOUBT)
        await place.until(lambda: all(job.state in settled for job in jobs(place)))
        await place.pilot.pause(0.3)
        assert [job.state for job in jobs(place)].count(JobState.IN_DOUBT) == 1
        assert len(simulator.ledger()) == 3


async def test_budget_is_asked_once_about_all_and_stops_all(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    app = make_app(simulator.base_url, more={"budget.day_usd": 0.10})
    async with open_place(app) as place:
        await place.show(dev(setup=STEPS_AND_GUIDANCE))
        place.screen.action_submit()
        await place.until(lambda: not place.generation.submission.is_busy)
        assert jobs(place) == []
        assert simulator.ledger() == []


async def test_dear_batch_is_confirmed_once_with_number_and_sum(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await place.until(lambda: place.app.balance)
        setup = BatchSetup(axes=(TypedAxis(parameter="steps", values="1..50"),))
        await place.show(dev(setup=setup))
        place.screen.action_submit()
        await until_screen(place.pilot, ConfirmDialog)
        assert "50 pictures = $1.25" in dialog_words(place)
        await place.pilot.press("n")
        await place.until(lambda: "Nothing was sent" in news(place))
        assert place.app.jobs == ()


@pytest.mark.parametrize(
    ("setup", "seeds"),
    [
        (BatchSetup(seeds=SeedMode.FIXED), [7, 7, 7]),
        (BatchSetup(seeds=SeedMode.INCREASING), [7, 8, 9]),
        (BatchSetup(seeds=SeedMode.LIST, seed_list="3, 100..101"), [3, 100, 101]),
    ],
)
async def test_seeds_as_they_were_asked_for(
    simulator: Simulator, make_app: MakeApp, open_place: OpenPlace, setup: BatchSetup, seeds: list[int]
) -> None:
    async with open_place(make_app(simulator.base_url)) as place:
        await place.show(dev(values={"seed": 7}, count=3, setup=setup))
        place.screen.action_submit()
        await place.until(lambda: len(jobs(place)) == 3)
        assert sorted(job.seed or 0 for job in jobs(place)) == seeds


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


async def test_the_winner_is_what_its_finetune_begins_with(
    make_app: MakeApp,
    open_place: OpenPlace,
    make_finetune: Callable[..., Finetune],
    make_job: Callable[..., Job],
) -> None:
    async with open_place(make_app()) as place:
        await place.app.services.journal.finetunes.put(make_finetune())
        place.app.refresh_state("finetunes")
        await place.until(lambda: place.app.finetunes)
        winner = make_job(
            endpoint=ULTRA, parameters={"prompt": "a lamp", STRENGTH: 1.5, "seed": 4}, finetune_id="ft-1"
        )
        place.screen.results.act_on("keep_strength", winner)
        await place.until(lambda: "begins with Finetune strength 1.5" in news(place))
        place.screen.follow(GenerateWith("demo/ft-1"))
        await place.until(lambda: place.generation.form.values.get(STRENGTH) == 1.5)


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
        await place.screen.results._cancel(last)
        stored = await place.app.services.journal.jobs.get(last.id)
        assert stored.state is JobState.CANCELLED
        place.screen.results.act_on("retry", stored)
        await until_screen(place.pilot, ConfirmDialog)
        assert len(jobs(place)) == 3
        await place.pilot.press("y")
        await place.until(lambda: len(jobs(place)) == 4)
        assert [job.seed for job in jobs(place)].count(3) == 2
        assert simulator.ledger() == []
