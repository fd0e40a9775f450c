"""The program or the service gone in the middle of paid work: all of it arrives, none is sent twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fluxtui.domain.jobs import JobState
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.fakes.leases import leases_run_out

if TYPE_CHECKING:
    from fluxtui.simulator.core.clock import ManualClock
    from tests.program.demos import StartProgram
    from tests.program.terminal import Terminal

PICTURES = 3


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory."""
    return tmp_path / "data"


def opened(start: StartProgram, data_dir: Path, service: Simulator) -> Terminal:
    """Start the program with a key for a service, and return it at Generate."""
    place = ("--data-dir", data_dir, "--base-url", service.base_url)
    terminal = start("--images", "none", *place, environ={"BFL_API_KEY": VALID_KEY})
    # At the first place, or where one was before.
    terminal.wait_for("F6 Jobs")
    terminal.press("f4")
    terminal.wait_for("FLUX.2 [pro]", "Generate ")
    return terminal


def order_pictures(terminal: Terminal) -> None:
    """Order some pictures, and see that the service has taken them."""
    terminal.type("a boat at sea")
    # Past the queue and the button, on whose line the cursor may be left as well.
    terminal.press("shift+tab", "shift+tab", "shift+tab", "backspace", str(PICTURES))
    terminal.wait_for(f"Generate {PICTURES}")
    terminal.press("ctrl+s")
    # In the queue, and once more beside it.
    terminal.wait_until(lambda text: text.count("◔ waiting") > PICTURES, f"{PICTURES} that the service has")


async def all_arrived(data_dir: Path, service: Simulator) -> None:
    """See that every picture that was ordered is whole, and was paid once."""
    async with Journal(StorageService(data_dir).journal_path) as journal:
        jobs, pictures = await journal.jobs.recent(), await journal.pictures.recent()
    assert [job.state for job in jobs] == [JobState.DONE] * PICTURES
    assert sorted(job.remote_id or "" for job in jobs) == sorted(entry["id"] for entry in service.ledger())
    assert len(pictures) == PICTURES
    for picture in pictures:
        with Image.open(data_dir / picture.path) as image:
            image.load()
    assert service.violations() == []


async def test_a_killed_program_collects_when_it_is_back(
    start_program: StartProgram, data_dir: Path, service: Simulator, clock: ManualClock
) -> None:
    terminal = opened(start_program, data_dir, service)
    order_pictures(terminal)
    terminal.kill()
    assert len(service.ledger()) == PICTURES
    leases_run_out(StorageService(data_dir).journal_path)
    again = opened(start_program, data_dir, service)
    clock.advance(2)
    again.wait_until(lambda text: text.count("✓ done") == PICTURES, f"{PICTURES} pictures")
    await all_arrived(data_dir, service)


async def test_a_service_that_is_gone_is_waited_for(
    start_program: StartProgram, data_dir: Path, tmp_path: Path, clock: ManualClock
) -> None:
    settings = Settings(seconds_per_image=2, state_directory=tmp_path / "state")
    with running_simulator(settings, clock) as service:
        terminal = opened(start_program, data_dir, service)
        order_pictures(terminal)
        port, polling, delivery = (
            int(url.rpartition(":")[2])
            for url in (service.base_url, service.polling_base_url, service.delivery_base_url)
        )
    terminal.wait_for("no connection")
    clock.advance(2)
    same = Settings(
        seconds_per_image=2,
        state_directory=tmp_path / "state",
        port=port,
        polling_port=polling,
        delivery_port=delivery,
    )
    with running_simulator(same, clock) as service:
        terminal.wait_until(lambda text: text.count("✓ done") == PICTURES, f"{PICTURES} pictures")
        await all_arrived(data_dir, service)
