"""Which drafts are sent, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fluxtui.domain.jobs import GenerationWork, Job, JobState, TrainingWork
from fluxtui.services.jobs.ids import new_id
from fluxtui.services.jobs.pacing import Pacing, Waits
from fluxtui.services.jobs.queue import SubmissionPace, next_up, queue_order

START = datetime(2026, 11, 23, tzinfo=UTC)


def job(
    number: int, *, training: bool = False, state: JobState = JobState.DRAFT, endpoint: str = "flux"
) -> Job:
    at = START + timedelta(seconds=number)
    return Job(
        id=f"{number}",
        work=TrainingWork() if training else GenerationWork(),
        state=state,
        profile="bfl",
        provider="bfl",
        endpoint=endpoint,
        title="",
        parameters={},
        estimate_credits=1,
        created_at=at,
        updated_at=at,
    )


def chosen(jobs: list[Job], limit: int, begun: tuple[str, ...] = (), **limits: int) -> list[str]:
    return [job.id for job in next_up(jobs, begun, limit, limits.get)]


def test_oldest_come_first_up_to_the_limit() -> None:
    assert chosen([job(number) for number in range(5)], 3) == ["0", "1", "2"]


def test_jobs_in_flight_and_begun_count_and_collecting_ones_do_not() -> None:
    jobs = [
        job(0, state=JobState.SUBMITTING),
        job(1, state=JobState.RUNNING),
        job(2, state=JobState.COLLECTING),
        job(3),
        job(4),
        job(5),
    ]
    assert chosen(jobs, 4, begun=("3",)) == ["4"]


def test_training_does_not_wait_behind_a_long_queue_of_generations() -> None:
    jobs = [*(job(number) for number in range(9)), job(9, training=True), job(10, training=True)]
    assert chosen(jobs, 4) == ["0", "9", "1", "10"]


def test_full_endpoint_does_not_hold_up_the_others() -> None:
    jobs = [job(0, state=JobState.WAITING, endpoint="max"), *(job(n, endpoint="max") for n in (1, 2)), job(3)]
    assert chosen(jobs, 9, max=2) == ["1", "3"]


def test_waits_grow_to_their_bound_and_begin_again() -> None:
    waits = Waits(1, 4, 2)
    taken = [waits.next() for _ in range(5)]
    assert all(0.8 * base <= wait <= 1.2 * base for wait, base in zip(taken, (1, 2, 4, 4, 4), strict=True))
    waits.reset()
    assert waits.next() <= 1.2
    assert waits.next(at_least=30) == 30


async def test_pace_rests_as_long_as_the_service_wishes_and_goes_one_by_one_until_it_takes_one() -> None:
    pace = SubmissionPace(Pacing())
    assert (pace.is_resting, pace.at_once) == (False, None)
    assert pace.slow_down(40) >= 39
    assert (pace.is_resting, pace.at_once) == (True, 1)
    pace.recover()
    assert (pace.is_resting, pace.at_once) == (False, None)


def test_jobs_of_a_killed_driver_are_taken_over_in_under_fifteen_seconds() -> None:
    pacing = Pacing()
    # Its lease runs out; another program that was refused it just before tries again, at its next look.
    assert pacing.lease + pacing.renewal + pacing.watch < 15
    assert pacing.renewal * 3 < pacing.lease


def test_ids_sort_by_time_and_differ() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert [one[:12] for one in ids] == sorted(one[:12] for one in ids)


def test_places_that_the_user_chose_come_before_everything_else() -> None:
    jobs = [job(0), job(1, training=True), job(2), job(3), job(4, endpoint="max")]
    jobs[3] = jobs[3].model_copy(update={"position": 2})
    jobs[4] = jobs[4].model_copy(update={"position": 1})
    assert chosen(jobs, 9) == ["4", "3", "1", "0", "2"]
    assert chosen(jobs, 9, max=0) == ["3", "1", "0", "2"]
    assert [one.id for one in queue_order(jobs)] == ["4", "3", "1", "0", "2"]


def test_what_waits_for_its_training_has_no_place_in_the_queue() -> None:
    waiting = job(0).model_copy(update={"after": "training"})
    assert chosen([waiting, job(1)], 4) == ["1"]
    assert [found.id for found in queue_order([waiting, job(1)])] == ["1"]
