"""How often, and how patiently: every time span of the runner."""

from __future__ import annotations

import secrets

from fluxtui.system.dataclass import dataclass

_RANDOM = secrets.SystemRandom()
_JITTER = 0.2


@dataclass(frozen=True)
class Pacing:
    """Time spans in seconds; tests pass shorter ones.

    Attributes:
        watch: between two looks at the journal.
        first_poll: between the acceptance of a job and the first question about it.
        between_polls: the shortest wait between two questions about what should be ready by now.
        slowest_generation: the longest wait between two questions about a generation.
        slowest_training: the same for a training, and between two tries to send while the service says
            "not now" or cannot be reached.
        first_trouble: before the second try after a failure; it doubles up to `slowest_trouble`.
        slowest_trouble: the longest wait between tries while something fails.
        key_trouble: between tries while the service does not accept the key.
        lease: for how long a job stays ours without a sign of life.
        renewal: between two signs of life; several must fit into a lease.
        first_search: between the first and the second look for a training in doubt; it doubles up to
            `slowest_search`.
        slowest_search: the longest time between two such looks.
        balance: between two questions for the balance while a queue waits for credits.
        last_answer: how long a request on its way is waited for when the program ends.
        longest_wish: the longest that a service's wish to wait is followed while a result can expire.
        longest_rest: the same before something is sent.
        search_factor: a factor on all times for which what was paid for is looked for; 1 but in tests.
    """

    watch: float = 1.0
    first_poll: float = 0.7
    between_polls: float = 0.2
    slowest_generation: float = 5.0
    slowest_training: float = 15.0
    first_trouble: float = 1.0
    slowest_trouble: float = 30.0
    key_trouble: float = 30.0
    lease: float = 10.0
    renewal: float = 3.0
    first_search: float = 5.0
    slowest_search: float = 300.0
    balance: float = 60.0
    last_answer: float = 10.0
    longest_wish: float = 30.0
    longest_rest: float = 300.0
    search_factor: float = 1.0


class Waits:
    """Growing waits with jitter, so that many jobs do not ask at the same moment.

    Args:
        first: the first wait in seconds.
        slowest: the longest one.
        growth: by which each is longer than the one before.
    """

    def __init__(self, first: float, slowest: float, growth: float) -> None:
        self._first = first
        self._slowest = slowest
        self._growth = growth
        self._next = first

    def next(self, at_least: float = 0.0, slowest: float | None = None) -> float:
        """Return the wait that is due now, never shorter than `at_least` seconds.

        `slowest` lets this one, and those after it, become longer than usual.
        """
        wait = self._next * _RANDOM.uniform(1 - _JITTER, 1 + _JITTER)
        self._next = min(self._next * self._growth, max(self._slowest, slowest or 0.0))
        return max(wait, at_least)

    def reset(self) -> None:
        """Begin again with the first wait."""
        self._next = self._first


def poll_waits(pacing: Pacing, *, training: bool) -> Waits:
    """Return the waits between two questions about a job that goes well."""
    slowest = pacing.slowest_training if training else pacing.slowest_generation
    return Waits(pacing.first_poll, max(slowest, pacing.first_poll), 1.3)


def trouble_waits(pacing: Pacing) -> Waits:
    """Return the waits between two tries while something fails."""
    return Waits(pacing.first_trouble, pacing.slowest_trouble, 2.0)
