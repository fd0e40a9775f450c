"""Accepts jobs of fal: checks, bills and writes them down."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.core.faults import EARLY_VALIDATION
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.errors import FalError, gateway_failure, input_failure, refused
from fluxtui.simulator.fal.jobs import OUTPUT_SECONDS, SHORT_RUN, FalJob
from fluxtui.simulator.fal.keys import LOCKED
from fluxtui.simulator.fal.lifecycle import asked_lifetime
from fluxtui.simulator.fal.outcomes import ending_of, is_billed, refusal_of
from fluxtui.simulator.fal.preparing import Prepared, prepared_picture, prepared_training
from fluxtui.simulator.fal.prices import credits_for
from fluxtui.simulator.fal.service import FalService
from fluxtui.simulator.fal.validation import problems_in

NO_EXPIRY = (
    "A training archive was uploaded without an expiry: anybody who has its address can read it for good. "
    "Send X-Fal-Object-Lifecycle and X-Fal-Object-Lifecycle-Preference with the upload."
)
UNKNOWN_FIELD = "A request has a field that its endpoint does not know (whether fal refuses it is not told):"
_LEAST_CREDITS = 1.0
_WAIT_SHARE = 0.15

Headers = Mapping[str, str]


async def accept(
    service: FalService,
    account: Account,
    endpoint: Trainer | Generator,
    body: dict[str, Any],
    headers: Headers,
) -> FalJob:
    """Accept a job. Once it returns, the job is billed and on disk.

    Raises FalError for an account without money, a request that asks to be refused at once, headers that
    cannot be read, and wrong input where the simulator is told to look at it that early.
    """
    if account.credits < _LEAST_CREDITS:
        raise FalError(refused(403, LOCKED))
    words = _words(body)
    if refusal := refusal_of(words):
        raise FalError(refusal)
    job = _new_job(service, account, endpoint, headers)
    job.sent = dict(body) if job.payload_kept else {}
    for name in sorted(body.keys() - {field.name for field in endpoint.fields}):
        text = f"{UNKNOWN_FIELD} {name!r} ({endpoint.id})"
        job.violations.append(text)
        service.note_violation(text, job)
    problems = await asyncio.to_thread(problems_in, endpoint, body)
    if problems and service.faults.take("submit", (EARLY_VALIDATION,)):
        raise FalError(input_failure(problems))
    if problems:
        prepared = Prepared({}, failure=input_failure(problems))
    elif isinstance(endpoint, Trainer):
        prepared = await prepared_training(service.shared, endpoint, body)
    else:
        prepared = await prepared_picture(service.shared, endpoint, body)
    _fill(service, job, prepared)
    if prepared.failure is None:
        job.failure, job.black = ending_of(words, service.faults, image=job.kind == "image")
        job.black = job.black and bool(job.parameters.get("enable_safety_checker"))
    else:
        job.failure, job.run = prepared.failure, job.run * SHORT_RUN
    _bill(account, endpoint, job)
    await _remember_archive(service, job, endpoint, body)
    await service.keep(job, prepared)
    return job


def _new_job(
    service: FalService, account: Account, endpoint: Trainer | Generator, headers: Headers
) -> FalJob:
    training = isinstance(endpoint, Trainer)
    settings = service.shared.settings
    seconds = settings.seconds_per_training if training else settings.seconds_per_image
    return FalJob(
        id=str(uuid.uuid4()),
        key_name=account.name,
        kind="training" if training else "image",
        endpoint=endpoint.id,
        parameters={},
        units=0.0,
        cost=0.0,
        accepted_at=service.shared.clock(),
        wait=seconds * _WAIT_SHARE,
        run=seconds * (1 - _WAIT_SHARE),
        start_timeout=_start_timeout(headers),
        output_seconds=asked_lifetime(headers) or OUTPUT_SECONDS,
        payload_kept=headers.get("X-Fal-Store-IO") != "0",
    )


def _start_timeout(headers: Headers) -> float | None:
    text = headers.get("X-Fal-Request-Start-Timeout") or headers.get("X-Fal-Request-Timeout")
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise FalError(gateway_failure(400, "bad_request", "The start timeout is no number.")) from None


def _fill(service: FalService, job: FalJob, prepared: Prepared) -> None:
    job.parameters, job.units, job.size = prepared.parameters, prepared.units, prepared.size
    job.inputs, job.strength = list(prepared.inputs), prepared.strength
    seed = prepared.parameters.get("seed")
    job.seed = int(seed) if seed is not None else _seed(service)


def _seed(service: FalService) -> int:
    text = f"fal:{service.shared.settings.seed}:{len(service.jobs)}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _bill(account: Account, endpoint: Trainer | Generator, job: FalJob) -> None:
    """Charge the account for a job that will cost something. Raises FalError for too small a balance."""
    price = credits_for(endpoint, job.units)
    if not account.covers(price):
        raise FalError(refused(403, LOCKED))
    job.cost = price if is_billed(job.failure) else 0.0
    account.charge(job.cost)


async def _remember_archive(
    service: FalService, job: FalJob, endpoint: Trainer | Generator, body: dict[str, Any]
) -> None:
    """Note when the ZIP of a training expires, and that it never does."""
    if not isinstance(endpoint, Trainer):
        return
    job.archive_field = endpoint.archive
    upload = service.upload_at(str(body.get(endpoint.archive)))
    if upload is None:
        return
    job.archive_until = upload.expires_at
    if upload.lifetime is None:
        job.violations.append(NO_EXPIRY)
        service.note_violation(NO_EXPIRY, job)


def _words(body: dict[str, Any]) -> str:
    """Return the texts of a request that people write: the prompt, a caption, a trigger word."""
    names = ("prompt", "default_caption", "trigger_word", "trigger_phrase")
    return " ".join(value for name in names if isinstance(value := body.get(name), str))
