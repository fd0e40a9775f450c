"""What a job prints while it runs. The lines a client may look for are those of replicate/cog-flux."""

from __future__ import annotations

from collections.abc import Iterator

from fluxtui.simulator.replicate.jobs import ABORTED, FAILED, TRAINING, Job

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
        count = int(job.parameters["num_outputs"])
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
