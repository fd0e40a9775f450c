"""The program as `fluxtui` starts it, told from inside: objects, what is gone and still there, pauses.

python benchmarks/watched_program.py REPORT ARGUMENT...

Runs `fluxtui ARGUMENT...`. At each SIGUSR1 it writes what it has counted since the last one as JSON to the
file REPORT. At SIGUSR2 it looks through everything for garbage first and tells the kinds of what is left as
well; no pause that this makes is told.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

LONG_SECONDS = 0.02
"""Callbacks and looks for garbage that take more computing time are counted."""
COMMONEST = 40
"""Kinds of objects whose numbers are told."""
FARTHEST = 12
SHOWN_WAYS = 3
"""How many kinds of widgets that are gone it is told of what holds them, and over how many steps at most."""


class Watch:
    """Counts how long the event loop and searches for garbage held the program, and what is there.

    Args:
        report: the file that is written when it is asked.
    """

    def __init__(self, report: Path) -> None:
        self._report = report
        self._callback_began = self._callback_began_cpu = self._look_began = self._looked = 0.0
        self._forget()

    def _forget(self) -> None:
        self._longest = self._longest_cpu = 0.0
        self._long_ones = 0
        self._held = ""
        self._looks: list[tuple[int, float]] = []

    def install(self) -> None:
        """Begin to watch; to be called in the main thread before the event loop runs."""
        gc.callbacks.append(self._note_look)
        signal.signal(signal.SIGUSR1, self._tell)
        signal.signal(signal.SIGUSR2, self._tell)
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            self._callback_began, self._callback_began_cpu = time.perf_counter(), time.thread_time()
            self._looked = 0.0
            run(handle)
            if threading.current_thread() is threading.main_thread():
                self._note_callback(handle)

        asyncio.Handle._run = timed  # type: ignore[method-assign, assignment]

    def _note_callback(self, handle: asyncio.Handle) -> None:
        cpu = time.thread_time() - self._callback_began_cpu - self._looked
        self._longest = max(self._longest, time.perf_counter() - self._callback_began)
        self._long_ones += cpu > LONG_SECONDS
        if cpu > self._longest_cpu:
            self._longest_cpu, self._held = cpu, repr(getattr(handle, "_callback", None))[:200]

    def _note_look(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._look_began = time.thread_time()
        else:
            seconds = time.thread_time() - self._look_began
            self._looks.append((info["generation"], seconds))
            if threading.current_thread() is threading.main_thread():
                self._looked += seconds

    def _tell(self, number: int, _: FrameType | None) -> None:
        looks = tuple(self._looks)
        told: dict[str, Any] = {
            "longest": self._longest,
            "longest_cpu": self._longest_cpu,
            "long_ones": self._long_ones,
            "held": self._held,
            "looks": len(looks),
            "look_seconds": sum(seconds for _, seconds in looks),
            "longest_looks": [
                max((seconds for generation, seconds in looks if generation == wanted), default=0.0)
                for wanted in range(3)
            ],
            "long_looks": sum(seconds > LONG_SECONDS for _, seconds in looks),
            "objects": gc.get_freeze_count() + len(gc.get_objects()),
        }
        if number == signal.SIGUSR2:
            gc.unfreeze()
            told["garbage"] = gc.collect()
            told |= _counted()
            gc.freeze()
        written = self._report.with_suffix(".new")
        written.write_text(json.dumps(told))
        written.replace(self._report)
        self._forget()
        self._callback_began, self._callback_began_cpu = time.perf_counter(), time.thread_time()
        self._look_began = self._callback_began_cpu


def _counted() -> dict[str, Any]:
    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

    objects = gc.get_objects()
    kinds = Counter(type(item).__qualname__ for item in objects)
    widgets = [item for item in objects if isinstance(item, Widget)]
    apps: list[App[Any]] = [item for item in objects if isinstance(item, App)]
    shown = {id(widget) for app in apps for widget in _shown(app)}
    gone = [item for item in widgets if item._closed and id(item) not in shown]
    return {
        "objects_left": len(objects),
        "screens": sum(isinstance(item, Screen) for item in widgets),
        "widgets": len(widgets),
        "gone": dict(Counter(type(item).__name__ for item in gone)),
        "kinds": dict(kinds.most_common(COMMONEST)),
        "ways": [_way(item) for item in {type(item): item for item in gone}.values()][:SHOWN_WAYS],
    }


def _shown(app: App[Any]) -> list[Any]:
    from textual.widget import Widget

    screens = [screen for stack in app._screen_stacks.values() for screen in stack]
    return [widget for screen in screens for widget in screen.walk_children(Widget, with_self=True)]


def _way(item: Any) -> str:
    """Return by what something is held, step by step, up to the application, a module or the loop."""
    reached, level = {id(item): _name(item)}, [item]
    for _ in range(FARTHEST):
        before = {id(thing): thing for thing in level}
        holders = [by for by in gc.get_referrers(*level) if id(by) not in reached and by is not level]
        level = []
        for by in holders:
            held = next((thing for thing in gc.get_referents(by) if id(thing) in before), None)
            if held is None or isinstance(by, FrameType):
                continue
            reached[id(by)] = f"{reached[id(held)]} < {_name(by)}"
            if (
                isinstance(by, (ModuleType, asyncio.Handle, asyncio.AbstractEventLoop))
                or _name(by) == "FluxApp"
            ):
                return reached[id(by)]
            level.append(by)
    return f"{reached[id(item)]}: no way of {FARTHEST} steps"


def _name(item: Any) -> str:
    if isinstance(item, asyncio.Handle):
        due = getattr(item, "_when", 0.0) - time.monotonic()
        return f"{type(item).__name__} in {due:.0f} s{' (cancelled)' if item.cancelled() else ''}"
    return str(getattr(item, "__qualname__", type(item).__qualname__))


def main() -> int:
    """Run the program."""
    sys.path.insert(0, os.getcwd())
    report, *arguments = sys.argv[1:]
    Watch(Path(report)).install()
    from fluxtui.cli.parser import main as program

    sys.argv = ["fluxtui", *arguments]
    return program()


if __name__ == "__main__":
    raise SystemExit(main())
