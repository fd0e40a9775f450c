"""The local copy of the finetunes and the service's list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from fluxtui.controllers.models.facts import refreshed_text
from fluxtui.domain.errors import InvalidInput, NetworkDown, NotAuthenticated, NotFound
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job
from fluxtui.domain.uses import Misfit
from fluxtui.domain.weights import Base
from fluxtui.providers.base import PartOfList
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.models import ModelService, shown_names
from fluxtui.services.models.answers import ProfileAnswer
from fluxtui.services.models.service import DETAILS_AT_ONCE, MOST_ASKED
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


@pytest.fixture
async def trained(
    finetuning: FinetuningService, jobs: JobService, running: Running, ended: Ended, training_folder: Path
) -> str:
    """The id of a finetune that the service knows."""
    dataset = await DatasetService().inspect(training_folder, await finetuning.rules("bfl"))
    values = {"finetune_comment": "Fox", "mode": "general", "trigger_word": "FOXX"}
    async with running(jobs):
        (done,) = await ended(jobs, [await finetuning.start("bfl", dataset, values)])
    return str(done.finetune_id)


async def test_refresh_fills_an_empty_copy(models: ModelService, open_journal: Journal, trained: str) -> None:
    await open_journal.finetunes.remove("bfl", trained)
    result = await models.refresh("bfl")
    (finetune,) = result.finetunes
    assert (finetune.id, finetune.name, finetune.trigger_word) == (trained, "Fox", "FOXX")
    assert (finetune.profile, finetune.state) == ("bfl", FinetuneState.READY)
    assert finetune.refreshed_at is not None
    assert (result.failures, result.missing) == ((), ())
    assert await models.list("bfl") == result.finetunes
    assert await models.list("another") == ()


async def test_refresh_keeps_what_only_we_know(models: ModelService, trained: str) -> None:
    await models.set_favourite("bfl", trained, True)
    (finetune,) = (await models.refresh("bfl")).finetunes
    assert finetune.favourite
    assert finetune.dataset is not None
    assert finetune.job_id is not None


async def test_numbers_that_cannot_be_do_not_stop_a_refresh(
    models: ModelService, open_journal: Journal, trained: str, simulator: Simulator
) -> None:
    await open_journal.finetunes.remove("bfl", trained)
    simulator.faults("absurd-details", where="manage")
    (finetune,) = (await models.refresh("bfl")).finetunes
    assert (finetune.id, finetune.lora_rank, finetune.iterations) == (trained, None, None)


async def test_vanished_finetune_is_marked_and_not_deleted(
    models: ModelService, open_journal: Journal, trained: str
) -> None:
    old = datetime.now(UTC) - timedelta(days=9)
    await open_journal.finetunes.put(Finetune(profile="bfl", id="gone", name="Gone", created_at=old))
    result = await models.refresh("bfl")
    assert [finetune.id for finetune in result.missing] == ["gone"]
    states = {finetune.id: finetune.state for finetune in result.finetunes}
    assert states == {"gone": FinetuneState.MISSING, trained: FinetuneState.READY}


async def test_details_that_cannot_be_had_are_named(
    models: ModelService, monkeypatch: pytest.MonkeyPatch, trained: str
) -> None:
    async def unknown(_: BFLProvider, finetune_id: str) -> Finetune:
        raise NotFound(f"{finetune_id} is not ready.")

    monkeypatch.setattr(BFLProvider, "finetune", unknown)
    result = await models.refresh("bfl")
    assert [problem.field for problem in result.failures] == [trained]
    assert [finetune.id for finetune in result.finetunes] == [trained]
    assert result.missing == ()


async def test_network_that_goes_down_in_between_is_one_sentence(
    models: ModelService, monkeypatch: pytest.MonkeyPatch, trained: str
) -> None:
    async def down(_: BFLProvider, finetune_id: str) -> Finetune:
        raise NetworkDown("There is no connection.")

    monkeypatch.setattr(BFLProvider, "finetune", down)
    before = await models.list()
    with pytest.raises(NetworkDown):
        await models.refresh("bfl")
    assert await models.list() == before


async def test_offline_the_copy_stays(
    models: ModelService, trained: str, reconnect: Callable[..., None], unused_tcp_port: int
) -> None:
    before = await models.list("bfl")
    reconnect(base_url=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(NetworkDown):
        await models.refresh("bfl")
    assert await models.list("bfl") == before


async def test_finetune_is_added_by_its_id(models: ModelService, open_journal: Journal, trained: str) -> None:
    await open_journal.finetunes.remove("bfl", trained)
    added = await models.add("bfl", f" {trained} ")
    assert (added.id, added.name) == (trained, "Fox")
    with pytest.raises(NotFound):
        await models.add("bfl", "unknown-id")
    with pytest.raises(InvalidInput):
        await models.add("bfl", "two words")
    with pytest.raises(InvalidInput, match="cannot be an id"):
        await models.add("bfl", "an/id/too/long")


async def test_uploaded_lora_is_taken_unseen_and_survives_a_refresh(models: ModelService) -> None:
    added = await models.add("bfl", "my-lora", trigger_word="LRX", unlisted=True)
    assert (added.name, added.trigger_word) == ("my-lora", "LRX")
    (finetune,) = (await models.refresh("bfl")).finetunes
    assert finetune.state is FinetuneState.READY


async def test_deleted_finetune_leaves_the_list_and_stays_in_the_journal(
    models: ModelService, trained: str
) -> None:
    assert await models.delete("bfl", trained)
    assert await models.list("bfl") == ()
    kept = await models.get("bfl", trained)
    assert kept is not None
    assert kept.state is FinetuneState.DELETED
    assert (await models.refresh("bfl")).finetunes == ()


async def test_profiles_are_asked_together_and_each_tells_its_own_error(
    models: ModelService, trained: str
) -> None:
    answers = {item.profile: item for item in await models.refresh_all(("bfl", "wrong"))}
    good, bad = answers["bfl"], answers["wrong"]
    assert good.result is not None
    assert [finetune.id for finetune in good.result.finetunes] == [trained]
    assert bad.result is None
    assert isinstance(bad.error, NotAuthenticated)


async def test_what_the_service_does_not_know_any_more_can_be_forgotten(models: ModelService) -> None:
    added = await models.add("bfl", "my-lora", base=Base.KLEIN_9B, unlisted=True)
    assert added.base is Base.KLEIN_9B
    removal = await models.removal(added)
    with pytest.raises(NotFound):
        await models.remove(removal)
    assert await models.list() == (added,)
    await models.remove(replace(removal, at_service=False))
    assert await models.list() == ()


async def test_uses_tell_where_a_finetune_goes_and_where_not(models: ModelService) -> None:
    finetune = Finetune(profile="bfl", id="my-lora", name="Lora", base=Base.KLEIN_9B)
    uses = await models.uses(finetune, ("bfl", "poor"))
    assert {offer.profile for offer in uses.fitting} == {"bfl"}
    assert all("9B" in offer.endpoint.info.title for offer in uses.fitting)
    others = {(use.offer.profile, use.misfit) for use in uses.others}
    assert others == {("bfl", Misfit.OTHER_BASE), ("poor", Misfit.OTHER_ACCOUNT)}
    assert uses.faults == ()


def test_equal_names_are_told_apart() -> None:
    one, two, three = (
        Finetune(profile="bfl", id=f"{number}2345678-rest", name=name)
        for number, name in enumerate(("Fox", "Fox", "Dog"))
    )
    names = shown_names([one, two, three])
    assert list(names.values()) == ["Fox (02345678)", "Fox (12345678)", "Dog"]


class Endless(BFLProvider):
    """A service that lists very many finetunes, and counts how many it is asked for at once."""

    asked: ClassVar[list[str]] = []
    at_once: ClassVar[list[int]] = [0, 0]

    async def finetune_ids(self) -> tuple[str, ...]:
        """List a hundred thousand."""
        return tuple(f"id-{number}" for number in range(100_000))

    async def finetune(self, finetune_id: str) -> Finetune:
        """Tell the name."""
        self.at_once[0] += 1
        self.at_once[1] = max(self.at_once)
        await asyncio.sleep(0)
        self.at_once[0] -= 1
        self.asked.append(finetune_id)
        return Finetune(profile="", id=finetune_id, name=finetune_id)


async def test_a_list_without_end_is_asked_in_parts_and_nothing_of_it_is_missing(
    models: ModelService, open_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("finetune_ids", "finetune"):
        monkeypatch.setattr(BFLProvider, name, getattr(Endless, name))
    for name, value in (("asked", []), ("at_once", [0, 0])):
        monkeypatch.setattr(BFLProvider, name, value, raising=False)
    await open_journal.finetunes.put(Finetune(profile="bfl", id="id-99999", name="Mine"))
    first = await models.refresh("bfl")
    second = await models.refresh("bfl")
    asked = BFLProvider.asked  # type: ignore[attr-defined]
    assert (first.not_asked, second.not_asked) == (99_000, 99_000)
    assert len(asked) == len(set(asked)) == 2 * MOST_ASKED
    assert BFLProvider.at_once[1] <= DETAILS_AT_ONCE  # type: ignore[attr-defined]
    assert first.missing == second.missing == ()
    assert "99,000 more are listed" in refreshed_text([ProfileAnswer("bfl", first)])


async def test_of_a_list_that_was_not_read_to_its_end_none_is_called_missing(
    models: ModelService, open_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def part(_provider: BFLProvider) -> tuple[str, ...]:
        return PartOfList(("new", "new"))

    asked: list[str] = []

    async def details(_provider: BFLProvider, finetune_id: str) -> Finetune:
        asked.append(finetune_id)
        return Finetune(profile="", id=finetune_id, name=finetune_id)

    monkeypatch.setattr(BFLProvider, "finetune_ids", part)
    monkeypatch.setattr(BFLProvider, "finetune", details)
    await open_journal.finetunes.put(Finetune(profile="bfl", id="old", name="Mine"))
    result = await models.refresh("bfl")
    assert result.missing == ()
    assert asked == ["new"], "what is listed twice is asked once"
    assert "goes on beyond what is read" in refreshed_text([ProfileAnswer("bfl", result)])
