"""How far a request has come, and whether it can have been accepted although no answer came."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fluxtui.domain.errors import InDoubt, Refused, ServiceError
from fluxtui.domain.text import file_size
from fluxtui.system.dataclass import dataclass

LOOK_FIRST = "Look at the service's own page before you send it again."


@dataclass
class Attempt:
    """One attempt of a request; the HTTP library reports its events to `note`.

    Attributes:
        size: bytes of the body.
        sent: how many of them were handed over.
        begun: whether anything can have reached the server.
        received: bytes of the answer's body.
        status: HTTP status of the answer, or None as long as there is none.
    """

    size: int = 0
    sent: int = 0
    received: int = 0
    begun: bool = False
    status: int | None = None

    async def note(self, event: str, details: dict[str, Any]) -> None:
        """Take notice of an event of the HTTP library: once headers leave, the server can act on them."""
        # The CONNECT that opens a tunnel through a proxy is not yet our request.
        if event.endswith("send_request_headers.started") and _method(details) != b"CONNECT":
            self.begun = True

    def leaves_doubt(self, failure: ServiceError) -> bool:
        """Tell whether the server can have accepted the request although `failure` was its outcome."""
        if self.status is None:
            return self.begun
        accepted = HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        failed = self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or self.status == HTTPStatus.REQUEST_TIMEOUT
        return accepted or (failed and not isinstance(failure, Refused))

    def doubt(self, failure: ServiceError) -> InDoubt:
        """Return the error for a paid request that `failure` leaves in doubt."""
        if self.status is None and self.sent < self.size:
            left = f"{file_size(self.sent)} of {file_size(self.size)}"
            told = f"Only {left} had left, and a part is not accepted: most probably nothing was billed."
        else:
            told = (
                "The request may have been accepted and billed all the same; it is not sent again by itself."
            )
        doubt = InDoubt(f"{failure.message} {told}", next_step=LOOK_FIRST)
        doubt.detail, doubt.status, doubt.kind = failure.detail, failure.status, failure.kind
        return doubt


def _method(details: dict[str, Any]) -> object:
    return getattr(details.get("request"), "method", None)
