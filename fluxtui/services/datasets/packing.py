"""Makes the archive that is sent to a trainer, and tells before how large it will be.

The same pictures and captions always give the same bytes.
"""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from fluxtui.domain.dataset import ArchiveSize, Dataset, DatasetRules, PackedDataset, TrainingPicture
from fluxtui.domain.errors import DatasetError, PictureError, StorageError
from fluxtui.domain.text import file_size
from fluxtui.imaging.pictures import Preparation, extension_of, prepared, prepared_mask, stored_size
from fluxtui.services.datasets.companions import MASK_ENDINGS
from fluxtui.services.datasets.opening import open_source
from fluxtui.services.datasets.sources import Source, SourceEntry
from fluxtui.services.storage.files import sha256_of
from fluxtui.services.threads import Advance, in_order
from fluxtui.system.dataclass import dataclass

INPUT_ENDING, RESULT_ENDING = "_start", "_end"
"""Of the names of pictures before and after an edit; further ones before it have numbers from 2. The caption
has neither. Source: fal's pages of its trainers of edits, read 2026-12."""

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3
_MEMBER_BYTES, _END_BYTES = 30 + 46, 22
"""Of a ZIP, beside what is stored in it: for each member, without its name twice, and at the end."""


@dataclass(frozen=True)
class _Member:
    """A picture as it is sent, with what belongs to it; `inputs` are names and contents."""

    name: str
    content: bytes
    caption: str | None
    mask: bytes | None = None
    inputs: tuple[tuple[str, bytes], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the pictures, in the order of `TrainingPicture.every`."""
        return (self.name, *(name for name, _ in self.inputs))


def pack_dataset(
    dataset: Dataset, target: Path, rules: DatasetRules, advance: Advance, stop: threading.Event
) -> PackedDataset:
    """Write the pictures of `dataset` into a new ZIP at `target`, verify it, and return what is in it.

    Decodes and encodes every picture, a few at a time, so it belongs in a thread.

    Raises:
        DatasetError: a picture has changed since it was looked at, cannot be read any more, or became
            something else than was confirmed.
        StorageError: the archive could not be written, or does not read back as written.
        Stopped: `stop` was set.
    """
    total = len(dataset.pictures)
    names: list[str] = []
    sent: dict[str, TrainingPicture] = {}
    advance(0, total)
    try:
        with (
            open_source(dataset.source) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as archive,
        ):
            members = zip(_members(source, dataset, rules, stop), dataset.pictures, strict=True)
            for count, (member, picture) in enumerate(members, start=1):
                _write(archive, member)
                names.append(member.name)
                sent.update(zip(member.names, picture.every, strict=True))
                advance(count, total)
            written = tuple(archive.namelist())
        sha256 = verify(target, written, sent, stop)
        size = target.stat().st_size
        check_size(ArchiveSize(size=size, is_exact=True), rules)
    except (OSError, zipfile.LargeZipFile) as error:
        reason = getattr(error, "strerror", None) or "it would become too large"
        raise StorageError(f"The training archive could not be written: {reason}.") from None
    return PackedDataset(
        path=target,
        size=size,
        sha256=sha256,
        pictures=tuple(names),
        captioned=dataset.captioned,
        source=str(dataset.source),
    )


def _members(
    source: Source, dataset: Dataset, rules: DatasetRules, stop: threading.Event
) -> Iterator[_Member]:
    entries = {entry.name: entry for entry in source.listing().entries}
    digits = max(len(str(len(dataset.pictures))), 3)
    numbered = enumerate(dataset.pictures, start=1)
    make = partial(ready, source, entries, rules, dataset.jpeg_quality)
    mask = partial(_mask, source, entries)
    return in_order(partial(_member, make, mask, digits), numbered, stop)


def _member(
    make: Callable[[TrainingPicture], tuple[bytes, str]],
    make_mask: Callable[[TrainingPicture, bytes], bytes | None],
    digits: int,
    numbered: tuple[int, TrainingPicture],
) -> _Member:
    number, picture = numbered
    root = f"{number:0{digits}}"
    content, extension = make(picture)
    if not picture.inputs:
        return _Member(f"{root}.{extension}", content, picture.caption, make_mask(picture, content))
    made = [make(item) for item in picture.inputs]
    inputs = ((input_name(root, place, kind), part) for place, (part, kind) in enumerate(made, start=1))
    return _Member(f"{root}{RESULT_ENDING}.{extension}", content, picture.caption, inputs=tuple(inputs))


def input_name(root: str, place: int, extension: str) -> str:
    """Return what a picture before the edit is called in an archive: the first is `ROOT_start.EXT`."""
    return f"{root}{INPUT_ENDING}{place if place > 1 else ''}.{extension}"


def _mask(
    source: Source, entries: Mapping[str, SourceEntry], picture: TrainingPicture, content: bytes
) -> bytes | None:
    """Return the mask of a picture that is sent as `content`. Raises `DatasetError`."""
    if picture.mask is None:
        return None
    entry = entries.get(picture.mask)
    if entry is None:
        raise DatasetError(f"{picture.mask} is gone.", next_step="Look through the dataset again.")
    pixels = source.read(entry)
    if picture.mask_sha256 and hashlib.sha256(pixels).hexdigest() != picture.mask_sha256:
        raise _changed(picture.mask)
    try:
        return prepared_mask(pixels, picture.turns, picture.crop, stored_size(content))
    except PictureError as error:
        raise DatasetError(f"{picture.mask} {error.message}.") from None


def ready(
    source: Source,
    entries: Mapping[str, SourceEntry],
    rules: DatasetRules,
    jpeg_quality: int,
    picture: TrainingPicture,
) -> tuple[bytes, str]:
    """Return a picture of a source as it is sent, and its extension.

    Raises `DatasetError` where it has changed since it was looked at, or cannot be read any more.
    """
    entry = entries.get(picture.name)
    if entry is None or entry.size != picture.size:
        raise _changed(picture.name)
    content = source.read(entry)
    if picture.sha256 and hashlib.sha256(content).hexdigest() != picture.sha256:
        raise _changed(picture.name)
    how = Preparation(rules.max_pixels, picture.turns, picture.crop, jpeg_quality)
    try:
        # The same bytes were looked at before, so that nothing in them is broken.
        return prepared(content, how, strict=not picture.sha256)
    except PictureError as error:
        raise DatasetError(f"{picture.name} {error.message}.") from None


def _changed(name: str) -> DatasetError:
    return DatasetError(
        f"{name} has changed since the pictures were looked at. Nothing was sent.",
        next_step="Look through the dataset again.",
    )


def check_size(archive: ArchiveSize, rules: DatasetRules) -> None:
    """Raise `DatasetError` for an archive that is larger than the trainer takes."""
    if rules.max_bytes is not None and archive.size > rules.max_bytes:
        raise DatasetError(
            f"The archive has {archive.show()}, but the trainer takes at most {file_size(rules.max_bytes)}.",
            next_step="Leave pictures out, or lower the JPEG quality in the workbench. Nothing was sent.",
        )


def stored_bytes(members: Iterable[tuple[str, int, str | None]]) -> int:
    """Return the bytes of an archive with pictures of a name, a size in bytes and a caption."""
    total = _END_BYTES
    for name, size, caption in members:
        total += _MEMBER_BYTES + 2 * len(name) + size
        if caption is not None:
            total += _MEMBER_BYTES + 2 * len(name) + len(caption.encode())
    return total


def _write(archive: zipfile.ZipFile, member: _Member) -> None:
    for name, content in (*member.inputs, (member.name, member.content)):
        archive.writestr(_plain(name), content)
    if member.caption is not None:
        archive.writestr(_plain(_caption_name(member.name)), member.caption.encode("utf-8"))
    if member.mask is not None:
        archive.writestr(_plain(f"{member.name.rpartition('.')[0]}{MASK_ENDINGS[0]}.png"), member.mask)


def _plain(name: str) -> zipfile.ZipInfo:
    """Return the attributes that no service can find suspicious: an ordinary file without a history."""
    info = zipfile.ZipInfo(name, _FIRST_DATE)
    info.create_system = _UNIX
    info.external_attr = _PLAIN_FILE
    info.compress_type = zipfile.ZIP_STORED
    return info


def verify(
    path: Path,
    written: tuple[str, ...],
    pictures: Mapping[str, TrainingPicture],
    stop: threading.Event | None = None,
) -> str:
    """Read a packed archive back, compare it with what the user has confirmed, and return its SHA-256.

    What is read is what was made of the pictures where its checksums are right, so it is not decoded.

    Args:
        path: of the archive.
        written: the names of all its members, in their order.
        pictures: what was confirmed, by the names that the pictures have in the archive.
        stop: is set when it should end early.

    Raises:
        Stopped: `stop` was set.
        StorageError: the archive is not as it was written.
        DatasetError: a picture or a caption in it is not what was confirmed.
    """
    captions = {
        _caption_name(name): picture.caption
        for name, picture in pictures.items()
        if picture.caption is not None
    }
    with zipfile.ZipFile(path) as archive:
        if tuple(archive.namelist()) != written or len(set(written)) != len(written):
            raise _unsound()
        if {name for name in written if name.endswith(".txt")} != set(captions) or pictures.keys() - written:
            raise _unsound()
        check = partial(_check_member, archive, pictures, captions)
        steps = [partial(sha256_of, path), *(partial(check, name) for name in written)]
        sha256, *_ = in_order(lambda step: step(), steps, stop or threading.Event())
    return sha256


def _check_member(
    archive: zipfile.ZipFile, pictures: Mapping[str, TrainingPicture], captions: Mapping[str, str], name: str
) -> str:
    """Return the name of a member of the archive that is what was confirmed, or raise an error."""
    picture = pictures.get(name)
    try:
        content = archive.read(name)
        if name in captions and content.decode() != captions[name]:
            raise _unsound()
        size = None if picture is None else stored_size(content)
    except (PictureError, zipfile.BadZipFile, EOFError, UnicodeDecodeError):
        raise _unsound() from None
    if picture is not None and size is not None and size != (wanted := picture.sent_size):
        raise DatasetError(
            f"{picture.name} became {size[0]} x {size[1]} px, not {wanted[0]} x {wanted[1]} px as was "
            "confirmed. Nothing was sent.",
            next_step="Look through the dataset again.",
        )
    return name


def _caption_name(picture: str) -> str:
    return f"{picture.rpartition('.')[0].removesuffix(RESULT_ENDING)}.txt"


def _unsound() -> StorageError:
    return StorageError(
        "The training archive does not read back as it was written; nothing was sent.",
        next_step="Check the disk of the data directory, then try again.",
    )


SAMPLES = 6
"""Pictures of each kind that are made ready for an estimate."""


def estimated_size(dataset: Dataset, rules: DatasetRules, stop: threading.Event) -> ArchiveSize:
    """Return how large the archive of a dataset will probably be.

    PNG and JPEG are estimated apart: each by what a few of its pictures, evenly chosen, need for a pixel.
    Decodes these pictures, so it belongs in a thread.

    Raises:
        DatasetError: a picture has changed since it was looked at, or cannot be read any more.
        Stopped: `stop` was set.
    """
    every = dataset.every_picture
    root = "001_start" if dataset.pairs else "001"
    total = stored_bytes((f"{root}.{extension_of(item.format)}", 0, item.caption) for item in every)
    with open_source(dataset.source) as source:
        entries = {entry.name: entry for entry in source.listing().entries}
        make = partial(ready, source, entries, rules, dataset.jpeg_quality)
        for extension in ("jpg", "png"):
            pictures = [item for item in every if extension_of(item.format) == extension]
            chosen = _evenly(pictures)
            made = sum(len(content) for content, _ in in_order(make, chosen, stop))
            total += round(made * _pixels(pictures) / max(_pixels(chosen), 1))
    return ArchiveSize(size=total)


def _evenly(pictures: list[TrainingPicture]) -> list[TrainingPicture]:
    count = min(len(pictures), SAMPLES)
    return [pictures[number * len(pictures) // count] for number in range(count)]


def _pixels(pictures: Iterable[TrainingPicture]) -> int:
    sizes = (item.scaled_to or (item.width, item.height) for item in pictures)
    return sum(width * height for width, height in sizes)
