"""Whether an order whose answer was lost was taken: Runware is asked by the id that it was sent under.

The id follows from the job's own, which is in the journal before anything is sent, so what is found is this
very order and no twin. That nothing is found proves nothing while a task waits: an id that was never sent and
one whose task has not begun can be answered alike (seen by others, 2026).
"""

from __future__ import annotations

from datetime import timedelta

from fluxtui.api.service import APIService
from fluxtui.providers.base import Candidate, Sought
from fluxtui.providers.runware.generation import RunwareGeneration
from fluxtui.providers.runware.statuses import delivered
from fluxtui.providers.runware.tasks import QUESTION, asked, details, task_id_of

FOUND_WITHIN = timedelta(days=1)
"""How long a task may take to be told of: our guess; Runware's queues are said to time out long before."""


async def found(api: APIService, sought: Sought) -> tuple[Candidate, ...]:
    """Return the task that a sought job was sent as, where Runware knows it. Raises `ServiceError`."""
    if not sought.job_id or not isinstance(sought.request, RunwareGeneration):
        return ()
    task_id = task_id_of(sought.job_id)
    told = await asked(api, QUESTION, task_id)
    # Only what came of a task proves that there is one: "processing" could be said of any id, and an error
    # can be about the question.
    ended = delivered(told.items, {}) is not None or any(failure.outcome for failure in told.failures)
    if not ended and not (await details(api, task_id))[0]:
        return ()

    def may_be(other: Sought) -> bool:
        return task_id_of(other.job_id) == task_id

    # It began when it was sent: nothing else can have made a task of this id.
    return (Candidate(task_id, sought.submitted_at, may_be, exact=True),)
