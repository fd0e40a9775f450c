"""Batches of different pictures: seeds, and grids over one, two or three parameters. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.domain.axes import OFFER, Axis, Scope, TypedAxis, offer_points, read_axis, title_of
from fluxtui.domain.axis_values import MOST_CELLS
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass

MOST_AXES = 3


class SeedMode(StrEnum):
    """Where the seeds of a batch come from."""

    USUAL = "usual"
    """As without a batch for pictures of one prompt, the same one for all of a grid."""
    RANDOM = "random"
    FIXED = "fixed"
    INCREASING = "increasing"
    LIST = "list"


class BatchSetup(BaseModel):
    """A batch as it was set up, which may be wrong or half done; a change is a new one.

    Attributes:
        axes: the first makes the columns of a contact sheet, the second its rows, the third several sheets.
        seeds: where the seeds come from.
        seed_list: the seeds as written, for `SeedMode.LIST`.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    axes: tuple[TypedAxis, ...] = ()
    seeds: SeedMode = SeedMode.USUAL
    seed_list: str = ""

    @property
    def is_on(self) -> bool:
        """Whether it makes anything else than pictures of one and the same."""
        return any(axis.is_used for axis in self.axes) or self.seeds is not SeedMode.USUAL

    @property
    def is_grid(self) -> bool:
        """Whether it says itself how many pictures there are."""
        return any(axis.is_used for axis in self.axes) or self.seeds is SeedMode.LIST

    def with_axis(self, index: int, axis: TypedAxis) -> BatchSetup:
        """Return the set-up with another axis at a place, 0 to 2."""
        axes = [*self.axes, *[TypedAxis()] * (MOST_AXES - len(self.axes))]
        axes[index] = axis
        return self.model_copy(update={"axes": tuple(axes)})

    @classmethod
    def from_note(cls, note: Any) -> BatchSetup:
        """Return what was kept as plain values, or an empty set-up where that cannot be understood."""
        try:
            setup = cls.model_validate(note)
        except ValidationError:
            return cls()
        return setup.model_copy(update={"axes": setup.axes[:MOST_AXES]})


@dataclass(frozen=True)
class Cell:
    """One picture of a grid: a value for each parameter of an axis."""

    values: Mapping[str, Any]
    label: str


@dataclass(frozen=True)
class Grid:
    """The axes of a batch; the first one changes fastest from picture to picture."""

    axes: tuple[Axis, ...]

    @property
    def count(self) -> int:
        """How many pictures it has."""
        count = 1
        for axis in self.axes:
            count *= len(axis.points)
        return count

    def cells(self) -> tuple[Cell, ...]:
        """Return a cell for each picture: sheet by sheet, row by row."""
        slowest_first = tuple(reversed(self.axes))
        found = []
        for points in product(*(axis.points for axis in slowest_first)):
            pairs = tuple(reversed(tuple(zip(slowest_first, points, strict=True))))
            values = {axis.parameter: point.value for axis, point in pairs}
            found.append(Cell(values, " · ".join(axis.label(point) for axis, point in pairs)))
        return tuple(found)

    @property
    def title(self) -> str:
        """What it goes over: `'Strength × Steps'`."""
        return " × ".join(axis.title for axis in self.axes)


def grid_of(setup: BatchSetup, scope: Scope) -> Grid:
    """Return the grid that was set up, one of no axes where there is none.

    Raises:
        InvalidInput: with a sentence on the first thing that is wrong, or on too many pictures.
    """
    typed = [axis for axis in setup.axes if axis.is_used]
    if setup.seeds is SeedMode.LIST:
        typed.append(TypedAxis(parameter="seed", values=setup.seed_list))
    names = [axis.parameter for axis in typed]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        what = "the seeds" if twice == "seed" else title_of(scope.present, twice)
        raise InvalidInput(f"A grid cannot go over {what} twice.")
    if len(typed) > MOST_AXES:
        raise InvalidInput("A grid goes over three parameters at most, and a list of seeds is one of them.")
    offers = _offers(typed, scope)
    grid = Grid(tuple(read_axis(axis, scope, offers) for axis in typed))
    if grid.count > MOST_CELLS:
        sizes = " × ".join(str(len(axis.points)) for axis in grid.axes)
        raise InvalidInput(
            f"{sizes} is {plural(grid.count, 'picture')}; a batch has at most {MOST_CELLS}. Leave values out."
        )
    return grid


def seeds_for(mode: SeedMode, first: int, count: int) -> list[int | None]:
    """Return the seed of each of `count` pictures, None where one is to be drawn when it is sent.

    Args:
        mode: where they come from; a list is an axis, so it gives none here.
        first: the seed of the form, or one that was drawn.
        count: how many.
    """
    if mode is SeedMode.FIXED:
        return [first] * count
    if mode is SeedMode.INCREASING:
        return list(range(first, first + count))
    return [None] * count


def _offers(typed: Sequence[TypedAxis], scope: Scope) -> tuple[Offer, ...]:
    """Return the endpoints that the grid uses."""
    over = next((axis for axis in typed if axis.parameter == OFFER), None)
    return (scope.present,) if over is None else tuple(p.value for p in offer_points(over.values, scope))
