"""Writes on a job how far a transfer has come, now and then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fluxtui.api.attachments import Progress
from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import file_size
from fluxtui.services.jobs.context import JobContext

_log = logging.getLogger(__name__)


@asynccontextmanager
async def transfer_reported(context: JobContext, job: Job, doing: str) -> AsyncIterator[Progress]:
    """Yield what is to be told of the bytes of a transfer; how far it is stands on the job meanwhile.

    That is its share, or how much has come where nobody knows how much it will be (0 in all).

    Args:
        context: what jobs work with.
        job: that is transferred.
        doing: one word or two: `uploading`.
    """
    moved = [0, 0]

    def progress(done: int, total: int) -> None:
        moved[:] = done, total

    async def report() -> None:
        while True:
            await asyncio.sleep(context.pacing.watch)
            if not any(moved):
                continue
            try:
                await context.update(job, remote_status=f"{doing}, {_moved_text(*moved)}")
            except StorageError as error:
                _log.info("job %s: its progress cannot be noted: %s", job.id, error.title)

    reporter = asyncio.create_task(report())
    try:
        yield progress
    finally:
        reporter.cancel()
        await asyncio.gather(reporter, return_exceptions=True)


def _moved_text(done: int, total: int) -> str:
    return f"{done * 100 // total} %" if total else file_size(done)
