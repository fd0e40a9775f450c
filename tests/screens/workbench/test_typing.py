"""Captions as they are typed: nothing is lost, and nothing is done for each key that can wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import StorageError
from fluxtui.domain.workspace import History
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.dataset_list import DatasetList
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.storage import StorageService
from tests.piloting.waiting import until_screen

RULES = DatasetRules(1, 2, 20, ("JPEG", "PNG", "WEBP"), 1024 * 1024)

Until = Callable[..., Awaitable[None]]
Open = Callable[[FluxApp, Pilot[int]], Awaitable[WorkbenchScreen]]

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def first_place() -> str:
    """What lies below: it is quickly made."""
    return "jobs"


@pytest.fixture
def source(tmp_path: Path, textured: Callable[..., Image.Image]) -> Path:
    folder = tmp_path / "lanterns"
    folder.mkdir()
    for number, name in enumerate("abc"):
        textured(64, 64, number).save(folder / f"{name}.png")
        (folder / f"{name}.txt").write_text(name)
    return folder


@pytest.fixture
def in_the_caption(source: Path, until: Until) -> Open:
    """Return a function that opens the workbench and goes into the caption of the first picture."""

    async def opened(app: FluxApp, pilot: Pilot[int]) -> WorkbenchScreen:
        await until_screen(pilot, PlaceScreen)
        screen = WorkbenchScreen(source, RULES)
        app.push_screen(screen)
        await until(
            pilot,
            lambda: (
                screen.controller.review.dataset is not None and screen.query_one(CaptionArea).text == "a"
            ),
        )
        screen.query_one(CaptionArea).focus()
        await until(pilot, lambda: isinstance(screen.focused, CaptionArea))
        return screen

    return opened


async def edits_on_disk(tmp_path: Path, source: Path) -> History:
    return await WorkspaceService(StorageService(tmp_path / "data")).load(source)


async def test_key_just_before_the_end_is_not_lost(
    make_app: Callable[..., FluxApp], tmp_path: Path, source: Path, in_the_caption: Open
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await in_the_caption(app, pilot)
        # Nothing has been told of it yet when the program ends.
        screen.query_one(CaptionArea).insert("!")
        app.exit()
    assert (await edits_on_disk(tmp_path, source)).present.of("a.png").caption == "a!"


async def test_key_just_before_going_on_belongs_to_its_picture(
    make_app: Callable[..., FluxApp], tmp_path: Path, source: Path, in_the_caption: Open, until: Until
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await in_the_caption(app, pilot)
        area = screen.query_one(CaptionArea)
        area.insert("!")
        area.action_go(1)
        await until(pilot, lambda: area.text == "b")
        area.insert("?")
        area.action_leave()
        await until(pilot, lambda: screen.controller.review.captions()["b.png"] == "b?")
        assert screen.controller.review.captions()["a.png"] == "a!"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
    assert (await edits_on_disk(tmp_path, source)).present.edits.keys() == {"a.png", "b.png"}


async def test_what_the_screen_learns_late_is_not_put_over_what_is_typed(
    make_app: Callable[..., FluxApp], in_the_caption: Open
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await in_the_caption(app, pilot)
        area = screen.query_one(CaptionArea)
        area.insert("!")
        screen.detail.redraw()
        assert area.text == "a!"


async def test_caption_that_is_left_is_on_the_disk(
    make_app: Callable[..., FluxApp], tmp_path: Path, source: Path, in_the_caption: Open, until: Until
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await in_the_caption(app, pilot)
        screen.query_one(CaptionArea).insert("!")
        screen.query_one(DatasetList).focus_pictures()
        path = StorageService(tmp_path / "data").workspace_path(str(source))
        await until(pilot, path.exists)
        assert (await edits_on_disk(tmp_path, source)).present.of("a.png").caption == "a!"


async def test_captions_are_known_without_judging(source: Path) -> None:
    service = DatasetService()
    found = await service.scan(source)
    present = History.model_validate({"present": {"source": "x"}}).present
    edited = present.edited("a.png", excluded=True).edited("b.png", caption="")
    assert service.captions(found, edited) == {"b.png": "", "c.png": "c"}


async def test_edits_that_the_disk_does_not_take_at_the_end_are_told(
    make_app: Callable[..., FluxApp], in_the_caption: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(service: WorkspaceService, history: History) -> None:
        raise StorageError("The disk is full.", next_step="Make room.")

    told: list[str] = []
    app = make_app()
    monkeypatch.setattr(app, "say_at_the_end", told.append)
    async with app.run_test() as pilot:
        screen = await in_the_caption(app, pilot)
        monkeypatch.setattr(WorkspaceService, "save", full)
        screen.query_one(CaptionArea).insert("!")
        app.exit()
    assert told == ["The last edits of lanterns are not kept: The disk is full. Make room."]
