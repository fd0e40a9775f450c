"""A program that `chaos.py` starts and kills: it orders its share of the work and drives all jobs.

The variable CHAOS_DIE_AT, as `name of a point:turn`, makes it die there by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path

from chaos_plan import FIRST_TRAINING, PROFILE, Order, dataset_folder, missing, plan
from chaos_points import die_at
from chaos_venues import VENUES, Venue

from fluxtui.app.container import Container
from fluxtui.cli.logs import start_log
from fluxtui.domain.jobs import JobKind
from fluxtui.services.bundle import Services
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing

QUICK = Pacing(
    watch=0.1,
    first_poll=0.1,
    slowest_generation=0.5,
    slowest_training=0.5,
    first_trouble=0.05,
    slowest_trouble=1.0,
    key_trouble=1.0,
    lease=3.0,
    renewal=0.6,
    first_search=0.3,
    slowest_search=6.0,
    balance=1.0,
    last_answer=5.0,
    longest_wish=1.0,
    longest_rest=1.0,
)
_ALL_JOBS = 1_000_000


def main() -> None:
    """Order and drive until killed or asked to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--provider", choices=VENUES, required=True)
    parser.add_argument("--generations", type=int, required=True)
    parser.add_argument("--trainings", type=int, required=True)
    parser.add_argument("--programs", type=int, required=True)
    parser.add_argument("--program", type=int, required=True, help="which one this is")
    parser.add_argument("--released", type=int, required=True, help="how many orders may be given by now")
    options = parser.parse_args()
    folder: Path = options.folder
    venue = VENUES[options.provider]
    orders = plan(options.generations, options.trainings, options.programs)[: options.released]
    config = ConfigService(folder / "config.toml", environ={})
    config.load()
    start_log(folder / "log" / "fluxtui.log", "debug", config.known_keys)
    name, _, turn = os.environ.get("CHAOS_DIE_AT", "").rpartition(":")
    if name:
        die_at(name, int(turn), folder / "deaths", venue)
    asyncio.run(
        _drive(config, venue, folder, [order for order in orders if order.program == options.program])
    )


async def _drive(config: ConfigService, venue: Venue, folder: Path, orders: list[Order]) -> None:
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    container = Container(config, folder / "data", pacing=QUICK)
    services = await container.open()
    runner = asyncio.create_task(services.jobs.run())
    try:
        (folder / f"ready-{os.getpid()}").touch()
        known = await services.journal.jobs.recent(_ALL_JOBS)
        for order in missing(venue, orders, known):
            await _give(services, venue, order, folder)
        asked = asyncio.create_task(ending.wait())
        await asyncio.wait({asked, runner}, return_when=asyncio.FIRST_COMPLETED)
        if runner.done():
            # A runner never ends by itself: this raises what happened.
            runner.result()
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
        await container.close()


async def _give(services: Services, venue: Venue, order: Order, folder: Path) -> None:
    values = order.values(venue, folder)
    if order.kind is JobKind.GENERATION:
        use = order.use(venue)
        known = await services.journal.finetunes.all(PROFILE) if use.finetuned else ()
        finetune = next((each for each in known if each.name == FIRST_TRAINING), None)
        await services.inference.generate(PROFILE, use.endpoint, values, finetune=finetune)
        return
    rules = await services.finetuning.rules(PROFILE, venue.trainer)
    dataset = await services.datasets.inspect(dataset_folder(folder), rules)
    await services.finetuning.start(PROFILE, dataset, values, endpoint_id=venue.trainer)


if __name__ == "__main__":
    main()
