"""From the command line to the first picture; everything else is imported behind it."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from fluxtui.cli.appearance import Appearance, read_appearance
from fluxtui.cli.config import complain, demo_config_path, demo_directory, demo_environ
from fluxtui.domain.errors import FluxError

if TYPE_CHECKING:
    from fluxtui.app.container import Container
    from fluxtui.app.shutdown import Shutdown
    from fluxtui.terminal.profile import TerminalProfile

Make = Callable[["Shutdown"], "Container"]
"""Makes the program, in a thread, behind the first picture."""


def run_program(options: argparse.Namespace) -> int:
    """Start the program with the user's configuration; returns the exit code."""
    from fluxtui.cli.opening import make_program

    complaint = _unusable_terminal()
    if complaint:
        return complain(complaint)
    appearance = read_appearance(options, os.environ)
    result = _run(appearance, partial(make_program, options))

    from fluxtui.app.state import OPEN_DEMO

    return run_demo(_demo_options(options)) if result == OPEN_DEMO else result


def _demo_options(options: argparse.Namespace) -> argparse.Namespace:
    """Return the options of the demo that follows a start without a key: its own place, its own speed."""
    kept = {name: value for name, value in vars(options).items() if name in {"images", "no_mouse", "debug"}}
    return argparse.Namespace(**kept)


def run_demo(options: argparse.Namespace) -> int:
    """Start the program on the simulator; asked for the demo there, it opens it anew."""
    while True:
        result = _run_demo(options)
        from fluxtui.app.state import OPEN_DEMO

        if result != OPEN_DEMO:
            return result


def _run_demo(options: argparse.Namespace) -> int:
    """Run the demo once, with a data directory and a sample dataset of its own."""
    from fluxtui.cli.opening import make_demo

    complaint = _unusable_terminal()
    if complaint:
        return complain(complaint)
    try:
        path = demo_config_path(demo_directory(options))
    except FluxError as error:
        return complain(error.sentence())
    appearance = read_appearance(options, demo_environ(os.environ), path)
    with ExitStack() as held:
        return _run(appearance, partial(make_demo, options, held))


def _unusable_terminal() -> str | None:
    """Return why nothing can be drawn here, if so."""
    from fluxtui.terminal.characters import write_utf8
    from fluxtui.terminal.ttys import require_terminal

    return require_terminal() or write_utf8(os.environ)


def _run(appearance: Appearance, make: Make) -> int:
    # What is loaded stays: looking through it for garbage, again and again, would take a fifth of the start.
    gc.disable()
    # Else pydantic looks through all installed packages for plugins of its own.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    terminal = prepare_terminal(appearance.protocol)

    from fluxtui.app.app import FluxApp
    from fluxtui.app.places import load_places_soon
    from fluxtui.app.shutdown import Shutdown
    from fluxtui.cli.opening import LateProgram
    from fluxtui.system.garbage import IdleGarbage
    from fluxtui.system.process_end import handling_signals

    shutdown = Shutdown()
    program = LateProgram(partial(make, shutdown))
    garbage = IdleGarbage()

    def go_on() -> None:
        garbage.begin()
        load_places_soon()

    app = FluxApp(program, terminal, shutdown, theme=appearance.theme, on_complete=go_on, garbage=garbage)
    with handling_signals(), shutdown.guarding(app.hang_up_soon):
        result = app.run(mouse=appearance.mouse)
    gc.freeze()
    gc.enable()
    if app.terminal_is_dead:
        shutdown.end_without_terminal()
    shutdown.tell_collector()
    if app.failure is not None:
        return complain(app.failure.sentence())
    return app.return_code or result or 0


def prepare_terminal(protocol: str) -> TerminalProfile:
    """Ask the terminal what it can and set what Textual reads; call it before Textual is imported.

    Args:
        protocol: how pictures are to be drawn: `auto` or a protocol's name.
    """
    from fluxtui.terminal.environment import prepare_environment
    from fluxtui.terminal.probe import probe_terminal

    terminal = probe_terminal(protocol)
    prepare_environment(os.environ, terminal.over_ssh, truecolor=terminal.truecolor, between=terminal.between)
    return terminal
