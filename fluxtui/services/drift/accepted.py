"""Differences that are meant, each with its reason, as `providers/schemas/accepted.toml` has them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from fluxtui.providers.published import accepted_differences
from fluxtui.services.drift.comparison import Difference
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Acceptance:
    """A difference that is meant: patterns of where it is and what it is, and why."""

    reason: str
    endpoint: str = "*"
    place: str = "*"
    kind: str = "*"

    def covers(self, difference: Difference) -> bool:
        """Tell whether it is this difference."""
        told = (difference.endpoint, difference.place, difference.kind.value)
        return all(map(fnmatchcase, told, (self.endpoint, self.place, self.kind)))


@cache
def acceptances(provider_id: str) -> tuple[Acceptance, ...]:
    """Return what is accepted of a provider."""
    return tuple(Acceptance(**entry) for entry in accepted_differences(provider_id))


def reason_for(provider_id: str, difference: Difference) -> str | None:
    """Return why a difference is meant, None where it is not."""
    return next((each.reason for each in acceptances(provider_id) if each.covers(difference)), None)
