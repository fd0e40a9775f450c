"""The request that a job stands for, made anew from its recipe in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, fields_of
from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import is_web_address
from fluxtui.providers.base import Provider, RemoteTask
from fluxtui.services.storage import StorageService

PICTURE_CONTROLS = frozenset({Control.PICTURE, Control.PICTURES})


def picture_parameters(endpoint: type[Endpoint]) -> tuple[str, ...]:
    """Return the names of the parameters that take pictures."""
    return tuple(field.name for field in fields_of(endpoint) if field.control in PICTURE_CONTROLS)


def request_of(job: Job, provider: Provider, storage: StorageService) -> Endpoint:
    """Return the validated request of a job, its pictures as absolute paths.

    Raises:
        InvalidInput: the recipe does not fit the endpoint (any more).
        StorageError: one of its pictures is gone from the data directory.
    """
    endpoint = provider.endpoint(job.endpoint)
    values = dict(job.parameters)
    for name in picture_parameters(endpoint):
        if values.get(name):
            values[name] = _absolute(values[name], storage)
    return endpoint.checked(values)


def _absolute(value: Any, storage: StorageService) -> Any:
    if isinstance(value, list | tuple):
        return [_absolute(item, storage) for item in value]
    if is_web_address(str(value)):
        return value
    path = storage.inside(str(value))
    if not path.is_file():
        raise StorageError(
            f"The input picture {path.name} is gone from the data directory; nothing was sent."
        )
    return str(path)


def task_of(job: Job) -> RemoteTask:
    """Return what is needed to ask the service about a job."""
    return RemoteTask(
        job.kind, job.endpoint, job.remote_id or "", job.polling_url, job.addresses or {}, job.parameters
    )


def archive_of(job: Job, storage: StorageService) -> Path:
    """Return where the archive of a training is. Raises `DatasetError` if it is gone."""
    relative = job.dataset.path if job.dataset is not None else ""
    path = storage.inside(relative)
    if not relative or not path.is_file():
        raise DatasetError(
            "The training archive is gone from the data directory; nothing was sent.",
            next_step="Start the training again from its pictures.",
        )
    return path
