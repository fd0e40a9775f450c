"""The gallery at work: marks, filters, the trash, new pictures, and what is kept of it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.geometry import Region

from fluxtui.app.app import FluxApp
from fluxtui.controllers.gallery.exporting import Export, ExportKind, proposed
from fluxtui.domain.gallery import Facets, GalleryEntry, GalleryFilter, GalleryOrder
from fluxtui.screens.gallery import GalleryScreen
from fluxtui.screens.gallery.export_dialog import ExportDialog
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.widgets.dialogs import ChoiceDialog, LineDialog
from fluxtui.widgets.filter_line import FilterLine
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainStatic
from tests.fakes.gallery import NOON, add_pictures
from tests.piloting.waiting import until_screen
from tests.screens.gallery.conftest import Place

Until = Callable[..., Awaitable[None]]

SIGHT = Region(0, 0, 60, 20)


def shown(screen: GalleryScreen, name: str) -> str:
    return str(screen.query_one(name, PlainStatic).render())


def cursor(screen: GalleryScreen) -> int:
    """Return the number of the picture under the cursor."""
    return int(screen.panel.grid.selected_key or 0)


def numbers(screen: GalleryScreen) -> list[int]:
    """Return the numbers of the pictures that are shown."""
    return list(screen.controller.shown.listing.numbers)


def entry(screen: GalleryScreen) -> GalleryEntry:
    """Return the picture under the cursor, which was read."""
    found = screen.controller.shown.entries.get(cursor(screen))
    assert found is not None
    return found


async def test_stars_and_ratings_go_to_the_marked_pictures(place: Place, until: Until) -> None:
    app, pilot, screen = place
    assert cursor(screen) == 12
    await pilot.press("space", "right", "space", "right", "s")
    await until(pilot, lambda: "2 pictures have a star" in app.notices[0].text if app.notices else False)
    assert not entry(screen).marks.starred
    assert "2 marked" in shown(screen, "#gallery-title")
    await pilot.press("plus", "plus", "equals_sign", "minus")

    def is_rated() -> bool:
        first = screen.controller.shown.entries.get(12)
        return first is not None and first.marks.rating == 2

    await until(pilot, is_rated)
    (eleven,) = await app.services.gallery.entries((11,))
    assert (eleven.marks.starred, eleven.marks.rating) == (True, 2)
    await pilot.press("a")
    assert "marked" not in shown(screen, "#gallery-title")


async def test_a_filter_narrows_says_what_is_wrong_and_is_cleared(place: Place, until: Until) -> None:
    _, pilot, screen = place
    # What there is to filter by is counted for whoever types a filter, and not whenever pictures are read.
    assert screen.controller.shown.facets == Facets()
    screen.action_filter()
    await until(pilot, lambda: screen.controller.shown.facets.pictures == 12)
    line = screen.query_one(FilterLine).line
    line.value = "lanterns ratng>=3"
    await until(pilot, lambda: "ratng" in shown(screen, "#gallery-problem"))
    assert len(numbers(screen)) == 12
    line.value = "lanterns sort:seed"
    await until(pilot, lambda: len(numbers(screen)) == 3)
    assert shown(screen, "#gallery-problem") == ""
    assert shown(screen, "#gallery-title") == "3 of 12 pictures · by seed"
    await pilot.press("enter")
    assert screen.panel.grid.has_focus
    assert cursor(screen) == 2
    screen.action_back()
    await until(pilot, lambda: len(numbers(screen)) == 12)
    assert screen.controller.shown.wanted == GalleryFilter()


async def test_the_trash_takes_pictures_and_gives_them_back(place: Place, until: Until) -> None:
    _, pilot, screen = place
    screen.panel.grid.select("10")
    screen.action_trash()
    await until(pilot, lambda: len(numbers(screen)) == 11)
    # The cursor is where it was, on what has taken the place.
    assert cursor(screen) == 9
    screen.action_show_trash()
    await until(pilot, lambda: numbers(screen) == [10])
    assert "in the trash" in shown(screen, "#gallery-title")
    screen.action_restore()
    await until(pilot, lambda: len(numbers(screen)) == 0)
    screen.action_show_trash()
    await until(pilot, lambda: len(numbers(screen)) == 12)


async def test_new_pictures_appear_and_the_cursor_stays(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.panel.grid.select("9")
    await add_pictures(app.services.journal, app.services.storage.root, 12, 13)
    app.pictures_revision += 1
    await until(pilot, lambda: len(numbers(screen)) == 14)
    assert cursor(screen) == 9
    await app.go("jobs")
    await add_pictures(app.services.journal, app.services.storage.root, 14)
    app.pictures_revision += 1
    await app.go("gallery")
    await until(pilot, lambda: len(numbers(screen)) == 15)


async def test_what_another_program_does_is_shown(place: Place, until: Until) -> None:
    app, pilot, screen = place
    grid = screen.panel.grid

    def drawn() -> str:
        return "".join(line.text for line in grid.render_lines(SIGHT))

    await until(pilot, lambda: "…" not in drawn())
    await app.services.gallery.trash((12, 11))
    await app.services.gallery.rate((10,), 5)
    screen.action_show_trash()
    await until(pilot, lambda: numbers(screen) == [12, 11] and 12 in screen.controller.shown.entries)
    await until(pilot, lambda: grid._tiles[0] in grid._drawn)
    assert "✗" not in drawn()
    screen.action_show_trash()
    await until(pilot, lambda: cursor(screen) == 10 and 10 in screen.controller.shown.entries)
    assert entry(screen).marks.rating == 5


async def test_tags_are_changed_in_one_line(place: Place, until: Until) -> None:
    app, pilot, screen = place
    await app.services.gallery.tag((12,), "old")
    await pilot.press("t")
    await until_screen(pilot, LineDialog)
    line = app.screen.query_one(LineInput)
    assert line.value == "old, "
    line.value = "Blue  Hour, best"
    await pilot.press("enter")
    await until(pilot, lambda: entry(screen).marks.tags == ("best", "blue hour"))


async def test_a_filter_is_kept_under_a_name(place: Place, until: Until) -> None:
    _, pilot, screen = place
    await screen.app.services.gallery.save("foxes", GalleryFilter.parse("fox sort:oldest"))
    screen.action_choose_filter()
    await until_screen(pilot, ChoiceDialog)
    await pilot.press("enter")
    await until(pilot, lambda: numbers(screen) == [1, 5, 9])
    assert screen.query_one(FilterLine).text == "fox sort:oldest"


async def test_parameters_go_into_the_form(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.panel.grid.select("9")
    screen.action_use_again()
    await until_screen(pilot, GenerateScreen)
    generate = app.screen
    assert isinstance(generate, GenerateScreen)
    await until(pilot, lambda: [area.text for area in generate.query(PromptArea)] == ["a fox in the snow"])


async def test_a_picture_is_used_for_another_one(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.panel.grid.select("9")
    await until(pilot, lambda: entry(screen).picture.prompt == "a fox in the snow")
    await pilot.press("f12")
    await until_screen(pilot, ChoiceDialog)
    values = [choice.value for choice in app.screen._choices]  # type: ignore[attr-defined]
    app.screen.dismiss(next(value for value in values if value.startswith("deblur")))
    await until_screen(pilot, GenerateScreen)
    form = app.screen.order  # type: ignore[attr-defined]
    await until(pilot, lambda: form.form.endpoint_id == "flux-tools/deblur-v1")
    assert form.form.values["image"] == str(screen.controller.path_of(entry(screen)))


async def test_an_export_is_asked_for_and_made(place: Place, until: Until, tmp_path: object) -> None:
    app, pilot, screen = place
    screen.controller.shown.mark((11, 12))
    screen.action_export()
    await until_screen(pilot, ExportDialog)
    await pilot.press("right")
    line = app.screen.query_one(LineInput)
    assert line.value == proposed(ExportKind.ZIP, NOON.astimezone().date())
    line.value = f"{tmp_path}/out.zip"
    await pilot.press("ctrl+s")
    await until(pilot, lambda: any("Exported 2 pictures" in notice.text for notice in app.notices))
    assert "12 pictures" in shown(screen, "#gallery-title")


async def test_what_takes_long_can_be_stopped(place: Place, until: Until, tmp_path: Path) -> None:
    app, pilot, screen = place
    with screen.controller.path_of(entry(screen)).open("r+b") as file:
        file.truncate(3_000_000_000)
    screen.action_export()
    await until_screen(pilot, ExportDialog)
    app.screen.dismiss(Export(ExportKind.ZIP, tmp_path / "out" / "out.zip"))
    await until(pilot, lambda: (tmp_path / "out").is_dir())
    # Pictures can be marked meanwhile, and a second export waits for nobody.
    screen.action_star()
    await until(pilot, lambda: entry(screen).marks.starred)
    screen.action_export()
    await until(pilot, lambda: bool(app.notices) and "Another export" in app.notices[0].text)
    screen.action_back()
    await until(pilot, lambda: not screen.controller.shown.is_working)
    assert list((tmp_path / "out").iterdir()) == []
    assert "12 pictures" in shown(screen, "#gallery-title")


async def test_filter_and_cursor_survive_the_program(
    place: Place, make_app: Callable[..., FluxApp], until: Until
) -> None:
    _, pilot, screen = place
    screen._want(GalleryFilter.parse("sort:seed"))
    await until(pilot, lambda: numbers(screen)[0] == 1)
    screen.panel.grid.select("7")
    await pilot.pause()
    await screen._write_draft()
    again = make_app()
    async with again.run_test(size=(80, 24)) as other:
        await until(other, lambda: again.profile != "" and again.screen.id != "_default")
        await again.go("gallery")
        reopened = again.screen
        assert isinstance(reopened, GalleryScreen)
        await until(other, lambda: len(numbers(reopened)) == 12)
        assert reopened.controller.shown.wanted.order is GalleryOrder.SEED
        assert cursor(reopened) == 7
