"""The gallery at work: marks, filters, the trash, new pictures, and what is kept of it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.geometry import Region

from fluxtui.app.app import FluxApp
from fluxtui.domain.gallery import GalleryFilter, GalleryOrder
from fluxtui.screens.gallery import GalleryScreen
from fluxtui.screens.gallery.export_dialog import Export, ExportDialog, ExportKind, proposed
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.widgets.dialogs import ChoiceDialog, ConfirmDialog, LineDialog
from fluxtui.widgets.filter_line import FilterLine
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen
from tests.screens.gallery.conftest import NOON, Place, add_pictures

Until = Callable[..., Awaitable[None]]

SIGHT = Region(0, 0, 60, 20)


def shown(screen: GalleryScreen, name: str) -> str:
    return str(screen.query_one(name, PlainStatic).render())


async def test_stars_and_ratings_go_to_the_marked_pictures(place: Place, until: Until) -> None:
    app, pilot, screen = place
    assert screen.current == 12
    await pilot.press("space", "right", "space", "right", "s")
    await until(pilot, lambda: "2 pictures have a star" in app.notices[0].text if app.notices else False)
    assert screen.entry is not None
    assert not screen.entry.marks.starred
    assert "2 marked" in shown(screen, "#gallery-title")
    # Each press counts, also those that come while the one before is being written.
    screen.action_rate(1)
    screen.action_rate(1)
    screen.action_rate(1)

    def is_rated() -> bool:
        first = screen.entries.get(12)
        return first is not None and first.marks.rating == 3

    await until(pilot, is_rated)
    (eleven,) = await screen.gallery.entries((11,))
    assert (eleven.marks.starred, eleven.marks.rating) == (True, 3)
    screen.action_mark_all()
    assert screen.chosen() == (10,)
    screen.action_mark_all()
    assert len(screen.chosen()) == 12


async def test_a_filter_narrows_says_what_is_wrong_and_is_cleared(place: Place, until: Until) -> None:
    _, pilot, screen = place
    screen.action_filter()
    line = screen.query_one(FilterLine).query_one(LineInput)
    line.value = "lanterns ratng>=3"
    await until(pilot, lambda: "ratng" in shown(screen, "#gallery-problem"))
    assert len(screen.tiles) == 12
    line.value = "lanterns sort:seed"
    await until(pilot, lambda: len(screen.tiles) == 3)
    assert shown(screen, "#gallery-problem") == ""
    assert shown(screen, "#gallery-title") == "3 of 12 pictures · by seed"
    await pilot.press("enter")
    assert screen.grid.has_focus
    assert screen.current == 2
    screen.action_back()
    await until(pilot, lambda: len(screen.tiles) == 12)
    assert screen.wanted == GalleryFilter()


async def test_marks_that_the_filter_hides_are_not_meant(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.marked.update((1, 2))
    screen._want(GalleryFilter.parse("lanterns"))
    await until(pilot, lambda: len(screen.tiles) == 3)
    assert screen.chosen() == (2,)
    screen.marked.discard(2)
    screen.action_trash()
    assert "The filter hides what is marked" in app.notices[0].text
    assert (await screen.gallery.facets()).trashed == 0


async def test_the_trash_takes_pictures_and_gives_them_back(place: Place, until: Until) -> None:
    _, pilot, screen = place
    screen.grid.select("10")
    screen.action_trash()
    await until(pilot, lambda: len(screen.tiles) == 11)
    # The cursor is where it was, on what has taken the place.
    assert screen.current == 9
    screen.action_show_trash()
    await until(pilot, lambda: list(screen.tiles.numbers) == [10] and screen.entry is not None)
    assert "in the trash" in shown(screen, "#gallery-title")
    screen.action_restore()
    await until(pilot, lambda: len(screen.tiles) == 0)
    screen.action_show_trash()
    await until(pilot, lambda: len(screen.tiles) == 12)


async def test_new_pictures_appear_and_the_cursor_stays(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.grid.select("9")
    await add_pictures(app.services.journal, app.services.storage.root, 12, 13)
    app.pictures_revision += 1
    await until(pilot, lambda: len(screen.tiles) == 14)
    assert screen.current == 9
    await app.go("jobs")
    await add_pictures(app.services.journal, app.services.storage.root, 14)
    app.pictures_revision += 1
    await app.go("gallery")
    await until(pilot, lambda: len(screen.tiles) == 15)


async def test_what_another_program_does_is_shown(place: Place, until: Until) -> None:
    _, pilot, screen = place
    assert screen.entry is not None
    await until(pilot, lambda: "…" not in "".join(line.text for line in screen.grid.render_lines(SIGHT)))
    await screen.gallery.trash((12, 11))
    await screen.gallery.rate((10,), 5)
    screen.action_show_trash()
    await until(pilot, lambda: list(screen.tiles.numbers) == [12, 11] and 12 in screen.entries)
    await until(pilot, lambda: screen.grid._tiles[0] in screen.grid._drawn)
    assert "✗" not in "".join(line.text for line in screen.grid.render_lines(SIGHT))
    screen.action_show_trash()
    await until(pilot, lambda: screen.current == 10 and screen.entry is not None and 10 in screen.entries)
    assert screen.entry.marks.rating == 5


async def test_tags_are_changed_in_one_line(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.marked.update((11, 12))
    await screen.gallery.tag((11, 12), "old")
    await screen.gallery.tag((11,), "only one")
    screen.action_tag()
    await until_screen(pilot, LineDialog)
    line = app.screen.query_one(LineInput)
    assert line.value == "old, "
    line.value = "Blue  Hour, best"
    await pilot.press("enter")
    await until(pilot, lambda: screen.entry is not None and screen.entry.marks.tags == ("best", "blue hour"))
    (eleven,) = await screen.gallery.entries((11,))
    assert eleven.marks.tags == ("best", "blue hour", "only one")


async def test_a_filter_is_kept_under_a_name(place: Place, until: Until) -> None:
    _, pilot, screen = place
    await screen.gallery.save("foxes", GalleryFilter.parse("fox sort:oldest"))
    screen.action_choose_filter()
    await until_screen(pilot, ChoiceDialog)
    await pilot.press("enter")
    await until(pilot, lambda: list(screen.tiles.numbers) == [1, 5, 9])
    assert screen.query_one(FilterLine).text == "fox sort:oldest"


async def test_parameters_go_into_the_form(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.grid.select("9")
    screen.action_use_again()
    await until_screen(pilot, GenerateScreen)
    generate = app.screen
    assert isinstance(generate, GenerateScreen)
    await until(pilot, lambda: [area.text for area in generate.query(PromptArea)] == ["a fox in the snow"])


async def test_a_picture_is_used_for_another_one(place: Place, until: Until) -> None:
    app, pilot, screen = place
    screen.grid.select("9")
    await until(
        pilot, lambda: screen.entry is not None and screen.entry.picture.prompt == "a fox in the snow"
    )
    await pilot.press("f12")
    await until_screen(pilot, ChoiceDialog)
    values = [choice.value for choice in app.screen._choices]  # type: ignore[attr-defined]
    app.screen.dismiss(next(value for value in values if value.startswith("deblur")))
    await until_screen(pilot, GenerateScreen)
    form = app.screen.order  # type: ignore[attr-defined]
    await until(pilot, lambda: form.form.endpoint_id == "flux-tools/deblur-v1")
    assert screen.entry is not None
    assert form.form.values["image"] == str(screen.path_of(screen.entry))


async def test_an_export_is_asked_for_and_made(place: Place, until: Until, tmp_path: object) -> None:
    app, pilot, screen = place
    screen.marked.update((11, 12))
    screen.action_export()
    await until_screen(pilot, ExportDialog)
    await pilot.press("right")
    line = app.screen.query_one(LineInput)
    assert line.value == proposed(ExportKind.ZIP, NOON.astimezone().date())
    line.value = f"{tmp_path}/out.zip"
    await pilot.press("ctrl+s")
    await until(pilot, lambda: any("Exported 2 pictures" in notice.text for notice in app.notices))
    assert "12 pictures" in shown(screen, "#gallery-title")


async def test_a_file_is_replaced_after_asking(place: Place, until: Until, tmp_path: Path) -> None:
    app, pilot, screen = place
    target = tmp_path / "out.csv"
    target.write_text("precious")
    for key in ("escape", "enter"):
        screen.action_export()
        await until_screen(pilot, ExportDialog)
        dialog = app.screen
        assert isinstance(dialog, ExportDialog)
        dialog.dismiss(Export(ExportKind.CSV, target))
        await until_screen(pilot, ConfirmDialog)
        assert target.read_text() == "precious"
        await pilot.press(*(["right"] if key == "enter" else []), key)
        await until(pilot, lambda: app.screen is screen)
    await until(pilot, lambda: any("Exported 1 picture to" in notice.text for notice in app.notices))
    assert target.read_text().startswith("file,created_at,")


async def test_what_takes_long_can_be_stopped(place: Place, until: Until, tmp_path: Path) -> None:
    app, pilot, screen = place
    assert screen.entry is not None
    with screen.path_of(screen.entry).open("r+b") as file:
        file.truncate(3_000_000_000)
    screen.action_export()
    await until_screen(pilot, ExportDialog)
    app.screen.dismiss(Export(ExportKind.ZIP, tmp_path / "out" / "out.zip"))
    await until(pilot, lambda: (tmp_path / "out").is_dir())
    # Pictures can be marked meanwhile, and a second export waits for nobody.
    screen.action_star()
    await until(pilot, lambda: screen.entry is not None and screen.entry.marks.starred)
    screen.action_export()
    assert "Another export" in app.notices[0].text
    screen.action_back()
    await until(pilot, lambda: not screen.is_working)
    assert list((tmp_path / "out").iterdir()) == []
    assert "12 pictures" in shown(screen, "#gallery-title")


async def test_filter_and_cursor_survive_the_program(
    place: Place, make_app: Callable[..., FluxApp], until: Until
) -> None:
    _, pilot, screen = place
    screen._want(GalleryFilter.parse("sort:seed"))
    await until(pilot, lambda: screen.tiles.numbers[0] == 1)
    screen.grid.select("7")
    await pilot.pause()
    await screen._write_draft()
    again = make_app()
    async with again.run_test(size=(80, 24)) as other:
        await until(other, lambda: again.profile != "" and again.screen.id != "_default")
        await again.go("gallery")
        reopened = again.screen
        assert isinstance(reopened, GalleryScreen)
        await until(other, lambda: len(reopened.tiles) == 12)
        assert reopened.wanted.order is GalleryOrder.SEED
        assert reopened.current == 7
