"""Orders whose answer was lost, found again by the id that they were sent under."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.errors import InDoubt
from fluxtui.providers.base import Sought
from fluxtui.providers.runware.generation import RunwareKlein9B
from fluxtui.providers.runware.tasks import task_id_of
from fluxtui.simulator.running import Simulator
from fluxtui.simulator.runware.keys import POOR_KEY
from fluxtui.simulator.runware.tasks import ANSWER_SECONDS
from tests.providers.runware.conftest import JOB, SECONDS, nothing

if TYPE_CHECKING:
    from fluxtui.providers.runware.provider import RunwareProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.runware.conftest import MakeProvider, Order, Prepare

Lose = Callable[..., Awaitable[Sought]]


def request(**values: Any) -> RunwareKlein9B:
    return RunwareKlein9B.checked({"prompt": "a fox", **values})


@pytest.fixture
def sought(clock: ManualClock) -> Callable[..., Sought]:
    """Makes a job that was sent now."""

    def make(asked: Endpoint, job_id: str = JOB) -> Sought:
        return Sought(asked, "", datetime.fromtimestamp(clock(), UTC), job_id=job_id)

    return make


@pytest.fixture
def lose(
    provider: RunwareProvider, prepare: Prepare, simulator: Simulator, sought: Callable[..., Sought]
) -> Lose:
    """Orders something and loses the answer."""

    async def run(job_id: str = JOB, **values: Any) -> Sought:
        asked = request(**values)
        prepared = await prepare(asked, job_id)
        simulator.runware.faults("drop-after", count=1, where="submit")
        with pytest.raises(InDoubt) as caught:
            await provider.order(prepared, nothing)
        assert "by its own id" in str(caught.value.next_step)
        return sought(asked, job_id)

    return run


async def test_a_lost_order_is_found_once_something_came_of_it_and_ever_after(
    provider: RunwareProvider, lose: Lose, clock: ManualClock, simulator: Simulator
) -> None:
    looked_for = await lose()
    (entry,) = simulator.runware.ledger()
    for wait in (SECONDS, ANSWER_SECONDS - 10, 11, ANSWER_SECONDS):
        clock.advance(wait)
        (candidate,) = await provider.find(looked_for)
        assert (candidate.remote_id, candidate.exact) == (entry["id"], True)
        assert candidate.created_at == looked_for.submitted_at
        assert candidate.may_be(looked_for)
    assert simulator.violations() == []


async def test_one_that_is_in_the_archive_already_is_found_while_it_runs(
    provider: RunwareProvider, lose: Lose, clock: ManualClock
) -> None:
    looked_for = await lose()
    clock.advance(SECONDS / 2)
    assert len(await provider.find(looked_for)) == 1


@pytest.mark.parametrize("word", ["failme", "moderateme"])
async def test_a_lost_order_that_failed_is_found(
    word: str, provider: RunwareProvider, lose: Lose, clock: ManualClock
) -> None:
    looked_for = await lose(prompt=f"a fox, {word}")
    clock.advance(SECONDS)
    assert len(await provider.find(looked_for)) == 1


async def test_what_never_arrived_is_not_found(
    provider: RunwareProvider, sought: Callable[..., Sought], order: Order, clock: ManualClock
) -> None:
    twin = await order(request(), "another-job")
    clock.advance(SECONDS)
    looked_for = sought(request())
    assert await provider.find(looked_for) == ()
    (candidate,) = await provider.find(replace(looked_for, job_id="another-job"))
    assert candidate.remote_id == twin.remote_id
    assert not candidate.may_be(looked_for)


async def test_the_same_of_another_account_is_not_ours(
    make_provider: MakeProvider, lose: Lose, clock: ManualClock
) -> None:
    looked_for = await lose()
    clock.advance(SECONDS)
    assert await make_provider(POOR_KEY).find(looked_for) == ()


async def test_a_job_without_an_id_is_looked_for_nowhere(
    provider: RunwareProvider, sought: Callable[..., Sought]
) -> None:
    assert await provider.find(sought(request(), "")) == ()


async def test_a_second_sending_while_the_first_runs_is_the_first(
    provider: RunwareProvider, prepare: Prepare, lose: Lose, simulator: Simulator
) -> None:
    await lose()
    accepted = await provider.order(await prepare(request()), nothing)
    assert accepted.remote_id == task_id_of(JOB)
    (entry,) = simulator.runware.ledger()
    assert entry["violations"] == ["A task was sent again while it runs."]
