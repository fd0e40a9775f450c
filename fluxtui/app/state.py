"""The reactive state that every screen watches; the one owner of what the interface knows."""

from __future__ import annotations

import logging
import sys
import weakref
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rich.text import Text
from textual._styles_cache import StylesCache
from textual.app import App
from textual.css.query import QueryError
from textual.dom import DOMNode
from textual.reactive import var
from textual.signal import Signal
from textual.worker import Worker

from fluxtui.app.sight import Sight
from fluxtui.domain.errors import FluxError
from fluxtui.domain.notices import Balance, Notice, Severity
from fluxtui.domain.prices import Prices
from fluxtui.domain.text import safe_text
from fluxtui.terminal.screen_buffer import ScreenBuffer

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

    from fluxtui.controllers.navigation import PlaceName, Request
    from fluxtui.controllers.questions import Question
    from fluxtui.domain.finetune import Finetune
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.spending import Allowance
    from fluxtui.services.bundle import Services
    from fluxtui.services.jobs.queues import QueueState
    from fluxtui.terminal.profile import TerminalProfile

Answer = TypeVar("Answer")

OPEN_DEMO = 64
"""The application's result that means: start the demo now."""
RESTORING = "draft"
"""The group of the work that puts back what was typed in a place; what is typed now waits for it."""
BEGUN_KEPT = 30
"""More than any key begins."""
MESSAGES_KEPT = 200
"""How many messages the messages place keeps."""


class StatefulApp(App[int]):
    """An application whose state screens watch; all values are immutable, a change is an assignment.

    The state is made of `var`s: a `reactive` of an application draws the whole screen at each change.
    """

    profile: var[str] = var("")
    """The active profile: where new work goes at first."""
    profiles: var[tuple[str, ...]] = var(())
    usable_profiles: var[tuple[str, ...]] = var(())
    """Those of the profiles that have a key, the active one first."""
    balances: var[Mapping[str, Balance]] = var({})
    """What the services said is left, by profile; a profile whose service does not tell is not in it."""
    silent_profiles: var[frozenset[str]] = var(frozenset[str]())
    """Profiles whose service was asked, and does not tell what is left."""
    prices: var[Prices] = var(Prices())
    """What the services said of their prices."""
    spent_today: var[float] = var(0.0)
    """Credits spent since local midnight."""
    allowances: var[tuple[Allowance, ...]] = var(())
    """The budgets that are set, with what counts against them."""
    jobs: var[tuple[Job, ...]] = var(())
    """The newest jobs, newest first, and every active one."""
    unreadable: var[int] = var(0)
    """How many rows of the journal cannot be understood; the messages say which."""
    queues: var[tuple[QueueState, ...]] = var(())
    """How many jobs fly and wait, and what holds them: the active profile first, then others with jobs."""
    finetunes: var[tuple[Finetune, ...]] = var(())
    """All finetunes known locally, of all profiles."""
    pictures_revision: var[int] = var(0)
    """Grows with every picture that is saved."""
    connected: var[bool] = var(True)
    """Whether no profile is without a connection."""
    disconnected: var[tuple[str, ...]] = var(())
    """The profiles whose service cannot be reached now."""
    notices: var[tuple[Notice, ...]] = var(())
    seconds: var[int] = var(0)
    """Ticks once a second, for ages and times; whoever follows it draws only what is another one now."""

    def __init__(self, terminal: TerminalProfile) -> None:
        super().__init__()
        self.terminal = terminal
        self.sight = Sight(self)
        """Whoever shows the state follows it by this."""
        self.screen_buffer = ScreenBuffer()
        """What the terminal shows."""
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        """Tells the time, as an aware UTC datetime; replaced in tests."""
        self._signals: list[Signal[Any]] = []
        self.begun: deque[Worker[None]] = deque(maxlen=BEGUN_KEPT)
        """The guarded work that was begun since the last key: it may still lead to another screen."""

    def add_signal(self, signal: Signal[Any]) -> None:
        """Let go of who subscribes to a signal when it is gone."""
        self._signals.append(signal)

    def use_terminal(self, terminal: TerminalProfile) -> None:
        """Take another description of the terminal: it was asked again, or the user knows better."""
        self.terminal = terminal

    @property
    @abstractmethod
    def services(self) -> Services:
        """What the program can do; ready before the first place is shown."""

    def forget_closed(self) -> None:
        """Let go of widgets that are gone: Textual keeps who watches or subscribes until the next change."""
        watchers: Mapping[str, list[tuple[DOMNode, object]]] = getattr(self, "__watchers", {})
        for watching in watchers.values():
            watching[:] = [(node, callback) for node, callback in watching if not node._closing]
        own = (self.app_suspend_signal, self.app_resume_signal, self.screen_change_signal)
        # Every field subscribes to its screen, and is put away before it where a form is built anew.
        screens = [screen for stack in self._screen_stacks.values() for screen in stack]
        of_screens = [
            signal for screen in screens for signal in vars(screen).values() if isinstance(signal, Signal)
        ]
        for signal in (*self._signals, *own, *of_screens):
            for node in [node for node in signal._subscriptions if node._closing]:
                signal.unsubscribe(node)
        # Cached with their widget: up to a thousand would stay, with all that they drew.
        cast("_lru_cache_wrapper[Any]", StylesCache.get_inner_outer).cache_clear()
        if (tables := sys.modules.get("textual.widgets._data_table")) is not None:
            tables.DataTable._get_styles_to_render_cell.cache_clear()

    def forget_messages(self) -> None:
        """Let go of what is closed, and wake every widget: each keeps its last message and who sent it."""
        self.forget_closed()
        for node in (self, *self._registry):
            node.check_idle()

    def tell(self, text: str, *, title: str = "", severity: Severity = "information") -> None:
        """Say `text` to the user on whichever place is visible, and keep it among the messages."""
        notice = Notice(self.clock(), severity, title, text)
        self.notices = (notice, *self.notices[: MESSAGES_KEPT - 1])

    def say_at_the_end(self, text: str) -> None:
        """Say something on the terminal when the program has left its screen."""
        self._exit_renderables.append(Text(f"fluxtui: {safe_text(text)}"))

    def tell_error(self, error: FluxError) -> None:
        """Say what went wrong, with what to do next."""
        self.tell(error.sentence(), title=error.title, severity="error")

    def tell_fault(self, error: Exception, doing: str) -> None:
        """Say that the program itself failed at something; the details go to the log."""
        logging.getLogger("fluxtui").error("fault while %s", doing, exc_info=error)
        self.tell(
            f"{doing.capitalize()} failed because of a fault in the program ({type(error).__name__}). "
            "Nothing is lost; the log has the details.",
            title="Fault",
            severity="error",
        )

    def finetune_of(self, ref: str | None) -> Finetune | None:
        """Return a finetune by what names it among all: `profile/id` (`Finetune.ref`)."""
        profile, _, named = (ref or "").partition("/")
        return next((item for item in self.finetunes if item.id == named and item.profile == profile), None)

    def balance_of(self, profile: str) -> Balance | None:
        """Return what the service of a profile said is left, or None where it has not told."""
        return self.balances.get(profile)

    @property
    def balance(self) -> Balance | None:
        """What is left in the active profile."""
        return self.balance_of(self.profile)

    @abstractmethod
    async def go(self, to: PlaceName | Request) -> None:
        """Show a place, which does what a request asks of it."""

    @abstractmethod
    async def ask(self, question: Question[Answer]) -> Answer | None:
        """Ask the user and return the answer, None where there was none. To be called from a worker."""

    @abstractmethod
    def ask_balance(self) -> None:
        """Ask the services for balances and prices soon."""

    @abstractmethod
    def refresh_state(self, *kinds: str) -> None:
        """Read the journal again soon; `kinds` are those of a `Change` of the jobs."""

    @abstractmethod
    def follow_config(self) -> None:
        """Take over a changed configuration: profile, theme, connections."""


def guarded_in(node: DOMNode) -> Callable[..., Worker[None]]:
    """Return `guarded` for a node that does not hold the node; of the application once that is gone."""
    app, held = node.app, weakref.ref(node)

    def begin(work: Coroutine[Any, Any, None], **options: Any) -> Worker[None]:
        node = held()
        return guarded(app if node is None else node, work, **options)

    return begin


def guarded(
    node: DOMNode,
    work: Coroutine[Any, Any, None],
    *,
    doing: str,
    group: str,
    exclusive: bool = False,
    leads: bool = True,
) -> Worker[None]:
    """Run `work` in a worker of `node`; what it raises becomes one message to the user, never a crash.

    Work that finds the widgets of its node gone because the node itself was left has nothing to tell.

    Args:
        node: whose worker it is; it ends with the node.
        work: the coroutine to run.
        doing: what it does, in words that fit before "failed".
        group: workers of one group replace each other if `exclusive`.
        exclusive: cancel what runs in the group of this node.
        leads: whether a screen or a dialog may come of it, so that the next key waits for it.
    """
    app = node.app
    if not isinstance(app, StatefulApp):
        raise TypeError("guarded work needs a StatefulApp")

    async def run() -> None:
        try:
            await work
        except FluxError as error:
            app.tell_error(error)
        except Exception as error:
            if isinstance(error, QueryError) and not node.is_attached:
                logging.getLogger("fluxtui").info("%s: its screen was left", doing, exc_info=error)
            else:
                app.tell_fault(error, doing)

    # A worker that is replaced before it began never awaits its work.
    weakref.finalize(run, work.close)
    worker: Worker[None] = node.run_worker(
        run, name=doing, group=group, exclusive=exclusive, exit_on_error=False
    )
    if worker._task is not None:
        worker._task.add_done_callback(lambda _: _untie(worker))
    if leads:
        app.begun.append(worker)
    return worker


def _untie(worker: Worker[None]) -> None:
    """Let a worker that has ended go when nobody needs it: its task holds it, and it holds its node."""
    worker._task = None
    if worker._error is not None:
        worker._error.__traceback__ = None
