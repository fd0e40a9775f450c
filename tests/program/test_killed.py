"""The program or the service killed in the middle of paid work: all of it arrives, none is sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from fluxtui.demo.simulation import Speed, simulator
from fluxtui.domain.jobs import JobState

if TYPE_CHECKING:
    from tests.program.conftest import Demo, Terminal

PICTURES = 3


def order_pictures(terminal: Terminal) -> None:
    """Order some pictures, and see that the service has taken them."""
    terminal.wait_for("✓ 12 pictures")
    terminal.press("f4")
    terminal.wait_for("FLUX.2 [pro]", "Generate 1")
    terminal.type("a boat at sea")
    # Past the queue and the button, on whose line the cursor may be left as well.
    terminal.press("shift+tab", "shift+tab", "shift+tab")
    terminal.press("backspace", str(PICTURES))
    terminal.wait_for(f"Generate {PICTURES}")
    terminal.press("ctrl+s")
    terminal.wait_for(f"{PICTURES} waiting")


async def all_arrived(demo: Demo) -> None:
    """See that every picture that was ordered is whole, and was paid once."""
    jobs, _, pictures = await demo.records()
    assert [job.state for job in jobs] == [JobState.DONE] * PICTURES
    assert sorted(job.remote_id or "" for job in jobs) == sorted(
        entry["id"] for entry in demo.simulated("ledger")
    )
    assert len(pictures) == PICTURES
    for picture in pictures:
        with Image.open(demo.folder / picture.path) as opened:
            opened.load()
    assert demo.simulated("violations") == []


async def test_a_killed_program_collects_when_it_is_back(demo: Demo) -> None:
    terminal = demo.start(image=2.5)
    order_pictures(terminal)
    terminal.kill()
    assert len(demo.simulated("ledger")) == PICTURES
    again = demo.start(image=2.5)
    again.wait_until(lambda text: text.count("✓ done") == PICTURES, f"{PICTURES} pictures")
    await all_arrived(demo)


async def test_a_killed_service_is_waited_for(demo: Demo) -> None:
    terminal = demo.start(image=2.5)
    order_pictures(terminal)
    demo.kill_simulator()
    terminal.wait_for("no connection")
    with simulator(demo.folder / "simulator", Speed(1.0, 2.5)):
        terminal.wait_until(lambda text: text.count("✓ done") == PICTURES, f"{PICTURES} pictures")
        await all_arrived(demo)
