"""The gallery without a screen: marks, filters, the trash, exports, and whose turn it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fluxtui.controllers.gallery.controller import GalleryController, GalleryDraft
from fluxtui.controllers.gallery.exporting import Export, ExportKind, ExportQuestion
from fluxtui.controllers.gallery.marking import TagsQuestion
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.controllers.questions import Confirmation, LineQuestion, Selection
from fluxtui.domain.errors import StorageError
from fluxtui.domain.gallery import GalleryFilter, GalleryOrder, Marks
from tests.fakes.gallery import NOON
from tests.fakes.host import FakeHost


def told(host: FakeHost) -> str:
    return host.notices[-1].text


async def marks(host: FakeHost, number: int) -> Marks:
    (entry,) = await host.services.gallery.entries((number,))
    return entry.marks


async def test_stars_go_to_all_that_are_chosen_and_come_off_where_all_have_one(
    host: FakeHost, gallery: GalleryController
) -> None:
    gallery.shown.mark((12, 11))
    await gallery.shown.entries.read((11, 12))
    await gallery.marking.star(gallery.shown.chosen())
    assert told(host) == "2 pictures have a star."
    assert (await marks(host, 11)).starred
    await gallery.marking.star((12, 11))
    assert told(host) == "2 pictures lost their star."
    assert not (await marks(host, 12)).starred


async def test_ratings_follow_the_leader_and_each_one_counts(
    host: FakeHost, gallery: GalleryController
) -> None:
    await host.services.gallery.rate((11,), 4)
    await asyncio.gather(*(gallery.marking.rate((12, 11), 12, 1) for _ in range(3)))
    assert [(await marks(host, number)).rating for number in (11, 12)] == [3, 3]
    assert told(host) == "2 pictures are rated 3 of 5."
    await gallery.marking.rate((12,), 12, -5)
    assert told(host) == "The picture is not rated any more."


async def test_tags_that_all_have_are_asked_about_and_replaced(
    host: FakeHost, gallery: GalleryController
) -> None:
    await host.services.gallery.tag((11, 12), "old")
    await host.services.gallery.tag((11,), "only one")
    host.answers.append("Blue  Hour, best")
    await gallery.marking.tag((12, 11))
    (question,) = host.questions
    assert isinstance(question, TagsQuestion)
    assert (question.shared, set(question.known)) == (("old",), {"old", "only one"})
    assert (await marks(host, 11)).tags == ("best", "blue hour", "only one")
    assert (await marks(host, 12)).tags == ("best", "blue hour")
    host.answers.append(None)
    await gallery.marking.tag((12,))
    assert (await marks(host, 12)).tags == ("best", "blue hour")


async def test_a_note_is_changed_or_left(host: FakeHost, gallery: GalleryController) -> None:
    host.answers.extend(["for the cover", lambda question: question.value + "!", None])
    for _ in range(3):
        await gallery.marking.note(12)
    assert (await marks(host, 12)).note == "for the cover!"


async def test_marks_that_the_filter_hides_are_not_meant(host: FakeHost, gallery: GalleryController) -> None:
    gallery.shown.mark((1, 2))
    await gallery.shown.show(GalleryFilter.parse("lanterns"))
    assert gallery.shown.chosen() == (2,)
    gallery.shown.mark((1,))
    assert gallery.shown.chosen() == ()
    assert told(host).startswith("The filter hides what is marked.")


async def test_what_is_marked_is_chosen_in_its_order_else_the_current_one(
    gallery: GalleryController,
) -> None:
    assert gallery.shown.chosen() == (12,)
    gallery.shown.toggle_mark()
    gallery.shown.current = 3
    gallery.shown.toggle_mark()
    assert gallery.shown.chosen() == (12, 3)
    gallery.shown.toggle_all_marks()
    assert gallery.shown.chosen() == (3,)
    gallery.shown.toggle_all_marks()
    assert len(gallery.shown.chosen()) == 12


async def test_the_trash_takes_pictures_and_gives_them_back(
    host: FakeHost, gallery: GalleryController
) -> None:
    assert not gallery.trash.can_restore
    gallery.shown.mark((10, 12))
    await gallery.trash.put((10,))
    assert "in the trash" in told(host)
    assert list(gallery.shown.listing.numbers) == [12, 11, *range(9, 0, -1)]
    assert gallery.shown.marked == {12}, "what was moved is marked no more"
    assert gallery.trash.restorable() == (10,)
    await gallery.trash.put((9,))
    await gallery.shown.show(GalleryFilter(trashed=True))
    assert gallery.shown.marked == frozenset()
    gallery.shown.current = 10
    assert gallery.trash.restorable() == (10,), "in the trash, what is chosen there"
    await gallery.trash.restore((10,))
    assert list(gallery.shown.listing.numbers) == [9]
    assert told(host) == "Back in the gallery: the picture."


async def test_the_trash_is_emptied_only_after_a_yes(host: FakeHost, gallery: GalleryController) -> None:
    await gallery.trash.empty()
    assert told(host) == "The trash is empty."
    await gallery.trash.put((10, 9))
    host.answers.extend([False, True])
    await gallery.trash.empty()
    assert (await host.services.gallery.facets()).trashed == 2
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    assert question.danger
    assert "2 pictures" in question.sentences[0]
    await gallery.trash.empty()
    assert (await host.services.gallery.facets()).trashed == 0
    assert told(host) == "Deleted 2 pictures."


async def test_what_another_program_does_is_read_anew(host: FakeHost, gallery: GalleryController) -> None:
    shown = gallery.shown
    await shown.listing.fetch(range(12))
    await host.services.gallery.trash((12, 11))
    await host.services.gallery.rate((10,), 5)
    await shown.read()
    assert 10 not in shown.entries, "it is shown as it was until it was read anew"
    await shown.listing.fetch(range(2))
    shown.current = 10
    assert shown.entry is not None
    assert shown.entry.marks.rating == 5
    assert shown.total == 10


async def test_of_several_readings_the_last_counts(gallery: GalleryController) -> None:
    shown = gallery.shown
    changes: list[int] = []
    shown.changed.connect(lambda: changes.append(len(shown.listing)))
    shown.want(GalleryFilter.parse("lanterns"))
    first = asyncio.create_task(shown.read(rest=0.02))
    await asyncio.sleep(0)
    shown.want(GalleryFilter.parse("fox"))
    await shown.read()
    await first
    assert list(shown.listing.numbers) == [9, 5, 1]
    assert changes[-1] == 3
    assert changes.count(3) == 1


async def test_a_journal_that_fails_is_said_until_it_is_read(
    gallery: GalleryController, host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(wanted: GalleryFilter) -> list[int]:
        raise StorageError("The journal could not be read.")

    with monkeypatch.context() as patch:
        patch.setattr(host.services.gallery, "numbers", broken)
        with pytest.raises(StorageError):
            await gallery.shown.read()
    assert gallery.shown.fault is not None
    assert len(gallery.shown.listing) == 12
    await gallery.shown.read()
    assert gallery.shown.fault is None


async def test_filters_are_chosen_saved_and_forgotten(host: FakeHost, gallery: GalleryController) -> None:
    host.answers.extend(["add:finetune:lanterns", "add:rating>=4", "clear"])
    await gallery.filters.choose()
    assert [number % 2 for number in gallery.shown.listing.numbers] == [0] * 6
    await gallery.filters.choose()
    assert gallery.shown.wanted == GalleryFilter.parse("finetune:lanterns rating>=4")
    await gallery.filters.choose()
    assert gallery.shown.wanted == GalleryFilter()
    await gallery.shown.show(GalleryFilter.parse("fox sort:oldest"))
    host.answers.extend(["keep", "foxes"])
    await gallery.filters.choose()
    assert isinstance(host.questions[-1], LineQuestion)
    await gallery.shown.show(GalleryFilter())
    host.answers.append("saved:foxes")
    await gallery.filters.choose()
    assert list(gallery.shown.listing.numbers) == [1, 5, 9]
    host.answers.extend(["forget", "foxes"])
    await gallery.filters.choose()
    assert await host.services.gallery.saved() == {}


async def test_the_order_is_chosen(host: FakeHost, gallery: GalleryController) -> None:
    host.answers.extend(["seed", None])
    await gallery.filters.sort()
    await gallery.filters.sort()
    assert gallery.shown.wanted.order is GalleryOrder.SEED
    assert gallery.shown.listing.numbers[0] == 1
    question = host.questions[-1]
    assert isinstance(question, Selection)
    assert question.value == "seed"


async def test_a_file_is_replaced_after_asking(
    host: FakeHost, gallery: GalleryController, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("precious")
    host.answers.extend([Export(ExportKind.CSV, target), False])
    await gallery.exporting.export((12, 11))
    assert target.read_text() == "precious"
    asked, sure = host.questions
    assert asked == ExportQuestion("2 pictures", NOON.astimezone().date())
    assert isinstance(sure, Confirmation)
    host.answers.extend([Export(ExportKind.CSV, target), True])
    await gallery.exporting.export((12, 11))
    assert target.read_text().startswith("file,created_at,")
    assert "Exported 2 pictures to" in told(host)


async def test_one_export_at_a_time_and_marks_meanwhile(
    host: FakeHost, gallery: GalleryController, tmp_path: Path
) -> None:
    (entry,) = await host.services.gallery.entries((12,))
    with gallery.path_of(entry).open("r+b") as file:
        file.truncate(3_000_000_000)
    begun = asyncio.Event()
    gallery.shown.changed.connect(lambda: begun.set() if gallery.shown.progress else None)
    host.answers.append(Export(ExportKind.ZIP, tmp_path / "out.zip"))
    export = asyncio.create_task(gallery.exporting.export((11, 12)))
    await begun.wait()
    assert (gallery.shown.is_working, gallery.shown.progress[-19:]) == (True, "of 2 · Esc stops it")
    await gallery.exporting.export((11,))
    assert told(host).startswith("Another export")
    await gallery.marking.star((11,))
    assert (await marks(host, 11)).starred
    export.cancel()
    await asyncio.gather(export, return_exceptions=True)
    assert (gallery.shown.is_working, gallery.shown.progress) == (False, "")
    assert not (tmp_path / "out.zip").exists()


async def test_parameters_go_to_generate_with_those_of_its_job(
    host: FakeHost, gallery: GalleryController
) -> None:
    await gallery.use_again(10)
    (request,) = host.requests
    assert isinstance(request, GenerateAgain)
    assert (request.profile, request.endpoint) == ("demo", "flux-dev")
    assert request.values["seed"] == 109
    assert request.finetune == "demo/lanterns"
    await gallery.use_again(999)
    assert len(host.requests) == 1


async def test_what_is_copied(gallery: GalleryController) -> None:
    assert gallery.copyable("path") is None, "it was not read yet"
    await gallery.shown.entries.read((12,))
    assert gallery.copyable("prompt") == "portrait, 35mm grain"
    path = gallery.copyable("path")
    assert path is not None
    assert Path(path).is_file()


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ({}, ("", None, 0)),
        ({"filter": "fox sort:seed", "picture": 7, "size": 2}, ("fox sort:seed", 7, 2)),
        ({"filter": "ratng>=3", "picture": "7", "size": -1}, ("", None, 0)),
    ],
)
def test_how_it_was_left_is_read(kept: dict[str, object], read: tuple[str, int | None, int]) -> None:
    draft = GalleryDraft.from_note(kept)
    assert (draft.wanted.text(), draft.picture, draft.size) == read
    assert GalleryDraft.from_note(draft.to_note()) == draft
