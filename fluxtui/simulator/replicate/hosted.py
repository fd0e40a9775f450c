"""Replicate as the server hosts it beside the other services."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from fluxtui.simulator.core.accounts import Accounts
from fluxtui.simulator.core.faults import Fault
from fluxtui.simulator.core.gate import REASONS, status_of
from fluxtui.simulator.core.hosting import Foundation
from fluxtui.simulator.core.ledger import LedgerEntry
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.api_app import api_app
from fluxtui.simulator.replicate.delivery_app import delivery_app, found_at
from fluxtui.simulator.replicate.jobs import TRAINING
from fluxtui.simulator.replicate.keys import VALID_KEY
from fluxtui.simulator.replicate.service import NAME, ReplicateService

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


class HostedReplicate(ReplicateService):
    """The service with what `HostedService` asks for."""

    def __init__(self, shared: Foundation) -> None:
        """Read the state."""
        super().__init__(shared)
        self.name = NAME
        self.accounts: Accounts = self.members
        self.valid_key = shared.keyring.own(VALID_KEY)

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return the applications for the ports "api" and "delivery"."""
        return {"api": api_app(self), "delivery": delivery_app(self)}

    def place_of(self, role: str, method: str, path: str) -> str | None:
        """Return where a request goes, in words of `Fault.where`."""
        return place_of(role, method, path)

    def refusal(self, fault: Fault) -> Response:
        """Return what Replicate answers for a fault of `faults.HTTP_KINDS`."""
        return refusal(fault)

    async def content_at(self, role: str, path: str) -> bytes | None:
        """Return an output or the weights at `path`, which anybody can fetch, or None."""
        output = await found_at(self, path.partition("?")[0]) if role == "delivery" else None
        return None if output is None else output.content

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed, oldest first."""
        now = self.clock()
        return [
            LedgerEntry(
                service=NAME,
                id=job.id,
                key=job.key_name,
                kind=TRAINING if job.kind == TRAINING else "image",
                endpoint=job.model,
                cost=job.cost(now),
                accepted_at=job.accepted_at,
                status=job.status(now),
                delivered=job.delivered,
                violations=list(job.violations),
            )
            for job in self.jobs.values()
        ]
