"""How the workbench looks in each of its states, at both sizes."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import Worker

from fluxtui.app.app import FluxApp
from fluxtui.domain.dataset import DatasetRules, PairRules
from fluxtui.domain.dataset_scan import PictureLook
from fluxtui.imaging.pictures import looked_at
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.screens.workbench.bulk_dialog import BulkDialog
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.detail_panel import CropPad
from tests.piloting.snapshots import BOTH, Size, Snap
from tests.piloting.waiting import settled, until, until_screen

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RULES = DatasetRules(1, 5, 20, ("JPEG", "PNG", "WEBP"), 1024 * 1024)
Prepare = Callable[[FluxApp, WorkbenchScreen, Pilot[int]], Awaitable[None]]
Compare = Callable[..., bool]

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def first_place() -> str:
    """What lies below: it is quickly made."""
    return "jobs"


def painted(number: int, width: int = 640, height: int = 480) -> Image.Image:
    """Return a picture of plain surfaces, which is the same whatever program reads it."""
    picture = Image.new("RGB", (width, height), (40 * number % 255, 120, 200 - 25 * number % 200))
    draw, chance = ImageDraw.Draw(picture), random.Random(number)
    for _ in range(12):
        left, top = chance.randrange(width), chance.randrange(height)
        box = (left, top, left + chance.randrange(20, 200), top + chance.randrange(20, 150))
        draw.rectangle(box, fill=tuple(chance.randbytes(3)))
    return picture


@pytest.fixture
def lanterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with six good pictures, all but one with a caption."""
    folder = tmp_path / "lanterns"
    folder.mkdir()
    for number in range(6):
        painted(number).save(folder / f"lantern-{number}.png")
        if number:
            (folder / f"lantern-{number}.txt").write_text(f"a lantern, number {number}, over a lake")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def compare(snap: Snap, make_app: Callable[..., FluxApp]) -> Compare:
    """Return a function that opens the workbench, prepares it and compares its picture."""
    app = make_app()
    app.clock = lambda: NOW

    def compare_at(
        prepare: Prepare,
        besides: frozenset[str] = frozenset(),
        sizes: tuple[Size, ...] = BOTH,
        rules: DatasetRules = RULES,
    ) -> bool:
        async def before(pilot: Pilot[int]) -> None:
            await until_screen(pilot, PlaceScreen)
            screen = WorkbenchScreen(Path("lanterns"), rules, "LNTRN")
            await app.push_screen(screen)
            await prepare(app, screen, pilot)

        return snap(app, before, besides=besides, sizes=sizes)

    return compare_at


async def looked(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
    """Wait until the pictures are there."""
    await until(pilot, lambda: screen.controller.review.dataset is not None)
    await settled(pilot)


def compare_after(
    compare: Compare, *keys: str, sizes: tuple[Size, ...] = BOTH, rules: DatasetRules = RULES
) -> bool:
    """Compare the picture after some keys."""

    async def prepare(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
        await looked(app, screen, pilot)
        for key in keys:
            await settled(pilot)
            await pilot.press(key)

    return compare(prepare, sizes=sizes, rules=rules)


def test_no_pictures(compare: Compare, lanterns: Path) -> None:
    for file in lanterns.iterdir():
        file.unlink()
    assert compare_after(compare)


@pytest.mark.usefixtures("lanterns")
def test_nothing_matches(compare: Compare) -> None:
    assert compare_after(compare, "/", *"otter", "enter")


@pytest.fixture
def slow_look(lanterns: Path, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let looking stop at the fourth picture, however often it begins anew, until what is returned is set."""
    going_on = threading.Event()
    first = {file.read_bytes() for file in sorted(lanterns.glob("*.png"))[:3]}

    def look(content: bytes) -> PictureLook:
        if content not in first:
            going_on.wait()
        return looked_at(content)

    monkeypatch.setattr("fluxtui.services.datasets.scan.looked_at", look)
    return going_on


@pytest.mark.usefixtures("lanterns")
def test_busy(compare: Compare, slow_look: threading.Event) -> None:
    ending: list[asyncio.Task[None]] = []

    async def end(looking: Worker[None]) -> None:
        """Let the thread go when the program ends, which waits for it."""
        try:
            while not looking.is_cancelled:
                await asyncio.sleep(0.02)
        finally:
            # The end of the loop may come first.
            slow_look.set()

    async def prepare(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "picture 3 of 6" in str(screen.query_one("#bench-title").render()))
        looking = next(worker for worker in app.workers if worker.group == "look")
        ending.append(asyncio.create_task(end(looking)))

    assert compare(prepare, frozenset({"look"}))


@pytest.mark.usefixtures("lanterns")
def test_list(compare: Compare) -> None:
    assert compare_after(compare, "down")


@pytest.mark.usefixtures("lanterns")
def test_grid(compare: Compare) -> None:
    assert compare_after(compare, "x", "v", "right")


@pytest.fixture
def pairs(lanterns: Path) -> Path:
    """The same folder with three pairs, one of two inputs, and a half without the other one."""
    for file in lanterns.iterdir():
        file.unlink()
    for number in range(3):
        before = painted(number)
        before.save(lanterns / f"lake-{number}_start.png")
        Image.blend(before, Image.new("RGB", before.size, (10, 20, 90)), 0.6).save(
            lanterns / f"lake-{number}_end.png"
        )
        (lanterns / f"lake-{number}.txt").write_text("make it night")
    painted(7).save(lanterns / "lake-1_start2.png")
    painted(8).save(lanterns / "moon_start.png")
    return lanterns


EDITS = DatasetRules(1, 5, 20, ("JPEG", "PNG", "WEBP"), 1024 * 1024, pairs=PairRules(4, mixed=True))


@pytest.mark.usefixtures("pairs")
def test_pairs(compare: Compare) -> None:
    assert compare_after(compare, "down", rules=EDITS)


@pytest.mark.usefixtures("pairs")
def test_half_of_a_pair(compare: Compare) -> None:
    assert compare_after(compare, "end", rules=EDITS)


@pytest.mark.usefixtures("pairs")
def test_grid_of_pairs(compare: Compare) -> None:
    assert compare_after(compare, "f", "v", rules=EDITS)


@pytest.mark.usefixtures("lanterns")
def test_crop(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
        await looked(app, screen, pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(screen.focused, CropPad))
        await pilot.press("minus", "minus", "minus", "right", "right", "up")

    assert compare(prepare)


@pytest.mark.usefixtures("lanterns")
def test_captions(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
        await looked(app, screen, pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(screen.focused, CaptionArea))
        await pilot.press(*", in fog")

    assert compare(prepare)


@pytest.mark.usefixtures("lanterns")
def test_all_captions(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
        await looked(app, screen, pilot)
        screen.action_bulk()
        await until_screen(pilot, BulkDialog)
        app.screen.query_one("#bulk-text", Input).value = "LNTRN, "

    assert compare(prepare)


def test_problems(compare: Compare, lanterns: Path) -> None:
    painted(1).save(lanterns / "lantern-1-copy.png")
    painted(7, 1900, 300).save(lanterns / "lantern-0.jpg", exif=turned_by_exif())
    painted(8).point(lambda value: value // 10).save(lanterns / "dark [red].png")
    (lanterns / "broken.jpg").write_bytes(b"\xff\xd8 broken")
    (lanterns / "lantern-2.txt").write_bytes("eine Laterne über dem See".encode("cp1252"))
    (lanterns / "nobody.txt").write_text("nobody's")
    assert compare_after(compare, "p", "down", "down")


def turned_by_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def test_unreadable_source(compare: Compare, lanterns: Path) -> None:
    for file in lanterns.iterdir():
        file.unlink()
    lanterns.rmdir()
    lanterns.write_bytes(b"PK, but no ZIP")

    async def prepare(app: FluxApp, screen: WorkbenchScreen, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "✗" in str(screen.query_one("#bench-set").render()))

    assert compare(prepare)


# What is in sight of a long list depends on where it was scrolled from.
@pytest.mark.parametrize("size", BOTH, ids=["80x24", "120x40"])
def test_full(compare: Compare, lanterns: Path, size: Size) -> None:
    words = (
        "a paper lantern [soft light] over a still lake, reeds in front, mist, early autumn morning, " * 6,
        "湖の上の提灯、夜、霧、写真",
        "ein Lampion über dem See, gemalt in Öl 🏮🏮, ganz nah",
    )
    for number in range(40):
        name = ("lantern over the lake at night", "提灯と湖の写真", "Lampion 🏮")[number % 3]
        painted(number, 320, 320).save(lanterns / f"{name} {number:02}.png")
        (lanterns / f"{name} {number:02}.txt").write_text(words[number % 3])
    assert compare_after(compare, "G", "up", "up", sizes=(size,))
