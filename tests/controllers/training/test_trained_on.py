"""What was trained on: told, shown, exported, and trained on again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.trained_on import (
    LOOKING_RULES,
    ArchiveExport,
    Trained,
    TrainedOn,
    archive_text,
    pictures_text,
)
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job
from fluxtui.services.training_sets import KeptArchive
from tests.controllers.training.conftest import picture_count
from tests.fakes.host import FakeHost

VALUES = {
    "finetune_comment": "Lantern",
    "mode": "style",
    "trigger_word": "lntrn",
    "finetune_type": "lora",
    "iterations": 120,
    "learning_rate": 2e-4,
}


@pytest.fixture
async def job(host: FakeHost, pictures: Path) -> Job:
    """A training of the pictures, ordered at a service that cannot be reached."""
    services = host.services
    dataset = await services.datasets.inspect(pictures, await services.finetuning.rules("demo"))
    return await services.finetuning.start("demo", dataset, VALUES, samples=("a lantern at sea",))


@pytest.fixture
def trained(job: Job) -> Trained:
    """The same as what the keys act on."""
    return Trained(job.title, job.dataset, job)


def trained_on(host: FakeHost, trained: Trained | None) -> TrainedOn:
    """Return a controller for one training, or for none."""

    async def find() -> Trained | None:
        return trained

    return TrainedOn(host, find)


async def kept(host: FakeHost, trained: Trained) -> Path:
    """Return the path of the archive that was sent."""
    archive = await host.services.training_sets.kept(trained.dataset)
    assert archive is not None
    return archive.path


def test_what_was_trained_on_in_words() -> None:
    assert pictures_text({"pictures": 12, "captioned": 10}) == "12 pictures with 10 captions"
    assert pictures_text({"pictures": 1, "captioned": 0}) == "1 picture without captions"
    assert pictures_text({"pictures": 3}) == "3 pictures"
    assert pictures_text({}) == archive_text(None) == ""
    kept = KeptArchive(Path("/data/datasets/a.zip"), "datasets/a.zip", 2_000_000, is_there=True)
    assert archive_text(kept) == "datasets/a.zip · 2.0 MB · here"
    gone = KeptArchive(kept.path, kept.shown, 0, is_there=False)
    assert archive_text(gone) == "datasets/a.zip · gone"


async def test_a_training_is_taken_up_with_everything(
    host: FakeHost, trained: Trained, pictures: Path
) -> None:
    taken_up = await trained_on(host, trained).again()
    assert taken_up is not None
    assert taken_up.text.startswith("As Lantern was trained")
    training = TrainingController(host)
    training.want(taken_up.request)
    assert await training.prepare()
    await training.refresh()
    assert VALUES.items() <= training.order.values.items()
    assert training.order.source == str(pictures)
    assert training.samples.prompts == ("a lantern at sea",)
    assert picture_count(training) == 7


async def test_changed_pictures_are_taken_from_the_archive(
    host: FakeHost, trained: Trained, pictures: Path
) -> None:
    (pictures / "lantern-3.png").unlink()
    taken_up = await trained_on(host, trained).again()
    assert taken_up is not None
    assert "the ones that were sent" in taken_up.text
    archive = await kept(host, trained)
    assert taken_up.request.source == str(archive)
    training = TrainingController(host)
    training.want(taken_up.request)
    await training.prepare()
    await training.refresh()
    assert picture_count(training) == 7
    again = TrainingController(host)
    again.restore(training.draft)
    await again.prepare()
    assert again.order.source == str(archive), "it survives leaving the program"
    assert VALUES.items() <= again.order.values.items()


async def test_without_pictures_and_archive_it_is_said(
    host: FakeHost, trained: Trained, pictures: Path
) -> None:
    (await kept(host, trained)).unlink()
    (pictures / "lantern-3.png").unlink()
    shown = trained_on(host, trained)
    assert await shown.sent_archive() is None
    assert "is gone from the data directory" in host.notices[-1].text
    await shown.export()
    assert host.questions == []
    taken_up = await shown.again()
    assert taken_up is not None
    assert taken_up.severity == "warning"
    assert "its archive is gone" in taken_up.text


async def test_what_was_not_trained_here_says_so(host: FakeHost) -> None:
    elsewhere = trained_on(host, Trained("Fox", None, None))
    assert await elsewhere.again() is None
    assert host.notices[-1].text == "Fox was not trained here, so its values are not known."
    assert await elsewhere.sent_archive() is None
    assert host.notices[-1].text == "The archive that Fox was trained on was never here."
    host.notices.clear()
    nothing = trained_on(host, None)
    assert await nothing.again() is None
    assert await nothing.sent_archive() is None
    await nothing.export()
    assert host.notices == []


async def test_the_pictures_that_were_sent_are_shown_by_the_rules_of_their_trainer(
    host: FakeHost, trained: Trained
) -> None:
    archive = await trained_on(host, trained).sent_archive()
    assert archive is not None
    assert archive.path == await kept(host, trained)
    assert archive.rules == await host.services.finetuning.rules("demo")
    assert trained.job is not None
    stranger = replace(trained, job=trained.job.model_copy(update={"endpoint": "unknown"}))
    archive = await trained_on(host, stranger).sent_archive()
    assert archive is not None
    assert archive.rules == LOOKING_RULES


async def test_they_are_exported_and_nothing_is_replaced(
    host: FakeHost, trained: Trained, tmp_path: Path
) -> None:
    target = tmp_path / "sent [x].zip"
    shown = trained_on(host, trained)
    host.answers.extend((None, str(target), str(target)))
    await shown.export()
    assert not target.exists()
    await shown.export()
    (question, *_) = host.questions
    assert isinstance(question, ArchiveExport)
    assert question.title == "Export to a new ZIP"
    assert "Lantern was trained on" in question.words
    assert host.notices[-1].text == f"Exported to {target}."
    assert target.read_bytes() == (await kept(host, trained)).read_bytes()
    with ZipFile(target) as archive:
        assert archive.testzip() is None
    with pytest.raises(FluxError, match="there already"):
        await shown.export()
