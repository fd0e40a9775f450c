"""A host without a screen: real services, state read from the journal, and answers given beforehand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from fluxtui.controllers.navigation import PlaceName, Request
from fluxtui.controllers.questions import Question
from fluxtui.domain.errors import FluxError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.notices import Balance, Notice, Severity
from fluxtui.domain.prices import Prices
from fluxtui.domain.spending import Allowance
from fluxtui.services.bundle import Services
from fluxtui.services.jobs.queues import QueueState

Answer = TypeVar("Answer")


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


@dataclass
class FakeHost:
    """What a controller is given in a test.

    Attributes:
        services: what the program can do; real ones.
        answers: what is answered to the next questions, in their order; a function gets the question.
        questions: what was asked.
        notices: what was told, oldest first.
        requests: where the user was led.
        followed: how often a changed configuration was taken over.
    """

    services: Services
    answers: deque[Any] = field(default_factory=deque)
    questions: list[Question[Any]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    requests: list[PlaceName | Request] = field(default_factory=list)
    followed: int = 0
    clock: Callable[[], datetime] = now
    profile: str = "demo"
    usable_profiles: tuple[str, ...] = ("demo",)
    jobs: tuple[Job, ...] = ()
    queues: tuple[QueueState, ...] = ()
    finetunes: tuple[Finetune, ...] = ()
    prices: Prices = field(default_factory=Prices)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    silent_profiles: frozenset[str] = frozenset()
    allowances: tuple[Allowance, ...] = ()

    async def ask(self, question: Question[Answer]) -> Answer | None:
        """Answer with what comes next; a question that nobody thought of is a failure."""
        self.questions.append(question)
        assert self.answers, f"nobody thought of {question}"
        answer = self.answers.popleft()
        given: Answer | None = answer(question) if callable(answer) else answer
        return given

    def tell(self, text: str, *, title: str = "", severity: Severity = "information") -> None:
        """Keep what is told."""
        self.notices.append(Notice(self.clock(), severity, title, text))

    def tell_error(self, error: FluxError) -> None:
        """Keep what went wrong."""
        self.tell(error.sentence(), title=error.title, severity="error")

    def finetune_of(self, ref: str | None) -> Finetune | None:
        """Return a finetune by its ref."""
        return next((item for item in self.finetunes if item.ref == ref), None)

    def balance_of(self, profile: str) -> Balance | None:
        """Return what is left in a profile."""
        return self.balances.get(profile)

    async def go(self, to: PlaceName | Request) -> None:
        """Keep where the user is led."""
        self.requests.append(to)

    def follow_config(self) -> None:
        """Take the profiles from the configuration, as the program does."""
        self.followed += 1
        self.profile = self.services.config.active()[0]
        self.usable_profiles = self.services.config.usable_profiles()

    def ask_balance(self) -> None:
        """Nothing is asked by itself here."""

    def refresh_state(self, *kinds: str) -> None:
        """Read the journal's jobs anew when next asked; tests set `jobs` themselves."""
