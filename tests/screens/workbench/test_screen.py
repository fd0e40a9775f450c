"""The workbench, by keyboard, over real pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.screens.workbench.bulk_dialog import BulkDialog
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.dataset_list import DatasetList
from fluxtui.widgets.dialogs import ChoiceDialog
from tests.piloting.waiting import until_screen

RULES = DatasetRules(1, 5, 20, ("JPEG", "PNG", "WEBP"), 1024 * 1024, default_caption="default_caption")

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]
Work = Callable[..., Awaitable[None]]
Steps = Callable[[FluxApp, Pilot[int], WorkbenchScreen], Awaitable[None]]


@pytest.fixture
def first_place() -> str:
    """What lies below: it is quickly made."""
    return "jobs"


def judged(screen: WorkbenchScreen) -> Dataset:
    """Return the dataset of a workbench that has looked through it, with the edits that were judged last."""
    dataset = screen.controller.review.dataset
    assert dataset is not None
    return dataset


def is_blocked(screen: WorkbenchScreen) -> bool:
    return bool(judged(screen).blocking)


@pytest.fixture
def pictures(tmp_path: Path, textured: Callable[..., Image.Image]) -> Path:
    """Six pictures: good, a copy, a wide one, a dark one, a broken one, one without a caption."""
    folder = tmp_path / "lanterns"
    folder.mkdir()
    textured(640, 480, 1).save(folder / "a.png")
    textured(640, 480, 1).save(folder / "b.png")
    textured(900, 300, 2).save(folder / "c.jpg")
    textured(400, 400, 3).point(lambda value: value // 8).save(folder / "d.png")
    (folder / "e.jpg").write_bytes(b"\xff\xd8nothing")
    textured(400, 500, 4).save(folder / "f.webp")
    for name in "abcd":
        (folder / f"{name}.txt").write_text(f"a lantern, night, {name}")
    return folder


@pytest.fixture
def work(
    make_app: AppFactory, pictures: Path, until: Until, still_state: None
) -> Callable[..., Awaitable[None]]:
    """Return a function that opens the workbench, does steps, and looks again from the disk."""

    async def run(steps: Steps, size: tuple[int, int] = (120, 40)) -> None:
        app = make_app()
        async with app.run_test(size=size) as pilot:
            await until_screen(pilot, PlaceScreen)
            screen = WorkbenchScreen(pictures, RULES, "TOK")
            app.push_screen(screen)
            await until(pilot, lambda: screen.controller.review.dataset is not None)
            # The rows come with the first layout.
            await until(
                pilot, lambda: screen.query_one(CaptionArea).text != "" and screen.focused is not None
            )
            await steps(app, pilot, screen)
            await pilot.pause()

    return run


async def test_pictures_are_left_out_turned_and_cropped_by_keys(work: Work, until: Until) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        await pilot.press("x", "down", "t", "c", "a", "minus", "right", "enter")
        present = screen.controller.edits.present
        assert present.of("a.png").excluded
        assert present.of("b.png").turns == 1
        crop = present.of("b.png").crop
        assert crop is not None
        assert 0.0 < crop.left < crop.right <= 1.0
        await pilot.press("u")
        assert screen.controller.edits.present.of("b.png").crop is None
        await pilot.press("U")
        assert screen.controller.edits.present.of("b.png").crop == crop
        history = screen.controller.edits.history
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        loaded = await app.services.workspaces.load(screen.controller.source)
        assert loaded.present == history.present

    await work(steps)


async def test_captions_are_edited_one_after_the_other(work: Work, until: Until) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(screen.focused, CaptionArea))
        await pilot.press("!", "pagedown", "?", "pageup")
        assert screen.query_one(CaptionArea).text == "a lantern, night, a!"
        assert screen.controller.review.captions()["b.png"] == "a lantern, night, b?"
        await pilot.press("escape", "u")
        assert screen.controller.review.captions()["b.png"] == "a lantern, night, b"
        await pilot.press("u")
        assert screen.controller.review.captions()["a.png"] == "a lantern, night, a"
        assert (screen.controller.source / "a.txt").read_text() == "a lantern, night, a"

    await work(steps)


async def test_grid_shows_the_same_picture_as_the_list(work: Work) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        from fluxtui.widgets.thumbnail_grid import ThumbnailGrid

        await pilot.press("down", "down", "v")
        await pilot.pause()
        grid = screen.query_one(ThumbnailGrid)
        assert grid.selected_key == "c.jpg"
        await pilot.press("right", "x", "v")
        assert screen.controller.edits.present.of("d.png").excluded

    await work(steps)


async def test_mending_and_what_is_done_seldom_have_their_keys(work: Work, until: Until) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        await pilot.press("f")
        await until(pilot, lambda: judged(screen).excluded == ("b.png",))
        await pilot.press("m")
        await until_screen(pilot, ChoiceDialog)
        await pilot.press(*"quality", "enter")
        await until(pilot, lambda: "JPEG quality" in str(app.screen.query_one(".dialog").border_title))
        await pilot.press(*"80", "enter")
        await until(pilot, lambda: judged(screen).jpeg_quality == 80)

    await work(steps)


async def test_bulk_changes_only_what_is_listed(work: Work, until: Until) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        await pilot.press("p", "p", "b")
        await until_screen(pilot, BulkDialog)
        assert "1 of 5 pictures" in str(app.screen.query_one(".dialog").border_title)
        await pilot.press("tab", *"fog")
        assert "1 caption of 1 would change" in str(app.screen.query_one("#bulk-count").render())
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is screen)
        assert screen.controller.review.captions()["f.webp"] == "fog"
        assert screen.controller.review.captions()["a.png"] == "a lantern, night, a"

    await work(steps)


async def test_bulk_keeps_to_what_is_searched_for(work: Work, until: Until) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        await pilot.press("slash", *"night, b", "enter")
        await until(pilot, lambda: screen.query_one(DatasetList).names == ("b.png",))
        await pilot.press("b")
        await until_screen(pilot, BulkDialog)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is screen)
        captions = screen.controller.review.captions()
        assert {name for name, text in captions.items() if "TOK" in text} == {"b.png"}

    await work(steps)


async def test_edits_of_a_picture_that_was_replaced_are_asked_about(
    work: Work, pictures: Path, until: Until, textured: Callable[..., Image.Image]
) -> None:
    async def steps(app: FluxApp, pilot: Pilot[int], screen: WorkbenchScreen) -> None:
        await pilot.press("t", "e")
        assert app.screen is screen
        textured(500, 400, 9).save(pictures / "a.png")
        await pilot.press("r")
        await until(pilot, lambda: is_blocked(screen))
        assert "has changed since you edited it" in str(screen.query_one("#bench-problems").render())
        await pilot.press("e")
        await until_screen(pilot, ChoiceDialog)
        await pilot.press("down", "enter")
        await until(pilot, lambda: not is_blocked(screen))
        assert screen.controller.edits.present.of("a.png").turns == 0
        await pilot.press("u")
        assert screen.controller.edits.present.of("a.png").turns == 1
        await until(pilot, lambda: is_blocked(screen))
        await pilot.press("e", "enter")
        await until(pilot, lambda: not is_blocked(screen))
        assert screen.controller.edits.present.of("a.png").turns == 1

    await work(steps)
