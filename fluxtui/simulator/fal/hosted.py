"""Fal as the server hosts it beside the other services."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import ASGIApp

from fluxtui.simulator.core.faults import Fault
from fluxtui.simulator.core.gate import REASONS, retry_headers, status_of
from fluxtui.simulator.fal.cdn_app import cdn_app
from fluxtui.simulator.fal.cdn_uploads import CdnTokens
from fluxtui.simulator.fal.errors import gateway_failure, refused
from fluxtui.simulator.fal.platform_app import platform_app
from fluxtui.simulator.fal.queue_app import queue_app
from fluxtui.simulator.fal.rest_app import rest_app
from fluxtui.simulator.fal.service import FalService
from fluxtui.simulator.fal.upload_app import upload_app

_GATEWAY_KINDS = {
    500: "internal_error",
    502: "runner_incomplete_response",
    503: "runner_scheduling_failure",
    504: "request_timeout",
}


class HostedFal(FalService):
    """The service with what `HostedService` asks for."""

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return the application of each port."""
        tokens = CdnTokens(self.shared.clock)
        return {
            "queue": queue_app(self),
            "rest": rest_app(self, tokens),
            "platform": platform_app(self),
            "upload": upload_app(self),
            "cdn": cdn_app(self, tokens),
        }

    def place_of(self, role: str, method: str, path: str) -> str | None:
        """Return where a request goes, in the words of `Fault.where`."""
        if role == "queue":
            return {"POST": "submit", "PUT": "manage"}.get(method, "poll")
        if role == "cdn" and method in ("POST", "PUT"):
            return "upload"
        return {"rest": "upload", "upload": "upload", "cdn": "delivery"}.get(role, "manage")

    def refusal(self, fault: Fault) -> Response:
        """Return fal's own answer for a fault of status 429 or 5xx."""
        status = status_of(fault)
        kind = _GATEWAY_KINDS.get(status)
        failure = gateway_failure(status, kind, REASONS[status]) if kind else refused(status, REASONS[status])
        answer = failure.response()
        answer.headers.update({"x-fal-request-id": "refused", **retry_headers(fault)})
        return answer
