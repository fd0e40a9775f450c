"""News from the runner for whoever shows the jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job


@dataclass(frozen=True)
class Change:
    """Something in the journal is new.

    Attributes:
        kind: `jobs` for any change of a job; `finished` when it ended or is in doubt, so that nothing more
            happens to it by itself; `pictures` and `finetunes` when one came in; `queue` when a queue was
            paused, resumed or put in another order; `trouble` when the user should know at once that
            something keeps jobs from going on; `log` when a task has printed more.
        job: the job as it is now, or None where another program changed something.
        title: a few words about the notice.
        notice: a sentence for the user, or an empty text.
    """

    kind: Literal["jobs", "pictures", "finetunes", "finished", "queue", "trouble", "log"]
    job: Job | None = None
    title: str = ""
    notice: str = ""


_WARNED_AGAIN = 60.0

Listener = Callable[[Change], None]


class Changes:
    """Tells listeners of changes; one that fails does not disturb the work that it is told of."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._warned: dict[str, float] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change, on the event loop, until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def warn(self, title: str, notice: str, job: Job | None = None) -> None:
        """Tell every listener of a trouble, soon; the same one again only after a minute."""
        now = asyncio.get_running_loop().time()
        if now - self._warned.get(notice, -_WARNED_AGAIN) >= _WARNED_AGAIN:
            self._warned[notice] = now
            self.publish(Change("trouble", job, title, notice))

    def publish(self, change: Change) -> None:
        """Tell every listener, soon."""
        loop = asyncio.get_running_loop()
        for listener in tuple(self._listeners):
            loop.call_soon(listener, change)
