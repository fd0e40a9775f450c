"""LoRA files of finetunes: fetched again from a real server, taken in, shared, handed out, deleted."""

from __future__ import annotations

import asyncio
import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from fluxtui.domain.errors import NotFound, ResultExpired, WeightsError
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import Job, JobState, TrainingWork
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Packing, Phase, Provider, RemoteStatus, RemoteTask
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.services.config import Profile
from fluxtui.services.jobs import Gateway
from fluxtui.services.jobs.gateway import Downloads
from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.models import ModelService
from fluxtui.services.models.uses import FileState
from fluxtui.services.storage import StorageService

STOPPED_WITHIN = 0.01
"""Seconds between two looks of a server whether it shall stop."""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder whose files are served."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address(shelf: Path) -> Iterator[str]:
    """Where the shelf is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(shelf)))
    thread = threading.Thread(target=server.serve_forever, args=(STOPPED_WITHIN,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Trainer(BFLProvider):
    """A service that says of a training where its file is."""

    told: Mapping[str, RemoteStatus]

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Return what is told of a task, or nothing as for one that is long over."""
        if task.remote_id not in self.told:
            raise NotFound("There is no such task.")
        return self.told[task.remote_id]

    async def finetune(self, finetune_id: str) -> Finetune:
        """Know no finetune by its id."""
        raise NotFound("There is no such finetune.")


class TrainerGateway:
    """Lets every profile be the trainer, on the downloads of the simulator's gateway."""

    def __init__(self, inner: Gateway, told: Mapping[str, RemoteStatus]) -> None:
        self._inner = inner
        self._told = told

    async def provider(self, profile: str) -> Provider:
        """Return the trainer."""
        inner = await self._inner.provider(profile)
        assert isinstance(inner, BFLProvider)
        trainer = Trainer(inner._api)
        trainer.told = self._told
        return trainer

    def trial(self, profile: str | Profile, key: SecretStr) -> AbstractAsyncContextManager[Provider]:
        """Be like the gateway inside."""
        return self._inner.trial(profile, key)

    async def api(self, profile: str) -> Downloads:
        """Return the downloads."""
        return await self._inner.api(profile)


@pytest.fixture
def told() -> dict[str, RemoteStatus]:
    """What the trainer says, by its task's id."""
    return {}


@pytest.fixture
def models(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway, told: dict[str, RemoteStatus]
) -> ModelService:
    loras = LoraService(data_directory, open_journal)
    return ModelService(open_journal, data_directory, TrainerGateway(gateway, told), lambda: loras)


@pytest.fixture
async def trained(open_journal: Journal) -> Finetune:
    """A finetune from a training that was done here."""
    now = datetime.now(UTC)
    job = Job(
        id="job-1",
        work=TrainingWork(),
        state=JobState.DONE,
        profile="bfl",
        provider="bfl",
        endpoint="finetune",
        title="Anna",
        parameters={},
        estimate_credits=400,
        remote_id="task-1",
        created_at=now,
        updated_at=now,
    )
    await open_journal.jobs.add([job])
    finetune = Finetune(profile="bfl", id="anna", name="Anna", job_id=job.id, base=Base.KLEIN_9B)
    return await open_journal.finetunes.put(finetune)


def ready(url: str, packing: Packing = Packing.FILE) -> RemoteStatus:
    return RemoteStatus(Phase.READY, "done", weights_url=url, weights_packing=packing)


def temporary(storage: StorageService) -> Sequence[Path]:
    return list((storage.root / "tmp").iterdir())


def put_on(shelf: Path, source: Path, name: str = "anna.safetensors") -> None:
    (shelf / name).write_bytes(source.read_bytes())


def nothing(done: int, total: int) -> None:
    """Take no notice of progress."""


async def test_a_file_is_fetched_from_where_the_training_left_it(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    klein_9b: Path,
    data_directory: StorageService,
) -> None:
    put_on(shelf, klein_9b)
    told["task-1"] = ready(f"{address}/anna.safetensors")
    seen: list[tuple[int, int]] = []
    fetched = await models.fetch_weights("bfl", "anna", lambda *step: seen.append(step))
    assert fetched.weights is not None
    assert data_directory.inside(fetched.weights.path).read_bytes() == klein_9b.read_bytes()
    assert seen[-1] == (klein_9b.stat().st_size,) * 2
    assert (await models.list())[0].weights == fetched.weights
    assert await models.verify(fetched) is FileState.KEPT
    assert temporary(data_directory) == []


async def test_a_packed_file_is_unpacked(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    klein_9b: Path,
) -> None:
    with tarfile.open(shelf / "trained.tar", "w") as archive:
        archive.add(klein_9b, "output/flux_train_replicate/lora.safetensors")
        note = tarfile.TarInfo("output/config.yaml")
        note.size = 4
        archive.addfile(note, io.BytesIO(b"a: 1"))
    told["task-1"] = ready(f"{address}/trained.tar", Packing.TAR)
    fetched = await models.fetch_weights("bfl", "anna", nothing)
    assert fetched.weights is not None
    assert fetched.weights.size == klein_9b.stat().st_size


async def test_without_the_task_the_lasting_address_is_asked(
    models: ModelService, trained: Finetune, open_journal: Journal, shelf: Path, address: str, klein_9b: Path
) -> None:
    put_on(shelf, klein_9b)
    lasting = trained.model_copy(update={"weights_url": f"{address}/anna.safetensors"})
    await open_journal.finetunes.put(lasting)
    fetched = await models.fetch_weights("bfl", "anna", nothing)
    assert fetched.weights is not None


async def test_a_file_that_is_away_can_be_looked_for_again(
    models: ModelService, trained: Finetune, told: dict[str, RemoteStatus], address: str
) -> None:
    told["task-1"] = ready(f"{address}/gone.safetensors")
    with pytest.raises(ResultExpired, match=r"The file of Anna is not where .* w looks again"):
        await models.fetch_weights("bfl", "anna", nothing)


async def test_a_service_that_gives_out_no_file_is_said_not_to(
    models: ModelService, trained: Finetune, told: dict[str, RemoteStatus]
) -> None:
    told["task-1"] = RemoteStatus(Phase.READY, "done")
    with pytest.raises(WeightsError, match="does not give out the file of Anna"):
        await models.fetch_weights("bfl", "anna", nothing)


async def test_what_came_broken_is_not_kept(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    klein_9b: Path,
    data_directory: StorageService,
) -> None:
    (shelf / "cut.safetensors").write_bytes(klein_9b.read_bytes()[:-100])
    told["task-1"] = ready(f"{address}/cut.safetensors")
    with pytest.raises(WeightsError):
        await models.fetch_weights("bfl", "anna", nothing)
    assert (await models.list())[0].weights is None
    assert temporary(data_directory) == []


async def test_fetching_can_be_stopped(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    klein_9b: Path,
    data_directory: StorageService,
) -> None:
    put_on(shelf, klein_9b)
    told["task-1"] = ready(f"{address}/anna.safetensors")
    begun = asyncio.Event()
    task = asyncio.create_task(models.fetch_weights("bfl", "anna", lambda *_: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert temporary(data_directory) == []


async def test_an_own_file_is_a_finetune_of_its_own(models: ModelService, klein_9b: Path) -> None:
    taken = await models.take_in(klein_9b, trigger_word="ANNA")
    assert (taken.profile, taken.name, taken.trigger_word) == (OWN_FILES, "Anna Portrait", "ANNA")
    assert taken.base is Base.KLEIN_9B
    assert taken.weights is not None
    assert taken.id == taken.weights.sha256[:16]
    assert klein_9b.is_file()
    again = await models.take_in(klein_9b, name="Anna again")
    assert again.ref == taken.ref
    assert [(item.name, item.trigger_word) for item in await models.list()] == [("Anna again", "ANNA")]
    with pytest.raises(WeightsError, match="came from a file of yours"):
        await models.fetch_weights(OWN_FILES, taken.id, nothing)


async def test_a_base_model_that_the_file_does_not_show_is_taken_from_the_user(
    models: ModelService, make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path
) -> None:
    file = make_weights(tmp_path / "odd.safetensors", pairs({"strange.layer": (8, 8)}))
    glance = await models.glance(file)
    assert glance.base is None
    assert "a model it does not name" in glance.words()
    taken = await models.take_in(file)
    assert taken.base is None
    with pytest.raises(WeightsError, match="does not show"):
        models.check_for_dashboard(taken)
    known = await models.set_base(OWN_FILES, taken.id, Base.KLEIN_4B)
    models.check_for_dashboard(known)
    assert (await models.take_in(file)).base is Base.KLEIN_4B


async def test_a_file_that_is_gone_or_changed_is_found_out(
    models: ModelService, klein_9b: Path, data_directory: StorageService
) -> None:
    taken = await models.take_in(klein_9b)
    assert taken.weights is not None
    path = data_directory.inside(taken.weights.path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert (await models.uses(taken, ())).file is FileState.KEPT
    assert await models.verify(taken) is FileState.CHANGED
    path.write_bytes(content[:-1])
    assert (await models.uses(taken, ())).file is FileState.CHANGED
    path.unlink()
    assert (await models.uses(taken, ())).file is FileState.MISSING
    assert await models.verify(taken) is FileState.MISSING
    path.symlink_to(klein_9b)
    assert await models.verify(taken) is FileState.CHANGED


async def test_a_copy_for_the_dashboard_gets_a_name_that_it_takes(
    models: ModelService, klein_9b: Path, tmp_path: Path
) -> None:
    taken = await models.take_in(klein_9b, name="Änna & Co")
    prepared = await models.prepare_for_dashboard(taken, folder=tmp_path)
    assert prepared.path == tmp_path / "anna-co.safetensors"
    assert prepared.path.read_bytes() == klein_9b.read_bytes()
    assert prepared.base is Base.KLEIN_9B
    assert any("FLUX.2 [klein] 9B" in step for step in prepared.steps)
    bare = taken.model_copy(update={"weights": None})
    with pytest.raises(WeightsError, match="no file of Änna & Co here"):
        await models.prepare_for_dashboard(bare)


async def test_a_file_that_two_share_stays_until_the_last_is_deleted(
    models: ModelService, open_journal: Journal, klein_9b: Path, data_directory: StorageService
) -> None:
    taken = await models.take_in(klein_9b)
    assert taken.weights is not None
    path = data_directory.inside(taken.weights.path)
    other = Finetune(profile="bfl", id="anna", name="Anna", weights=taken.weights)
    await open_journal.finetunes.put(other)
    removal = await models.removal(taken)
    assert (removal.at_service, removal.weights, removal.shared_with) == (False, None, ("Anna",))
    assert await models.remove(removal) == ""
    assert path.is_file()
    await open_journal.finetunes.put(taken)
    await open_journal.finetunes.remove("bfl", "anna")
    removal = await models.removal(taken)
    assert removal.weights == taken.weights
    await models.remove(removal)
    assert not path.exists()
    assert await models.list() == ()


async def test_what_came_in_no_known_form_is_kept_as_it_came_and_once(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    make_weights: Callable[..., Path],
    data_directory: StorageService,
) -> None:
    make_weights(shelf / "full model.safetensors", {"double_blocks.0.img_attn.qkv.weight": (96, 32)})
    (shelf / "anna.pt").write_bytes(b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(400))
    for name, words in (("full%20model.safetensors", "it is a whole model"), ("anna.pt", "a PyTorch file")):
        told["task-1"] = ready(f"{address}/{name}")
        for _ in range(2):
            with pytest.raises(WeightsError, match=words) as caught:
                await models.fetch_weights("bfl", "anna", nothing)
            assert "It is kept as it came: unreadable/anna-" in caught.value.message
    kept = {path.suffix: path for path in (data_directory.root / "unreadable").iterdir()}
    assert kept[".pt"].read_bytes() == (shelf / "anna.pt").read_bytes()
    assert kept[".safetensors"].read_bytes() == (shelf / "full model.safetensors").read_bytes()
    assert len(list((data_directory.root / "unreadable").iterdir())) == 2
    assert {path.stat().st_mode & 0o777 for path in kept.values()} == {0o600}
    assert temporary(data_directory) == []


async def test_a_page_in_place_of_the_file_is_not_kept(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    data_directory: StorageService,
) -> None:
    (shelf / "anna.safetensors").write_bytes(b"<!doctype html><title>Busy</title>")
    told["task-1"] = ready(f"{address}/anna.safetensors")
    with pytest.raises(WeightsError, match="a web page with the title “Busy”"):
        await models.fetch_weights("bfl", "anna", nothing)
    assert not (data_directory.root / "unreadable").exists()


@pytest.mark.parametrize("packing", list(Packing))
@pytest.mark.parametrize("form", ["plain", "zip", "tar.gz"])
async def test_a_delivery_is_what_its_bytes_say(
    form: str,
    packing: Packing,
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    klein_9b: Path,
) -> None:
    name = "result.bin"
    if form == "plain":
        put_on(shelf, klein_9b, name)
    elif form == "zip":
        with zipfile.ZipFile(shelf / name, "w") as packed:
            packed.write(klein_9b, "out/lora.safetensors")
    else:
        with tarfile.open(shelf / name, "w:gz") as archive:
            archive.add(klein_9b, "out/lora.safetensors")
    told["task-1"] = ready(f"{address}/{name}", packing)
    fetched = await models.fetch_weights("bfl", "anna", nothing)
    assert fetched.weights is not None
    assert (fetched.weights.size, fetched.weights.fault) == (klein_9b.stat().st_size, "")


async def test_weights_of_zeros_are_kept_and_told(
    models: ModelService,
    trained: Finetune,
    told: dict[str, RemoteStatus],
    shelf: Path,
    address: str,
    klein_9b: Path,
) -> None:
    header = 8 + int.from_bytes(klein_9b.read_bytes()[:8], "little")
    whole = klein_9b.read_bytes()
    (shelf / "anna.safetensors").write_bytes(whole[:header] + bytes(len(whole) - header))
    told["task-1"] = ready(f"{address}/anna.safetensors")
    fetched = await models.fetch_weights("bfl", "anna", nothing)
    assert fetched.weights is not None
    assert "all its numbers are zero" in fetched.weights.fault


async def test_verifying_notes_what_is_known_of_such_files_today(
    models: ModelService,
    open_journal: Journal,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
) -> None:
    tensors = pairs({"blocks.0.self_attn.q": (5120, 5120)}, prefix="diffusion_model.")
    taken = await models.take_in(make_weights(tmp_path / "wan.safetensors", tensors))
    assert taken.weights is not None
    less = taken.weights.model_copy(update={"base": None, "possible": (), "kind": "", "fault": "x"})
    await open_journal.finetunes.remove(taken.profile, taken.id)
    before = await open_journal.finetunes.put(taken.model_copy(update={"weights": less, "base": None}))
    assert await models.verify(before) is FileState.KEPT
    (after,) = await models.list()
    assert (after.base, after.weights) == (Base.WAN, taken.weights)
