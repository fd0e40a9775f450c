"""What was trained on: told, shown, exported, and trained on again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from fluxtui.controllers.jobs.trained_on import (
    LOOKING_LIMIT,
    ArchiveQuestion,
    Trained,
    TrainedOn,
    archive_text,
    pictures_text,
)
from fluxtui.controllers.navigation import TrainAgain
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.training_sets import TrainingArchive
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


async def taken_up(host: FakeHost, trained: Trained) -> TrainAgain:
    """Take a training up and return what the finetune place is asked for."""
    await TrainedOn(host).train_again(trained)
    (request,) = host.requests
    assert isinstance(request, TrainAgain)
    return request


async def kept(host: FakeHost, trained: Trained) -> Path:
    """Return the path of the archive that was sent."""
    archive = await host.services.training_sets.archive_of(trained.dataset)
    assert archive is not None
    return archive.path


def test_what_was_trained_on_in_words() -> None:
    assert pictures_text(TrainingSet(pictures=12, captioned=10)) == "12 pictures with 10 captions"
    assert pictures_text(TrainingSet(pictures=1, captioned=0)) == "1 picture without captions"
    assert pictures_text(TrainingSet(pictures=3)) == "3 pictures"
    assert pictures_text(TrainingSet()) == archive_text(None) == ""
    kept = TrainingArchive(Path("/data/datasets/a.zip"), "datasets/a.zip", 2_000_000, is_there=True)
    assert archive_text(kept) == "datasets/a.zip · 2.0 MB · here"
    gone = TrainingArchive(kept.path, kept.shown, 0, is_there=False)
    assert archive_text(gone) == "datasets/a.zip · gone"


async def test_a_training_is_taken_up_with_everything(
    host: FakeHost, trained: Trained, pictures: Path
) -> None:
    request = await taken_up(host, trained)
    assert host.notices[-1].text.startswith("As Lantern was trained")
    training = TrainingController(host)
    training.want(request)
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
    request = await taken_up(host, trained)
    assert "the ones that were sent" in host.notices[-1].text
    archive = await kept(host, trained)
    assert request.source == str(archive)
    training = TrainingController(host)
    training.want(request)
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
    assert await TrainedOn(host).archive(trained) is None
    assert "is gone from the data directory" in host.notices[-1].text
    await TrainedOn(host).export(trained)
    assert host.questions == []
    await taken_up(host, trained)
    assert host.notices[-1].severity == "warning"
    assert "its archive is gone" in host.notices[-1].text


async def test_what_was_not_trained_here_says_so(host: FakeHost) -> None:
    elsewhere, trained_on = Trained("Fox", None, None), TrainedOn(host)
    await trained_on.train_again(elsewhere)
    assert host.notices[-1].text == "Fox was not trained here, so its values are not known."
    assert host.requests == []
    assert await trained_on.archive(elsewhere) is None
    assert host.notices[-1].text == "The archive that Fox was trained on was never here."


async def test_the_pictures_that_were_sent_are_shown_by_the_rules_of_their_trainer(
    host: FakeHost, trained: Trained
) -> None:
    archive = await TrainedOn(host).archive(trained)
    assert archive is not None
    assert archive.path == await kept(host, trained)
    assert await TrainedOn(host).rules(trained) == await host.services.finetuning.rules("demo")
    assert trained.job is not None
    stranger = replace(trained, job=trained.job.model_copy(update={"endpoint": "unknown"}))
    assert (await TrainedOn(host).rules(stranger)).max_pictures == LOOKING_LIMIT


async def test_they_are_exported_and_nothing_is_replaced(
    host: FakeHost, trained: Trained, tmp_path: Path
) -> None:
    target = tmp_path / "sent [x].zip"
    trained_on = TrainedOn(host)
    host.answers.extend((None, str(target), str(target)))
    await trained_on.export(trained)
    assert not target.exists()
    await trained_on.export(trained)
    (question, *_) = host.questions
    assert isinstance(question, ArchiveQuestion)
    assert "Lantern was trained on" in question.words
    assert host.notices[-1].text == f"Exported to {target}."
    assert target.read_bytes() == (await kept(host, trained)).read_bytes()
    with ZipFile(target) as archive:
        assert archive.testzip() is None
    with pytest.raises(FluxError, match="there already"):
        await trained_on.export(trained)
