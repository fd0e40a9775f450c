"""Saves what a finished job made: the picture in its place, the finetune in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import NotThere, UnexpectedAnswer
from fluxtui.domain.jobs import IllegalTransition, Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.domain.text import plural
from fluxtui.providers.base import RemoteStatus
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import NO_TROUBLE, JobContext
from fluxtui.services.jobs.delivery import EXTENSIONS, DeliveredPicture, Delivery, facts_of
from fluxtui.services.jobs.ids import new_id
from fluxtui.services.threads import unbroken

if TYPE_CHECKING:
    from fluxtui.services.recipes import Recipe

_LARGEST_SEED = 2**63 - 1
"""What the journal can hold; services draw far smaller ones."""


async def save_picture(context: JobContext, job: Job, status: RemoteStatus | None, delivery: Delivery) -> Job:
    """Fetch the picture of a job that is collecting, check it, put it in its place and finish the job.

    The recipe is written into the file first; a picture that cannot take it is saved as it came.
    Interrupted anywhere, it can be called again.

    Args:
        context: what jobs work with.
        job: collecting.
        status: says where the picture is, and further ones of the same task; None if the delivery holds all.
        delivery: of this job; it keeps what was fetched if this fails for want of a disk or journal.

    Raises:
        NotThere: the service says that it is ready, but not where.
        ResultExpired: and other `ServiceError`s, if it cannot be fetched.
        UnreadableResult: what came is kept, and is no picture that can be read.
        IllegalTransition: another driver has ended the job meanwhile.
        StorageError: it could not be saved; it can be once the disk or the journal works again.
    """
    if status is not None:
        if status.result_url is None:
            raise NotThere("The service says that the picture is ready, but not where it is.")
        delivery.seed = job.seed if job.seed is not None else _seed_told(status.details)
        delivery.told = status.remark
        await delivery.fetch(job, status.result_url)
        await delivery.fetch_more(job, status.more_urls)
    final = delivery.placed
    if final is None:
        finished = await _finish_what_another_saved(context, job)
        if finished is not None:
            await delivery.drop()
            return finished
        await delivery.tell_recipe(await _recipe(context, job, delivery.seed))
        final = await _own_place(context, job, delivery)
    # Given up between the two, another driver would save a second picture, and nobody would remove the first.
    return await unbroken(_put_and_finish(context, job, final, delivery))


async def _put_and_finish(context: JobContext, job: Job, final: Path, delivery: Delivery) -> Job:
    kept = await delivery.put(final)
    more = await _put_more(context, job, delivery)
    remark = f"(without its recipe in the file: {delivery.remark})" if delivery.remark else ""
    remark = " ".join(part for part in (delivery.told, remark) if part)
    try:
        done = await _finish(context, job, kept, delivery.checked(), delivery.seed, remark, more)
        await delivery.forget_unreadable()
        return done
    except IllegalTransition:
        await _withdraw(context, job, kept)
        raise


async def _put_more(context: JobContext, job: Job, delivery: Delivery) -> tuple[Picture, ...]:
    """Bring the further pictures of a task to their places and return them as the journal will have them."""
    new = [held for held in delivery.more.values() if held.placed is None]
    finals = [await asyncio.to_thread(_new_place, context, job, held.facts, None) for held in new]
    await delivery.put_more(finals)
    return tuple(
        _picture(context, job, held.placed, held.facts, None)
        for held in delivery.more.values()
        if held.placed is not None
    )


async def _finish_what_another_saved(context: JobContext, job: Job) -> Job | None:
    """Finish a job whose picture another driver has put in its place since `job` was read, or return None."""
    current = await context.journal.jobs.get(job.id)
    if current is None or current.state is not JobState.COLLECTING or current.picture == job.picture:
        return None
    return await finish_saved_picture(context, current)


async def _withdraw(context: JobContext, job: Job, kept: Path) -> None:
    """Remove the picture of a job that another driver has finished with its own copy, meanwhile."""
    current = await context.journal.jobs.get(job.id)
    if current is None or current.state is not JobState.DONE or current.picture is None:
        return
    if context.storage.inside(current.picture) != kept:
        await asyncio.to_thread(kept.unlink, missing_ok=True)


async def finish_saved_picture(context: JobContext, job: Job) -> Job | None:
    """Finish a job whose picture is in its place already, or return None if there is none."""
    if job.picture is None:
        return None
    path = context.storage.inside(job.picture)
    if await context.journal.pictures.has(job.picture) or not await asyncio.to_thread(path.is_file):
        return None
    try:
        facts = await asyncio.to_thread(facts_of, path)
    except UnexpectedAnswer:
        return None
    return await _finish(context, job, path, facts, job.seed)


async def _recipe(context: JobContext, job: Job, seed: int | None) -> Recipe:
    from fluxtui.services.recipes import Recipe

    finetune = None
    if job.finetune_id is not None:
        profile = job.finetune_profile or job.profile
        finetune = await context.journal.finetunes.get(profile, job.finetune_id)
    return Recipe.from_job(job, trigger_word=finetune.trigger_word if finetune else None, seed=seed)


def _picture(context: JobContext, job: Job, path: Path, facts: DeliveredPicture, seed: int | None) -> Picture:
    return Picture(
        id=new_id(),
        job_id=job.id,
        path=context.storage.relative(path),
        format=facts.format,
        width=facts.width,
        height=facts.height,
        size=facts.size,
        sha256=facts.sha256,
        prompt=str(job.parameters.get("prompt") or ""),
        seed=seed,
        endpoint=job.endpoint,
        finetune_name=job.finetune_name,
        parameters=job.parameters,
        created_at=context.clock(),
    )


async def _finish(
    context: JobContext,
    job: Job,
    path: Path,
    facts: DeliveredPicture,
    seed: int | None,
    remark: str = "",
    more: Sequence[Picture] = (),
) -> Job:
    picture = _picture(context, job, path, facts, seed)
    relative = picture.path
    if more:
        remark = f"{remark} (and {plural(len(more), 'further picture')} of the same task)".strip()
    fields = {"picture": relative, "seed": seed, "progress": 1.0, **NO_TROUBLE}
    done = await context.journal.pictures.finish(
        job.id, picture, more=more, note=f"{relative} {remark}".rstrip(), **fields
    )
    context.changes.publish(Change("pictures", done))
    context.tell(done)
    return done


async def _own_place(context: JobContext, job: Job, delivery: Delivery) -> Path:
    """Return where the picture is to be put; it is on the job, and no other job has it."""
    choose = _place
    while True:
        final = await asyncio.to_thread(choose, context, job, delivery.checked(), delivery.seed)
        # Known before the move, so that a crash right after it does not save the picture twice.
        named = await context.journal.jobs.name_picture(job.id, context.storage.relative(final))
        if named is not None:
            context.tell(named)
            return final
        choose = _new_place


def _place(context: JobContext, job: Job, facts: DeliveredPicture, seed: int | None) -> Path:
    """Return where the picture belongs: the place chosen at an earlier try, or a new one."""
    if job.picture is not None:
        chosen = context.storage.inside(job.picture)
        if chosen.parent.is_dir() and not chosen.exists():
            return chosen
    return _new_place(context, job, facts, seed)


def _new_place(context: JobContext, job: Job, facts: DeliveredPicture, seed: int | None) -> Path:
    return context.storage.picture_path(
        finetune=job.finetune_name,
        endpoint=job.endpoint,
        prompt=str(job.parameters.get("prompt") or ""),
        seed=seed,
        extension=EXTENSIONS[facts.format],
        when=context.clock(),
    )


def _seed_told(details: Mapping[str, Any]) -> int | None:
    seed = details.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        return None
    return seed if abs(seed) <= _LARGEST_SEED else None
