"""Any sequence of what programs do to jobs, checked against a model that is too simple to be wrong."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from fluxtui.domain.jobs import (
    ACTIVE_STATES,
    IN_FLIGHT_STATES,
    TRANSITIONS,
    GenerationWork,
    IllegalTransition,
    Job,
    JobState,
)
from fluxtui.services.journal import Journal

START = datetime(2026, 11, 23, tzinfo=UTC)
LIMIT = 3
LEASE = 10.0
OWNERS = st.sampled_from(["app", "collector", "another app"])


class JobsInAJournal(RuleBasedStateMachine):
    """Two programs on one file; each step is done through either of them."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._loop = asyncio.Runner()
        self._now = START
        path = Path(self._directory.name) / "journal.sqlite3"
        self._journals = [Journal(path, clock=lambda: self._now) for _ in range(2)]
        for journal in self._journals:
            self._loop.run(journal.open())
        self._states: dict[str, JobState] = {}
        self._visited: dict[str, list[JobState]] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}

    def teardown(self) -> None:
        for journal in self._journals:
            self._loop.run(journal.close())
        self._loop.close()
        self._directory.cleanup()

    @rule(target=jobs)
    def add(self) -> str:
        job_id = f"job-{len(self._states)}"
        job = Job(
            id=job_id,
            work=GenerationWork(),
            state=JobState.DRAFT,
            profile="bfl",
            provider="bfl",
            endpoint="flux-dev",
            title="a fox",
            parameters={},
            estimate_credits=2.5,
            created_at=self._now,
            updated_at=self._now,
        )
        self._loop.run(self._journals[0].jobs.add([job]))
        self._states[job_id] = JobState.DRAFT
        self._visited[job_id] = [JobState.DRAFT]
        return job_id

    @rule(job_id=jobs, program=st.integers(0, 1))
    def begin(self, job_id: str, program: int) -> None:
        work = self._journals[program].jobs.begin(job_id, limit=LIMIT, endpoint_limit=None)
        room = sum(state in IN_FLIGHT_STATES for state in self._states.values()) < LIMIT
        if self._states[job_id] is not JobState.DRAFT:
            self._refused(work, job_id)
        elif room:
            assert self._loop.run(work) is not None
            self._enter(job_id, JobState.SUBMITTING)
        else:
            assert self._loop.run(work) is None

    @rule(
        job_id=jobs,
        to=st.sampled_from([state for state in JobState if state is not JobState.SUBMITTING]),
        program=st.integers(0, 1),
    )
    def move(self, job_id: str, to: JobState, program: int) -> None:
        work = self._journals[program].jobs.move(job_id, to)
        if to not in TRANSITIONS[self._states[job_id]]:
            self._refused(work, job_id)
        else:
            self._loop.run(work)
            self._enter(job_id, to)

    @rule(job_id=jobs, owner=OWNERS, program=st.integers(0, 1))
    def claim(self, job_id: str, owner: str, program: int) -> None:
        held = self._leases.get(job_id)
        free = held is None or held[0] == owner or held[1] <= self._now
        assert self._loop.run(self._journals[program].jobs.claim(job_id, owner, LEASE)) is free
        if free:
            self._leases[job_id] = (owner, self._now + timedelta(seconds=LEASE))

    @rule(owner=OWNERS)
    def release(self, owner: str) -> None:
        self._loop.run(self._journals[0].jobs.release(owner))
        self._leases = {job_id: held for job_id, held in self._leases.items() if held[0] != owner}

    @rule(seconds=st.floats(0.5, 20))
    def wait(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    @invariant()
    def both_programs_see_what_the_model_says(self) -> None:
        for journal in self._journals:
            found = self._loop.run(journal.jobs.recent(1_000))
            assert {job.id: job.state for job in found} == self._states
            doubted = {job.id for job in found if job.maybe_billed}
            assert doubted == {job_id for job_id in self._states if self._may_be_billed(job_id)}

    @invariant()
    def nothing_in_doubt_is_sent_again(self) -> None:
        for visited in self._visited.values():
            if JobState.IN_DOUBT in visited:
                after = visited[visited.index(JobState.IN_DOUBT) :]
                assert JobState.SUBMITTING not in after
                assert JobState.DRAFT not in after

    @invariant()
    def stories_tell_every_state(self) -> None:
        for job_id, visited in self._visited.items():
            story = self._loop.run(self._journals[1].jobs.story(job_id))
            assert [event.state for event in story] == visited

    def _may_be_billed(self, job_id: str) -> bool:
        state, visited = self._states[job_id], self._visited[job_id]
        return state is JobState.IN_DOUBT or (
            state is JobState.CANCELLED and visited[-2] is JobState.IN_DOUBT
        )

    def _enter(self, job_id: str, state: JobState) -> None:
        self._states[job_id] = state
        self._visited[job_id].append(state)
        if state not in ACTIVE_STATES:
            self._leases.pop(job_id, None)

    def _refused(self, work: Coroutine[Any, Any, object], job_id: str) -> None:
        with pytest.raises(IllegalTransition) as caught:
            self._loop.run(work)
        assert caught.value.state is self._states[job_id]


TestJobsInAJournal = JobsInAJournal.TestCase
TestJobsInAJournal.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
