"""The command `fluxtui collect`: its options, what it drives, and how it ends."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import plural
from fluxtui.system.dataclass import dataclass
from fluxtui.system.event_loop import run_to_end
from fluxtui.system.process_end import end_within, handling_signals

if TYPE_CHECKING:
    from fluxtui.app.container import Container
    from fluxtui.collector.collector import Collected, Collector
    from fluxtui.collector.report import Report
    from fluxtui.services.config import ConfigService
    from fluxtui.services.jobs import Pacing

ENDED_BADLY = 1
"""Exit code where a job failed, expired, was refused or fell in doubt, or jobs are left."""
PATIENCE_SECONDS = 24 * 3600.0
"""After this long without any change a detached collector ends; the jobs go on at the next start."""
END_SECONDS = 20.0
"""How long the end may take after a signal."""

_log = logging.getLogger(__name__)


def run_collect(options: argparse.Namespace) -> int:
    """Collect until no job is left; returns 0 if all ended well, 1 if not, 2 where it cannot start.

    Ended by a signal, it returns 128 and the signal's number, as shells do.
    """
    from fluxtui.cli.config import complain

    try:
        with _place(options) as place:
            if options.detached:
                return _collect_alone(place)
            return run_to_end(_collect_before_people(place, options))
    except OSError as error:
        trouble = f"The collector cannot use its files: {error.strerror or error}."
    except FluxError as error:
        trouble = error.sentence()
    if options.detached:
        # Nobody reads its standard error.
        _log.error("the collector cannot start: %s", trouble)
    return complain(trouble)


@dataclass(frozen=True)
class _Place:
    """Where to collect: the configuration, the data directory, how often to ask."""

    config: ConfigService
    data_dir: Path
    pacing: Pacing

    def container(self) -> Container:
        from fluxtui.app.container import Container

        return Container(self.config, self.data_dir, pacing=self.pacing)


@contextmanager
def _place(options: argparse.Namespace) -> Iterator[_Place]:
    """Yield the place of the program, or of the demo while its simulator is held."""
    from fluxtui.cli import config as given
    from fluxtui.cli.logs import log_path
    from fluxtui.cli.opening import DEMO_POLL_SECONDS
    from fluxtui.services.jobs import Pacing

    if not options.demo:
        config = given.load_config(options)
        _say_without_log(given.begin_log(config, log_path()))
        folder = given.data_directory(config, options).absolute()
        closed = given.own(folder)
        given.tell_closed(config, closed)
        _say_closed(closed)
        yield _Place(config, folder, Pacing())
        return

    from fluxtui.demo.simulation import Speed, simulator

    folder = given.demo_directory(options).absolute()
    closed = given.own(folder)
    with simulator(folder / "simulator", Speed()) as addresses:
        config = given.demo_config(folder, addresses, options)
        _say_without_log(given.begin_log(config, given.demo_log_path(folder)))
        given.tell_closed(config, closed)
        _say_closed(closed)
        yield _Place(config, folder, Pacing(slowest_training=DEMO_POLL_SECONDS))


def _say_without_log(sentence: str) -> None:
    if sentence:
        print(f"fluxtui: {sentence}", file=sys.stderr)  # noqa: T201


def _say_closed(sentences: tuple[str, ...]) -> None:
    """Say beside the report, where there is somebody to read it, what was closed to others."""
    for sentence in sentences:
        print(f"fluxtui: {sentence}", file=sys.stderr)  # noqa: T201


async def _collect_before_people(place: _Place, options: argparse.Namespace) -> int:
    from fluxtui.collector.report import report_to
    from fluxtui.domain.outcome import outcome_of

    report = report_to(sys.stdout.fileno(), place.data_dir, as_json=options.json)
    try:
        code, collected = await _collect(place, report, watch=options.watch)
        told = outcome_of(collected.ended)
        if told or not (collected.left or collected.unreadable):
            report.say(f"{told or 'There was nothing to collect'}.")
        if collected.unreadable:
            report.say(f"{plural(collected.unreadable, 'job')} of the journal cannot be understood.")
        if collected.left and not collected.is_gone:
            report.say(
                f"{plural(len(collected.left), 'job')} not finished; the next start goes on with that."
            )
    finally:
        await asyncio.to_thread(report.close)
    return code


def _collect_alone(place: _Place) -> int:
    """Collect without a reader, unless another does."""
    from fluxtui.collector.file_lock import SoleLock
    from fluxtui.collector.report import Report

    code = 0
    with SoleLock(place.data_dir) as lock:
        while lock.take():
            code, collected = run_to_end(_collect(place, Report(), idle_limit=PATIENCE_SECONDS))
            lock.give_back()
            # Jobs may have come after the last look, left by a program that found the lock taken.
            if collected.gave_up or code > ENDED_BADLY or not run_to_end(_is_something_to_do(place)):
                break
    return code


async def _is_something_to_do(place: _Place) -> bool:
    from fluxtui.collector.collector import jobs_to_collect

    container = place.container()
    try:
        return bool(await jobs_to_collect(await container.open()))
    finally:
        await container.close()


async def _collect(
    place: _Place, report: Report, *, watch: bool = False, idle_limit: float | None = None
) -> tuple[int, Collected]:
    from fluxtui.collector.collector import Collector

    container = place.container()
    try:
        collector = Collector(await container.open(), report, watch=watch, idle_limit=idle_limit)
        with handling_signals(), _signals(collector) as received:
            collected = await collector.run()
    finally:
        await container.close()
    if received:
        return 128 + received[0], collected
    return (0 if collected.is_good else ENDED_BADLY), collected


@contextmanager
def _signals(collector: Collector) -> Iterator[list[int]]:
    """While the block runs, let signals end the collector in good order; yields those that came.

    A hang-up does not end it: its terminal is gone, but the jobs are not.
    """
    loop = asyncio.get_running_loop()
    received: list[int] = []

    def end(number: int) -> None:
        if not received:
            # A thread may sit in a dead file system.
            end_within(128 + number, END_SECONDS)
        received.append(number)
        collector.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield received
    finally:
        signal.signal(signal.SIGHUP, before)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
