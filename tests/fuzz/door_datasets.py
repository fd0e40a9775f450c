"""The doors for training pictures: archives, folders with anything in them, and captions of any bytes."""

from __future__ import annotations

import json
import os
import struct
import threading
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from random import Random

from fluxtui.domain.dataset import Dataset, DatasetRules, PackedDataset
from fluxtui.domain.errors import FluxError
from fluxtui.domain.found import Found
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets import caption_files
from fluxtui.services.datasets.caption_judging import captions_of
from fluxtui.services.datasets.judging import fixed, judge
from fluxtui.services.datasets.looking import look_through
from fluxtui.services.datasets.memory import LookMemory
from fluxtui.services.datasets.packing import pack_dataset
from fluxtui.services.datasets.tracking import marked
from tests.fuzz.corpus_pictures import GOOD
from tests.fuzz.door_weights import large_directory, zip_of
from tests.fuzz.mutation import MEAN_TEXTS, Material, mutated
from tests.fuzz.running import SECRET, Room
from tests.fuzz.samples import Item, Kind, Sample, one_file

RULES = DatasetRules(1, 1, 40, ("JPEG", "PNG", "WEBP"), 10_000)
_NAMES = (
    *(
        b"a.png",
        b"A.PNG",
        b"b.jpg",
        b"a.txt",
        b"a.png.txt",
        b"a.caption",
        b"a.json",
        b"metadata.jsonl",
        b"metadata.csv",
    ),
    *(
        b"sub/c.png",
        b"sub/c.txt",
        b"10_dog/d.png",
        b"a_mask.png",
        b"a-masklabel.png",
        b"a_start.png",
        b"a_end.png",
    ),
    *(
        b"@eaDir/a.png",
        b".hidden.png",
        b"__MACOSX/._a.png",
        b"CON.png",
        b"..png",
        b"a.png ",
        b"x" * 250 + b".png",
    ),
    *(
        b"\xff\xfe.png",
        b"stra\xc3\x9fe.png",
        b"STRASSE.png",
        b"e\xcc\x81.png",
        b"\xc3\xa9.png",
        b"\xe2\x80\xae.png",
    ),
    *(
        b"\x1b[2J.png",
        b"a\n.png",
        b"[red].png",
        b"=1.png",
        b"\xed\xa0\x80.png",
        b"list.txt",
        b"a.zip",
        b"a.webp",
    ),
)
_CAPTIONS = (
    *(
        "a dog, ünder a tree\n".encode(),
        b"",
        b"   \n",
        "ein Hund, Straße".encode("cp1252"),
        "狐".encode("gbk"),
    ),
    *(
        "кот на окне".encode("cp1251"),
        "a fox".encode("utf-16"),
        "a fox".encode("utf-32"),
        b"\xef\xbb\xbfa fox",
    ),
    *(
        b"a [trigger] dog\x00",
        b"a" * 70_000,
        b"\xff" * 900,
        b"{a|b}, __c__",
        b"\xed\xa0\x80",
        "e\u0301 \u202e".encode(),
    ),
)
_RECORDS = (
    *(
        b'{"caption": "a fox"}',
        b'{"text": "\\ud800", "file_name": "a.png"}\n',
        b'{"caption": {"a": 1}}',
        b"[" * 30_000,
    ),
    *(
        b'{"file_name": "a.png", "text": "a fox"}\n{"file_name": "../../a.png", "text": "b"}\n',
        b"null",
        b"1e999",
    ),
    *(
        b"file_name,text\na.png,a fox\n",
        b'file_name,text\n"a.png,"',
        b"file_name,text\na.png," + b"x" * 200_000,
    ),
    *(
        b"\0file_name,text\n",
        b'{"file_name": "\\u0000", "text": "\\u0000"}',
        b'{"a":' * 900,
        b'{"prompt": ' + b"9" * 9_000 + b"}",
    ),
)
_TOKENS = (
    *(
        b"file_name",
        b"text",
        b"caption",
        b"prompt",
        b'"',
        b",",
        b"\\u0000",
        b"\\udc80",
        b"\\ud83d",
        b"\n",
        b"{}",
        b"null",
    ),
    *(
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"\x01\0",
        b"up\x09\0",
        b"../",
        b"C:\\",
    ),
)


@cache
def _picture(name: str = "rgb.png") -> bytes:
    return GOOD[name]()


class _DatasetDoor:
    """Looking through a source, judging it, mending it, packing it."""

    name = ""
    seconds = 20.0
    secret = True
    heavy = frozenset({"many files", "many members", "bombs"})

    def taken(self, source: Path, room: Room) -> str:
        """Take a source to its archive and see that only what is confirmed is in that."""
        memory = LookMemory(room.own / "looks")
        stop = threading.Event()
        found = look_through(source, memory, lambda done, total: None, stop)
        workspace = marked(Workspace(source=str(source)), found)
        dataset = judge(found, workspace, RULES)
        mended = fixed(dataset, found, workspace)
        dataset = judge(found, mended, RULES)
        _show(dataset, found, mended, room)
        if dataset.blocking:
            return "judged"
        packed = pack_dataset(dataset, _new_file(room), RULES, lambda done, total: None, stop)
        _check(packed, room)
        return "packed"

    def close(self) -> None:
        """Nothing is held."""


def _new_file(room: Room) -> Path:
    target = room.own / "packed.zip"
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    return target


def _show(dataset: Dataset, found: Found, workspace: Workspace, room: Room) -> None:
    for problem in dataset.problems:
        room.show_sentence(problem.sentence())
    for name in (*(picture.name for picture in found.pictures), *found.ignored, *found.others):
        room.show(name)
    for picture in found.pictures:
        room.show(picture.fault)
    for text in captions_of(found, workspace).values():
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


def _zip_parts(*members: tuple[bytes, bytes, int]) -> bytes:
    """Return a ZIP of stored members under names of any bytes, with flags."""
    import zlib

    body, directory = b"", b""
    for name, content, flags in members:
        about = struct.pack(
            "<HHHHHIIIHH", 20, flags, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(name), 0
        )
        directory += (
            b"PK\x01\x02"
            + struct.pack("<H", 20)
            + about
            + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body))
            + name
        )
        body += b"PK\x03\x04" + about + name + content
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), len(body), 0
    )
    return body + directory + end


def _overlapping() -> bytes:
    """Return a ZIP whose members are all the same bytes."""
    content = zip_of(("a.png", _picture()))
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    entries = b"".join(entry.replace(b"a.png", b"%05d" % number) for number in range(900))
    return (
        content[:at] + entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 900, 900, len(entries), at, 0)
    )


def _members_of_modes() -> bytes:
    """Return a ZIP with links, devices and a pipe under the names of pictures."""
    content = bytearray(
        zip_of(*((f"{number}.png", b"/etc/passwd") for number in range(4)), ("a.png", _picture()))
    )
    at = 0
    for kind in (0o120777, 0o020666, 0o060666, 0o010666):
        at = content.index(b"PK\x01\x02", at)
        struct.pack_into("<I", content, at + 38, kind << 16)
        content[at + 5] = 3
        at += 4
    return bytes(content)


_ZIPS: Mapping[str, Callable[[], bytes]] = {
    "good": lambda: zip_of(("a.png", _picture()), ("a.txt", b"a fox"), ("b.jpg", _picture("plain.jpg"))),
    "slip": lambda: zip_of(
        ("../../escaped.png", _picture()), ("ok/../../../escaped.png", b"x"), ("/tmp/escaped.png", b"x")
    ),
    "slip of Windows": lambda: zip_of(
        ("..\\..\\escaped.png", _picture()), ("C:\\escaped.png", _picture()), ("\\\\host\\a.png", b"x")
    ),
    "links and devices": _members_of_modes,
    "bombs": lambda: zip_of(*((f"{number}.png", bytes(60_000_000)) for number in range(3))),
    "bomb of captions": lambda: zip_of(
        ("a.png", _picture()), ("a.txt", bytes(60_000_000)), ("metadata.jsonl", b"\n" * 900_000)
    ),
    "nested": lambda: zip_of(("a.zip", zip_of(("a.png", _picture())))),
    "overlapping": _overlapping,
    "twice": lambda: _zip_parts(
        (b"a.png", _picture(), 0), (b"a.png", _picture("bits.png"), 0), (b"A.png", b"x", 0)
    ),
    "no name": lambda: _zip_parts((b"", _picture(), 0), (b"/", b"", 0), (b"///", b"", 0)),
    "names of zeros": lambda: _zip_parts((b"a.png\0.txt", _picture(), 0), (b"\0", b"x", 0)),
    "names in no UTF-8": lambda: _zip_parts(
        (b"\xff\xfe.png", _picture(), 0x800), (b"\xed\xa0\x80.png", _picture(), 0x800)
    ),
    "names that drive a terminal": lambda: _zip_parts(
        (b"\x1b]0;x\x07.png", _picture(), 0), ("\u202egnp.png".encode(), _picture(), 0x800)
    ),
    "names of devices": lambda: zip_of(
        ("CON.png", _picture()), ("nul.txt", b"x"), ("a" * 60_000 + ".png", b"x")
    ),
    "many folders": lambda: zip_of(("/".join("a" * 20_000) + "/a.png", _picture())),
    "encrypted": lambda: _zip_parts((b"a.png", _picture(), 1), (b"b.png", _picture(), 0)),
    "many members": lambda: _zip_parts(*((b"%d" % number, b"", 0) for number in range(20_000))),
    "list at 2^64 - 1": lambda: large_directory((1 << 64) - 1),
    "list at 2^63": lambda: large_directory(1 << 63),
    "list of 2^64 members": lambda: large_directory(44, (1 << 64) - 1, (1 << 64) - 1),
    "list in itself": lambda: large_directory(44, 1, 1 << 20),
    "end of nothing": lambda: b"PK\x05\x06" + b"\xff" * 18,
    "end twice": lambda: zip_of(("a.png", _picture())) + b"PK\x05\x06" + b"\xff" * 18,
    "other way of packing": lambda: zip_of(("a.png", _picture() * 40)).replace(b"\x08\0\0\0", b"\x63\0\0\0"),
    "one picture": _picture,
    "comment of a ZIP": lambda: zip_of(("a.png", _picture()), comment=zip_of(("b.png", _picture()))[:60_000]),
}


class ArchiveDoor(_DatasetDoor):
    """A ZIP of training pictures."""

    name = "archives"

    def __init__(self) -> None:
        self.cases = {name: partial(_zip_case, make) for name, make in _ZIPS.items()}
        wanted = (
            "good",
            "twice",
            "links and devices",
            "names in no UTF-8",
            "overlapping",
            "list in itself",
            "encrypted",
        )
        self._small = [_ZIPS[name]() for name in wanted]

    def sample(self, chance: Random) -> Sample:
        """Return a spoilt ZIP, or one of members by chance."""
        if chance.random() < 0.6:
            return one_file(
                "a.zip", mutated(chance.choice(self._small), chance, Material(_TOKENS, self._small))
            )
        members = []
        for _ in range(chance.randrange(1, 6)):
            name = (
                mutated(chance.choice(_NAMES), chance)[:400]
                if chance.random() < 0.5
                else chance.choice(_NAMES)
            )
            members.append((name, _content(name, chance), chance.choice((0, 0x800, 0x800, 1, 8))))
        return one_file("a.zip", _zip_parts(*members))

    def visit(self, room: Room, chance: Random) -> str:
        """Look through it, with its inner folders or without."""
        path = room.given / "a.zip"
        return self.taken(path / "**" if chance.random() < 0.3 else path, room)


def _zip_case(make: Callable[[], bytes]) -> Sample:
    return one_file("a.zip", make())


def _content(name: bytes, chance: Random) -> bytes:
    """Return what may be in a file of a name."""
    if name.endswith((b".txt", b".caption")):
        whole = chance.choice(_CAPTIONS)
    elif name.endswith((b".json", b".jsonl", b".csv")):
        whole = chance.choice(_RECORDS)
    else:
        whole = _picture(chance.choice(("rgb.png", "plain.jpg", "bits.png", "lossy.webp", "palette.png")))
    return (
        mutated(whole, chance, Material(_TOKENS, [*_RECORDS, *_CAPTIONS])) if chance.random() < 0.4 else whole
    )


def _linked(*links: tuple[bytes, bytes]) -> Sample:
    return (
        Item(b"a.png", _picture()),
        *(Item(name, target, Kind.LINK) for name, target in links),
    )


_FOLDERS: Mapping[str, Callable[[], Sample]] = {
    "link to itself": lambda: _linked((b"self", b"self"), (b"b.png", b"b.png")),
    "link to the folder": lambda: _linked((b"sub", b"."), (b"up", b"..")),
    "link to what is not read": lambda: _linked((b"b.png", b"../secret.txt"), (b"a.txt", b"../secret.txt")),
    "links to devices": lambda: _linked(
        (b"b.png", b"/dev/zero"), (b"a.txt", b"/dev/zero"), (b"metadata.csv", b"/dev/zero")
    ),
    "pipes": lambda: (
        Item(b"a.png", _picture()),
        *(Item(name, b"", Kind.PIPE) for name in (b"b.png", b"a.txt", b"metadata.jsonl")),
    ),
    "list of a pipe": lambda: (Item(b"a.png", _picture()), Item(b"list.txt", b"", Kind.PIPE)),
    "list of itself": lambda: (
        Item(b"a.png", _picture()),
        Item(b"list.txt", b"list.txt\na.png\n.\n\0\n~nobody/x\n/dev/zero\n"),
    ),
    "endless list": lambda: (Item(b"list.txt", b"a.png\n" * 90_000), Item(b"a.png", _picture())),
    "caption elsewhere": lambda: (Item(b"a.png", _picture()), Item(b"a.txt", b"../secret.txt", Kind.LINK)),
    "many files": lambda: tuple(Item(b"%05d.png" % number, b"x") for number in range(5_200)),
    "deep folders": lambda: (Item(b"d/" * 60 + b"a.png", _picture()), Item(b"a.png", _picture())),
    "odd names": lambda: tuple(Item(name, _picture() if b"png" in name else b"a fox") for name in _NAMES),
    "deep record": lambda: (
        Item(b"a.png", _picture()),
        Item(b"a.json", b"[" * 60_000),
        Item(b"metadata.jsonl", b'{"a":' * 90_000),
    ),
    "half a letter": lambda: (Item(b"a.png", _picture()), Item(b"a.json", b'{"caption": "a \\ud83d fox"}')),
    "half a letter for all": lambda: (
        Item(b"a.png", _picture()),
        Item(b"metadata.jsonl", b'{"file_name": "a.png", "text": "\\ud800"}'),
    ),
    "half a letter in a name": lambda: (
        Item(b"a.png", _picture()),
        Item(b"metadata.jsonl", b'{"file_name": "\\ud800", "text": "a"}'),
    ),
    "zeros": lambda: (
        Item(b"a.png", _picture()),
        Item(b"metadata.jsonl", b'{"file_name": "a.png", "text": "a\\u0000b"}'),
    ),
    "wide cell": lambda: (
        Item(b"a.png", _picture()),
        Item(b"metadata.csv", b"file_name,text\na.png," + b"x" * 300_000),
    ),
    "long caption for all": lambda: (
        Item(b"a.png", _picture()),
        Item(b"metadata.jsonl", b'{"file_name": "a.png", "text": "' + b"x" * 900_000 + b'"}'),
    ),
}


class FolderDoor(_DatasetDoor):
    """A folder with anything in it, a list of files, or a pattern."""

    name = "folders"
    secret = False

    def __init__(self) -> None:
        self.cases = dict(_FOLDERS)

    def sample(self, chance: Random) -> Sample:
        """Return some files, links and pipes under odd names."""
        items = [Item(b"a.png", _picture())] if chance.random() < 0.8 else []
        for _ in range(chance.randrange(1, 8)):
            name = chance.choice(_NAMES)
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
        # With a pattern or a list the user names each link, so that it is followed; none of these names the secret.
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
            f"caption {number}": partial(_captioned, text, b"a.txt") for number, text in enumerate(_CAPTIONS)
        }
        records = {
            f"record {number} {name.decode()}": partial(_captioned, text, name)
            for number, text in enumerate(_RECORDS)
            for name in (b"a.json", b"metadata.jsonl", b"metadata.csv")
        }
        self.cases = {**captions, **records}

    def sample(self, chance: Random) -> Sample:
        """Return a picture with a spoilt caption."""
        name = chance.choice((b"a.txt", b"a.caption", b"a.json", b"metadata.jsonl", b"metadata.csv"))
        whole = chance.choice(
            (*_CAPTIONS, *MEAN_TEXTS) if name.startswith(b"a.") and name != b"a.json" else _RECORDS
        )
        return _captioned(mutated(whole, chance, Material(_TOKENS, [*_CAPTIONS, *_RECORDS])), name)

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
    return (Item(b"a.png", _picture()), Item(name, caption))
