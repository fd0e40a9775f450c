"""What a controller has of the program around it: the services, what is known, and a way to the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import PlaceName, Request
    from fluxtui.controllers.questions import Question
    from fluxtui.domain.errors import FluxError
    from fluxtui.domain.finetune import Finetune
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.notices import Balance, Severity
    from fluxtui.domain.prices import Prices
    from fluxtui.domain.spending import Allowance
    from fluxtui.services.bundle import Services
    from fluxtui.services.jobs.queues import QueueState

Answer = TypeVar("Answer")


class HostState(Protocol):
    """What the program knows now; each value is immutable and replaced as a whole when it changes."""

    @property
    def services(self) -> Services:
        """What the program can do."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Tells the time, as an aware UTC datetime."""

    @property
    def profile(self) -> str:
        """The active profile: where new work goes at first."""

    @property
    def usable_profiles(self) -> tuple[str, ...]:
        """The profiles that have a key, the active one first."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The newest jobs, newest first, and every active one."""

    @property
    def queues(self) -> tuple[QueueState, ...]:
        """How many jobs fly and wait at each profile, and what holds them."""

    @property
    def finetunes(self) -> tuple[Finetune, ...]:
        """All finetunes known locally, of all profiles."""

    @property
    def prices(self) -> Prices:
        """What the services said of their prices."""

    @property
    def balances(self) -> Mapping[str, Balance]:
        """What the services said is left, by profile."""

    @property
    def silent_profiles(self) -> frozenset[str]:
        """Profiles whose service was asked, and does not tell what is left."""

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The budgets that are set, with what counts against them."""

    def finetune_of(self, ref: str | None) -> Finetune | None:
        """Return a finetune by what names it among all: `profile/id` (`Finetune.ref`)."""

    def balance_of(self, profile: str) -> Balance | None:
        """Return what the service of a profile said is left, or None where it has not told."""


class Host(HostState, Protocol):
    """What a controller is given: the application, or a script that answers by its options."""

    async def ask(self, question: Question[Answer]) -> Answer | None:
        """Ask the user and return the answer, None where there was none."""

    def tell(self, text: str, *, title: str = "", severity: Severity = "information") -> None:
        """Say something to the user."""

    def tell_error(self, error: FluxError) -> None:
        """Say what went wrong, with what to do next."""

    async def go(self, to: PlaceName | Request) -> None:
        """Lead the user to a place, which does what a request asks of it."""

    def follow_config(self) -> None:
        """Take over a changed configuration: profile, theme, connections."""

    def ask_balance(self) -> None:
        """Ask the services for balances and prices soon."""

    def refresh_state(self, *kinds: str) -> None:
        """Read the journal again soon; `kinds` are those of a `Change` of the jobs."""
