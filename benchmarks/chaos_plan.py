"""What the programs of the chaos order: always the same, however often they are killed and started again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos_venues import Use, Venue
from PIL import Image

from fluxtui.domain.jobs import Job, JobKind

PROFILE = "chaos"
FIRST_TRAINING = "style-000"
"""The marker and name of the first training, whose finetune the generations use."""
_TWINS_EVERY = 5
_SAME_SEED_EVERY = 4
_OTHER_ENDPOINT_EVERY = 5
_INPUT_PICTURE_EVERY = 10
_WORDS = "a lighthouse in a storm that is painted with long and patient strokes by a hand that never tires"


@dataclass(frozen=True)
class Order:
    """One paid job that a program shall order once.

    Attributes:
        kind: generation or training.
        marker: what finds it again in the service's record; twins among the trainings share one.
        number: within its kind.
        program: who orders it.
        twin: how many orders with the same marker come before it.
    """

    kind: JobKind
    marker: str
    number: int
    program: int
    twin: int = 0

    def use(self, venue: Venue) -> Use:
        """Return the endpoint of a generation."""
        return venue.other if self.number % _OTHER_ENDPOINT_EVERY == 0 else venue.usual

    def values(self, venue: Venue, folder: Path) -> dict[str, Any]:
        """Return the form's values. Many pictures have names that begin alike, some have the same seed."""
        if self.kind is JobKind.TRAINING:
            return {**venue.training, **dict.fromkeys(venue.marked, self.marker)}
        use = self.use(venue)
        seed = 7 if self.number % _SAME_SEED_EVERY == 0 else self.number
        values = {**use.values, "prompt": f"{_WORDS}, {self.marker}", "seed": seed}
        if use.picture and self.number % _INPUT_PICTURE_EVERY == 0:
            values[use.picture] = str(dataset_folder(folder) / "0.png")
        return values


def plan(generations: int, trainings: int, programs: int) -> list[Order]:
    """Return all orders, trainings spread evenly among the generations; every fifth pair are twins.

    The first is a training, if there is any.
    """
    orders = [(number / max(trainings, 1), _training(number, programs)) for number in range(trainings)]
    orders += [(number / max(generations, 1), _generation(number, programs)) for number in range(generations)]
    return [order for _, order in sorted(orders, key=lambda placed: placed[0])]


def _generation(number: int, programs: int) -> Order:
    return Order(JobKind.GENERATION, f"order-{number:05}", number, number % programs)


def _training(number: int, programs: int) -> Order:
    pair, place = divmod(number, 2)
    is_twin = place == 1 and pair % _TWINS_EVERY == _TWINS_EVERY - 1
    name = f"style-{number - is_twin:03}"
    return Order(JobKind.TRAINING, name, number, pair % programs, int(is_twin))


def missing(venue: Venue, orders: Iterable[Order], jobs: Iterable[Job]) -> list[Order]:
    """Return the orders that are not in the journal yet."""
    known = Counter(venue.marker_of(job.kind, job.parameters) for job in jobs)
    return [order for order in orders if known[order.marker] <= order.twin]


def dataset_folder(folder: Path) -> Path:
    """Return where the pictures of the trainings are."""
    return folder / "dataset"


def make_dataset(folder: Path) -> None:
    """Paint the pictures of the trainings."""
    place = dataset_folder(folder)
    place.mkdir()
    for number, colour in enumerate(("red", "green", "orange")):
        Image.new("RGB", (300, 300), colour).save(place / f"{number}.png")
