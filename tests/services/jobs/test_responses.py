"""What the service said is kept with its job, and nothing secret of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.jobs.responses import REMOVED, without_secrets
from fluxtui.services.journal import Journal
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

FAL_KEY = "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef"
VALUES = {"prompt": "a fox", "width": 256, "height": 256, "seed": 7}


async def test_answers_are_kept_without_addresses_and_keys(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
) -> None:
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.response is not None
    submission, result = done.response["submission"], done.response["result"]
    assert (submission["id"], result["cost"]) == (done.remote_id, done.cost_credits)
    assert (result["status"], result["result"]["seed"]) == ("Ready", 7)
    assert result["result"]["sample"] == "(address at 127.0.0.1 removed)"
    kept = json.dumps(done.response)
    assert "://" not in kept
    assert "sim-valid" not in kept
    again = await open_journal.jobs.get(done.id)
    assert again is not None
    assert again.response == done.response


@pytest.mark.parametrize(("fault", "state"), [("failed", JobState.FAILED), ("moderated", JobState.MODERATED)])
async def test_answer_about_an_unhappy_end_is_kept(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    fault: str,
    state: JobState,
) -> None:
    simulator.faults(fault, count=1)
    async with running(jobs):
        (job,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert job.state is state
    assert (job.response or {})["result"]["id"] == job.remote_id


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"x-key": "abc", "seed": 1}, {"x-key": REMOVED, "seed": 1}),
        ({"webhook_secret": None}, {"webhook_secret": None}),
        ({"note": "see https://a.example/b?sig=1 now"}, {"note": "see (address at a.example removed) now"}),
        ({"echo": "your key bfl_0123456789abcdef"}, {"echo": f"your key {REMOVED}"}),
        ({"echo": "token r8_0123456789abcdef"}, {"echo": f"token {REMOVED}"}),
        ({"echo": f"your key {FAL_KEY}."}, {"echo": f"your key {REMOVED}."}),
        ({"image": "data:image/png;base64,AAAA"}, {"image": "(address removed)"}),
        ({"odd": "http://[broken"}, {"odd": "(address removed)"}),
        ({"list": [{"access_token": "t"}, "\x1b[31mred"]}, {"list": [{"access_token": REMOVED}, "red"]}),
    ],
)
def test_secrets_are_taken_out(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert without_secrets(given) == kept


def test_nothing_endless_is_kept() -> None:
    nested: Any = "end"
    for _ in range(100):
        nested = [nested]
    kept = without_secrets(
        {"deep": nested, "long": "x " * 500_000, "encoded": "iVBOR/" * 900, "many": list(range(10_000))}
    )
    assert len(json.dumps(kept)) < 10_000
    assert "(1000000 characters)" in kept["long"]
    assert kept["encoded"] == "(5400 characters)"


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\x1b[1m", "\x00"])
def test_what_is_not_seen_hides_neither_key_nor_signed_address(unseen: str) -> None:
    kept = without_secrets(
        {"detail": f"bfl_{unseen}0123456789abcdef https:/{unseen}/cdn.example/a?sig=SECRET1"}
    )
    assert "0123456789" not in kept["detail"]
    assert "SECRET1" not in kept["detail"]
