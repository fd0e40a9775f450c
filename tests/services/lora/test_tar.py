"""The one LoRA out of tars as services deliver them, and as nobody should."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.services.lora.tar import extract_weights

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CONTENT = bytes(range(256)) * 9
USUAL = "output/flux_train_replicate/lora.safetensors"
BLOCK = 512


def entry(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def packed(
    path: Path, *entries: tuple[tarfile.TarInfo, bytes], mode: str = "w", form: int = tarfile.GNU_FORMAT
) -> Path:
    with tarfile.open(path, mode, format=form) as tar:  # type: ignore[call-overload]
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def extracted(tmp_path: Path) -> Callable[..., bytes]:
    """Extracts from a tar into an empty folder, where nothing else may appear."""

    def extract(archive: Path, max_bytes: int = 1_000_000) -> bytes:
        folder = tmp_path / "out"
        folder.mkdir(exist_ok=True)
        target = folder / "part"
        try:
            extract_weights(archive, target, max_bytes=max_bytes)
        finally:
            assert set(folder.iterdir()) <= {target}
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        content = target.read_bytes()
        target.unlink()
        return content

    return extract


def complaint(extracted: Callable[..., bytes], archive: Path, max_bytes: int = 1_000_000) -> str:
    with pytest.raises(WeightsError) as caught:
        extracted(archive, max_bytes)
    assert not (archive.parent / "out" / "part").exists()
    assert caught.value.sentence().isprintable()
    return caught.value.message


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2"])
def test_the_lora_is_found_among_the_rest(
    form: int, mode: str, extracted: Callable[..., bytes], tmp_path: Path
) -> None:
    archive = packed(
        tmp_path / "a.tar",
        entry("output/", type=tarfile.DIRTYPE),
        entry("output/flux_train_replicate/config.yaml", b"job: extension\n"),
        entry(USUAL, CONTENT),
        entry("output/flux_train_replicate/captions/é.txt", b"a fox"),
        mode=mode,
        form=form,
    )
    assert extracted(archive) == CONTENT


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_understood(form: int, extracted: Callable[..., bytes], tmp_path: Path) -> None:
    long = "/".join(["folder" * 10] * 5)
    archive = packed(
        tmp_path / "a.tar",
        entry(f"{long}/notes.txt", b"x"),
        entry(f"{long}/target.txt", type=tarfile.SYMTYPE, linkname=f"{long}/elsewhere"),
        entry(f"{long}/é.safetensors", CONTENT),
        form=form,
    )
    assert extracted(archive) == CONTENT


def test_a_size_in_the_details_is_believed(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    info, content = entry("lora.safetensors", CONTENT)
    info.pax_headers = {"comment": "x", "size": str(len(CONTENT))}
    archive = packed(tmp_path / "a.tar", (info, content), entry("b.txt", b"b"), form=tarfile.PAX_FORMAT)
    assert extracted(archive) == CONTENT


def test_the_usual_name_is_taken_from_several(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar", entry("step_500.safetensors", b"other"), entry(USUAL, CONTENT))
    assert extracted(archive) == CONTENT


@pytest.mark.parametrize(
    "names", [("a.safetensors", "b.safetensors"), ("x/lora.safetensors", "y/lora.safetensors")]
)
def test_which_of_several_is_not_guessed(
    names: tuple[str, ...], extracted: Callable[..., bytes], tmp_path: Path
) -> None:
    archive = packed(tmp_path / "a.tar", *(entry(name, CONTENT) for name in names))
    words = complaint(extracted, archive)
    assert "2 files" in words
    assert all(name in words for name in names)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "../lora.safetensors"},
        {"name": "a/../../lora.safetensors"},
        {"name": "a\\..\\lora.safetensors"},
        {"name": "/etc/lora.safetensors"},
        {"name": "._lora.safetensors"},
        {"name": "lora.safetensors/"},
        {"name": "lora.safetensors.txt"},
        {"name": "lora.safetensors", "content": b""},
        {"name": "lora.safetensors", "content": b"", "type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"name": "lora.safetensors", "content": b"", "type": tarfile.LNKTYPE, "linkname": "/etc/passwd"},
        {"name": "lora.safetensors", "content": b"", "type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
        {"name": "lora.safetensors", "content": b"", "type": tarfile.FIFOTYPE},
        {"name": "lora.safetensors", "content": b"", "type": tarfile.DIRTYPE},
    ],
    ids=str,
)
def test_what_is_no_plain_file_is_passed_over(
    fields: dict[str, object], extracted: Callable[..., bytes], tmp_path: Path
) -> None:
    hostile = entry(**{"content": CONTENT, **fields})  # type: ignore[arg-type]
    archive = packed(tmp_path / "a.tar", hostile, entry("b.txt", b"b"))
    assert "no LoRA" in complaint(extracted, archive)
    packed(archive, hostile, entry("good.safetensors", b"good"))
    assert extracted(archive) == b"good"


def test_a_file_with_holes_is_not_taken(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    info, content = entry("lora.safetensors", CONTENT)
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 15}
    archive = packed(tmp_path / "a.tar", (info, content), form=tarfile.PAX_FORMAT)
    assert "no LoRA" in complaint(extracted, archive)
    packed(archive, entry("lora.safetensors", CONTENT, type=tarfile.GNUTYPE_SPARSE))
    assert "holes" in complaint(extracted, archive)


def test_the_size_is_bounded(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar", entry(USUAL, CONTENT))
    assert extracted(archive, len(CONTENT)) == CONTENT
    assert "2.3 kB" in complaint(extracted, archive, len(CONTENT) - 1)


def test_a_torn_tar_is_refused(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar", entry("b.txt", b"b" * 600), entry(USUAL, CONTENT))
    whole = archive.read_bytes()
    end = 4 * BLOCK + BLOCK * 5
    for size in (*range(0, end, 100), 3 * BLOCK, end - 1):
        archive.write_bytes(whole[:size])
        complaint(extracted, archive)
    # Some programs leave out the two empty blocks at the end.
    archive.write_bytes(whole[:end])
    assert extracted(archive) == CONTENT


def test_a_torn_packed_tar_is_refused(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar.gz", entry(USUAL, CONTENT), mode="w:gz")
    whole = archive.read_bytes()
    for size in range(2, len(whole) - 8, 7):
        archive.write_bytes(whole[:size])
        complaint(extracted, archive)


@pytest.mark.parametrize(
    "content", [b"", b"x", b"<html>" * 200, bytes(5000), b"\x1f\x8b", b"BZh", b"BZh91AY&SY"]
)
def test_other_files_are_refused(content: bytes, extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    archive.write_bytes(content)
    complaint(extracted, archive)


def test_a_name_without_end_is_not_taken_into_memory(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    for kind in (b"L", b"x"):
        info = tarfile.TarInfo("././@LongLink")
        info.type, info.size = kind, 50_000_000
        archive.write_bytes(info.tobuf(tarfile.GNU_FORMAT))
        with archive.open("r+b") as file:
            file.truncate(50_010_000)
        tracemalloc.start()
        try:
            assert "far too long" in complaint(extracted, archive)
            assert tracemalloc.get_traced_memory()[1] < 1_000_000
        finally:
            tracemalloc.stop()


def test_sizes_that_lead_backwards_or_beyond_are_refused(
    extracted: Callable[..., bytes], tmp_path: Path
) -> None:
    archive = tmp_path / "a.tar"
    for size in (b"\xff" * 12, b"\x80" + b"\xff" * 11, b"77777777777\0", b"-0000000001\0", b"99999999999\0"):
        block = bytearray(tarfile.TarInfo("lora.safetensors").tobuf(tarfile.USTAR_FORMAT))
        block[124:136] = size
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        archive.write_bytes(bytes(block) + bytes(2 * BLOCK))
        complaint(extracted, archive)


@pytest.mark.parametrize(
    "record", [b"5 a=b\n", b"0 a=b\n", b"999 a=b\n", b"a=b\n", b"6 size", b"12 size=-10\n"]
)
def test_wrong_details_are_refused(record: bytes, extracted: Callable[..., bytes], tmp_path: Path) -> None:
    info = tarfile.TarInfo("details")
    info.type, info.size = b"x", len(record)
    content = record.ljust(BLOCK, b"\0")
    file = tarfile.TarInfo("lora.safetensors").tobuf(tarfile.USTAR_FORMAT)
    archive = tmp_path / "a.tar"
    archive.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + content + file + bytes(2 * BLOCK))
    complaint(extracted, archive)


def test_entries_without_end_are_bounded(extracted: Callable[..., bytes], tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    archive.write_bytes(tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT) * 20_000)
    assert "more than 10,000 entries" in complaint(extracted, archive)


def test_a_bomb_is_bounded(
    extracted: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluxtui.services.lora.tar._OTHER_BYTES", 10_000_000)
    archive = tmp_path / "a.tar.gz"
    info = tarfile.TarInfo("zeros.bin")
    info.size = 400_000_000
    with gzip.open(archive, "wb", compresslevel=1) as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(40):
            file.write(bytes(1_000_000))
    began = time.monotonic()
    assert "no whole tar" in complaint(extracted, archive)
    assert time.monotonic() - began < 2


def test_a_link_in_the_place_of_the_target_is_not_followed(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar", entry(USUAL, CONTENT))
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "part").symlink_to(victim)
    extract_weights(archive, tmp_path / "part", max_bytes=1_000_000)
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "part").is_symlink()


def is_refused_or_bounded(extracted: Callable[..., bytes], archive: Path) -> bool:
    """Tell whether a tar is refused with a sentence, or gives what may be given; other errors fail."""
    try:
        return len(extracted(archive)) <= 1_000_000
    except WeightsError as error:
        return error.message == safe_text(error.message)


@few
@given(
    changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=5),
    length=st.integers(0, 6000),
    mode=st.sampled_from(["w", "w:gz", "w:bz2"]),
)
def test_any_spoilt_tar_is_taken_or_refused_with_a_sentence(
    changes: list[tuple[int, int]],
    length: int,
    mode: str,
    extracted: Callable[..., bytes],
    tmp_path: Path,
) -> None:
    archive = packed(
        tmp_path / "a.tar",
        entry("a" * 150, b"a"),
        entry("é.safetensors", CONTENT[:700]),
        mode=mode,
        form=tarfile.PAX_FORMAT,
    )
    content = bytearray(archive.read_bytes())
    for at, value in changes:
        content[at % len(content)] = value
    archive.write_bytes(content[:length])
    assert is_refused_or_bounded(extracted, archive)


@few
@given(
    kinds=st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.integers(0, 2**40), st.text(max_size=20))),
    tail=st.binary(max_size=1200),
)
def test_any_headers_are_taken_or_refused_with_a_sentence(
    kinds: list[tuple[bytes, int, str]], tail: bytes, extracted: Callable[..., bytes], tmp_path: Path
) -> None:
    blocks = b""
    for kind, size, name in kinds:
        info = tarfile.TarInfo(f"{name}.safetensors")
        info.type, info.size = kind, size % 3000 if size % 2 else size
        blocks += info.tobuf(tarfile.GNU_FORMAT, errors="replace")[-BLOCK:] + tail
    archive = tmp_path / "a.tar"
    archive.write_bytes(blocks)
    assert is_refused_or_bounded(extracted, archive)
