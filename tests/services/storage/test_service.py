from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxtui.domain.errors import StorageError
from fluxtui.services.storage import StorageService

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def storage(tmp_path: Path) -> StorageService:
    storage = StorageService(tmp_path / "data")
    storage.prepare()
    return storage


def path_for(storage: StorageService, prompt: str = "a fox", seed: int | None = 7) -> Path:
    return storage.picture_path(
        finetune="Anna", endpoint="flux-dev", prompt=prompt, seed=seed, extension="png", when=NOON
    )


def finished(storage: StorageService, content: bytes) -> Path:
    path = storage.temporary(".png")
    path.write_bytes(content)
    return path


def test_nothing_is_touched_before_it_is_prepared(tmp_path: Path) -> None:
    storage = StorageService(tmp_path / "data")
    assert storage.journal_path == tmp_path / "data" / "journal.sqlite3"
    assert list(tmp_path.iterdir()) == []


def test_directories_are_private(storage: StorageService) -> None:
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in storage.root.iterdir()}
    places = ("pictures", "inputs", "datasets", "loras", "workspaces", "trash", "tmp")
    assert found == dict.fromkeys(places, 0o700)
    assert stat.S_IMODE(storage.root.stat().st_mode) == 0o700
    storage.prepare()
    assert list((storage.root / "tmp").iterdir()) == []


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StorageError, match="cannot be used as a directory"):
        StorageService(tmp_path / "data").prepare()


def test_a_data_directory_must_be_writable(ordinary_user: Path) -> None:
    storage = StorageService(ordinary_user / "data")
    storage.prepare()
    (storage.root / "tmp").chmod(0o500)
    with pytest.raises(StorageError, match="no permission"):
        storage.prepare()


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert StorageService(Path("~/data")).root == tmp_path / "data"


@pytest.mark.parametrize("path", ["../x", "pictures/../../x", "/etc/passwd", "..", "a\0b"])
def test_nothing_is_outside(storage: StorageService, path: str) -> None:
    with pytest.raises(StorageError):
        storage.inside(path)
    with pytest.raises(StorageError):
        storage.write_atomic(Path(path), b"data")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_path_leads_outside(text: str) -> None:
    storage = StorageService(Path("/nonexistent/root"))
    try:
        path = storage.inside(text)
    except StorageError:
        return
    assert path == storage.root or storage.root in path.parents
    assert ".." not in path.parts


def test_links_do_not_lead_outside(storage: StorageService, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (storage.root / "pictures" / NOON.astimezone().date().isoformat()).symlink_to(outside)
    with pytest.raises(StorageError, match="outside of the data directory"):
        path_for(storage)
    with pytest.raises(StorageError, match="outside of the data directory"):
        storage.inside(f"pictures/{NOON.astimezone().date().isoformat()}/x.png")
    assert list(outside.iterdir()) == []


def test_the_data_directory_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    storage = StorageService(tmp_path / "link")
    storage.prepare()
    kept = storage.keep(finished(storage, b"data"), path_for(storage))
    assert kept.read_bytes() == b"data"
    assert storage.relative(kept).startswith("pictures/")


def test_names_are_readable_and_dated(storage: StorageService) -> None:
    path = path_for(storage, "A fox, in the snow!", 42)
    day = NOON.astimezone().date().isoformat()
    assert storage.relative(path) == f"pictures/{day}/anna-a-fox-in-the-snow-42.png"
    assert storage.inside(storage.relative(path)) == path


def test_the_day_is_the_local_one(storage: StorageService, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()
        assert path_for(storage).parent.name == "2026-11-24"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_name_is_given_once(storage: StorageService) -> None:
    assert [path_for(storage).stem for _ in range(3)] == ["anna-a-fox-7", "anna-a-fox-7-2", "anna-a-fox-7-3"]


def test_a_name_on_the_disk_is_not_given(storage: StorageService) -> None:
    path = path_for(storage)
    storage.keep(finished(storage, b"first"), path)
    assert path_for(StorageService(storage.root)).stem == "anna-a-fox-7-2"


def test_a_kept_file_is_private_and_its_temporary_name_gone(storage: StorageService) -> None:
    temporary = finished(storage, b"data")
    temporary.chmod(0o644)
    kept = storage.keep(temporary, path_for(storage))
    assert kept.read_bytes() == b"data"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.stat().st_nlink == 1
    assert not temporary.exists()


def test_nothing_is_overwritten_by_programs_at_once(storage: StorageService) -> None:
    services = [StorageService(storage.root) for _ in range(4)]

    def keep(number: int) -> Path:
        service = services[number % 4]
        path = path_for(service)
        return service.keep(finished(service, f"{number}".encode()), path)

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(keep, range(60)))
    assert len(set(kept)) == 60
    assert [path.read_text() for path in kept] == [f"{number}" for number in range(60)]
    assert sorted(path.name for path in kept[0].parent.iterdir()) == sorted(path.name for path in kept)


def test_a_missing_temporary_file_is_told(storage: StorageService) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        storage.keep(storage.root / "tmp" / "gone", path_for(storage))


def test_nothing_is_kept_outside(storage: StorageService, tmp_path: Path) -> None:
    temporary = finished(storage, b"data")
    with pytest.raises(StorageError, match="outside"):
        storage.keep(temporary, tmp_path / "elsewhere.png")
    assert temporary.exists()


def test_an_input_is_kept_once_for_each_content(storage: StorageService) -> None:
    path = storage.keep_input(b"data", ".PNG")
    assert path == storage.root / "inputs" / f"{hashlib.sha256(b'data').hexdigest()}.png"
    first = path.stat()
    assert storage.keep_input(b"data", "png") == path
    assert path.stat().st_ino == first.st_ino
    path.write_bytes(b"cut")
    assert storage.keep_input(b"data", "png").read_bytes() == b"data", "a file cut short is written again"


def test_archives_are_named_by_their_hash(storage: StorageService) -> None:
    assert storage.dataset_path("a" * 64) == storage.root / "datasets" / f"{'a' * 64}.zip"
    for wrong in ("", "a" * 63, "A" * 64, "../" + "a" * 61, "a" * 64 + "\n"):
        with pytest.raises(StorageError, match="not the hash"):
            storage.dataset_path(wrong)


def test_temporary_files_are_private_and_new(storage: StorageService) -> None:
    first, second = storage.temporary(".png"), storage.temporary("/../x")
    assert first != second
    assert first.parent == second.parent == storage.root / "tmp"
    assert re.search(r"\.png$", first.name)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_only_old_leftovers_are_swept(storage: StorageService) -> None:
    old, new = storage.temporary(".png"), storage.temporary(".png")
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    keepsake = storage.root / "tmp" / "link"
    keepsake.symlink_to(new)
    os.utime(keepsake, (long_ago, long_ago), follow_symlinks=False)
    storage.prepare()
    assert sorted(path.name for path in (storage.root / "tmp").iterdir()) == sorted(["link", new.name])


def test_a_lora_has_a_readable_name_and_the_mark_of_its_content(storage: StorageService) -> None:
    sha256 = "1a2b3c4d" + "0" * 56
    assert (
        storage.lora_path("Portrait: Anna", sha256)
        == storage.root / "loras" / "portrait-anna-1a2b3c4d.safetensors"
    )
    assert storage.lora_path("漢字/../x", sha256).name == "x-1a2b3c4d.safetensors"
    assert storage.lora_path("", sha256).name == "lora-1a2b3c4d.safetensors"
    with pytest.raises(StorageError, match="not the hash"):
        storage.lora_path("a", "../../etc")


def test_loras_are_found_by_their_mark(storage: StorageService) -> None:
    directory, sha256 = storage.root / "loras", "1a2b3c4d" + "0" * 56
    for name in ("a-1a2b3c4d", "b-1a2b3c4d-2", "c-1a2b3c4e", "1a2b3c4d", "d-1a2b3c4d-x"):
        (directory / f"{name}.safetensors").touch()
    (directory / "link-1a2b3c4d.safetensors").symlink_to("/etc/passwd")
    (directory / "folder-1a2b3c4d.safetensors").mkdir()
    assert [path.stem for path in storage.loras_like(sha256)] == ["a-1a2b3c4d", "b-1a2b3c4d-2"]


def test_the_folder_for_exports_is_made_when_it_is_needed(storage: StorageService) -> None:
    assert not (storage.root / "export").exists()
    assert storage.export_directory() == storage.export_directory() == storage.root / "export"
    assert stat.S_IMODE((storage.root / "export").stat().st_mode) == 0o700


def test_what_prepare_would_stumble_over_can_be_told_before(ordinary_user: Path) -> None:
    storage = StorageService(ordinary_user / "not" / "there" / "data")
    assert storage.unusable() is None
    assert list(ordinary_user.iterdir()) == []
    storage.prepare()
    assert storage.unusable() is None
    tmp = storage.root / "tmp"
    tmp.chmod(0o500)
    assert f"You may not write in {tmp}" in (storage.unusable() or "")
    tmp.rmdir()
    tmp.symlink_to(ordinary_user)
    assert "tmp is outside of the data directory" in (storage.unusable() or "")
    ordinary_user.chmod(0o500)
    elsewhere = StorageService(ordinary_user / "other" / "data")
    assert f"You may not write in {ordinary_user}, " in (elsewhere.unusable() or "")
    ordinary_user.chmod(0o700)


def test_links_that_lead_to_each_other_are_told_as_no_directory(tmp_path: Path) -> None:
    storage = StorageService(tmp_path / "loop")
    storage.root.symlink_to(storage.root)
    assert storage.unusable() is not None
    with pytest.raises(StorageError, match="loop cannot be used"):
        storage.prepare()
