"""The simulator's own record of what it accepted, billed and delivered, for comparison with a client's."""

from __future__ import annotations

from typing import Any, TypedDict


class LedgerEntry(TypedDict):
    """One accepted job: `cost` in credits (1 credit = 0.01 USD), `accepted_at` in epoch seconds.

    `service` is one of `roles.SERVICES`, `key` the account's name, `status` the service's own word.
    """

    service: str
    id: str
    key: str
    kind: str
    endpoint: str
    cost: float
    accepted_at: float
    status: str
    delivered: int
    violations: list[str]


class Violation(TypedDict):
    """Something that a careful client never does. `job` is None where it concerns no known job."""

    service: str
    job: str | None
    what: str
    at: float


def as_json(listed: list[LedgerEntry]) -> list[dict[str, Any]]:
    """Return the entries as plain dictionaries."""
    return [dict(entry) for entry in listed]
