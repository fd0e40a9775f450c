"""Behind the first picture: the program is imported, its configuration read, its data directory made ours."""

from __future__ import annotations

import asyncio
import logging
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import FluxError

if TYPE_CHECKING:
    from fluxtui.app.container import Container
    from fluxtui.app.shutdown import Shutdown
    from fluxtui.demo.simulation import Addresses
    from fluxtui.services.bundle import Services
    from fluxtui.services.config import ConfigService

DEMO_POLL_SECONDS = 2.0
"""The demo's trainings are short, so that their progress is asked for often."""


class LateProgram:
    """A container that is made, and imported, in a thread when it is opened.

    Args:
        make: returns the container; it may take long, and raise `FluxError`.
    """

    def __init__(self, make: Callable[[], Container]) -> None:
        self._make = make
        self._container: Container | None = None

    async def open(self) -> Services:
        """Make everything and open it. Raises `FluxError` with the sentence that the program ends with."""
        self._container = await asyncio.to_thread(self._make_logged)
        return await self._container.open()

    def _make_logged(self) -> Container:
        from fluxtui.system.memory import keep_memory_together

        keep_memory_together()
        try:
            return self._make()
        except FluxError:
            raise
        except Exception:
            _log_somewhere()
            raise

    def on_connection(self, listener: Callable[[str, bool], None]) -> None:
        """Tell `listener` of which profile the network goes away (False) and comes back (True)."""
        if self._container is not None:
            self._container.on_connection(listener)

    async def reconnect(self) -> None:
        """Take over a changed configuration."""
        if self._container is not None:
            await self._container.reconnect()

    async def close(self) -> None:
        """Close what was opened."""
        if self._container is not None:
            await self._container.close()


def make_program(options: Namespace, shutdown: Shutdown) -> Container:
    """Return the program of a command line, its data directory ours alone. Raises `FluxError`."""
    from fluxtui.cli.config import data_directory, load_config, own
    from fluxtui.cli.logs import log_path

    config = load_config(options)
    _begin_log(config, log_path())
    folder = data_directory(config, options)
    closed = own(folder)
    return _container(config, folder, options, shutdown, closed)


def make_demo(options: Namespace, held: ExitStack, shutdown: Shutdown) -> Container:
    """Return the demo of a command line, with its simulator, which starts while the program is imported.

    Args:
        options: of the command line.
        held: what is to be given back once the demo has ended.
        shutdown: is told how a collector is started.

    Raises:
        FluxError: the simulator does not start, or the demo cannot keep its files.
    """
    from fluxtui.cli.config import demo_directory, own
    from fluxtui.domain.errors import StorageError

    folder = demo_directory(options)
    closed = own(folder)
    try:
        with ThreadPoolExecutor(1, "simulator") as beside:
            starting = beside.submit(_start_simulator, options, folder, held)
            pictures = _make_ready(folder)
            addresses = starting.result()
        return _demo(options, shutdown, folder, closed, addresses, pictures)
    except OSError as error:
        raise StorageError(
            f"The demo cannot keep its files in {folder}: {error.strerror or error}."
        ) from error


def _start_simulator(options: Namespace, folder: Path, held: ExitStack) -> Addresses:
    from fluxtui.demo.simulation import Speed, simulator

    speed = Speed(
        getattr(options, "seconds_per_training", Speed.training),
        getattr(options, "seconds_per_image", Speed.image),
    )
    return held.enter_context(simulator(folder / "simulator", speed))


def _make_ready(folder: Path) -> Path:
    """Do what needs no simulator, and return the folder of the sample dataset."""
    from fluxtui.demo.dataset import make_sample_dataset

    _import_program()
    return make_sample_dataset(folder / "sample-dataset")


def _import_program() -> None:
    import fluxtui.app.container
    import fluxtui.cli.logs
    import fluxtui.services.config  # noqa: F401


def _demo(
    options: Namespace,
    shutdown: Shutdown,
    folder: Path,
    closed: tuple[str, ...],
    addresses: Addresses,
    pictures: Path,
) -> Container:
    from fluxtui.cli.config import demo_config, demo_log_path

    config = demo_config(folder, addresses, options)
    _begin_log(config, demo_log_path(folder))
    notes = {"draft.finetune": {"source": str(pictures)}}
    return _container(config, folder, options, shutdown, closed, notes=notes)


def _container(
    config: ConfigService,
    folder: Path,
    options: Namespace,
    shutdown: Shutdown,
    closed: tuple[str, ...],
    *,
    notes: dict[str, Any] | None = None,
) -> Container:
    """Return the services of a data directory, unopened; `notes` are those of a demo's first start."""
    from fluxtui.app.container import Container
    from fluxtui.cli.config import tell_closed
    from fluxtui.collector.detached import detached_collector
    from fluxtui.services.jobs import Pacing

    tell_closed(config, closed)
    shutdown.leave_behind(detached_collector(options, folder.absolute(), demo=notes is not None))
    pacing = Pacing() if notes is None else Pacing(slowest_training=DEMO_POLL_SECONDS)
    return Container(config, folder.absolute(), pacing=pacing, first_notes=notes)


def _begin_log(config: ConfigService, path: Path) -> None:
    """Start the log; where it cannot be written, say so on the screen and go on without one."""
    from fluxtui.cli.config import begin_log

    complaint = begin_log(config, path)
    if complaint:
        config.warnings = (*config.warnings, complaint)


def _log_somewhere() -> None:
    """Begin a log for a fault that comes before there is one."""
    from fluxtui.cli.logs import log_path, start_log

    if not logging.getLogger().handlers:
        try:
            start_log(log_path(), "info", tuple)
        except FluxError as error:
            logging.getLogger(__name__).info("%s", error.sentence())
