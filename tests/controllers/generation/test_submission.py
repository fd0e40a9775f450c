"""How orders leave: once each, one after the other, and never twice by a slip of the finger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.submission import SLIP
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.axes import TypedAxis
from fluxtui.domain.batches import BatchSetup, SeedMode
from fluxtui.domain.jobs import JobState
from fluxtui.domain.notices import Balance
from fluxtui.domain.picture_fields import SOURCE
from fluxtui.domain.spending import OverBudget
from fluxtui.simulator.running import Simulator
from tests.controllers.generation.conftest import OpenDesk
from tests.fakes.generation import START

STEPS_AND_GUIDANCE = BatchSetup(
    axes=(
        TypedAxis(parameter="steps", values="20, 30"),
        TypedAxis(parameter="guidance", values="2, 3, 4"),
    )
)


def dev(prompt: str = "a lamp", **changes: Any) -> GenerateForm:
    return GenerateForm("demo", "flux-dev", prompt=prompt, **changes)


async def test_the_same_again_is_a_slip_until_a_moment_has_passed(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    async with open_desk(simulator.base_url, first=dev()) as desk:
        generation = desk.generation
        first, second = generation.submit(), generation.submit()
        assert desk.news == SLIP
        await first
        await second
        await generation.submit()
        assert desk.news == SLIP
        busy = [generation.submission.is_busy]
        desk.clock.go_on()
        busy.append(generation.submission.is_busy)
        assert busy == [True, False]
        await generation.submit()
        await desk.ended(2)
        assert len(simulator.ledger()) == 2


async def test_another_prompt_in_the_moment_of_rest_goes_at_once(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    async with open_desk(simulator.base_url, first=dev()) as desk:
        await desk.generation.submit()
        assert desk.clock.is_awaited
        desk.generation.editor.enter_prompt("an owl")
        await desk.generation.submit()
        jobs = await desk.ended(2)
        assert sorted(str(job.parameters["prompt"]) for job in jobs) == ["a lamp", "an owl"]


async def test_other_orders_wait_for_the_one_on_its_way(simulator: Simulator, open_desk: OpenDesk) -> None:
    async with open_desk(simulator.base_url, first=dev()) as desk:
        works = []
        for prompt in ("a lamp", "an owl", "an owl", "a fox"):
            desk.generation.editor.enter_prompt(prompt)
            works.append(desk.generation.submit())
        for work in works:
            await work
        await desk.background.settled()
        jobs = await desk.ended(3)
        assert sorted(str(job.parameters["prompt"]) for job in jobs) == ["a fox", "a lamp", "an owl"]
        assert len(simulator.ledger()) == 3


async def test_an_order_that_fails_holds_no_other_up(simulator: Simulator, open_desk: OpenDesk) -> None:
    """The first is asked about and fails the program; what waits is sent all the same."""
    dear = GenerateForm("demo", "flux-pro-1.1-ultra", prompt="a lamp", count=24)
    async with open_desk(simulator.base_url, first=dear) as desk:

        def broken(_: Confirmation) -> bool:
            raise LookupError("the terminal is gone")

        desk.host.answers.append(broken)
        first = desk.generation.submit()
        await desk.show(dev("an owl"))
        await desk.generation.submit()
        with pytest.raises(LookupError):
            await first
        await desk.background.settled()
        (job,) = await desk.ended(1)
        assert job.parameters["prompt"] == "an owl"


async def test_too_small_a_balance_is_said_and_may_be_tried(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    balances = {"demo": Balance(1.0, START)}
    async with open_desk(simulator.base_url, key="sim-poor", first=dev(), balances=balances) as desk:
        cost = desk.generation.cost
        assert cost is not None
        assert (cost.note, cost.is_wrong) == ("✗ Only $0.01 are left", True)
        desk.host.answers.append(True)
        await desk.generation.submit()
        (question,) = desk.host.questions
        assert isinstance(question, Confirmation)
        assert question.danger
        assert "too little for all of it" in question.sentences[0]
        assert len(await desk.jobs()) == 1
        assert simulator.ledger() == []


async def test_a_grid_is_one_batch_and_each_picture_is_paid_once(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    simulator.faults("429", count=2, where="submit")
    form = dev(setup=STEPS_AND_GUIDANCE, values={"seed": 5})
    async with open_desk(simulator.base_url, first=form) as desk:
        first, second = desk.generation.submit(), desk.generation.submit()
        assert desk.news == SLIP
        await first
        await second
        jobs = await desk.ended(6)
        assert {job.state for job in jobs} == {JobState.DONE}
        assert len({job.batch for job in jobs}) == 1
        made = {(job.parameters["steps"], job.parameters["guidance"], job.seed) for job in jobs}
        assert made == {(steps, float(scale), 5) for steps in (20, 30) for scale in (2, 3, 4)}
        assert len(simulator.ledger()) == 6
        assert not simulator.violations()


async def test_a_lost_answer_in_a_batch_is_in_doubt_and_not_sent_again(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    simulator.faults("drop-after", count=1, where="submit")
    setup = BatchSetup(axes=(TypedAxis(parameter="steps", values="20, 25, 30"),))
    async with open_desk(simulator.base_url, first=dev(setup=setup)) as desk:
        await desk.generation.submit()

        async def settled() -> bool:
            states = await desk.states()
            return states[JobState.DONE] + states[JobState.IN_DOUBT] == 3

        await desk.until(settled)
        assert (await desk.states())[JobState.IN_DOUBT] == 1
        assert len(simulator.ledger()) == 3


async def test_a_budget_that_is_too_small_stops_all_of_a_batch(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    more = {"budget.day_usd": 0.10}
    async with open_desk(simulator.base_url, more=more, first=dev(setup=STEPS_AND_GUIDANCE)) as desk:
        with pytest.raises(OverBudget):
            await desk.generation.submit()
        assert not desk.generation.submission.is_busy
        assert await desk.jobs() == ()
        assert simulator.ledger() == []


async def test_a_dear_batch_is_asked_about_once_with_number_and_sum(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    setup = BatchSetup(axes=(TypedAxis(parameter="steps", values="1..50"),))
    async with open_desk(simulator.base_url, first=dev(setup=setup)) as desk:
        desk.host.answers.append(False)
        await desk.generation.submit()
        (question,) = desk.host.questions
        assert isinstance(question, Confirmation)
        assert question.price == "50 pictures = $1.25"
        assert desk.news == "Nothing was sent."
        assert await desk.jobs() == ()


@pytest.mark.parametrize(
    ("setup", "seeds"),
    [
        (BatchSetup(seeds=SeedMode.FIXED), [7, 7, 7]),
        (BatchSetup(seeds=SeedMode.INCREASING), [7, 8, 9]),
        (BatchSetup(seeds=SeedMode.LIST, seed_list="3, 100..101"), [3, 100, 101]),
    ],
)
async def test_seeds_as_they_were_asked_for(
    simulator: Simulator, open_desk: OpenDesk, setup: BatchSetup, seeds: list[int]
) -> None:
    form = dev(values={"seed": 7}, count=3, setup=setup)
    async with open_desk(simulator.base_url, first=form) as desk:
        await desk.generation.submit()
        assert sorted(job.seed or 0 for job in await desk.jobs()) == seeds


@pytest.mark.parametrize(
    "setup", [BatchSetup(), BatchSetup(seeds=SeedMode.INCREASING)], ids=["plain", "batch"]
)
async def test_filling_without_a_mask_is_asked_about_once(
    simulator: Simulator, open_desk: OpenDesk, tmp_path: Path, setup: BatchSetup
) -> None:
    picture = tmp_path / "fox.png"
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(picture)
    form = GenerateForm(
        "demo", "flux-pro-1.0-fill", prompt="fog", values={SOURCE: str(picture)}, count=2, setup=setup
    )
    async with open_desk(simulator.base_url, first=form) as desk:
        for answer, count in ((False, 0), (True, 2)):
            desk.host.answers.append(answer)
            await desk.generation.submit()
            desk.clock.go_on()
            assert len(await desk.jobs()) == count
        assert len(desk.host.questions) == 2
        assert all("fox.png has no transparency" in question.sentences[0] for question in desk.host.questions)  # type: ignore[attr-defined]
