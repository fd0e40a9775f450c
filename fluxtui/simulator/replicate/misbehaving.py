"""Where a request goes, for faults, and what Replicate answers when it misbehaves."""

from __future__ import annotations

import re

from starlette.responses import HTMLResponse, Response

from fluxtui.simulator.core.faults import Fault
from fluxtui.simulator.core.gate import REASONS, status_of
from fluxtui.simulator.replicate import problems

_CREATE = re.compile(r"/v1/(predictions|models/[^/]+/[^/]+/(predictions|versions/[^/]+/trainings))")
_POLL = re.compile(r"/v1/(predictions|trainings)/[^/]+")


def place_of(role: str, method: str, path: str) -> str:
    """Return where a request to the port of `role` goes, in words of `Fault.where`."""
    if role == "delivery":
        return "delivery"
    if method == "POST" and _CREATE.fullmatch(path):
        return "submit"
    if method == "POST" and path == "/v1/files":
        return "upload"
    return "poll" if method == "GET" and _POLL.fullmatch(path) else "manage"


def refusal(fault: Fault) -> Response:
    """Return the answer for a fault: 429 tells its wait in the body if at all, and 5xx is a page."""
    status = status_of(fault)
    if status == 429:
        told = fault.kind.endswith("retry-after")
        return problems.throttled(round(fault.seconds), told=told).response()
    title = f"{status} {REASONS[status]}"
    page = f"<!doctype html><title>api.replicate.com | {title}</title><h1>Error {title}</h1>"
    return HTMLResponse(page, status)
