"""Misbehaviour on demand: which fault strikes which request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fluxtui.simulator.core.echoes import ECHO_KINDS, ECHO_REFUSALS
from fluxtui.simulator.core.roles import BFL, SERVICES

ANY = "any"
PLACES = ("submit", "poll", "delivery", "manage", "upload", ANY)

PLAIN_HTTP_KINDS = ("429", "429-retry-after", "429-retry-date", "500", "502", "503", "504")
INGRESS_KINDS = ("ingress-502", "ingress-503", "ingress-504")
"""The HTML page of a proxy before the service, without any header of the service itself."""
HTTP_KINDS = (*PLAIN_HTTP_KINDS, *INGRESS_KINDS)
DROP_BEFORE, DROP_AFTER = "drop-before", "drop-after"
TRUNCATED_BODY, GARBLED_BODY = "truncated-body", "garbled-body"
TRUNCATED_IMAGE, WRONG_TYPE, EXPIRED = "truncated-image", "wrong-type", "expired"
TRUNCATED_WEIGHTS = "truncated-weights"
LATE_TASK = "late-task"
LATE_DELIVERIES = ("late-401", "late-403", "late-404", "late-410")
LATE_KINDS = (LATE_TASK, *LATE_DELIVERIES)
"""Not there for so many seconds after it was first asked for, as behind content networks."""
DATA_URI, SECOND_RESULT = "data-uri", "second-result"
REFORMED_KINDS = ("avif", "gif", "tiff", "gzip", "bad-chunk", "unreadable")
"""Pictures that are delivered whole, in another form than was asked for."""
LATENCY, UNKNOWN_STATUS, ODD_LOCATION = "latency", "unknown-status", "odd-location"
COOKIES, INWARD_LOCATION = "cookies", "inward-location"
ABSURD_COST, ABSURD_DETAILS = "absurd-cost", "absurd-details"
ABSURD = 1e308
"""What such a fault tells in place of an amount."""
ABSURD_WHOLE = 2**63
ZERO_WEIGHTS, PICKLED_WEIGHTS, ZIPPED_WEIGHTS = "zero-weights", "pickled-weights", "zipped-weights"
FAILED, MODERATED, CONTENT_MODERATED = "failed", "moderated", "content-moderated"

BODY_KINDS = (DROP_AFTER, TRUNCATED_BODY, GARBLED_BODY)
OUTCOME_KINDS = (FAILED, MODERATED, CONTENT_MODERATED)
WEIGHTS_KINDS = (TRUNCATED_WEIGHTS, ZERO_WEIGHTS, PICKLED_WEIGHTS, ZIPPED_WEIGHTS)
DELIVERY_KINDS = (TRUNCATED_IMAGE, *WEIGHTS_KINDS, WRONG_TYPE, EXPIRED)

SUBMIT_202, EARLY_VALIDATION = "submit-202", "early-validation"
CANCEL_IGNORED, CANCEL_SUCCESS = "cancel-ignored", "cancel-success"
NO_BILLABLE_UNITS, WRONG_SIZE, NULL_LOGS = "no-billable-units", "wrong-size", "null-logs"
LISTED_AT_ONCE = "listed-at-once"
TENFOLD_PRICE, VAGUE_UNITS = "tenfold-price", "vague-units"
LIFECYCLE_ONLY, PREFERENCE_ONLY = "lifecycle-only", "preference-only"
FAL_KINDS = (
    SUBMIT_202,
    EARLY_VALIDATION,
    CANCEL_IGNORED,
    CANCEL_SUCCESS,
    NO_BILLABLE_UNITS,
    WRONG_SIZE,
    NULL_LOGS,
    LISTED_AT_ONCE,
    LIFECYCLE_ONLY,
    PREFERENCE_ONLY,
    TENFOLD_PRICE,
    VAGUE_UNITS,
)
"""What only fal does. Most are ways of one service that sources describe differently, so without a count."""
ABORTED, TRUNCATED_ARCHIVE = "aborted", "truncated-archive"
REPLICATE_KINDS = (ABORTED, TRUNCATED_ARCHIVE)
"""What only Replicate does."""

KINDS = (
    LATENCY,
    *HTTP_KINDS,
    DROP_BEFORE,
    *BODY_KINDS,
    *DELIVERY_KINDS,
    UNKNOWN_STATUS,
    ODD_LOCATION,
    INWARD_LOCATION,
    COOKIES,
    *LATE_KINDS,
    DATA_URI,
    SECOND_RESULT,
    *REFORMED_KINDS,
    ABSURD_COST,
    ABSURD_DETAILS,
    *OUTCOME_KINDS,
    *ECHO_KINDS,
    *ECHO_REFUSALS,
    *FAL_KINDS,
    *REPLICATE_KINDS,
)

LONGEST_SECONDS = 10**9

_OPTION = re.compile(
    r"(?P<kind>[a-z0-9-]+)(=(?P<seconds>[0-9.]+))?(:(?P<amount>[0-9.]+)(?P<percent>%?))?"
    r"(@((?P<service>[a-z]+)\.)?(?P<where>[a-z]+))?"
)
_SYNTAX = "kind[=seconds][:count|:rate%][@where|@service.where]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of misbehaviour: for the next `count` requests, for a `rate` (0 to 1) of them, or for all.

    `where` limits it to submits, polls, deliveries, uploads or management calls, `service` to one of
    `roles.SERVICES`. `seconds` is the delay of a latency, the `Retry-After` of a 429, and for how long
    something is late; what is late counts by what is asked for, not by requests. A latency ends once faults
    are cleared.

    Raises ValueError, with a sentence, for anything unknown.
    """

    kind: str
    count: int | None = None
    rate: float | None = None
    where: str = ANY
    seconds: float = 1.0
    service: str = ANY

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; choose from {', '.join(KINDS)}.")
        if self.where not in PLACES:
            raise ValueError(f"A fault strikes at {', '.join(PLACES)}, not {self.where!r}.")
        if self.service not in (*SERVICES, ANY):
            raise ValueError(f"A fault concerns {', '.join(SERVICES)} or any, not {self.service!r}.")
        if self.count is not None and self.count < 1:
            raise ValueError("The count of a fault is 1 or more.")
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise ValueError("The rate of a fault is from 0 to 1 (0% to 100%).")
        if not 0 <= self.seconds <= LONGEST_SECONDS:
            raise ValueError(f"The seconds of a fault are from 0 to {LONGEST_SECONDS}.")


def parse_fault(text: str) -> Fault:
    """Read `kind[=seconds][:count|:rate%][@[service.]where]`, such as `503:2@fal.poll`. Raises ValueError."""
    match = _OPTION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"A fault reads {_SYNTAX}; {text!r} does not.")
    try:
        amount = float(match["amount"]) if match["amount"] else None
        seconds = float(match["seconds"]) if match["seconds"] else 1.0
    except ValueError:
        raise ValueError(f"{text!r} holds a number that cannot be read.") from None
    if amount is not None and not match["percent"] and not amount.is_integer():
        raise ValueError(f"{text!r}: a count is a whole number; end a rate with %.")
    return Fault(
        kind=match["kind"],
        count=int(amount) if amount is not None and not match["percent"] else None,
        rate=amount / 100 if amount is not None and match["percent"] else None,
        where=match["where"] or ANY,
        service=match["service"] or ANY,
        seconds=seconds,
    )


def fault_from_document(document: dict[str, Any]) -> Fault:
    """Build a fault from the body of `POST /simulator/faults`. Raises ValueError, with a sentence."""
    unknown = set(document) - {"kind", "count", "rate", "where", "seconds", "service"}
    if unknown:
        raise ValueError(f"A fault has no field {', '.join(sorted(unknown))}.")
    count, rate, seconds = document.get("count"), document.get("rate"), document.get("seconds", 1.0)
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        raise ValueError("The count of a fault is a whole number or null.")
    for value in (rate, seconds):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError("The rate and the seconds of a fault are numbers.")
    return Fault(
        kind=str(document.get("kind")),
        count=count,
        rate=rate,
        where=str(document.get("where") or ANY),
        service=str(document.get("service") or ANY),
        seconds=1.0 if seconds is None else seconds,
    )


@dataclass(slots=True)
class _Armed:
    fault: Fault
    remaining: int | None
    since: dict[str, float | None] = field(default_factory=dict)
    """When something that is late was first asked for; None where it is not late."""


class FaultBox:
    """The faults in force; asking for one uses it up. A service sees the box through a view of its own."""

    def __init__(self, faults: Iterable[Fault], random: Random, service: str = BFL) -> None:
        self._random = random
        self._service = service
        self._armed: list[_Armed] = []
        self._held: set[asyncio.Future[bool]] = set()
        for fault in faults:
            self.add(fault)

    def of(self, service: str) -> FaultBox:
        """Return a view of this box that takes only what strikes `service`; both hold the same faults."""
        view = FaultBox((), self._random, service)
        view._armed, view._held = self._armed, self._held
        return view

    def add(self, fault: Fault) -> None:
        """Let `fault` strike from the next request on."""
        self._armed.append(_Armed(fault, fault.count))

    def clear(self) -> None:
        """Behave well from now on; requests that are held back go on."""
        self._armed.clear()
        self._let_go(goes_on=True)

    def forget(self) -> None:
        """Behave well from now on; requests that are held back never happened."""
        self._armed.clear()
        self._let_go(goes_on=False)

    def _let_go(self, *, goes_on: bool) -> None:
        for request in self._held:
            if not request.done():
                request.set_result(goes_on)

    @property
    def held(self) -> int:
        """How many requests are held back now."""
        return len(self._held)

    async def hold(self, seconds: float) -> bool:
        """Hold a request back for some seconds at most, and return whether it goes on then."""
        request = asyncio.get_running_loop().create_future()
        self._held.add(request)
        try:
            await asyncio.wait((request,), timeout=seconds)
        finally:
            self._held.discard(request)
        return request.result() if request.done() else True

    def listed(self) -> list[dict[str, Any]]:
        """Return the faults in force, with what is left of their counts."""
        return [
            {
                "kind": armed.fault.kind,
                "count": armed.remaining,
                "rate": armed.fault.rate,
                "where": armed.fault.where,
                "seconds": armed.fault.seconds,
                "service": armed.fault.service,
            }
            for armed in self._armed
        ]

    def take(self, where: str, kinds: Collection[str]) -> Fault | None:
        """Return the first fault among `kinds` that strikes a request at `where`, counting it, or None."""
        for armed in self._armed:
            fault = armed.fault
            if fault.kind not in kinds or fault.where not in (ANY, where):
                continue
            if fault.service not in (ANY, self._service):
                continue
            if fault.rate is not None and self._random.random() >= fault.rate:
                continue
            if armed.remaining is not None:
                armed.remaining -= 1
                if armed.remaining == 0:
                    self._armed.remove(armed)
            return fault
        return None

    def late(self, where: str, kinds: Collection[str], what: str, now: float) -> Fault | None:
        """Return the fault by which `what` is still late at the time `now` in seconds, or None.

        Whether a thing is late at all is settled when it is first asked for.
        """
        for armed in self._armed:
            fault = armed.fault
            if fault.kind not in kinds or fault.where not in (ANY, where):
                continue
            if fault.service not in (ANY, self._service):
                continue
            if what not in armed.since:
                strikes = fault.rate is None or self._random.random() < fault.rate
                strikes = strikes and armed.remaining != 0
                if strikes and armed.remaining is not None:
                    armed.remaining -= 1
                armed.since[what] = now if strikes else None
            since = armed.since[what]
            if since is not None and now < since + fault.seconds:
                return fault
        return None
