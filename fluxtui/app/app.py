"""The application: opening and closing, places, keys and palette."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.await_remove import AwaitRemove
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import AppBlur, AppFocus, Event, InputEvent, Key, Paste
from textual.screen import Screen
from textual.widget import Widget

from fluxtui.app.closed_widgets import ClosedWidgets, untie_caches
from fluxtui.app.faults import parting_words
from fluxtui.app.frames import Frames, TerminalFrame, Update
from fluxtui.app.graphics import Graphics
from fluxtui.app.key_queue import KeyQueue
from fluxtui.app.keys import APP_BINDINGS, tell_shortcut_faults
from fluxtui.app.leaving import Leaving
from fluxtui.app.opening import OPENING_REST, Opening, Program, Rest
from fluxtui.app.places import OverName, make_over, make_place
from fluxtui.app.resilient_driver import ResilientDriver
from fluxtui.app.shell import ShellScreen
from fluxtui.app.shutdown import Shutdown
from fluxtui.app.state import Answer, StatefulApp, guarded
from fluxtui.app.stylesheet import SwiftStylesheet
from fluxtui.app.tabs import PLACES
from fluxtui.app.themes import DARK, OWN_THEMES, choose_theme, named_colours
from fluxtui.domain.errors import FluxError
from fluxtui.system.garbage import IdleGarbage
from fluxtui.widgets.light_strips import lighten_strips
from fluxtui.widgets.quiet_screen import QuietScreen

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import PlaceName, Request
    from fluxtui.controllers.questions import Question
    from fluxtui.services.bundle import Services
    from fluxtui.services.config.model import Config
    from fluxtui.terminal.profile import TerminalProfile

FIRST_PAINT_REST = 0.12
"""Seconds for which a place may settle before it is first painted: once instead of four times."""
LAYOUT_REST = 0.015
"""Seconds for which widgets may act on their sizes before what comes of it is laid out, or drawn."""
MOST_LAYOUTS = 3
"""So often is laid out before something is drawn: widgets have sizes, share the room, and have others."""
AWAY_SECONDS = 300.0
"""After so long without the focus everything is drawn anew: whatever was between may have lost some of it."""
_JOINER = "\u200d"
"""Joins the parts of an emoji, such as those of a family."""


class FluxApp(StatefulApp):
    """FluxTUI in a terminal.

    Its first picture is the frame of a place. Behind it the program is opened, and the place is put into it.

    Args:
        program: opens the services.
        terminal: what the terminal can show.
        shutdown: starts the collector that goes on when the program ends; without it, jobs wait.
        theme: of the first picture; then the configuration says which.
        on_complete: called once the first place is there.
        garbage: is told whenever something is typed.

    Attributes:
        failure: why the program could not be opened; it has ended with exit code 2 then.
    """

    TITLE = "FluxTUI"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*APP_BINDINGS]

    def __init__(
        self,
        program: Program,
        terminal: TerminalProfile,
        shutdown: Shutdown | None = None,
        *,
        theme: str = "",
        on_complete: Callable[[], None] = lambda: None,
        garbage: IdleGarbage | None = None,
    ) -> None:
        lighten_strips()
        untie_caches()
        super().__init__(terminal)
        for own in OWN_THEMES:
            self.register_theme(own)
        # Before there is a sheet, which would be parsed and applied again for other colours.
        first = self._visible_theme(theme if theme in self.available_themes else DARK.name)
        self.set_reactive(FluxApp.theme, first)
        self._refresh_truecolor_filter(self.ansi_theme)
        self._graphics = Graphics(self)
        self._garbage = garbage or IdleGarbage()
        self._garbage.prepare = self._forget_closed_widgets
        self._closed_widgets = ClosedWidgets()
        self._frames = Frames(self.screen_buffer, self.console)
        self.stylesheet = SwiftStylesheet(variables=self.get_css_variables())
        self.failure: FluxError | None = None
        self._opening = Opening(self, program)
        self._ending = shutdown or Shutdown()
        self._leaving = Leaving(self, self._opening, self._ending)
        self._on_complete = on_complete
        self._visited: set[str] = set()
        self._is_complete = False
        self._key_queue = KeyQueue(self, super().on_event)
        self._blurred_at = monotonic()
        self.animation_level = "none"

    @property
    def ansi_theme(self) -> TerminalTheme:
        """What the names of colours stand for: what the theme tells states by, else the terminal's own."""
        theme = self.current_theme
        return super().ansi_theme if theme.ansi else named_colours(theme)

    @property
    def services(self) -> Services:
        """What the program can do; ready before the first place is shown."""
        if self._opening.services is None:
            raise LookupError("the services are not open")
        return self._opening.services

    def get_default_screen(self) -> Screen[Any]:
        """Return the first picture; the first sizes are told to it, and it is painted once it knows them."""
        self._begin_batch()
        return ShellScreen(self._begin_opening)

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
        if KeyQueue.is_typed(event):
            self._garbage.typed()
            await self._key_queue.take(event)
        else:
            await super().on_event(event)

    def on_mount(self) -> None:
        """Get ready for signals, suspensions and places; the first picture tells when to open the program."""
        self._leaving.get_ready()
        for place in PLACES:
            self.add_mode(place.name, partial(make_place, place.name))
        self.app_resume_signal.subscribe(self, self._redraw)

    def _begin_opening(self) -> None:
        """Paint the first picture, and open the program as soon as it is painted."""
        self._end_batch()
        self.screen.call_after_refresh(self._open_soon)

    def _open_soon(self) -> None:
        guarded(self, self._open(), doing="opening", group="app", leads=False)

    async def _open(self) -> None:
        try:
            first = await self._opening.open()
        except FluxError as error:
            self.failure = error
            self.exit(2, return_code=2)
        except Exception as error:
            self._handle_exception(error)
        else:
            await self._begin(self.services, first)

    async def _begin(self, services: Services, first: PlaceName | None) -> None:
        """Show the first place, and let everything go its way."""
        self._opening.program.on_connection(self._note_connection)
        settings = services.config.config
        self.use_terminal(self.terminal.wanted(settings.images.max_bytes, settings.images.characters))
        self._follow_interface(settings)
        await self._opening.follow()
        try:
            await self._show_first(first)
        finally:
            # Whatever a place does, what was paid for goes on.
            self._leaving.drive_jobs()
        for warning in services.config.warnings:
            self.tell(warning, severity="warning")
        if settings.keys:
            work = tell_shortcut_faults(self, settings.keys)
            guarded(self, work, doing="checking the keys", group="keys", leads=False)
        await self._opening.tell_what_came_in()

    async def _show_first(self, first: PlaceName | None) -> None:
        """Show the first place, paint it once it is complete, and act on what was typed meanwhile."""
        rest = Rest(self)
        try:
            await self._opening.show(first)
        finally:
            self.set_timer(OPENING_REST, rest.end)
        await self._key_queue.begin()
        await self._key_queue.catch_up(OPENING_REST)
        rest.end()
        await self._opening.painted()
        self._is_complete = True
        self._on_complete()

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Remove widgets. A screen that goes changes nothing of those that stay; Textual would draw them."""
        self._closed_widgets.add(nodes)
        return super()._prune(*nodes, parent=None if parent is self else parent)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Draw what has changed on the terminal, and nothing where nothing has."""
        driver = self._driver
        is_drawn = self._running and not self._closed and not self._batch_count and not self.is_headless
        if not is_drawn or driver is None or not isinstance(renderable, Update):
            super()._display(screen, renderable)
            return
        size = self.screen.outer_size
        try:
            frame = self._frames.next_frame(driver, renderable, size, size.clamp_offset(self.cursor_position))
        except Exception as error:
            self._handle_exception(error)
        else:
            self._send(driver, frame)
        finally:
            self.post_display_hook()

    def _send(self, driver: Driver, frame: TerminalFrame) -> None:
        if frame.is_bracketed:
            self._begin_update()
        if frame.text:
            driver.write(frame.text)
        if frame.is_bracketed:
            self._end_update()
        driver.flush()

    def _end_batch(self) -> None:
        """End a batch and draw what waited for it, which Textual leaves until a screen gets a message."""
        super()._end_batch()
        if not self._batch_count and self._screen_stack:
            for screen in (*self._background_screens, self.screen):
                screen.check_idle()

    def delay_update(self, delay: float = 0.05) -> None:
        """Draw nothing for these seconds, nor until what is new is laid out: it is shown in one frame."""
        if not self._is_complete:
            # The first place is held back until it is complete by itself.
            super().delay_update(delay)
            return
        self._begin_batch()
        self.set_timer(max(delay - LAYOUT_REST, 0.0), partial(self._lay_out_unseen, MOST_LAYOUTS))

    def _lay_out_unseen(self, times: int) -> None:
        """Lay out, let the widgets act on their sizes, and so on, then draw."""
        screen = self.screen if self._screen_stack else None
        if times and isinstance(screen, QuietScreen) and screen.lay_out_unseen():
            self.set_timer(LAYOUT_REST, partial(self._lay_out_unseen, times - 1))
            return
        self._end_batch()
        if screen is not None and not self._batch_count:
            screen.refresh()

    def _redraw(self, _: App[Any]) -> None:
        """Draw everything again after a suspension: the shell has written over it."""
        self.refresh(layout=True)

    def _forget_closed_widgets(self) -> None:
        """Let go of what was closed."""
        self.forget_messages()
        self._closed_widgets.loosen()

    def on_resize(self) -> None:
        """Learn the size of the cells anew."""
        self._graphics.measure_cells()

    def action_choose_protocol(self) -> None:
        """Let the user choose how pictures are drawn."""
        self._graphics.choose_protocol()

    def action_next_protocol(self) -> None:
        """Draw pictures in the next way, round and round."""
        self._graphics.next_protocol()

    def action_recall(self, path: str = "") -> None:
        """Take the parameters of a picture file into the form of Generate."""
        from fluxtui.app.recall import recall_from_file

        recall_from_file(self, path)

    def action_redraw(self) -> None:
        """Set the terminal's modes again and draw everything anew, pictures too."""
        if isinstance(self._driver, ResilientDriver):
            self._driver.renew()
        # For what is on the screen it is as if the program had been away.
        self.app_suspend_signal.publish(self)
        self.app_resume_signal.publish(self)

    def on_resilient_driver_doubtful(self) -> None:
        """Draw anew: what is on the screen may be something else."""
        self.action_redraw()

    def _note_connection(self, profile: str, up: bool) -> None:
        others = [name for name in self.disconnected if name != profile]
        self._note_disconnected(*others, *(() if up else (profile,)))

    def _note_disconnected(self, *profiles: str) -> None:
        self.disconnected = profiles
        self.connected = not profiles

    def _follow_interface(self, settings: Config) -> None:
        self._frames.is_on = settings.interface.only_changes
        self._use_theme(settings.interface.theme)
        self.set_keymap(settings.keys)

    def _use_theme(self, name: str) -> None:
        name = self._visible_theme(name)
        if name in self.available_themes:
            self.theme = name
        else:
            self.tell(f"There is no theme called {name}; the usual one is used.", severity="warning")

    def _visible_theme(self, name: str) -> str:
        """Return a theme, or the present one where nothing would be seen of it.

        Without colours the terminal's own defaults become black on whatever it has.
        """
        return self.theme if self.no_color and name.startswith("ansi") else name

    def _handle_exception(self, error: Exception) -> None:
        """End because of a fault. While ending, what was half open may fail, and nobody needs to know."""
        if self._exit:
            logging.getLogger("fluxtui").info("a fault while ending", exc_info=error)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after a fault of the program. Textual would print all variables, and keys can be among them."""
        logging.getLogger("fluxtui").critical("the program failed", exc_info=True)
        self._exit_renderables.append(parting_words())
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Let go of the jobs, the journal and the connections."""
        self._garbage.end()
        await self._leaving.close()

    def exit(self, result: Any = None, return_code: int = 0, message: Any = None) -> None:
        """Leave with a result and an exit code, within bounds, whatever is stuck."""
        if isinstance(self._driver, ResilientDriver):
            self._ending.give_back_terminal = self._driver.restore_now
        self._ending.end_soon(return_code)
        super().exit(result, return_code, message)

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that outlives its terminal, unless another one is asked for."""
        usual = super().get_driver_class()
        return ResilientDriver if usual is LinuxDriver else usual

    @property
    def terminal_is_dead(self) -> bool:
        """Whether the terminal is gone or takes nothing any more."""
        return isinstance(self._driver, ResilientDriver) and self._driver.is_dead

    def on_resilient_driver_gone(self) -> None:
        """End: the terminal was closed."""
        self._leaving.hang_up(signal.SIGHUP)

    def hang_up_soon(self, number: int) -> None:
        """End because of a signal; may be called by its handler. Raises `SystemExit` before the start."""
        self._leaving.hang_up_soon(number)

    def action_suspend_process(self) -> None:
        """Suspend to the shell; a collector goes on meanwhile, since nothing moves in a suspended program."""
        if self._leaving.may_suspend():
            super().action_suspend_process()

    async def ask(self, question: Question[Answer]) -> Answer | None:
        """Ask the user with the dialog of a question, and return the answer, None where there was none."""
        from fluxtui.widgets.dialogs import ask, dialog_of

        answer: Answer | None = await ask(self, dialog_of(question))
        return answer

    def ask_balance(self) -> None:
        """Ask the service for the balance soon."""
        if self._opening.feed is not None:
            self._opening.feed.ask_balance()

    def refresh_state(self, *kinds: str) -> None:
        """Read the journal again soon."""
        if self._opening.feed is not None:
            self._opening.feed.refresh(*kinds)

    def follow_config(self) -> None:
        """Take over a changed configuration: profile, theme, connections."""
        if self._opening.feed is not None:
            guarded(self, self._opening.program.reconnect(), doing="reconnecting", group="reconnect")
            self._note_disconnected()
            self._opening.feed.follow_config()
            self._follow_interface(self.services.config.config)
            self.refresh_state("finetunes")
            self.ask_balance()

    async def go(self, to: PlaceName | Request) -> None:
        """Show a place and hand it the request; dialogs stay in front of their place, the palette goes."""
        from fluxtui.screens.place import PlaceScreen

        place = to if isinstance(to, str) else to.place
        if self._is_menu(self.screen):
            await self.screen.dismiss(None)
        if place not in self._visited:
            self._visited.add(place)
            self.delay_update(FIRST_PAINT_REST)
        for before in self._screen_stacks.get(place, ()):
            self.sight.catch_up(before)
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
            leads=False,
        )

    @staticmethod
    def _is_menu(screen: Screen[Any]) -> bool:
        """Whether a screen is the palette, of which there is one and which goes with its place."""
        return getattr(screen, "is_menu", False)

    async def action_show_place(self, place: PlaceName) -> None:
        """Show a place by its name."""
        await self.go(place)

    def action_command_palette(self) -> None:
        """Show what can be done here, to be found by its name."""
        from fluxtui.app.commands import COMMANDS
        from fluxtui.screens.commands import open_palette

        if not self._is_menu(self.screen):
            self.delay_update(0.06)
            open_palette(self, COMMANDS)

    def action_change_theme(self) -> None:
        """Let the colours be chosen, and keep them."""
        guarded(self, choose_theme(self), doing="choosing the colours", group="theme", exclusive=True)

    def action_show_help(self) -> None:
        """Show the keys and words of the visible place."""
        from fluxtui.widgets.help_panel import HelpPanel

        if not isinstance(self.screen, HelpPanel):
            self._show_over(HelpPanel.for_screen(self.screen))

    def action_show(self, name: OverName) -> None:
        """Show something over the place: `messages`, `requests`, `spending` or `keys`."""
        self._show_over(make_over(name))

    def action_toggle_page(self) -> None:
        """Start the page with the gallery, or stop it."""
        from fluxtui.screens.home import toggle_page

        toggle_page(self)

    def _show_over(self, screen: Screen[Any]) -> None:
        self.delay_update(0.06)
        self.push_screen(screen)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Do what a key does; those that work everywhere do nothing over a screen that takes them itself."""
        if priority and getattr(self.screen, "TAKES_EVERY_KEY", False):
            return False
        return await super()._check_bindings(key, priority)

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as a line of keys shows it, in one spelling everywhere."""
        from fluxtui.domain.shortcuts import short_name

        return binding.key_display or short_name(binding.key)

    def action_leave_twice(self) -> None:
        """Leave at the second press within two seconds, at the first while there is nothing to lose yet."""
        self._leaving.leave_twice()

    def action_leave(self) -> None:
        """Leave; asks first if jobs are still active."""
        self._leaving.leave()
