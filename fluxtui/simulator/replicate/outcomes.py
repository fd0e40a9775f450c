"""How a job will end: as its words or a fault decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fluxtui.simulator.core.faults import ABORTED as ABORTED_FAULT
from fluxtui.simulator.core.faults import CONTENT_MODERATED, MODERATED, OUTCOME_KINDS
from fluxtui.simulator.core.faults import FAILED as FAILED_FAULT
from fluxtui.simulator.replicate.jobs import ABORTED, FAILED, SUCCEEDED, TRAINING, Job

ALL_UNSAFE = "All generated images contained NSFW content. Try running it again with a different prompt."
_MOST_LINES = 200


def logs_of(job: Job, now: float) -> str | None:
    """Return the log by `now`, which only grows. None before a training begins, and if nothing ever began."""
    if not job.began(now):
        return None if job.kind == TRAINING or job.status(now) == ABORTED else ""
    lines = _training_lines(job, now) if job.kind == TRAINING else _prediction_lines(job, now)
    return "".join(f"{line}\n" for line in lines)


def _training_lines(job: Job, now: float) -> Iterator[str]:
    if job.ends_early:
        if job.ended(now):
            yield f"ValueError: {job.error}"
        return
    yield "Extracted the training images"
    yield "Starting train job"
    yield from _progress(job.steps, job.share(now), "flux_train_replicate: ")
    if job.ended(now):
        yield from _ending(job, now, "Saved to output/flux_train_replicate/flux_train_replicate.safetensors")


def _prediction_lines(job: Job, now: float) -> Iterator[str]:
    yield f"Using seed: {job.seed}"
    yield f"Prompt: {job.parameters['prompt']}"
    if not job.ends_early:
        yield "[!] img2img mode" if job.parameters.get("image") else "[!] txt2img mode"
        yield from _progress(job.steps, job.share(now), "")
    if job.ended(now):
        count = int(job.parameters.get("num_outputs", 1))
        yield from (f"NSFW content detected in image {number}" for number in job.dropped)
        yield from _ending(job, now, f"Total safe images: {count - len(job.dropped)} out of {count}")


def _progress(steps: int, share: float, label: str) -> Iterator[str]:
    done = int(steps * share)
    stride = max(1, steps // _MOST_LINES)
    for step in range(0, done + 1, stride):
        yield f"{label}{step * 100 // steps:3d}%| {step}/{steps}"


def _ending(job: Job, now: float, success: str) -> Iterator[str]:
    match job.status(now):
        case "succeeded":
            yield success
        case status if status == FAILED:
            yield f"Exception: {job.error}"
        case _:
            yield "Canceled"


OUTCOME_WORDS = {
    "contentmoderated": CONTENT_MODERATED,
    "moderateme": MODERATED,
    "abortme": ABORTED_FAULT,
    "failme": FAILED_FAULT,
}
"""Words in a prompt, or in a training's trigger word or destination, that act like a fault of that kind."""
BROKEN = "CUDA out of memory. Tried to allocate 20.00 MiB."


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job's last status and error, whether it ends right after its start, which pictures are dropped."""

    status: str = SUCCEEDED
    error: str | None = None
    early: bool = False
    dropped: tuple[int, ...] = ()


OUTCOME_FAULTS = (*OUTCOME_KINDS, ABORTED_FAULT)


def kind_of(words: str, fault: str | None) -> str | None:
    """Return the kind of ending that a fault, or else the `words` ask for."""
    lowered = words.casefold()
    return fault or next((kind for word, kind in OUTCOME_WORDS.items() if word in lowered), None)


def failed_early(error: str) -> Outcome:
    """Return the end of a job whose input turns out useless."""
    return Outcome(FAILED, error, early=True)


def outcome_of(kind: str | None, pictures: int, *, checked: bool = True) -> Outcome:
    """Return how a job ends for a kind of ending.

    `moderated` means that all its pictures fail the safety check, `content-moderated` that the first of
    several does; neither happens where the check is off. A training, with no pictures, then just fails.
    """
    if kind == ABORTED_FAULT:
        return Outcome(ABORTED)
    if kind == FAILED_FAULT:
        return Outcome(FAILED, BROKEN)
    if kind is None or not checked:
        return Outcome()
    if not pictures:
        return Outcome(FAILED, BROKEN)
    if kind == CONTENT_MODERATED and pictures > 1:
        return Outcome(dropped=(0,))
    return Outcome(FAILED, ALL_UNSAFE, dropped=tuple(range(pictures)))
