"""What came of asking services for their finetunes."""

from __future__ import annotations

from fluxtui.domain.errors import FluxError, Problem
from fluxtui.domain.finetune import Finetune
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class RefreshResult:
    """What came of asking a service for its finetunes.

    Attributes:
        finetunes: all that are known of the profile now.
        failures: finetunes of which the details could not be had, and why.
        missing: those that the service no longer lists, marked so just now.
        not_asked: how many more the service lists, of which the details were not asked this time.
        is_part: whether the service lists more than was read, so that none is marked as missing.
    """

    finetunes: tuple[Finetune, ...]
    failures: tuple[Problem, ...] = ()
    missing: tuple[Finetune, ...] = ()
    not_asked: int = 0
    is_part: bool = False


@dataclass(frozen=True)
class ProfileAnswer:
    """What came of asking one of several profiles: its result, or the error that stood in the way."""

    profile: str
    result: RefreshResult | None = None
    error: FluxError | None = None
