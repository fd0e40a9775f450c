"""Settings, profiles and keys without a screen: what is asked before, and the file as it is then."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.settings.controller import KeyQuestion, NewProfileQuestion, SettingsController
from fluxtui.controllers.settings.keys import add_profile, give_first_key, give_key, profile_of
from fluxtui.domain.errors import ConfigError, FluxError, InvalidInput
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.services.config import KeyPlace
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.running import Simulator, running_simulator
from tests.fakes.host import FakeHost
from tests.fakes.opened import opened_host

MakeHost = Callable[..., Any]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Services that check keys."""
    with running_simulator(Settings()) as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A configuration with profiles at three services, one of them with a key in the file."""
    path = tmp_path / "config.toml"
    path.write_text(
        'profile = "demo"\n[profiles.eu]\n'
        '[profiles.old]\nprovider = "fal"\napi_key = "old:key-of-mine-4711"\n'
    )
    path.chmod(0o600)
    return path


@pytest.fixture
async def host(tmp_path: Path, path: Path, simulator: Simulator) -> AsyncIterator[FakeHost]:
    """A host over that configuration."""
    fal = simulator.fal.urls
    urls = {
        "profile": None,
        "profiles.old.base_url": fal["queue"],
        "profiles.old.rest_url": fal["rest"],
        "profiles.old.platform_url": fal["platform"],
    }
    async with opened_host(tmp_path, simulator.base_url, more=urls) as host:
        yield host


def told(host: FakeHost) -> str:
    return host.notices[-1].text


def kept(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


async def test_only_what_changed_is_saved_and_taken_over(host: FakeHost, path: Path) -> None:
    settings, changes = SettingsController(host), list[int]()
    settings.changed.connect(lambda: changes.append(1))
    await settings.save(settings.values)
    assert told(host) == "Nothing has changed."
    assert (host.followed, changes) == (0, [])
    await settings.save({**settings.values, "budget.day_usd": 7.5})
    assert kept(path)["budget"] == {"day_usd": 7.5}
    assert settings.values["budget.day_usd"] == 7.5
    assert (host.followed, changes) == (1, [1])
    assert told(host).startswith(f"Saved to {path}.")


async def test_what_is_refused_is_named_and_nothing_is_saved(host: FakeHost, path: Path) -> None:
    settings, before = SettingsController(host), path.read_text()
    with pytest.raises(ConfigError):
        await settings.save({**settings.values, "generation.images": 99, "budget.day_usd": -1})
    assert {problem.field for problem in settings.problems} == {"generation.images", "budget.day_usd"}
    assert path.read_text() == before
    assert host.followed == 0
    await settings.save({**settings.values, "budget.day_usd": 1})
    assert settings.problems == ()


async def test_the_file_is_read_again(host: FakeHost, path: Path) -> None:
    settings = SettingsController(host)
    path.write_text(path.read_text() + "[budget]\nmonth_usd = 12\n")
    await settings.reload()
    assert settings.values["budget.month_usd"] == 12
    assert host.followed == 1


async def test_another_profile_becomes_the_active_one(host: FakeHost, path: Path) -> None:
    settings = SettingsController(host)
    await settings.activate(host.profile)
    assert told(host) == "demo is the active profile already."
    await settings.activate("old")
    assert kept(path)["profile"] == host.profile == "old"
    assert told(host).startswith("old is the active profile now")


async def test_a_profile_with_open_jobs_stays_and_one_without_goes_after_a_question(
    host: FakeHost, path: Path
) -> None:
    now = host.clock()
    job = Job(
        id="job-1",
        work=GenerationWork(),
        state=JobState.RUNNING,
        profile="eu",
        provider="bfl",
        endpoint="x",
        title="a fox",
        parameters={},
        estimate_credits=1.0,
        created_at=now,
        updated_at=now,
    )
    await host.services.journal.jobs.add([job])
    settings = SettingsController(host)
    with pytest.raises(FluxError, match="1 job not finished"):
        await settings.delete_profile("eu")
    assert host.questions == []
    await host.services.journal.jobs.move(job.id, JobState.FAILED)
    host.answers.extend([False, True])
    await settings.delete_profile("eu")
    assert "eu" in kept(path)["profiles"]
    await settings.delete_profile("eu")
    assert "eu" not in kept(path)["profiles"]
    question = host.questions[-1]
    assert isinstance(question, Confirmation)
    assert question.danger
    assert question.sentences[-1] == "All jobs and pictures made with it stay."


async def test_a_key_is_removed_from_the_file_after_a_question(host: FakeHost, path: Path) -> None:
    settings = SettingsController(host)
    host.answers.extend([False, True])
    await settings.remove_key("old")
    assert kept(path)["profiles"]["old"]["api_key"]
    await settings.remove_key("old")
    assert "4711" not in path.read_text()
    assert told(host).startswith("The key of old is removed.")


async def test_a_key_is_tested_without_cost(host: FakeHost, simulator: Simulator) -> None:
    settings = SettingsController(host)
    await settings.test_key("demo")
    assert told(host).startswith("demo: The key is good:")
    with pytest.raises(InvalidInput, match="has no key"):
        await settings.test_key("eu")
    assert simulator.ledger() == []


async def test_dialogs_say_what_was_kept(host: FakeHost) -> None:
    settings = SettingsController(host)
    host.answers.extend([None, "The key is good.", None])
    await settings.give_key("eu")
    assert host.followed == 0
    await settings.give_key("eu")
    assert isinstance(host.questions[-1], KeyQuestion)
    assert told(host).startswith("The key is good.")
    assert await settings.new_profile() is None

    config = host.services.config
    before = config.config

    def keep(_: object) -> str:
        config.save({"profiles.new.provider": "fal"})
        return "The profile new is kept."

    host.answers.append(keep)
    assert await settings.new_profile() == "new"
    assert "new" not in before.profiles
    assert isinstance(host.questions[-1], NewProfileQuestion)


async def test_only_a_good_key_is_kept(host: FakeHost, path: Path) -> None:
    services = host.services
    with pytest.raises(FluxError):
        await give_key(services, "old", SecretStr("a:b"), KeyPlace.FILE)
    assert kept(path)["profiles"]["old"]["api_key"] == "old:key-of-mine-4711"
    words = await give_key(services, "old", SecretStr(FAL_KEY), KeyPlace.FILE)
    assert words.startswith("The key is good")
    assert "It is kept for old." in words
    assert kept(path)["profiles"]["old"]["api_key"] == FAL_KEY


async def test_a_profile_may_be_made_without_a_key(host: FakeHost, path: Path) -> None:
    words = await add_profile(host.services, "later", {"provider": "bfl"}, None, KeyPlace.FILE)
    assert words == "The profile later is kept. It has no key yet: k takes one."
    assert "later" in kept(path)["profiles"]


async def test_the_first_key_goes_to_the_profile_of_its_service(host: FakeHost, path: Path) -> None:
    services = host.services
    assert profile_of(services.config, "fal") == "old"
    assert profile_of(services.config, "replicate") is None
    assert "It is kept." in await give_first_key(services, "fal", SecretStr(FAL_KEY), KeyPlace.FILE)
    assert kept(path)["profiles"]["old"]["api_key"] == FAL_KEY
    made = await give_first_key(services, "bfl", SecretStr(VALID_KEY), KeyPlace.FILE)
    assert made.startswith("The key is good")
    assert kept(path)["profile"] == "demo", "the profile with the new key is the active one"
