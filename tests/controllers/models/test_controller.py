"""Finetunes and LoRA files without a screen, on real services and a simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from fluxtui.controllers.models.activity import Activity
from fluxtui.controllers.models.controller import ModelsController
from fluxtui.controllers.models.questions import (
    DashboardCopy,
    DashboardSteps,
    IdQuestion,
    NewFinetune,
    OwnFile,
)
from fluxtui.controllers.navigation import GenerateWith
from fluxtui.controllers.questions import Confirmation, DeletionQuestion, Selection
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import WeightsError
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.weights import Base
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.fakes.host import FakeHost
from tests.fakes.opened import opened_host
from tests.fakes.studio import STUDIO, opened_studio


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A service for all tests here, which ask for no more than a list."""
    with running_simulator(Settings(listing_delay=0.0)) as running:
        yield running


@pytest.fixture
async def host(tmp_path: Path, simulator: Simulator) -> AsyncIterator[FakeHost]:
    """A host whose service can be reached."""
    simulator.reset()
    async with opened_host(tmp_path, simulator.base_url) as host:
        yield host


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[FakeHost]:
    """A host whose service cannot be reached."""
    async with opened_host(tmp_path) as host:
        yield host


async def know(host: FakeHost, *finetunes: Finetune) -> None:
    """Let the journal hold finetunes, and the host know all that it holds."""
    await host.services.journal.finetunes.put_many(finetunes)
    host.finetunes = await host.services.models.list()


def finetune(name: str, **changes: object) -> Finetune:
    return Finetune.model_validate({"profile": "demo", "id": name, "name": name.title(), **changes})


def told(host: FakeHost) -> str:
    return host.notices[-1].text


def elsewhere(simulator: Simulator, finetune_id: str) -> None:
    """Put a finetune at the service that nobody here knows."""
    document = {"finetune_id": finetune_id, "comment": "Dog of last year"}
    httpx.post(f"{simulator.base_url}/simulator/finetunes", json=document).raise_for_status()


async def test_offline_the_local_copy_stays_with_its_age(away: FakeHost) -> None:
    known = finetune("lamp", refreshed_at=datetime.now(UTC) - timedelta(hours=3))
    await know(away, known)
    models = ModelsController(away)
    assert models.headline() == "1 finetune · local copy of 3 h ago"
    await models.refresh()
    assert away.notices[-1].severity == "error"
    assert "Shown is the local copy of 3 h ago" in told(away)
    assert models.activity.words == ""
    assert models.faults == (), "with one service the message is enough"
    assert await away.services.models.list() == (known,)


async def test_refreshing_says_what_it_does_and_what_came(host: FakeHost, simulator: Simulator) -> None:
    elsewhere(simulator, "old-dog")
    models, said = ModelsController(host), list[str]()
    models.changed.connect(lambda: said.append(models.headline()))
    await models.refresh()
    assert said[0] == "Asking the services for their finetunes …"
    assert models.headline() == ""
    assert "told of 1 finetune" in told(host)


async def test_only_what_can_be_used_leads_to_generate(away: FakeHost) -> None:
    models = ModelsController(away)
    await models.generate(finetune("young", state=FinetuneState.TRAINING))
    assert told(away) == "Young: Still training; it can be used when that is done."
    assert away.requests == []
    await models.generate(finetune("ready"))
    assert away.requests == [GenerateWith("demo/ready")]


async def test_favourites_are_marked_and_no_more(away: FakeHost) -> None:
    await know(away, finetune("lamp"))
    models = ModelsController(away)
    await models.mark_favourite(away.finetunes[0])
    await know(away)
    assert away.finetunes[0].favourite
    await models.mark_favourite(away.finetunes[0])
    assert told(away) == "Lamp is no longer a favourite."


async def test_what_a_finetune_begins_with_is_forgotten(away: FakeHost) -> None:
    lamp, models = finetune("lamp"), ModelsController(away)
    await away.services.finetune_defaults.keep(lamp.ref, {"finetune_strength": 1.2})
    details = await models.details(lamp)
    facts = {fact.title: fact.text for fact in details.facts(datetime.now(UTC))}
    assert facts["Begins with"].startswith("finetune strength 1.2")
    assert details.sentence == "Ready: Enter generates with it."
    await models.forget_defaults(lamp)
    await models.forget_defaults(lamp)
    assert told(away) == "Lamp has no defaults of its own."


async def test_what_the_service_does_not_know_is_forgotten_only_when_asked(host: FakeHost) -> None:
    await know(host, finetune("dog"))
    models = ModelsController(host)
    host.answers.extend([True, False])
    await models.delete(host.finetunes[0])
    deletion, forgetting = host.questions
    assert isinstance(deletion, DeletionQuestion)
    assert deletion.name == "Dog"
    assert isinstance(forgetting, Confirmation)
    assert len(await host.services.models.list()) == 1
    assert models.activity.words == ""
    host.answers.extend([True, True])
    await models.delete(host.finetunes[0])
    assert await host.services.models.list() == ()
    assert told(host).startswith("Dog is off your list")


async def test_a_no_deletes_nothing(host: FakeHost, simulator: Simulator) -> None:
    elsewhere(simulator, "old-dog")
    await know(host, finetune("old-dog"))
    host.answers.append(None)
    await ModelsController(host).delete(host.finetunes[0])
    assert host.notices == []
    assert len((await host.services.models.refresh("demo")).finetunes) == 1


async def test_what_no_service_tells_of_is_added_when_the_user_knows_better(host: FakeHost) -> None:
    models = ModelsController(host)
    host.answers.extend([NewFinetune("demo", "some-org/lora", "ZORK"), True, Base.KLEIN_9B.value])
    added = await models.add()
    assert added is not None
    assert (added.id, added.base, added.trigger_word) == ("some-org/lora", Base.KLEIN_9B, "ZORK")
    asked = [type(question) for question in host.questions]
    assert asked == [IdQuestion, Confirmation, Selection]
    host.answers.extend([NewFinetune("demo", "some-org/other", ""), False])
    assert await models.add() is None
    assert models.activity.words == ""
    assert [item.id for item in await host.services.models.list()] == ["some-org/lora"]


async def test_services_that_list_nothing_are_not_asked(tmp_path: Path) -> None:
    with opened_studio():
        async with opened_host(tmp_path, more=STUDIO | {"profile": "studio"}) as host:
            host.usable_profiles = ("studio",)
            models = ModelsController(host)
            await models.refresh()
            assert "None of your services lists finetunes" in told(host)
            assert await models.add() is None
            assert "takes a finetune by its id" in told(host)
            assert host.questions == []


async def test_what_a_service_does_not_delete_is_forgotten_here(tmp_path: Path) -> None:
    with opened_studio():
        async with opened_host(tmp_path, more=STUDIO) as host:
            await know(host, finetune("a", profile="studio"))
            host.answers.append(True)
            await ModelsController(host).delete(host.finetunes[0])
            (question,) = host.questions
            assert isinstance(question, Confirmation)
            assert "deletes no finetunes" in " ".join(question.sentences)
            assert "what the service has of it stays there." in " ".join(question.sentences)
            assert await host.services.models.list() == ()


async def test_an_own_file_is_taken_in_verified_and_found_missing(away: FakeHost, klein_9b: Path) -> None:
    models = ModelsController(away)
    away.answers.append(OwnFile(klein_9b, "Anna", "ANNA", None))
    anna = await models.files.take_in()
    assert anna is not None
    assert (anna.profile, anna.name, anna.trigger_word) == (OWN_FILES, "Anna", "ANNA")
    assert told(away) == "Anna is among your finetunes now."
    await models.files.verify(anna)
    assert "is whole: SHA-256" in told(away)
    assert anna.weights is not None
    away.services.storage.inside(anna.weights.path).unlink()
    await models.files.verify(anna)
    assert away.notices[-1].severity == "error"
    assert "is missing" in told(away)
    with pytest.raises(WeightsError, match="came from a file of yours"):
        await models.files.fetch(anna)
    assert models.activity.words == ""
    assert not models.activity.can_be_stopped


async def test_deleting_an_own_file_says_what_goes(away: FakeHost, klein_9b: Path) -> None:
    models = ModelsController(away)
    away.answers.extend([OwnFile(klein_9b, "Anna", "", None), False, True])
    anna = await models.files.take_in()
    assert anna is not None
    assert anna.weights is not None
    kept = away.services.storage.inside(anna.weights.path)
    await models.delete(anna)
    assert kept.is_file()
    question = away.questions[-1]
    assert isinstance(question, Confirmation)
    assert "Your own file, which it was copied from, stays." in " ".join(question.sentences)
    assert any(f"goes too: {anna.weights.path}" in sentence for sentence in question.sentences)
    await models.delete(anna)
    assert not kept.exists()
    assert klein_9b.is_file()
    assert told(away).startswith("Anna is off your list")


async def test_a_file_that_says_its_base_model_is_not_asked_about(away: FakeHost, klein_9b: Path) -> None:
    models = ModelsController(away)
    away.answers.append(OwnFile(klein_9b, "Anna", "", None))
    anna = await models.files.take_in()
    assert anna is not None
    await models.files.set_base(anna)
    assert told(away) == "The file of Anna itself shows that it is for FLUX.2 [klein] 9B."
    await know(away, finetune("lamp"))
    away.answers.append(Base.FLUX1_DEV.value)
    await models.files.set_base(finetune("lamp"))
    assert isinstance(away.questions[-1], Selection)
    await know(away)
    assert {item.base for item in away.finetunes if item.id == "lamp"} == {Base.FLUX1_DEV}


async def test_a_copy_for_the_dashboard_is_made_with_its_steps(
    away: FakeHost, klein_9b: Path, tmp_path: Path
) -> None:
    models, desk = ModelsController(away), tmp_path / "desk"
    desk.mkdir()
    with pytest.raises(WeightsError, match="no file of Lamp here"):
        await models.files.prepare(finetune("lamp"))
    assert away.questions == []
    away.answers.extend(
        [OwnFile(klein_9b, "Anna", "", None), None, DashboardCopy("anna-co", desk), lambda _: None]
    )
    anna = await models.files.take_in()
    assert anna is not None
    await models.files.prepare(anna)
    assert list(desk.iterdir()) == []
    await models.files.prepare(anna)
    steps = away.questions[-1]
    assert isinstance(steps, DashboardSteps)
    assert steps.prepared.path == desk / "anna-co.safetensors"
    assert steps.prepared.path.is_file()


async def test_one_thing_at_a_time(away: FakeHost) -> None:
    models = ModelsController(away)
    await know(away, finetune("lamp"))
    with models.activity.telling("Copying the file …"):
        assert models.headline() == "Copying the file …"
        await models.refresh()
        assert await models.add() is None
        assert await models.files.take_in() is None
        for command in (models.delete, models.files.fetch, models.files.verify, models.files.prepare):
            await command(finetune("lamp"))
    assert {notice.text for notice in away.notices} == {"Something is still going on: Copying the file …"}
    assert len(away.notices) == 7
    assert away.questions == []


def test_the_progress_of_a_file_is_told_now_and_then(away: FakeHost) -> None:
    seconds, said = [0.0], list[str]()
    changed = Signal()
    activity = Activity(away, changed, lambda: seconds[0])
    changed.connect(lambda: said.append(activity.words))
    progress = activity.progress("Copying fox")
    progress(1, 10)
    with activity.moving("Copying a file"):
        progress(1_000_000, 4_000_000)
        progress(2_000_000, 4_000_000)
        seconds[0] = 0.6
        progress(3_000_000, 0)
        assert activity.can_be_stopped
    assert said == [
        "Copying a file … · Esc stops",
        "Copying fox · 25 % of 4.0 MB · Esc stops",
        "Copying fox · 3.0 MB · Esc stops",
        "",
    ]
