"""The application: opening and closing, places, keys and palette."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import AppBlur, AppFocus, Event, InputEvent, Key, Paste
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled

from fluxtui.app.contact_sheet_sync import SheetFeed
from fluxtui.app.graphics import PictureChoice
from fluxtui.app.job_control import can_be_resumed
from fluxtui.app.key_queue import TypedAhead
from fluxtui.app.places import make_place
from fluxtui.app.recall import RECALL, Recalling
from fluxtui.app.resilient_driver import PatientDriver
from fluxtui.app.shutdown import Leaving
from fluxtui.app.state import Answer, guarded
from fluxtui.app.state_sync import StateFeed
from fluxtui.app.tabs import PLACES, Place
from fluxtui.collector.collector import jobs_to_collect
from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.text import plural
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.quiet_screen import QuietScreen

if TYPE_CHECKING:
    from fluxtui.app.container import Container
    from fluxtui.controllers.navigation import PlaceName, Request
    from fluxtui.controllers.questions import Question
    from fluxtui.services.bundle import Services
    from fluxtui.terminal.profile import TerminalProfile

FIRST_PLACE = "finetune"
OPENING_REST = 0.04
"""Seconds for which the first place may settle after it is complete; it is painted then."""
FIRST_PAINT_REST = 0.12
"""Seconds for which a place may settle before it is first painted: once instead of four times."""
FAILED = (
    "fluxtui: A fault in the program ended it; the log has the details (fluxtui doctor says where it is).\n"
    "No job is lost: they go on at the next start."
)
NO_SHELL = "Ctrl+Z does nothing here: there is no shell to bring the program back."
AWAY_SECONDS = 300.0
"""After so long without the focus everything is drawn anew: whatever was between may have lost some of it."""
LEAVE_SECONDS = 2.0
"""Within how many seconds Ctrl+C has to be pressed again."""


def _bindings_of(place: Place) -> tuple[Binding, Binding]:
    """Return the function key, which works while typing too (a text area wants F6 and F7), and the digit."""
    action = f"show_place('{place.name}')"
    return (
        Binding(place.function_key, action, place.title, id=f"place.{place.name}", show=False, priority=True),
        Binding(place.digit, action, place.title, id=f"place.{place.name}.digit", show=False),
    )


_JOINER = "\u200d"
"""Joins the parts of an emoji, such as those of a family."""


class FluxApp(PictureChoice, Recalling):
    """FluxTUI in a terminal.

    Args:
        container: opens the services.
        terminal: what the terminal can show.
        leaving: starts the collector that goes on when the program ends; without it, jobs wait.
    """

    TITLE = "FluxTUI"
    COMMAND_PALETTE_BINDING = "ctrl+p"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(binding for place in PLACES for binding in _bindings_of(place)),
        Binding("f1,question_mark", "show_help", "Help", id="app.help", key_display="F1"),
        # Textual binds this key itself only where nothing else is bound to the palette.
        Binding("ctrl+p", "command_palette", "Commands", id="app.palette_key", show=False, priority=True),
        Binding("colon", "command_palette", "Commands", id="app.palette", show=False),
        Binding("ctrl+q", "leave", "Quit", id="app.quit", show=False, priority=True),
        Binding("ctrl+c", "leave_twice", "Quit (twice)", id="app.interrupt", show=False),
        # One byte, 0x1f, in most terminals, whichever of its keys is pressed; the others as kitty tells them.
        Binding(
            "ctrl+underscore,ctrl+slash,ctrl+7",
            "redraw",
            "Draw anew",
            id="app.redraw",
            show=False,
            priority=True,
            key_display="Ctrl+/",
        ),
        Binding("ctrl+z", "suspend_process", "Suspend", id="app.suspend", show=False),
    ]

    def __init__(
        self, container: Container, terminal: TerminalProfile, leaving: Leaving | None = None
    ) -> None:
        super().__init__(terminal)
        self._container = container
        self._leaving = leaving or Leaving()
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._services: Services | None = None
        self._feed: StateFeed | None = None
        self._runner: Worker[None] | None = None
        self._visited: set[str] = set()
        self._typed_ahead = TypedAhead(self, super().on_event)
        self._interrupted = False
        self._closing = False
        self._blurred_at = monotonic()
        self.animation_level = "none"

    @property
    def services(self) -> Services:
        """What the program can do; ready before the first place is shown."""
        if self._services is None:
            raise LookupError("the services are not open")
        return self._services

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that is there until the first place is; the first sizes are told to it."""
        return QuietScreen(id="_default")

    async def on_event(self, event: Event) -> None:
        """Act on what is typed in its order, on everything else at once; at the end on nothing typed."""
        if isinstance(event, InputEvent) and not self._screen_stack:
            return
        if isinstance(event, Key) and event.character == _JOINER:
            # A field takes no key that is not printed; what is pasted goes through the same as other text.
            event = Paste(event.character)
        if isinstance(event, Key) and event.key == "ctrl+l" and not event.is_forwarded:
            # What everybody presses before a broken screen, and dtach where somebody attaches.
            self.action_redraw()
        elif isinstance(event, AppBlur):
            self._blurred_at = monotonic()
        elif isinstance(event, AppFocus) and monotonic() - self._blurred_at > AWAY_SECONDS:
            self.action_redraw()
        if TypedAhead.is_typed(event):
            await self._typed_ahead.take(event)
        else:
            await super().on_event(event)

    def on_mount(self) -> None:
        """Open the services, then show the first place; nothing is painted before."""
        self._own_loop = asyncio.get_running_loop()
        self._begin_batch()
        for place in PLACES:
            self.add_mode(place.name, partial(make_place, place.name))
        self.app_resume_signal.subscribe(self, self._redraw)
        guarded(self, self._open(), doing="opening", group="app")

    async def _open(self) -> None:
        try:
            self._services = services = await self._container.open()
        except FluxError as error:
            self._end_batch()
            self.exit(2, return_code=2, message=f"fluxtui: {error.sentence()}")
            return
        self._feed = StateFeed(self, services)
        self._container.on_connection(self._note_connection)
        self._use_theme(services.config.config.interface.theme)
        await self._told(self._feed.start(), "reading the journal")
        await self._show_first_place()
        self._typed_ahead.begin()
        self.set_timer(OPENING_REST, self._end_batch)
        for warning in services.config.warnings:
            self.tell(warning, severity="warning")
        if not self._closing:
            self._runner = guarded(self, services.jobs.run(), doing="driving the jobs", group="runner")
        SheetFeed(self, services).start()
        await self._feed.tell_of_absence()

    async def _told(self, step: Coroutine[Any, Any, None], doing: str) -> None:
        """Do a step of the opening; where it fails, say so and open all the same: jobs are to go on."""
        try:
            await step
        except FluxError as error:
            self.tell_error(error)
        except Exception as error:
            self.tell_fault(error, doing)

    def _end_batch(self) -> None:
        """End a batch and draw what waited for it, which Textual leaves until a screen gets a message."""
        super()._end_batch()
        if not self._batch_count and self._screen_stack:
            for screen in (*self._background_screens, self.screen):
                screen.check_idle()

    def _redraw(self, _: App[Any]) -> None:
        """Draw everything again after a suspension: the shell has written over it."""
        self.refresh(layout=True)

    def action_redraw(self) -> None:
        """Set the terminal's modes again and draw everything anew, pictures too."""
        if isinstance(self._driver, PatientDriver):
            self._driver.renew()
        # For what is on the screen it is as if the program had been away.
        self.app_suspend_signal.publish(self)
        self.app_resume_signal.publish(self)

    def on_patient_driver_doubtful(self) -> None:
        """Draw anew: what is on the screen may be something else."""
        self.action_redraw()

    def _note_connection(self, profile: str, up: bool) -> None:
        others = [name for name in self.disconnected if name != profile]
        self._note_disconnected(*others, *(() if up else (profile,)))

    def _note_disconnected(self, *profiles: str) -> None:
        self.disconnected = profiles
        self.connected = not profiles

    def _use_theme(self, name: str) -> None:
        if self.no_color and name.startswith("ansi"):
            # Without colours the terminal's own defaults become black on whatever it has.
            name = self.theme
        if name in self.available_themes:
            self.theme = name
        else:
            self.tell(f"There is no theme called {name}; the usual one is used.", severity="warning")

    async def _show_first_place(self) -> None:
        if not self.services.config.usable_profiles():
            from fluxtui.screens.welcome import WelcomeScreen

            await self.switch_mode("settings")
            await self.push_screen(WelcomeScreen())
            return
        try:
            last = await self.services.session.last_place()
        except FluxError as error:
            self.tell_error(error)
            last = FIRST_PLACE
        await self.switch_mode(last if last in [place.name for place in PLACES] else FIRST_PLACE)
        self.ask_balance()

    def _handle_exception(self, error: Exception) -> None:
        """End because of a fault. While ending, what was half open may fail, and nobody needs to know."""
        if self._exit:
            logging.getLogger("fluxtui").info("a fault while ending", exc_info=error)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after a fault of the program. Textual would print all variables, and keys can be among them."""
        logging.getLogger("fluxtui").critical("the program failed", exc_info=True)
        self._exit_renderables.append(FAILED)
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Let go of the jobs, the journal and the connections."""
        self._closing = True
        await self._stop_runner()
        if self._services is not None:
            await self._hand_over(self._services)
            await self._container.close()
        self._leaving.rest_only(self.return_code or 0)

    async def _hand_over(self, services: Services) -> None:
        """Leave what is still active to a collector."""
        if self._feed is not None:
            await self._feed.note_presence()
        try:
            going_on = bool(await jobs_to_collect(services))
        except StorageError:
            going_on = self._has_active_jobs
        if going_on:
            self._leaving.leave_collector()

    @property
    def _has_active_jobs(self) -> bool:
        return any(job.is_active for job in self.jobs)

    def exit(self, result: Any = None, return_code: int = 0, message: Any = None) -> None:
        """Leave with a result and an exit code, within bounds, whatever is stuck."""
        if isinstance(self._driver, PatientDriver):
            self._leaving.give_back_terminal = self._driver.restore_now
        self._leaving.end_soon(return_code)
        super().exit(result, return_code, message)

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that outlives its terminal, unless another one is asked for."""
        usual = super().get_driver_class()
        return PatientDriver if usual is LinuxDriver else usual

    @property
    def terminal_is_dead(self) -> bool:
        """Whether the terminal is gone or takes nothing any more."""
        return isinstance(self._driver, PatientDriver) and self._driver.is_dead

    def on_patient_driver_gone(self) -> None:
        """End: the terminal was closed."""
        self.hang_up(signal.SIGHUP)

    def hang_up_soon(self, number: int) -> None:
        """End because of a signal; may be called by its handler. Raises `SystemExit` before the start."""
        if self._own_loop is None:
            raise SystemExit(128 + number)
        self._own_loop.call_soon_threadsafe(self.hang_up, number)

    def hang_up(self, number: int) -> None:
        """End without a question: nobody is there to answer. The collector starts before anything else."""
        if not self._leaving.hang_up(number):
            return
        if self._has_active_jobs:
            self._leaving.leave_collector()
        self.exit(128 + number, return_code=128 + number)

    def action_suspend_process(self) -> None:
        """Suspend to the shell; a collector goes on meanwhile, since nothing moves in a suspended program."""
        if not can_be_resumed():
            self.tell(NO_SHELL, severity="warning")
            return
        if self._has_active_jobs:
            self._leaving.leave_collector()
        super().action_suspend_process()

    async def _stop_runner(self) -> None:
        """Let the requests on their way end, within bounds, and release every job."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.cancel()
            with suppress(WorkerCancelled):
                await runner.wait()

    async def ask(self, question: Question[Answer]) -> Answer | None:
        """Ask the user with the dialog of a question, and return the answer, None where there was none."""
        from fluxtui.widgets.dialogs import ask, dialog_of

        answer: Answer | None = await ask(self, dialog_of(question))
        return answer

    def ask_balance(self) -> None:
        """Ask the service for the balance soon."""
        if self._feed is not None:
            self._feed.ask_balance()

    def refresh_state(self, *kinds: str) -> None:
        """Read the journal again soon."""
        if self._feed is not None:
            self._feed.refresh(*kinds)

    def follow_config(self) -> None:
        """Take over a changed configuration: profile, theme, connections."""
        if self._feed is not None:
            guarded(self, self._container.reconnect(), doing="reconnecting", group="reconnect")
            self._note_disconnected()
            self._feed.follow_config()
            self._use_theme(self.services.config.config.interface.theme)
            self.refresh_state("finetunes")
            self.ask_balance()

    async def go(self, to: PlaceName | Request) -> None:
        """Show a place and hand it the request; dialogs stay in front of their place, the palette goes."""
        place = to if isinstance(to, str) else to.place
        if isinstance(self.screen, CommandPalette):
            await self.pop_screen()
        if place not in self._visited:
            self._visited.add(place)
            self.delay_update(FIRST_PAINT_REST)
        await self.switch_mode(place)
        screen = self.screen_stack[0]
        if not isinstance(to, str) and isinstance(screen, PlaceScreen):
            screen.follow(to)
        guarded(
            self,
            self.services.session.note_place(place),
            doing="saving the place",
            group="place",
            exclusive=True,
        )

    async def action_show_place(self, place: PlaceName) -> None:
        """Show a place by its name."""
        await self.go(place)

    def action_command_palette(self) -> None:
        """Show what can be done here, to be found by its name."""
        from fluxtui.widgets.palette import Palette

        if not isinstance(self.screen, CommandPalette):
            self._show_over(Palette())

    def action_show_help(self) -> None:
        """Show the keys and words of the visible place."""
        from fluxtui.widgets.help_panel import HelpPanel

        if not isinstance(self.screen, HelpPanel):
            self._show_over(HelpPanel.for_screen(self.screen))

    def action_show_messages(self) -> None:
        """Show everything that was told."""
        from fluxtui.screens.lists import MessagesScreen

        self._show_over(MessagesScreen())

    def action_show_spending(self) -> None:
        """Show what was spent, beside the budgets."""
        from fluxtui.screens.spending import SpendingScreen

        self._show_over(SpendingScreen())

    def action_show_requests(self) -> None:
        """Show what was sent to the services, without secrets."""
        from fluxtui.screens.lists import RequestsScreen

        self._show_over(RequestsScreen())

    def action_toggle_page(self) -> None:
        """Start the page with the gallery, or stop it."""
        from fluxtui.screens.home import toggle_page

        toggle_page(self)

    def _show_over(self, screen: Screen[Any]) -> None:
        self.delay_update(0.06)
        self.push_screen(screen)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer the places and what has no place of its own in the palette."""
        for place in PLACES:
            key = place.function_key.upper()
            yield SystemCommand(place.title, f"Go to {place.title} ({key})", self._going(place.name))
        yield SystemCommand("Help", "Keys and words of this place (F1)", self.action_show_help)
        yield SystemCommand("Messages", "Everything that was told, newest first", self.action_show_messages)
        yield SystemCommand("Spending", "By day, finetune and endpoint ($)", self.action_show_spending)
        yield SystemCommand("Requests", "What was sent, without secrets", self.action_show_requests)
        yield SystemCommand("Pictures", "How they are drawn: kitty, sixel, …", self.action_choose_protocol)
        yield SystemCommand(*RECALL, self.action_recall)
        yield SystemCommand("Page", "The gallery in a browser, on or off", self.action_toggle_page)
        yield SystemCommand("Draw anew", "Where the screen is broken (Ctrl+/)", self.action_redraw)
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)
        yield SystemCommand("Quit", "Leave the program (Ctrl+Q)", self.action_leave)

    def _going(self, place: PlaceName) -> Callable[[], Awaitable[None]]:
        async def going() -> None:
            await self.go(place)

        return going

    def action_leave_twice(self) -> None:
        """Leave at the second press within two seconds."""
        if self._interrupted:
            self.action_leave()
            return
        self._interrupted = True
        self.set_timer(LEAVE_SECONDS, self._forget_interrupt)
        self.tell("Press Ctrl+C again to quit.")

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def action_leave(self) -> None:
        """Leave; asks first if jobs are still active."""
        guarded(self, self._leave(), doing="leaving", group="leave", exclusive=True)

    async def _leave(self) -> None:
        from fluxtui.widgets.dialogs import ConfirmDialog, ask

        active = sum(job.is_active for job in self.jobs)
        if active:
            words = _words_before_leaving(active, collected=self._leaving.leaves_collector)
            try:
                await self.services.session.check()
            except StorageError as error:
                # A collector would begin a new journal, and know nothing of these jobs.
                self._leaving.leave_nothing()
                words = [error.sentence(), "Nothing that is active now can be written down or collected."]
            dialog = ConfirmDialog(
                "Leave while jobs are active?",
                words,
                confirm_label="Leave",
                cancel_label="Stay",
            )
            sure = await ask(self, dialog)
            if not sure:
                return
            self.tell("Finishing the requests on their way …")
            self._leaving.end_soon(0)
            await self._stop_runner()
        self.exit(0)


def _words_before_leaving(active: int, *, collected: bool) -> list[str]:
    """Return what becomes of the active jobs, for the user who is about to leave."""
    first = f"{plural(active, 'job')} not finished. What the service has taken goes on without us."
    if collected:
        return [
            first,
            "A collector without a screen stays behind: it brings in everything, even if you log out, and "
            "ends by itself. The next start tells what came in.",
        ]
    return [
        first,
        "It keeps a picture for ten minutes only: start FluxTUI again before then, and it collects "
        "everything by itself.",
    ]
