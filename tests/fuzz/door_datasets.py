"""The doors for training pictures: archives, folders with anything in them, and captions of any bytes."""

from __future__ import annotations

import json
import os
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from fluxtui.domain.dataset import Dataset, DatasetRules, PackedDataset, PairRules
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.errors import FluxError
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets import caption_files
from fluxtui.services.datasets.caption_checks import captions_of
from fluxtui.services.datasets.checks import check_dataset, fixed
from fluxtui.services.datasets.packing import pack_dataset
from fluxtui.services.datasets.scan import scan_source
from fluxtui.services.datasets.scan_memory import ScanMemory
from fluxtui.services.datasets.tracking import marked
from tests.fuzz.corpus_datasets import CAPTIONS, FOLDERS, ODD_NAMES, RECORDS, TOKENS, ZIPS, picture, zip_parts
from tests.fuzz.mutation import MEAN_TEXTS, Material, mutated
from tests.fuzz.running import SECRET, Room
from tests.fuzz.samples import Item, Kind, Sample, one_file

RULES = DatasetRules(1, 1, 40, ("JPEG", "PNG", "WEBP"), 10_000)
EDITS = replace(RULES, pairs=PairRules(most_inputs=4, mixed=True))


class _DatasetDoor:
    """Looking through a source, judging it, mending it, packing it."""

    name = ""
    seconds = 20.0
    secret = True
    heavy = frozenset({"many files", "many members", "bombs", "letters of old"})

    def taken(self, source: Path, room: Room) -> str:
        """Take a source to its archive and see that only what is confirmed is in that."""
        memory = ScanMemory(room.own / "looks")
        stop = threading.Event()
        found = scan_source(source, memory, lambda done, total: None, stop)
        workspace = marked(Workspace(source=str(source)), found)
        outcomes = [_sent(found, workspace, rules, room, stop) for rules in (EDITS, RULES)]
        return outcomes[-1]

    def close(self) -> None:
        """Nothing is held."""


def _sent(
    found: DatasetScan, workspace: Workspace, rules: DatasetRules, room: Room, stop: threading.Event
) -> str:
    """Judge, mend and pack what was found, as single pictures or as pairs."""
    dataset = check_dataset(found, workspace, rules)
    mended = fixed(dataset, found, workspace)
    dataset = check_dataset(found, mended, rules)
    _show(dataset, found, mended, rules, room)
    if dataset.blocking:
        return "judged"
    packed = pack_dataset(dataset, _new_file(room), rules, lambda done, total: None, stop)
    _check(packed, room)
    return "packed"


def _new_file(room: Room) -> Path:
    target = room.own / "packed.zip"
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    return target


def _show(
    dataset: Dataset, found: DatasetScan, workspace: Workspace, rules: DatasetRules, room: Room
) -> None:
    for problem in dataset.problems:
        room.show_sentence(problem.sentence())
    for name in (*(one.name for one in found.pictures), *found.ignored, *found.others):
        room.show(name)
    for one in found.pictures:
        room.show(one.fault)
    for text in captions_of(found, workspace, rules.pairs).values():
        # A caption is the user's text; it is shown through the screens' own filter, and must be sendable.
        room.need("\0" not in text, f"a caption with a zero: {text!r}")
        room.need(
            text == text.encode("utf-8", "replace").decode(), f"a caption that is no text: {text[:80]!r}"
        )


def _check(packed: PackedDataset, room: Room) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        for member in archive.infolist():
            plain = member.filename.isascii() and "/" not in member.filename and ".." not in member.filename
            room.need(plain, f"a member is called {member.filename!r}")
            room.need(SECRET not in archive.read(member), "what is elsewhere was packed")
    packed.path.unlink()


class ArchiveDoor(_DatasetDoor):
    """A ZIP of training pictures."""

    name = "archives"

    def __init__(self) -> None:
        self.cases = {name: partial(_zip_case, make) for name, make in ZIPS.items()}
        wanted = (
            "good",
            "twice",
            "links and devices",
            "names in no UTF-8",
            "overlapping",
            "list in itself",
            "encrypted",
        )
        self._small = [ZIPS[name]() for name in wanted]

    def sample(self, chance: Random) -> Sample:
        """Return a spoilt ZIP, or one of members by chance."""
        if chance.random() < 0.6:
            return one_file(
                "a.zip", mutated(chance.choice(self._small), chance, Material(TOKENS, self._small))
            )
        members = []
        for _ in range(chance.randrange(1, 6)):
            name = (
                mutated(chance.choice(ODD_NAMES), chance)[:400]
                if chance.random() < 0.5
                else chance.choice(ODD_NAMES)
            )
            members.append((name, _content(name, chance), chance.choice((0, 0x800, 0x800, 1, 8))))
        return one_file("a.zip", zip_parts(*members))

    def visit(self, room: Room, chance: Random) -> str:
        """Look through it, with its inner folders or without."""
        path = room.given / "a.zip"
        return self.taken(path / "**" if chance.random() < 0.3 else path, room)


def _zip_case(make: Callable[[], bytes]) -> Sample:
    return one_file("a.zip", make())


def _content(name: bytes, chance: Random) -> bytes:
    """Return what may be in a file of a name."""
    if name.endswith((b".txt", b".caption")):
        whole = chance.choice(CAPTIONS)
    elif name.endswith((b".json", b".jsonl", b".csv")):
        whole = chance.choice(RECORDS)
    else:
        whole = picture(chance.choice(("rgb.png", "plain.jpg", "bits.png", "lossy.webp", "palette.png")))
    return mutated(whole, chance, Material(TOKENS, [*RECORDS, *CAPTIONS])) if chance.random() < 0.4 else whole


class FolderDoor(_DatasetDoor):
    """A folder with anything in it, a list of files, or a pattern."""

    name = "folders"
    secret = False

    def __init__(self) -> None:
        self.cases = dict(FOLDERS)

    def sample(self, chance: Random) -> Sample:
        """Return some files, links and pipes under odd names."""
        items = [Item(b"a.png", picture())] if chance.random() < 0.8 else []
        for _ in range(chance.randrange(1, 8)):
            name = chance.choice(ODD_NAMES)
            if chance.random() < 0.25:
                name = mutated(name, chance)[:300].replace(b"\0", b"")
            kind = chance.choice((*[Kind.FILE] * 8, Kind.LINK, Kind.PIPE))
            targets = (b".", b"..", b"a.png", b"../secret.txt", b"/dev/zero", b"sub", name)
            items.append(
                Item(name, chance.choice(targets) if kind is Kind.LINK else _content(name, chance), kind)
            )
        return tuple(items)

    def visit(self, room: Room, chance: Random) -> str:
        """Look through the folder as people may name it."""
        given = room.given
        # What a pattern or a list names is followed; none of these names the secret.
        ways = (
            given,
            given,
            given / "**",
            given / "*.png",
            Path(f"@{given / 'list.txt'}"),
            Path(f"'{given / 'a.png'}' {given / 'b.jpg'}"),
        )
        chosen = ways[1:] if room.is_case else (chance.choice(ways),)
        outcomes = set()
        for source in chosen:
            try:
                outcomes.add(self.taken(source, room))
            except FluxError as error:
                room.show_sentence(error.sentence())
                outcomes.add(type(error).__name__)
        return " ".join(sorted(outcomes))


class CaptionDoor(_DatasetDoor):
    """One good picture with captions of any bytes, beside it, for all, and out of a file."""

    name = "captions"

    def __init__(self) -> None:
        captions = {
            f"caption {number}": partial(_captioned, text, b"a.txt") for number, text in enumerate(CAPTIONS)
        }
        records = {
            f"record {number} {name.decode()}": partial(_captioned, text, name)
            for number, text in enumerate(RECORDS)
            for name in (b"a.json", b"metadata.jsonl", b"metadata.csv")
        }
        self.cases = {**captions, **records}

    def sample(self, chance: Random) -> Sample:
        """Return a picture with a spoilt caption."""
        name = chance.choice((b"a.txt", b"a.caption", b"a.json", b"metadata.jsonl", b"metadata.csv"))
        whole = chance.choice(
            (*CAPTIONS, *MEAN_TEXTS) if name.startswith(b"a.") and name != b"a.json" else RECORDS
        )
        return _captioned(mutated(whole, chance, Material(TOKENS, [*CAPTIONS, *RECORDS])), name)

    def visit(self, room: Room, chance: Random) -> str:
        """Look through the folder, and read the captions as a file of their own."""
        outcome = self.taken(room.given, room)
        for path in sorted(room.given.glob("metadata.*")):
            try:
                imported = caption_files.read_captions(path, ["a.png"])
            except FluxError as error:
                room.show_sentence(error.sentence())
                continue
            for name in imported.unknown:
                room.show(name)
            caption_files.as_csv(imported.captions).encode()
            caption_files.as_jsonl(imported.captions).encode()
            json.dumps(dict(imported.captions))
        return outcome


def _captioned(caption: bytes, name: bytes) -> Sample:
    return (Item(b"a.png", picture()), Item(name, caption))
