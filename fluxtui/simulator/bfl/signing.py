"""Addresses of results that carry their own permission and expiry."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from fluxtui.simulator.bfl.endpoints import endpoints
from fluxtui.simulator.bfl.service import SimulatedService
from fluxtui.simulator.bfl.tasks import Task


def format_of(task: Task) -> str:
    """Return the file format of a picture task: jpeg, png or webp."""
    return str(task.parameters.get("output_format") or endpoints()[task.endpoint].default_format)


def result_url(service: SimulatedService, task: Task) -> str:
    """Return the address of a finished picture."""
    expires = int(task.expires_at)
    query = urlencode({"expires": expires, "signature": signature(service, task.id, expires)})
    return f"{service.addresses.delivery}/results/{task.id}/sample.{format_of(task)}?{query}"


def signature(service: SimulatedService, task_id: str, expires: int) -> str:
    """Return the signature that the address of a result must carry."""
    text = f"{task_id}:{expires}".encode()
    return hmac.new(service.signing_key, text, hashlib.sha256).hexdigest()
