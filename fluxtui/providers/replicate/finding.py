"""Whether a task at Replicate may be a job whose answer was lost: by its input, its time and its name.

Source: Replicate HTTP API reference, read 2026-11; no request carries a mark that would tell for certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Control, TrainingEndpoint, fields_of
from fluxtui.domain.errors import NotFound, NotPermitted, UnexpectedAnswer
from fluxtui.providers.base import Candidate, Sought
from fluxtui.providers.reading import as_identifier, as_mapping, as_moment, as_text
from fluxtui.providers.replicate.generation import ReplicateGeneration, TrainedVersion
from fluxtui.providers.replicate.lists import PREDICTIONS, TRAININGS, listed
from fluxtui.providers.replicate.names import archive_name, is_destination_of, reference
from fluxtui.providers.replicate.training import name_in, told_steps

_CLOCKS_DIFFER = timedelta(minutes=10)
_PICTURES = frozenset({Control.PICTURE, Control.PICTURES})
_ANY = "any address"


async def found(api: APIService, sought: Sought) -> tuple[Candidate, ...]:
    """Return the tasks that may be a sought job. Raises `ServiceError`.

    What Replicate has erased cannot be known again, and its result would be gone as well.
    """
    training = isinstance(sought.request, TrainingEndpoint)
    since = sought.submitted_at and sought.submitted_at - _CLOCKS_DIFFER
    candidates = []
    async for task in listed(api, TRAININGS if training else PREDICTIONS, since):
        remote_id = as_identifier(task.get("id"))
        agrees = _trained_alike(task, sought) if training else _generated_alike(task, sought)
        if remote_id is None or not agrees:
            continue
        archive = await _archive_name(api, task) if training else None
        may_be = partial(_may_be, task, archive)
        if may_be(sought):
            candidates.append(Candidate(remote_id, as_moment(task.get("created_at")), may_be))
    return tuple(candidates)


def _may_be(task: Mapping[str, Any], archive: str | None, sought: Sought) -> bool:
    """Tell whether a task may be a job, from the task and what its archive is called."""
    made, sent, request = as_moment(task.get("created_at")), sought.submitted_at, sought.request
    if made and sent and made < sent - _CLOCKS_DIFFER:
        return False
    if not isinstance(request, TrainingEndpoint):
        return _generated_alike(task, sought)
    name = name_in(request)
    if archive is not None and archive != archive_name(name):
        return False
    made_into = reference(str(as_mapping(task.get("output")).get("version") or ""))
    if made_into is not None and not is_destination_of(made_into.model.partition("/")[2], name):
        return False
    return _trained_alike(task, sought)


def _trained_alike(task: Mapping[str, Any], sought: Sought) -> bool:
    request, told = sought.request, as_mapping(task.get("input"))
    if not isinstance(request, TrainingEndpoint) or task.get("model") != request.info.id:
        return False
    asked = request.wire()
    steps = asked.pop(request.steps_field, None)
    return told_steps(told) == steps and _holds(told, asked)


def _generated_alike(task: Mapping[str, Any], sought: Sought) -> bool:
    request, told = sought.request, as_mapping(task.get("input"))
    if not isinstance(request, ReplicateGeneration) or not _of_the_same_model(task, request):
        return False
    given, own_version = request.given(), isinstance(request, TrainedVersion)
    named = {
        request.wire_name(field.name): bool(given.get(field.name))
        for field in fields_of(type(request))
        if field.control in _PICTURES or (field.control is Control.FINETUNE and not own_version)
    }
    # Where each LoRA was fetched from is not known any more: that there was one, is.
    loras = request.named_loras([_ANY] * len(request.rows()))
    named |= {name: name in loras for name in request.lora_names}
    return _holds(told, request.plain_input()) and all(
        bool(told.get(name)) is there for name, there in named.items()
    )


def _of_the_same_model(task: Mapping[str, Any], request: ReplicateGeneration) -> bool:
    if not isinstance(request, TrainedVersion):
        return task.get("model") == request.info.id
    named = reference(request.finetune_id)
    if named is None:
        return False
    return task.get("version") == named.version if named.version else task.get("model") == named.model


def _holds(told: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return all(name in told and told[name] == value for name, value in asked.items())


async def _archive_name(api: APIService, task: Mapping[str, Any]) -> str | None:
    """Return what the archive of a training is called at Replicate, or None where that is not told."""
    address = as_mapping(task.get("input")).get("input_images")
    if not isinstance(address, str):
        return None
    try:
        return as_text(as_mapping((await api.get(address)).data).get("name"))
    except (NotFound, NotPermitted, UnexpectedAnswer):
        # Erased after a day, or not at Replicate at all.
        return None
