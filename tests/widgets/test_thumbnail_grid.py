"""The grid of small pictures: what it fetches and draws, and where its cursor stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid
from fluxtui.widgets.tiles import Tile
from tests.piloting.waiting import settled


class Lazy:
    """Very many tiles, known once they were fetched."""

    def __init__(self, keys: Sequence[int]) -> None:
        self.keys = keys
        self.known: set[int] = set()

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: int) -> Tile:
        key = self.keys[index]
        return Tile(str(key), f"picture {key}", is_known=key in self.known)

    def find(self, key: str, near: int) -> int | None:
        number = int(key)
        return self.keys.index(number) if number in self.keys else None

    async def fetch(self, indices: range) -> None:
        await asyncio.sleep(0)
        self.known.update(self.keys[index] for index in indices)


class GridApp(App[None]):
    def __init__(self, protocol: GraphicsProtocol = GraphicsProtocol.HALFCELL) -> None:
        super().__init__()
        self.drawn: set[str] = set()
        self.profile = TerminalProfile(protocol=protocol, truecolor=True)

    def compose(self) -> ComposeResult:
        yield ThumbnailGrid(self.profile, self._load, plain_width=30)

    def _load(self, tile: Tile) -> Image.Image:
        self.drawn.add(tile.key)
        return Image.new("RGB", (32, 32), "red")


Opened = tuple[GridApp, Pilot[None], ThumbnailGrid]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """A grid of four columns and two rows and a half."""
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        yield app, pilot, app.query_one(ThumbnailGrid)


async def drawn(app: GridApp, pilot: Pilot[None], count: int) -> None:
    async with asyncio.timeout(50):
        while len(app.drawn) < count:
            await pilot.pause(0.02)


async def test_only_what_is_in_sight_or_next_to_it_is_fetched_and_drawn(opened: Opened) -> None:
    app, pilot, grid = opened
    tiles = Lazy(range(100_000))
    grid.set_tiles(tiles)
    await drawn(app, pilot, 24)
    await settled(pilot)
    assert tiles.known == set(range(24))
    assert len(app.drawn) == 24
    grid.action_go(-1)
    await drawn(app, pilot, 24 + 20)
    assert len(tiles.known) < 60
    assert grid.selected_key == "99999"


async def test_the_cursor_stays_on_its_tile_and_in_its_place(opened: Opened) -> None:
    _, pilot, grid = opened
    grid.set_tiles(Lazy(range(100, 0, -1)))
    await pilot.pause()
    grid.select("40")
    before = grid.cursor // 4 * 9 - grid.scroll_y
    grid.set_tiles(Lazy(range(108, 0, -1)))
    await pilot.pause()
    assert grid.selected_key == "40"
    assert grid.cursor // 4 * 9 - grid.scroll_y == before
    # A tile that is gone leaves the cursor where it was.
    grid.set_tiles(Lazy([key for key in range(108, 0, -1) if key != 40]))
    assert grid.selected_key == "39"
    grid.set_tiles([])
    assert grid.selected_key is None


async def test_without_pictures_there_are_wider_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    app = GridApp(GraphicsProtocol.NONE)
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.query_one(ThumbnailGrid)
        grid.set_tiles(Lazy(range(100)))
        await settled(pilot)
        assert not app.drawn
        line = grid.render_line(0).text
        assert "picture 0" in line
        assert line.index("picture 1") == 32


async def test_no_tiles_say_why(opened: Opened) -> None:
    _, pilot, grid = opened
    grid.show_empty("Nothing here.", "Do something.")
    grid.set_tiles([])
    await pilot.pause()
    assert [grid.render_line(y).text.strip() for y in range(4)] == ["", "Nothing here.", "", "Do something."]


def lines_of(grid: ThumbnailGrid) -> list[Strip]:
    return grid.render_lines(grid.size.region)


async def test_a_row_that_is_scrolled_is_not_drawn_again(opened: Opened) -> None:
    app, pilot, grid = opened
    grid.set_tiles(Lazy(range(1_000)))
    await drawn(app, pilot, 24)
    await settled(pilot)
    before = lines_of(grid)
    grid.scroll_to(y=9, animate=False, immediate=True)
    after = lines_of(grid)
    # The very same strips, with all that Textual has worked out for them.
    assert all(one is other for one, other in zip(before[9:], after, strict=False))


async def test_a_step_of_the_cursor_paints_two_labels(opened: Opened) -> None:
    app, pilot, grid = opened
    grid.set_tiles(Lazy(range(1_000)))
    await drawn(app, pilot, 24)
    await settled(pilot)
    grid.focus()
    before = lines_of(grid)
    assert "▸picture 0" in before[8].text
    grid._repaint_regions.clear()
    grid.cursor = 1
    assert grid._repaint_regions == {Region(0, 8, 18, 1), Region(19, 8, 18, 1)}
    after = lines_of(grid)
    assert "▸picture 1" in after[8].text
    assert [one is other for one, other in zip(before, after, strict=True)].count(False) == 1


async def test_what_changes_in_a_row_is_drawn(opened: Opened) -> None:
    app, pilot, grid = opened
    grid.set_tiles([Tile("a", "one"), Tile("b", "two")])
    await drawn(app, pilot, 2)
    await settled(pilot)
    assert "two" in lines_of(grid)[8].text
    grid.set_tiles([Tile("a", "one"), Tile("b", "deux", quiet=True)])
    lines = lines_of(grid)
    assert "deux" in lines[8].text
    assert "░" in lines[4].text
    await pilot.resize_terminal(40, 24)
    assert lines_of(grid)[8].cell_length == 40
