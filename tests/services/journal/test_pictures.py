from __future__ import annotations

from collections.abc import Callable

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import IllegalTransition, Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal

Make = Callable[..., Job]
MakePicture = Callable[..., Picture]


async def test_a_picture_and_the_end_of_its_job_are_one_step(
    journal: Journal, make_job: Make, make_picture: MakePicture
) -> None:
    await journal.jobs.add([make_job(state=JobState.COLLECTING)])
    picture = make_picture(seed=None, finetune_name="Anna", parameters={"a": [1, {"b": None}]})
    done = await journal.pictures.finish("job", picture, note="saved", cost_credits=3.0)
    assert (done.state, done.picture, done.cost_credits) == (JobState.DONE, picture.path, 3.0)
    assert done == await journal.jobs.get("job")
    assert await journal.pictures.get("picture") == picture
    assert await journal.pictures.for_job("job") == (picture,)
    assert (await journal.jobs.story("job"))[-1].note == "saved"


async def test_a_job_that_cannot_be_done_gets_no_picture(
    journal: Journal, make_job: Make, make_picture: MakePicture
) -> None:
    await journal.jobs.add([make_job(state=JobState.EXPIRED)])
    with pytest.raises(IllegalTransition):
        await journal.pictures.finish("job", make_picture())
    assert await journal.pictures.recent() == ()
    assert await journal.pictures.get("picture") is None


async def test_a_picture_that_cannot_be_written_leaves_the_job(
    journal: Journal, make_job: Make, make_picture: MakePicture
) -> None:
    await journal.jobs.add(
        [make_job("a", state=JobState.COLLECTING), make_job("b", state=JobState.COLLECTING)]
    )
    await journal.pictures.finish("a", make_picture("one", "a", path="pictures/x.png"))
    with pytest.raises(StorageError):
        await journal.pictures.finish("b", make_picture("two", "b", path="pictures/x.png"))
    job = await journal.jobs.get("b")
    assert job is not None
    assert job.state is JobState.COLLECTING


async def test_a_picture_belongs_to_a_job(journal: Journal, make_picture: MakePicture) -> None:
    with pytest.raises(StorageError):
        await journal.pictures.add(make_picture(job_id="no such job"))
    assert await journal.pictures.recent() == ()


async def test_recent_pictures_are_newest_first(
    journal: Journal, make_job: Make, make_picture: MakePicture
) -> None:
    await journal.jobs.add([make_job()])
    for name in "abc":
        await journal.pictures.add(make_picture(name))
    assert [picture.id for picture in await journal.pictures.recent(2)] == ["c", "b"]
    assert [picture.id for picture in await journal.pictures.for_job("job")] == ["a", "b", "c"]


async def test_a_picture_is_known_by_its_path_however_many_are_newer(
    journal: Journal, make_job: Make, make_picture: MakePicture
) -> None:
    await journal.jobs.add([make_job()])
    for number in range(201):
        await journal.pictures.add(make_picture(f"picture {number}", path=f"pictures/{number}.png"))
    assert await journal.pictures.has("pictures/0.png")
    assert await journal.pictures.has("pictures/200.png")
    assert not await journal.pictures.has("pictures/201.png")
