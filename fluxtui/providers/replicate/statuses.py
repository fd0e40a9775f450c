"""What Replicate says of a training or a prediction, in our words.

Source: Replicate HTTP API reference, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import CancelAnswer, Packing, Phase, RemoteStatus, RemoteTask
from fluxtui.providers.logs import progress_in, shown_log
from fluxtui.providers.reading import as_mapping, as_number, as_text, texts_in
from fluxtui.providers.replicate.logs import seed_in
from fluxtui.providers.replicate.names import reference
from fluxtui.providers.replicate.prices import cost_of
from fluxtui.providers.replicate.training import told_steps

STARTING, PROCESSING, SUCCEEDED = "starting", "processing", "succeeded"
FAILED, CANCELED, ABORTED = "failed", "canceled", "aborted"

PHASES: Mapping[str, Phase] = {
    STARTING: Phase.QUEUED,
    PROCESSING: Phase.RUNNING,
    SUCCEEDED: Phase.READY,
    FAILED: Phase.FAILED,
    CANCELED: Phase.CANCELLED,
    ABORTED: Phase.CANCELLED,
}
"""Our word for each of the service's. `aborted` ended before it began, which is not billed."""

# Sources: replicate/cog-flux (predict.py) for a run none of whose pictures passes the check, reports of users
# for official models, read 2026-11.
_MODERATED = ("all generated images contained nsfw content", "the input or output was flagged as sensitive")
_ENDED = frozenset({SUCCEEDED, FAILED, CANCELED, ABORTED})


def status_of(data: Any, task: RemoteTask) -> RemoteStatus:
    """Return what the answer about a task says.

    Raises:
        UnexpectedAnswer: it has no status.
    """
    answer = as_mapping(data)
    word = as_text(answer.get("status"), limit=60)
    if word is None:
        raise UnexpectedAnswer("Replicate's answer about the task has no status.")
    known = word.casefold()
    phase = PHASES.get(known) or _phase_of_unknown(answer)
    message = as_text(shown_log(answer.get("error"))) or ""
    if phase is Phase.FAILED and message.casefold().startswith(_MODERATED):
        phase = Phase.MODERATED
    if phase is Phase.READY:
        return _succeeded(answer, task, word)
    return RemoteStatus(
        phase=phase,
        word=word,
        progress=_progress(answer, task) if phase is Phase.RUNNING else None,
        message=message,
        details=_details(answer),
        answer=answer,
        log=shown_log(answer.get("logs")),
        cost_credits=_cost(answer, task) if known in _ENDED else None,
        unbilled=known == ABORTED or (known == CANCELED and not answer.get("started_at")),
    )


def _phase_of_unknown(answer: Mapping[str, Any]) -> Phase:
    """Return what a word means that Replicate did not have before: `completed_at` tells whether it is over.

    One that is over counts as not known, which is believed when it has been said for long enough.
    """
    if not answer.get("completed_at"):
        return Phase.RUNNING
    return Phase.FAILED if answer.get("error") else Phase.MISSING


def _succeeded(answer: Mapping[str, Any], task: RemoteTask, word: str) -> RemoteStatus:
    output = answer.get("output")
    training = task.kind is JobKind.TRAINING
    version = reference(str(as_mapping(output).get("version") or "")) if training else None
    url = as_mapping(output).get("weights") if training else _first(output)
    found = version is not None and version.version is not None if training else bool(url)
    phase, message = Phase.READY, ""
    if not found and answer.get("data_removed"):
        # An hour after its end a prediction is erased with all that it made.
        phase = Phase.ERASED
    elif not found:
        what = "model version" if training else "picture"
        phase, message = Phase.FAILED, f"Replicate finished the task but named no {what}."
    address = url if isinstance(url, str) and url and phase is Phase.READY else None
    more = () if training or address is None else texts_in(output)[1:]
    return RemoteStatus(
        phase=phase,
        word=word,
        progress=1.0,
        result_url=None if training else address,
        more_urls=more,
        unsure=phase is Phase.FAILED,
        message=message,
        details=_details(answer),
        answer=answer,
        log=shown_log(answer.get("logs")),
        finetune_id=str(version) if version is not None and phase is Phase.READY else None,
        weights_url=address if training else None,
        weights_packing=Packing.TAR,
        cost_credits=_cost(answer, task),
    )


def _first(output: Any) -> str | None:
    """Return the address of the first picture: one is asked for, and most models give a list all the same."""
    return next(iter(texts_in(output)), None)


def _progress(answer: Mapping[str, Any], task: RemoteTask) -> float | None:
    steps = told_steps(task.parameters)
    return progress_in(answer.get("logs"), steps if isinstance(steps, int) else None)


def _cost(answer: Mapping[str, Any], task: RemoteTask) -> float | None:
    output = answer.get("output")
    pictures = len(output) if isinstance(output, list) else int(isinstance(output, str))
    return cost_of(task.endpoint, as_mapping(answer.get("metrics")), pictures, task.parameters)


def _seconds(answer: Mapping[str, Any]) -> float | None:
    return as_number(as_mapping(answer.get("metrics")).get("predict_time"))


def _details(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = {"seed": seed_in(answer.get("logs")), "duration": _seconds(answer)}
    return {name: value for name, value in found.items() if value is not None}


def cancel_answer_of(data: Any) -> CancelAnswer:
    """Return what the answer to a cancellation says: it is the task as it is now."""
    answer = as_mapping(data)
    word = (as_text(answer.get("status"), limit=60) or "").casefold()
    if word in (SUCCEEDED, FAILED):
        return CancelAnswer.TOO_LATE
    if word == ABORTED or (word == CANCELED and not answer.get("started_at")):
        return CancelAnswer.GONE
    return CancelAnswer.ASKED
